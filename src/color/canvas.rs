//! Crops the samples of upright thumbnails, and surrounds them with margins.

use super::halve::Chroma;
use super::lone::{Lone, LoneLines};
use super::samples::{Layout, Samples, Subsampling, round};
use crate::geometry::Size;
use crate::options::{Background, Format};

/// Returns the rectangle of `size` px whose top left corner is `at`. Chroma must have luma's size.
pub(crate) fn crop(samples: &Samples, at: (u32, u32), size: Size) -> Samples {
    let mut bytes = Vec::with_capacity(samples.layout.bytes(size));
    let mut left = samples.bytes.as_slice();
    for (channels, whole) in samples.layout.planes(samples.size) {
        let pitch = whole.width as usize * channels;
        let plane = left.split_off(..pitch * whole.height as usize).unwrap_or_default();
        let rows = plane.chunks_exact(pitch.max(1)).skip(at.1 as usize).take(size.height as usize);
        rows.for_each(|row| {
            bytes.extend_from_slice(&row[at.0 as usize * channels..][..size.width as usize * channels]);
        });
    }
    Samples { size, layout: samples.layout, bytes }
}

/// Lays samples on a canvas of the background colour; `at` is the place of their top left corner. Chroma must have luma's size.
/// Grey becomes colour if the background is one.
pub(crate) fn pad(samples: Samples, at: (u32, u32), canvas: Size, background: Background, format: Format) -> Samples {
    let samples = if is_grey(background) { samples } else { to_color(samples, format) };
    let mut pixel = pixel_of(background, samples.layout).into_iter();
    let mut bytes = Vec::with_capacity(samples.layout.bytes(canvas));
    let mut left = samples.bytes.as_slice();
    let planes = samples.layout.planes(canvas).zip(samples.layout.planes(samples.size));
    for ((channels, canvas), (_, inner)) in planes {
        let pitch = inner.width as usize * channels;
        let plane = left.split_off(..pitch * inner.height as usize).unwrap_or_default();
        let color: Vec<u8> = pixel.by_ref().take(channels).collect();
        let margin = |pixels: u32, bytes: &mut Vec<u8>| (0..pixels).for_each(|_| bytes.extend_from_slice(&color));
        margin(canvas.width * at.1, &mut bytes);
        for row in plane.chunks_exact(pitch.max(1)) {
            margin(at.0, &mut bytes);
            bytes.extend_from_slice(row);
            margin(canvas.width - at.0 - inner.width, &mut bytes);
        }
        margin(canvas.width * (canvas.height - at.1 - inner.height), &mut bytes);
    }
    Samples { size: canvas, layout: samples.layout, bytes }
}

/// Halves the chroma of a JPEG's samples; others stay as they are.
pub(crate) fn halve_chroma(samples: Samples) -> Samples {
    if samples.layout != Layout::YCbCr(Subsampling::Full) {
        return samples;
    }
    let Samples { size, bytes, .. } = samples;
    let (luma, chroma) = bytes.split_at(size.width as usize * size.height as usize);
    let mut halved = luma.to_vec();
    for plane in chroma.chunks_exact(luma.len().max(1)) {
        let lone = LoneLines { column: Lone::Last, row: Lone::Last };
        let mut half = Chroma::new(Subsampling::Halved, size, lone);
        for row in plane.chunks_exact(size.width as usize) {
            half.push(&row.iter().map(|byte| f32::from(*byte)).collect::<Vec<_>>());
        }
        halved.extend_from_slice(half.bytes());
    }
    Samples { size, layout: Layout::YCbCr(Subsampling::Halved), bytes: halved }
}

const fn is_grey(Background { rgb: [red, green, blue] }: Background) -> bool {
    red == green && green == blue
}

/// Returns the bytes of a pixel of the background, one after the other through all planes.
fn pixel_of(Background { rgb: [red, green, blue] }: Background, layout: Layout) -> Vec<u8> {
    match layout {
        Layout::Grey => vec![red],
        Layout::GreyAlpha => vec![red, 255],
        Layout::Rgb => vec![red, green, blue],
        Layout::RgbAlpha => vec![red, green, blue, 255],
        Layout::YCbCr(_) => {
            let [red, green, blue] = [red, green, blue].map(f32::from);
            // JFIF 1.02, page 3.
            let luma = 0.299 * red + 0.587 * green + 0.114 * blue;
            let (cb, cr) = (128.0 + (blue - luma) / 1.772, 128.0 + (red - luma) / 1.402);
            [luma, cb, cr].map(round).to_vec()
        }
    }
}

/// Converts grey samples to those of a colour in the layout that `format` takes.
fn to_color(samples: Samples, format: Format) -> Samples {
    let Samples { size, layout, bytes } = samples;
    let (layout, bytes) = match layout {
        Layout::Grey if format == Format::Jpeg => {
            let chroma = vec![128; 2 * bytes.len()];
            (Layout::YCbCr(Subsampling::Full), [bytes, chroma].concat())
        }
        Layout::Grey => (Layout::Rgb, bytes.iter().flat_map(|grey| [*grey; 3]).collect()),
        Layout::GreyAlpha => {
            let pixels = bytes.as_chunks::<2>().0.iter();
            (Layout::RgbAlpha, pixels.flat_map(|[grey, alpha]| [*grey, *grey, *grey, *alpha]).collect())
        }
        other => (other, bytes),
    };
    Samples { size, layout, bytes }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LAYOUTS: [Layout; 5] =
        [Layout::Grey, Layout::GreyAlpha, Layout::Rgb, Layout::RgbAlpha, Layout::YCbCr(Subsampling::Full)];

    fn samples(layout: Layout, size: Size) -> Samples {
        let bytes = (0..layout.bytes(size)).map(|i| (i * 37 % 251) as u8).collect();
        Samples { size, layout, bytes }
    }

    #[test]
    fn what_was_padded_is_cropped_out_again() {
        for layout in LAYOUTS {
            let own = samples(layout, Size::new(7, 5));
            for at in [(0, 0), (3, 1), (2, 4)] {
                let padded = pad(own.clone(), at, Size::new(10, 9), Background::WHITE, Format::Png);
                assert_eq!(padded.bytes.len(), layout.bytes(Size::new(10, 9)));
                assert_eq!(crop(&padded, at, own.size), own, "{layout:?} {at:?}");
                // The corner that the image never reaches.
                let corner = crop(&padded, (9, if at.1 == 4 { 0 } else { 8 }), Size::new(1, 1));
                let white = if layout == LAYOUTS[4] { vec![255, 128, 128] } else { vec![255; corner.bytes.len()] };
                assert_eq!(corner.bytes, white, "{layout:?} {at:?}");
            }
        }
    }

    #[test]
    fn grey_on_a_color_becomes_color() {
        let orange = Background { rgb: [255, 128, 0] };
        let one = |layout, bytes: &[u8], format| {
            let own = Samples { size: Size::new(1, 1), layout, bytes: bytes.to_vec() };
            let Samples { layout, bytes, .. } = pad(own, (1, 0), Size::new(2, 1), orange, format);
            (layout, bytes)
        };
        assert_eq!(one(Layout::Grey, &[7], Format::Png), (Layout::Rgb, vec![255, 128, 0, 7, 7, 7]));
        let alpha = (Layout::RgbAlpha, vec![255, 128, 0, 255, 7, 7, 7, 9]);
        assert_eq!(one(Layout::GreyAlpha, &[7, 9], Format::Png), alpha);
        let jpeg = (Layout::YCbCr(Subsampling::Full), vec![151, 7, 43, 128, 202, 128]);
        assert_eq!(one(Layout::Grey, &[7], Format::Jpeg), jpeg);
    }

    #[test]
    fn chroma_is_halved_to_the_means_of_four() {
        let layout = Layout::YCbCr(Subsampling::Full);
        let bytes = [vec![1; 6], vec![10, 20, 30, 50, 60, 70], vec![200; 6]].concat();
        let halved = halve_chroma(Samples { size: Size::new(3, 2), layout, bytes });
        assert_eq!(halved.layout, Layout::YCbCr(Subsampling::Halved));
        assert_eq!(halved.bytes, [vec![1; 6], vec![35, 50], vec![200; 2]].concat());
        let grey = samples(Layout::Grey, Size::new(3, 2));
        assert_eq!(halve_chroma(grey.clone()), grey);
    }
}
