//! Canon's CR3: boxes of an ISO base media file (ISO/IEC 14496-12). Canon's own box in `moov` holds EXIF directories and
//! the thumbnail, one behind it the preview, and the full-size JPEG is the sample of a track.

use super::input::Reader;
use super::raw::{Found, orientation, side};
use super::tiff::Tiff;

/// Boxes of one file that are looked at; a CR3 has about a hundred.
const MAX_BOXES: usize = 1024;

/// Canon's box of metadata inside `moov`, and the one of its preview behind it.
const METADATA: [u8; 16] = *b"\x85\xc0\xb6\x87\x82\x0f\x11\xe0\x81\x11\xf4\xce\x46\x2b\x6a\x48";
const PREVIEW: [u8; 16] = *b"\xea\xf4\x2b\x5e\x1c\x98\x4b\x88\xb9\xfb\xb7\xdc\x40\x6e\x4d\x16";

/// Within so many bytes of a box with a JPEG inside, the JPEG begins: other fields take 16 to 32.
const BEFORE_JPEG: usize = 80;

/// Whether a file begins like a CR3.
pub(super) fn is_cr3(head: &[u8; 16]) -> bool {
    head[4..12] == *b"ftypcrx "
}

/// Reads all boxes that matter.
pub(super) fn read(reader: &mut Reader<'_>) -> Found {
    let mut found = Found::default();
    let mut boxes = 0;
    // The ranges that are still to be read.
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
                b"stbl" => found.places.extend(first_sample(reader, range, &mut boxes)),
                b"THMB" => found.places.extend(find_jpeg(reader, range)),
                b"CMT1" => read_directory(reader, part.content, &mut found),
                _ => {}
            }
            at = part.end;
        }
    }
    found
}

/// One box.
struct Part {
    name: [u8; 4],
    /// Where what it holds begins and ends.
    content: u64,
    end: u64,
}

/// The box that begins at `at`; none behind `end`, nor where a length makes no sense.
fn next_box(reader: &mut Reader<'_>, at: u64, end: u64) -> Option<Part> {
    if at >= end {
        return None;
    }
    let [l3, l2, l1, l0, n3, n2, n1, n0]: [u8; 8] = reader.array(at)?;
    let (header, length) = match u32::from_be_bytes([l3, l2, l1, l0]) {
        0 => (8, end - at),
        1 => (16, u64::from_be_bytes(reader.array(at + 8)?)),
        length => (8, u64::from(length)),
    };
    (length >= header).then_some(Part {
        name: [n3, n2, n1, n0],
        content: at.checked_add(header)?,
        end: at.checked_add(length)?.min(end),
    })
}

/// Offset and length of the JPEG in a box: it reaches to the end, behind a few fields.
fn find_jpeg(reader: &mut Reader<'_>, (from, to): (u64, u64)) -> Option<(u64, u64)> {
    let head = reader.up_to(from, BEFORE_JPEG)?;
    let at = from + head.windows(3).position(|three| three == [0xff, 0xd8, 0xff])? as u64;
    (at < to).then(|| (at, to - at))
}

/// Offset and length of a track's first sample, of which a still picture has no second.
fn first_sample(reader: &mut Reader<'_>, (mut at, end): (u64, u64), boxes: &mut usize) -> Option<(u64, u64)> {
    let (mut offset, mut length) = (None, None);
    while let Some(part) = next_box(reader, at, end) {
        *boxes += 1;
        if *boxes > MAX_BOXES {
            break;
        }
        // Version and flags are 4 bytes. `stsz`: one size for all samples, or 0 and a table behind a count.
        match &part.name {
            b"stsz" => {
                let size = reader.array(part.content + 4).map(u32::from_be_bytes);
                length = match size {
                    Some(0) => reader.array(part.content + 12).map(u32::from_be_bytes),
                    size => size,
                };
            }
            b"co64" => offset = reader.array(part.content + 8).map(u64::from_be_bytes),
            b"stco" => offset = reader.array(part.content + 8).map(|four| u64::from(u32::from_be_bytes(four))),
            _ => {}
        }
        at = part.end;
    }
    Some((offset?, u64::from(length?)))
}

/// The directory that corresponds to the first one of other RAW files.
fn read_directory(reader: &mut Reader<'_>, at: u64, found: &mut Found) {
    let Some((tiff, first)) = Tiff::open(reader, at) else { return };
    let Some(directory) = tiff.directory(reader, first) else { return };
    found.orientation = directory.number(reader, 274).and_then(orientation);
    let [width, height] = [256, 257].map(|tag| directory.number(reader, tag).and_then(side));
    found.size = width.zip(height);
}
