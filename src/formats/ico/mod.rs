//! Detects icons and cursors (Microsoft, "Icons in Win32", 1995) and names their codec.

#[cfg(feature = "ico")]
mod decode;

#[cfg(feature = "ico")]
use super::codec::Codec;
use super::evidence::Evidence;
#[cfg(feature = "ico")]
use super::whole::WholeCodec;

/// The codec.
#[cfg(feature = "ico")]
pub(crate) const CODEC: &dyn Codec = &WholeCodec::<decode::Opened>::NEW;

/// Detects the format by the start of a file.
pub(super) fn sniff(head: &[u8], _: u64) -> Option<Evidence> {
    match head.starts_with(&[0, 0, 1, 0]) {
        true => Some(Evidence::Signature),
        false => is_cursor(head).then_some(Evidence::Structure),
    }
}

/// Returns whether the file is a cursor, an icon with hot spots. The first entry has a zero byte, and an offset after
/// the directory.
fn is_cursor(head: &[u8]) -> bool {
    let Some([0, 0, 2, 0, count, high, _, _, _, 0]) = head.first_chunk::<10>() else { return false };
    let count = usize::from(u16::from_le_bytes([*count, *high]));
    let offset = head.get(18..22).and_then(|four| four.first_chunk::<4>()).map(|four| u32::from_le_bytes(*four));
    count > 0 && offset.is_some_and(|offset| offset as usize >= 6 + 16 * count)
}
