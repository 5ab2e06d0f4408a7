//! Reads the orientation of a PNG. Its sources by precedence: EXIF in the chunk `eXIf` (PNG, third edition, 11.3.4.5), EXIF in
//! a text chunk, where ImageMagick and ExifTool kept it before `eXIf` existed, and XMP.
//!
//! All chunks are searched, since programs that add one to a file put it at the end.

use super::chunks::{Chunks, LONGEST, read_text};
use crate::container::{Input, bare_exif, read_exif, read_xmp_orientation, xmp_of_app1};
use crate::formats::error::DecodeError;
use crate::geometry::Orientation;

/// Text chunks read for their orientation, so that a file full of them costs no time.
const MOST_TEXTS: usize = 16;

/// Longest keyword and the byte after it (11.3.3.2).
const KEYWORD: u32 = 80;

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
    let mut chunks = Chunks::of(input);
    while best.is_none_or(|best| best.0 != Source::Exif)
        && let Some(chunk) = chunks.next()?
    {
        let found = match &chunk.name {
            b"eXIf" if chunk.length <= LONGEST => {
                let exif = chunks.start_of(&chunk, LONGEST)?;
                read_exif(bare_exif(&exif)).orientation.map(|value| (Source::Exif, value))
            }
            b"tEXt" | b"zTXt" | b"iTXt" if chunk.length <= LONGEST && texts < MOST_TEXTS => {
                match source_of_text(&chunks.start_of(&chunk, KEYWORD)?) {
                    None => None,
                    Some(source) => {
                        texts += 1;
                        of_text(&chunk.name, &chunks.start_of(&chunk, LONGEST)?, source)
                    }
                }
            }
            _ => None,
        };
        best = found.filter(|found| best.is_none_or(|best| best.0 < found.0)).or(best);
    }
    Ok(best.and_then(|(_, value)| Orientation::from_exif(value)).unwrap_or_default())
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
