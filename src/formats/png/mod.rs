//! Detects PNG and APNG (W3C, third edition, 2025) and names their codec.

mod decode;

use super::codec::Codec;
use super::evidence::Evidence;

/// The codec.
pub(crate) const CODEC: &dyn Codec = &decode::Png;

/// Detects the format by the start of a file.
pub(super) fn sniff(head: &[u8], _: u64) -> Option<Evidence> {
    head.starts_with(b"\x89PNG\r\n\x1a\n").then_some(Evidence::Signature)
}

#[cfg(feature = "ico")]
pub(super) use decode::{decode, read_header};
