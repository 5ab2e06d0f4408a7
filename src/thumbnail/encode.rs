//! Encodes the samples of a thumbnail as a file.

#[cfg(feature = "batch")]
use std::path::PathBuf;

use crate::color::Samples;
#[cfg(feature = "batch")]
use crate::digest::digest;
use crate::error::{Failure, Step};
use crate::formats::{self, codec::Settings};
use crate::geometry::Size;
use crate::options::Format;
#[cfg(feature = "batch")]
use crate::outcome::Thumbnail;

/// A thumbnail, encoded as a file.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Encoded {
    /// The size in px.
    pub size: Size,
    /// The format.
    pub format: Format,
    /// The bytes of the file.
    pub bytes: Vec<u8>,
}

#[cfg(feature = "batch")]
impl Encoded {
    /// Returns the digest of the bytes, the same in every run.
    #[must_use]
    pub fn digest(&self) -> u64 {
        digest(&self.bytes)
    }

    /// Returns the record of this thumbnail in a file.
    #[must_use]
    pub fn stored_at(&self, path: PathBuf) -> Thumbnail {
        let Self { size, format, ref bytes } = *self;
        Thumbnail { path, size, format, bytes: bytes.len() as u64, digest: self.digest() }
    }
}

/// Encodes a thumbnail.
pub(super) fn encode(samples: Samples, format: Format, settings: &Settings<'_>) -> Result<Encoded, Failure> {
    let size = samples.size;
    let bytes = formats::encode(samples, format, settings).map_err(|cause| cause.in_step(Step::Encode))?;
    Ok(Encoded { size, format, bytes })
}

#[cfg(test)]
mod tests {
    use image::ImageFormat;

    use super::*;
    use crate::color::{Layout, Subsampling};
    use crate::formats::metadata::Packets;
    use crate::options::Options;

    /// Encodes a thumbnail of a quality.
    fn encode(samples: Samples, format: Format, quality: u8) -> Result<Encoded, Failure> {
        let options = Options { quality, ..Options::default() };
        super::encode(samples, format, &Settings::new(&options, None, &Packets::default()))
    }

    #[cfg(feature = "webp")]
    fn webp_of(quality: u8) -> Vec<u8> {
        let size = Size::new(64, 48);
        let bytes = (0..64 * 48_u32).flat_map(|i| {
            let (x, y) = (i % 64, i / 64);
            [x * 4, (x * x + y * 7) % 256, y * 5, 255 - y * 5].map(|sample| sample as u8)
        });
        let samples = Samples { size, layout: Layout::RgbAlpha, bytes: bytes.collect() };
        encode(samples, Format::WebP, quality).unwrap().bytes
    }

    #[cfg(feature = "webp")]
    #[test]
    fn the_quality_of_a_webp_decides_its_size() {
        let lengths = [10, 50, 95].map(|quality| webp_of(quality).len());
        assert!(lengths[0] * 5 / 4 < lengths[1] && lengths[1] * 5 / 4 < lengths[2], "{lengths:?}");
    }

    #[cfg(feature = "webp")]
    #[test]
    fn a_webp_keeps_alpha_without_loss() {
        let again = image::load_from_memory_with_format(&webp_of(20), ImageFormat::WebP).unwrap().to_rgba8();
        let mut seen = 0;
        for (_, y, pixel) in again.enumerate_pixels() {
            assert_eq!(u32::from(pixel.0[3]), 255 - y * 5);
            seen += 1;
        }
        assert_eq!(seen, 64 * 48);
    }

    #[cfg(feature = "webp")]
    #[test]
    fn a_side_that_a_webp_cannot_have_is_an_error() {
        let samples = Samples { size: Size::new(16_384, 1), layout: Layout::Grey, bytes: vec![0; 16_384] };
        assert!(encode(samples, Format::WebP, 80).is_err());
    }

    #[cfg(all(feature = "tga", feature = "pnm"))]
    #[test]
    fn old_formats_are_written_in_the_form_that_all_programs_read() {
        let start = |format, layout, channels: usize| {
            let samples = Samples { size: Size::new(100, 60), layout, bytes: vec![7; 6000 * channels] };
            encode(samples, format, 90).unwrap().bytes
        };
        // Image type, the third byte: colour and grey, both without runs.
        assert_eq!(start(Format::Tga, Layout::Rgb, 3)[2], 2);
        assert_eq!(start(Format::Tga, Layout::Grey, 1)[2], 3);
        assert!(start(Format::Pnm, Layout::Grey, 1).starts_with(b"P5"));
        assert!(start(Format::Pnm, Layout::Rgb, 3).starts_with(b"P6"));
        assert!(start(Format::Pnm, Layout::RgbAlpha, 4).starts_with(b"P7"));
    }

    #[test]
    fn a_jpeg_takes_planes_of_either_subsampling() {
        for (width, height) in [(5, 3), (1, 1), (1, 9), (16, 2)] {
            for subsampling in [Subsampling::Full, Subsampling::Halved] {
                let (size, layout) = (Size::new(width, height), Layout::YCbCr(subsampling));
                let luma = size.pixels() as usize;
                let bytes = (0..layout.bytes(size)).map(|i| if i < luma { 100 } else { 140 }).collect();
                let encoded = encode(Samples { size, layout, bytes }, Format::Jpeg, 90).unwrap();
                let again = image::load_from_memory_with_format(&encoded.bytes, ImageFormat::Jpeg).unwrap().to_rgb8();
                assert_eq!((again.width(), again.height()), (width, height));
                for got in again.pixels() {
                    let off = got.0.iter().zip([117_u8, 87, 121]).map(|(got, wanted)| got.abs_diff(wanted)).max();
                    assert!(off <= Some(3), "{size} {subsampling:?}: {got:?}");
                }
            }
        }
    }

    #[test]
    fn a_side_that_a_jpeg_cannot_have_is_an_error() {
        let samples = Samples { size: Size::new(65_536, 1), layout: Layout::Grey, bytes: vec![0; 65_536] };
        let failure = encode(samples, Format::Jpeg, 80).unwrap_err();
        assert!(format!("{failure:?}").contains("65536"), "{failure:?}");
    }

    #[test]
    fn every_writable_format_takes_every_layout_that_reaches_it() {
        let size = Size::new(5, 3);
        let mut tried = 0;
        // The crate that reads them back knows no other.
        let is_tried = |format: &Format| format.is_writable() && !matches!(format, Format::Avif | Format::Jxl);
        for format in Format::ALL.into_iter().filter(is_tried) {
            for (layout, channels) in
                [(Layout::Grey, 1), (Layout::GreyAlpha, 2), (Layout::Rgb, 3), (Layout::RgbAlpha, 4)]
            {
                if matches!(layout, Layout::GreyAlpha | Layout::RgbAlpha) && !format.carries_alpha() {
                    continue;
                }
                if format == Format::Jpeg && layout == Layout::Rgb {
                    continue;
                }
                // One opaque colour, which no subsampling or palette can change.
                let pixel = &[[120, 255, 0, 0], [120, 60, 200, 255]][usize::from(channels > 2)][..channels];
                let bytes = pixel.repeat(15);
                let encoded = encode(Samples { size, layout, bytes }, format, 90).unwrap();
                let suffix = ImageFormat::from_extension(format.suffix()).unwrap();
                let again = image::load_from_memory_with_format(&encoded.bytes, suffix).unwrap();
                assert_eq!((again.width(), again.height()), (5, 3), "{format:?} {layout:?}");
                // A lossy WebP and a palette drop alpha that is opaque throughout.
                let keeps_alpha = matches!(layout, Layout::RgbAlpha) && !matches!(format, Format::WebP | Format::Png);
                assert!(again.color().has_alpha() >= keeps_alpha, "{format:?} {layout:?}");
                let wanted = if channels > 2 { [120, 60, 200, 255] } else { [120, 120, 120, 255] };
                for got in again.to_rgba8().pixels() {
                    let off = got.0.iter().zip(wanted).map(|(got, wanted)| got.abs_diff(wanted)).max();
                    assert!(off <= Some(3), "{format:?} {layout:?}: {got:?}");
                }
                tried += 1;
            }
        }
        assert_eq!(tried, 9 * 4 - 3 * 2 - 1);
    }
}
