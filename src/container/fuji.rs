//! Fujifilm's RAF: a header of fixed fields, and a whole JPEG with the camera's EXIF, in which the orientation stands.

use super::exif;
use super::found::Found;
use super::frame;
use super::input::Reader;

/// Where the header tells offset and length of the JPEG, both of 4 bytes, the high one first.
const JPEG_FIELDS: u64 = 84;

/// Whether a file begins like a RAF.
pub(super) fn is_raf(head: &[u8; 16]) -> bool {
    head == b"FUJIFILMCCD-RAW "
}

/// Reads the header, and the EXIF of the JPEG that it names.
pub(super) fn read(reader: &mut Reader<'_>) -> Found {
    let Some(fields) = reader.array::<8>(JPEG_FIELDS) else { return Found::default() };
    let [o3, o2, o1, o0, l3, l2, l1, l0] = fields;
    let offset = u64::from(u32::from_be_bytes([o3, o2, o1, o0]));
    let length = u64::from(u32::from_be_bytes([l3, l2, l1, l0]));
    let at = frame::read(reader, offset).and_then(|frame| frame.exif);
    let exif = at.and_then(|at| exif::read_at(reader, at)).unwrap_or_default();
    let thumbnail = exif.thumbnail.map(|thumbnail| (thumbnail.offset, thumbnail.length));
    Found {
        places: [(offset, length)].into_iter().chain(thumbnail).collect(),
        guesses: Vec::new(),
        orientation: exif.orientation,
        size: exif.size,
    }
}
