//! Registers AVIF: AV1 in HEIF. Encodes it.

#[cfg(feature = "avif-out")]
mod encode;

#[cfg(feature = "avif")]
use super::codec::Codec;
#[cfg(feature = "avif-out")]
use super::codec::Encoder;
use super::evidence::Evidence;
use super::heif;
use crate::options::Format;

/// The codec.
#[cfg(feature = "avif")]
pub(crate) const CODEC: &dyn Codec = &heif::HeifCodec(Format::Avif);

/// The encoder.
#[cfg(feature = "avif-out")]
pub(crate) const ENCODER: &dyn Encoder = &encode::Avif;

/// Detects the format from the start of a file.
pub(super) fn sniff(head: &[u8], _: u64) -> Option<Evidence> {
    (heif::sniff_brands(head) == Some(Format::Avif)).then_some(Evidence::Signature)
}
