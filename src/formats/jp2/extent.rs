//! Finds the end of a codestream as its container and its tile-parts state it (ISO/IEC 15444-1, I.4 and A.4.2).

use crate::formats::error::ENDS_TOO_EARLY;
use crate::outcome::Damage;

/// Returns the damage of a file that ends before its codestream does.
pub(super) fn damage_of(bytes: &[u8]) -> Option<Damage> {
    let start = codestream(bytes)?;
    let end = end_of(bytes, start);
    let is_cut = end.is_none_or(|end| end > bytes.len());
    is_cut.then(|| {
        let wanted = end.unwrap_or(bytes.len()).saturating_sub(start) as u64;
        Damage::of_part(ENDS_TOO_EARLY, bytes.len().saturating_sub(start) as u64, wanted)
    })
}

/// Returns the offset of the codestream.
fn codestream(bytes: &[u8]) -> Option<usize> {
    if bytes.starts_with(b"\xff\x4f") {
        return Some(0);
    }
    let mut at = 0_usize;
    loop {
        let [l3, l2, l1, l0, name @ ..] = *bytes.get(at..)?.first_chunk::<8>()?;
        let (header, length) = match u32::from_be_bytes([l3, l2, l1, l0]) {
            1 => (16, u64::from_be_bytes(*bytes.get(at + 8..)?.first_chunk()?)),
            length => (8, length.into()),
        };
        if name == *b"jp2c" {
            return Some(at + header);
        }
        let length = usize::try_from(length).ok()?;
        at = at.checked_add(length).filter(|_| length >= header)?;
    }
}

/// Returns the offset behind the last tile-part that there is, as it states its own length. `None` if the next one would
/// follow where the file ends.
fn end_of(bytes: &[u8], start: usize) -> Option<usize> {
    let mut at = start + 2;
    // The main header's segments, each with its length.
    loop {
        let [0xff, marker, high, low] = *bytes.get(at..)?.first_chunk::<4>()? else { return Some(at) };
        if marker == 0x90 {
            break;
        }
        at = at.checked_add(2 + usize::from(u16::from_be_bytes([high, low])))?;
    }
    loop {
        match *bytes.get(at..)?.first_chunk::<2>()? {
            [0xff, 0x90] => {
                let length = u32::from_be_bytes(*bytes.get(at + 6..)?.first_chunk::<4>()?);
                // The last one may reach to the end, and says 0.
                if length < 12 {
                    return Some(bytes.len());
                }
                at = at.checked_add(usize::try_from(length).ok()?)?;
                if at > bytes.len() {
                    return Some(at);
                }
            }
            _ => return Some(at),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_cut_where_its_last_tile_part_would_go_on() {
        let header = b"\xff\x4f\xff\x51\0\x04ab\xff\x52\0\x02";
        let part = [&b"\xff\x90\0\x0a\0\0\0\0\0\x12\0\x01\xff\x93"[..], &[7; 4]].concat();
        let file = [&header[..], &part, &part, b"\xff\xd9"].concat();
        assert_eq!(damage_of(&file), None);
        for length in header.len()..file.len() - 1 {
            let damage = damage_of(&file[..length]);
            assert!(damage.is_some_and(|damage| damage.present <= 1.0), "{length}");
        }
        let boxed = [&b"\0\0\0\x09free_\0\0\0\0jp2c"[..], &file].concat();
        assert_eq!(damage_of(&boxed), None);
        assert!(damage_of(&boxed[..boxed.len() - 5]).is_some());
    }
}
