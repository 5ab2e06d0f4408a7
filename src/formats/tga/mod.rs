//! Detects TGA (Truevision TGA 2.0, 1991) and names its codec and encoder.

#[cfg(feature = "tga")]
mod decode;
#[cfg(feature = "tga")]
mod encode;

#[cfg(feature = "tga")]
use super::codec::{Codec, Encoder};
use super::evidence::Evidence;
#[cfg(feature = "tga")]
use super::whole::WholeCodec;

/// The codec.
#[cfg(feature = "tga")]
pub(crate) const CODEC: &dyn Codec = &WholeCodec::<decode::Opened>::NEW;

/// The encoder.
#[cfg(feature = "tga")]
pub(crate) const ENCODER: &dyn Encoder = &encode::Tga;

/// Detects the format by its header. Its pixels may look like the start of a JPEG, but bytes in front of a JPEG hardly look
/// like its header.
pub(super) fn sniff(head: &[u8], len: u64) -> Option<Evidence> {
    is_tga(head, len).then_some(Evidence::Fields)
}

/// Returns whether the 18 bytes of a TGA header (Truevision TGA 2.0, C.2) are consistent. TGA is the one format without a
/// magic number, so every field with only a few legal values must have one of them. A true-colour image may declare any
/// legal map, although it has none.
fn is_tga(head: &[u8], len: u64) -> bool {
    let Some(&[id_len, map_kind, kind, m0, m1, m2, m3, map_bits, _, _, _, _, w0, w1, h0, h1, bits, descriptor]) =
        head.first_chunk::<18>()
    else {
        return false;
    };
    let map_len = u64::from(map_kind) * u64::from(u16::from_le_bytes([m2, m3]));
    let pixels = u64::from(u16::from_le_bytes([w0, w1])) * u64::from(u16::from_le_bytes([h0, h1]));
    let map_fits = match (map_kind, kind) {
        (0, 2 | 3 | 10 | 11) => [m0, m1, m2, m3] == [0; 4] && matches!(map_bits, 0 | 8 | 15 | 16 | 24 | 32),
        (1, 1..=3 | 9..=11) => map_len > 0 && matches!(map_bits, 15 | 16 | 24 | 32),
        _ => false,
    };
    let depth_fits = match kind {
        1 | 3 | 9 | 11 => matches!(bits, 8 | 16),
        _ => matches!(bits, 15 | 16 | 24 | 32),
    };
    let before_pixels = 18 + u64::from(id_len) + map_len * u64::from(map_bits.div_ceil(8));
    let shortest = match kind {
        // A file may be cut off, but not to less than a thumbnail can be made of.
        1..=3 => (pixels * u64::from(bits.div_ceil(8))).div_ceil(SMALLEST_SHARE),
        // A run-length packet covers 128 pixels at most.
        _ => pixels.div_ceil(128) * u64::from(1 + bits.div_ceil(8)),
    };
    map_fits
        && depth_fits
        && descriptor & 0x0f <= 8
        && descriptor & 0xc0 == 0
        && pixels > 0
        && before_pixels + shortest <= len
}

/// Inverse of the smallest share of a TGA's pixels that a file must have to be detected: 1 / 4.
const SMALLEST_SHARE: u64 = 4;
