//! Finds the scans that tell a spectrum, takes pieces of them, and makes means over all blocks of sums over some.

use std::ops::Range;

use super::piece::{self, Buffers, Sums, Unit};
use super::spectrum::Spectrum;
use crate::header::{Coding, Header, Process};
use crate::huffman::Lookup;
use crate::idct::ZIGZAG;
use crate::marker::{DHT, DQT, EOI, SOS, Walker};
use crate::scan::{Part, Scan};
use crate::tables::Definitions;
use crate::unstuff;

/// Bytes of a piece. A quarter of it goes into falling into step.
const PIECE: usize = 2048;

/// One in this many bytes is read, of long files less: that takes two hundredths of the time of a decode at 1/8.
const SHARE: usize = 64;
const MOST_BYTES: usize = 32 << 10;

/// Pieces of a scan at least: fewer are no fair sample.
const FEWEST_PIECES: usize = 12;

/// MCUs that must have been read: fewer tell nothing.
const FEWEST_MCUS: u64 = 16;

/// What may follow the scan in a sequential file is not known, and finding the scan's end takes as long as the rest. It is
/// looked for where the MCUs, by their mean length, are this many times too many or too few for the file.
const TRAILED_FROM: f64 = 1.25;

/// Scans that are looked through at most.
const MOST_SCANS: usize = 100;

/// A scan that is sampled.
#[derive(Debug)]
pub(super) struct Sampled {
    range: Range<usize>,
    unit: Unit,
    /// MCUs or blocks of the whole scan.
    units: usize,
    planes: Vec<Plane>,
    /// Bits of each coefficient that later scans bring.
    low: u8,
}

/// The owner of one part of a scan.
#[derive(Debug)]
struct Plane {
    component: usize,
    /// In zigzag order.
    steps: [u16; 64],
    /// Blocks in the whole scan.
    blocks: usize,
}

/// What was read of a scan.
#[derive(Debug)]
pub(super) struct Reading {
    sums: Sums,
    /// By part the standard error of the power, as a share of it.
    uncertainty: Vec<f64>,
}

/// Finds the scans that tell the spectra of all components: the only one of a sequential file, the first ones of each band of
/// AC coefficients of a progressive file.
pub(super) fn find_scans(bytes: &[u8], header: &Header) -> Option<Vec<Sampled>> {
    if header.coding != Coding::Huffman || header.process == Process::Lossless || header.precision != 8 {
        return None;
    }
    let mut found = Vec::new();
    let mut definitions = Definitions::new();
    let mut walker = Walker::new(bytes)?;
    let mut scans = 0;
    while let Some(segment) = walker.next() {
        match segment.marker {
            DHT => definitions.huffman(&segment).ok()?,
            DQT => definitions.quantisation(&segment).ok()?,
            EOI => break,
            SOS => {
                let scan = Scan::read(segment.payload, header)?;
                let begin = walker.at();
                scans += 1;
                if header.process != Process::Progressive {
                    return Some(vec![Sampled::mcus(&scan, header, &definitions, begin..bytes.len())?]);
                }
                if !scan.is_progressive() {
                    return None;
                }
                walker.jump(unstuff::skip(bytes, begin));
                if scan.band.0 > 0 && scan.high == 0 {
                    found.push(Sampled::band(&scan, header, &definitions, begin..walker.at())?);
                }
                if scans == MOST_SCANS {
                    break;
                }
            }
            _ => {}
        }
    }
    let is_told = |component| found.iter().any(|scan| scan.planes[0].component == component);
    (0..header.components.len()).all(is_told).then_some(found)
}

impl Sampled {
    fn mcus(scan: &Scan, header: &Header, definitions: &Definitions, range: Range<usize>) -> Option<Self> {
        if scan.parts.len() != header.components.len() {
            return None;
        }
        let is_alone = scan.parts.len() == 1;
        let (mut blocks, mut codes, mut planes) = (Vec::new(), Vec::new(), Vec::new());
        for (number, part) in scan.parts.iter().enumerate() {
            let component = header.components[part.component];
            let size = if is_alone { header.own_blocks(part.component) } else { header.padded_blocks(part.component) };
            let of_mcu = if is_alone { 1 } else { usize::from(component.h) * usize::from(component.v) };
            blocks.extend(std::iter::repeat_n(number, of_mcu));
            let dc = definitions.codes.dc[part.dc].as_ref()?;
            codes.push([Lookup::new(dc), Lookup::new(definitions.codes.ac[part.ac].as_ref()?)]);
            planes.push(Plane::new(part, size, header, definitions)?);
        }
        let of_mcu = blocks.iter().filter(|number| **number == 0).count();
        let units = planes.first()?.blocks / of_mcu.max(1);
        Some(Self { range, unit: Unit::Mcu { blocks, codes }, units, planes, low: 0 })
    }

    fn band(scan: &Scan, header: &Header, definitions: &Definitions, range: Range<usize>) -> Option<Self> {
        let part = scan.parts.first()?;
        let code = Lookup::new(definitions.codes.ac[part.ac].as_ref()?);
        let plane = Plane::new(part, header.own_blocks(part.component), header, definitions)?;
        let unit = Unit::Band { first: scan.band.0, last: scan.band.1, code: Box::new(code) };
        Some(Self { range, unit, units: plane.blocks, planes: vec![plane], low: scan.low })
    }

    /// Returns the length of the scan.
    pub(super) fn bytes(&self) -> usize {
        self.range.len()
    }

    /// Reads pieces of the scan, which is one of those that have `all` bytes together.
    pub(super) fn read(&self, bytes: &[u8], all: usize, buffers: &mut Buffers) -> Reading {
        let length = self.bytes();
        let wanted = (all / SHARE).min(MOST_BYTES) as f64 * length as f64 / all.max(1) as f64;
        let pieces = (wanted as usize / PIECE).max(FEWEST_PIECES);
        let mut sums = Sums::NONE;
        if length <= pieces * PIECE {
            piece::read(&bytes[self.range.clone()], &self.unit, buffers, &mut sums);
            return Reading { sums, uncertainty: vec![0.0; self.planes.len()] };
        }
        // After each piece the bits and the powers so far.
        let mut steps = vec![(0.0, vec![0.0; self.planes.len()])];
        for number in 0..pieces {
            let middle = length / pieces * number + length / pieces / 2;
            let at = self.range.start + middle - PIECE / 2;
            piece::read(&bytes[at..at + PIECE], &self.unit, buffers, &mut sums);
            steps.push((sums.bits as f64, self.powers(&sums)));
        }
        let of_part = |part: usize| {
            let points: Vec<(f64, f64)> = steps.iter().map(|(bits, powers)| (*bits, powers[part])).collect();
            standard_error(&points)
        };
        let uncertainty = (0..self.planes.len()).map(of_part).collect();
        Reading { sums, uncertainty }
    }

    /// Whether the scan may end before its range does.
    pub(super) fn seems_trailed(&self, reading: &Reading) -> bool {
        let Sums { units, bits, .. } = reading.sums;
        let found = units as f64 * self.bytes() as f64 * 8.0 / bits.max(1) as f64;
        let wanted = self.units as f64;
        matches!(self.unit, Unit::Mcu { .. }) && !(wanted / TRAILED_FROM..wanted * TRAILED_FROM).contains(&found)
    }

    /// Ends the range where the scan ends.
    pub(super) fn find_end(&mut self, bytes: &[u8]) {
        self.range.end = unstuff::skip(bytes, self.range.start);
    }

    /// Returns the sum of the squared coefficients of each part.
    fn powers(&self, sums: &Sums) -> Vec<f64> {
        let power = |(plane, squares): (&Plane, &[f32; 64])| {
            let terms = squares.iter().zip(&plane.steps);
            terms.map(|(square, step)| f64::from(*square) * f64::from(*step).powi(2)).sum()
        };
        self.planes.iter().zip(&sums.squares).map(power).collect()
    }

    /// Adds the powers that the whole scan has by what was read, and a standard error to be on the safe side; `None` if too
    /// little was read.
    pub(super) fn add_to(&self, spectra: &mut [Spectrum], reading: &Reading) -> Option<()> {
        let Reading { sums, uncertainty } = reading;
        let indices = match self.unit {
            Unit::Mcu { .. } if sums.units < FEWEST_MCUS => return None,
            Unit::Mcu { .. } => 1..64,
            Unit::Band { first, last, .. } => usize::from(first)..usize::from(last) + 1,
        };
        let scale = self.bytes() as f64 * 8.0 / sums.bits.max(1) as f64;
        for (number, (plane, uncertainty)) in self.planes.iter().zip(uncertainty).enumerate() {
            let scale = scale * (1.0 + uncertainty);
            let power = &mut spectra.get_mut(plane.component)?.power;
            for index in indices.clone() {
                let share = |sum: f64| sum * scale / plane.blocks as f64;
                let square = share(f64::from(sums.squares[number][index]));
                let mean =
                    if self.low > 0 { unfloored(square, share(f64::from(sums.counts[number][index]))) } else { square };
                let step = f64::from(plane.steps[index]) * f64::from(1_u32 << self.low.min(13));
                let (x, y) = ZIGZAG[index];
                power[usize::from(y)][usize::from(x)] += (mean * step * step / 64.0) as f32;
            }
        }
        Some(())
    }
}

impl Plane {
    fn new(part: &Part, (across, down): (usize, usize), header: &Header, definitions: &Definitions) -> Option<Self> {
        let steps = *definitions.steps(header.components[part.component].quant)?;
        Some(Self { component: part.component, steps, blocks: across * down })
    }
}

/// Returns the mean square of values of which only whole parts are known: these have the mean square `square`, and a share of
/// `above` is not 0. On average there is half a step more to the others. Those below 1 are taken for a quarter of what a
/// Laplace distribution has there, which fits photographs best.
fn unfloored(square: f64, above: f64) -> f64 {
    let above = above.clamp(0.0, 0.9);
    let rest = (above * square).sqrt() + above / 3.0;
    let spread = -1.0 / above.max(1e-4).ln();
    let below = 2.0 * spread * spread - above * (1.0 + 2.0 * spread + 2.0 * spread * spread);
    if above > 0.0 { square + rest + 0.25 * below.max(0.0) } else { 0.0 }
}

/// Estimates the standard error of the power per bit as a share of it, from the bits and the powers after each piece.
fn standard_error(points: &[(f64, f64)]) -> f64 {
    let Some((bits, power)) = points.last().filter(|(bits, power)| *bits > 0.0 && *power > 0.0) else {
        return 0.0;
    };
    let error = |pair: &[(f64, f64)]| pair[1].1 - pair[0].1 - (pair[1].0 - pair[0].0) * power / bits;
    let pieces = (points.len() - 1) as f64;
    let squares: f64 = points.windows(2).map(|pair| error(pair).powi(2)).sum();
    (squares * pieces / (pieces - 1.0).max(1.0)).sqrt() / power
}
