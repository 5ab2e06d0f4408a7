//! Decodes and encodes JPEG XL (ISO/IEC 18181).

#[cfg(feature = "jxl")]
mod decode;
#[cfg(feature = "jxl")]
mod encode;

#[cfg(feature = "jxl")]
use super::codec::{Codec, Encoder};
use super::evidence::Evidence;

/// The codec.
#[cfg(feature = "jxl")]
pub(crate) const CODEC: &dyn Codec = &decode::Jxl;

/// The encoder.
#[cfg(feature = "jxl")]
pub(crate) const ENCODER: &dyn Encoder = &encode::Jxl;

/// Detects a bare codestream or its container from the start of a file (ISO/IEC 18181-2, 3.1 and 18181-1, D.1).
pub(super) fn sniff(head: &[u8], _: u64) -> Option<Evidence> {
    let is_one = head.starts_with(b"\xff\x0a") || head.starts_with(b"\0\0\0\x0cJXL \r\n\x87\n");
    is_one.then_some(Evidence::Signature)
}
