//! Interpolates samples of the reference (ITU-T H.265, 8.5.3.3).

use super::header::{Prediction, Weight};
use super::motion::Motion;
use crate::plane::Plane;
use crate::sample::Sample;

/// Filters of luma for quarters of a sample (table 8-11), and of chroma for eighths (table 8-12).
const LUMA: [[i32; 8]; 4] = [
    [0, 0, 0, 64, 0, 0, 0, 0],
    [-1, 4, -10, 58, 17, -5, 1, 0],
    [-1, 4, -11, 40, 40, -11, 4, -1],
    [0, 1, -5, 17, 58, -10, 4, -1],
];
const CHROMA: [[i32; 4]; 8] = [
    [0, 64, 0, 0],
    [-2, 58, 10, -2],
    [-4, 54, 16, -2],
    [-6, 46, 28, -4],
    [-4, 36, 36, -4],
    [-4, 28, 46, -6],
    [-2, 16, 54, -4],
    [-2, 10, 58, -2],
];

/// Longest side of a predicted block.
const MOST_SIDE: usize = 64;

/// The other image, as a whole.
#[derive(Debug)]
pub(crate) struct Reference<T> {
    pub(crate) planes: Vec<Plane<T>>,
    pub(crate) depths: [u32; 3],
}

/// A block of a plane, in its samples.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Area {
    pub(crate) x: usize,
    pub(crate) y: usize,
    pub(crate) width: usize,
    pub(crate) height: usize,
}

impl<T: Sample> Reference<T> {
    /// Predicts a block of a plane into the samples that begin `target`.
    pub(crate) fn predict(
        &self,
        index: usize,
        area: Area,
        motion: Motion,
        prediction: &Prediction,
        (target, stride): (&mut [T], usize),
    ) {
        let plane = &self.planes[index];
        let (across, down) = plane.shifts;
        let (x, y) = (i32::from(motion.vector.0), i32::from(motion.vector.1));
        let depth = self.depths[index];
        let block = if index == 0 {
            interpolate(plane, area, (x >> 2, y >> 2), (&LUMA[(x & 3) as usize], &LUMA[(y & 3) as usize]), depth)
        } else {
            let (x, y) = (x << (1 - across), y << (1 - down));
            interpolate(plane, area, (x >> 3, y >> 3), (&CHROMA[(x & 7) as usize], &CHROMA[(y & 7) as usize]), depth)
        };
        let weights = prediction.weights.as_ref().and_then(|weights| weights.get(usize::from(motion.reference)));
        let weight = weights.map_or(Weight { log2_one: 0, factor: 1, offset: 0 }, |weights| weights[index]);
        let shift = weight.log2_one + 14 - depth;
        let (half, most) = ((1 << shift) >> 1, (1 << depth) - 1);
        let offset = weight.offset << (depth - 8);
        for (row, line) in target.chunks_mut(stride).zip(block.chunks_exact(area.width)).take(area.height) {
            for (sample, value) in row.iter_mut().zip(line) {
                *sample = T::of((((value * weight.factor + half) >> shift) + offset).clamp(0, most));
            }
        }
    }
}

/// Returns samples of 14 bits. Samples beyond the plane are those of its edge.
fn interpolate<T: Sample, const N: usize>(
    plane: &Plane<T>,
    area: Area,
    (left, top): (i32, i32),
    (along, down): (&[i32; N], &[i32; N]),
    depth: u32,
) -> Vec<i32> {
    let (width, height) = (plane.stride as i32, (plane.samples.len() / plane.stride) as i32);
    let before = N as i32 / 2 - 1;
    let first = depth - 8;
    let is_whole = |filter: &[i32; N]| filter[N / 2 - 1] == 64;
    let mut rows = Vec::with_capacity(area.width * (area.height + N));
    let mut line = [0; MOST_SIDE + 8];
    for row in 0..area.height + N - 1 {
        let y = (area.y as i32 + top + row as i32 - before).clamp(0, height - 1) as usize;
        let samples = &plane.samples[y * plane.stride..(y + 1) * plane.stride];
        for (x, sample) in (0..).zip(&mut line[..area.width + N - 1]) {
            let x = (area.x as i32 + left + x - before).clamp(0, width - 1) as usize;
            *sample = samples[x].get();
        }
        rows.extend(line[..area.width + N - 1].windows(N).map(|window| {
            if is_whole(along) {
                return window[N / 2 - 1] << (14 - depth);
            }
            window.iter().zip(along).map(|(sample, factor)| sample * factor).sum::<i32>() >> first
        }));
    }
    let at = |x: usize, y: usize| rows[y * area.width + x];
    let mut block = Vec::with_capacity(area.width * area.height);
    for (x, y) in (0..area.height).flat_map(|y| (0..area.width).map(move |x| (x, y))) {
        block.push(if is_whole(down) {
            at(x, y + N / 2 - 1)
        } else {
            // Whole samples have 14 bits already, which is 6 more than the shift of the other case takes.
            down.iter().enumerate().map(|(row, factor)| at(x, y + row) * factor).sum::<i32>() >> 6
        });
    }
    block
}
