//! PFM and PHM: light as floats, of 32 and of 16 bits (Paul Debevec, "The PFM image file format", 2001).

#[cfg(feature = "pfm")]
mod decode;

#[cfg(feature = "pfm")]
use super::codec::Codec;
use super::evidence::Evidence;
#[cfg(feature = "pfm")]
use super::whole::WholeCodec;

/// The codec.
#[cfg(feature = "pfm")]
pub(crate) const CODEC: &dyn Codec = &WholeCodec::<decode::Opened>::NEW;

/// Detects the format from the start of a file: a letter pair, then a width behind white space.
pub(super) fn sniff(head: &[u8], _: u64) -> Option<Evidence> {
    let [b'P', b'F' | b'f' | b'H' | b'h', space, rest @ ..] = head else { return None };
    let next = rest.iter().find(|byte| !byte.is_ascii_whitespace())?;
    (space.is_ascii_whitespace() && (next.is_ascii_digit() || *next == b'#')).then_some(Evidence::Signature)
}
