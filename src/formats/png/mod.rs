//! Detects PNG and APNG (W3C, third edition, 2025) and names their codec and encoder.

mod decode;
mod encode;
mod palette;
#[cfg(feature = "small")]
mod squeeze;
#[cfg(feature = "batch")]
mod texts;
mod write;

use super::codec::{Codec, Encoder};
use super::evidence::Evidence;

/// The codec.
pub(crate) const CODEC: &dyn Codec = &decode::Png;

/// The encoder.
pub(crate) const ENCODER: &dyn Encoder = &encode::Png;

/// Detects the format by the start of a file.
pub(super) fn sniff(head: &[u8], _: u64) -> Option<Evidence> {
    head.starts_with(b"\x89PNG\r\n\x1a\n").then_some(Evidence::Signature)
}

#[cfg(feature = "batch")]
pub(crate) use texts::{read_texts, with_texts};

#[cfg(any(feature = "ico", feature = "icns"))]
pub(super) use decode::{decode, read_header};
