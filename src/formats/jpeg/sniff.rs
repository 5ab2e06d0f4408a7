//! Detects JPEGs from the start of a file, even if they begin late.

use crate::formats::evidence::Evidence;
use crate::formats::unsupported::name_unsupported;
use crate::jpeg;

/// Detects the format from the start of a file.
pub(crate) fn sniff(head: &[u8], _: u64) -> Option<Evidence> {
    match head.starts_with(b"\xff\xd8\xff") {
        true => Some(Evidence::Signature),
        false => (is_jpeg_with_rubbish(head) || is_late_jpeg(head)).then_some(Evidence::Somewhere),
    }
}

/// Returns whether a start of image is followed by stray bytes and a segment that an image begins with. Readers skip
/// any number of stray bytes.
fn is_jpeg_with_rubbish(head: &[u8]) -> bool {
    let first = || jpeg::segments(head).next().is_some_and(|segment| is_first_segment(segment.marker));
    head.starts_with(b"\xff\xd8") && first()
}

/// Returns whether a marker begins a table, a frame, an application's segment or a comment (T.81 B.2.1).
fn is_first_segment(marker: u8) -> bool {
    matches!(marker, 0xc0..=0xcf | 0xdb | 0xdd | 0xe0..=0xef | 0xfe)
}

/// Most bytes in front of a JPEG: a MacBinary header has 128, Sony's PMP header 124, and a mail gateway's lines fewer.
const BEFORE_JPEG: usize = 256;

/// Starts of files that may contain a JPEG but are none: music with a cover, documents, layered images, films,
/// archives.
const HOLDERS: [&[u8]; 18] = [
    b"ID3",
    b"fLaC",
    b"OggS",
    b"%PDF",
    b"%!PS",
    b"PK",
    b"8BPS",
    b"8BIM",
    b"RIFF",
    b"RIFX",
    b"{\\rtf",
    b"FLV",
    b"FWS",
    b"\x1a\x45\xdf\xa3",
    b"\xd0\xcf\x11\xe0",
    b"\x30\x26\xb2\x75",
    b"\x8aMNG",
    b"SQLite format 3\0",
];

/// First boxes of films, and of images in other formats.
const FIRST_BOXES: [&[u8; 4]; 7] = [b"ftyp", b"moov", b"mdat", b"wide", b"free", b"skip", b"pnot"];

/// Returns whether a JPEG starts a little late: start of image, then a segment that an image begins with (T.81 B.2.1).
fn is_late_jpeg(head: &[u8]) -> bool {
    let is_film = FIRST_BOXES.iter().any(|name| head.get(4..8) == Some(name.as_slice()));
    let is_dicom = head.get(128..132) == Some(b"DICM");
    let holds = HOLDERS.iter().any(|magic| head.starts_with(magic)) || is_film || is_dicom;
    let front = &head[..head.len().min(BEFORE_JPEG)];
    let starts = front.windows(4).any(|four| matches!(four, [0xff, 0xd8, 0xff, 0xe0 | 0xe1 | 0xdb | 0xee]));
    starts && !holds && name_unsupported(head).is_none()
}
