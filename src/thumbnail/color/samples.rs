//! Float planes of a thumbnail in sRGB → 8-bit samples as its format takes them: alpha divided out where the format carries it,
//! laid on the background where it does not, then rounded and clamped, once.

use super::super::pixels::{Matrix, Model, Picture};
use super::device::rgb_of_ycbcr;
use crate::geometry::Size;
use crate::options::{Background, Format};

/// A thumbnail's samples, interleaved, 8 bits each.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in super::super) struct Samples {
    pub(in super::super) size: Size,
    pub(in super::super) layout: Layout,
    pub(in super::super) bytes: Vec<u8>,
}

/// The channels of a pixel, in their order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in super::super) enum Layout {
    Grey,
    GreyAlpha,
    Rgb,
    RgbAlpha,
    YCbCr,
}

/// Gives a thumbnail the samples that `format` takes.
pub(super) fn finish(picture: &Picture, format: Format, background: Background) -> Samples {
    let layout = layout_for(picture.model, format);
    let pixels = picture.planes[0].samples.len();
    let mut bytes = Vec::with_capacity(pixels * 4);
    for i in 0..pixels {
        let at = |plane: usize| picture.planes[plane].samples[i];
        let three = || [at(0), at(1), at(2)];
        match (picture.model, layout) {
            (Model::Grey, _) => bytes.push(round(at(0))),
            (Model::Rgb, _) | (Model::YCbCr(_), Layout::YCbCr) => bytes.extend(three().map(round)),
            (Model::YCbCr(matrix), _) => {
                bytes.extend(
                    rgb_of_ycbcr(three().map(|sample| sample / 255.0), matrix).map(|sample| round(sample * 255.0)),
                );
            }
            (Model::GreyAlpha, Layout::GreyAlpha) => bytes.extend(divide_out([at(0)], at(1))),
            (Model::GreyAlpha, _) => bytes.extend(lay_on(background, [at(0); 3], at(1))),
            (Model::RgbAlpha, Layout::RgbAlpha) => bytes.extend(divide_out(three(), at(3))),
            (Model::RgbAlpha, _) => bytes.extend(lay_on(background, three(), at(3))),
            (Model::Cmyk | Model::CmykInverted | Model::Ycck | Model::YcckInverted, _) => {
                unreachable!("inks are converted before")
            }
        }
    }
    Samples { size: picture.size, layout, bytes }
}

/// A JPEG takes luma and chroma as they are; grey stays grey; grey laid on a colour is a colour.
pub(super) const fn layout_for(model: Model, format: Format) -> Layout {
    match model {
        Model::Grey => Layout::Grey,
        Model::GreyAlpha if format.carries_alpha() => Layout::GreyAlpha,
        Model::RgbAlpha if format.carries_alpha() => Layout::RgbAlpha,
        Model::YCbCr(Matrix::Bt601) if matches!(format, Format::Jpeg) => Layout::YCbCr,
        _ => Layout::Rgb,
    }
}

/// Straight colours and alpha of a premultiplied pixel.
fn divide_out<const N: usize>(colors: [f32; N], alpha: f32) -> impl Iterator<Item = u8> {
    let opaque = round(alpha);
    // Below half a step nothing of the colour is left to tell.
    let scale = if opaque == 0 { 0.0 } else { 255.0 / alpha.clamp(0.5, 255.0) };
    colors.into_iter().map(move |color| round(color * scale)).chain(std::iter::once(opaque))
}

fn lay_on(background: Background, colors: [f32; 3], alpha: f32) -> impl Iterator<Item = u8> {
    let through = 1.0 - alpha.clamp(0.0, 255.0) / 255.0;
    colors.into_iter().zip(background.rgb).map(move |(color, behind)| round(f32::from(behind).mul_add(through, color)))
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "`as` clamps to 0 and 255, as wanted")]
fn round(sample: f32) -> u8 {
    (sample + 0.5) as u8
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::thumbnail::pixels::Plane;

    fn one_pixel(model: Model, samples: &[f32]) -> Picture {
        let size = Size::new(1, 1);
        Picture { model, size, planes: samples.iter().map(|s| Plane { size, samples: vec![*s] }).collect() }
    }

    #[test]
    fn samples_are_rounded_and_clamped_once() {
        let samples = finish(&one_pixel(Model::Rgb, &[-3.0, 127.5, 260.0]), Format::Jpeg, Background::WHITE);
        assert_eq!(samples.bytes, [0, 128, 255]);
    }

    #[test]
    fn alpha_survives_where_the_format_carries_it() {
        let pixel = one_pixel(Model::RgbAlpha, &[50.0, 0.0, 127.5, 127.5]);
        let samples = finish(&pixel, Format::Png, Background::WHITE);
        assert_eq!((samples.layout, &samples.bytes[..]), (Layout::RgbAlpha, &[100, 0, 255, 128][..]));
    }

    #[test]
    fn alpha_is_laid_on_the_background_where_the_format_does_not() {
        let red = Background { rgb: [200, 0, 0] };
        let samples = finish(&one_pixel(Model::GreyAlpha, &[51.0, 51.0]), Format::Jpeg, red);
        assert_eq!((samples.layout, &samples.bytes[..]), (Layout::Rgb, &[211, 51, 51][..]));
    }
}
