//! Decodes PNG, and the default image of APNG, after PNG, third edition (W3C, 2025). The crate `png` inflates and unfilters
//! the rows, which are reduced as they come. An interlaced image's passes are summed on the working grid, so no frame is
//! ever held.
//!
//! | file | purpose |
//! |---|---|
//! | `chunks` | lists the chunks of a file, and reads their data and texts |
//! | `orientation`, `packets` | read the orientation, and the metadata that thumbnails may keep |
//! | `profile` | returns the colour profile |
//! | `survey` | scans the chunks of a damaged file |
//! | `checksum` | checks chunks, and locates single flipped bits |
//! | `mended` | presents the sound part of a damaged file to `png` as a stream |
//! | `sound`, `unfilter` | decode photographs of sound files |
//! | `cgbi` | reorders pixels of the PNGs that Xcode writes for iPhones |

mod cgbi;
mod checksum;
mod chunks;
mod mended;
mod orientation;
mod packets;
mod profile;
mod sound;
mod survey;
mod unfilter;

use std::io::{BufRead, ErrorKind, Seek};

use png::{BitDepth, ColorType, DecodeOptions, DecodingError, Info, Limits, Reader, Transformations};

use crate::container::Input;
use crate::formats::animation::detect::is_apng;
use crate::formats::codec::{Access, Codec, OpenedImage, Plan, Receiver, Reduced, Tools};
use crate::formats::decoded::Decoded;
use crate::formats::error::{DecodeError, ENDS_TOO_EARLY, damaged, ends_too_early};
use crate::formats::header::Header;
use crate::formats::metadata::Packets;
use crate::formats::pieces::Pieces;
use crate::formats::reduction::reduce;
use crate::formats::start::Start;
use crate::geometry::{Factors, Size};
use crate::options::Format;
use crate::outcome::Damage;
use crate::pixels::Model;
use crate::pixels::shrink::BoxReducer;
use mended::{End, Mended};
use survey::{Chunks, Dialect, Extent, Survey, survey};

/// Most memory for chunks other than the image data. The largest profile met is 4 MiB.
const METADATA: usize = 32 << 20;

/// The codec of PNG.
#[derive(Debug)]
pub(crate) struct Png;

/// An opened PNG.
#[derive(Debug)]
struct Opened {
    header: Header,
    is_animated: bool,
    /// The start of the file: the crate `png` parses the header again before it decodes.
    start: Start,
}

impl Codec for Png {
    fn access(&self) -> Access {
        Access::Pieces
    }

    fn open(&self, input: &mut dyn Input, _: &mut Tools<'_>) -> Result<Box<dyn OpenedImage>, DecodeError> {
        let start = Start::read(input)?;
        let header = read_header(&mut start.before(input))?;
        let is_animated = is_apng(&mut start.before(input));
        Ok(Box::new(Opened { header, is_animated, start }))
    }

    fn packets(&self, input: &mut dyn Input) -> Result<Packets, DecodeError> {
        packets::read_packets(input)
    }
}

impl OpenedImage for Opened {
    fn header(&self) -> &Header {
        &self.header
    }

    fn is_animated(&self) -> bool {
        self.is_animated
    }

    fn memory(&self, _: &mut dyn Input, _: Factors) -> u64 {
        0
    }

    fn decode(&self, input: &mut dyn Input, plan: &Plan<'_>, _: &mut Tools<'_>) -> Result<Decoded, DecodeError> {
        decode(&mut self.start.before(input), self.header.size, plan.factors(self.header.size))
    }

    fn decode_rows(
        &self,
        input: &mut dyn Input,
        receiver: &mut dyn Receiver,
        _: &mut Tools<'_>,
    ) -> Option<Result<Reduced, DecodeError>> {
        reduce_sound(&mut self.start.before(input), self.header.size, receiver).map(Ok)
    }
}

/// Reads the header.
pub(crate) fn read_header(input: &mut dyn Input) -> Result<Header, DecodeError> {
    let (size, has_alpha) = match open(Pieces::new(input), Checksums::Heeded) {
        Ok(reader) => outline(&reader),
        Err(cause @ DecodeError::Damaged(_)) => match survey(input, Extent::Head)? {
            Some(survey) => outline(&open(Mended::new(input, &survey), Checksums::Ignored).map_err(|_| cause)?),
            None => return Err(cause),
        },
        Err(cause) => return Err(cause),
    };
    Ok(Header { format: Format::Png, size, orientation: orientation::read(input)?, has_alpha })
}

/// Returns the size, and whether the image has alpha.
fn outline<R: BufRead + Seek>(reader: &Reader<R>) -> (Size, bool) {
    let info = reader.info();
    let has_alpha = matches!(reader.output_color_type().0, ColorType::GrayscaleAlpha | ColorType::Rgba);
    (Size::new(info.width, info.height), has_alpha)
}

/// Treatment of a chunk whose checksum is wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Checksums {
    Heeded,
    Ignored,
}

/// Opens a reader of rows, and reads everything before them. Palettes become colours, transparency becomes alpha, and
/// samples of less than 8 bits get 8.
fn open<R: BufRead + Seek>(source: R, checksums: Checksums) -> Result<Reader<R>, DecodeError> {
    let mut options = DecodeOptions::default();
    options.set_ignore_text_chunk(true);
    options.set_ignore_checksums(checksums == Checksums::Ignored);
    // A chunk skipped for its checksum may be one that the colours need.
    options.set_skip_ancillary_crc_failures(false);
    let mut decoder = png::Decoder::new_with_options(source, options);
    decoder.set_transformations(Transformations::EXPAND);
    let width = decoder.read_header_info().map_err(judge)?.width;
    // A row takes at most 8 bytes per pixel. The limit for its size is not the decoder's to set.
    let row = usize::try_from(width).unwrap_or(usize::MAX).saturating_mul(8);
    decoder.set_limits(Limits { bytes: METADATA.saturating_add(row) });
    decoder.read_info().map_err(judge)
}

/// Decodes the rows that are present, and reports missing ones as damage.
pub(crate) fn decode(input: &mut dyn Input, size: Size, factors: Factors) -> Result<Decoded, DecodeError> {
    let first = attempt(Pieces::new(input), Checksums::Heeded, Dialect::Standard, size, factors);
    let detail = match first {
        Ok(Attempt { stop: None, decoded, .. }) => return Ok(decoded),
        Ok(Attempt { stop: Some(Stop::AtEnd { .. }), .. }) => ENDS_TOO_EARLY.to_string(),
        Ok(Attempt { stop: Some(Stop::AtError { detail }), .. }) | Err(DecodeError::Damaged(detail)) => detail,
        Err(cause) => return Err(cause),
    };
    let Some(survey) = survey(input, Extent::Whole)? else { return Err(damaged(&detail)) };
    let mut mended = Mended::new(input, &survey);
    let Attempt { mut decoded, there, stop } =
        attempt(&mut mended, Checksums::Ignored, survey.dialect, size, factors).map_err(|_| damaged(&detail))?;
    let end = mended.finish()?;
    decoded.damage = match stop {
        None => describe_flaw(&survey, end).map(Damage::of_whole),
        Some(Stop::AtEnd { rows }) if rows > 0 => Some(damage_of(describe_end(end), rows, there, size)),
        Some(_) => return Err(damaged(&detail)),
    };
    Ok(decoded)
}

/// Returns the flaw of an image that has all of its rows. A wrong checksum over good data is not a flaw.
fn describe_flaw(survey: &Survey, end: End) -> Option<&'static str> {
    match (survey.chunks, end) {
        _ if survey.lacks_palette => Some("the palette is missing"),
        (Chunks::Repaired, End::Right) => Some("a bit was wrong and was repaired by its checksum"),
        (Chunks::Right, _) | (Chunks::Wrong, End::Right) => None,
        (Chunks::Repaired | Chunks::Wrong, _) => Some("a checksum is wrong"),
    }
}

/// Describes the reason for the end of the rows.
const fn describe_end(end: End) -> &'static str {
    match end {
        End::Corrupt => "the compressed data are corrupt",
        End::BadRow => "a row is corrupt",
        End::Right | End::Unchecked | End::Missing => ENDS_TOO_EARLY,
    }
}

/// Returns the damage of a partly read image, `there` of whose own rows have pixels. The first pass of an interlaced
/// image covers the whole image at low resolution.
fn damage_of(detail: &str, rows: u64, there: u32, size: Size) -> Damage {
    Damage::of_part(format!("{detail}, after {rows} rows"), there.into(), size.height.into())
}

/// Decodes straight into the thumbnails of `receiver`. `None` if the image is interlaced, or not sound throughout.
fn reduce_sound(input: &mut dyn Input, size: Size, receiver: &mut dyn Receiver) -> Option<Reduced> {
    let mut reader = open(Pieces::new(input), Checksums::Heeded).ok()?;
    let info = reader.info();
    if info.interlaced || frame_size(info) != size {
        return None;
    }
    let is_plain = info.bit_depth == BitDepth::Eight && info.trns.is_none();
    let stored = if is_plain { Some(info.color_type) } else { None };
    let order = cgbi::Order::of(Dialect::Standard, info.color_type);
    let profile = profile::state(info);
    let (color, depth) = reader.output_color_type();
    let model = model_of(color);
    let reduced = match stored {
        Some(ColorType::Rgb | ColorType::Rgba) => {
            drop(reader);
            reduce(receiver, size, (model, profile), &mut |reducer| {
                let whole = match model {
                    Model::RgbAlpha => sound::push_rows::<4>(input, size, reducer),
                    _ => sound::push_rows::<3>(input, size, reducer),
                };
                whole?.map(|()| None).ok_or_else(ends_too_early)
            })
        }
        _ => reduce(receiver, size, (model, profile), &mut |reducer| match push_rows(
            &mut reader,
            depth,
            model,
            order,
            reducer,
        )? {
            None => Ok(None),
            Some(_) => Err(ends_too_early()),
        }),
    };
    reduced.ok()
}

/// Returns the size of the default image. An APNG's may claim one of its own.
fn frame_size(info: &Info<'_>) -> Size {
    info.frame_control.map_or(Size::new(info.width, info.height), |frame| Size::new(frame.width, frame.height))
}

const fn model_of(color: ColorType) -> Model {
    match color {
        ColorType::Grayscale => Model::Grey,
        ColorType::GrayscaleAlpha => Model::GreyAlpha,
        ColorType::Rgb | ColorType::Indexed => Model::Rgb,
        ColorType::Rgba => Model::RgbAlpha,
    }
}

/// The result of reading the rows, and the place where it stopped if rows are missing.
struct Attempt {
    decoded: Decoded,
    /// Rows of the image that have pixels.
    there: u32,
    stop: Option<Stop>,
}

enum Stop {
    /// The file ended after this many rows.
    AtEnd {
        rows: u64,
    },
    AtError {
        detail: String,
    },
}

fn attempt<R: BufRead + Seek>(
    source: R,
    checksums: Checksums,
    dialect: Dialect,
    size: Size,
    factors: Factors,
) -> Result<Attempt, DecodeError> {
    let mut reader = open(source, checksums)?;
    let info = reader.info();
    if frame_size(info) != size {
        return Err(damaged("its default image has a size of its own"));
    }
    let order = cgbi::Order::of(dialect, info.color_type);
    let profile = profile::state(info);
    let (color, depth) = reader.output_color_type();
    let model = model_of(color);
    let mut reducer = match info.interlaced {
        true => BoxReducer::interlaced(size, model, factors),
        false => BoxReducer::new(size, model, factors),
    };
    let stop = push_rows(&mut reader, depth, model, order, &mut reducer)?;
    let there = reducer.rows_there();
    let decoded = Decoded { grid: reducer.finish(), factor: factors.common(), damage: None, profile };
    Ok(Attempt { decoded, there, stop })
}

/// Pushes every row that is present, and returns where it stopped.
fn push_rows<R: BufRead + Seek>(
    reader: &mut Reader<R>,
    depth: BitDepth,
    model: Model,
    order: cgbi::Order,
    reducer: &mut BoxReducer<'_>,
) -> Result<Option<Stop>, DecodeError> {
    let mut row = Vec::new();
    let room = reader.output_line_size(reader.info().width).filter(|room| row.try_reserve_exact(*room).is_ok());
    let Some(room) = room else {
        return Err(damaged("its rows don't fit in memory"));
    };
    row.resize(room, 0_u8);
    let mut words = Vec::new();
    let mut rows = 0;
    loop {
        // Empty passes have no rows in either place.
        let samples = reducer.row_pixels().unwrap_or(0) * model.planes();
        match reader.read_row(&mut row) {
            Ok(None) => return Ok(None),
            Ok(Some(_)) if depth == BitDepth::Sixteen => {
                words.clear();
                words.extend(row.as_chunks().0.iter().take(samples).map(|sample| u16::from_be_bytes(*sample)));
                reducer.push_words(&words);
            }
            Ok(Some(_)) => {
                cgbi::put_in_order(&mut row[..samples], order);
                reducer.push_bytes(&row[..samples]);
            }
            Err(DecodingError::IoError(error)) if error.kind() == ErrorKind::UnexpectedEof => {
                return Ok(Some(Stop::AtEnd { rows }));
            }
            Err(error) => {
                return match judge(error) {
                    DecodeError::Damaged(detail) => Ok(Some(Stop::AtError { detail })),
                    cause => Err(cause),
                };
            }
        }
        rows += 1;
    }
}

/// Returns damage of the file, or an error of reading it.
fn judge(error: DecodingError) -> DecodeError {
    match error {
        DecodingError::IoError(error) if error.kind() == ErrorKind::UnexpectedEof => ends_too_early(),
        // The decoder's error for fields that are out of range.
        DecodingError::IoError(error) if error.kind() == ErrorKind::InvalidData => damaged("a chunk is corrupt"),
        DecodingError::IoError(error) => error.into(),
        DecodingError::LimitsExceeded => damaged("it needs more memory than an image of its size should"),
        DecodingError::Format(error) => damaged(explain(&error.to_string())),
        DecodingError::Parameter(_) => damaged("a chunk is corrupt"),
    }
}

/// Phrases from the crate's errors, whose kinds are private, and their meaning to users.
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

#[cfg(test)]
mod tests;
