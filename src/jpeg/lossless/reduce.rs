//! Rows of samples, one after the other, become a [`Plane`] at a scale.

use super::super::depth::Depth;
use super::super::header::Header;
use super::super::plane::LEVEL;
use super::super::{Plane, Scale, Workspace};

/// Takes means of as many rows and columns as the scale says; at the right and the bottom of as many as there are.
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
    /// The sums of the plane's next row, and the number of rows added.
    sums: Vec<f32>,
    added: usize,
}

impl Reducer {
    /// Starts with a grey plane.
    pub(super) fn new(size: (usize, usize), scale: Scale, depth: Depth, workspace: &mut Workspace) -> Self {
        let factor = scale.factor() as usize;
        let (width, height) = (size.0.div_ceil(factor), size.1.div_ceil(factor));
        let mut samples = workspace.plane(width * height);
        samples.resize(width * height, LEVEL);
        Self { scale, depth, size, samples, width, next: 0, sums: vec![0.0; width], added: 0 }
    }

    /// Puts the next row, whose samples lack the low bits that the point transform took. What is beyond the image is
    /// dropped.
    pub(super) fn put(&mut self, row: &[u16], point_transform: u32) {
        let factor = self.scale.factor() as usize;
        if self.next < self.size.1 {
            let row = &row[..row.len().min(self.size.0)];
            for (sum, samples) in self.sums.iter_mut().zip(row.chunks(factor)) {
                let of_column = samples.iter().map(|&sample| f32::from(sample << point_transform)).sum::<f32>();
                *sum += of_column / samples.len() as f32;
            }
            self.added += 1;
        }
        self.advance();
    }

    /// Passes the next row, which is lost.
    pub(super) fn pass(&mut self) {
        self.advance();
    }

    fn advance(&mut self) {
        self.next += 1;
        if self.next.is_multiple_of(self.scale.factor() as usize) {
            self.finish_row();
        }
    }

    /// Makes a row of the plane of the sums; it stays grey where there are none.
    fn finish_row(&mut self) {
        let at = (self.next - 1) / self.scale.factor() as usize;
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
            self.finish_row();
        }
        let factor = f64::from(self.scale.factor());
        let (width, height) = header.component_size(component);
        let (box_width, box_height) = (width / factor, height / factor);
        let height = self.size.1.div_ceil(self.scale.factor() as usize);
        Plane { scale: self.scale, width: self.width, height, samples: self.samples, box_width, box_height }
    }
}
