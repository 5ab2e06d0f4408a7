//! Finds the codestream of a file.

use std::borrow::Cow;

use super::unfit::Unfit;

/// Signature of a container (ISO/IEC 18181-2, 9.1).
const CONTAINER: &[u8] = b"\0\0\0\x0cJXL \r\n\x87\n";

/// Most boxes searched for the codestream.
const MAX_BOXES: usize = 1 << 16;

/// Returns the codestream: the file, a part of it, or the parts of it that several boxes hold.
pub(super) fn find(file: &[u8]) -> Result<Cow<'_, [u8]>, Unfit> {
    let Some(mut rest) = file.strip_prefix(CONTAINER) else { return Ok(Cow::Borrowed(file)) };
    let mut parts = Vec::new();
    for _ in 0..MAX_BOXES {
        let Some((name, content, after)) = split_box(rest) else { break };
        match &name {
            b"jxlc" if parts.is_empty() => return Ok(Cow::Borrowed(content)),
            b"jxlp" => {
                let (index, part) = content.split_first_chunk::<4>().ok_or(Unfit)?;
                let index = u32::from_be_bytes(*index);
                // The parts come in order, and the last one says so.
                if (index & 0x7fff_ffff) as usize != parts.len() {
                    return Err(Unfit);
                }
                parts.push(part);
                if index >> 31 == 1 {
                    break;
                }
            }
            _ => {}
        }
        rest = after;
    }
    match parts[..] {
        [] => Err(Unfit),
        [part] => Ok(Cow::Borrowed(part)),
        _ => Ok(Cow::Owned(parts.concat())),
    }
}

/// Returns name and content of the first box, and the boxes after it. The last box may be cut.
fn split_box(bytes: &[u8]) -> Option<([u8; 4], &[u8], &[u8])> {
    let [l3, l2, l1, l0, name @ ..]: [u8; 8] = *bytes.first_chunk()?;
    let (header, length) = match u32::from_be_bytes([l3, l2, l1, l0]) {
        0 => (8, bytes.len() as u64),
        1 => (16, u64::from_be_bytes(*bytes.get(8..)?.first_chunk()?)),
        length => (8, u64::from(length)),
    };
    let end = usize::try_from(length).unwrap_or(usize::MAX).min(bytes.len());
    Some((name, bytes.get(header..end)?, &bytes[end..]))
}
