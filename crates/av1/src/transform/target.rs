//! The samples to which a residual is added.

/// Samples from the upper left corner of a block on.
#[derive(Debug)]
pub(crate) struct Target<'a, T> {
    pub(crate) samples: &'a mut [T],
    pub(crate) stride: usize,
    pub(crate) depth: u32,
}
