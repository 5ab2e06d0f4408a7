//! Detects GIF (CompuServe, 89a, 1990) and names its codec and encoder.

#[cfg(feature = "gif")]
mod decode;
#[cfg(feature = "gif")]
mod encode;

#[cfg(feature = "gif")]
use super::codec::{Codec, Encoder};
use super::evidence::Evidence;
#[cfg(feature = "gif")]
use super::whole::WholeCodec;

/// The codec.
#[cfg(feature = "gif")]
pub(crate) const CODEC: &dyn Codec = &WholeCodec::<decode::Opened>::NEW;

/// The encoder.
#[cfg(feature = "gif")]
pub(crate) const ENCODER: &dyn Encoder = &encode::Gif;

/// Detects the format by the start of a file.
pub(super) fn sniff(head: &[u8], _: u64) -> Option<Evidence> {
    [b"GIF87a", b"GIF89a"].iter().any(|version| head.starts_with(*version)).then_some(Evidence::Signature)
}
