//! Reads the places of strips and tiles.

use crate::found::side;
use crate::input::Reader;
use crate::span::Span;
use crate::tag::{STRIP_BYTES, STRIP_OFFSETS, TILE_BYTES, TILE_OFFSETS};
use crate::tiff::{Directory, Tiff};

// Tags of TIFF 6.0.
const ROWS_PER_STRIP: u16 = 278;
const TILE_WIDTH: u16 = 322;
const TILE_HEIGHT: u16 = 323;

/// Limit of strips and tiles: one for each row of the tallest images.
const MAX_CHUNKS: usize = 1 << 16;

/// Strips or tiles of an image.
pub(super) struct Chunks {
    /// Columns and rows of each.
    pub(super) size: (u32, u32),
    /// The place of each, in reading order.
    pub(super) places: Vec<Span>,
}

/// Returns the size of strips or tiles, and their places.
pub(super) fn chunks(reader: &mut Reader<'_>, tiff: Tiff, directory: &Directory, size: (u32, u32)) -> Option<Chunks> {
    let (chunk, offsets, lengths) = if directory.has(TILE_OFFSETS) {
        let [width, height] = [TILE_WIDTH, TILE_HEIGHT].map(|tag| directory.number(reader, tag).and_then(side));
        ((width?, height?), TILE_OFFSETS, TILE_BYTES)
    } else {
        let rows = directory.number(reader, ROWS_PER_STRIP).unwrap_or(u64::MAX).min(size.1.into());
        ((size.0, side(rows)?), STRIP_OFFSETS, STRIP_BYTES)
    };
    let count =
        usize::try_from(size.0.div_ceil(chunk.0)).ok()?.checked_mul(usize::try_from(size.1.div_ceil(chunk.1)).ok()?)?;
    if count > MAX_CHUNKS {
        return None;
    }
    let offsets = directory.numbers(reader, offsets, count);
    let lengths = directory.numbers(reader, lengths, count);
    let place = |(offset, length): (&u64, &u64)| Span { offset: tiff.base.saturating_add(*offset), len: *length };
    let places: Vec<Span> = offsets.iter().zip(&lengths).map(place).collect();
    (places.len() == count).then_some(Chunks { size: chunk, places })
}
