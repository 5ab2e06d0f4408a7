//! Predicts a block four by two samples at a time, each from those before it (AV1 bitstream specification, 7.11.2.3).

use super::block::Block;
use super::edges::Edges;
use crate::sample::Sample;

/// Weights of the corner, four samples above, and two to the left, of 16, for each of eight samples.
const TAPS: [[[i8; 7]; 8]; 5] = [
    [
        [-6, 10, 0, 0, 0, 12, 0],
        [-5, 2, 10, 0, 0, 9, 0],
        [-3, 1, 1, 10, 0, 7, 0],
        [-3, 1, 1, 2, 10, 5, 0],
        [-4, 6, 0, 0, 0, 2, 12],
        [-3, 2, 6, 0, 0, 2, 9],
        [-3, 2, 2, 6, 0, 2, 7],
        [-3, 1, 2, 2, 6, 3, 5],
    ],
    [
        [-10, 16, 0, 0, 0, 10, 0],
        [-6, 0, 16, 0, 0, 6, 0],
        [-4, 0, 0, 16, 0, 4, 0],
        [-2, 0, 0, 0, 16, 2, 0],
        [-10, 16, 0, 0, 0, 0, 10],
        [-6, 0, 16, 0, 0, 0, 6],
        [-4, 0, 0, 16, 0, 0, 4],
        [-2, 0, 0, 0, 16, 0, 2],
    ],
    [
        [-8, 8, 0, 0, 0, 16, 0],
        [-8, 0, 8, 0, 0, 16, 0],
        [-8, 0, 0, 8, 0, 16, 0],
        [-8, 0, 0, 0, 8, 16, 0],
        [-4, 4, 0, 0, 0, 0, 16],
        [-4, 0, 4, 0, 0, 0, 16],
        [-4, 0, 0, 4, 0, 0, 16],
        [-4, 0, 0, 0, 4, 0, 16],
    ],
    [
        [-2, 8, 0, 0, 0, 10, 0],
        [-1, 3, 8, 0, 0, 6, 0],
        [-1, 2, 3, 8, 0, 4, 0],
        [0, 1, 2, 3, 8, 2, 0],
        [-1, 4, 0, 0, 0, 3, 10],
        [-1, 3, 4, 0, 0, 4, 6],
        [-1, 2, 3, 4, 0, 4, 4],
        [-1, 2, 2, 3, 4, 3, 3],
    ],
    [
        [-12, 14, 0, 0, 0, 14, 0],
        [-10, 0, 14, 0, 0, 12, 0],
        [-9, 0, 0, 14, 0, 11, 0],
        [-8, 0, 0, 0, 14, 10, 0],
        [-10, 12, 0, 0, 0, 0, 14],
        [-9, 1, 12, 0, 0, 0, 12],
        [-8, 0, 0, 12, 0, 1, 11],
        [-7, 0, 0, 1, 12, 1, 9],
    ],
];

#[inline(always)]
pub(super) fn predict<T: Sample>(filter: usize, edges: &Edges<T>, block: &mut Block<'_, T>) {
    let (width, height) = block.sides();
    let most = (1 << block.depth) - 1;
    let taps = &TAPS[filter];
    for y in (0..height).step_by(2) {
        for x in (0..width).step_by(4) {
            let at = |dx: isize, dy: isize| -> i32 {
                let (x, y) = (x as isize + dx, y as isize + dy);
                if y < 0 {
                    edges.top[(x + 1) as usize].into()
                } else if x < 0 {
                    edges.left[(y + 1) as usize].into()
                } else {
                    block.samples[y as usize * block.stride + x as usize].into()
                }
            };
            let around = [at(-1, -1), at(0, -1), at(1, -1), at(2, -1), at(3, -1), at(-1, 0), at(-1, 1)];
            for (index, taps) in taps.iter().enumerate() {
                let sum: i32 = taps.iter().zip(around).map(|(tap, sample)| i32::from(*tap) * sample).sum();
                let predicted = ((sum + 8) >> 4).clamp(0, most);
                block.samples[(y + index / 4) * block.stride + x + index % 4] = T::of(predicted);
            }
        }
    }
}
