//! Detects TIFF and BigTIFF and names their codec and encoder.

#[cfg(feature = "tiff")]
mod decode;
#[cfg(feature = "tiff")]
mod encode;

#[cfg(feature = "tiff")]
use super::codec::{Codec, Encoder};
use super::evidence::Evidence;

/// The codec.
#[cfg(feature = "tiff")]
pub(crate) const CODEC: &dyn Codec = &decode::Tiff;

/// The encoder.
#[cfg(feature = "tiff")]
pub(crate) const ENCODER: &dyn Encoder = &encode::Tiff;

/// Detects the format by the start of a file. Versions are 42, and 43 with offsets of 8 bytes.
pub(super) fn sniff(head: &[u8], _: u64) -> Option<Evidence> {
    const STARTS: [&[u8]; 4] = [b"MM\0*", b"II*\0", b"II\x2b\0\x08\0\0\0", b"MM\0\x2b\0\x08\0\0"];
    STARTS.iter().any(|start| head.starts_with(start)).then_some(Evidence::Signature)
}

#[cfg(feature = "tiff")]
pub(super) use decode::open_page;
