//! A block whose samples are predicted.

use crate::block::Dimensions;

/// The filter of edges before directional prediction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum EdgeFilter {
    Off,
    On,
    /// Beside blocks with smooth prediction.
    Smooth,
}

/// A block whose samples are predicted.
#[derive(Debug)]
pub(crate) struct Block<'a, T> {
    /// Samples from the block's upper left corner on.
    pub(crate) samples: &'a mut [T],
    pub(crate) stride: usize,
    pub(crate) size: Dimensions,
    pub(crate) depth: u32,
    pub(crate) filter: EdgeFilter,
    /// Columns and rows from the block's corner to the end of the frame.
    pub(crate) inside: (usize, usize),
}

impl<T> Block<'_, T> {
    #[inline(always)]
    pub(super) fn sides(&self) -> (usize, usize) {
        (4 * self.size.width(), 4 * self.size.height())
    }
}
