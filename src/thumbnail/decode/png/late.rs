//! EXIF behind the picture. The chunk `eXIf` may stand anywhere but between the picture's (PNG, third edition, 5.6), and
//! programs that add one to a file put it at the end. In: the file. Out: the chunk, found from chunk to chunk.

use crate::container::Input;
use crate::error::Cause;

/// The signature, before the first chunk (5.2).
const FIRST_CHUNK: u64 = 8;

/// Chunks that are gone through: a picture of 500 MB in the 8 KiB that libpng writes.
const MOST_CHUNKS: usize = 1 << 16;

/// A longer one is no camera's: EXIF was made for JPEG's segments of 64 KiB, previews included.
const MOST_BYTES: u32 = 1 << 20;

/// The data of the first `eXIf` chunk, if there is one.
pub(super) fn find_exif(input: &mut dyn Input) -> Result<Option<Vec<u8>>, Cause> {
    let mut offset = FIRST_CHUNK;
    for _ in 0..MOST_CHUNKS {
        let mut head = [0; 8];
        if input.read_at(offset, &mut head)? < head.len() {
            break;
        }
        let [l0, l1, l2, l3, name @ ..] = head;
        let length = u32::from_be_bytes([l0, l1, l2, l3]);
        let data = offset + 8;
        match &name {
            b"IEND" => break,
            b"eXIf" if length <= MOST_BYTES => {
                let mut exif = vec![0; length as usize];
                let there = input.read_at(data, &mut exif)?;
                exif.truncate(there);
                return Ok(Some(exif));
            }
            // The checksum is behind the data.
            _ => offset = data + u64::from(length) + 4,
        }
    }
    Ok(None)
}
