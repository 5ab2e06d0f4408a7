//! Decodes lossless scans (T.81, H.1 and H.2): differences, and the samples that follow from them.

use super::super::bits::Bits;
use super::super::damage::Tally;
use super::super::header::Header;
use super::super::huffman::Lookup;
use super::super::scan::{Scan, Stretch, Stretches};
use super::super::tables::Definitions;
use super::difference;
use super::reduce::Reducer;
use crate::scale::Scale;

/// A predictor of a sample from those to the left, above, and above left (T.81, table H.1).
#[derive(Clone, Copy, Debug)]
pub(super) enum Predictor {
    Left,
    Above,
    AboveLeft,
    Plane,
    LeftAndHalfSlope,
    AboveAndHalfSlope,
    Mean,
}

impl Predictor {
    pub(super) fn from_number(number: u8) -> Option<Self> {
        Some(match number {
            1 => Self::Left,
            2 => Self::Above,
            3 => Self::AboveLeft,
            4 => Self::Plane,
            5 => Self::LeftAndHalfSlope,
            6 => Self::AboveAndHalfSlope,
            7 => Self::Mean,
            _ => return None,
        })
    }

    #[inline]
    pub(super) fn predict(self, left: i32, above: i32, above_left: i32) -> i32 {
        match self {
            Self::Left => left,
            Self::Above => above,
            Self::AboveLeft => above_left,
            Self::Plane => left + above - above_left,
            Self::LeftAndHalfSlope => left + ((above - above_left) >> 1),
            Self::AboveAndHalfSlope => above + ((left - above_left) >> 1),
            Self::Mean => (left + above) >> 1,
        }
    }
}

/// A component's part in a scan.
#[derive(Debug)]
struct Part {
    component: usize,
    /// Number of samples per MCU across and down.
    step: (usize, usize),
    code: Lookup,
    /// The row above a row of MCUs, followed by the rows of the MCUs.
    rows: Vec<Vec<u16>>,
}

/// A decoder of a scan, row by row.
#[derive(Debug)]
pub(super) struct Rows {
    parts: Vec<Part>,
    predictor: Predictor,
    point_transform: u32,
    /// Prediction of the first sample.
    middle: u16,
    /// Number of MCUs across, down, and between restart markers.
    across: usize,
    down: usize,
    interval: usize,
}

impl Rows {
    /// Prepares a scan.
    ///
    /// # Errors
    /// A description of the fault if the scan is invalid.
    pub(super) fn new(scan: &Scan, header: &Header, definitions: &Definitions) -> Result<Self, &'static str> {
        let predictor = Predictor::from_number(scan.band.0).ok_or("unknown predictor")?;
        if scan.low >= header.precision {
            return Err("point transform that leaves no bits");
        }
        let (h_max, v_max) = header.sampling_max();
        let (across, down) = match scan.parts[..] {
            [part] => header.size_at(part.component, Scale::Full),
            _ => (header.width.div_ceil(h_max) as usize, header.height.div_ceil(v_max) as usize),
        };
        let part = |part: &super::super::scan::Part| {
            let component = header.components[part.component];
            let step = if scan.parts.len() == 1 { (1, 1) } else { (component.h.into(), component.v.into()) };
            let code = Lookup::new(definitions.codes.dc[part.dc].as_ref()?);
            let rows = vec![vec![0; across * step.0]; step.1 + 1];
            Some(Part { component: part.component, step, code, rows })
        };
        let parts: Option<Vec<_>> = scan.parts.iter().map(part).collect();
        let interval = definitions.restart_interval;
        if !interval.is_multiple_of(across) {
            return Err("restart interval that is no whole number of rows");
        }
        Ok(Self {
            parts: parts.ok_or("no Huffman table")?,
            predictor,
            point_transform: scan.low.into(),
            middle: 1 << (header.precision - scan.low - 1),
            across,
            down,
            interval,
        })
    }

    /// Decodes the data at byte `at`; returns the offset of their end.
    pub(super) fn run(&mut self, bytes: &[u8], at: usize, reducers: &mut [Reducer], tally: &mut Tally) -> usize {
        let mut stretches = Stretches::new(bytes, at, self.across * self.down, self.interval);
        let mut room = Vec::new();
        while let Some(stretch) = stretches.next(std::mem::take(&mut room)) {
            let read = self.stretch(&stretch, reducers, tally);
            stretch.account(read, tally);
            room = stretch.data.unwrap_or_default();
        }
        stretches.end()
    }

    /// Decodes the data after a restart marker; returns the number of MCUs read.
    fn stretch(&mut self, stretch: &Stretch, reducers: &mut [Reducer], tally: &mut Tally) -> usize {
        let rows = stretch.count / self.across;
        let (mut row, mut read) = (0, 0);
        if let Some(data) = &stretch.data {
            let mut bits = Bits::new(data, 0);
            while row < rows {
                let whole = self.row(&mut bits, stretch.bits(), row == 0);
                read += whole;
                if whole > 0 {
                    self.put(whole, reducers);
                    row += 1;
                }
                if whole < self.across {
                    break;
                }
            }
            tally.corrupt |= bits.take_bad();
        }
        for part in &self.parts {
            let lost = (rows - row) * part.step.1;
            (0..lost).for_each(|_| reducers[part.component].pass());
        }
        read
    }

    /// Decodes a row of MCUs; returns the number of MCUs read.
    fn row(&mut self, bits: &mut Bits<'_>, end: u64, is_first: bool) -> usize {
        let (predictor, middle) = (self.predictor, self.middle);
        for mcu in 0..self.across {
            for part in &mut self.parts {
                for down in 1..=part.step.1 {
                    let [.., above, row] = &mut part.rows[..=down] else { continue };
                    for x in mcu * part.step.0..(mcu + 1) * part.step.0 {
                        let is_first = is_first && down == 1;
                        let prediction = match (x, is_first) {
                            (0, true) => middle.into(),
                            (0, false) => above[0].into(),
                            (_, true) => row[x - 1].into(),
                            _ => predictor.predict(row[x - 1].into(), above[x].into(), above[x - 1].into()),
                        };
                        bits.refill();
                        // Modulo 2^16.
                        row[x] = (prediction + difference::read(&part.code, bits)) as u16;
                    }
                }
            }
            if bits.position() > end {
                return mcu;
            }
        }
        self.across
    }

    /// Passes a row of MCUs to the reducers, grey after the first `read` MCUs.
    fn put(&mut self, read: usize, reducers: &mut [Reducer]) {
        for part in &mut self.parts {
            for row in &mut part.rows[1..] {
                row[read * part.step.0..].fill(self.middle);
                reducers[part.component].put(row, self.point_transform);
            }
            let last = part.rows.len() - 1;
            part.rows.swap(0, last);
        }
    }
}
