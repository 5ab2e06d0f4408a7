//! Reads the first segments of a JPEG (T.81, annex B) to check and measure a preview.
//!
//! Accepts only JPEGs that can be shown, since the data of many sensors are a JPEG too, of the lossless process.

use super::input::Reader;

/// Limit of segments before the frame header.
const MAX_SEGMENTS: usize = 128;

/// Size and EXIF of a JPEG, from the segments up to the frame header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Frame {
    /// Width and height in px.
    pub(super) size: (u32, u32),
    /// Offset of the TIFF header in an EXIF segment.
    pub(super) exif: Option<u64>,
}

/// Reads the head of the JPEG at `offset`. `None` unless it is baseline, extended or progressive, of 8 bits, and grey
/// or of three colours.
pub(super) fn read(reader: &mut Reader<'_>, offset: u64) -> Option<Frame> {
    if reader.array(offset)? != [0xff, 0xd8] {
        return None;
    }
    let mut at = offset.checked_add(2)?;
    let mut exif = None;
    for _ in 0..MAX_SEGMENTS {
        let [mark, kind, high, low]: [u8; 4] = reader.array(at)?;
        match (mark, kind) {
            // A fill byte.
            (0xff, 0xff) => {
                at += 1;
                continue;
            }
            (0xff, 0xc0..=0xc2) => {
                let [bits, h1, h0, w1, w0, components]: [u8; 6] = reader.array(at.checked_add(4)?)?;
                let size = (u32::from(u16::from_be_bytes([w1, w0])), u32::from(u16::from_be_bytes([h1, h0])));
                let is_shown = bits == 8 && matches!(components, 1 | 3) && size.0 > 0 && size.1 > 0;
                return is_shown.then_some(Frame { size, exif });
            }
            (0xff, 0xe1) if exif.is_none() && reader.array(at.checked_add(4)?) == Some(*b"Exif\0\0") => {
                exif = Some(at.checked_add(10)?);
            }
            // Segments that may stand before a frame header: tables, restart interval, application data, comments.
            (0xff, 0xc4 | 0xdb | 0xdd | 0xe0..=0xef | 0xfe) => {}
            _ => return None,
        }
        at = at.checked_add(2 + u64::from(u16::from_be_bytes([high, low])).max(2))?;
    }
    None
}
