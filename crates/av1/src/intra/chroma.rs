//! Predicts chroma from the luma of the same block (AV1 bitstream specification, 7.11.5).

use pulp::{Arch, NullaryFnOnce};

use super::block::Block;
use super::edges::Edges;
use crate::block::Dimensions;
use crate::canvas::Plane;
use crate::sample::Sample;

/// Most samples along a block that is predicted from luma.
const MOST: usize = 32;

/// Fraction bits of luma.
const FRACTION: u32 = 3;

/// The luma of a block, at the size of chroma, less its mean.
#[derive(Debug)]
pub(crate) struct Luma {
    differences: Box<[[i16; MOST]; MOST]>,
}

impl Luma {
    pub(crate) fn new() -> Self {
        Self { differences: Box::new([[0; MOST]; MOST]) }
    }

    /// Takes the luma from a sample's index on. Of the chroma block, `inside` columns and rows have luma.
    pub(crate) fn take<T: Sample>(
        &mut self,
        plane: &Plane<T>,
        index: usize,
        shifts: (u32, u32),
        size: Dimensions,
        inside: (usize, usize),
    ) {
        let task = Take { luma: self, samples: &plane.samples[index..], stride: plane.stride, shifts, size, inside };
        #[cfg(target_arch = "x86_64")]
        if let Some(simd) = pulp::x86::V3::try_new() {
            return simd.vectorize(task);
        }
        Arch::new().dispatch(task);
    }
}

struct Take<'a, T> {
    luma: &'a mut Luma,
    samples: &'a [T],
    stride: usize,
    shifts: (u32, u32),
    size: Dimensions,
    inside: (usize, usize),
}

impl<T: Sample> NullaryFnOnce for Take<'_, T> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        let Self { luma: Luma { differences }, samples, stride, shifts, size, inside } = self;
        let (width, height) = (4 * size.width(), 4 * size.height());
        let across = inside.0.min(width);
        for (y, row) in differences[..height].iter_mut().enumerate().take(inside.1) {
            let luma = &samples[(y << shifts.1) * stride..];
            let number = |sample: T| -> i16 { Into::<i32>::into(sample) as i16 };
            match shifts {
                (0, _) => {
                    let sums = row.iter_mut().zip(luma).take(across);
                    sums.for_each(|(sum, sample)| *sum = number(*sample) << FRACTION);
                }
                (_, 0) => {
                    let pairs = luma.as_chunks::<2>().0;
                    let sums = row.iter_mut().zip(pairs).take(across);
                    sums.for_each(|(sum, [a, b])| *sum = (number(*a) + number(*b)) << (FRACTION - 1));
                }
                _ => {
                    let (upper, lower) = (luma.as_chunks::<2>().0, luma[stride..].as_chunks::<2>().0);
                    let sums = row.iter_mut().zip(upper.iter().zip(lower)).take(across);
                    sums.for_each(|(sum, ([a, b], [c, d]))| {
                        *sum = (number(*a) + number(*b) + number(*c) + number(*d)) << (FRACTION - 2);
                    });
                }
            }
            let last = row[across - 1];
            row[across..width].fill(last);
        }
        for y in inside.1..height {
            differences[y] = differences[y - 1];
        }
        let log2 = size.log_width + size.log_height + 4;
        let sum: i32 = differences[..height].iter().flat_map(|row| &row[..width]).map(|luma| i32::from(*luma)).sum();
        let mean = ((sum + (1 << log2 >> 1)) >> log2) as i16;
        for row in &mut differences[..height] {
            row[..width].iter_mut().for_each(|luma| *luma -= mean);
        }
    }
}

/// Predicts a block as the mean of its edges and a multiple of luma's differences, in eighths.
pub(crate) fn predict_from_luma<T: Sample>(luma: &Luma, alpha: i32, edges: &Edges<T>, block: &mut Block<'_, T>) {
    let task = FromLuma { luma, alpha, mean: edges.mean(block.size, block.depth), block };
    #[cfg(target_arch = "x86_64")]
    if let Some(simd) = pulp::x86::V3::try_new() {
        return simd.vectorize(task);
    }
    Arch::new().dispatch(task);
}

struct FromLuma<'a, 'b, T> {
    luma: &'a Luma,
    alpha: i32,
    mean: i32,
    block: &'a mut Block<'b, T>,
}

impl<T: Sample> NullaryFnOnce for FromLuma<'_, '_, T> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        let Self { luma, alpha, mean, block } = self;
        let (width, height) = block.sides();
        let most = (1 << block.depth) - 1;
        let rows = block.samples.chunks_mut(block.stride).take(height);
        for (row, luma) in rows.zip(luma.differences.iter()) {
            for (sample, luma) in row[..width].iter_mut().zip(luma) {
                let product = alpha * i32::from(*luma);
                // Halves are rounded away from zero.
                let scaled = (product + 32 + (product >> 31)) >> 6;
                *sample = T::of((mean + scaled).clamp(0, most));
            }
        }
    }
}
