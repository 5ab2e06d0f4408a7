//! Blurs and resizes planes in one pass along each axis while their rows arrive: the fast path.
//!
//! A test checks that `blur` and `resize`, one after the other on the whole grid, agree to the rounding of `f32`.
//!
//! Columns go first. A row of the thumbnail is summed as soon as the last row that it needs arrives, so only the rows that one
//! row of the thumbnail depends on are held. Eight rows side by side then go through the sums along the rows.
//!
//! A thumbnail of at most half the size of another one is made from that one's rows, before they are rounded (`cascade`).

mod cascade;
mod sums;
mod target;

use super::weights::Weights;
use crate::geometry::Size;
use crate::options::{Exactness, Filter};
use crate::pixels::PlaneShape;
use crate::pixels::blur::{Kernel, missing_variance};
use cascade::Branch;
use sums::{ROWS, sum_across, sum_down};

pub(super) use target::PlaneTarget;

/// A reducer of one plane to several sizes while its rows arrive: a plane of a working grid, or of a thumbnail.
#[derive(Debug)]
pub(super) struct PlaneReducer {
    width: usize,
    height: usize,
    /// The latest rows: row `y` is at slot `y % slots`.
    ring: Vec<f32>,
    slots: usize,
    /// Rows pushed so far.
    next: usize,
    outputs: Vec<Output>,
}

/// The plane of one thumbnail.
#[derive(Debug)]
struct Output {
    /// The index of its target.
    index: usize,
    size: Size,
    down: Weights,
    across: Weights,
    /// Rows of the thumbnail in the width of the grid, up to [`ROWS`] of them.
    band: Vec<f32>,
    /// The columns of the band.
    columns: Vec<[f32; ROWS]>,
    /// Rows in `band`.
    waiting: usize,
    /// Rows summed so far.
    done: usize,
    /// The rows of the latest band, finished.
    rows: Vec<f32>,
    /// The reducer to smaller thumbnails.
    smaller: Option<Box<PlaneReducer>>,
}

impl PlaneReducer {
    /// Prepares to reduce a plane of this shape to each target.
    pub(super) fn new(shape: &PlaneShape, targets: &[PlaneTarget], filter: Filter) -> Self {
        Self::of_branches(shape, &cascade::branches(targets, filter), filter)
    }

    fn of_branches(shape: &PlaneShape, branches: &[Branch], filter: Filter) -> Self {
        let PlaneShape { size, covered, pitch, blurred } = shape;
        let (width, height) = (size.width as usize, size.height as usize);
        let output = |branch: &Branch| {
            let PlaneTarget { across, down, sigma } = branch.target;
            let kernel = |pitch, blurred| Kernel::of_variance(missing_variance(sigma, pitch, blurred), Exactness::Fast);
            let smaller = || Self::of_branches(&branch.shape(shape), &branch.smaller, filter);
            Output {
                index: branch.index,
                size: Size::new(across.count, down.count),
                down: Weights::new(height, covered.y, down, filter, &kernel(pitch.y, blurred.y)),
                across: Weights::new(width, covered.x, across, filter, &kernel(pitch.x, blurred.x)),
                band: vec![0.0; ROWS * width],
                columns: vec![[0.0; ROWS]; width],
                waiting: 0,
                done: 0,
                rows: vec![0.0; ROWS * across.count as usize],
                smaller: (!branch.smaller.is_empty()).then(|| Box::new(smaller())),
            }
        };
        let outputs: Vec<Output> = branches.iter().map(output).collect();
        let longest = outputs.iter().flat_map(|output| output.down.sums().map(|(_, taps)| taps.len())).max();
        let slots = longest.unwrap_or(1).max(1);
        Self { width, height, ring: vec![0.0; slots * width], slots, next: 0, outputs }
    }

    /// Takes the next row. Rows beyond the plane are ignored, and so are samples beyond its width. `take` receives the rows of
    /// thumbnails that are now finished, with the index of their target.
    pub(super) fn push(&mut self, row: &[f32], take: &mut dyn FnMut(usize, &[f32])) {
        if self.next == self.height {
            return;
        }
        let slot = self.next % self.slots * self.width;
        self.ring[slot..][..self.width].copy_from_slice(&row[..self.width]);
        self.next += 1;
        for output in &mut self.outputs {
            while let Some((first, taps)) = output.down.sum(output.done)
                && first + taps.len() <= self.next
            {
                let out = &mut output.band[output.waiting * self.width..][..self.width];
                sum_down(&self.ring, first % self.slots, taps, out);
                output.waiting += 1;
                output.done += 1;
                if output.waiting == ROWS || output.done == output.size.height as usize {
                    output.close_band(take);
                }
            }
        }
    }

    /// Pushes grey rows in place of those that never came, and so finishes.
    pub(super) fn finish(&mut self, take: &mut dyn FnMut(usize, &[f32])) {
        let missing = vec![MISSING; self.width];
        while self.next < self.height {
            self.push(&missing, take);
        }
    }
}

/// Sample in place of those that a damaged file lacks: mid-grey.
const MISSING: f32 = 128.0;

impl Output {
    /// Sums along the waiting rows, and hands on the finished ones.
    fn close_band(&mut self, take: &mut dyn FnMut(usize, &[f32])) {
        let width = self.size.width as usize;
        let rows = &mut self.rows[..self.waiting * width];
        sum_across(&self.band, &mut self.columns, &self.across, rows);
        self.waiting = 0;
        take(self.index, rows);
        if let Some(smaller) = &mut self.smaller {
            rows.chunks_exact(width).for_each(|row| smaller.push(row, take));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::weights::Extent;
    use super::*;
    use crate::geometry::{Factors, Frame, Span};
    use crate::pixels::blur;
    use crate::pixels::resize;
    use crate::pixels::{Axes, GridPlane, Model, Plane, WorkingGrid};

    fn reduce(grid: &GridPlane, target: Size, sigma: f64, filter: Filter) -> Vec<f32> {
        let mut reducer = PlaneReducer::new(&grid.shape(), &[PlaneTarget::of(&Frame::whole(target), sigma)], filter);
        let mut samples = Vec::new();
        (0..grid.plane.size.height as usize)
            .for_each(|y| reducer.push(grid.plane.row(y), &mut |_, rows| samples.extend_from_slice(rows)));
        samples
    }

    #[test]
    fn blur_and_resize_at_once_equal_one_after_the_other() {
        let mut tried = 0;
        for (width, height, target) in [(71, 53, (9, 7)), (40, 64, (33, 50)), (16, 16, (16, 16)), (5, 90, (1, 11))] {
            for sigma in [0.0, 2.0, 9.0] {
                for filter in [Filter::CatmullRom, Filter::Lanczos3, Filter::Mitchell, Filter::Bilinear, Filter::Box] {
                    let size = Size::new(width, height);
                    let samples = (0..size.pixels()).map(|i| (i * 2_654_435_761 % 256) as f32).collect();
                    let source = Size::new(width * 4, height * 4);
                    let mut plane = GridPlane::of_means(Plane { size, samples }, source, Factors::square(4));
                    plane.covered = Axes { x: f64::from(width) - 0.25, y: f64::from(height) - 0.75 };
                    let mut grid = WorkingGrid { model: Model::Grey, planes: vec![plane] };
                    let target = Size::new(target.0, target.1);

                    let at_once = reduce(&grid.planes[0], target, sigma, filter);
                    blur::blur(&mut grid, sigma, Exactness::Fast);
                    let apart = resize::resize(&grid, &Frame::whole(target), filter).unwrap();
                    for (one, other) in at_once.iter().zip(&apart.planes[0].samples) {
                        assert!((one - other).abs() < 0.01, "{size} to {target}, σ {sigma}, {filter:?}: {one} {other}");
                        tried += 1;
                    }
                }
            }
        }
        assert!(tried > 10_000, "{tried}");
    }

    /// Returns a plane of waves, long enough for the pixels of the smallest thumbnail.
    fn waves(size: Size, source: Size, factor: u32) -> GridPlane {
        let at = |n: u32, of: u32| f64::from(n) / f64::from(of) * std::f64::consts::TAU;
        let sample = |i: u64| {
            let i = i as u32;
            let (x, y) = (at(i % size.width, size.width), at(i / size.width, size.height));
            (128.0 + 40.0 * (2.0 * x + y).sin() + 30.0 * (x - 1.5 * y).cos()) as f32
        };
        let samples = (0..size.pixels()).map(sample).collect();
        GridPlane::of_means(Plane { size, samples }, source, Factors::square(factor))
    }

    /// Reduces the first rows of a plane to all targets at once, followed by grey ones.
    fn reduce_rows(grid: &GridPlane, rows: usize, targets: &[PlaneTarget], filter: Filter) -> Vec<Vec<f32>> {
        let mut planes = vec![Vec::new(); targets.len()];
        let mut reducer = PlaneReducer::new(&grid.shape(), targets, filter);
        let mut take = |index: usize, rows: &[f32]| planes[index].extend_from_slice(rows);
        (0..rows).for_each(|y| reducer.push(grid.plane.row(y), &mut take));
        reducer.finish(&mut take);
        planes
    }

    #[test]
    fn thumbnails_made_from_larger_ones_equal_those_made_alone() {
        let (size, cut) = (Size::new(260, 190), 120);
        let whole = |width, height, sigma| PlaneTarget::of(&Frame::whole(Size::new(width, height)), sigma);
        let halved = |width, height| PlaneTarget {
            across: Extent::of(Span::WHOLE, width).halved(true),
            down: Extent::of(Span::WHOLE, height).halved(false),
            sigma: 2.5,
        };
        let families = [
            vec![whole(131, 96, 0.5), whole(64, 47, 2.0), whole(16, 12, 2.0)],
            vec![whole(259, 189, 0.0), whole(21, 15, 2.0)],
            vec![halved(203, 149), halved(101, 75), halved(25, 19)],
        ];
        let mut tried = 0;
        for (factor, targets) in
            [1, 3].into_iter().flat_map(|factor| families.iter().map(move |family| (factor, family)))
        {
            let grid = waves(size, Size::new(260 * factor - factor / 2, 190 * factor), factor);
            for filter in [Filter::CatmullRom, Filter::Lanczos3] {
                assert_eq!(cascade::branches(targets, filter).len(), 1);
                for rows in [190, cut] {
                    let together = reduce_rows(&grid, rows, targets, filter);
                    for (target, plane) in targets.iter().zip(&together) {
                        let alone = &reduce_rows(&grid, rows, &[*target], filter)[0];
                        assert_eq!(plane.len(), (target.across.count * target.down.count) as usize);
                        assert_eq!(plane.len(), alone.len());
                        // Kernels differ at the sharp step to the grey of missing rows.
                        let compared = if rows == cut { plane.len() / 2 } else { plane.len() };
                        let apart = plane.iter().zip(alone).take(compared).map(|(one, other)| (one - other).abs());
                        let worst = apart.fold(0.0, f32::max);
                        // Half a pixel of the smallest one is 35; of halved ones, one may lie half outside (see `cascade`).
                        let most = if targets[0].across.share() > 1.0 { 35.0 * 2.0 * 0.04 } else { 0.75 };
                        assert!(worst < most, "{target:?} {filter:?} {factor}: {worst}");
                        tried += 1;
                    }
                }
            }
        }
        assert_eq!(tried, 2 * 2 * 2 * 8);
    }
}
