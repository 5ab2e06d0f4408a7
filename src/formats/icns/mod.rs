//! ICNS: the icons of macOS, of which each holds an image in several sizes.

#[cfg(feature = "icns")]
mod decode;
#[cfg(feature = "icns")]
mod packed;

#[cfg(feature = "icns")]
use super::codec::Codec;
use super::evidence::Evidence;
#[cfg(feature = "icns")]
use super::whole::WholeCodec;

/// The codec.
#[cfg(feature = "icns")]
pub(crate) const CODEC: &dyn Codec = &WholeCodec::<decode::Opened>::NEW;

/// Detects the format from the start of a file.
pub(super) fn sniff(head: &[u8], _: u64) -> Option<Evidence> {
    head.starts_with(b"icns").then_some(Evidence::Signature)
}
