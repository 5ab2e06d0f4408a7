//! Decodes and encodes WebP (RFC 9649).

#[cfg(feature = "webp")]
mod decode;
#[cfg(feature = "webp")]
mod encode;

#[cfg(feature = "webp")]
use super::codec::{Codec, Encoder};
use super::evidence::Evidence;
#[cfg(feature = "webp")]
use super::whole::WholeCodec;

/// The codec.
#[cfg(feature = "webp")]
pub(crate) const CODEC: &dyn Codec = &WholeCodec::<decode::Opened>::NEW;

/// The encoder.
#[cfg(feature = "webp")]
pub(crate) const ENCODER: &dyn Encoder = &encode::WebP;

/// Detects the format from the start of a file.
pub(super) fn sniff(head: &[u8], _: u64) -> Option<Evidence> {
    (head.starts_with(b"RIFF") && head.get(8..12) == Some(b"WEBP")).then_some(Evidence::Signature)
}
