//! Decodes whole frames through the `image` crate, and reduces them to the working grid row by row.

use std::io::Cursor;

use image::error::{ImageError, LimitErrorKind};
use image::{ColorType, ImageDecoder, ImageFormat, Limits};

use super::decoded::Decoded;
use super::header::Header;
use crate::formats::error::{DecodeError, damaged, ends_too_early, unsupported};
use crate::geometry::{Factors, Orientation, Size};
use crate::options::Format;
use crate::pixels::profile::Profile;
use crate::pixels::shrink::BoxReducer;
use crate::pixels::{Model, WorkingGrid};

/// Bytes that a decoder may allocate beside the frame: tables, compressed chunks, metadata.
const BESIDE_THE_FRAME: u64 = 64 << 20;

/// The brightest sample. Floating-point samples may exceed white, but an infinite one would spread over the image.
const BRIGHTEST: f32 = 65_504.0;

/// Reads the header.
pub(super) fn read_header(bytes: &[u8], format: Format) -> Result<Header, DecodeError> {
    let mut decoder = open(bytes, format)?;
    let (width, height) = decoder.dimensions();
    // A damaged EXIF block is no reason to refuse the image.
    let exif = decoder.orientation().map_or(1, |orientation| u16::from(orientation.to_exif()));
    Ok(Header {
        format,
        size: Size::new(width, height),
        orientation: Orientation::from_exif(exif).unwrap_or_default(),
        has_alpha: decoder.color_type().has_alpha(),
    })
}

/// Opens a decoder and reads the header.
fn open(bytes: &[u8], format: Format) -> Result<Box<dyn ImageDecoder + '_>, DecodeError> {
    let input = Cursor::new(bytes);
    let told = match format {
        Format::Jpeg => ImageFormat::Jpeg,
        Format::Png => ImageFormat::Png,
        Format::WebP => ImageFormat::WebP,
        Format::Tiff => ImageFormat::Tiff,
        Format::Bmp => ImageFormat::Bmp,
        Format::Pnm => ImageFormat::Pnm,
        Format::Qoi => ImageFormat::Qoi,
        Format::Tga => ImageFormat::Tga,
        Format::Hdr => ImageFormat::Hdr,
        _ => return Err(unsupported("this build has no decoder for it")),
    };
    let mut reader = image::ImageReader::with_format(input, told);
    reader.no_limits();
    reader.into_decoder().map(|decoder| Box::new(decoder) as _).map_err(judge)
}

/// Decodes one frame, the first of an animation.
pub(super) fn decode(bytes: &[u8], header: &Header, factors: Factors) -> Result<Decoded, DecodeError> {
    let mut decoder = open(bytes, header.format)?;
    let total = decoder.total_bytes();
    let mut limits = Limits::no_limits();
    limits.max_alloc = Some(total.saturating_mul(2).saturating_add(BESIDE_THE_FRAME));
    decoder.set_limits(limits).map_err(judge)?;
    let color = decoder.color_type();
    // Floating-point samples are linear light unless the file says otherwise.
    let unsaid = match color {
        ColorType::Rgb32F | ColorType::Rgba32F => Profile::Linear,
        _ => Profile::Srgb,
    };
    // A damaged profile is no reason to refuse the image.
    let profile = decoder.icc_profile().ok().flatten().map_or(unsaid, Profile::Icc);
    let out_of_memory = || damaged(format!("its pixels would need {total} bytes of memory"));

    let mut frame = Vec::new();
    let room = usize::try_from(total).map_err(|_| out_of_memory())?;
    frame.try_reserve_exact(room).map_err(|_| out_of_memory())?;
    frame.resize(room, 0);
    decoder.read_image(&mut frame).map_err(judge)?;
    let grid = reduce(&frame, color, header, factors)?;
    Ok(Decoded { grid, factor: factors.common(), damage: None, profile })
}

/// Reduces a frame of red, green, blue and alpha.
#[cfg(feature = "animation")]
pub(crate) fn reduce_rgba(frame: &[u8], header: &Header, factors: Factors) -> Result<WorkingGrid, DecodeError> {
    reduce(frame, ColorType::Rgba8, header, factors)
}

/// Reduces a frame whose samples are of this kind, in the order of bytes of the machine.
pub(crate) fn reduce(
    frame: &[u8],
    color: ColorType,
    header: &Header,
    factors: Factors,
) -> Result<WorkingGrid, DecodeError> {
    let model = match color {
        ColorType::L8 | ColorType::L16 => Model::Grey,
        ColorType::La8 | ColorType::La16 => Model::GreyAlpha,
        ColorType::Rgb8 | ColorType::Rgb16 | ColorType::Rgb32F => Model::Rgb,
        ColorType::Rgba8 | ColorType::Rgba16 | ColorType::Rgba32F => Model::RgbAlpha,
        other => {
            return Err(unsupported(format!("samples of kind {other:?}")));
        }
    };
    let mut reducer = BoxReducer::new(header.size, model, factors);
    let row_bytes = header.size.width as usize * usize::from(color.bytes_per_pixel());
    let sample_bytes = usize::from(color.bytes_per_pixel()) / model.planes();
    let mut row = vec![0.0_f32; header.size.width as usize * model.planes()];
    for stored in frame.chunks_exact(row_bytes) {
        match sample_bytes {
            1 => row.iter_mut().zip(stored).for_each(|(to, from)| *to = f32::from(*from)),
            2 => row.iter_mut().zip(stored.as_chunks::<2>().0).for_each(|(to, from)| {
                *to = f32::from(u16::from_ne_bytes(*from)) * (255.0 / 65535.0);
            }),
            _ => row.iter_mut().zip(stored.as_chunks::<4>().0).for_each(|(to, from)| {
                let sample = f32::from_ne_bytes(*from);
                *to = if sample.is_nan() { 0.0 } else { sample.clamp(-BRIGHTEST, BRIGHTEST) * 255.0 };
            }),
        }
        reducer.push_row(&mut row);
    }
    Ok(reducer.finish())
}

/// Distinguishes damaged files from unsupported ones.
fn judge(error: ImageError) -> DecodeError {
    match error {
        ImageError::IoError(error) if error.kind() == std::io::ErrorKind::UnexpectedEof => ends_too_early(),
        ImageError::Unsupported(_) => unsupported("a variant that can't be decoded"),
        ImageError::Limits(limit) if limit.kind() == LimitErrorKind::InsufficientMemory => {
            damaged("it needs more memory than an image of its size should")
        }
        ImageError::Decoding(error) if error.to_string().contains("no image") => damaged("it contains no image"),
        _ => damaged("the image header or the pixel data are invalid"),
    }
}
