//! The tables that a file defines between its scans (T.81, B.2.4): quantisation, Huffman codes, the conditioning of
//! arithmetic ones, restart interval. In: DQT, DHT, DAC and DRI segments. Out: what a scan needs of them, built when it first needs it.

use super::error::Error;
use super::huffman::{Code, DcTable, standard};
use super::idct::Weights;
use super::marker::Segment;
use super::scan::{ARITHMETIC_TABLES, Scan};
use super::values::ValueTable;
use crate::scale::Scale;

/// The Huffman codes defined at one point of the file.
#[derive(Debug)]
pub(crate) struct Codes {
    pub(crate) dc: [Option<Code>; 4],
    pub(crate) ac: [Option<Code>; 4],
}

/// The tables that progressive scans choose from, each built when a scan first needs it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Tables {
    pub(crate) dc: [Option<DcTable>; 4],
    pub(crate) values: [Option<ValueTable>; 4],
}

/// How arithmetic coding chooses its bins (T.81, B.2.4.3).
#[derive(Clone, Debug)]
pub(crate) struct Conditioning {
    /// By table the sizes between which a DC difference is neither small nor large.
    pub(crate) dc: [(u8, u8); ARITHMETIC_TABLES],
    /// By table the last coefficient before those of high frequency.
    pub(crate) ac: [u8; ARITHMETIC_TABLES],
}

/// All that is defined at one point of the file.
#[derive(Debug)]
pub(crate) struct Definitions {
    quant: [Option<[u16; 64]>; 4],
    pub(crate) codes: Codes,
    built: Tables,
    /// MCUs between restart markers; 0 = none.
    pub(crate) restart_interval: usize,
    pub(crate) conditioning: Conditioning,
}

impl Definitions {
    /// Nothing but the standard's example codes, for Motion JPEG leaves them out (libjpeg-turbo does the same).
    pub(crate) fn new() -> Self {
        Self {
            quant: [None; 4],
            codes: Codes {
                dc: [Some(standard(false, false)), Some(standard(false, true)), None, None],
                ac: [Some(standard(true, false)), Some(standard(true, true)), None, None],
            },
            built: Tables::default(),
            restart_interval: 0,
            conditioning: Conditioning { dc: [(0, 1); ARITHMETIC_TABLES], ac: [5; ARITHMETIC_TABLES] },
        }
    }

    /// Takes in a DQT segment; steps may have 8 or 16 bits. One that is cut short keeps what it has, the rest is 1.
    pub(crate) fn quantisation(&mut self, segment: &Segment<'_>) -> Result<(), Error> {
        let mut rest = segment.payload;
        while let Some((&head, after)) = rest.split_first() {
            let width = if head >> 4 == 0 { 1 } else { 2 };
            let slot = self.quant.get_mut(usize::from(head & 15));
            let slot =
                slot.ok_or(Error::Malformed { what: "quantisation table number above 3", offset: segment.offset })?;
            let (values, after) = after.split_at(after.len().min(64 * width));
            let mut steps = [1; 64];
            for (step, value) in steps.iter_mut().zip(values.chunks_exact(width)) {
                *step = value.iter().fold(0, |sum, &b| sum << 8 | u16::from(b));
            }
            *slot = Some(steps);
            rest = after;
        }
        Ok(())
    }

    /// Takes in a DHT segment.
    pub(crate) fn huffman(&mut self, segment: &Segment<'_>) -> Result<(), Error> {
        let malformed = |what| Error::Malformed { what, offset: segment.offset };
        let mut rest = segment.payload;
        while let Some((&head, after)) = rest.split_first() {
            let (code, after) = Code::read(after).ok_or(malformed("impossible Huffman table"))?;
            let index = usize::from(head & 15);
            if head >> 4 > 1 || index > 3 {
                return Err(malformed("Huffman table number above 3"));
            }
            if head >> 4 == 0 {
                self.codes.dc[index] = Some(code);
                self.built.dc[index] = None;
            } else {
                self.codes.ac[index] = Some(code);
                self.built.values[index] = None;
            }
            rest = after;
        }
        Ok(())
    }

    /// Takes in a DAC segment. Values that nothing can have change nothing.
    pub(crate) fn conditioning(&mut self, segment: &Segment<'_>) {
        for &[table, value] in segment.payload.as_chunks::<2>().0 {
            let (index, small, large) = (usize::from(table & 15), value & 15, value >> 4);
            match (table >> 4, self.conditioning.dc.get_mut(index), self.conditioning.ac.get_mut(index)) {
                (0, Some(dc), _) if small <= large => *dc = (small, large),
                (1, _, Some(ac)) => *ac = value,
                _ => {}
            }
        }
    }

    /// Takes in a DRI segment.
    pub(crate) fn restart(&mut self, segment: &Segment<'_>) {
        if let &[high, low, ..] = segment.payload {
            self.restart_interval = usize::from(u16::from_be_bytes([high, low]));
        }
    }

    /// Builds what a progressive scan needs. `None` if a code is missing.
    pub(crate) fn build(&mut self, scan: &Scan, scales: &[Scale; 4]) -> Option<&Tables> {
        for part in &scan.parts {
            if scan.band.0 == 0 && scan.high == 0 && self.built.dc[part.dc].is_none() {
                self.built.dc[part.dc] = Some(DcTable::new(self.codes.dc[part.dc].as_ref()?));
            }
            if scan.band.0 > 0 {
                let code = self.codes.ac[part.ac].as_ref()?;
                if scales[part.component] != Scale::Eighth && self.built.values[part.ac].is_none() {
                    self.built.values[part.ac] = Some(ValueTable::new(code));
                }
            }
        }
        Some(&self.built)
    }

    /// The steps of the table of this number, in zigzag order.
    pub(crate) fn steps(&self, quant: u8) -> Option<&[u16; 64]> {
        self.quant.get(usize::from(quant))?.as_ref()
    }

    /// The weights of a component whose table is `quant`, at a scale, for samples of `precision` bits that are to have 8;
    /// `None` if there is no such table.
    pub(crate) fn weights(&self, quant: u8, scale: Scale, precision: u8) -> Option<Weights> {
        let weights = self.quant[usize::from(quant)].as_ref().map(|steps| Weights::new(steps, scale))?;
        Some(if precision > 8 { weights.reduced(precision - 8) } else { weights })
    }
}
