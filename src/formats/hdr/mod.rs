//! Detects Radiance HDR and names its codec.

#[cfg(feature = "hdr")]
mod decode;

#[cfg(feature = "hdr")]
use super::codec::Codec;
use super::evidence::Evidence;

/// The codec.
#[cfg(feature = "hdr")]
pub(crate) const CODEC: &dyn Codec = &decode::Hdr;

/// Detects the format by the start of a file.
pub(super) fn sniff(head: &[u8], _: u64) -> Option<Evidence> {
    is_radiance(head).then_some(Evidence::Signature)
}

/// Returns whether the file is a Radiance image. Its first line names the program that began it, which is rarely
/// Radiance itself.
fn is_radiance(head: &[u8]) -> bool {
    const FORMAT: &[u8] = b"\nFORMAT=32-bit_rle_";
    head.starts_with(b"#?RGBE") || head.starts_with(b"#?") && head.windows(FORMAT.len()).any(|window| window == FORMAT)
}
