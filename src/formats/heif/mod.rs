//! Decodes HEIF (ISO/IEC 23008-12): HEIC, and AVIF, which has a module of its own.

#[cfg(any(feature = "heic", feature = "avif"))]
mod decode;

#[cfg(any(feature = "heic", feature = "avif"))]
use super::codec::Codec;
use super::evidence::Evidence;
use crate::options::Format;

/// The codec.
#[cfg(any(feature = "heic", feature = "avif"))]
pub(crate) const CODEC: &dyn Codec = &HeifCodec(Format::Heic);

/// Detects the format from the start of a file.
pub(super) fn sniff(head: &[u8], _: u64) -> Option<Evidence> {
    (sniff_brands(head) == Some(Format::Heic)).then_some(Evidence::Signature)
}

/// Returns the format that the brands of the first box name (ISO/IEC 23008-12, 10; AV1 in HEIF, 6).
pub(super) fn sniff_brands(head: &[u8]) -> Option<Format> {
    if head.get(4..8) != Some(b"ftyp") {
        return None;
    }
    let len = usize::try_from(u32::from_be_bytes(*head.first_chunk::<4>()?)).ok()?;
    let body = &head[8..len.clamp(8, head.len())];
    // The minimised form has no brands beside its own, whose version names the codec (ISO/IEC 23008-12, O.1).
    match body.first_chunk::<8>() {
        Some(b"mif3avif") => return Some(Format::Avif),
        Some([b'm', b'i', b'f', b'3', ..]) => return Some(Format::Heic),
        _ => {}
    }
    // A version, which is no brand, stands between the major brand and the compatible ones.
    let mut brands = body.as_chunks::<4>().0.iter().enumerate().filter(|(at, _)| *at != 1).map(|(_, brand)| brand);
    if brands.clone().any(|brand| matches!(brand, b"avif" | b"avis")) {
        return Some(Format::Avif);
    }
    let of_heif = |brand: &[u8; 4]| {
        matches!(
            brand,
            b"heic" | b"heix" | b"heim" | b"heis" | b"hevc" | b"hevx" | b"mif1" | b"mif2" | b"mif3" | b"msf1"
        )
    };
    brands.any(of_heif).then_some(Format::Heic)
}

#[cfg(any(feature = "heic", feature = "avif"))]
pub(super) use decode::HeifCodec;
#[cfg(feature = "video")]
pub(super) use decode::{decode_frame, memory_of_frame};
