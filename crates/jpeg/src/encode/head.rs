//! Writes the segments before the entropy-coded data.

use super::super::marker::{APP0, APP2, SOI};
use super::error::EncodeError;

/// Maximum bytes of an ICC profile in one APP2 segment (ICC.1:2022, B.4).
pub(super) const ICC_PART: usize = 65_519;

/// Writes the start of a file and its ICC profile.
pub(super) fn write_start(bytes: &mut Vec<u8>, icc: Option<&[u8]>) -> Result<(), EncodeError> {
    bytes.extend([0xFF, SOI]);
    // JFIF 1.02, density unknown: square pixels.
    write_segment(bytes, APP0, &[b"JFIF\0\x01\x02\0\0\x01\0\x01\0\0"]);
    let icc_parts = icc.unwrap_or_default().chunks(ICC_PART);
    let count = u8::try_from(icc_parts.len()).map_err(|_| EncodeError::Profile)?;
    for (number, part) in (1..=count).zip(icc_parts) {
        write_segment(bytes, APP2, &[b"ICC_PROFILE\0", &[number, count], part]);
    }
    Ok(())
}

/// Writes a frame header. Components have sampling factors and the number of a quantisation table.
pub(super) fn write_frame(
    bytes: &mut Vec<u8>,
    marker: u8,
    components: impl ExactSizeIterator<Item = ((usize, usize), u8)>,
    (width, height): (usize, usize),
) {
    let mut frame = vec![8];
    frame.extend((height as u16).to_be_bytes());
    frame.extend((width as u16).to_be_bytes());
    frame.push(components.len() as u8);
    for (index, ((across, down), table)) in (1..).zip(components) {
        frame.extend([index, (across << 4 | down) as u8, table]);
    }
    write_segment(bytes, marker, &[&frame]);
}

/// Writes a segment. Its length always fits 16 bits.
pub(super) fn write_segment(bytes: &mut Vec<u8>, marker: u8, payload: &[&[u8]]) {
    let length: usize = 2 + payload.iter().map(|part| part.len()).sum::<usize>();
    bytes.extend([0xFF, marker]);
    bytes.extend((length as u16).to_be_bytes());
    payload.iter().for_each(|part| bytes.extend(*part));
}
