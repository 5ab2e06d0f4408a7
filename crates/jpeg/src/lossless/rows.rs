//! Decodes lossless images row by row (T.81, annex H) from bytes that arrive piece by piece, as RAW files hold sensor data.
//!
//! Only the bytes of about one row are held, so that an image of any size needs little memory.

use std::mem::size_of;

use super::data::{Data, KEPT};
use super::difference::Differences;
use super::scan::Predictor;
use crate::bits::Bits;
use crate::error::Error;
use crate::frame::read_header;
use crate::header::Process;
use crate::marker::{DHT, DRI, SOS, Walker};
use crate::scan::Scan;
use crate::tables::Definitions;

/// The most bytes that a difference takes: a code and as many bits as a sample.
const BYTES_OF_DIFFERENCE: usize = 4;

/// A decoder of the rows of a lossless image, all of whose components are in one scan and of one size.
///
/// # Examples
///
/// ```
/// use jpeg_shrink::LosslessRows;
///
/// # let bytes = include_bytes!("../../tests/data/lossless.jpg");
/// let (mut rows, start) = LosslessRows::open(bytes)?;
/// let mut left = bytes[start..].chunks(1024);
/// let mut row = vec![0; rows.row_samples()];
/// for _ in 0..rows.height() {
///     while rows.is_hungry() {
///         rows.feed(left.next().unwrap_or_default());
///     }
///     assert!(rows.read(&mut row));
/// }
/// # Ok::<(), jpeg_shrink::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct LosslessRows {
    height: u32,
    precision: u8,
    /// The code of each component.
    codes: Vec<Differences>,
    predictor: Predictor,
    point_transform: u32,
    /// Prediction of the first sample.
    middle: u16,
    /// The last row and the one before it, interleaved.
    row: Vec<u16>,
    above: Vec<u16>,
    /// Rows between restart markers; 0 if there are none.
    interval: usize,
    /// Rows that were read since the last restart marker.
    since: usize,
    data: Data,
    /// Whether the rest of the interval is lost.
    is_lost: bool,
}

impl LosslessRows {
    /// Reads everything up to the data of the first scan; returns the decoder, and the offset of these data.
    ///
    /// # Errors
    /// The bytes end before the data, are corrupt, or are of another kind of JPEG.
    pub fn open(head: &[u8]) -> Result<(Self, usize), Error> {
        let header = read_header(head)?;
        let mut walker = Walker::new(head).ok_or(Error::NotJpeg)?;
        let mut definitions = Definitions::new();
        let (scan, start) = loop {
            let malformed = |what, offset| Error::Malformed { what, offset };
            let segment = walker.next().ok_or(malformed("no scan", head.len()))?;
            match segment.marker {
                DHT => definitions.huffman(&segment)?,
                DRI => definitions.restart(&segment),
                SOS => {
                    let scan = Scan::read(segment.payload, &header);
                    break (scan.ok_or(malformed("scan names an unknown component", segment.offset))?, walker.at());
                }
                _ => {}
            }
        };
        let malformed = |what| Error::Malformed { what, offset: start };
        let is_plain = header.components.iter().all(|component| (component.h, component.v) == (1, 1));
        if header.process != Process::Lossless || !is_plain || scan.parts.len() != header.components.len() {
            return Err(malformed("not lossless, or its components differ"));
        }
        let predictor = Predictor::from_number(scan.band.0).ok_or(malformed("unknown predictor"))?;
        if scan.low >= header.precision {
            return Err(malformed("point transform that leaves no bits"));
        }
        let width = header.width as usize;
        if !definitions.restart_interval.is_multiple_of(width) {
            return Err(malformed("restart interval that is no whole number of rows"));
        }
        let code = |part: &crate::scan::Part| definitions.codes.dc[part.dc].as_ref().map(Differences::new);
        let codes = scan.parts.iter().map(code).collect::<Option<Vec<_>>>().ok_or(malformed("no Huffman table"))?;
        let samples = width * codes.len();
        let rows = Self {
            height: header.height,
            precision: header.precision,
            codes,
            predictor,
            point_transform: scan.low.into(),
            middle: 1 << (header.precision - scan.low - 1),
            row: vec![0; samples],
            above: vec![0; samples],
            interval: definitions.restart_interval / width,
            since: 0,
            data: Data::default(),
            is_lost: false,
        };
        Ok((rows, start))
    }

    /// Returns the number of rows that the header states.
    #[must_use]
    pub const fn height(&self) -> u32 {
        self.height
    }

    /// Returns the bits of a sample.
    #[must_use]
    pub const fn precision(&self) -> u8 {
        self.precision
    }

    /// Returns the number of samples in a row, those of all components.
    #[must_use]
    pub fn row_samples(&self) -> usize {
        self.row.len()
    }

    /// Estimates the peak memory in bytes of decoding rows of this many samples, fed with pieces of this many bytes.
    #[must_use]
    pub const fn memory(row_samples: usize, piece: usize) -> usize {
        let rows = 2 * size_of::<u16>() * row_samples;
        let codes = 4 * Differences::MEMORY;
        // Room is doubled when it is short.
        rows + codes + 2 * (KEPT + BYTES_OF_DIFFERENCE * row_samples + piece)
    }

    /// Returns whether the next row may need more bytes than were fed.
    #[must_use]
    pub fn is_hungry(&self) -> bool {
        self.data.is_short(BYTES_OF_DIFFERENCE * self.row.len(), self.is_over())
    }

    /// Takes the next bytes of the scan's data. No bytes mean that there are no more.
    pub fn feed(&mut self, bytes: &[u8]) {
        if self.is_over() {
            self.data.skip_rest();
        }
        self.data.feed(bytes, self.interval > 0);
    }

    /// Returns whether all rows before the next restart marker were read.
    const fn is_over(&self) -> bool {
        self.interval > 0 && self.since == self.interval
    }

    /// Reads the next row, the samples of all components interleaved. Returns whether it is whole. Samples that are missing
    /// are left as they are.
    ///
    /// Rows that a broken interval lacks are missing up to the next restart marker.
    pub fn read(&mut self, row: &mut [u16]) -> bool {
        if self.is_over() {
            self.is_lost = !self.data.restart();
            self.since = 0;
        }
        let is_first = self.since == 0;
        self.since += 1;
        if self.is_lost {
            return false;
        }
        std::mem::swap(&mut self.row, &mut self.above);
        self.is_lost = !self.decode(is_first);
        let low = self.point_transform;
        if !self.is_lost {
            row.iter_mut().zip(&self.row).for_each(|(to, from)| *to = from << low);
        }
        !self.is_lost
    }

    /// Decodes a row; returns whether the data were there and valid.
    fn decode(&mut self, is_first: bool) -> bool {
        let mut bits = self.data.bits();
        let end = self.data.end() * 8;
        let components = self.codes.len();
        let (first, rest) = self.row.split_at_mut(components);
        for (x, (sample, code)) in first.iter_mut().zip(&self.codes).enumerate() {
            let prediction = if is_first { self.middle } else { self.above[x] };
            *sample = prediction.wrapping_add(code.read(&mut bits));
        }
        let mut left: [u16; 4] = [0; 4];
        left[..components].copy_from_slice(first);
        let (above_left, above) = (&self.above[..], &self.above[components..]);
        // Each predictor has a loop of its own.
        match (is_first, self.predictor) {
            (true, _) | (_, Predictor::Left) => {
                fill(rest, (above, above_left), &self.codes, left, &mut bits, |left, _, _| left);
            }
            (_, predictor) => fill(rest, (above, above_left), &self.codes, left, &mut bits, |left, above, corner| {
                predictor.predict(left.into(), above.into(), corner.into()) as u16
            }),
        }
        let (position, is_bad) = (bits.position(), bits.take_bad());
        self.data.advance(position);
        position <= end as u64 && !is_bad
    }
}

/// Fills a row behind its first samples.
#[inline(always)]
fn fill(
    row: &mut [u16],
    (above, above_left): (&[u16], &[u16]),
    codes: &[Differences],
    mut left: [u16; 4],
    bits: &mut Bits<'_>,
    predict: impl Fn(u16, u16, u16) -> u16,
) {
    let count = codes.len();
    let pixels = row.chunks_exact_mut(count).zip(above.chunks_exact(count)).zip(above_left.chunks_exact(count));
    for ((pixel, above), above_left) in pixels {
        for (i, code) in codes.iter().enumerate() {
            let prediction = predict(left[i], above[i], above_left[i]);
            left[i] = prediction.wrapping_add(code.read(bits));
            pixel[i] = left[i];
        }
    }
}
