//! Tells an animated file from a still one by its blocks, without decoding.

use std::num::NonZeroU32;

use crate::container::Input;

/// Most chunks of a PNG that are passed on the way to its control chunk, which precedes the image data.
const MOST_CHUNKS: usize = 64;

/// Identifiers of the extension that repeats a GIF, and the header of its data.
const REPEATERS: [&[u8; 11]; 2] = [b"NETSCAPE2.0", b"ANIMEXTS1.0"];
const COUNT: [u8; 2] = [3, 1];

/// Returns whether a PNG announces more frames than one (PNG, third edition, 11.3.6.1).
pub(crate) fn is_apng(input: &mut dyn Input) -> bool {
    let mut offset = 8;
    for _ in 0..MOST_CHUNKS {
        let mut chunk = [0; 12];
        if !matches!(input.read_at(offset, &mut chunk), Ok(12)) {
            return false;
        }
        let [length, name, data] = [&chunk[..4], &chunk[4..8], &chunk[8..]];
        match name {
            b"acTL" => return data > &[0, 0, 0, 1][..],
            b"IDAT" | b"IEND" => return false,
            _ => offset += 12 + length.iter().fold(0, |length, byte| length << 8 | u64::from(*byte)),
        }
    }
    false
}

/// Returns whether an image follows the data of the first one in a GIF. `data` is their offset.
#[cfg(feature = "gif")]
pub(crate) fn has_second_frame(bytes: &[u8], data: usize) -> bool {
    let mut rest = skip_sub_blocks(bytes.get(data..).unwrap_or_default());
    loop {
        match rest {
            [b',', ..] => return true,
            [b'!', _, blocks @ ..] => rest = skip_sub_blocks(blocks),
            _ => return false,
        }
    }
}

/// Returns the bytes after a sequence of sub-blocks.
#[cfg(feature = "gif")]
fn skip_sub_blocks(mut bytes: &[u8]) -> &[u8] {
    while let [length, rest @ ..] = bytes {
        bytes = rest.get(usize::from(*length)..).unwrap_or_default();
        if *length == 0 {
            break;
        }
    }
    bytes
}

/// Returns whether a WebP has more frames than one (RFC 9649, 2.7).
#[cfg(feature = "webp")]
pub(crate) fn is_animated_webp(bytes: &[u8]) -> bool {
    let Some(mut rest) = bytes.get(12..).filter(|rest| rest.starts_with(b"VP8X")) else { return false };
    let mut frames = 0;
    while let Some((head, data)) = rest.split_first_chunk::<8>() {
        let [name @ .., a, b, c, d] = head;
        frames += u32::from(name == b"ANMF");
        if frames > 1 {
            return true;
        }
        let length = u32::from_le_bytes([*a, *b, *c, *d]) as usize;
        rest = data.get(length.saturating_add(length % 2)..).unwrap_or_default();
    }
    false
}

/// Returns the number of times that a GIF is played: once, unless an extension repeats it. `None` for an endless one.
#[cfg(feature = "gif")]
pub(super) fn plays_of_gif(bytes: &[u8]) -> Option<NonZeroU32> {
    let is_repeater = |window: &&[u8]| {
        let (name, rest) = window.split_at(11);
        REPEATERS.iter().any(|repeater| name == &repeater[..]) && rest[..2] == COUNT
    };
    match bytes.windows(15).find(is_repeater) {
        None => Some(NonZeroU32::MIN),
        Some(window) => match u16::from_le_bytes([window[13], window[14]]) {
            0 => None,
            repeats => NonZeroU32::MIN.checked_add(repeats.into()),
        },
    }
}
