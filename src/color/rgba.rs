//! Reads single pixels of a thumbnail as red, green, blue and alpha, whatever its layout, and converts them for a JPEG.

#[cfg(feature = "contact-sheet")]
use super::canvas::halve_chroma;
use super::samples::{Layout, Samples, Subsampling, round};

impl Samples {
    /// Returns red, green, blue and alpha of the pixel in column `x` of row `y`.
    pub(crate) fn rgba(&self, x: usize, y: usize) -> [u8; 4] {
        let (width, height) = (self.size.width as usize, self.size.height as usize);
        let at = y * width + x;
        let bytes = self.bytes.as_slice();
        match self.layout {
            Layout::Grey => [bytes[at], bytes[at], bytes[at], 255],
            Layout::GreyAlpha => [bytes[2 * at], bytes[2 * at], bytes[2 * at], bytes[2 * at + 1]],
            Layout::Rgb => [bytes[3 * at], bytes[3 * at + 1], bytes[3 * at + 2], 255],
            Layout::RgbAlpha => [bytes[4 * at], bytes[4 * at + 1], bytes[4 * at + 2], bytes[4 * at + 3]],
            Layout::YCbCr(subsampling) => {
                let chroma = subsampling.chroma(self.size);
                let (luma, planes) = bytes.split_at(width * height);
                let (blue, red) = planes.split_at(chroma.width as usize * chroma.height as usize);
                let of_chroma = match subsampling {
                    Subsampling::Full => at,
                    Subsampling::Halved => y / 2 * chroma.width as usize + x / 2,
                };
                let [red, green, blue] = rgb_of([luma[at], blue[of_chroma], red[of_chroma]]);
                [red, green, blue, 255]
            }
        }
    }
}

/// Converts full-range BT.601 luma and chroma (JFIF 1.02, page 3).
fn rgb_of([luma, blue, red]: [u8; 3]) -> [u8; 3] {
    let [luma, blue, red] = [f32::from(luma), f32::from(blue) - 128.0, f32::from(red) - 128.0];
    [luma + 1.402 * red, luma - 0.344_136 * blue - 0.714_136 * red, luma + 1.772 * blue].map(round)
}

/// Converts opaque pixels to the planes of a JPEG.
#[cfg(feature = "contact-sheet")]
pub(crate) fn to_planes(samples: &Samples, subsampling: Subsampling) -> Samples {
    let (width, height) = (samples.size.width as usize, samples.size.height as usize);
    let count = width * height;
    let mut bytes = vec![0; 3 * count];
    for at in 0..count {
        let [red, green, blue, _] = samples.rgba(at % width, at / width).map(f32::from);
        // JFIF 1.02, page 3.
        let luma = 0.299 * red + 0.587 * green + 0.114 * blue;
        bytes[at] = round(luma);
        bytes[count + at] = round(128.0 + (blue - luma) / 1.772);
        bytes[2 * count + at] = round(128.0 + (red - luma) / 1.402);
    }
    let full = Samples { size: samples.size, layout: Layout::YCbCr(Subsampling::Full), bytes };
    if subsampling == Subsampling::Halved { halve_chroma(full) } else { full }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::geometry::Size;

    #[test]
    fn a_pixel_has_the_same_colour_in_every_layout() {
        let size = Size::new(3, 2);
        let last = |layout, bytes: Vec<u8>| Samples { size, layout, bytes }.rgba(2, 1);
        let zeros = |bytes: usize| vec![0_u8; bytes];
        assert_eq!(last(Layout::Grey, [zeros(5), vec![7]].concat()), [7, 7, 7, 255]);
        assert_eq!(last(Layout::GreyAlpha, [zeros(10), vec![7, 9]].concat()), [7, 7, 7, 9]);
        assert_eq!(last(Layout::Rgb, [zeros(15), vec![200, 150, 100]].concat()), [200, 150, 100, 255]);
        assert_eq!(last(Layout::RgbAlpha, [zeros(20), vec![200, 150, 100, 5]].concat()), [200, 150, 100, 5]);
        for (subsampling, chroma) in [(Subsampling::Full, 6), (Subsampling::Halved, 2)] {
            let plane = |length: usize, value: u8| [zeros(length - 1), vec![value]].concat();
            let bytes = [plane(6, 159), plane(chroma, 95), plane(chroma, 157)].concat();
            let pixel = last(Layout::YCbCr(subsampling), bytes);
            assert!(pixel.iter().zip([200, 150, 100, 255]).all(|(got, wanted)| got.abs_diff(wanted) <= 1), "{pixel:?}");
        }
    }

    #[cfg(feature = "contact-sheet")]
    #[test]
    fn planes_have_the_colours_of_the_pixels() {
        let size = Size::new(4, 2);
        let bytes = [[200, 150, 100], [200, 150, 100], [10, 20, 250], [10, 20, 250]].repeat(2).concat();
        let samples = Samples { size, layout: Layout::Rgb, bytes };
        for subsampling in [Subsampling::Full, Subsampling::Halved] {
            let planes = to_planes(&samples, subsampling);
            assert_eq!(planes.bytes.len(), planes.layout.bytes(size));
            for x in 0..4 {
                let (got, wanted) = (planes.rgba(x, 1), samples.rgba(x, 1));
                assert!(got.iter().zip(wanted).all(|(got, wanted)| got.abs_diff(wanted) <= 2), "{x}: {got:?}");
            }
        }
    }
}
