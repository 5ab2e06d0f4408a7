//! Float planes of a thumbnail → 8-bit samples as its format takes them: alpha divided out where the format carries it,
//! laid on the background where it does not, then rounded and clamped, once.

use super::pixels::{Model, Picture};
use crate::geometry::Size;
use crate::options::{Background, Format};

/// A thumbnail's samples, interleaved, 8 bits each.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Samples {
    pub(super) size: Size,
    pub(super) layout: Layout,
    pub(super) bytes: Vec<u8>,
}

/// The channels of a pixel, in their order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Layout {
    Grey,
    GreyAlpha,
    Rgb,
    RgbAlpha,
}

/// Gives a thumbnail the samples that `format` takes.
pub(super) fn finish(picture: &Picture, format: Format, background: Background) -> Samples {
    let keeps_alpha = picture.model.has_alpha() && format.carries_alpha();
    let layout = match picture.model {
        Model::Grey => Layout::Grey,
        Model::GreyAlpha if keeps_alpha => Layout::GreyAlpha,
        Model::RgbAlpha if keeps_alpha => Layout::RgbAlpha,
        // Grey laid on a colour is a colour.
        Model::Rgb | Model::GreyAlpha | Model::RgbAlpha => Layout::Rgb,
    };
    let pixels = picture.planes[0].samples.len();
    let mut bytes = Vec::with_capacity(pixels * 4);
    for i in 0..pixels {
        let at = |plane: usize| picture.planes[plane].samples[i];
        match picture.model {
            Model::Grey => bytes.push(round(at(0))),
            Model::Rgb => bytes.extend([at(0), at(1), at(2)].map(round)),
            Model::GreyAlpha if keeps_alpha => bytes.extend(divide_out([at(0)], at(1))),
            Model::RgbAlpha if keeps_alpha => bytes.extend(divide_out([at(0), at(1), at(2)], at(3))),
            Model::GreyAlpha => bytes.extend(lay_on(background, [at(0); 3], at(1))),
            Model::RgbAlpha => bytes.extend(lay_on(background, [at(0), at(1), at(2)], at(3))),
        }
    }
    Samples { size: picture.size, layout, bytes }
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
