//! Reads the sides of strips and tiles, and their places in the file.

use super::tag;
use crate::container::{Directory, Reader, Span};
use crate::formats::error::{DecodeError, damaged, unsupported};
use crate::geometry::Size;

/// Most bytes in a row of a strip, or in the rows of a row of tiles. It suffices for an image of the largest allowed size
/// with eight bytes per pixel, and bounds tiles of absurd sides.
const MAX_BAND: u64 = 2 << 30;

/// Largest width of tiles, in px, unless the image itself is wider: 16 times the width usual for large ones. The rest
/// would be padding, of which a row can take gigabytes.
const WIDEST_TILE: u64 = 1 << 16;

/// Strips or tiles, row by row, one plane after the other.
#[derive(Clone, Debug)]
pub(super) struct Chunks {
    /// Width and height of each chunk. The last strip has fewer rows, tiles are padded.
    pub(super) width: usize,
    pub(super) height: usize,
    pub(super) are_tiles: bool,
    pub(super) across: usize,
    pub(super) down: usize,
    /// Bytes of a chunk's row, and the image rows in it: several if chroma is subsampled.
    pub(super) row_bytes: usize,
    pub(super) rows_at_once: usize,
    /// Offsets and lengths that the file states.
    offsets: Vec<u64>,
    lengths: Vec<u64>,
    /// End of the file.
    pub(super) end: u64,
}

/// The contents of a chunk's row.
#[derive(Clone, Copy, Debug)]
pub(super) struct Packing {
    /// Bits of a pixel.
    pub(super) bits: usize,
    /// Lumas for each chroma, across and down, if they are stored in units.
    pub(super) subsampling: (usize, usize),
    /// Number of separate planes.
    pub(super) planes: usize,
}

impl Chunks {
    /// Reads the places of a page's chunks.
    pub(super) fn read(
        reader: &mut Reader<'_>,
        page: &Directory,
        size: Size,
        packing: Packing,
    ) -> Result<Self, DecodeError> {
        let are_tiles = page.has(tag::TILE_WIDTH);
        let (h, v) = packing.subsampling;
        let mut side = |tag| page.number(reader, tag);
        let (width, height) = if are_tiles {
            (side(tag::TILE_WIDTH), side(tag::TILE_HEIGHT))
        } else {
            (Some(size.width.into()), Some(side(tag::ROWS_IN_STRIP).unwrap_or(u64::MAX).min(size.height.into())))
        };
        let (width, height) = (width.unwrap_or(0), height.unwrap_or(0));
        if (width == 0 || height == 0) && size.pixels() > 0 {
            return Err(damaged("strips or tiles without pixels"));
        }
        let (width, height) = (width.max(1), height.max(1));
        if width > WIDEST_TILE.max(size.width.into()) {
            return Err(DecodeError::Limit(format!(
                "tiles of {width} pixels across are far wider than the image, {size}"
            )));
        }
        let across = u64::from(size.width).div_ceil(width);
        let down = u64::from(size.height).div_ceil(height);
        let row_bits = match (h as u64, v as u64) {
            (1, 1) => width.checked_mul(packing.bits as u64),
            // A unit of h × v lumas and one of each chroma (TIFF 6.0, section 21).
            (h, v) => width.div_ceil(h).checked_mul((h * v + 2) * 8),
        };
        let row_bytes = row_bits.map(|bits| bits.div_ceil(8)).filter(|bytes| *bytes <= MAX_BAND);
        let rows = if are_tiles && across > 1 { height.min(u64::from(size.height)).div_ceil(v as u64) } else { 1 };
        let band = row_bytes.and_then(|bytes| bytes.checked_mul(rows)?.checked_mul(across));
        let (Some(row_bytes), Some(_)) = (row_bytes, band.filter(|band| *band <= MAX_BAND)) else {
            return Err(DecodeError::Limit(format!(
                "a row of strips or tiles of {width}x{height} pixels needs too much memory"
            )));
        };
        // Some writers use the tags of strips for tiles.
        let (offsets, lengths) = if are_tiles && page.has(tag::TILE_OFFSETS) {
            (tag::TILE_OFFSETS, tag::TILE_BYTES)
        } else {
            (tag::STRIP_OFFSETS, tag::STRIP_BYTES)
        };
        let as_index = |number: u64| usize::try_from(number).map_err(|_| damaged("too many strips or tiles"));
        let count = as_index(across.saturating_mul(down).saturating_mul(packing.planes as u64))?;
        Ok(Self {
            width: as_index(width)?,
            height: as_index(height)?,
            are_tiles,
            across: as_index(across)?,
            down: as_index(down)?,
            row_bytes: as_index(row_bytes)?,
            rows_at_once: v,
            offsets: page.numbers(reader, offsets, count),
            lengths: page.numbers(reader, lengths, count),
            end: reader.length(),
        })
    }

    /// Replaces the chunks by a single strip of the whole image at the given place.
    pub(super) fn unite(&mut self, size: Size, whole: Span) {
        (self.width, self.height) = (size.width.max(1) as usize, size.height.max(1) as usize);
        (self.are_tiles, self.across, self.down) = (false, 1, 1);
        (self.offsets, self.lengths) = (vec![whole.offset], vec![whole.len]);
    }

    /// Drops the length of a single uncompressed chunk. Its rows define the length, and writers state it wrongly.
    pub(super) fn trust_rows(&mut self) {
        if self.offsets.len() == 1 {
            self.lengths.clear();
        }
    }

    /// Returns the place and the maximum length of a plane's chunk. `None` if the file states no valid offset.
    pub(super) fn place(&self, plane: usize, down: usize, across: usize) -> Option<Span> {
        let index = (plane * self.down + down) * self.across + across;
        let offset = self.offsets.get(index).copied().filter(|offset| (1..self.end).contains(offset))?;
        let length = self.lengths.get(index).copied().filter(|length| *length > 0).unwrap_or(u64::MAX);
        Some(Span { offset, len: length.min(self.end - offset) })
    }

    /// Returns the decompressed bytes of a chunk.
    pub(super) const fn plain_bytes(&self) -> u64 {
        (self.row_bytes as u64).saturating_mul(self.height.div_ceil(self.rows_at_once) as u64)
    }

    /// Returns the bytes of the longest compressed chunk.
    pub(super) fn longest(&self) -> u64 {
        let bounded = |(index, offset): (usize, &u64)| {
            let length = self.lengths.get(index).copied().filter(|length| *length > 0).unwrap_or(u64::MAX);
            length.min(self.end.saturating_sub(*offset))
        };
        self.offsets.iter().enumerate().map(bounded).max().unwrap_or(0)
    }
}

/// Refuses subsampled chroma in separate planes, and features that units of several pixels exclude.
pub(super) fn check_units(is_simple: bool, subsampling: (usize, usize)) -> Result<(), DecodeError> {
    if subsampling != (1, 1) && !is_simple {
        return Err(unsupported("subsampled chroma in planes of its own".to_string()));
    }
    Ok(())
}
