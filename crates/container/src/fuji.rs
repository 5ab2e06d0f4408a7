//! Reads Fujifilm's RAF: a header of fixed fields, and a whole JPEG whose EXIF holds the orientation.

use super::exif;
use super::found::Found;
use super::frame;
use super::input::Reader;
use super::span::Span;

/// Offset of the header's fields with offset and length of the JPEG, both of 4 bytes, big endian.
const JPEG_FIELDS: u64 = 84;

/// Returns whether a file begins like a RAF.
pub(super) fn is_raf(head: &[u8; 16]) -> bool {
    head == b"FUJIFILMCCD-RAW "
}

/// Reads the header, and the EXIF of the JPEG that it names.
pub(super) fn read(reader: &mut Reader<'_>) -> Found {
    let Some(fields) = reader.array::<8>(JPEG_FIELDS) else { return Found::default() };
    let [o3, o2, o1, o0, l3, l2, l1, l0] = fields;
    let [offset, len] = [[o3, o2, o1, o0], [l3, l2, l1, l0]].map(|bytes| u64::from(u32::from_be_bytes(bytes)));
    let at = frame::read(reader, offset).and_then(|frame| frame.exif);
    let exif = at.and_then(|at| exif::read_at(reader, at)).unwrap_or_default();
    let thumbnail = exif.thumbnail.map(|thumbnail| thumbnail.span);
    Found {
        places: [Span { offset, len }].into_iter().chain(thumbnail).collect(),
        guesses: Vec::new(),
        orientation: exif.orientation,
        size: exif.size,
    }
}
