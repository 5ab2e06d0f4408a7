//! Holds the structure of a RAW file, before its previews are read.

use super::span::Span;

/// The structure of a RAW file, before its previews are read.
#[derive(Debug, Default)]
pub(super) struct Found {
    /// Possible previews.
    pub(super) places: Vec<Span>,
    /// The same, from a maker note, whose offsets may count from another base.
    pub(super) guesses: Vec<Span>,
    pub(super) orientation: Option<u16>,
    pub(super) size: Option<(u32, u32)>,
}

/// Returns a side of an image in px. `None` unless it is 1 to 2^20.
pub(super) fn side(number: u64) -> Option<u32> {
    u32::try_from(number).ok().filter(|side| (1..=1 << 20).contains(side))
}
