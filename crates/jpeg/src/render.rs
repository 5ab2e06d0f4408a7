//! Renders blocks that lie side by side into rows of samples around 128.
//!
//! Their coefficients are in columns, as the `dfa` stores them.

use pulp::{Arch, NullaryFnOnce};

use super::idct::{self, Weights};
use super::plane::LEVEL;
use super::turn::{Pair, Plain, Tile, Turn};
use crate::scale::Scale;

/// The same block of several MCUs that lie side by side.
#[derive(Debug)]
pub(crate) struct Column<'a, const KEPT: usize> {
    /// Coefficients of the MCUs' blocks, the number of blocks per MCU, and the index of this one.
    pub(crate) mcus: &'a [[i16; KEPT]],
    pub(crate) slots: usize,
    pub(crate) index: usize,
    pub(crate) weights: &'a Weights,
    pub(crate) scale: Scale,
    /// Rows of the blocks, starting at the first block, and the distance between blocks in samples.
    pub(crate) rows: [&'a mut [f32]; 8],
    pub(crate) step: usize,
}

/// Renders blocks into their rows.
pub(crate) fn render<const KEPT: usize>(column: Column<'_, KEPT>) {
    #[cfg(target_arch = "x86_64")]
    if let Some(simd) = pulp::x86::V3::try_new() {
        return simd.vectorize(Render { turn: simd, column });
    }
    Arch::new().dispatch(Render { turn: Plain, column });
}

/// Copies a block's N×N samples into the rows at `at`.
#[inline(always)]
fn put<const N: usize>(rows: &mut [&mut [f32]; 8], at: usize, samples: [&[f32]; N]) {
    for (row, samples) in rows.iter_mut().zip(samples) {
        let Some(row) = row.get_mut(at..).and_then(|row| row.first_chunk_mut::<N>()) else { continue };
        // In pieces that fit registers.
        match (row.split_first_chunk_mut::<4>(), samples.split_first_chunk::<4>()) {
            (Some((row, row_rest)), Some((samples, rest))) if N < 8 => {
                *row = *samples;
                row_rest.iter_mut().zip(rest).for_each(|(to, from)| *to = *from);
            }
            _ => row.iter_mut().zip(samples).for_each(|(to, from)| *to = *from),
        }
    }
}

impl<'a, const KEPT: usize> Column<'a, KEPT> {
    /// Returns the coefficients of the blocks, with the expected number of values.
    #[inline(always)]
    fn blocks<const WANTED: usize>(&self) -> impl Iterator<Item = &'a [i16; WANTED]> + use<'a, KEPT, WANTED> {
        let blocks = self.mcus.iter().skip(self.index).step_by(self.slots);
        blocks.filter_map(|block| block.first_chunk::<WANTED>())
    }

    #[inline(always)]
    fn tiles<const N: usize>(mut self, turn: impl Turn) {
        let factors = self.weights.in_columns::<8>();
        for (i, values) in self.blocks::<64>().enumerate() {
            let mut tile: Tile = [[0.0; 8]; 8];
            let (columns, _) = values.as_chunks::<8>();
            for x in 0..N {
                tile[x] = turn.weighted(&columns[x], &factors[x]);
            }
            tile[0][0] += LEVEL;
            let samples = idct::transform::<N>(turn, tile);
            put::<N>(&mut self.rows, i * self.step, std::array::from_fn(|y| &samples[y][..]));
        }
    }

    #[inline(always)]
    fn pairs<const N: usize>(mut self, turn: impl Turn) {
        let [a, b, c, d] = self.weights.in_columns::<4>();
        let [near, far] = [[a, b], [c, d]].map(|columns| std::array::from_fn(|i| columns[i / 4][i % 4]));
        let mut blocks = self.blocks::<16>();
        let mut at = 0;
        while let Some(one) = blocks.next() {
            let other = blocks.next();
            let [(one, _), (two, _)] = [one, other.unwrap_or(one)].map(|values| values.as_chunks::<8>());
            let [a, b] = turn.halves(turn.weighted(&one[0], &near), turn.weighted(&two[0], &near));
            let [c, d] = turn.halves(turn.weighted(&one[1], &far), turn.weighted(&two[1], &far));
            let mut pair: Pair = [a, b, c, d];
            pair[0][0] += LEVEL;
            pair[0][4] += LEVEL;
            let samples = idct::transform_pair::<N>(turn, pair);
            put::<N>(&mut self.rows, at, std::array::from_fn(|y| &samples[y][..4]));
            if other.is_some() {
                put::<N>(&mut self.rows, at + self.step, std::array::from_fn(|y| &samples[y][4..]));
            }
            at += 2 * self.step;
        }
    }

    #[inline(always)]
    fn quarters(self) {
        let side = KEPT.isqrt();
        let [[a, b], [c, d]] = self.weights.in_columns::<2>();
        let blocks = self.blocks::<KEPT>();
        let [upper, lower, ..] = self.rows;
        let rows = upper.chunks_mut(self.step).zip(lower.chunks_mut(self.step));
        for (values, (upper, lower)) in blocks.zip(rows) {
            let weighted = [
                f32::from(values[0]) * a + LEVEL,
                f32::from(values[1]) * b,
                f32::from(values[side]) * c,
                f32::from(values[side + 1]) * d,
            ];
            if let ([a, b, ..], [c, d, ..]) = (upper, lower) {
                [[*a, *b], [*c, *d]] = idct::quarter(weighted);
            }
        }
    }

    #[inline(always)]
    fn means(self) {
        let factor = self.weights.factor[0];
        let blocks = self.blocks::<KEPT>();
        let [row, ..] = self.rows;
        for (values, sample) in blocks.zip(row.iter_mut().step_by(self.step)) {
            *sample = f32::from(values[0]) * factor + LEVEL;
        }
    }
}

struct Render<'a, T, const KEPT: usize> {
    turn: T,
    column: Column<'a, KEPT>,
}

impl<T: Turn, const KEPT: usize> NullaryFnOnce for Render<'_, T, KEPT> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        let Self { turn, column } = self;
        match (column.scale, KEPT) {
            (Scale::Full, 64) => column.tiles::<8>(turn),
            (Scale::SixEighths, 64) => column.tiles::<6>(turn),
            (Scale::FiveEighths, 64) => column.tiles::<5>(turn),
            (Scale::Half, 64) => column.tiles::<4>(turn),
            (Scale::ThreeEighths, 64) => column.tiles::<3>(turn),
            (Scale::Half, 16) => column.pairs::<4>(turn),
            (Scale::ThreeEighths, 16) => column.pairs::<3>(turn),
            (Scale::Quarter, 4..) => column.quarters(),
            _ => column.means(),
        }
    }
}
