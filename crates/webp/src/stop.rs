//! The end of what a file that is cut off holds.

/// The position at which a truncated frame stops.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stop {
    /// Number of decoded rows of luma; mid-grey follows.
    pub rows: u32,
}
