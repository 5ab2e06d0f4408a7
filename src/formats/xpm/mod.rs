//! XPM and XBM, images as C (Arnaud Le Hors, "XPM Manual", 1996; X11's `bitmap`).

#[cfg(feature = "xpm")]
mod bits;
#[cfg(feature = "xpm")]
mod colors;
#[cfg(feature = "xpm")]
mod decode;
#[cfg(feature = "xpm")]
mod strings;

#[cfg(feature = "xpm")]
use super::codec::Codec;
use super::evidence::Evidence;
#[cfg(feature = "xpm")]
use super::whole::WholeCodec;

/// The codec.
#[cfg(feature = "xpm")]
pub(crate) const CODEC: &dyn Codec = &WholeCodec::<decode::Opened>::NEW;

/// Detects the format from the start of a file: XPM's comment, or C that defines a width first.
pub(super) fn sniff(head: &[u8], _: u64) -> Option<Evidence> {
    if head.starts_with(b"/* XPM */") {
        return Some(Evidence::Signature);
    }
    let line = head.split(|byte| *byte == b'\n').next().unwrap_or_default();
    let is_bitmap = line.starts_with(b"#define ") && line.windows(7).any(|word| word == b"_width ");
    is_bitmap.then_some(Evidence::Structure)
}
