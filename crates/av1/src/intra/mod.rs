//! Predicts blocks from the samples above and to the left of them (AV1 bitstream specification, 7.11.2).

mod chroma;
mod directional;
mod edges;
mod recursive;
mod smooth;

pub(crate) use chroma::{Luma, predict_from_luma};
pub(crate) use edges::{Edges, Neighbors};

use pulp::{Arch, NullaryFnOnce};

use crate::block::Dimensions;
use crate::sample::Sample;

/// Modes of prediction, by their numbers in the bitstream (6.10.11).
pub(crate) mod modes {
    pub(crate) const DC: u8 = 0;
    pub(crate) const VERTICAL: u8 = 1;
    pub(crate) const HORIZONTAL: u8 = 2;
    pub(crate) const LAST_DIRECTIONAL: u8 = 8;
    pub(crate) const SMOOTH: u8 = 9;
    pub(crate) const SMOOTH_VERTICAL: u8 = 10;
    pub(crate) const SMOOTH_HORIZONTAL: u8 = 11;
    pub(crate) const PAETH: u8 = 12;
    pub(crate) const FROM_LUMA: u8 = 13;
}

/// A prediction of a block.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Prediction {
    Mean,
    /// The angle in degrees.
    Direction(u32),
    Smooth,
    SmoothVertical,
    SmoothHorizontal,
    Paeth,
    /// The number of the filter.
    Recursive(usize),
}

/// Angles of the directional modes.
const ANGLES: [u32; 8] = [90, 180, 45, 135, 113, 157, 203, 67];

impl Prediction {
    /// Returns the prediction of a mode, whose angle is changed by `delta` steps.
    pub(crate) fn of_mode(mode: u8, delta: i32) -> Self {
        match mode {
            modes::VERTICAL..=modes::LAST_DIRECTIONAL => {
                Self::Direction(ANGLES[usize::from(mode) - 1].wrapping_add_signed(3 * delta))
            }
            modes::SMOOTH => Self::Smooth,
            modes::SMOOTH_VERTICAL => Self::SmoothVertical,
            modes::SMOOTH_HORIZONTAL => Self::SmoothHorizontal,
            modes::PAETH => Self::Paeth,
            _ => Self::Mean,
        }
    }
}

/// The filter of edges before directional prediction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum EdgeFilter {
    Off,
    On,
    /// Beside blocks with smooth prediction.
    Smooth,
}

/// A block whose samples are predicted.
#[derive(Debug)]
pub(crate) struct Block<'a, T> {
    /// Samples from the block's upper left corner on.
    pub(crate) samples: &'a mut [T],
    pub(crate) stride: usize,
    pub(crate) size: Dimensions,
    pub(crate) depth: u32,
    pub(crate) filter: EdgeFilter,
    /// Columns and rows from the block's corner to the end of the frame.
    pub(crate) inside: (usize, usize),
}

impl<T> Block<'_, T> {
    #[inline(always)]
    fn sides(&self) -> (usize, usize) {
        (4 * self.size.width(), 4 * self.size.height())
    }
}

/// Predicts a block from its edges.
pub(crate) fn predict<T: Sample>(prediction: Prediction, edges: &mut Edges<T>, block: &mut Block<'_, T>) {
    let task = Task { prediction, edges, block };
    #[cfg(target_arch = "x86_64")]
    if let Some(simd) = pulp::x86::V3::try_new() {
        return simd.vectorize(task);
    }
    Arch::new().dispatch(task);
}

/// A prediction that is compiled for each kind of processor by itself.
struct Task<'a, 'b, T: Sample> {
    prediction: Prediction,
    edges: &'a mut Edges<T>,
    block: &'a mut Block<'b, T>,
}

impl<T: Sample> NullaryFnOnce for Task<'_, '_, T> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        let Self { prediction, edges, block } = self;
        match prediction {
            Prediction::Mean => fill(block, T::of(edges.mean(block.size, block.depth))),
            Prediction::Direction(angle) => directional::predict(angle, edges, block),
            Prediction::Smooth => smooth::predict(edges, block),
            Prediction::SmoothVertical => smooth::predict_vertically(edges, block),
            Prediction::SmoothHorizontal => smooth::predict_horizontally(edges, block),
            Prediction::Paeth => predict_gradient(edges, block),
            Prediction::Recursive(filter) => recursive::predict(filter, edges, block),
        }
    }
}

#[inline(always)]
fn fill<T: Sample>(block: &mut Block<'_, T>, value: T) {
    let (width, height) = block.sides();
    for row in block.samples.chunks_mut(block.stride).take(height) {
        row[..width].fill(value);
    }
}

/// Predicts each sample as the nearest to the gradient of its left, upper and corner neighbours (7.11.2.2).
#[inline(always)]
fn predict_gradient<T: Sample>(edges: &Edges<T>, block: &mut Block<'_, T>) {
    let (width, height) = block.sides();
    let narrow = |sample: T| -> i16 { Into::<i32>::into(sample) as i16 };
    let corner = narrow(edges.top[0]);
    for (y, row) in block.samples.chunks_mut(block.stride).take(height).enumerate() {
        let left = narrow(edges.left[1 + y]);
        for (sample, top) in row[..width].iter_mut().zip(&edges.top[1..=width]) {
            let top = narrow(*top);
            let (of_left, of_top) = ((top - corner).abs(), (left - corner).abs());
            let of_corner = (top + left - 2 * corner).abs();
            let nearest = if of_top <= of_corner { top } else { corner };
            *sample = T::of(i32::from(if of_left <= of_top && of_left <= of_corner { left } else { nearest }));
        }
    }
}

#[cfg(test)]
mod tests;
