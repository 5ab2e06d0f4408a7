//! Detects PNM (PBM, PGM, PPM and PAM of Netpbm) and names its codec and encoder.

#[cfg(feature = "pnm")]
mod decode;
#[cfg(feature = "pnm")]
mod encode;

#[cfg(feature = "pnm")]
use super::codec::{Codec, Encoder};
use super::evidence::Evidence;

/// The codec.
#[cfg(feature = "pnm")]
pub(crate) const CODEC: &dyn Codec = &decode::Pnm;

/// The encoder.
#[cfg(feature = "pnm")]
pub(crate) const ENCODER: &dyn Encoder = &encode::Pnm;

/// Detects the format by the start of a file.
pub(super) fn sniff(head: &[u8], _: u64) -> Option<Evidence> {
    matches!(head, [b'P', b'1'..=b'7', ..]).then_some(Evidence::Signature)
}
