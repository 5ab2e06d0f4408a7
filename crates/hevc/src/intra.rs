//! Predicts blocks from the samples beside them (ITU-T H.265, 8.4.4.2).

mod references;

pub(crate) use references::{Neighbours, References, Smoothing};

use crate::sample::Sample;

/// Prediction modes with a name (ITU-T H.265, table 8-1).
pub(crate) const PLANAR: u8 = 0;
pub(crate) const MEAN: u8 = 1;
pub(crate) const HORIZONTAL: u8 = 10;
pub(crate) const VERTICAL: u8 = 26;

/// Displacements of the modes from 2 on, in 32nds of a sample for each row or column (table 8-4).
const ANGLES: [i8; 33] = [
    32, 26, 21, 17, 13, 9, 5, 2, 0, -2, -5, -9, -13, -17, -21, -26, -32, -26, -21, -17, -13, -9, -5, -2, 0, 2, 5, 9,
    13, 17, 21, 26, 32,
];

/// Inverse displacements of the modes from 11 on, in 256ths (table 8-5).
const INVERSE_ANGLES: [i16; 15] =
    [-4096, -1638, -910, -630, -482, -390, -315, -256, -315, -390, -482, -630, -910, -1638, -4096];

/// The kinds of planes, which are predicted in different ways.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Luma,
    /// Chroma of luma's size, whose references are smoothed as luma's.
    FullChroma,
    Chroma,
}

/// Predicts a block of `1 << log2` px a side into the samples that begin `target`.
pub(crate) fn predict<T: Sample>(
    references: &mut References<T>,
    (mode, kind, smoothing): (u8, Kind, Smoothing),
    (log2, depth): (u32, u32),
    target: &mut [T],
    stride: usize,
) {
    match log2 {
        2 => predict_block::<T, 4>(references, (mode, kind, smoothing), depth, target, stride),
        3 => predict_block::<T, 8>(references, (mode, kind, smoothing), depth, target, stride),
        4 => predict_block::<T, 16>(references, (mode, kind, smoothing), depth, target, stride),
        _ => predict_block::<T, 32>(references, (mode, kind, smoothing), depth, target, stride),
    }
}

fn predict_block<T: Sample, const N: usize>(
    references: &mut References<T>,
    (mode, kind, smoothing): (u8, Kind, Smoothing),
    depth: u32,
    target: &mut [T],
    stride: usize,
) {
    if kind != Kind::Chroma && is_smoothed(mode, N) {
        references.smooth::<N>(if kind == Kind::Luma { smoothing } else { Smoothing::Normal });
    }
    let has_edges = kind == Kind::Luma && N < 32;
    let most = (1 << depth) - 1;
    let line = &references.line;
    match mode {
        PLANAR => predict_plane::<T, N>(line, target, stride),
        MEAN => predict_mean::<T, N>(line, has_edges, target, stride),
        2..18 => {
            let mut block = [[T::default(); N]; N];
            // Columns are predicted as rows, from references in turned order.
            let turned: [T; 129] = std::array::from_fn(|index| line[(4 * N).saturating_sub(index)]);
            predict_angle::<T, N>(&turned, mode, has_edges, most, &mut block);
            for (y, row) in target.chunks_mut(stride).take(N).enumerate() {
                let Some(row) = row.first_chunk_mut::<N>() else { return };
                *row = std::array::from_fn(|x| block[x][y]);
            }
        }
        _ => {
            let mut block = [[T::default(); N]; N];
            predict_angle::<T, N>(line, mode, has_edges, most, &mut block);
            for (row, predicted) in target.chunks_mut(stride).zip(&block) {
                row[..N].copy_from_slice(predicted);
            }
        }
    }
}

/// Returns whether the references of a block of `side` px are smoothed for this mode (8.4.4.2.3).
fn is_smoothed(mode: u8, side: usize) -> bool {
    let distance = mode.abs_diff(HORIZONTAL).min(mode.abs_diff(VERTICAL));
    mode != MEAN
        && match side {
            4 => false,
            8 => distance > 7,
            16 => distance > 1,
            _ => distance > 0,
        }
}

/// Interpolates between the references on all sides (8.4.4.2.4).
fn predict_plane<T: Sample, const N: usize>(line: &[T; 129], target: &mut [T], stride: usize) {
    let (right, bottom) = (line[3 * N + 1].get(), line[N - 1].get());
    let above: [i32; N] = std::array::from_fn(|x| line[2 * N + 1 + x].get());
    for (y, row) in target.chunks_mut(stride).take(N).enumerate() {
        let Some(row) = row.first_chunk_mut::<N>() else { return };
        let left = line[2 * N - 1 - y].get();
        let (down, up) = (y as i32 + 1, (N - 1 - y) as i32);
        for (x, sample) in row.iter_mut().enumerate() {
            let along = (N - 1 - x) as i32 * left + (x as i32 + 1) * right;
            let sum = along + up * above[x] + down * bottom + N as i32;
            *sample = T::of(sum >> (N.ilog2() + 1));
        }
    }
}

/// Fills with the mean of the references (8.4.4.2.5).
fn predict_mean<T: Sample, const N: usize>(line: &[T; 129], has_edges: bool, target: &mut [T], stride: usize) {
    let left = &line[N..2 * N];
    let above = &line[2 * N + 1..3 * N + 1];
    let sum: i32 = left.iter().chain(above).map(|sample| sample.get()).sum();
    let mean = (sum + N as i32) >> (N.ilog2() + 1);
    for row in target.chunks_mut(stride).take(N) {
        row[..N].fill(T::of(mean));
    }
    if !has_edges {
        return;
    }
    let edge = |reference: T| T::of((reference.get() + 3 * mean + 2) >> 2);
    for (sample, reference) in target[1..N].iter_mut().zip(&above[1..]) {
        *sample = edge(*reference);
    }
    for (row, reference) in target.chunks_mut(stride).zip(left.iter().rev()).skip(1) {
        row[0] = edge(*reference);
    }
    target[0] = T::of((left[N - 1].get() + 2 * mean + above[0].get() + 2) >> 2);
}

/// Copies references along a direction (8.4.4.2.6). The corner of `line` is at `2 * N`, the main references come after.
fn predict_angle<T: Sample, const N: usize>(
    line: &[T; 129],
    mode: u8,
    has_edges: bool,
    most: i32,
    block: &mut [[T; N]; N],
) {
    let angle = i32::from(ANGLES[usize::from(mode) - 2]);
    if angle == 0 {
        let above: [T; N] = std::array::from_fn(|x| line[2 * N + 1 + x]);
        *block = [above; N];
        if has_edges {
            let (corner, first) = (line[2 * N].get(), above[0].get());
            for (y, row) in block.iter_mut().enumerate() {
                let change = (line[2 * N - 1 - y].get() - corner) >> 1;
                row[0] = T::of((first + change).clamp(0, most));
            }
        }
        return;
    }
    // References from -N on, of which the side ones are projected.
    let mut main = [T::default(); 3 * 32 + 1];
    if angle < 0 {
        main[N..=2 * N].copy_from_slice(&line[2 * N..=3 * N]);
        let inverse = i32::from(INVERSE_ANGLES[usize::from(mode) - 11]);
        let last = (N as i32 * angle) >> 5;
        // The first one before the corner is not used if it is the only one.
        for x in if last < -1 { last..0 } else { 0..0 } {
            let beside = (x * inverse + 128) >> 8;
            main[(N as i32 + x) as usize] = line[2 * N - beside as usize];
        }
    } else {
        main[N..=3 * N].copy_from_slice(&line[2 * N..=4 * N]);
    }
    for (y, row) in block.iter_mut().enumerate() {
        let displacement = (y as i32 + 1) * angle;
        let first = (N as i32 + (displacement >> 5) + 1) as usize;
        let weight = (displacement & 31) as u16;
        let pairs = main[first..].iter().zip(&main[first + 1..]);
        if weight == 0 {
            row.copy_from_slice(&main[first..first + N]);
        } else {
            row.iter_mut().zip(pairs).for_each(|(sample, (one, other))| *sample = T::blend(*one, *other, weight));
        }
    }
}
