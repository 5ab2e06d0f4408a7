//! Detects OpenEXR and names its codec.

#[cfg(feature = "exr")]
mod decode;

#[cfg(feature = "exr")]
use super::codec::Codec;
use super::evidence::Evidence;

/// The codec.
#[cfg(feature = "exr")]
pub(crate) const CODEC: &dyn Codec = &decode::Exr;

/// Detects the format by the start of a file.
pub(super) fn sniff(head: &[u8], _: u64) -> Option<Evidence> {
    head.starts_with(b"\x76\x2f\x31\x01").then_some(Evidence::Signature)
}
