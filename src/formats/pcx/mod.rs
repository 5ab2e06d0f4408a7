//! PCX and DCX, the bitmaps of PC Paintbrush and faxes (ZSoft, "PCX File Format", revision 5).

#[cfg(feature = "pcx")]
mod decode;
#[cfg(feature = "pcx")]
mod layout;
mod mark;

#[cfg(feature = "pcx")]
use super::codec::Codec;
use super::evidence::Evidence;
#[cfg(feature = "pcx")]
use super::whole::WholeCodec;
use mark::DCX;

/// The codec.
#[cfg(feature = "pcx")]
pub(crate) const CODEC: &dyn Codec = &WholeCodec::<decode::Opened>::NEW;

/// Detects the format from the start of a file: a DCX by its signature, a PCX by fields that have few legal values.
pub(super) fn sniff(head: &[u8], _: u64) -> Option<Evidence> {
    if head.starts_with(&DCX) {
        return Some(Evidence::Signature);
    }
    let [10, 0 | 2..=5, 0 | 1, 1 | 2 | 4 | 8, corners @ ..] = head.first_chunk::<12>()? else { return None };
    let [left, top, right, bottom] = [0, 2, 4, 6].map(|at| u16::from_le_bytes([corners[at], corners[at + 1]]));
    let is_one = left <= right && top <= bottom && head.get(64) == Some(&0) && matches!(head.get(65), Some(1..=4));
    is_one.then_some(Evidence::Fields)
}
