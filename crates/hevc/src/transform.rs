//! Turns coefficients into residuals and adds them to the prediction (ITU-T H.265, 8.6.4).

use crate::sample::Sample;

/// The coefficients of the largest block.
pub(crate) const MOST: usize = 32 * 32;

/// The transforms of a block.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Transform {
    /// The residuals themselves are coded.
    Bypass,
    /// Residuals are coded, quantised.
    Skip,
    /// The sine transform of 4 by 4 px.
    Sine,
    Cosine,
}

/// Coefficients of a block, row by row, and the part of it that may have some.
#[derive(Debug)]
pub(crate) struct Coefficients {
    pub(crate) values: [i16; MOST],
    /// Columns and rows that hold all coefficients, multiples of 4.
    pub(crate) columns: usize,
    pub(crate) rows: usize,
}

impl Coefficients {
    pub(crate) const fn new() -> Self {
        Self { values: [0; MOST], columns: 0, rows: 0 }
    }
}

/// Cosines times 64 and the square root of 2, by angles of a 64th of a half turn (ITU-T H.265, equation 8-315).
const COSINES: [i32; 33] = [
    64, 90, 90, 90, 89, 88, 87, 85, 83, 82, 80, 78, 75, 73, 70, 67, 64, 61, 57, 54, 50, 46, 43, 38, 36, 31, 25, 22, 18,
    13, 9, 4, 0,
];

/// The matrix of the largest transform. Smaller ones have its rows at even distances, and their first columns.
const MATRIX: [[i32; 32]; 32] = {
    let mut matrix = [[0; 32]; 32];
    let mut row = 0;
    while row < 32 {
        let mut column = 0;
        while column < 32 {
            let angle = row * (2 * column + 1) % 128;
            let (angle, sign) = match angle {
                0..=32 => (angle, 1),
                33..=64 => (64 - angle, -1),
                65..=96 => (angle - 64, -1),
                _ => (128 - angle, 1),
            };
            matrix[row][column] = sign * COSINES[angle];
            column += 1;
        }
        row += 1;
    }
    matrix
};

const SINES: [[i32; 4]; 4] = [[29, 55, 74, 84], [74, 74, 0, -74], [84, -29, -74, 55], [55, -84, 74, -29]];

/// Adds the residuals of a block of `1 << log2` px a side to the samples that begin `target`, and clears the
/// coefficients.
pub(crate) fn add<T: Sample>(
    coefficients: &mut Coefficients,
    (transform, log2): (Transform, u32),
    depth: u32,
    target: &mut [T],
    stride: usize,
) {
    match log2 {
        2 => add_block::<T, 4>(coefficients, transform, depth, target, stride),
        3 => add_block::<T, 8>(coefficients, transform, depth, target, stride),
        4 => add_block::<T, 16>(coefficients, transform, depth, target, stride),
        _ => add_block::<T, 32>(coefficients, transform, depth, target, stride),
    }
}

fn add_block<T: Sample, const N: usize>(
    coefficients: &mut Coefficients,
    transform: Transform,
    depth: u32,
    target: &mut [T],
    stride: usize,
) {
    let most = ((1_i32 << depth) - 1) as i16;
    match transform {
        Transform::Cosine if coefficients.columns == 4 && coefficients.rows == 4 && is_flat::<N>(coefficients) => {
            let first = (64 * i32::from(coefficients.values[0]) + 64) >> 7;
            let level = round(64 * first, 20 - depth);
            add_rows::<T, N>(target, stride, most, |_| [level; N]);
        }
        Transform::Cosine => {
            let columns = transform_columns::<N>(coefficients);
            let count = coefficients.columns;
            add_rows::<T, N>(target, stride, most, |y| transform_row::<N>(&columns[y][..count], 20 - depth));
        }
        Transform::Sine => {
            let block = transform_by_sines(&coefficients.values, 20 - depth);
            add_rows::<T, N>(target, stride, most, |y| std::array::from_fn(|x| block[y & 3][x & 3]));
        }
        Transform::Bypass | Transform::Skip => {
            let values = &coefficients.values;
            // The scale that a transform would bring, to be undone with it.
            let (scale, shift) = match transform {
                Transform::Bypass => (0, 0),
                _ => (5 + N.ilog2(), 20 - depth),
            };
            add_rows::<T, N>(target, stride, most, |y| {
                std::array::from_fn(|x| round(i32::from(values[y * N + x]) << scale, shift))
            });
        }
    }
    for row in coefficients.values.chunks_exact_mut(N).take(coefficients.rows) {
        row[..coefficients.columns].fill(0);
    }
}

/// Returns whether the first coefficient is the only one.
fn is_flat<const N: usize>(coefficients: &Coefficients) -> bool {
    let values = &coefficients.values;
    let rest = (0..4).flat_map(|y| values[y * N..y * N + 4].iter()).skip(1);
    rest.fold(0, |any, value| any | value) == 0
}

/// Divides by a power of two and rounds.
#[inline(always)]
fn round(sum: i32, shift: u32) -> i16 {
    let half = (1 << shift) >> 1;
    saturate((sum + half) >> shift)
}

#[inline(always)]
fn saturate(number: i32) -> i16 {
    number.clamp(i16::MIN.into(), i16::MAX.into()) as i16
}

/// Adds rows of residuals to the samples.
#[inline(always)]
fn add_rows<T: Sample, const N: usize>(
    target: &mut [T],
    stride: usize,
    most: i16,
    mut residuals: impl FnMut(usize) -> [i16; N],
) {
    for (y, row) in target.chunks_mut(stride).take(N).enumerate() {
        let Some(row) = row.first_chunk_mut::<N>() else { return };
        let residuals = residuals(y);
        for (sample, residual) in row.iter_mut().zip(residuals) {
            *sample = sample.add(residual, most);
        }
    }
}

/// The columns of a vector of the first stage.
const LANES: usize = 4;

/// Transforms the columns that have coefficients. Rows are returned.
fn transform_columns<const N: usize>(coefficients: &Coefficients) -> [[i16; N]; N] {
    let mut rows = [[0; N]; N];
    let step = 32 / N;
    for left in (0..coefficients.columns).step_by(LANES) {
        let mut lanes = [[0_i32; LANES]; N];
        for (lanes, row) in lanes.iter_mut().zip(coefficients.values.chunks_exact(N)).take(coefficients.rows) {
            *lanes = std::array::from_fn(|lane| row[left + lane].into());
        }
        for y in 0..N / 2 {
            let (mut even, mut odd) = ([64; LANES], [0; LANES]);
            for (k, pair) in lanes[..coefficients.rows].chunks_exact(2).enumerate() {
                let factors = [MATRIX[2 * k * step][y], MATRIX[(2 * k + 1) * step][y]];
                for lane in 0..LANES {
                    even[lane] += factors[0] * pair[0][lane];
                    odd[lane] += factors[1] * pair[1][lane];
                }
            }
            for lane in 0..LANES {
                rows[y][left + lane] = saturate((even[lane] + odd[lane]) >> 7);
                rows[N - 1 - y][left + lane] = saturate((even[lane] - odd[lane]) >> 7);
            }
        }
    }
    rows
}

/// Transforms a row, of which the first numbers are given.
#[inline(always)]
fn transform_row<const N: usize>(numbers: &[i16], shift: u32) -> [i16; N] {
    let step = 32 / N;
    let half = 1 << (shift - 1);
    let mut sums = [[half, 0]; N];
    for (k, pair) in numbers.chunks_exact(2).enumerate() {
        let factors = [&MATRIX[2 * k * step], &MATRIX[(2 * k + 1) * step]];
        let pair = [i32::from(pair[0]), i32::from(pair[1])];
        for (x, sum) in sums.iter_mut().enumerate().take(N / 2) {
            sum[0] += factors[0][x] * pair[0];
            sum[1] += factors[1][x] * pair[1];
        }
    }
    let mut row = [0; N];
    for x in 0..N / 2 {
        row[x] = saturate((sums[x][0] + sums[x][1]) >> shift);
        row[N - 1 - x] = saturate((sums[x][0] - sums[x][1]) >> shift);
    }
    row
}

fn transform_by_sines(values: &[i16; MOST], shift: u32) -> [[i16; 4]; 4] {
    let values: [[i32; 4]; 4] = std::array::from_fn(|y| std::array::from_fn(|x| values[4 * y + x].into()));
    let columns: [[i32; 4]; 4] = std::array::from_fn(|y| {
        std::array::from_fn(|x| round((0..4).map(|k| SINES[k][y] * values[k][x]).sum(), 7).into())
    });
    columns.map(|row| std::array::from_fn(|x| round((0..4).map(|k| SINES[k][x] * row[k]).sum(), shift)))
}

#[cfg(test)]
mod tests;
