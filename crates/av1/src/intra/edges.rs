//! Gathers the samples around a block (AV1 bitstream specification, 7.11.2).

use super::prediction::Prediction;
use crate::block::Dimensions;
use crate::canvas::Plane;
use crate::sample::Sample;

/// Most samples of an edge: the corner, two sides of a block, and as many as a vector reads beyond.
pub(super) const MOST: usize = 1 + 128 + 64 + 32;

/// The samples around a block, from the corner between both edges on.
#[derive(Debug, Clone)]
pub(crate) struct Edges<T> {
    pub(crate) top: [T; MOST],
    pub(crate) left: [T; MOST],
    pub(super) has_top: bool,
    pub(super) has_left: bool,
}

/// The neighbours of a block that are there.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Neighbors {
    pub(crate) top: bool,
    pub(crate) left: bool,
    pub(crate) top_right: bool,
    pub(crate) bottom_left: bool,
    /// Columns and rows from the block's corner to the end of the tile.
    pub(crate) inside: (usize, usize),
}

impl<T: Sample> Edges<T> {
    pub(crate) fn new() -> Self {
        Self { top: [T::default(); MOST], left: [T::default(); MOST], has_top: false, has_left: false }
    }

    /// Gathers the edges that a prediction needs, for a block with its corner at `index`.
    pub(crate) fn gather(
        &mut self,
        plane: &Plane<T>,
        index: usize,
        (size, depth): (Dimensions, u32),
        neighbors: Neighbors,
        prediction: Prediction,
    ) {
        (self.has_top, self.has_left) = (neighbors.top, neighbors.left);
        let (width, height) = (4 * size.width(), 4 * size.height());
        let (is_above, is_beside) = match prediction {
            Prediction::Direction(angle) => (angle < 90 && neighbors.top, angle > 180 && neighbors.left),
            _ => (false, false),
        };
        self.gather_top(plane, index, (width, is_above.then_some(height)), neighbors, depth);
        self.gather_left(plane, index, (height, is_beside.then_some(width)), neighbors, depth);
        let corner = match (neighbors.top, neighbors.left) {
            (true, true) => plane.samples[index - plane.stride - 1],
            (true, false) => self.top[1],
            (false, true) => self.left[1],
            (false, false) => T::of(1 << (depth - 1)),
        };
        (self.top[0], self.left[0]) = (corner, corner);
    }

    /// Gathers the samples above, and those to the right of them if there is more to gather.
    #[inline(always)]
    fn gather_top(
        &mut self,
        plane: &Plane<T>,
        index: usize,
        (width, more): (usize, Option<usize>),
        neighbors: Neighbors,
        depth: u32,
    ) {
        let edge = &mut self.top[1..];
        if !neighbors.top {
            let value = if neighbors.left { plane.samples[index - 1] } else { T::of((1 << (depth - 1)) - 1) };
            return edge[..width].fill(value);
        }
        let above = &plane.samples[index - plane.stride..];
        let there = neighbors.inside.0.min(width);
        edge[..there].copy_from_slice(&above[..there]);
        let mut end = there;
        if neighbors.top_right && more.is_some() && neighbors.inside.0 > width {
            end = neighbors.inside.0.min(2 * width);
            edge[there..end].copy_from_slice(&above[there..end]);
        }
        let last = edge[end - 1];
        let length = width + more.unwrap_or(0);
        if length > end {
            edge[end..length].fill(last);
        }
    }

    /// Gathers the samples to the left, and those below them if there is more to gather.
    #[inline(always)]
    fn gather_left(
        &mut self,
        plane: &Plane<T>,
        index: usize,
        (height, more): (usize, Option<usize>),
        neighbors: Neighbors,
        depth: u32,
    ) {
        let edge = &mut self.left[1..];
        if !neighbors.left {
            let value = if neighbors.top { plane.samples[index - plane.stride] } else { T::of((1 << (depth - 1)) + 1) };
            return edge[..height].fill(value);
        }
        let mut end = neighbors.inside.1.min(height);
        if neighbors.bottom_left && more.is_some() && neighbors.inside.1 > height {
            end = neighbors.inside.1.min(2 * height);
        }
        let column = plane.samples[index - 1..].iter().step_by(plane.stride);
        edge[..end].iter_mut().zip(column).for_each(|(edge, sample)| *edge = *sample);
        let last = edge[end - 1];
        let length = height + more.unwrap_or(0);
        if length > end {
            edge[end..length].fill(last);
        }
    }

    /// Returns the mean of the edges that are there (7.11.2.5).
    #[inline(always)]
    pub(super) fn mean(&self, size: Dimensions, depth: u32) -> i32 {
        let (width, height) = (4 * size.width(), 4 * size.height());
        let sum = |edge: &[T]| edge.iter().map(|sample| Into::<i32>::into(*sample)).sum::<i32>();
        let of_top = || sum(&self.top[1..=width]);
        let of_left = || sum(&self.left[1..=height]);
        match (self.has_top, self.has_left) {
            (true, true) => (of_top() + of_left() + ((width + height) >> 1) as i32) / (width + height) as i32,
            (true, false) => (of_top() + (width >> 1) as i32) >> (size.log_width + 2),
            (false, true) => (of_left() + (height >> 1) as i32) >> (size.log_height + 2),
            (false, false) => 1 << (depth - 1),
        }
    }
}
