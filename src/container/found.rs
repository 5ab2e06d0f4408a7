//! The structure of a RAW file, before a preview was looked at.

/// What the structure of a RAW file tells, before a preview was looked at.
#[derive(Debug, Default)]
pub(super) struct Found {
    /// Offset and length of what may be a preview.
    pub(super) places: Vec<(u64, u64)>,
    /// The same, from a note whose offsets may be counted from somewhere else.
    pub(super) guesses: Vec<(u64, u64)>,
    pub(super) orientation: Option<u16>,
    pub(super) size: Option<(u32, u32)>,
}

/// A side of a picture, if it can be one.
pub(super) fn side(number: u64) -> Option<u32> {
    u32::try_from(number).ok().filter(|side| (1..=1 << 20).contains(side))
}
