//! Photoshop's PSD and PSB (Adobe, "Photoshop File Formats Specification", 2019): the flattened image.

#[cfg(feature = "psd")]
mod decode;

#[cfg(feature = "psd")]
use super::codec::Codec;
use super::evidence::Evidence;

/// The codec.
#[cfg(feature = "psd")]
pub(crate) const CODEC: &dyn Codec = &decode::Photoshop;

/// Tells the format by the start of a file: its signature, then the version.
pub(super) fn sniff(head: &[u8], _: u64) -> Option<Evidence> {
    matches!(head, [b'8', b'B', b'P', b'S', 0, 1 | 2, ..]).then_some(Evidence::Signature)
}
