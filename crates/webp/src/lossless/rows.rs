//! Adds predictions to four rows at once (RFC 9649, 4.1).
//!
//! Most modes need the pixel to the left, so that one row is a chain of sums, each waiting for the last. Four rows side by side
//! are four chains: each row lags behind the one above by two columns, where all its neighbours are known.

use std::ops::Range;

use super::lanes::{Lanes, Pixels, ROWS};
use super::pixel::{OPAQUE_BLACK, add, predict};

/// Columns between the first row and the last.
const LAG: usize = 2 * (ROWS - 1);

/// The least bits of a block's side: a block has to be wider than the lag.
pub(super) const LEAST_BLOCK_BITS: u32 = 3;

/// The least width of an image, so that all rows have pixels in one step.
pub(super) const LEAST_WIDTH: usize = 4 * LAG;

/// The neighbours of a pixel of each row.
#[derive(Clone, Copy)]
struct Neighbours<L: Lanes> {
    left: L::Pixels,
    corner: L::Pixels,
    top: L::Pixels,
    right: L::Pixels,
}

/// The latest pixels of all rows, and those of the last three steps, lowered by a row.
#[derive(Clone, Copy)]
struct State<L: Lanes> {
    lanes: L,
    left: L::Pixels,
    lowered: [L::Pixels; 3],
}

/// Adds the predictions to four rows below `above`, with a mode for each block.
#[inline(always)]
pub(super) fn predict_rows<L: Lanes>(
    lanes: L,
    rows: &mut [&mut [u32]; ROWS],
    above: &[u32],
    modes: &[u8],
    block_bits: u32,
) {
    let width = rows[0].len();
    // In the first steps and the last ones, some rows have no pixel, or an unusual neighbour.
    let (first, last) = (LAG + 3, width - 1);
    (0..first).for_each(|step| predict_edges(rows, above, modes, block_bits, step));
    let at = |back: usize| lanes.load(std::array::from_fn(|row| rows[row][first - back - 2 * row]));
    let mut state = State { lanes, left: at(1), lowered: [1, 2, 3].map(|back| lanes.lower(at(back))) };
    let mut step = first;
    while step < last {
        let block = step >> block_bits;
        let (start, end) = (block << block_bits, ((block + 1) << block_bits).min(last));
        let (mode, before) = (modes[block], modes[block.saturating_sub(1)]);
        let mixed = if mode == before { step } else { (start + LAG).clamp(step, end) };
        advance_across((start, [before, mode]), rows, above, step..mixed, &mut state);
        advance_in(mode, rows, above, mixed..end, &mut state);
        step = end;
    }
    (last..width + LAG).for_each(|step| predict_edges(rows, above, modes, block_bits, step));
}

/// Predicts the pixels of one step, each by itself.
fn predict_edges(rows: &mut [&mut [u32]; ROWS], above: &[u32], modes: &[u8], block_bits: u32, step: usize) {
    for row in 0..ROWS {
        let Some(x) = step.checked_sub(2 * row).filter(|x| *x < rows[row].len()) else { continue };
        let (before, from) = rows.split_at_mut(row);
        let above = before.last().map_or(above, |row| &**row);
        let row = &mut *from[0];
        let prediction = match x {
            0 => above[0],
            _ => {
                // The neighbour above and to the right of the last pixel is the first pixel of its own row.
                let right = if x + 1 < row.len() { above[x + 1] } else { row[0] };
                predict(modes[x >> block_bits], row[x - 1], [above[x - 1], above[x], right])
            }
        };
        row[x] = add(row[x], prediction);
    }
}

/// Runs the steps in which some rows are in the block from `start` on, of the second mode, and some in the one before.
#[inline(always)]
fn advance_across<L: Lanes>(
    (start, [before, mode]): (usize, [u8; 2]),
    rows: &mut [&mut [u32]; ROWS],
    above: &[u32],
    steps: Range<usize>,
    state: &mut State<L>,
) {
    let lanes = state.lanes;
    for step in steps {
        let near = state.neighbours([above[step - 1], above[step], above[step + 1]]);
        let [mut predictions, here] = [before, mode].map(|mode| lanes.store(predict_all(lanes, mode, near)));
        let in_block = |row: &usize| step >= start + 2 * row;
        (0..ROWS).filter(in_block).for_each(|row| predictions[row] = here[row]);
        let residues: Pixels = std::array::from_fn(|row| rows[row][step - 2 * row]);
        let sums = lanes.sum(lanes.load(residues), lanes.load(predictions));
        let pixels = lanes.store(sums);
        (0..ROWS).for_each(|row| rows[row][step - 2 * row] = pixels[row]);
        *state = state.after(sums);
    }
}

/// Runs steps with a mode that is known when the loop is compiled.
#[inline(always)]
fn advance_in<L: Lanes>(
    mode: u8,
    rows: &mut [&mut [u32]; ROWS],
    above: &[u32],
    steps: Range<usize>,
    state: &mut State<L>,
) {
    macro_rules! run {
        ($($mode:literal)*) => {
            match mode {
                $($mode => advance::<$mode, L>(rows, above, steps, state),)*
                _ => advance::<0, L>(rows, above, steps, state),
            }
        };
    }
    run!(1 2 3 4 5 6 7 8 9 10 11 12 13);
}

#[allow(clippy::needless_range_loop, reason = "all rows share the index")]
#[inline(always)]
fn advance<const MODE: u8, L: Lanes>(
    rows: &mut [&mut [u32]; ROWS],
    above: &[u32],
    steps: Range<usize>,
    state: &mut State<L>,
) {
    let (start, count) = (steps.start, steps.len());
    let above = &above[start - 1..start + count + 1];
    let [first, second, third, fourth] = rows;
    let first = &mut first[start..][..count];
    let second = &mut second[start - 2..][..count];
    let third = &mut third[start - 4..][..count];
    let fourth = &mut fourth[start - 6..][..count];
    let (mut now, lanes) = (*state, state.lanes);
    for i in 0..count {
        let residues = lanes.load([first[i], second[i], third[i], fourth[i]]);
        let near = now.neighbours([above[i], above[i + 1], above[i + 2]]);
        let sums = lanes.sum(residues, predict_all(lanes, MODE, near));
        [first[i], second[i], third[i], fourth[i]] = lanes.store(sums);
        now = now.after(sums);
    }
    *state = now;
}

impl<L: Lanes> State<L> {
    /// Returns the neighbours of the next pixels, with those above the first row.
    #[inline(always)]
    fn neighbours(self, [corner, top, right]: [u32; 3]) -> Neighbours<L> {
        let Self { lanes, left, lowered: [last, second_last, third_last] } = self;
        Neighbours {
            left,
            corner: lanes.with_first(third_last, corner),
            top: lanes.with_first(second_last, top),
            right: lanes.with_first(last, right),
        }
    }

    /// Returns the state after the next pixels.
    #[inline(always)]
    fn after(self, pixels: L::Pixels) -> Self {
        let [last, second_last, _] = self.lowered;
        Self { left: pixels, lowered: [self.lanes.lower(pixels), last, second_last], ..self }
    }
}

/// Predicts a pixel of each row, as `predict` does one.
#[inline(always)]
fn predict_all<L: Lanes>(lanes: L, mode: u8, near: Neighbours<L>) -> L::Pixels {
    let Neighbours { left, corner, top, right } = near;
    match mode {
        1 => left,
        2 => top,
        3 => right,
        4 => corner,
        5 => lanes.mean(lanes.mean(left, right), top),
        6 => lanes.mean(left, corner),
        7 => lanes.mean(left, top),
        8 => lanes.mean(corner, top),
        9 => lanes.mean(top, right),
        10 => lanes.mean(lanes.mean(left, corner), lanes.mean(top, right)),
        11 => lanes.select(left, top, corner),
        12 => lanes.gradient(left, top, corner),
        13 => lanes.half_gradient(lanes.mean(left, top), corner),
        _ => lanes.load([OPAQUE_BLACK; ROWS]),
    }
}

#[cfg(test)]
mod tests {
    use super::super::lanes::Plain;
    use super::*;

    fn noise(count: usize, seed: u32) -> Vec<u32> {
        let next = |x: &u32| Some(x.wrapping_mul(1_664_525).wrapping_add(1_013_904_223));
        std::iter::successors(Some(seed), next).map(|x| x.rotate_left(11) ^ (x >> 7)).take(count).collect()
    }

    #[test]
    fn four_rows_at_once_are_those_of_pixels_one_by_one() {
        for width in [LEAST_WIDTH, 61, 64, 200] {
            for block_bits in LEAST_BLOCK_BITS..=9 {
                let blocks = width.div_ceil(1 << block_bits);
                for seed in 0..40 {
                    // One mode throughout, or one for each block.
                    let modes: Vec<u8> = match seed {
                        0..16 => vec![seed as u8; blocks],
                        _ => noise(blocks, seed).into_iter().map(|n| (n >> 9) as u8 & 15).collect(),
                    };
                    let above = noise(width, seed + 1);
                    let residues: Vec<Vec<u32>> = (0..4).map(|row| noise(width, 7 * seed + row)).collect();
                    let mut wanted: Vec<Vec<u32>> = residues.clone();
                    for y in 0..ROWS {
                        let above = if y == 0 { above.clone() } else { wanted[y - 1].clone() };
                        for x in 0..width {
                            let row = &mut wanted[y];
                            let right = if x + 1 < width { above[x + 1] } else { row[0] };
                            let prediction = match x {
                                0 => above[0],
                                _ => predict(modes[x >> block_bits], row[x - 1], [above[x - 1], above[x], right]),
                            };
                            row[x] = add(row[x], prediction);
                        }
                    }
                    let predict = |lanes: &dyn Fn(&mut [&mut [u32]; ROWS])| {
                        let mut got = residues.clone();
                        let [a, b, c, d] = &mut got[..] else { panic!("four rows") };
                        lanes(&mut [a, b, c, d]);
                        assert!(got == wanted, "width {width}, blocks of {block_bits} bits, seed {seed}");
                    };
                    predict(&|rows| predict_rows(Plain, rows, &above, &modes, block_bits));
                    #[cfg(target_arch = "x86_64")]
                    if let Some(simd) = pulp::x86::V3::try_new() {
                        predict(&|rows| predict_rows(simd, rows, &above, &modes, block_bits));
                    }
                }
            }
        }
    }
}
