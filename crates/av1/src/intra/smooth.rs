//! Predicts a block as a smooth surface between its edges (AV1 bitstream specification, 7.11.2.6).

use super::block::Block;
use super::edges::Edges;
use crate::sample::Sample;

/// Weights of the near edge, of 256, for blocks of 4, 8, 16, 32 and 64 samples.
const WEIGHTS: [u8; 124] = [
    255, 149, 85, 64, 255, 197, 146, 105, 73, 50, 37, 32, 255, 225, 196, 170, 145, 123, 102, 84, 68, 54, 43, 33, 26,
    20, 17, 16, 255, 240, 225, 210, 196, 182, 169, 157, 145, 133, 122, 111, 101, 92, 83, 74, 66, 59, 52, 45, 39, 34,
    29, 25, 21, 17, 14, 12, 10, 9, 8, 8, 255, 248, 240, 233, 225, 218, 210, 203, 196, 189, 182, 176, 169, 163, 156,
    150, 144, 138, 133, 127, 121, 116, 111, 106, 101, 96, 91, 86, 82, 77, 73, 69, 65, 61, 57, 54, 50, 47, 44, 41, 38,
    35, 32, 29, 27, 25, 22, 20, 18, 16, 15, 13, 12, 10, 9, 8, 7, 6, 6, 5, 5, 4, 4, 4,
];

/// The sum of both weights.
const WHOLE: i32 = 256;

#[inline(always)]
fn weights(side: usize) -> &'static [u8] {
    &WEIGHTS[side - 4..2 * side - 4]
}

#[inline(always)]
pub(super) fn predict<T: Sample>(edges: &Edges<T>, block: &mut Block<'_, T>) {
    let (width, height) = block.sides();
    let (across, down) = (weights(width), weights(height));
    let (right, bottom): (i32, i32) = (edges.top[width].into(), edges.left[height].into());
    let top = &edges.top[1..=width];
    for (y, row) in block.samples.chunks_mut(block.stride).take(height).enumerate() {
        let (weight, left) = (i32::from(down[y]), Into::<i32>::into(edges.left[1 + y]));
        let base = (WHOLE - weight) * bottom + WHOLE;
        for ((sample, top), across) in row[..width].iter_mut().zip(top).zip(across) {
            let across = i32::from(*across);
            let sum = base + weight * Into::<i32>::into(*top) + across * left + (WHOLE - across) * right;
            *sample = T::of(sum >> 9);
        }
    }
}

#[inline(always)]
pub(super) fn predict_vertically<T: Sample>(edges: &Edges<T>, block: &mut Block<'_, T>) {
    let (width, height) = block.sides();
    let down = weights(height);
    let bottom: i32 = edges.left[height].into();
    let top = &edges.top[1..=width];
    for (row, weight) in block.samples.chunks_mut(block.stride).take(height).zip(down) {
        let weight = i32::from(*weight);
        let base = (WHOLE - weight) * bottom + WHOLE / 2;
        for (sample, top) in row[..width].iter_mut().zip(top) {
            *sample = T::of((base + weight * Into::<i32>::into(*top)) >> 8);
        }
    }
}

#[inline(always)]
pub(super) fn predict_horizontally<T: Sample>(edges: &Edges<T>, block: &mut Block<'_, T>) {
    let (width, height) = block.sides();
    let across = weights(width);
    let right: i32 = edges.top[width].into();
    for (y, row) in block.samples.chunks_mut(block.stride).take(height).enumerate() {
        let left: i32 = edges.left[1 + y].into();
        for (sample, across) in row[..width].iter_mut().zip(across) {
            let across = i32::from(*across);
            *sample = T::of((across * left + (WHOLE - across) * right + WHOLE / 2) >> 8);
        }
    }
}
