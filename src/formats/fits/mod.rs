//! FITS, the images of astronomers (FITS Standard, version 4.0, 2018).

#[cfg(feature = "fits")]
mod cards;
#[cfg(feature = "fits")]
mod decode;
#[cfg(feature = "fits")]
mod kind;
#[cfg(feature = "fits")]
mod numbers;

#[cfg(feature = "fits")]
use super::codec::Codec;
use super::evidence::Evidence;

/// The codec.
#[cfg(feature = "fits")]
pub(crate) const CODEC: &dyn Codec = &decode::Fits;

/// Detects the format from the start of a file.
pub(super) fn sniff(head: &[u8], _: u64) -> Option<Evidence> {
    head.starts_with(b"SIMPLE  =").then_some(Evidence::Signature)
}
