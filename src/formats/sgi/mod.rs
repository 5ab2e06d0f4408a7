//! SGI: the image file of IRIX (Paul Haeberli, "The SGI Image File Format", version 1.00).

#[cfg(feature = "sgi")]
mod decode;
#[cfg(feature = "sgi")]
mod layout;

#[cfg(feature = "sgi")]
use super::codec::Codec;
use super::evidence::Evidence;
#[cfg(feature = "sgi")]
use super::whole::WholeCodec;

/// The codec.
#[cfg(feature = "sgi")]
pub(crate) const CODEC: &dyn Codec = &WholeCodec::<decode::Opened>::NEW;

/// Tells the format by the start of a file: its magic number, then the storage and the bytes of a sample.
pub(super) fn sniff(head: &[u8], _: u64) -> Option<Evidence> {
    matches!(head, [0x01, 0xda, 0 | 1, 1 | 2, ..]).then_some(Evidence::Signature)
}
