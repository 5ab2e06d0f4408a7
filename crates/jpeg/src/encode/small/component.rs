//! Holds the quantised blocks of a channel.

use super::super::super::idct::{self, Weights};
use super::super::super::turn::Plain;
use super::super::channel::{Channel, Part};
use super::chroma::Plane;
use crate::scale::Scale;

/// The quantised coefficients of a block, in zigzag order.
pub(super) type Block = [i16; 64];

/// The quantised blocks of a channel, row by row.
#[derive(Debug)]
pub(super) struct Component {
    /// Sampling factors: blocks per MCU across and down.
    pub(super) sampling: (usize, usize),
    /// Blocks in a row.
    pub(super) columns: usize,
    pub(super) blocks: Vec<Block>,
}

impl Component {
    /// Quantises each coefficient by itself, as the fast encoder does.
    pub(super) fn rounded(part: &Part<'_>) -> Self {
        let blocks = samples_of(part).map(|samples| {
            let block = part.transform.apply(&samples);
            std::array::from_fn(|k| block.at(k as u32))
        });
        Self::new(part, blocks.collect())
    }

    pub(super) fn new(part: &Part<'_>, blocks: Vec<Block>) -> Self {
        Self { sampling: part.sampling, columns: columns_of(part), blocks }
    }

    /// Returns the number of rows of blocks.
    pub(super) fn rows(&self) -> usize {
        self.blocks.len() / self.columns
    }

    /// Returns the block of a column and a row. `None` outside, where an MCU extends beyond the channel.
    pub(super) fn block(&self, x: usize, y: usize) -> Option<&Block> {
        (x < self.columns).then(|| self.blocks.get(y * self.columns + x)).flatten()
    }

    /// Returns the samples as a decoder has them, in the size of a channel.
    pub(super) fn decoded(&self, steps: &[u8; 64], Channel { width, height, .. }: Channel<'_>) -> Plane {
        let weights = Weights::new(&steps.map(u16::from), Scale::Full);
        let mut samples = vec![0; width * height];
        for (i, block) in self.blocks.iter().enumerate() {
            let (left, top) = (i % self.columns * 8, i / self.columns * 8);
            let tile = idct::transform::<8>(Plain, weights.spread(block));
            let columns = 8.min(width - left);
            for (row, out) in tile.iter().zip(samples.chunks_exact_mut(width).skip(top)) {
                for (sample, out) in row.iter().zip(&mut out[left..left + columns]) {
                    *out = (sample + 128.0).round() as u8;
                }
            }
        }
        Plane { samples, width, height }
    }
}

/// Returns the blocks of a part before quantisation, in steps.
pub(super) fn spectra(part: &Part<'_>) -> Vec<[f32; 64]> {
    samples_of(part).map(|samples| part.transform.unrounded(&samples)).collect()
}

fn columns_of(part: &Part<'_>) -> usize {
    part.channel.width.div_ceil(8)
}

fn samples_of(part: &Part<'_>) -> impl Iterator<Item = [[f32; 8]; 8]> {
    let (columns, rows) = (columns_of(part), part.channel.height.div_ceil(8));
    (0..columns * rows).filter_map(move |i| part.channel.block(i % columns, i / columns))
}
