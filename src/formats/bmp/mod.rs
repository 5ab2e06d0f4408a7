//! Detects BMP and names its codec.

#[cfg(any(feature = "bmp", feature = "ico", feature = "dds"))]
mod decode;

#[cfg(any(feature = "bmp", feature = "ico", feature = "dds"))]
use super::codec::Codec;
use super::evidence::Evidence;

/// The codec.
#[cfg(any(feature = "bmp", feature = "ico", feature = "dds"))]
pub(crate) const CODEC: &dyn Codec = &decode::Bmp;

/// Detects the format by the start of a file.
pub(super) fn sniff(head: &[u8], _: u64) -> Option<Evidence> {
    head.starts_with(b"BM").then_some(Evidence::Signature)
}

#[cfg(feature = "dds")]
pub(super) use decode::layout::Field;
#[cfg(feature = "ico")]
pub(super) use decode::{layout, samples};
