//! Rows of samples.

/// A plane's band of samples. The row above the band comes first.
#[derive(Debug)]
pub(crate) struct Plane<T> {
    pub(crate) samples: Vec<T>,
    pub(crate) stride: usize,
    /// Binary logarithms of luma samples for each sample, along and down.
    pub(crate) shifts: (u32, u32),
}
