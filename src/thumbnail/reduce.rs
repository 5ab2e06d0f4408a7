//! Working grid → pixels of the thumbnail, blur and resize in one pass along each axis: the fast way. What `blur` and
//! `resize` do one after the other on the full grid is the same to the rounding of `f32`, held by test.
//!
//! Columns go first: their sums run over whole rows, which is what a processor adds fastest, and leave only as many rows
//! as the thumbnail has for the sums along the rows.

use pulp::{Arch, NullaryFnOnce};

use super::blur::{Kernel, missing_variance};
use super::pixels::{GridPlane, Picture, Plane, WorkingGrid};
use super::weights::Weights;
use crate::geometry::Size;
use crate::options::{Exactness, Filter};

/// Columns whose sums are formed together: as many as stay in registers.
const COLUMNS: usize = 32;

/// Rows of the thumbnail whose sums are formed together.
const ROWS: usize = 8;

/// Blurs every plane by what is missing to a Gaussian of standard deviation `sigma`, in source px, and resizes it to
/// `target`.
pub(super) fn reduce(grid: &WorkingGrid, target: Size, sigma: f64, filter: Filter) -> Picture {
    let planes = grid.planes.iter().map(|plane| reduce_plane(plane, target, sigma, filter)).collect();
    Picture { model: grid.model, size: target, planes }
}

fn reduce_plane(grid: &GridPlane, target: Size, sigma: f64, filter: Filter) -> Plane {
    let Plane { size, .. } = grid.plane;
    let kernel = |pitch, blurred| Kernel::of_variance(missing_variance(sigma, pitch, blurred), Exactness::Fast);
    let down = kernel(grid.pitch.y, grid.blurred.y);
    let down = Weights::new(size.height as usize, grid.covered.y, target.height, filter, &down);
    let across = kernel(grid.pitch.x, grid.blurred.x);
    let across = Weights::new(size.width as usize, grid.covered.x, target.width, filter, &across);

    let mut samples = vec![0.0; target.width as usize * target.height as usize];
    // The same sums in the widest vectors that this processor has.
    Arch::new().dispatch(Sums { plane: &grid.plane, down: &down, across: &across, out: &mut samples });
    Plane { size: target, samples }
}

/// All sums of a plane; compiled once for each kind of processor, so everything in it is inlined.
struct Sums<'a> {
    plane: &'a Plane,
    down: &'a Weights,
    across: &'a Weights,
    out: &'a mut [f32],
}

impl NullaryFnOnce for Sums<'_> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        let width = self.across.sums().count();
        // Rows of the thumbnail side by side: the sums along them are then vectors, with nothing left over.
        let mut columns = vec![[0.0; ROWS]; self.plane.size.width as usize];
        let mut rows = self.down.sums();
        for out in self.out.chunks_mut(ROWS * width) {
            for (lane, (first, taps)) in rows.by_ref().take(out.len() / width).enumerate() {
                sum_rows(self.plane, first, taps, &mut columns, lane);
            }
            for (x, (start, taps)) in self.across.sums().enumerate() {
                let mut sums = [0.0_f32; ROWS];
                for (tap, column) in taps.iter().zip(&columns[start..]) {
                    for lane in 0..ROWS {
                        sums[lane] += column[lane] * tap;
                    }
                }
                for (row, sum) in out.chunks_exact_mut(width).zip(sums) {
                    row[x] = sum;
                }
            }
        }
    }
}

/// The weighted sum of the rows from `first` on, as one of the lanes of `columns`.
#[inline(always)]
fn sum_rows(plane: &Plane, first: usize, taps: &[f32], columns: &mut [[f32; ROWS]], lane: usize) {
    let width = plane.size.width as usize;
    let rows = &plane.samples[first * width..];
    let (blocks, rest) = columns.as_chunks_mut::<COLUMNS>();
    for (block, out) in blocks.iter_mut().enumerate() {
        let mut sums = [0.0_f32; COLUMNS];
        for (row, tap) in rows.chunks_exact(width).zip(taps) {
            let samples: &[f32; COLUMNS] = row[block * COLUMNS..].first_chunk().expect("a block lies inside the row");
            for column in 0..COLUMNS {
                sums[column] += samples[column] * tap;
            }
        }
        out.iter_mut().zip(sums).for_each(|(column, sum)| column[lane] = sum);
    }
    let at = width - rest.len();
    for (x, column) in rest.iter_mut().enumerate() {
        column[lane] = rows.chunks_exact(width).zip(taps).map(|(row, tap)| row[at + x] * tap).sum();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::geometry::Factors;
    use crate::thumbnail::pixels::{Axes, Model};
    use crate::thumbnail::{blur, resize};

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

                    let at_once = reduce(&grid, target, sigma, filter);
                    blur::blur(&mut grid, sigma, Exactness::Fast);
                    let apart = resize::resize(&grid, target, filter).unwrap();
                    for (one, other) in at_once.planes[0].samples.iter().zip(&apart.planes[0].samples) {
                        assert!((one - other).abs() < 0.01, "{size} to {target}, σ {sigma}, {filter:?}: {one} {other}");
                        tried += 1;
                    }
                }
            }
        }
        assert!(tried > 10_000, "{tried}");
    }
}
