//! The end of what a damaged image holds.

use crate::error::Error;

/// The row at which a damaged image stops.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stop {
    /// Number of luma rows that were passed to the sink.
    pub rows: usize,
    /// The reason.
    pub error: Error,
}
