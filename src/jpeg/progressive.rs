//! Progressive scans (T.81, annex G). In: a stream for each scan that matters. Out: a [`Store`] of the coefficients
//! that a component's scale needs, which becomes samples at the end.
//!
//! Of coefficients that nobody needs only one bit is kept, whether they are zero, because refinement scans
//! have a correction bit for each one that is not.

use super::bits::Bits;
use super::idct::{Tile, Weights};
use super::plane::Raster;
use super::scan::{Decoder, Interval, Layout, Scan};
use super::tables::Tables;
use super::values::ValueTable;
use super::{MAX_COMPONENTS, Scale};

/// One component's coefficients.
#[derive(Clone, Debug)]
pub(crate) struct Store {
    scale: Scale,
    /// Blocks across and down, padding included.
    blocks: (usize, usize),
    /// The first [`Scale::kept`] coefficients of each block in zigzag order, not dequantised.
    kept: Vec<i16>,
    /// Bit k is set where coefficient k is not zero. Empty if AC coefficients are of no interest.
    nonzero: Vec<u64>,
}

impl Store {
    pub(crate) fn new(scale: Scale, blocks: (usize, usize)) -> Self {
        let total = blocks.0 * blocks.1;
        let nonzero = if scale == Scale::Eighth { Vec::new() } else { vec![0; total] };
        Self { scale, blocks, kept: vec![0; total * scale.kept()], nonzero }
    }

    /// Transforms all blocks.
    pub(crate) fn render(&self, weights: &Weights, raster: &mut Raster<'_>) {
        match self.scale {
            Scale::Eighth => {
                for y in 0..self.blocks.1 {
                    for x in 0..self.blocks.0 {
                        let dc = self.kept[y * self.blocks.0 + x];
                        raster.put_one(x, y, f32::from(dc) * weights.factor[0]);
                    }
                }
            }
            _ => self.transform(weights, |x, y, tile| raster.put_weighted(x, y, tile)),
        }
    }

    fn transform(&self, weights: &Weights, mut put: impl FnMut(usize, usize, Tile)) {
        for (i, block) in self.kept.chunks_exact(self.scale.kept()).enumerate() {
            put(i % self.blocks.0, i / self.blocks.0, weights.spread(block));
        }
    }
}

/// A DC scan, first or refining (G.1.2.1), interleaved or not.
#[derive(Debug)]
pub(crate) struct DcScan<'a> {
    pub(crate) scan: &'a Scan,
    pub(crate) layout: &'a Layout,
    pub(crate) tables: &'a Tables,
    pub(crate) stores: &'a mut [Store],
}

impl DcScan<'_> {
    fn first(&mut self, bits: &mut Bits<'_>, prediction: &mut [i32; MAX_COMPONENTS], x: usize, y: usize) {
        for slot in &self.layout.slots {
            let component = slot.part.component;
            let Some(table) = &self.tables.dc[slot.part.dc] else {
                continue;
            };
            bits.refill();
            let dc = prediction[component].wrapping_add(table.difference(bits));
            prediction[component] = dc;
            let (bx, by) = slot.place(x, y);
            self.stores[component].set_dc(bx, by, dc.wrapping_shl(self.scan.low.into()) as i16);
        }
    }

    fn refine(&mut self, bits: &mut Bits<'_>, x: usize, y: usize) {
        bits.refill();
        for slot in &self.layout.slots {
            let (bx, by) = slot.place(x, y);
            let bit = (bits.take(1) as i16).wrapping_shl(self.scan.low.into());
            let store = &mut self.stores[slot.part.component];
            store.set_dc(bx, by, store.dc(bx, by) | bit);
        }
    }
}

impl Store {
    #[inline(always)]
    pub(crate) fn set_dc(&mut self, x: usize, y: usize, value: i16) {
        let at = (y * self.blocks.0 + x) * self.scale.kept();
        if let Some(dc) = self.kept.get_mut(at) {
            *dc = value;
        }
    }

    #[inline(always)]
    pub(crate) fn dc(&self, x: usize, y: usize) -> i16 {
        self.kept.get((y * self.blocks.0 + x) * self.scale.kept()).copied().unwrap_or(0)
    }
}

impl Store {
    /// The kept coefficients of the block at `x`, `y`, and which of all are not zero; `None` if there is no such block, or
    /// AC coefficients are of no interest.
    pub(crate) fn block(&mut self, x: usize, y: usize) -> Option<(&mut [i16], &mut u64)> {
        let (at, kept) = (y * self.blocks.0 + x, self.scale.kept());
        Some((self.kept.get_mut(at * kept..(at + 1) * kept)?, self.nonzero.get_mut(at)?))
    }
}

impl Decoder for DcScan<'_> {
    fn interval(&mut self, bits: &mut Bits<'_>, interval: Interval) -> usize {
        let mut prediction = [0; MAX_COMPONENTS];
        let (mut x, mut y) = (interval.first % self.layout.across, interval.first / self.layout.across);
        for done in 0..interval.count {
            if self.scan.high == 0 {
                self.first(bits, &mut prediction, x, y);
            } else {
                self.refine(bits, x, y);
            }
            if bits.position() > interval.bits {
                return done;
            }
            x += 1;
            if x == self.layout.across {
                (x, y) = (0, y + 1);
            }
        }
        interval.count
    }

    fn lost(&mut self, _first: usize, _count: usize) {}
}

/// An AC scan of one component (G.1.2.2 and G.1.2.3).
#[derive(Debug)]
pub(crate) struct AcScan<'a> {
    pub(crate) scan: &'a Scan,
    pub(crate) layout: &'a Layout,
    pub(crate) table: &'a ValueTable,
    pub(crate) store: &'a mut Store,
}

impl Decoder for AcScan<'_> {
    fn interval(&mut self, bits: &mut Bits<'_>, interval: Interval) -> usize {
        // Blocks still to come of a run of blocks that end at once.
        let mut run = 0_usize;
        let mut done = 0;
        while done < interval.count {
            if self.scan.high == 0 && run > 0 {
                let passed = run.min(interval.count - done);
                run -= passed;
                done += passed;
                continue;
            }
            let mcu = interval.first + done;
            let block = mcu / self.layout.across * self.store.blocks.0 + mcu % self.layout.across;
            if self.scan.high == 0 {
                run = self.first(bits, block);
            } else {
                self.refine(bits, block, &mut run);
            }
            if bits.position() > interval.bits {
                return done;
            }
            done += 1;
        }
        interval.count
    }

    fn lost(&mut self, _first: usize, _count: usize) {}
}

impl AcScan<'_> {
    /// One block of a first scan; returns how many blocks after it are empty.
    #[inline(always)]
    fn first(&mut self, bits: &mut Bits<'_>, block: usize) -> usize {
        let kept = self.store.scale.kept();
        let Some(coefficients) = self.store.kept.get_mut(block * kept..(block + 1) * kept) else {
            return 0;
        };
        let mut k = u32::from(self.scan.band.0);
        let mut nonzero = 0_u64;
        let mut run = 0;
        while k <= u32::from(self.scan.band.1) {
            bits.refill();
            let symbol = self.table.symbol(bits);
            if symbol.value != 0 {
                k += symbol.run;
                if k > u32::from(self.scan.band.1) {
                    // A run leads out of the band.
                    bits.set_bad();
                    break;
                }
                nonzero |= 1_u64.checked_shl(k).unwrap_or(0);
                if let Some(c) = coefficients.get_mut(k as usize) {
                    *c = (symbol.value << self.scan.low) as i16;
                }
                k += 1;
            } else if symbol.run == 15 {
                k += 16;
            } else {
                run = (1 << symbol.run) - 1 + bits.take(symbol.run) as usize;
                break;
            }
        }
        self.store.nonzero[block] |= nonzero;
        run
    }

    /// One block of a refining scan; `run` counts blocks that have correction bits only, this one included.
    #[inline(always)]
    fn refine(&mut self, bits: &mut Bits<'_>, block: usize, run: &mut usize) {
        let kept = self.store.scale.kept();
        let Some(coefficients) = self.store.kept.get_mut(block * kept..(block + 1) * kept) else {
            return;
        };
        let nonzero = &mut self.store.nonzero[block];
        let (mut k, end) = (u32::from(self.scan.band.0), u32::from(self.scan.band.1) + 1);
        let step = 1_i16 << self.scan.low;
        while *run == 0 && k < end {
            bits.refill();
            let symbol = self.table.symbol(bits);
            if symbol.value == 0 && symbol.run < 15 {
                *run = (1 << symbol.run) + bits.take(symbol.run) as usize;
                break;
            }
            if symbol.value.abs() > 1 {
                // A new coefficient has one bit at this precision.
                bits.set_bad();
            }
            // The new coefficient's place: behind as many zeros as the run says.
            let mut zeros = !*nonzero & (u64::MAX << k);
            for _ in 0..symbol.run {
                zeros &= zeros.wrapping_sub(1);
            }
            let place = zeros.trailing_zeros().min(end);
            correct(bits, coefficients, *nonzero & between(k, place), step);
            if symbol.value != 0 && place == end {
                bits.set_bad();
            }
            if symbol.value != 0 && place < end {
                *nonzero |= 1 << place;
                if let Some(c) = coefficients.get_mut(place as usize) {
                    *c = if symbol.value > 0 { step } else { -step };
                }
            }
            k = place + 1;
        }
        if *run > 0 {
            *run -= 1;
            if k < end {
                correct(bits, coefficients, *nonzero & between(k, end), step);
            }
        }
    }
}

/// Bits `from` to `to`, the latter not included; `from` is below 64.
#[inline(always)]
fn between(from: u32, to: u32) -> u64 {
    let below = if to < 64 { (1 << to) - 1 } else { u64::MAX };
    below & (u64::MAX << from)
}

/// Takes a correction bit for each coefficient in `which`; those behind the kept ones only pass by.
#[inline(always)]
fn correct(bits: &mut Bits<'_>, coefficients: &mut [i16], mut which: u64, step: i16) {
    let kept = coefficients.len() as u32;
    while which != 0 && which.trailing_zeros() < kept {
        bits.refill();
        // At most 48 bits of one refill.
        for _ in 0..48 {
            let k = which.trailing_zeros();
            if k >= kept {
                break;
            }
            which &= which - 1;
            let c = &mut coefficients[k as usize];
            if bits.take(1) == 1 && *c & step == 0 {
                *c = c.wrapping_add(if *c >= 0 { step } else { -step });
            }
        }
    }
    bits.pass(which.count_ones());
}
