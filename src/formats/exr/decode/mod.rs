//! Decodes OpenEXR onto the working grid, block by block in the file's order (OpenEXR file layout, "Scan Lines" and
//! "Tiles"). Samples are linear light, premultiplied by alpha. The first layer with colours is decoded in the display
//! window, whose area outside the data is transparent.
//!
//! A sample of 1 is white, as in the renditions that the format's authors publish beside their images. An attribute
//! `whiteLuminance` states its brightness in the scene, not on a screen, and ImageMagick and libvips ignore it.
//!
//! | file | purpose |
//! |---|---|
//! | `channels` | chooses the layer and its channels from the headers |
//! | `dwa` | checks whether a block may be unpacked |
//! | `subsampled`, `unpack`, `b44` | assemble whole lines from blocks of subsampled scan lines |
//! | `primaries`, `sums` | convert lines and sum them on the working grid |

mod b44;
mod channels;
mod dwa;
mod primaries;
mod subsampled;
mod sums;
mod unpack;

use std::io::Cursor;

use exr::block::UncompressedBlock;
use exr::block::chunk::{Chunk, CompressedBlock, CompressedScanLineBlock, CompressedTileBlock};
use exr::block::reader::ChunksReader;
use exr::error::Error;
use exr::math::Vec2;
use exr::meta::MetaData;
use exr::meta::attribute::IntegerBounds;
use exr::meta::header::Header as Layer;

use crate::container::Input;
use crate::formats::codec::{Access, Codec, OpenedImage, Plan, Tools};
use crate::formats::decoded::Decoded;
use crate::formats::error::{DecodeError, ENDS_TOO_EARLY, damaged, unsupported};
use crate::formats::header::Header;
use crate::geometry::{Factors, Orientation, Size};
use crate::options::{Exposure, Format};
use crate::outcome::Damage;
use crate::pixels::scene;
use channels::{Channels, read_samples};
use primaries::Primaries;
use sums::Sums;

/// Most pixels of data outside the display window: this multiple of its pixels, and [`HIDDEN_PIXELS`] more.
const HIDDEN_TIMES: u64 = 4;
const HIDDEN_PIXELS: u64 = 64_000_000;

/// Most bytes inflated from one. Deflate writes 258 bytes for 2 bits (RFC 1951, 3.2.5). The other compressions stay below.
const MOST_INFLATED: usize = 1032;

/// The codec of OpenEXR.
#[derive(Debug)]
pub(crate) struct Exr;

/// An opened OpenEXR.
#[derive(Debug)]
struct Opened {
    header: Header,
    head: Head,
}

impl Codec for Exr {
    fn access(&self) -> Access {
        Access::Whole
    }

    fn open(&self, input: &mut dyn Input, _: &mut Tools<'_>) -> Result<Box<dyn OpenedImage>, DecodeError> {
        let bytes = input.whole()?;
        let head = Head::read(bytes)?;
        Ok(Box::new(Opened { header: read_header(&head, bytes)?, head }))
    }
}

impl OpenedImage for Opened {
    fn header(&self) -> &Header {
        &self.header
    }

    fn memory(&self, _: &mut dyn Input, _: Factors) -> u64 {
        self.head.memory()
    }

    fn is_light(&self) -> bool {
        true
    }

    fn decode(&self, input: &mut dyn Input, plan: &Plan<'_>, _: &mut Tools<'_>) -> Result<Decoded, DecodeError> {
        decode(input.whole()?, &self.header, &self.head, plan.factors(self.header.size), plan.exposure)
    }
}

fn read_header(head: &Head, bytes: &[u8]) -> Result<Header, DecodeError> {
    let (_, layer, channels) = Channels::choose(&head.meta.headers)?;
    head.check(layer)?;
    let block = largest_block(layer);
    if block / MOST_INFLATED > bytes.len() {
        let detail = format!("{} bytes can't hold a block of {block} bytes", bytes.len());
        return Err(damaged(detail));
    }
    Ok(Header {
        format: Format::Exr,
        size: View::of(layer).size,
        orientation: Orientation::Upright,
        has_alpha: channels.has_alpha(),
    })
}

/// The headers of all layers.
#[derive(Debug)]
struct Head {
    meta: MetaData,
    /// End of the headers.
    end: usize,
    is_subsampled: bool,
}

impl Head {
    fn read(bytes: &[u8]) -> Result<Self, DecodeError> {
        let mut rest = bytes;
        let meta = MetaData::read_from_buffered(&mut rest, false).map_err(judge)?;
        let is_subsampled = subsampled::has_any(&meta);
        if !is_subsampled {
            // Read again with the crate's checks, which do not support subsampled layers.
            exr::block::read(Cursor::new(bytes), false).map_err(judge)?;
        }
        Ok(Self { meta, end: bytes.len() - rest.len(), is_subsampled })
    }

    /// Estimates the bytes that decoding takes. They hold the largest block, compressed, inflated and reordered, and as
    /// floats.
    fn memory(&self) -> u64 {
        let largest = self.meta.headers.iter().map(|layer| layer.max_block_byte_size() as u64).max().unwrap_or(0);
        largest.saturating_mul(if self.is_subsampled { 8 } else { 4 })
    }

    /// Checks the chosen layer, unless all of them were checked.
    fn check(&self, layer: &Layer) -> Result<(), DecodeError> {
        if self.is_subsampled { subsampled::check(layer).map_err(judge) } else { Ok(()) }
    }
}

/// Returns the bytes of a layer's largest inflated block. A crafted width makes it large in a file of any size.
fn largest_block(layer: &Layer) -> usize {
    let whole = layer.channels.bytes_per_pixel.saturating_mul(layer.layer_size.area());
    layer.max_block_byte_size().min(whole)
}

/// Decodes onto the working grid. No frame is held.
fn decode(
    bytes: &[u8],
    header: &Header,
    head: &Head,
    factors: Factors,
    exposure: Exposure,
) -> Result<Decoded, DecodeError> {
    let (index, layer, channels) = Channels::choose(&head.meta.headers)?;
    head.check(layer)?;
    let view = View::of(layer);
    if layer.layer_size.area() as u64 > header.size.pixels().saturating_mul(HIDDEN_TIMES).saturating_add(HIDDEN_PIXELS)
    {
        return Err(DecodeError::Limit("far more data lie outside the image than inside".to_string()));
    }
    let primaries = Primaries::of(layer.shared_attributes.chromaticities);
    let mut sums = Sums::new(&channels, primaries, header.size, factors, exposure);
    let progress = match head.is_subsampled {
        true => add_subsampled(bytes, head, (index, &channels), view, &mut sums)?,
        false => add_whole(bytes, (index, layer, &channels), view, &mut sums)?,
    };
    let damage = match progress {
        Progress { error: None, .. } => None,
        // The part before the error is an image, too.
        Progress { error: Some(error), there } if sums.has_samples() => {
            let all = layer.layer_size.area() as u64;
            Some(Damage::of_part(format!("only a part could be read: {}", explain(&error)), there, all))
        }
        Progress { error: Some(error), .. } => return Err(judge(error)),
    };
    let grid = sums.finish();
    Ok(Decoded { grid, factor: factors.common(), damage, profile: scene::profile_of(exposure) })
}

/// The progress of decoding.
#[derive(Default)]
struct Progress {
    /// Decoded pixels of the data window.
    there: u64,
    /// The reason for stopping early.
    error: Option<Error>,
}

/// Adds the lines of a layer without subsampled channels.
fn add_whole(
    bytes: &[u8],
    (index, layer, channels): (usize, &Layer, &Channels),
    view: View,
    sums: &mut Sums,
) -> Result<Progress, DecodeError> {
    let reader = exr::block::read(Cursor::new(bytes), false).map_err(judge)?;
    let chunks = reader.filter_chunks(false, |_, tile, block| block.layer == index && tile.level_index == Vec2(0, 0));
    let mut chunks = chunks.map_err(judge)?;
    let mut progress = Progress::default();
    let mut planes: Vec<Vec<f32>> = vec![Vec::new(); channels.model().planes()];
    while let Some(chunk) = chunks.read_next_chunk() {
        let block = match chunk.and_then(|chunk| unpack_whole(layer, chunk, chunks.meta_data())) {
            Ok(block) => block,
            Err(error) => return Ok(Progress { error: Some(error), ..progress }),
        };
        progress.there += block.index.pixel_size.area() as u64;
        for line in block.lines(&layer.channels) {
            let channel = line.location.channel;
            if let Some(plane) = channels.plane_of(channel) {
                read_samples(layer.channels.list[channel].sample_type, line.value, &mut planes[plane]);
            }
            // The last channel of the line.
            if channel + 1 == layer.channels.list.len()
                && let Some((x, y)) = view.place(line.location.position)
            {
                sums.add(x, y, &planes);
            }
        }
    }
    Ok(progress)
}

fn unpack_whole(layer: &Layer, chunk: Chunk, meta: &MetaData) -> Result<UncompressedBlock, Error> {
    if let CompressedBlock::ScanLine(CompressedScanLineBlock { compressed_pixels_le: packed, .. })
    | CompressedBlock::Tile(CompressedTileBlock { compressed_pixels_le: packed, .. }) = &chunk.compressed_block
    {
        dwa::check(layer, layer.max_block_pixel_size(), packed)?;
    }
    UncompressedBlock::decompress_chunk(chunk, meta, false)
}

/// Adds the lines of a layer with subsampled channels.
fn add_subsampled(
    bytes: &[u8],
    head: &Head,
    (index, channels): (usize, &Channels),
    view: View,
    sums: &mut Sums,
) -> Result<Progress, DecodeError> {
    let blocks = subsampled::Blocks::find(bytes, &head.meta, index, head.end).map_err(judge)?;
    let width = head.meta.headers[index].layer_size.width() as u64;
    let mut lines = subsampled::Lines::default();
    let mut take = |line: usize, planes: &[Vec<f32>]| {
        if let Some((x, y)) = view.place(Vec2(0, line)) {
            sums.add(x, y, planes);
        }
    };
    let mut progress = Progress::default();
    for block in 0..blocks.count() {
        if let Err(error) = blocks.push_to(block, channels, &mut lines, &mut take) {
            progress.error = Some(error);
            break;
        }
        progress.there += width * blocks.lines(block).len() as u64;
    }
    lines.finish(&mut take);
    Ok(progress)
}

/// The visible part of the plane.
#[derive(Debug, Clone, Copy)]
struct View {
    size: Size,
    /// Offset from its corner to that of the data.
    shift: (i64, i64),
}

impl View {
    /// Returns the display window, or the data window if the two are disjoint.
    fn of(layer: &Layer) -> Self {
        let data = layer.data_window();
        let shown = layer.shared_attributes.display_window;
        let meet = |at: fn(Vec2<i32>) -> i32, side: fn(Vec2<usize>) -> usize| {
            let end =
                |bounds: IntegerBounds| i64::from(at(bounds.position)) + i64::try_from(side(bounds.size)).unwrap_or(0);
            i64::from(at(data.position)) < end(shown) && i64::from(at(shown.position)) < end(data)
        };
        let window = if meet(Vec2::x, Vec2::width) && meet(Vec2::y, Vec2::height) { shown } else { data };
        let side = |length: usize| u32::try_from(length).unwrap_or(u32::MAX);
        Self {
            size: Size::new(side(window.size.width()), side(window.size.height())),
            shift: (
                i64::from(data.position.x()) - i64::from(window.position.x()),
                i64::from(data.position.y()) - i64::from(window.position.y()),
            ),
        }
    }

    /// Returns the start of a line of the data in the image. `None` if it lies above or below.
    fn place(&self, position: Vec2<usize>) -> Option<(i64, usize)> {
        let y = i64::try_from(position.y()).ok()? + self.shift.1;
        let y = usize::try_from(y).ok().filter(|y| *y < self.size.height as usize)?;
        Some((i64::try_from(position.x()).ok()? + self.shift.0, y))
    }
}

#[expect(clippy::needless_pass_by_value, reason = "it is what `map_err` gives")]
fn judge(error: Error) -> DecodeError {
    match error {
        Error::NotSupported(_) => unsupported(explain(&error)),
        _ => damaged(explain(&error)),
    }
}

/// Returns the meaning of the crate's errors to users.
fn explain(error: &Error) -> &'static str {
    let has = |text: &str, words: &[&str]| words.iter().any(|word| text.contains(word));
    match error {
        Error::NotSupported(text) if text.contains("deep") => "deep pixels",
        Error::NotSupported(text) if text.contains("sampling of tiles") => "tiles with subsampled channels",
        Error::NotSupported(text) if text.contains("sampling with") => "subsampled channels with this compression",
        Error::NotSupported(text) if text.contains("sampling") => "channels with very few samples",
        Error::NotSupported(text) if text.contains("version") => "a newer version of the format",
        Error::NotSupported(_) => "a variant that can't be decoded",
        Error::Io(error) if error.kind() == std::io::ErrorKind::UnexpectedEof => ENDS_TOO_EARLY,
        Error::Invalid(text) if has(text, &["not enough data", "missing bytes", "truncated"]) => ENDS_TOO_EARLY,
        Error::Invalid(text) if has(text, &["header", "attribute", "identifier", "flags", "window", "table"]) => {
            "the image header is invalid"
        }
        _ => "the compressed data are corrupt",
    }
}

#[cfg(test)]
mod tests;
