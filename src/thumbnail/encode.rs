//! Samples of a thumbnail → bytes of a file.

use std::hash::{DefaultHasher, Hasher};
use std::io::Cursor;

use image::codecs::png::PngEncoder;
use image::{DynamicImage, ImageBuffer, ImageEncoder, ImageError, ImageFormat};

use super::color::{Layout, Samples};
use crate::error::{Cause, Failure, Step};
use crate::geometry::Size;
use crate::options::Format;

/// A thumbnail as a file's bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Encoded {
    /// Its size in px.
    pub size: Size,
    /// Its format.
    pub format: Format,
    /// The bytes of the file.
    pub bytes: Vec<u8>,
}

impl Encoded {
    /// A digest of the bytes, the same in every run.
    #[must_use]
    pub fn digest(&self) -> u64 {
        let mut hasher = DefaultHasher::new();
        hasher.write(&self.bytes);
        hasher.finish()
    }
}

/// Encodes a thumbnail; `quality` from 1 to 100 counts for lossy formats. The ICC profile is embedded in the formats
/// that carry one.
pub(super) fn encode(
    samples: Samples,
    format: Format,
    quality: u8,
    profile: Option<&[u8]>,
) -> Result<Encoded, Failure> {
    let size = samples.size;
    let bytes = match format {
        Format::Jpeg => encode_jpeg(&samples, quality, profile),
        other => encode_losslessly(samples, other, profile),
    };
    bytes
        .map(|bytes| Encoded { size, format, bytes })
        .map_err(|detail| Cause::Encode { format, detail }.in_step(Step::Encode))
}

fn encode_jpeg(samples: &Samples, quality: u8, profile: Option<&[u8]>) -> Result<Vec<u8>, String> {
    let mut bytes = Vec::new();
    let side =
        |n: u32| u16::try_from(n).map_err(|_| format!("a side of {n} px is too long for a JPEG, the limit is 65535"));
    let color = match samples.layout {
        Layout::Grey => jpeg_encoder::ColorType::Luma,
        Layout::Rgb => jpeg_encoder::ColorType::Rgb,
        Layout::YCbCr => jpeg_encoder::ColorType::Ycbcr,
        Layout::GreyAlpha | Layout::RgbAlpha => return Err("a JPEG has no alpha".to_string()),
    };
    let mut encoder = jpeg_encoder::Encoder::new(&mut bytes, quality);
    // With tables of its own the encoder writes a scan for each component, which is valid and which some widespread
    // decoders (zune-jpeg 0.5) turn into green.
    encoder.set_optimized_huffman_tables(false);
    if let Some(profile) = profile {
        encoder.add_icc_profile(profile).map_err(|error| error.to_string())?;
    }
    encoder
        .encode(&samples.bytes, side(samples.size.width)?, side(samples.size.height)?, color)
        .map_err(|error| error.to_string())?;
    Ok(bytes)
}

fn encode_losslessly(samples: Samples, format: Format, profile: Option<&[u8]>) -> Result<Vec<u8>, String> {
    let format = match format {
        Format::Png => ImageFormat::Png,
        Format::WebP => ImageFormat::WebP,
        Format::Gif => ImageFormat::Gif,
        Format::Tiff => ImageFormat::Tiff,
        Format::Bmp => ImageFormat::Bmp,
        Format::Pnm => ImageFormat::Pnm,
        Format::Qoi => ImageFormat::Qoi,
        Format::Tga => ImageFormat::Tga,
        _ => {
            return Err("it is not among the lossless formats that are written".to_string());
        }
    };
    let picture = picture_for(format, samples).ok_or("samples and size disagree")?;
    let mut bytes = Cursor::new(Vec::new());
    match profile {
        Some(profile) => write_with_profile(&picture, &mut bytes, format, profile),
        None => picture.write_to(&mut bytes, format),
    }
    .map_err(|error| error.to_string())?;
    Ok(bytes.into_inner())
}

fn write_with_profile(
    picture: &DynamicImage,
    bytes: &mut Cursor<Vec<u8>>,
    format: ImageFormat,
    profile: &[u8],
) -> Result<(), ImageError> {
    match format {
        ImageFormat::Png => write_by(PngEncoder::new(bytes), picture, profile),
        #[cfg(feature = "webp")]
        ImageFormat::WebP => write_by(image::codecs::webp::WebPEncoder::new_lossless(bytes), picture, profile),
        #[cfg(feature = "tiff")]
        ImageFormat::Tiff => write_by(image::codecs::tiff::TiffEncoder::new(bytes), picture, profile),
        other => picture.write_to(bytes, other),
    }
}

fn write_by(mut encoder: impl ImageEncoder, picture: &DynamicImage, profile: &[u8]) -> Result<(), ImageError> {
    encoder.set_icc_profile(profile.to_vec()).map_err(ImageError::Unsupported)?;
    picture.write_with_encoder(encoder)
}

/// The samples as a picture of a kind that the encoder of `format` takes.
fn picture_for(format: ImageFormat, samples: Samples) -> Option<DynamicImage> {
    let (Size { width, height }, bytes) = (samples.size, samples.bytes);
    let picture = match samples.layout {
        Layout::Grey => DynamicImage::ImageLuma8(ImageBuffer::from_raw(width, height, bytes)?),
        Layout::GreyAlpha => DynamicImage::ImageLumaA8(ImageBuffer::from_raw(width, height, bytes)?),
        Layout::Rgb => DynamicImage::ImageRgb8(ImageBuffer::from_raw(width, height, bytes)?),
        Layout::RgbAlpha => DynamicImage::ImageRgba8(ImageBuffer::from_raw(width, height, bytes)?),
        // Only a JPEG takes it.
        Layout::YCbCr => return None,
    };
    Some(match (format, samples.layout) {
        (ImageFormat::Gif | ImageFormat::Qoi, Layout::Grey) => picture.into_rgb8().into(),
        (ImageFormat::Gif | ImageFormat::Qoi | ImageFormat::Tiff, Layout::GreyAlpha) => picture.into_rgba8().into(),
        _ => picture,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_writable_format_takes_every_layout_that_reaches_it() {
        let size = Size::new(5, 3);
        let mut tried = 0;
        for format in Format::ALL.into_iter().filter(|format| format.is_writable()) {
            for (layout, channels) in
                [(Layout::Grey, 1), (Layout::GreyAlpha, 2), (Layout::Rgb, 3), (Layout::RgbAlpha, 4)]
            {
                if matches!(layout, Layout::GreyAlpha | Layout::RgbAlpha) && !format.carries_alpha() {
                    continue;
                }
                // One opaque colour, which no subsampling or palette can change.
                let pixel = &[[120, 255, 0, 0], [120, 60, 200, 255]][usize::from(channels > 2)][..channels];
                let bytes = pixel.repeat(15);
                let encoded = encode(Samples { size, layout, bytes }, format, 90, None).unwrap();
                let suffix = ImageFormat::from_extension(format.suffix()).unwrap();
                let again = image::load_from_memory_with_format(&encoded.bytes, suffix).unwrap();
                assert_eq!((again.width(), again.height()), (5, 3), "{format:?} {layout:?}");
                assert!(again.color().has_alpha() >= matches!(layout, Layout::RgbAlpha), "{format:?} {layout:?}");
                let wanted = if channels > 2 { [120, 60, 200, 255] } else { [120, 120, 120, 255] };
                for got in again.to_rgba8().pixels() {
                    let off = got.0.iter().zip(wanted).map(|(got, wanted)| got.abs_diff(wanted)).max();
                    assert!(off <= Some(3), "{format:?} {layout:?}: {got:?}");
                }
                tried += 1;
            }
        }
        assert_eq!(tried, 9 * 4 - 3 * 2);
    }
}
