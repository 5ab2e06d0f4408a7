//! Encodes the samples of a thumbnail as a file.

use std::io::Cursor;

use image::codecs::png::PngEncoder;
use image::{DynamicImage, ImageBuffer, ImageEncoder, ImageError, ImageFormat};

use crate::color::{Layout, Samples};
use crate::digest::digest;
use crate::error::{Cause, Failure, Step};
use crate::geometry::Size;
use crate::jpeg;
use crate::options::Format;

/// A thumbnail, encoded as a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Encoded {
    /// The size in px.
    pub size: Size,
    /// The format.
    pub format: Format,
    /// The bytes of the file.
    pub bytes: Vec<u8>,
}

impl Encoded {
    /// Returns the digest of the bytes, the same in every run.
    #[must_use]
    pub fn digest(&self) -> u64 {
        digest(&self.bytes)
    }
}

/// Encodes a thumbnail, with the ICC profile if the format carries one. `quality`, from 1 to 100, applies to lossy formats.
pub(super) fn encode(
    samples: Samples,
    format: Format,
    quality: u8,
    profile: Option<&[u8]>,
) -> Result<Encoded, Failure> {
    let size = samples.size;
    let bytes = match format {
        Format::Jpeg => encode_jpeg(&samples, quality, profile),
        #[cfg(feature = "webp")]
        Format::WebP => encode_webp(&samples, quality, profile),
        other => encode_losslessly(samples, other, profile),
    };
    bytes
        .map(|bytes| Encoded { size, format, bytes })
        .map_err(|detail| Cause::Encode { format, detail }.in_step(Step::Encode))
}

fn encode_jpeg(samples: &Samples, quality: u8, profile: Option<&[u8]>) -> Result<Vec<u8>, String> {
    let mut left = samples.bytes.as_slice();
    let mut planes = samples.layout.planes(samples.size).map(|(channels, Size { width, height })| {
        let (width, height) = (width as usize, height as usize);
        let samples = left.split_off(..width * height * channels).unwrap_or_default();
        jpeg::Channel { samples, width, height }
    });
    let channels = match (samples.layout, [planes.next(), planes.next(), planes.next()]) {
        (Layout::Grey, [Some(grey), ..]) => jpeg::Channels::Grey(grey),
        (Layout::YCbCr(_), [Some(luma), Some(blue), Some(red)]) => jpeg::Channels::YCbCr([luma, blue, red]),
        // No other layout is made for a JPEG.
        _ => return Err("samples and format disagree".to_string()),
    };
    jpeg::encode(channels, quality, profile).map_err(|error| error.to_string())
}

/// The longest side of a WebP in px (RFC 9649, 2.5 and 3.4).
#[cfg(feature = "webp")]
const MAX_WEBP_SIDE: u32 = 16_383;

/// Encodes colours lossily and alpha losslessly, the default of `cwebp`.
#[cfg(feature = "webp")]
fn encode_webp(samples: &Samples, quality: u8, profile: Option<&[u8]>) -> Result<Vec<u8>, String> {
    let Size { width, height } = samples.size;
    if width.max(height) > MAX_WEBP_SIDE {
        return Err(format!("a side of {} px is too long for a WebP, the limit is {MAX_WEBP_SIDE}", width.max(height)));
    }
    let spread: Vec<u8>;
    let (bytes, layout) = match samples.layout {
        Layout::Rgb => (&samples.bytes, webp::PixelLayout::Rgb),
        Layout::RgbAlpha => (&samples.bytes, webp::PixelLayout::Rgba),
        Layout::Grey => {
            spread = samples.bytes.iter().flat_map(|grey| [*grey; 3]).collect();
            (&spread, webp::PixelLayout::Rgb)
        }
        Layout::GreyAlpha => {
            let pixels = samples.bytes.as_chunks::<2>().0.iter();
            spread = pixels.flat_map(|[grey, alpha]| [*grey, *grey, *grey, *alpha]).collect();
            (&spread, webp::PixelLayout::Rgba)
        }
        // Only JPEG takes this layout.
        Layout::YCbCr(_) => return Err("samples and format disagree".to_string()),
    };
    let mut config = webp::WebPConfig::new().map_err(|()| "the encoder is not the one built against".to_string())?;
    config.quality = f32::from(quality);
    let encoder = webp::Encoder::new(bytes, layout, width, height);
    let encoded = encoder.encode_advanced(&config).map_err(|error| format!("{error:?}"))?;
    Ok(profile.map_or_else(|| encoded.to_vec(), |icc| crate::webp::embed_icc(&encoded, (width, height), icc)))
}

fn encode_losslessly(samples: Samples, format: Format, profile: Option<&[u8]>) -> Result<Vec<u8>, String> {
    let format = match format {
        Format::Png => ImageFormat::Png,
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
    match (format, profile) {
        // The encoder's runs continue from row to row, which some programs can't read; TGA 2.0 has them end with the row.
        #[cfg(feature = "tga")]
        (ImageFormat::Tga, _) => {
            picture.write_with_encoder(image::codecs::tga::TgaEncoder::new(&mut bytes).disable_rle())
        }
        #[cfg(feature = "pnm")]
        (ImageFormat::Pnm, _) => write_pnm(&picture, &mut bytes),
        (_, Some(profile)) => write_with_profile(&picture, &mut bytes, format, profile),
        (_, None) => picture.write_to(&mut bytes, format),
    }
    .map_err(|error| error.to_string())?;
    Ok(bytes.into_inner())
}

/// Writes PGM, PPM or, with alpha, PAM: the oldest PNM form that fits, which most programs read.
#[cfg(feature = "pnm")]
fn write_pnm(picture: &DynamicImage, bytes: &mut Cursor<Vec<u8>>) -> Result<(), ImageError> {
    use image::codecs::pnm::{PnmEncoder, PnmSubtype, SampleEncoding};
    let form = match picture.color() {
        image::ColorType::L8 => PnmSubtype::Graymap(SampleEncoding::Binary),
        image::ColorType::Rgb8 => PnmSubtype::Pixmap(SampleEncoding::Binary),
        _ => PnmSubtype::ArbitraryMap,
    };
    picture.write_with_encoder(PnmEncoder::new(bytes).with_subtype(form))
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

/// Converts samples to an image of a colour type that the encoder of `format` takes.
fn picture_for(format: ImageFormat, samples: Samples) -> Option<DynamicImage> {
    let (Size { width, height }, bytes) = (samples.size, samples.bytes);
    let picture = match samples.layout {
        Layout::Grey => DynamicImage::ImageLuma8(ImageBuffer::from_raw(width, height, bytes)?),
        Layout::GreyAlpha => DynamicImage::ImageLumaA8(ImageBuffer::from_raw(width, height, bytes)?),
        Layout::Rgb => DynamicImage::ImageRgb8(ImageBuffer::from_raw(width, height, bytes)?),
        Layout::RgbAlpha => DynamicImage::ImageRgba8(ImageBuffer::from_raw(width, height, bytes)?),
        // Only JPEG takes this layout.
        Layout::YCbCr(_) => return None,
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
    use crate::color::Subsampling;

    #[cfg(feature = "webp")]
    fn webp_of(quality: u8) -> Vec<u8> {
        let size = Size::new(64, 48);
        let bytes = (0..64 * 48_u32).flat_map(|i| {
            let (x, y) = (i % 64, i / 64);
            [x * 4, (x * x + y * 7) % 256, y * 5, 255 - y * 5].map(|sample| sample as u8)
        });
        let samples = Samples { size, layout: Layout::RgbAlpha, bytes: bytes.collect() };
        encode(samples, Format::WebP, quality, None).unwrap().bytes
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
        assert!(encode(samples, Format::WebP, 80, None).is_err());
    }

    #[cfg(all(feature = "tga", feature = "pnm"))]
    #[test]
    fn old_formats_are_written_in_the_form_that_all_programs_read() {
        let start = |format, layout, channels: usize| {
            let samples = Samples { size: Size::new(100, 60), layout, bytes: vec![7; 6000 * channels] };
            encode(samples, format, 90, None).unwrap().bytes
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
                let encoded = encode(Samples { size, layout, bytes }, Format::Jpeg, 90, None).unwrap();
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
        let failure = encode(samples, Format::Jpeg, 80, None).unwrap_err();
        assert!(format!("{failure:?}").contains("65536"), "{failure:?}");
    }

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
                if format == Format::Jpeg && layout == Layout::Rgb {
                    continue;
                }
                // One opaque colour, which no subsampling or palette can change.
                let pixel = &[[120, 255, 0, 0], [120, 60, 200, 255]][usize::from(channels > 2)][..channels];
                let bytes = pixel.repeat(15);
                let encoded = encode(Samples { size, layout, bytes }, format, 90, None).unwrap();
                let suffix = ImageFormat::from_extension(format.suffix()).unwrap();
                let again = image::load_from_memory_with_format(&encoded.bytes, suffix).unwrap();
                assert_eq!((again.width(), again.height()), (5, 3), "{format:?} {layout:?}");
                // A lossy WebP drops alpha that is opaque throughout.
                let keeps_alpha = matches!(layout, Layout::RgbAlpha) && format != Format::WebP;
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
