//! Defines the group of pixels that are converted together, one channel at a time.

/// Number of pixels converted together: their channels stay in the first cache, and a row has few left over.
pub(super) const PIXELS: usize = 64;

/// One channel.
pub(super) type Lane = [f32; PIXELS];
