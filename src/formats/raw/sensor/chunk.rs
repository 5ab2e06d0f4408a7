//! Decodes a strip or tile row by row.

use std::io;

use super::differences::DifferenceRows;
use super::packed::{row_bytes, stride, unpack};
use super::source::{PIECE, Source};
use crate::container::{Input, Sensor, SensorCoding, Span};
use crate::jpeg::LosslessRows;

/// The most rows of a tile that a row of its JPEG may hold. Some cameras join two.
const MAX_JOINED: usize = 4;

/// Estimates the peak memory in bytes of decoding a chunk of this width in samples.
pub(super) fn memory(samples: usize) -> usize {
    let piece = PIECE.max(2 * samples);
    let of_jpeg = size_of::<u16>() * (1 + MAX_JOINED) * samples + LosslessRows::memory(MAX_JOINED * samples, PIECE);
    piece + of_jpeg.max(DifferenceRows::memory(samples))
}

/// A strip or tile of which some rows were read.
#[derive(Debug)]
pub(super) struct Chunk {
    source: Source,
    /// Samples of a row.
    samples: usize,
    rows: Coding,
}

#[derive(Debug)]
enum Coding {
    Plain {
        coding: SensorCoding,
        bits: u32,
        taken: usize,
    },
    Lossless(Box<Lossless>),
    Differences(Box<DifferenceRows>),
    /// A chunk of which nothing can be read.
    Broken,
}

/// A lossless JPEG whose rows may differ from those of its tile.
#[derive(Debug)]
struct Lossless {
    rows: LosslessRows,
    layout: Layout,
    /// Samples that were read and not yet returned.
    held: Vec<u16>,
    /// The JPEG's row.
    row: Vec<u16>,
}

/// The relation of a JPEG's rows to those of its tile.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Layout {
    /// The same samples in the same order, in rows of another length.
    Stream,
    /// Rows of which the end is cut, or missing outside the image.
    RowByRow,
}

impl Chunk {
    /// Opens a chunk of `samples` columns and `rows` rows, of which the image shows the first `visible` columns.
    pub(super) fn open(
        input: &mut dyn Input,
        sensor: &Sensor,
        place: Span,
        (samples, rows): (usize, usize),
        visible: usize,
    ) -> io::Result<Self> {
        let end = place.end().min(input.length());
        let mut source = Source::new(place.offset, end);
        let rows = match sensor.coding {
            SensorCoding::Differences(code) => {
                Coding::Differences(Box::new(DifferenceRows::new(code, sensor.bits, samples)))
            }
            SensorCoding::LosslessJpeg | SensorCoding::Sliced(_) => {
                Lossless::open(input, &mut source, (samples, rows), visible)?
                    .map_or(Coding::Broken, |lossless| Coding::Lossless(Box::new(lossless)))
            }
            coding => Coding::Plain { coding, bits: sensor.bits, taken: 0 },
        };
        Ok(Self { source, samples, rows })
    }

    /// Reads the next row, as far as `row` takes it. Returns whether it is whole; one that is not is 0.
    pub(super) fn read(&mut self, input: &mut dyn Input, row: &mut [u16]) -> io::Result<bool> {
        let is_whole = match &mut self.rows {
            Coding::Plain { coding, bits, taken } => {
                let length = stride(*coding, self.samples, *bits);
                let bytes = self.source.take(input, taken, length)?;
                // The last row may lack what is beside the image.
                let is_whole = bytes.len() >= row_bytes(row.len(), *bits);
                if is_whole {
                    unpack(bytes, *coding, *bits, row);
                }
                is_whole
            }
            Coding::Lossless(lossless) => lossless.read(input, &mut self.source, self.samples, row)?,
            Coding::Differences(rows) => rows.read(input, &mut self.source, row)?,
            Coding::Broken => false,
        };
        if !is_whole {
            row.fill(0);
        }
        Ok(is_whole)
    }
}

impl Lossless {
    /// Opens the JPEG of a chunk. `None` if it can't be decoded, or has too few samples.
    fn open(
        input: &mut dyn Input,
        source: &mut Source,
        (samples, rows): (usize, usize),
        visible: usize,
    ) -> io::Result<Option<Self>> {
        source.read(input, PIECE)?;
        let Ok((mut jpeg, start)) = LosslessRows::open(source.piece()) else { return Ok(None) };
        let own = jpeg.row_samples();
        let layout = if own == samples || own * jpeg.height() as usize == samples * rows {
            Layout::Stream
        } else {
            Layout::RowByRow
        };
        if own > MAX_JOINED * samples || layout == Layout::RowByRow && own < visible {
            return Ok(None);
        }
        jpeg.feed(&source.piece()[start..]);
        Ok(Some(Self { rows: jpeg, layout, held: Vec::new(), row: vec![0; own] }))
    }

    /// Reads the next `samples` samples into `row`, which takes the first of them.
    fn read(
        &mut self,
        input: &mut dyn Input,
        source: &mut Source,
        samples: usize,
        row: &mut [u16],
    ) -> io::Result<bool> {
        let own = self.row.len();
        let wanted = if self.layout == Layout::Stream { samples } else { own };
        while self.held.len() < wanted {
            if !self.read_own(input, source)? {
                // The rows after it keep their places.
                self.row.fill(0);
                self.held.extend_from_slice(&self.row);
                self.held.drain(..wanted.min(self.held.len()));
                return Ok(false);
            }
            self.held.extend_from_slice(&self.row);
        }
        row.fill(0);
        row.iter_mut().zip(&self.held[..wanted]).for_each(|(to, from)| *to = *from);
        self.held.drain(..wanted);
        Ok(true)
    }

    /// Reads the JPEG's next row; returns whether it is whole.
    fn read_own(&mut self, input: &mut dyn Input, source: &mut Source) -> io::Result<bool> {
        while self.rows.is_hungry() {
            source.read(input, PIECE)?;
            self.rows.feed(source.piece());
        }
        Ok(self.rows.read(&mut self.row))
    }
}
