//! Detects GIF (CompuServe, 89a, 1990) and names its codec.

#[cfg(feature = "gif")]
mod decode;

#[cfg(feature = "gif")]
use super::codec::Codec;
use super::evidence::Evidence;
#[cfg(feature = "gif")]
use super::whole::WholeCodec;

/// The codec.
#[cfg(feature = "gif")]
pub(crate) const CODEC: &dyn Codec = &WholeCodec::<decode::Opened>::NEW;

/// Detects the format by the start of a file.
pub(super) fn sniff(head: &[u8], _: u64) -> Option<Evidence> {
    [b"GIF87a", b"GIF89a"].iter().any(|version| head.starts_with(*version)).then_some(Evidence::Signature)
}
