//! The inverse Walsh–Hadamard transform of lossless blocks (AV1 bitstream specification, 7.13.2.10).

use super::target::Target;
use crate::sample::Sample;

/// Side of a block.
const SIDE: usize = 4;

/// Fraction bits of lossless coefficients.
const FRACTION: u32 = 2;

/// Transforms four by four coefficients, column by column, and adds them.
pub(super) fn add<T: Sample>(coefficients: &[T::Coefficient], target: &mut Target<'_, T>) {
    let mut rows = [[0; SIDE]; SIDE];
    for (y, row) in rows.iter_mut().enumerate() {
        *row = transform(std::array::from_fn(|x| coefficients[x * SIDE + y].into() >> FRACTION));
    }
    let columns: [[i32; SIDE]; SIDE] = std::array::from_fn(|x| transform(rows.map(|row| row[x])));
    let most = (1 << target.depth) - 1;
    for (y, samples) in target.samples.chunks_mut(target.stride).take(SIDE).enumerate() {
        for (x, sample) in samples[..SIDE].iter_mut().enumerate() {
            *sample = T::of(((*sample).into() + columns[x][y]).clamp(0, most));
        }
    }
}

fn transform([a, c, d, b]: [i32; SIDE]) -> [i32; SIDE] {
    let (a, d) = (a.wrapping_add(c), d.wrapping_sub(b));
    let middle = a.wrapping_sub(d) >> 1;
    let (b, c) = (middle.wrapping_sub(b), middle.wrapping_sub(c));
    [a.wrapping_sub(b), b, c, d.wrapping_add(c)]
}
