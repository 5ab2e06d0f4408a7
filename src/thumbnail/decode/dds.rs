//! DDS → working grid, some rows at a time: block-compressed (BC1 to BC7), packed and plain surfaces. Of a texture the
//! largest level, of a cube the first face, of an array or a volume the first picture.

use std::io::Cursor;

use dds::{Channels, ColorFormat, Decoder, DecodingError, HeaderError, ImageViewMut, LayoutError, Offset, Precision};

use super::super::pixels::Model;
use super::super::probe::Header;
use super::super::profile::Profile;
use super::super::scene;
use super::super::shrink::BoxReducer;
use super::Decoded;
use crate::error::Cause;
use crate::geometry::{Factors, Orientation, Size};
use crate::options::{Exposure, Format};

/// Rows that are decoded together: whole blocks, whatever their height.
const BAND: u32 = 60;

/// The largest number of 16 bits with a point: an infinite one would spread over the picture.
const BRIGHTEST: f32 = 65_504.0;

/// Reads the header.
pub(super) fn read_header(bytes: &[u8]) -> Result<Header, Cause> {
    let decoder = Decoder::new(Cursor::new(bytes)).map_err(judge)?;
    let size = decoder.main_size();
    Ok(Header {
        format: Format::Dds,
        size: Size::new(size.width, size.height),
        orientation: Orientation::Upright,
        has_alpha: matches!(decoder.native_color().channels, Channels::Alpha | Channels::Rgba),
    })
}

/// What decoding takes beside the file and the working grid: a band of pixels of four floats.
pub(super) fn working_memory(size: Size) -> u64 {
    u64::from(size.width) * u64::from(BAND) * 16
}

/// Decodes onto the working grid.
pub(super) fn decode(bytes: &[u8], header: &Header, factors: Factors, exposure: Exposure) -> Result<Decoded, Cause> {
    let mut decoder = Decoder::new(Cursor::new(bytes)).map_err(judge)?;
    // Rows are allocated by the header's word: the file must have that many.
    if decoder.surface_info().is_none_or(|surface| surface.data_len() > bytes.len() as u64) {
        return Err(too_short());
    }
    let native = decoder.native_color();
    let (channels, model) = match native.channels {
        Channels::Grayscale => (Channels::Grayscale, Model::Grey),
        Channels::Rgb => (Channels::Rgb, Model::Rgb),
        Channels::Alpha | Channels::Rgba => (Channels::Rgba, Model::RgbAlpha),
    };
    // Samples of 32 bits, or 16 with a point, are light; all others are meant for a screen.
    let is_light = native.precision == Precision::F32;
    let profile = if is_light { scene::profile_of(exposure) } else { Profile::Srgb };
    let precision = if native.precision == Precision::U8 { Precision::U8 } else { Precision::F32 };
    let color = ColorFormat::new(channels, precision);

    let mut reducer = match is_light {
        true => BoxReducer::of_scene(header.size, model, factors, exposure),
        false => BoxReducer::new(header.size, model, factors),
    };
    let width = header.size.width as usize;
    let mut row = vec![0.0_f32; width * model.planes()];
    let row_bytes = width * usize::from(color.bytes_per_pixel());
    let mut band = vec![0; row_bytes * BAND.min(header.size.height) as usize];
    for top in (0..header.size.height).step_by(BAND as usize) {
        let rows = BAND.min(header.size.height - top);
        let band = &mut band[..row_bytes * rows as usize];
        let view = ImageViewMut::new(band, dds::Size::new(header.size.width, rows), color)
            .ok_or_else(|| damaged("its rows have no length".to_string()))?;
        decoder.read_surface_rect(view, Offset::new(0, top)).map_err(judge)?;
        decoder.rewind_to_previous_surface().map_err(judge)?;
        for stored in band.chunks_exact(row_bytes) {
            if precision == Precision::U8 {
                reducer.push_bytes(stored);
                continue;
            }
            row.iter_mut().zip(stored.as_chunks::<4>().0).for_each(|(to, from)| {
                let sample = f32::from_ne_bytes(*from);
                *to = if sample.is_nan() { 0.0 } else { sample.clamp(-BRIGHTEST, BRIGHTEST) * 255.0 };
            });
            reducer.push_row(&mut row);
        }
    }
    Ok(Decoded { grid: reducer.finish(), factor: factors.common(), damage: None, profile })
}

fn judge(error: DecodingError) -> Cause {
    match error {
        DecodingError::Io(error) | DecodingError::Header(HeaderError::Io(error))
            if error.kind() == std::io::ErrorKind::UnexpectedEof =>
        {
            too_short()
        }
        DecodingError::Format(_) => {
            Cause::Unsupported { format: Format::Dds, detail: "a pixel format that can't be decoded".to_string() }
        }
        DecodingError::Layout(LayoutError::ZeroDimension) => damaged("a side is 0 px long".to_string()),
        DecodingError::Layout(_) | DecodingError::Header(_) => damaged("the image header is invalid".to_string()),
        DecodingError::MemoryLimitExceeded => {
            damaged("it needs more memory than an image of its size should".to_string())
        }
        _ => damaged("the pixel data are corrupt".to_string()),
    }
}

fn too_short() -> Cause {
    damaged("the file ends too early".to_string())
}

fn damaged(detail: String) -> Cause {
    Cause::Damaged { format: Format::Dds, detail }
}

#[cfg(test)]
mod tests;
