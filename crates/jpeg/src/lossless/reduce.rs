//! Rows of samples, one after the other, become a [`Plane`] at a scale.

use super::super::depth::Depth;
use super::super::header::Header;
use super::super::plane::LEVEL;
use crate::plane::Plane;
use crate::scale::Scale;
use crate::workspace::Workspace;

/// Eighths of a source sample that a sample of the coarsest plane has along one axis.
const WHOLE: usize = 8;

/// Takes means of boxes as large as the scale says; at the right and the bottom of as much as there is. Lengths are counted
/// so that a sample of the plane is 8 long and one of the image as long as a block has samples, which makes all of them whole.
#[derive(Debug)]
pub(super) struct Reducer {
    scale: Scale,
    depth: Depth,
    /// Samples of a row, and rows.
    size: (usize, usize),
    samples: Vec<f32>,
    /// Samples of a row of the plane.
    width: usize,
    /// The row that comes next.
    next: usize,
    /// The means along the last row.
    across: Vec<f32>,
    /// The sums of the plane's next row, and the length of what was added.
    sums: Vec<f32>,
    added: usize,
}

impl Reducer {
    /// Starts with a grey plane.
    pub(super) fn new(header: &Header, component: usize, scale: Scale, workspace: &mut Workspace) -> Self {
        let (size, depth) = (header.size_at(component, Scale::Full), Depth::of(header, component));
        let (width, height) = header.size_at(component, scale);
        let mut samples = workspace.plane(width * height);
        samples.resize(width * height, LEVEL);
        let [across, sums] = [(); 2].map(|()| vec![0.0; width]);
        Self { scale, depth, size, samples, width, next: 0, across, sums, added: 0 }
    }

    /// Puts the next row, whose samples lack the low bits that the point transform took. What is beyond the image is
    /// dropped.
    pub(super) fn put(&mut self, row: &[u16], point_transform: u32) {
        let is_inside = self.next < self.size.1;
        if is_inside {
            let row = &row[..row.len().min(self.size.0)];
            mean_across(row, point_transform, self.scale.samples(), &mut self.across);
        }
        self.advance(is_inside);
    }

    /// Passes the next row, which is lost.
    pub(super) fn pass(&mut self) {
        self.advance(false);
    }

    fn advance(&mut self, adds: bool) {
        let side = self.scale.samples();
        let start = self.next * side;
        let boundary = (start / WHOLE + 1) * WHOLE;
        let end = start + side;
        self.next += 1;
        if adds {
            self.add(end.min(boundary) - start);
        }
        if end >= boundary {
            self.finish_row(boundary / WHOLE - 1);
            if adds && end > boundary {
                self.add(end - boundary);
            }
        }
    }

    /// Adds this much of the last row.
    fn add(&mut self, length: usize) {
        let weight = length as f32;
        self.sums.iter_mut().zip(&self.across).for_each(|(sum, mean)| *sum += mean * weight);
        self.added += length;
    }

    /// Makes a row of the plane of the sums; it stays grey where there are none.
    fn finish_row(&mut self, at: usize) {
        let row = self.samples.chunks_exact_mut(self.width.max(1)).nth(at);
        if let Some(row) = row.filter(|_| self.added > 0) {
            for (sample, sum) in row.iter_mut().zip(&self.sums) {
                *sample = self.depth.apply(*sum / self.added as f32);
            }
        }
        self.sums.fill(0.0);
        self.added = 0;
    }

    /// Returns the plane.
    pub(super) fn finish(mut self, header: &Header, component: usize) -> Plane {
        if self.added > 0 {
            self.finish_row(self.next * self.scale.samples() / WHOLE);
        }
        let (width, height) = header.component_size(component);
        let (box_width, box_height) = (self.scale.reduce(width), self.scale.reduce(height));
        let height = self.samples.len() / self.width.max(1);
        Plane { scale: self.scale, width: self.width, height, samples: self.samples, box_width, box_height }
    }
}

/// Takes means along a row whose samples are `side` long.
fn mean_across(row: &[u16], point_transform: u32, side: usize, means: &mut [f32]) {
    for (x, mean) in means.iter_mut().enumerate() {
        let (start, end) = (x * WHOLE, ((x + 1) * WHOLE).min(row.len() * side));
        let mut sum = 0.0;
        let first = start / side;
        for (at, &sample) in (first..).zip(&row[first.min(row.len())..end.div_ceil(side)]) {
            let length = end.min((at + 1) * side) - start.max(at * side);
            sum += f32::from(sample << point_transform) * length as f32;
        }
        *mean = sum / end.saturating_sub(start).max(1) as f32;
    }
}
