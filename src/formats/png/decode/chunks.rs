//! Lists the chunks of a PNG, whose data are read one by one, and reads texts (PNG, third edition, 5.3 and 11.3.3).

use std::io::Read;

use flate2::read::ZlibDecoder;

use crate::container::Input;
use crate::formats::error::DecodeError;

/// The signature, before the first chunk (5.2).
const FIRST: u64 = 8;

/// Most chunks listed: an image of 500 MB in the 8 KiB that libpng writes.
const MOST: usize = 1 << 16;

/// Longest chunk whose data are read. No camera's is longer: EXIF was made for JPEG's segments of 64 KiB, previews
/// included.
pub(super) const LONGEST: u32 = 1 << 20;

/// Longest text: two hexadecimal digits per byte.
const LONGEST_TEXT: u64 = 2 * LONGEST as u64;

/// A chunk of a file.
#[derive(Debug, Clone, Copy)]
pub(super) struct Chunk {
    pub(super) name: [u8; 4],
    pub(super) length: u32,
    /// The offset of its data.
    at: u64,
}

/// The chunks of a file before its end.
pub(super) struct Chunks<'a> {
    input: &'a mut dyn Input,
    next: u64,
    left: usize,
}

impl<'a> Chunks<'a> {
    pub(super) fn of(input: &'a mut dyn Input) -> Self {
        Self { input, next: FIRST, left: MOST }
    }

    /// Returns the next chunk. `None` at the end.
    pub(super) fn next(&mut self) -> Result<Option<Chunk>, DecodeError> {
        let mut head = [0; 8];
        if self.left == 0 || self.input.read_at(self.next, &mut head)? < head.len() {
            return Ok(None);
        }
        self.left -= 1;
        let [l0, l1, l2, l3, name @ ..] = head;
        let (length, at) = (u32::from_be_bytes([l0, l1, l2, l3]), self.next + 8);
        // The checksum follows the data.
        self.next = at + u64::from(length) + 4;
        Ok((name != *b"IEND").then_some(Chunk { name, length, at }))
    }

    /// Returns the first `length` bytes of a chunk's data, or as many as there are.
    pub(super) fn start_of(&mut self, chunk: &Chunk, length: u32) -> Result<Vec<u8>, DecodeError> {
        let mut data = vec![0; chunk.length.min(length) as usize];
        let there = self.input.read_at(chunk.at, &mut data)?;
        data.truncate(there);
        Ok(data)
    }
}

/// Reads keyword and text of a text chunk (11.3.3), inflated if it is compressed.
pub(super) fn read_text<'a>(name: &[u8; 4], data: &'a [u8]) -> Option<(&'a [u8], Vec<u8>)> {
    let (keyword, rest) = split_at_zero(data)?;
    let text = match (name, rest) {
        (b"tEXt", text) => text.to_vec(),
        (b"zTXt", [0, text @ ..]) => inflate(text),
        (b"iTXt", [is_compressed, _, rest @ ..]) => {
            let (_, rest) = split_at_zero(rest)?;
            let (_, text) = split_at_zero(rest)?;
            if *is_compressed == 1 { inflate(text) } else { text.to_vec() }
        }
        _ => return None,
    };
    Some((keyword, text))
}

fn split_at_zero(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let at = bytes.iter().position(|byte| *byte == 0)?;
    Some((&bytes[..at], &bytes[at + 1..]))
}

/// Inflates a zlib stream as far as possible.
fn inflate(stream: &[u8]) -> Vec<u8> {
    let mut text = Vec::new();
    // The text before an error may hold the orientation.
    let _ = ZlibDecoder::new(stream).take(LONGEST_TEXT).read_to_end(&mut text);
    text
}
