//! Reads Canon's CR3, an ISO base media file (ISO/IEC 14496-12). Canon's own box in `moov` holds EXIF directories and
//! the thumbnail, a box behind it the preview. The full-size JPEG is the only sample of a track.

use super::boxes::{first_sample, list_boxes, next_box};
use super::found::{Found, side};
use super::input::Reader;
use super::span::Span;
use super::tiff::Tiff;

/// Limit of boxes read per file; a CR3 has about a hundred.
const MAX_BOXES: usize = 1024;

/// UUIDs of Canon's metadata box inside `moov`, and of the preview's box behind it.
const METADATA: [u8; 16] = *b"\x85\xc0\xb6\x87\x82\x0f\x11\xe0\x81\x11\xf4\xce\x46\x2b\x6a\x48";
const PREVIEW: [u8; 16] = *b"\xea\xf4\x2b\x5e\x1c\x98\x4b\x88\xb9\xfb\xb7\xdc\x40\x6e\x4d\x16";

/// Bytes at the start of a box in which its JPEG must begin; other fields take 16 to 32.
const BEFORE_JPEG: usize = 80;

/// Returns whether a file begins like a CR3.
pub(super) fn is_cr3(head: &[u8; 16]) -> bool {
    head[4..12] == *b"ftypcrx "
}

/// Reads previews, orientation and size from the boxes.
pub(super) fn read(reader: &mut Reader<'_>) -> Found {
    let mut found = Found::default();
    let mut boxes = 0;
    // The ranges still to be read.
    let mut waiting = vec![(0, reader.length())];
    while let Some((mut at, end)) = waiting.pop() {
        while let Some(part) = next_box(reader, at, end) {
            boxes += 1;
            if boxes > MAX_BOXES {
                return found;
            }
            let range = (part.content, part.end);
            match &part.name {
                b"moov" | b"trak" | b"mdia" | b"minf" => waiting.push(range),
                b"uuid" => match reader.array::<16>(part.content) {
                    Some(METADATA) => waiting.push((part.content + 16, part.end)),
                    Some(PREVIEW) => found.places.extend(find_jpeg(reader, range)),
                    _ => {}
                },
                b"stbl" => {
                    let table = list_boxes(reader, part.content, part.end, MAX_BOXES - boxes);
                    boxes += table.len();
                    found.places.extend(first_sample(reader, &table));
                }
                b"THMB" => found.places.extend(find_jpeg(reader, range)),
                b"CMT1" => read_directory(reader, part.content, &mut found),
                _ => {}
            }
            at = part.end;
        }
    }
    found
}

/// Returns the place of the JPEG in a box. It follows a few fields and reaches to the end.
fn find_jpeg(reader: &mut Reader<'_>, (from, to): (u64, u64)) -> Option<Span> {
    let head = reader.up_to(from, BEFORE_JPEG)?;
    let at = from + head.windows(3).position(|three| three == [0xff, 0xd8, 0xff])? as u64;
    (at < to).then(|| Span { offset: at, len: to - at })
}

/// Reads orientation and size from the directory that stands for other RAW files' first one.
fn read_directory(reader: &mut Reader<'_>, at: u64, found: &mut Found) {
    let Some((tiff, first)) = Tiff::open(reader, at) else { return };
    let Some(directory) = tiff.directory(reader, first) else { return };
    found.orientation = directory.orientation(reader);
    let [width, height] = [256, 257].map(|tag| directory.number(reader, tag).and_then(side));
    found.size = width.zip(height);
}
