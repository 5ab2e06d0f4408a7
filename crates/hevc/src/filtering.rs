//! The choice of in-loop filters.

/// Choice of the in-loop filters, deblocking and sample adaptive offsets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Filtering {
    /// Applies both filters: samples are those that the standard defines.
    All,
    /// Applies no filter. Samples differ a little at the edges of blocks, and rows lag behind nothing.
    None,
}
