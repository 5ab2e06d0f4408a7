//! Estimates the memory of decoding.

use crate::canvas;
use crate::coded::CodedHeaders;
use crate::tile::{Line, SegmentMap, Tile};

/// Bytes of what is used again for each block, and of matrices.
const STATE: u64 = 96 << 10;

/// Estimates the memory of decoding an image.
pub(crate) fn of(CodedHeaders { sequence, frame }: &CodedHeaders) -> u64 {
    let (columns, _) = frame.blocks();
    let side = 1 << sequence.superblock_log2();
    let tiles = frame.tiles.across() as u64 * Tile::memory(sequence, frame.has_screen_content);
    let line = Line::memory(columns.next_multiple_of(side), frame.has_screen_content);
    let segments = if frame.segments.are_used { SegmentMap::memory(columns, side) } else { 0 };
    canvas::memory(sequence, frame.size.0) + line + tiles + segments + STATE
}
