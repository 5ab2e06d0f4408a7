//! Iterates over the marker segments of a file (T.81, annex B.1), without copying.
//!
//! As tolerant as libjpeg: bytes before the start of the image, extra 0xFF fill bytes, and garbage between segments are
//! skipped, including reserved markers in it. A segment longer than the file ends with the file.

use memchr::memchr;

pub(crate) const TEM: u8 = 0x01;
pub(crate) const SOF0: u8 = 0xC0;
pub(crate) const SOF2: u8 = 0xC2;
pub(crate) const DHT: u8 = 0xC4;
pub(crate) const DAC: u8 = 0xCC;
pub(crate) const RST0: u8 = 0xD0;
pub(crate) const RST7: u8 = 0xD7;
pub(crate) const SOI: u8 = 0xD8;
pub(crate) const EOI: u8 = 0xD9;
pub(crate) const SOS: u8 = 0xDA;
pub(crate) const DQT: u8 = 0xDB;
pub(crate) const DNL: u8 = 0xDC;
pub(crate) const DRI: u8 = 0xDD;
pub(crate) const DHP: u8 = 0xDE;
pub(crate) const EXP: u8 = 0xDF;
pub(crate) const APP0: u8 = 0xE0;
pub(crate) const APP2: u8 = 0xE2;
pub(crate) const APP14: u8 = 0xEE;
pub(crate) const SOF55: u8 = 0xF7;

/// Maximum offset of the start of the image in bytes. Mail gateways and old scanners prepend a few lines; at larger
/// offsets the file is another format that contains a JPEG.
const REACH: usize = 64 * 1024;

/// A marker segment of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Segment<'a> {
    /// Second byte of the marker, such as 0xE1 for APP1.
    pub marker: u8,
    /// Offset of [`payload`](Self::payload) in the file, in bytes.
    pub offset: usize,
    /// Bytes after the two length bytes; empty for markers without parameters.
    pub payload: &'a [u8],
}

/// An iterator over the segments of an image. It ends after the first SOS or EOI, or at the end of the file. Returned
/// by [`segments`].
#[derive(Clone, Debug)]
pub struct Segments<'a> {
    walker: Option<Walker<'a>>,
}

impl<'a> Iterator for Segments<'a> {
    type Item = Segment<'a>;

    fn next(&mut self) -> Option<Segment<'a>> {
        let segment = self.walker.as_mut()?.next();
        if segment.is_none_or(|s| matches!(s.marker, SOS | EOI)) {
            self.walker = None;
        }
        segment
    }
}

/// Returns the marker segments of the first image in a file, through its first SOS.
///
/// EXIF data is in APP1, ICC profiles and MPF in APP2, Adobe's colour transform in APP14. The iterator is empty if the
/// file is no JPEG.
#[must_use]
pub fn segments(bytes: &[u8]) -> Segments<'_> {
    Segments { walker: Walker::new(bytes) }
}

/// A cursor that steps from marker to marker.
#[derive(Clone, Debug)]
pub(crate) struct Walker<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Walker<'a> {
    /// Returns a cursor after the first start-of-image marker; `None` if none is within reach.
    ///
    /// Unless it begins the file, it must be followed by another marker: its two bytes alone may be anything.
    pub(crate) fn new(bytes: &'a [u8]) -> Option<Self> {
        if bytes.starts_with(&[0xFF, SOI]) {
            return Some(Self { bytes, at: 2 });
        }
        let mut from = 0;
        loop {
            let at = from + memchr(0xFF, bytes.get(from..bytes.len().min(REACH))?)?;
            if bytes[at..].starts_with(&[0xFF, SOI, 0xFF]) {
                return Some(Self { bytes, at: at + 2 });
            }
            from = at + 1;
        }
    }

    /// Returns the offset at which the next search for a marker begins, in bytes.
    pub(crate) fn at(&self) -> usize {
        self.at
    }

    /// Continues at an offset after entropy-coded data.
    pub(crate) fn jump(&mut self, at: usize) {
        self.at = at;
    }

    /// Returns the next segment; `None` at the end of the file.
    pub(crate) fn next(&mut self) -> Option<Segment<'a>> {
        let marker = loop {
            let start = self.at + memchr(0xFF, self.bytes.get(self.at..)?)?;
            let fill = self.bytes[start..].iter().position(|&b| b != 0xFF)?;
            self.at = start + fill + 1;
            match self.bytes[start + fill] {
                // Byte stuffing, and reserved markers, which may or may not have a length.
                0 | 2..SOF0 => {}
                marker => break marker,
            }
        };
        if matches!(marker, TEM | RST0..=EOI) {
            return Some(Segment { marker, offset: self.at, payload: &[] });
        }
        let rest = &self.bytes[self.at..];
        let &[high, low, ..] = rest else {
            self.at = self.bytes.len();
            return None;
        };
        let length = usize::from(u16::from_be_bytes([high, low])).max(2);
        let offset = self.at + 2;
        self.at = (self.at + length).min(self.bytes.len());
        Some(Segment { marker, offset, payload: &self.bytes[offset..self.at] })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passes_rubbish_and_fill_bytes() {
        let file =
            [1, 0xFF, 0xD8, 0xFF, 0xFF, 0xFF, 0xE1, 0, 4, 7, 8, 9, 9, 0xFF, 0, 0xFF, 0xDD, 0, 4, 0, 5, 0xFF, 0xD9];
        let found: Vec<_> = segments(&file).map(|s| (s.marker, s.offset, s.payload.to_vec())).collect();
        assert_eq!(found, [(0xE1, 9, vec![7, 8]), (DRI, 19, vec![0, 5]), (EOI, 23, vec![])]);
    }

    #[test]
    fn ends_with_the_file() {
        let file = [0xFF, 0xD8, 0xFF, 0xE1, 0, 200, 1, 2];
        let found: Vec<_> = segments(&file).collect();
        assert_eq!(found, [Segment { marker: 0xE1, offset: 6, payload: &[1, 2] }]);
        assert_eq!(segments(&[0xFF, 0xD8, 0xFF, 0xE1, 0]).count(), 0);
        assert_eq!(segments(b"GIF89a").count(), 0);
        assert_eq!(segments(&[0xFF; 70]).count(), 0);
    }
}
