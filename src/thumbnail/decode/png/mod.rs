//! PNG, and of APNG the default image, after PNG, third edition (W3C, 2025). In: the file, piece by piece. Out: its rows,
//! inflated and unfiltered by the crate `png`, reduced as they come; an interlaced picture's passes are added one to the
//! other on the working grid, so no frame is ever held.

mod late;
mod profile;

use std::io::ErrorKind;
use std::num::NonZeroU32;

use png::{BitDepth, ColorType, DecodingError, Info, Limits, Reader, Transformations};

use super::super::pixels::Model;
use super::super::probe::Header;
use super::super::shrink::BoxReducer;
use super::Decoded;
use super::pieces::Pieces;
use crate::container::{self, Input};
use crate::error::Cause;
use crate::geometry::{Orientation, Size};
use crate::options::Format;

/// What chunks beside the picture's rows may take in memory. The largest profile met is 4 MiB.
const METADATA: usize = 32 << 20;

/// Reads the header.
pub(super) fn read_header(input: &mut dyn Input) -> Result<Header, Cause> {
    let reader = open(input)?;
    let info = reader.info();
    let size = Size::new(info.width, info.height);
    let has_alpha = matches!(reader.output_color_type().0, ColorType::GrayscaleAlpha | ColorType::Rgba);
    let early = info.exif_metadata.as_deref().map(<[u8]>::to_vec);
    drop(reader);
    let exif = match early {
        Some(exif) => Some(exif),
        None => late::find_exif(input)?,
    };
    let orientation = exif.and_then(|exif| Orientation::from_exif(container::read_exif(&exif).orientation?));
    Ok(Header { format: Format::Png, size, orientation: orientation.unwrap_or_default(), has_alpha })
}

/// A reader of rows, everything before them read: palettes become colours, transparency becomes alpha, and samples of
/// less than 8 bits get 8.
fn open(input: &mut dyn Input) -> Result<Reader<Pieces<'_>>, Cause> {
    let mut decoder = png::Decoder::new(Pieces::new(input));
    decoder.set_ignore_text_chunk(true);
    decoder.set_transformations(Transformations::EXPAND);
    let width = decoder.read_header_info().map_err(judge)?.width;
    // A row takes 8 bytes for each pixel at the most; whether that is too much is not for the decoder to say.
    let row = usize::try_from(width).unwrap_or(usize::MAX).saturating_mul(8);
    decoder.set_limits(Limits { bytes: METADATA.saturating_add(row) });
    decoder.read_info().map_err(judge)
}

/// Decodes the rows that there are; what is missing of them is said.
pub(super) fn decode(input: &mut dyn Input, header: &Header, factor: NonZeroU32) -> Result<Decoded, Cause> {
    let mut reader = open(input)?;
    let info = reader.info();
    if frame_size(info) != header.size {
        return Err(damaged("its default image has a size of its own"));
    }
    let profile = profile::state(info);
    let (color, depth) = reader.output_color_type();
    let model = match color {
        ColorType::Grayscale => Model::Grey,
        ColorType::GrayscaleAlpha => Model::GreyAlpha,
        ColorType::Rgb | ColorType::Indexed => Model::Rgb,
        ColorType::Rgba => Model::RgbAlpha,
    };
    let mut reducer = match info.interlaced {
        true => BoxReducer::interlaced(header.size, model, factor.get()),
        false => BoxReducer::new(header.size, model, factor.get()),
    };
    let damage = push_rows(&mut reader, depth, model, &mut reducer)?;
    Ok(Decoded { grid: reducer.finish(), factor, damage, profile })
}

/// Pushes every row that there is. What went wrong, if something did after the first row.
fn push_rows(
    reader: &mut Reader<Pieces<'_>>,
    depth: BitDepth,
    model: Model,
    reducer: &mut BoxReducer,
) -> Result<Option<String>, Cause> {
    let mut row = Vec::new();
    let room = reader.output_line_size(reader.info().width).filter(|room| row.try_reserve_exact(*room).is_ok());
    let Some(room) = room else {
        return Err(damaged("its rows do not fit in memory"));
    };
    row.resize(room, 0_u8);
    let mut words = Vec::new();
    let mut rows = 0_u64;
    loop {
        // Empty passes have no rows, here and there.
        let samples = reducer.row_pixels().unwrap_or(0) * model.planes();
        match reader.read_row(&mut row) {
            Ok(None) => return Ok(None),
            Ok(Some(_)) if depth == BitDepth::Sixteen => {
                words.clear();
                words.extend(row.as_chunks().0.iter().take(samples).map(|sample| u16::from_be_bytes(*sample)));
                reducer.push_words(&words);
            }
            Ok(Some(_)) => reducer.push_bytes(&row[..samples]),
            Err(error) => {
                return match judge(error) {
                    Cause::Damaged { detail, .. } if rows > 0 => Ok(Some(format!("{detail}, after {rows} rows"))),
                    cause => Err(cause),
                };
            }
        }
        rows += 1;
    }
}

/// The size of the frame that comes first, which an APNG may say once more.
fn frame_size(info: &Info<'_>) -> Size {
    match info.frame_control {
        Some(frame) => Size::new(frame.width, frame.height),
        None => Size::new(info.width, info.height),
    }
}

/// Tells a damaged file from one that can't be read.
fn judge(error: DecodingError) -> Cause {
    match error {
        DecodingError::IoError(error) if error.kind() == ErrorKind::UnexpectedEof => damaged("the file ends too early"),
        // The decoder's own word for fields that are out of range.
        DecodingError::IoError(error) if error.kind() == ErrorKind::InvalidData => damaged("a chunk is malformed"),
        DecodingError::IoError(error) => error.into(),
        DecodingError::LimitsExceeded => damaged("it asks for more memory than a picture of its size needs"),
        DecodingError::Format(error) => damaged(&error.to_string()),
        DecodingError::Parameter(error) => damaged(&error.to_string()),
    }
}

fn damaged(detail: &str) -> Cause {
    Cause::Damaged { format: Format::Png, detail: detail.to_string() }
}

#[cfg(test)]
mod tests;
