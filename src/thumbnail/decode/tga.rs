//! Bytes of a TGA → what is to be known before it is decoded whole: whether its fourth channel is transparency (Truevision
//! TGA 2.0: attribute bits in C.2.5.6, the footer in C.6, the attributes type in C.7.24), since many programs write 32 bits
//! with a fourth channel of nothing; and whether its pixels can be there at all.

use crate::geometry::Size;

/// Offset of the attributes type in the extension area.
const ATTRIBUTES_TYPE: usize = 494;

/// Pixels of a packet, at the most (C.4.2 of the run-length encoding), which has a byte before its one pixel.
const PACKET: u64 = 128;

/// Whether the file has too few bytes for a picture of this size, however well it is packed.
pub(super) fn is_too_short(bytes: &[u8], size: Size) -> bool {
    let (kind, bits) = (bytes.get(2).copied().unwrap_or(0), bytes.get(16).copied().unwrap_or(0));
    let pixel = u64::from(bits.div_ceil(8));
    let least = if kind & 8 == 0 { size.pixels() * pixel } else { size.pixels() / PACKET * (1 + pixel) };
    least > bytes.len() as u64
}

/// Whether the fourth channel is said to be transparency.
pub(super) fn has_alpha(bytes: &[u8]) -> bool {
    match attributes_type(bytes) {
        Some(kind) => matches!(kind, 3 | 4),
        None => bytes.get(17).is_some_and(|descriptor| descriptor & 0x0f != 0),
    }
}

/// What the extension area says, where there is one: its offset stands 26 bytes before the end of the file.
fn attributes_type(bytes: &[u8]) -> Option<u8> {
    let (_, footer) = bytes.split_last_chunk::<26>()?;
    let offset = footer.first_chunk::<4>().filter(|_| footer.ends_with(b"TRUEVISION-XFILE.\0"))?;
    let area = usize::try_from(u32::from_le_bytes(*offset)).ok().filter(|offset| *offset > 0)?;
    bytes.get(area.checked_add(ATTRIBUTES_TYPE)?).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tga(descriptor: u8, attributes: Option<u8>) -> Vec<u8> {
        let mut bytes = vec![0; 18];
        bytes[17] = descriptor;
        if let Some(kind) = attributes {
            let mut area = vec![0; 495];
            area[ATTRIBUTES_TYPE] = kind;
            bytes.extend(area);
            bytes.extend([18_u32.to_le_bytes(), [0; 4]].concat());
            bytes.extend(b"TRUEVISION-XFILE.\0");
        }
        bytes
    }

    #[test]
    fn the_extension_area_decides_and_the_descriptor_where_there_is_none() {
        for (descriptor, attributes, wanted) in [
            (8, None, true),
            (0, None, false),
            (8, Some(0), false),
            (8, Some(2), false),
            (8, Some(3), true),
            (0, Some(3), true),
            (0, Some(4), true),
        ] {
            assert_eq!(has_alpha(&tga(descriptor, attributes)), wanted, "{descriptor} {attributes:?}");
        }
        let cut = tga(8, Some(0));
        assert!(has_alpha(&cut[..cut.len() - 1]));
        assert!(!has_alpha(&[]));
    }
}
