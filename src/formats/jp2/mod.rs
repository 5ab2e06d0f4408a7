//! JPEG 2000 (ISO/IEC 15444-1): JP2 and JPX files, and bare codestreams.

#[cfg(feature = "jp2")]
mod decode;
#[cfg(feature = "jp2")]
mod extent;

#[cfg(feature = "jp2")]
use super::codec::Codec;
use super::evidence::Evidence;
#[cfg(feature = "jp2")]
use super::whole::WholeCodec;

/// The codec.
#[cfg(feature = "jp2")]
pub(crate) const CODEC: &dyn Codec = &WholeCodec::<Opened>::NEW;

/// Detects the format from the start of a file: the signature box (I.5.1), or the first two markers (A.4.1).
pub(super) fn sniff(head: &[u8], _: u64) -> Option<Evidence> {
    let is_one = head.starts_with(b"\0\0\0\x0cjP  \r\n\x87\n") || head.starts_with(b"\xff\x4f\xff\x51");
    is_one.then_some(Evidence::Signature)
}

#[cfg(feature = "jp2")]
pub(super) use decode::Opened;
