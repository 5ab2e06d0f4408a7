//! Sequential scans (T.81, F.2): each block goes from bits to samples at once, no coefficient is kept.
//! In: a stream. Out: samples in the rasters. What a component's scale does not need is skipped, not decoded.

use super::bits::Bits;
use super::huffman::DcTable;
use super::idct::Weights;
use super::plane::Raster;
use super::scan::{Decoder, Interval, Layout, Slot};
use super::skip::SkipTable;
use super::values::ValueTable;
use super::{MAX_COMPONENTS, Scale};

/// The tables that scans choose from, each built when a scan first needs it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Tables {
    pub(crate) dc: [Option<DcTable>; 4],
    pub(crate) skip: [Option<SkipTable>; 4],
    pub(crate) values: [Option<ValueTable>; 4],
}

/// Decodes the MCUs of a sequential scan.
#[derive(Debug)]
pub(crate) struct Sequential<'a, 's> {
    layout: &'a Layout,
    blocks: Vec<Block<'a>>,
    rasters: &'a mut [Raster<'s>],
}

/// What one block of an MCU needs.
#[derive(Clone, Copy, Debug)]
struct Block<'a> {
    slot: Slot,
    scale: Scale,
    dc: &'a DcTable,
    skip: Option<&'a SkipTable>,
    values: Option<&'a ValueTable>,
    weights: &'a Weights,
}

impl<'a, 's> Sequential<'a, 's> {
    /// `None` if a table that the scan needs is missing.
    pub(crate) fn new(
        layout: &'a Layout,
        tables: &'a Tables,
        weights: &'a [Option<Weights>; MAX_COMPONENTS],
        rasters: &'a mut [Raster<'s>],
    ) -> Option<Self> {
        let block = |slot: &Slot| {
            let scale = rasters[slot.part.component].scale;
            Some(Block {
                slot: *slot,
                scale,
                dc: tables.dc[slot.part.dc].as_ref()?,
                skip: tables.skip[slot.part.ac].as_ref(),
                values: tables.values[slot.part.ac].as_ref(),
                weights: weights[slot.part.component].as_ref()?,
            })
        };
        let blocks: Option<Vec<_>> = layout.slots.iter().map(block).collect();
        Some(Self { layout, blocks: blocks?, rasters })
    }
}

impl Decoder for Sequential<'_, '_> {
    fn interval(&mut self, bits: &mut Bits<'_>, interval: Interval) -> usize {
        let mut prediction = [0_i32; MAX_COMPONENTS];
        let mut stream = *bits;
        let (mut x, mut y) = (interval.first % self.layout.across, interval.first / self.layout.across);
        for done in 0..interval.count {
            for block in &self.blocks {
                let component = block.slot.part.component;
                let (bx, by) = block.slot.place(x, y);
                stream.refill();
                let dc = prediction[component].wrapping_add(block.dc.difference(&mut stream));
                prediction[component] = dc;
                let raster = &mut self.rasters[component];
                match block.scale {
                    Scale::Eighth => {
                        raster.put_one(bx, by, dc as f32 * block.weights.factor[0]);
                        if let Some(table) = block.skip {
                            table.skip(&mut stream, 63);
                        }
                    }
                    Scale::Quarter => {
                        let c = block.coefficients::<{ Scale::Quarter.kept() }>(&mut stream, dc);
                        raster.put_weighted(bx, by, &c);
                    }
                    Scale::ThreeEighths => {
                        let c = block.coefficients::<{ Scale::ThreeEighths.kept() }>(&mut stream, dc);
                        raster.put_weighted(bx, by, &c);
                    }
                    Scale::Half => {
                        let c = block.coefficients::<{ Scale::Half.kept() }>(&mut stream, dc);
                        raster.put_weighted(bx, by, &c);
                    }
                    Scale::FiveEighths => {
                        let c = block.coefficients::<{ Scale::FiveEighths.kept() }>(&mut stream, dc);
                        raster.put_weighted(bx, by, &c);
                    }
                    Scale::SixEighths => {
                        let c = block.coefficients::<{ Scale::SixEighths.kept() }>(&mut stream, dc);
                        raster.put_weighted(bx, by, &c);
                    }
                    Scale::Full => {
                        let c = block.coefficients::<64>(&mut stream, dc);
                        raster.put_weighted(bx, by, &c);
                    }
                }
            }
            if stream.position() > interval.bits {
                *bits = stream;
                return done;
            }
            x += 1;
            if x == self.layout.across {
                (x, y) = (0, y + 1);
            }
        }
        *bits = stream;
        interval.count
    }

    fn lost(&mut self, first: usize, count: usize) {
        for mcu in first..first + count {
            for block in &self.blocks {
                let (x, y) = block.slot.place(mcu % self.layout.across, mcu / self.layout.across);
                self.rasters[block.slot.part.component].grey(x, y);
            }
        }
    }
}

impl Block<'_> {
    /// The transform's input: the first KEPT coefficients, dequantised; the others are skipped.
    #[inline(always)]
    fn coefficients<const KEPT: usize>(&self, bits: &mut Bits<'_>, dc: i32) -> [f32; 64] {
        let mut out = [0.0; 64];
        out[0] = dc as f32 * self.weights.factor[0];
        let Some(values) = self.values else {
            return out;
        };
        let mut k = 1;
        while k < KEPT {
            bits.refill();
            let symbol = values.symbol(bits);
            if symbol.value == 0 {
                if symbol.run != 15 {
                    return out;
                }
                k += 16;
                continue;
            }
            k += symbol.run as usize;
            if k > 63 {
                // A run leads out of the block.
                bits.set_bad();
            }
            if k < KEPT {
                out[usize::from(self.weights.place[k] & 63)] = symbol.value as f32 * self.weights.factor[k];
            }
            k += 1;
        }
        if let (1..64, Some(skip)) = (k, self.skip) {
            skip.skip(bits, 64 - k as u32);
        }
        out
    }
}
