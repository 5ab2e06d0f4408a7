//! The marker walker (T.81, annex B.1). In: a file's bytes. Out: one [`Segment`] after another, nothing copied.
//!
//! As forgiving as libjpeg: bytes before the start of the picture, extra 0xFF fill bytes and rubbish between
//! segments are passed over, reserved markers in it too, and a segment that claims to be longer than the file ends with
//! the file.

use memchr::memchr;

pub(crate) const TEM: u8 = 0x01;
pub(crate) const SOF0: u8 = 0xC0;
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

/// How far from the beginning the start of the picture may lie, in bytes. Mail gateways and old scanners put
/// a few lines in front; anything farther is another format that happens to contain a JPEG.
const REACH: usize = 64 * 1024;

/// One marker segment of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Segment<'a> {
    /// The marker's second byte, such as 0xE1 for APP1.
    pub marker: u8,
    /// Offset of [`payload`](Self::payload) into the file, in bytes.
    pub offset: usize,
    /// What follows the two length bytes; empty for markers without parameters.
    pub payload: &'a [u8],
}

/// The segments of one picture from its start of image up to and including its first SOS, or to the end of the file.
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

/// The marker segments of the first picture in a file, up to its first scan: EXIF is in APP1, ICC profiles and
/// MPF in APP2, Adobe's in APP14. Empty if the file is no JPEG.
#[must_use]
pub fn segments(bytes: &[u8]) -> Segments<'_> {
    Segments { walker: Walker::new(bytes) }
}

/// Steps from marker to marker.
#[derive(Clone, Debug)]
pub(crate) struct Walker<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Walker<'a> {
    /// Stands behind the first start of image; `None` if there is none within reach. One that does not begin the file must
    /// be followed by a marker, since its two bytes alone may be anything.
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

    /// Where the next search for a marker begins, in bytes from the start of the file.
    pub(crate) fn at(&self) -> usize {
        self.at
    }

    /// Goes on behind entropy-coded data.
    pub(crate) fn jump(&mut self, at: usize) {
        self.at = at;
    }

    /// The next segment; `None` at the end of the file.
    pub(crate) fn next(&mut self) -> Option<Segment<'a>> {
        let marker = loop {
            let start = self.at + memchr(0xFF, self.bytes.get(self.at..)?)?;
            let fill = self.bytes[start..].iter().position(|&b| b != 0xFF)?;
            self.at = start + fill + 1;
            match self.bytes[start + fill] {
                // Stuffing, and reserved markers, of which nobody knows whether a length follows.
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
