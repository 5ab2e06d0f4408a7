//! Transforms blocks of samples by the forward DCT (T.81, A.3.3) and quantises the coefficients.
//!
//! Columns pass the butterflies of Arai, Agui and Nakajima, eight side by side in one vector. Rows are multiplied by
//! the transform's matrix, which takes more multiplications but no transposition.

use std::f64::consts::{FRAC_1_SQRT_2, PI};

use super::super::idct::ZIGZAG;

/// A transform of blocks with one quantisation table.
#[derive(Debug)]
pub(super) struct Transform {
    /// Matrix of the transform along a row, by sample and frequency.
    row: [[f32; 8]; 8],
    /// Factors from transformed samples to quantisation steps, by row and column.
    scales: [[f32; 8]; 8],
}

impl Transform {
    /// Prepares the transform for quantisation `steps` in zigzag order.
    pub(super) fn new(steps: &[u8; 64]) -> Self {
        let cosine = |x: u8, u: u8| {
            let flat = if u == 0 { FRAC_1_SQRT_2 } else { 1.0 };
            (0.5 * flat * (f64::from((2 * x + 1) * u) * PI / 16.0).cos()) as f32
        };
        let row = [0, 1, 2, 3, 4, 5, 6, 7].map(|x| [0, 1, 2, 3, 4, 5, 6, 7].map(|u| cosine(x, u)));
        let mut scales = [[0.0; 8]; 8];
        for (step, (x, y)) in steps.iter().zip(ZIGZAG) {
            // The factor that the butterflies leave in.
            let surplus = if y == 0 { 8.0_f64.sqrt() } else { 4.0 * (f64::from(y) * PI / 16.0).cos() };
            scales[usize::from(y)][usize::from(x)] = (1.0 / (f64::from(*step) * surplus)) as f32;
        }
        Self { row, scales }
    }

    /// Returns the quantised coefficients of a block of samples around 0.
    #[inline(always)]
    pub(super) fn apply(&self, samples: &[[f32; 8]; 8]) -> Block {
        let columns = transform_columns(samples);
        let mut steps = [[0_i16; 8]; 8];
        let mut mean = 0;
        let mut occupied = [0_u16; 8];
        for (y, ((row, scales), out)) in columns.iter().zip(&self.scales).zip(&mut steps).enumerate() {
            let sums = self.transform_row(row, scales);
            if y == 0 {
                mean = round(sums[0]);
            }
            *out = sums.map(|steps| round(shrink(steps)));
            for u in 0..8 {
                occupied[u] |= if out[u] == 0 { 0 } else { 1 << y };
            }
        }
        steps[0][0] = mean;
        Block { steps, nonzero: zigzag(occupied) & !1 }
    }

    /// Returns the coefficients of a block in steps, before rounding, in zigzag order.
    pub(super) fn unrounded(&self, samples: &[[f32; 8]; 8]) -> [f32; 64] {
        let columns = transform_columns(samples);
        let rows: [[f32; 8]; 8] = std::array::from_fn(|y| self.transform_row(&columns[y], &self.scales[y]));
        NATURAL.map(|place| rows.as_flattened()[usize::from(place)])
    }

    #[inline(always)]
    fn transform_row(&self, row: &[f32; 8], scales: &[f32; 8]) -> [f32; 8] {
        let mut sums = [0.0_f32; 8];
        for (sample, weights) in row.iter().zip(&self.row) {
            for u in 0..8 {
                sums[u] += sample * weights[u];
            }
        }
        for u in 0..8 {
            sums[u] *= scales[u];
        }
        sums
    }
}

/// Brings a number of steps nearer to 0.
///
/// For coefficients other than the mean, this takes more bits off than likeness: files of the same score of SSIMULACRA2 are
/// 1 to 2 % smaller.
#[inline(always)]
fn shrink(steps: f32) -> f32 {
    const MARGIN: f32 = 0.05;
    // Comparisons like these become one instruction each; those of `f32::clamp` do not.
    let excess = if steps < -MARGIN { -MARGIN } else { steps };
    steps - if excess > MARGIN { MARGIN } else { excess }
}

/// The quantised coefficients of a block.
#[derive(Debug)]
pub(super) struct Block {
    /// Coefficients by row and column.
    steps: [[i16; 8]; 8],
    /// A bit for each coefficient but the mean that is not 0, in zigzag order from the lowest.
    pub(super) nonzero: u64,
}

impl Block {
    /// Returns the coefficient with a zigzag index.
    #[inline(always)]
    pub(super) fn at(&self, k: u32) -> i16 {
        self.steps.as_flattened()[NATURAL[k as usize & 63] as usize & 63]
    }
}

/// Returns a set of coefficients as bits in zigzag order. Columns hold a bit for each row.
#[inline(always)]
fn zigzag(columns: [u16; 8]) -> u64 {
    let mut bits = 0;
    for (x, rows) in columns.into_iter().enumerate() {
        bits |= SETS[x][usize::from(rows) & 255];
    }
    bits
}

/// Bits in zigzag order, by column and the rows that are set in it.
static SETS: [[u64; 256]; 8] = {
    let mut sets = [[0; 256]; 8];
    let mut k = 0;
    while k < 64 {
        let (x, y) = ZIGZAG[k];
        let mut rows = 0;
        while rows < 256 {
            sets[x as usize][rows] |= (rows as u64 >> y & 1) << k;
            rows += 1;
        }
        k += 1;
    }
    sets
};

/// Row-major position of each coefficient, by zigzag index.
const NATURAL: [u8; 64] = {
    let mut places = [0; 64];
    let mut k = 0;
    while k < 64 {
        places[k] = ZIGZAG[k].1 * 8 + ZIGZAG[k].0;
        k += 1;
    }
    places
};

/// Rounds to the nearest integer, ties to even.
///
/// The addition of floats does so by itself. A coefficient has at most 12 bits.
#[inline(always)]
fn round(number: f32) -> i16 {
    const SHIFT: f32 = 12_582_912.0;
    ((number + SHIFT).to_bits() as i32).wrapping_sub(SHIFT.to_bits() as i32) as i16
}

/// Transforms all columns at once. Source: Arai, Agui and Nakajima, A fast DCT-SQ scheme for images, 1988.
#[inline(always)]
fn transform_columns(rows: &[[f32; 8]; 8]) -> [[f32; 8]; 8] {
    /// Constants of the rotation: c6, c2 - c6 and c2 + c6, where cN is cos(Nπ/16).
    const TURN: [f32; 3] = [0.382_683_43, 0.541_196_1, 1.306_563];
    const HALF: f32 = FRAC_1_SQRT_2 as f32;
    let mut out = [[0.0; 8]; 8];
    for x in 0..8 {
        let at = |y: usize| rows[y][x];
        let sum = [at(0) + at(7), at(1) + at(6), at(2) + at(5), at(3) + at(4)];
        let difference = [at(3) - at(4), at(2) - at(5), at(1) - at(6), at(0) - at(7)];

        let [outer, inner] = [sum[0] + sum[3], sum[1] + sum[2]];
        let [outer_turned, inner_turned] = [sum[0] - sum[3], sum[1] - sum[2]];
        out[0][x] = outer + inner;
        out[4][x] = outer - inner;
        let turned = (inner_turned + outer_turned) * HALF;
        out[2][x] = outer_turned + turned;
        out[6][x] = outer_turned - turned;

        let pairs = [difference[0] + difference[1], difference[1] + difference[2], difference[2] + difference[3]];
        let common = (pairs[0] - pairs[2]) * TURN[0];
        let low = pairs[0] * TURN[1] + common;
        let high = pairs[2] * TURN[2] + common;
        let middle = pairs[1] * HALF;
        let [upper, lower] = [difference[3] + middle, difference[3] - middle];
        out[5][x] = lower + low;
        out[3][x] = lower - low;
        out[1][x] = upper + high;
        out[7][x] = upper - high;
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn coefficients_are_those_of_the_definition() {
        let steps: [u8; 64] = std::array::from_fn(|k| 1 + k as u8);
        let transform = Transform::new(&steps);
        let basis = |x: usize, u: usize| {
            let flat = if u == 0 { FRAC_1_SQRT_2 } else { 1.0 };
            0.5 * flat * (((2 * x + 1) * u) as f64 * PI / 16.0).cos()
        };
        for seed in 1..50_u32 {
            let sample = |x: usize, y: usize| {
                (((x * 7 + y * 13 + 3) as u32 * seed).wrapping_mul(2_654_435_761) >> 24) as f32 - 128.0
            };
            let samples: [[f32; 8]; 8] = std::array::from_fn(|y| std::array::from_fn(|x| sample(x, y)));
            let coefficients = transform.apply(&samples);
            for (k, (u, v)) in ZIGZAG.into_iter().enumerate() {
                let (u, v) = (usize::from(u), usize::from(v));
                let sum: f64 =
                    (0..64).map(|i| f64::from(samples[i / 8][i % 8]) * basis(i % 8, u) * basis(i / 8, v)).sum();
                let wanted = sum / f64::from(steps[k]);
                assert!(
                    (f64::from(coefficients.at(k as u32)) - wanted).abs() <= 0.551,
                    "{seed} {k}: {} {wanted}",
                    coefficients.at(k as u32)
                );
            }
        }
    }
}
