//! Detects BMP and names its codec and encoder.

#[cfg(any(feature = "bmp", feature = "ico", feature = "dds"))]
mod decode;
#[cfg(feature = "bmp")]
mod encode;

#[cfg(any(feature = "bmp", feature = "ico", feature = "dds"))]
use super::codec::Codec;
#[cfg(feature = "bmp")]
use super::codec::Encoder;
use super::evidence::Evidence;

/// The codec.
#[cfg(any(feature = "bmp", feature = "ico", feature = "dds"))]
pub(crate) const CODEC: &dyn Codec = &decode::Bmp;

/// The encoder.
#[cfg(feature = "bmp")]
pub(crate) const ENCODER: &dyn Encoder = &encode::Bmp;

/// Detects the format by the start of a file.
pub(super) fn sniff(head: &[u8], _: u64) -> Option<Evidence> {
    head.starts_with(b"BM").then_some(Evidence::Signature)
}

#[cfg(feature = "dds")]
pub(super) use decode::layout::Field;
#[cfg(feature = "ico")]
pub(super) use decode::{layout, samples};
