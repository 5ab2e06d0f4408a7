//! The two passes of a transform, for each kind of processor.

use pulp::{Arch, NullaryFnOnce};

use super::lanes::{Lanes, Plain, TURNED};
use super::target::Target;
#[cfg(target_arch = "x86_64")]
use super::vectors::{Deep, Narrow, Wide};
use super::waves::{MOST, Numbers, Wave};
use crate::block::Dimensions;
use crate::sample::Sample;

/// The waves, the size and the extent of a transform.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Passes {
    /// The waves along columns and along rows.
    pub(super) waves: (Wave, Wave),
    pub(super) size: Dimensions,
    /// The last column and the last row with a coefficient other than zero.
    pub(super) last: (usize, usize),
}

/// Samples to which transformed residuals can be added.
pub(crate) trait Transformed: Sample {
    /// Transforms coefficients and adds them to predicted samples.
    fn transform(
        passes: &Passes,
        coefficients: &[Self::Coefficient],
        between: &mut [Self::Coefficient],
        target: &mut Target<'_, Self>,
    );

    /// Adds a number to samples in some columns and rows.
    fn add_mean(mean: i32, size: (usize, usize), target: &mut Target<'_, Self>) {
        let most = (1 << target.depth) - 1;
        for row in target.samples.chunks_mut(target.stride).take(size.1) {
            for sample in &mut row[..size.0] {
                *sample = Self::of(((*sample).into() + mean).clamp(0, most));
            }
        }
    }
}

/// Returns the bits by which the results of the first pass are shifted.
pub(super) const fn first_shift(size: Dimensions) -> u32 {
    const SHIFTS: [[u8; 5]; 5] = [[0, 0, 1, 0, 0], [0, 1, 1, 2, 0], [1, 1, 2, 1, 2], [0, 2, 1, 2, 1], [0, 0, 2, 1, 2]];
    SHIFTS[size.log_width as usize][size.log_height as usize] as u32
}

/// Rows from which on sixteen lanes are used.
const WIDE: usize = 16;

impl Transformed for u8 {
    fn transform(passes: &Passes, coefficients: &[i16], between: &mut [i16], target: &mut Target<'_, Self>) {
        #[cfg(target_arch = "x86_64")]
        if let Some(simd) = pulp::x86::V3::try_new() {
            if passes.last.1 < WIDE / 2 {
                simd.vectorize(Rows::<_, Self> { lanes: Narrow(simd), passes, coefficients, between });
            } else {
                simd.vectorize(Rows::<_, Self> { lanes: Wide(simd), passes, coefficients, between });
            }
            if 4 * passes.size.width() < WIDE {
                simd.vectorize(Columns { lanes: Narrow(simd), passes, between, target });
            } else {
                simd.vectorize(Columns { lanes: Wide(simd), passes, between, target });
            }
            return;
        }
        transform_plainly(passes, coefficients, between, target);
    }

    fn add_mean(mean: i32, size: (usize, usize), target: &mut Target<'_, Self>) {
        let mean = mean.clamp(-255, 255);
        let (more, less) = (mean.max(0) as Self, (-mean).max(0) as Self);
        for row in target.samples.chunks_mut(target.stride).take(size.1) {
            // One of them is 0.
            for sample in &mut row[..size.0] {
                *sample = sample.saturating_add(more).saturating_sub(less);
            }
        }
    }
}

impl Transformed for u16 {
    fn transform(passes: &Passes, coefficients: &[i32], between: &mut [i32], target: &mut Target<'_, Self>) {
        #[cfg(target_arch = "x86_64")]
        if let Some(simd) = pulp::x86::V3::try_new() {
            let Plain { most, most_shifted, most_sample } = plain_rows(target.depth);
            let lanes = Deep { simd, most, most_shifted, most_sample };
            simd.vectorize(Rows::<_, Self> { lanes, passes, coefficients, between });
            simd.vectorize(Columns { lanes: Deep { most: most_shifted, ..lanes }, passes, between, target });
            return;
        }
        transform_plainly(passes, coefficients, between, target);
    }
}

/// Returns the portable implementation of the first pass (7.13.3).
const fn plain_rows(depth: u32) -> Plain {
    let shifted = if depth + 6 > 16 { depth + 6 } else { 16 };
    Plain { most: (1 << (depth + 7)) - 1, most_shifted: (1 << (shifted - 1)) - 1, most_sample: (1 << depth) - 1 }
}

pub(super) fn transform_plainly<T: Sample>(
    passes: &Passes,
    coefficients: &[T::Coefficient],
    between: &mut [T::Coefficient],
    target: &mut Target<'_, T>,
) {
    let lanes = plain_rows(target.depth);
    let arch = Arch::new();
    arch.dispatch(Rows::<_, T> { lanes, passes, coefficients, between });
    arch.dispatch(Columns { lanes: Plain { most: lanes.most_shifted, ..lanes }, passes, between, target });
}

/// Returns the numbers from one row to the next between the passes.
fn stride_of(size: Dimensions) -> usize {
    (4 * size.width()).max(TURNED)
}

/// The first pass: transforms rows and turns them.
struct Rows<'a, L, T: Sample> {
    lanes: L,
    passes: &'a Passes,
    coefficients: &'a [T::Coefficient],
    between: &'a mut [T::Coefficient],
}

impl<L: Lanes<T>, T: Sample> NullaryFnOnce for Rows<'_, L, T> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        let Self { lanes, passes: Passes { waves, size, last }, coefficients, between } = self;
        let (width, rows, stride) = (4 * size.width(), 4 * size.coded().height(), stride_of(*size));
        let is_long = size.log_width.abs_diff(size.log_height) == 1;
        let shift = first_shift(*size);
        let mut vectors = [lanes.zero(); MOST];
        for y in (0..=last.1).step_by(L::COUNT) {
            for (x, vector) in vectors[..width].iter_mut().enumerate() {
                *vector = lanes.zero();
                if x <= last.0 {
                    let loaded = lanes.load(&coefficients[x * rows + y..]);
                    *vector = if is_long { lanes.shorten(loaded) } else { loaded };
                }
            }
            Numbers::<L, T> { lanes, vectors: &mut vectors }.transform(waves.1, size.log_width + 2);
            for vector in &mut vectors[..width] {
                *vector = lanes.shift(*vector, shift);
            }
            for (index, columns) in vectors.as_chunks::<TURNED>().0[..stride / TURNED].iter().enumerate() {
                lanes.store_turned(columns, &mut between[y * stride + index * TURNED..], stride);
            }
        }
    }
}

/// The second pass: transforms columns and adds them to samples.
struct Columns<'a, 's, L, T: Sample> {
    lanes: L,
    passes: &'a Passes,
    between: &'a [T::Coefficient],
    target: &'a mut Target<'s, T>,
}

impl<L: Lanes<T>, T: Sample> NullaryFnOnce for Columns<'_, '_, L, T> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        let Self { lanes, passes: Passes { waves, size, last }, between, target } = self;
        let (width, height, stride) = (4 * size.width(), 4 * size.height(), stride_of(*size));
        let mut vectors = [lanes.zero(); MOST];
        for x in (0..width).step_by(L::COUNT) {
            for (y, vector) in vectors[..height].iter_mut().enumerate() {
                *vector = if y <= last.1 { lanes.load(&between[y * stride + x..]) } else { lanes.zero() };
            }
            Numbers::<L, T> { lanes, vectors: &mut vectors }.transform(waves.0, size.log_height + 2);
            let count = L::COUNT.min(width - x);
            for (y, vector) in vectors[..height].iter().enumerate() {
                lanes.add(*vector, &mut target.samples[y * target.stride + x..][..count]);
            }
        }
    }
}
