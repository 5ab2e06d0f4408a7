//! The end of what a file that is cut off holds.

/// Where a frame that is cut off stops.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stop {
    /// Rows of luma that were decoded; mid-grey follows.
    pub rows: u32,
}
