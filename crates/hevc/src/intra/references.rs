//! Collects and smooths the samples beside a block (ITU-T H.265, 8.4.4.2.2 and 8.4.4.2.3).

use crate::sample::Sample;

/// The smoothing of references.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Smoothing {
    Normal,
    /// Large blocks with plain surroundings are interpolated; the depth of the samples decides.
    Strong(u32),
}

/// The samples beside a block: from the lowest one on the left up to the corner, which is at `2 * N`, and on to the last
/// one above on the right, at `4 * N`.
#[derive(Debug)]
pub(crate) struct References<T> {
    pub(super) line: [T; 129],
}

/// The samples beside a block that are decoded already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Neighbours {
    /// Samples below the block's left side, counted from it.
    pub(crate) below: usize,
    pub(crate) has_left: bool,
    pub(crate) has_corner: bool,
    pub(crate) has_above: bool,
    /// Samples to the right of the upper side, counted from it.
    pub(crate) beyond: usize,
}

impl<T: Sample> References<T> {
    pub(crate) fn new() -> Self {
        Self { line: [T::default(); 129] }
    }

    /// Collects the samples beside the block whose first sample is at `at` of a plane. The row above exists.
    pub(crate) fn collect(
        &mut self,
        (plane, stride, at): (&[T], usize, usize),
        neighbours: Neighbours,
        side: usize,
        depth: u32,
    ) {
        let line = &mut self.line;
        let above = at - stride;
        // The ends of what is there and the fills of what is not, from the lowest sample on.
        let mut missing_from = 0;
        let mut last = None;
        let mut present = |line: &mut [T; 129], from: usize, to: usize| {
            match last {
                None => {
                    let first = line[from];
                    line[..from].fill(first);
                }
                Some(last) => line[missing_from..from].fill(last),
            }
            missing_from = to;
            last = Some(line[to - 1]);
        };
        if neighbours.below > 0 {
            let from = side - neighbours.below;
            gather(plane, at - 1 + side * stride, stride, &mut line[from..side]);
            present(line, from, side);
        }
        if neighbours.has_left {
            gather(plane, at - 1, stride, &mut line[side..2 * side]);
            present(line, side, 2 * side);
        }
        if neighbours.has_corner {
            line[2 * side] = plane[above - 1];
            present(line, 2 * side, 2 * side + 1);
        }
        let first = 2 * side + 1;
        if neighbours.has_above {
            line[first..first + side].copy_from_slice(&plane[above..above + side]);
            present(line, first, first + side);
        }
        if neighbours.beyond > 0 {
            let (from, count) = (first + side, neighbours.beyond);
            line[from..from + count].copy_from_slice(&plane[above + side..above + side + count]);
            present(line, from, from + count);
        }
        let rest = last.unwrap_or(T::of(1 << (depth - 1)));
        line[missing_from..=4 * side].fill(rest);
    }

    /// Smooths the references of a block of `N` px a side.
    pub(super) fn smooth<const N: usize>(&mut self, smoothing: Smoothing) {
        let old = self.line;
        let (first, corner, last) = (old[0].get(), old[2 * N].get(), old[4 * N].get());
        if let (32, Smoothing::Strong(depth)) = (N, smoothing) {
            let is_plain = |end: i32, middle: T| (end + corner - 2 * middle.get()).abs() < 1 << (depth - 5);
            if is_plain(last, old[3 * N]) && is_plain(first, old[N]) {
                for index in 1..2 * N {
                    let weight = index as i32;
                    self.line[index] = T::of(((64 - weight) * first + weight * corner + 32) >> 6);
                    self.line[2 * N + index] = T::of(((64 - weight) * corner + weight * last + 32) >> 6);
                }
                return;
            }
        }
        for (new, three) in self.line[1..4 * N].iter_mut().zip(old.windows(3)) {
            *new = T::smooth(three[0], three[1], three[2]);
        }
    }
}

/// Reads samples upwards: the one at `top` becomes the last.
fn gather<T: Sample>(plane: &[T], top: usize, stride: usize, line: &mut [T]) {
    for (reference, row) in line.iter_mut().rev().zip(plane[top..].chunks(stride)) {
        *reference = row[0];
    }
}
