//! Finds the part of an image that people look at, on the small image itself.
//!
//! Three measures add up to the interest of a pixel: how much its colour stands out from the mean of the image (Achanta and
//! others, Frequency-tuned Salient Region Detection, 2009), how much detail there is around it, and how close its colour is to
//! that of skin. A crop keeps one axis whole, so the interest is summed up along that axis. The best position has the most
//! interest in its middle.

use crate::color::{Layout, Samples};
use crate::geometry::Size;

/// Weights of the measures. Each lies between 0 and 1 for most pixels.
const CONTRAST: f32 = 1.0;
const DETAIL: f32 = 0.6;
const SKIN: f32 = 1.5;

/// Colour of skin in any light, as the direction of red, green and blue, and the least cosine to it that counts.
const SKIN_DIRECTION: [f32; 3] = [0.735, 0.537, 0.414];
const LEAST_COSINE: f32 = 0.97;

/// Luma of skin, from 0 to 1: neither black nor white has a colour.
const SKIN_LUMA: std::ops::RangeInclusive<f32> = 0.15..=0.95;

/// Share of its weight that interest keeps at the edge of the crop.
const AT_EDGE: f64 = 0.4;

/// Least ratio of the interest of a crop to that of the central one. Below it, nothing stands out.
const LEAST_GAIN: f64 = 1.03;

/// Returns the top left corner of the most interesting part of `size` px. Samples are upright and not subsampled.
pub(super) fn find(samples: &Samples, size: Size) -> (u32, u32) {
    let colors = colors_of(samples);
    let interest = interest_of(&colors, samples.size);
    let width = samples.size.width as usize;
    let columns: Vec<f64> = (0..width).map(|x| interest.iter().skip(x).step_by(width).sum()).collect();
    let rows: Vec<f64> = interest.chunks_exact(width).map(|row| row.iter().sum()).collect();
    (best_start(&columns, size.width as usize), best_start(&rows, size.height as usize))
}

/// Returns the start of the `length` lines with the most interest in their middle.
fn best_start(lines: &[f64], length: usize) -> u32 {
    let last = lines.len() - length;
    let centre = last / 2;
    let half = length as f64 / 2.0;
    let score = |start: usize| -> f64 {
        let weight = |line: usize| {
            let distance = (line as f64 + 0.5 - half) / half;
            1.0 - (1.0 - AT_EDGE) * distance * distance
        };
        lines[start..start + length].iter().enumerate().map(|(line, interest)| interest * weight(line)).sum()
    };
    let scores: Vec<f64> = (0..=last).map(score).collect();
    // The first of equals is the one closest to the centre.
    let mut starts: Vec<usize> = (0..=last).collect();
    starts.sort_by_key(|start| start.abs_diff(centre));
    let better = |best: usize, start: usize| if scores[start] > scores[best] { start } else { best };
    let best = starts.into_iter().fold(centre, better);
    let chosen = if scores[best] >= LEAST_GAIN * scores[centre] { best } else { centre };
    u32::try_from(chosen).unwrap_or_default()
}

/// Returns the interest of each pixel.
fn interest_of(colors: &[[f32; 3]], size: Size) -> Vec<f64> {
    let width = size.width as usize;
    let count = colors.len().max(1) as f32;
    let mean: [f32; 3] = std::array::from_fn(|i| colors.iter().map(|color| color[i]).sum::<f32>() / count);
    let lumas: Vec<f32> = colors.iter().map(luma_of).collect();
    let interest = |(i, color): (usize, &[f32; 3])| {
        let (x, y) = (i % width, i / width);
        let neighbour = |exists: bool, at: usize| if exists { lumas[at] } else { lumas[i] };
        let across = neighbour(x + 1 < width, i + 1) - neighbour(x > 0, i.wrapping_sub(1));
        let down = neighbour(y + 1 < size.height as usize, i + width) - neighbour(y > 0, i.wrapping_sub(width));
        let detail = across.hypot(down).min(1.0).sqrt();
        f64::from(CONTRAST * contrast(color, &mean) + DETAIL * detail + SKIN * skin(color, lumas[i]))
    };
    colors.iter().enumerate().map(interest).collect()
}

/// Returns how much a colour stands out from the mean, mostly from 0 to 1.
fn contrast(color: &[f32; 3], mean: &[f32; 3]) -> f32 {
    let [luma, blue, red] = opponents(color);
    let [mean_luma, mean_blue, mean_red] = opponents(mean);
    // A difference in hue stands out more than one in brightness, which light and shade make too.
    let (lightness, hue) = (0.5 * (luma - mean_luma), (blue - mean_blue).hypot(red - mean_red));
    lightness.hypot(hue).min(1.0)
}

fn opponents(color: &[f32; 3]) -> [f32; 3] {
    let luma = luma_of(color);
    [luma, color[2] - luma, color[0] - luma]
}

/// Returns how close a colour is to that of skin, from 0 to 1.
fn skin(color: &[f32; 3], luma: f32) -> f32 {
    let length = color.iter().map(|channel| channel * channel).sum::<f32>().sqrt().max(f32::EPSILON);
    let cosine = color.iter().zip(SKIN_DIRECTION).map(|(channel, skin)| channel * skin).sum::<f32>() / length;
    if SKIN_LUMA.contains(&luma) { ((cosine - LEAST_COSINE) / (1.0 - LEAST_COSINE)).max(0.0) } else { 0.0 }
}

fn luma_of(&[red, green, blue]: &[f32; 3]) -> f32 {
    0.299 * red + 0.587 * green + 0.114 * blue
}

/// Returns red, green and blue of each pixel, from 0 to 1. Transparent pixels are black: nobody sees them.
fn colors_of(samples: &Samples) -> Vec<[f32; 3]> {
    let of = |bytes: &[u8], alpha: u8| {
        std::array::from_fn(|i| f32::from(bytes[i % bytes.len()]) * f32::from(alpha) / (255.0 * 255.0))
    };
    let bytes = samples.bytes.as_slice();
    match samples.layout {
        Layout::Grey => bytes.iter().map(|grey| of(&[*grey], 255)).collect(),
        Layout::GreyAlpha => bytes.as_chunks::<2>().0.iter().map(|[grey, alpha]| of(&[*grey], *alpha)).collect(),
        Layout::Rgb => bytes.as_chunks::<3>().0.iter().map(|color| of(color, 255)).collect(),
        Layout::RgbAlpha => bytes
            .as_chunks::<4>()
            .0
            .iter()
            .map(|[red, green, blue, alpha]| of(&[*red, *green, *blue], *alpha))
            .collect(),
        Layout::YCbCr(_) => {
            let (luma, chroma) = bytes.split_at(bytes.len() / 3);
            let (blue, red) = chroma.split_at(luma.len());
            luma.iter().zip(blue).zip(red).map(|((luma, blue), red)| rgb_of([*luma, *blue, *red])).collect()
        }
    }
}

/// Converts full-range BT.601 luma and chroma (JFIF 1.02, page 3).
fn rgb_of([luma, blue, red]: [u8; 3]) -> [f32; 3] {
    let [luma, blue, red] = [f32::from(luma), f32::from(blue) - 128.0, f32::from(red) - 128.0];
    [luma + 1.402 * red, luma - 0.344_136 * blue - 0.714_136 * red, luma + 1.772 * blue]
        .map(|channel| (channel / 255.0).clamp(0.0, 1.0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::color::Subsampling;

    const SIZE: Size = Size::new(120, 60);

    /// Returns an image of these colours by column and row.
    fn image(color: impl Fn(u32, u32) -> [u8; 3]) -> Samples {
        let bytes = (0..SIZE.width * SIZE.height).flat_map(|i| color(i % SIZE.width, i / SIZE.width)).collect();
        Samples { size: SIZE, layout: Layout::Rgb, bytes }
    }

    #[test]
    fn an_image_in_which_nothing_stands_out_is_cropped_in_its_centre() {
        let square = Size::new(60, 60);
        assert_eq!(find(&image(|_, _| [90, 120, 60]), square), (30, 0));
        assert_eq!(find(&image(|x, y| [((x * 31 + y * 17) % 64) as u8 + 90; 3]), square), (30, 0));
    }

    #[test]
    fn a_crop_moves_to_the_subject_and_centres_it() {
        for left in [5, 40, 95] {
            let subject = |x: u32, y: u32| (left..left + 20).contains(&x) && (20..40).contains(&y);
            let face = image(|x, y| if subject(x, y) { [220, 160, 125] } else { [70, 90, 70] });
            let (x, y) = find(&face, Size::new(60, 60));
            let wanted = (left + 10).saturating_sub(30).min(60);
            assert!(x.abs_diff(wanted) <= 2 && y == 0, "{x} for {left}");
        }
    }

    #[test]
    fn all_layouts_have_the_same_colors() {
        let rgb = [200, 150, 100];
        let one =
            |layout, bytes: &[u8]| colors_of(&Samples { size: Size::new(1, 1), layout, bytes: bytes.to_vec() })[0];
        let wanted = one(Layout::Rgb, &rgb);
        assert_eq!(one(Layout::RgbAlpha, &[200, 150, 100, 255]), wanted);
        assert_eq!(one(Layout::RgbAlpha, &[200, 150, 100, 0]), [0.0; 3]);
        assert_eq!(one(Layout::GreyAlpha, &[51, 255]), one(Layout::Grey, &[51]));
        let ycbcr = one(Layout::YCbCr(Subsampling::Full), &[159, 95, 157]);
        assert!(ycbcr.iter().zip(wanted).all(|(one, other)| (one - other).abs() < 0.01), "{ycbcr:?}");
    }
}
