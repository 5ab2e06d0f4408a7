//! Predicts blocks from the samples above and to the left of them (AV1 bitstream specification, 7.11.2).

mod block;
mod chroma;
mod directional;
mod edges;
mod prediction;
mod recursive;
mod smooth;

pub(crate) use block::{Block, EdgeFilter};
pub(crate) use chroma::{Luma, predict_from_luma};
pub(crate) use edges::{Edges, Neighbors};
pub(crate) use prediction::{Prediction, modes};

use pulp::{Arch, NullaryFnOnce};

use crate::sample::Sample;

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
