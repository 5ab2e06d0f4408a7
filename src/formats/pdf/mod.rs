//! PDF (ISO 32000): the first page, as a drawing.

#[cfg(feature = "pdf")]
mod decode;

#[cfg(feature = "pdf")]
use super::codec::Codec;
use super::evidence::Evidence;

/// The codec.
#[cfg(feature = "pdf")]
pub(crate) const CODEC: &dyn Codec = &decode::PdfCodec;

/// Detects the format by its signature at the start of a file.
pub(super) fn sniff(head: &[u8], _: u64) -> Option<Evidence> {
    head.starts_with(b"%PDF-").then_some(Evidence::Signature)
}

#[cfg(feature = "pdf")]
pub(super) use decode::perform;
