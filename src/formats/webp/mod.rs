//! Decodes WebP (RFC 9649).

#[cfg(feature = "webp")]
mod decode;

#[cfg(feature = "webp")]
use super::codec::Codec;
use super::evidence::Evidence;
#[cfg(feature = "webp")]
use super::whole::WholeCodec;

/// The codec.
#[cfg(feature = "webp")]
pub(crate) const CODEC: &dyn Codec = &WholeCodec::<decode::Opened>::NEW;

/// Detects the format from the start of a file.
pub(super) fn sniff(head: &[u8], _: u64) -> Option<Evidence> {
    (head.starts_with(b"RIFF") && head.get(8..12) == Some(b"WEBP")).then_some(Evidence::Signature)
}
