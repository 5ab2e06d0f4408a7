//! Reads the orientation of a PNG, and the metadata that thumbnails may keep. Sources of the orientation by precedence: EXIF in the chunk `eXIf` (PNG, third edition, 11.3.4.5), EXIF in
//! a text chunk, where ImageMagick and ExifTool kept it before `eXIf` existed, and XMP.
//!
//! All chunks are searched, since programs that add one to a file put it at the end.

use std::io::Read;

use flate2::read::ZlibDecoder;

use crate::container::{Input, bare_exif, read_exif, read_xmp_orientation, xmp_of_app1};
use crate::formats::error::DecodeError;
use crate::formats::metadata::Packets;
use crate::geometry::Orientation;

/// The signature, before the first chunk (5.2).
const FIRST_CHUNK: u64 = 8;

/// Most chunks scanned: an image of 500 MB in the 8 KiB that libpng writes.
const MOST_CHUNKS: usize = 1 << 16;

/// Longest chunk read. No camera's is longer: EXIF was made for JPEG's segments of 64 KiB, previews included.
const MOST_BYTES: u32 = 1 << 20;

/// Text chunks read for their orientation, so that a file full of them costs no time.
const MOST_TEXTS: usize = 16;

/// Longest keyword and the byte after it (11.3.3.2).
const KEYWORD: usize = 80;

/// Longest text: two hexadecimal digits per byte.
const LONGEST_TEXT: u64 = 2 * MOST_BYTES as u64;

/// Keyword of the text that holds XMP (XMP specification, part 3, 1.1.5).
const XMP: &[u8] = b"XML:com.adobe.xmp";

/// A source of an orientation, the one with the highest precedence last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Source {
    Xmp,
    ExifAsText,
    Exif,
}

/// Reads the orientation. Upright if the file states none.
pub(super) fn read(input: &mut dyn Input) -> Result<Orientation, DecodeError> {
    let mut best: Option<(Source, u16)> = None;
    let mut texts = 0;
    let mut offset = FIRST_CHUNK;
    for _ in 0..MOST_CHUNKS {
        let mut head = [0; 8];
        if input.read_at(offset, &mut head)? < head.len() {
            break;
        }
        let [l0, l1, l2, l3, name @ ..] = head;
        let length = u32::from_be_bytes([l0, l1, l2, l3]);
        let data = offset + 8;
        let found = match &name {
            b"IEND" => break,
            b"eXIf" if length <= MOST_BYTES => {
                let exif = read_data(input, data, length as usize)?;
                read_exif(bare_exif(&exif)).orientation.map(|value| (Source::Exif, value))
            }
            b"tEXt" | b"zTXt" | b"iTXt" if length <= MOST_BYTES && texts < MOST_TEXTS => {
                let start = read_data(input, data, KEYWORD.min(length as usize))?;
                match source_of_text(&start) {
                    None => None,
                    Some(source) => {
                        texts += 1;
                        of_text(&name, &read_data(input, data, length as usize)?, source)
                    }
                }
            }
            _ => None,
        };
        if let Some(found) = found
            && best.is_none_or(|best| best.0 < found.0)
        {
            best = Some(found);
        }
        if best.is_some_and(|best| best.0 == Source::Exif) {
            break;
        }
        // The checksum follows the data.
        offset = data + u64::from(length) + 4;
    }
    Ok(best.and_then(|(_, value)| Orientation::from_exif(value)).unwrap_or_default())
}

/// Reads EXIF from `eXIf` and XMP from `iTXt`, each from the first such chunk.
pub(super) fn read_packets(input: &mut dyn Input) -> Result<Packets, DecodeError> {
    let mut packets = Packets::default();
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
            b"eXIf" if length <= MOST_BYTES && packets.exif.is_none() => {
                packets.exif = Some(bare_exif(&read_data(input, data, length as usize)?).to_vec());
            }
            b"iTXt" if length <= MOST_BYTES && packets.xmp.is_none() => {
                let text = read_data(input, data, length as usize)?;
                packets.xmp = read_text(&name, &text).filter(|(keyword, _)| *keyword == XMP).map(|(_, text)| text);
            }
            _ => {}
        }
        // The checksum follows the data.
        offset = data + u64::from(length) + 4;
    }
    Ok(packets)
}

/// Returns the data of a chunk, or as much as the file has of them.
fn read_data(input: &mut dyn Input, offset: u64, length: usize) -> Result<Vec<u8>, DecodeError> {
    let mut data = vec![0; length];
    let there = input.read_at(offset, &mut data)?;
    data.truncate(there);
    Ok(data)
}

/// Returns the source of orientation in a text chunk that begins with `start`.
fn source_of_text(start: &[u8]) -> Option<Source> {
    let keyword = start.split(|byte| *byte == 0).next()?.to_ascii_lowercase();
    match keyword.as_slice() {
        b"raw profile type exif" | b"raw profile type app1" => Some(Source::ExifAsText),
        b"raw profile type xmp" | b"xml:com.adobe.xmp" => Some(Source::Xmp),
        _ => None,
    }
}

/// Returns the orientation stated by a text chunk of this name.
fn of_text(name: &[u8; 4], data: &[u8], source: Source) -> Option<(Source, u16)> {
    let (keyword, text) = read_text(name, data)?;
    // Only raw profiles are written as digits.
    let content =
        if keyword.len() > 4 && keyword[..4].eq_ignore_ascii_case(b"Raw ") { of_digits(&text)? } else { text };
    // ImageMagick stores a JPEG's whole APP1 segment, either EXIF or XMP.
    match xmp_of_app1(&content) {
        Some(packet) => read_xmp_orientation(packet).map(|value| (Source::Xmp, value)),
        None if source == Source::Xmp => read_xmp_orientation(&content).map(|value| (Source::Xmp, value)),
        None => read_exif(bare_exif(&content)).orientation.map(|value| (Source::ExifAsText, value)),
    }
}

/// Reads keyword and text of a text chunk (11.3.3), inflated if it is compressed.
fn read_text<'a>(name: &[u8; 4], data: &'a [u8]) -> Option<(&'a [u8], Vec<u8>)> {
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

/// Returns the bytes of a raw profile. ImageMagick writes it as a line with its name, one with its length, and lines of
/// hexadecimal digits.
fn of_digits(text: &[u8]) -> Option<Vec<u8>> {
    let mut lines = text.trim_ascii_start().splitn(3, |byte| *byte == b'\n');
    let digits = lines.nth(2)?.iter().filter(|byte| !byte.is_ascii_whitespace());
    let nibbles: Vec<u8> = digits
        .map_while(|digit| char::from(*digit).to_digit(16))
        .filter_map(|nibble| u8::try_from(nibble).ok())
        .collect();
    Some(nibbles.as_chunks::<2>().0.iter().map(|[high, low]| high << 4 | low).collect())
}
