//! PNG, and of APNG the default image, after PNG, third edition (W3C, 2025). In: the file, piece by piece. Out: its rows,
//! inflated and unfiltered by the crate `png`, reduced as they come; an interlaced picture's passes are added one to the
//! other on the working grid, so no frame is ever held.

mod orientation;
mod profile;

use std::io::ErrorKind;

use png::{BitDepth, ColorType, DecodingError, Info, Limits, Reader, Transformations};

use super::super::pixels::Model;
use super::super::probe::Header;
use super::super::shrink::BoxReducer;
use super::Decoded;
use super::pieces::Pieces;
use crate::container::Input;
use crate::error::Cause;
use crate::geometry::{Factors, Size};
use crate::options::Format;
use crate::outcome::Damage;

/// What chunks beside the picture's rows may take in memory. The largest profile met is 4 MiB.
const METADATA: usize = 32 << 20;

/// Bytes of a piece when the place of an error is sought.
const NEAR: usize = 128;

const ENDS_TOO_EARLY: &str = "the file ends too early";

/// Reads the header.
pub(super) fn read_header(input: &mut dyn Input) -> Result<Header, Cause> {
    let mut pieces = Pieces::new(input);
    let reader = open(&mut pieces, Checksums::Heeded)?;
    let info = reader.info();
    let size = Size::new(info.width, info.height);
    let has_alpha = matches!(reader.output_color_type().0, ColorType::GrayscaleAlpha | ColorType::Rgba);
    Ok(Header { format: Format::Png, size, orientation: orientation::read(input)?, has_alpha })
}

/// Whether a chunk whose checksum is wrong ends the picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Checksums {
    Heeded,
    Ignored,
}

/// A reader of rows, everything before them read: palettes become colours, transparency becomes alpha, and samples of
/// less than 8 bits get 8.
fn open<'a, 'b>(pieces: &'b mut Pieces<'a>, checksums: Checksums) -> Result<Reader<&'b mut Pieces<'a>>, Cause> {
    let mut decoder = png::Decoder::new(pieces);
    decoder.set_ignore_text_chunk(true);
    decoder.ignore_checksums(checksums == Checksums::Ignored);
    decoder.set_transformations(Transformations::EXPAND);
    let width = decoder.read_header_info().map_err(judge)?.width;
    // A row takes 8 bytes for each pixel at the most; whether that is too much is not for the decoder to say.
    let row = usize::try_from(width).unwrap_or(usize::MAX).saturating_mul(8);
    decoder.set_limits(Limits { bytes: METADATA.saturating_add(row) });
    decoder.read_info().map_err(judge)
}

/// Decodes the rows that there are; what is missing of them is said.
///
/// The decoder keeps back the last 32 KiB that it inflated, and gives them out only where the picture or the file ends. So
/// when it stops at an error, the place is sought more closely, and the picture decoded again as if the file ended there.
pub(super) fn decode(input: &mut dyn Input, header: &Header, factors: Factors) -> Result<Decoded, Cause> {
    let Attempt { stop, .. } = match attempt(&mut Pieces::new(input), Checksums::Heeded, header, factors)? {
        Attempt { stop: None, decoded, .. } => return Ok(decoded),
        Attempt { stop: Some(Stop::AtEnd { rows }), mut decoded, there } if rows > 0 => {
            decoded.damage = Some(tell(ENDS_TOO_EARLY, rows, there, header));
            return Ok(decoded);
        }
        other => other,
    };
    let detail = match stop {
        Some(Stop::AtError { detail }) => detail,
        _ => return Err(damaged(ENDS_TOO_EARLY)),
    };
    let mut pieces = Pieces::until(input, NEAR, u64::MAX);
    // Its error is the one that is known.
    let _ = attempt(&mut pieces, Checksums::Heeded, header, factors);
    let end = pieces.position();
    match attempt(&mut Pieces::until(input, NEAR, end), Checksums::Ignored, header, factors)? {
        Attempt { stop: Some(Stop::AtEnd { rows }), mut decoded, there } if rows > 0 => {
            decoded.damage = Some(tell(&detail, rows, there, header));
            Ok(decoded)
        }
        // All rows were there before the error.
        Attempt { stop: None, mut decoded, .. } => {
            decoded.damage = Some(Damage::of_whole(detail));
            Ok(decoded)
        }
        _ => Err(damaged(&detail)),
    }
}

/// The damage of a picture of which some stored rows could be read, which leave `there` of the picture's own with pixels:
/// of an interlaced picture, the first pass is the whole picture, if a coarse one.
fn tell(detail: &str, rows: u64, there: u32, header: &Header) -> Damage {
    Damage::of_part(format!("{detail}, after {rows} rows"), there.into(), header.size.height.into())
}

/// What came of reading the rows, and where it stopped if it did not come to the end.
struct Attempt {
    decoded: Decoded,
    /// Rows of the picture that have pixels.
    there: u32,
    stop: Option<Stop>,
}

enum Stop {
    /// Where the file ends; so many rows were there.
    AtEnd {
        rows: u64,
    },
    AtError {
        detail: String,
    },
}

fn attempt(pieces: &mut Pieces<'_>, checksums: Checksums, header: &Header, factors: Factors) -> Result<Attempt, Cause> {
    let mut reader = open(pieces, checksums)?;
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
        true => BoxReducer::interlaced(header.size, model, factors),
        false => BoxReducer::new(header.size, model, factors),
    };
    let stop = push_rows(&mut reader, depth, model, &mut reducer)?;
    let there = reducer.rows_there();
    let decoded = Decoded { grid: reducer.finish(), factor: factors.common(), damage: None, profile };
    Ok(Attempt { decoded, there, stop })
}

/// Pushes every row that there is, and says what it stopped at.
fn push_rows(
    reader: &mut Reader<&mut Pieces<'_>>,
    depth: BitDepth,
    model: Model,
    reducer: &mut BoxReducer,
) -> Result<Option<Stop>, Cause> {
    let mut row = Vec::new();
    let room = reader.output_line_size(reader.info().width).filter(|room| row.try_reserve_exact(*room).is_ok());
    let Some(room) = room else {
        return Err(damaged("its rows don't fit in memory"));
    };
    row.resize(room, 0_u8);
    let mut words = Vec::new();
    let mut rows = 0;
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
            Err(DecodingError::IoError(error)) if error.kind() == ErrorKind::UnexpectedEof => {
                return Ok(Some(Stop::AtEnd { rows }));
            }
            Err(error) => {
                return match judge(error) {
                    Cause::Damaged { detail, .. } => Ok(Some(Stop::AtError { detail })),
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
        DecodingError::IoError(error) if error.kind() == ErrorKind::UnexpectedEof => damaged(ENDS_TOO_EARLY),
        // The decoder's own word for fields that are out of range.
        DecodingError::IoError(error) if error.kind() == ErrorKind::InvalidData => damaged("a chunk is corrupt"),
        DecodingError::IoError(error) => error.into(),
        DecodingError::LimitsExceeded => damaged("it needs more memory than an image of its size should"),
        DecodingError::Format(error) => damaged(explain(&error.to_string())),
        DecodingError::Parameter(_) => damaged("a chunk is corrupt"),
    }
}

/// Words of the crate, which keeps its reasons private, and what they mean to people.
const MEANINGS: [(&str, &str); 18] = [
    ("before IHDR", "the image header is missing"),
    ("signature", "the signature is wrong"),
    ("chunk is missing", "the pixel data are missing"),
    ("does not have enough data", "the pixel data end too early"),
    ("deflate", "the compressed data are corrupt"),
    ("CRC error", "a checksum is wrong"),
    ("alette", "the palette is missing or too short"),
    ("dimensions", "the size in the image header is invalid"),
    ("color/depth", "the image header is invalid"),
    ("Invalid bit depth", "the image header is invalid"),
    ("Invalid color type", "the image header is invalid"),
    ("method", "the image header is invalid"),
    ("critical chunk", "a required chunk is of an unknown kind"),
    ("fcTL", "an animation frame is corrupt"),
    ("fdAT", "an animation frame is corrupt"),
    ("Sequence", "an animation frame is corrupt"),
    ("Sub frame", "an animation frame is corrupt"),
    (" op ", "an animation frame is corrupt"),
];

fn explain(error: &str) -> &'static str {
    MEANINGS.iter().find(|(words, _)| error.contains(words)).map_or("a chunk is corrupt", |(_, meaning)| meaning)
}

fn damaged(detail: &str) -> Cause {
    Cause::Damaged { format: Format::Png, detail: detail.to_string() }
}

#[cfg(test)]
mod tests;
