//! Detects QOI (qoiformat.org, 1.0) and names its codec and encoder.

#[cfg(feature = "qoi")]
mod decode;
#[cfg(feature = "qoi")]
mod encode;

#[cfg(feature = "qoi")]
use super::codec::{Codec, Encoder};
use super::evidence::Evidence;

/// The codec.
#[cfg(feature = "qoi")]
pub(crate) const CODEC: &dyn Codec = &decode::Qoi;

/// The encoder.
#[cfg(feature = "qoi")]
pub(crate) const ENCODER: &dyn Encoder = &encode::Qoi;

/// Detects the format by the start of a file.
pub(super) fn sniff(head: &[u8], _: u64) -> Option<Evidence> {
    head.starts_with(b"qoif").then_some(Evidence::Signature)
}
