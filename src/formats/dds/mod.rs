//! Detects DDS (DirectDraw surfaces) and names its codec.

#[cfg(feature = "dds")]
mod decode;

#[cfg(feature = "dds")]
use super::codec::Codec;
use super::evidence::Evidence;
#[cfg(feature = "dds")]
use super::whole::WholeCodec;

/// The codec.
#[cfg(feature = "dds")]
pub(crate) const CODEC: &dyn Codec = &WholeCodec::<decode::Opened>::NEW;

/// Detects the format by the start of a file.
pub(super) fn sniff(head: &[u8], _: u64) -> Option<Evidence> {
    head.starts_with(b"DDS ").then_some(Evidence::Signature)
}
