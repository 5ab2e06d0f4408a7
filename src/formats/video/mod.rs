//! Videos: MP4, QuickTime and their relatives (ISO/IEC 14496-12). A frame stands for each.

#[cfg(feature = "video")]
mod decode;

#[cfg(feature = "video")]
use super::codec::Codec;
use super::evidence::Evidence;

/// The codec.
#[cfg(feature = "video")]
pub(crate) const CODEC: &dyn Codec = &decode::VideoCodec;

/// Detects the format from the start of a file: by its brand, or by the first box of a QuickTime file without one.
pub(super) fn sniff(head: &[u8], length: u64) -> Option<Evidence> {
    let [l3, l2, l1, l0, name @ ..] = *head.first_chunk::<8>()?;
    let box_length = u64::from(u32::from_be_bytes([l3, l2, l1, l0]));
    match (&name, head.get(8..12)?) {
        (b"ftyp", brand) => is_of_video(brand).then_some(Evidence::Signature),
        (b"moov" | b"mdat" | b"wide" | b"skip" | b"free", _) => {
            let is_plausible = matches!(box_length, 0 | 1) || (8..=length).contains(&box_length);
            is_plausible.then_some(Evidence::Fields)
        }
        _ => None,
    }
}

/// Returns whether a major brand is one of videos. Sound has brands of its own.
fn is_of_video(brand: &[u8]) -> bool {
    let starts: [&[u8]; 16] = [
        b"iso", b"mp4", b"avc1", b"M4V", b"qt  ", b"3g", b"mmp4", b"MSNV", b"f4v", b"F4V", b"XAVC", b"dash", b"cmf",
        b"hvc1", b"av01", b"NDS",
    ];
    starts.iter().any(|start| brand.starts_with(start))
}
