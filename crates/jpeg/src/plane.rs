//! Turns blocks of samples around 0 into rows of samples around 128, without the padding that fills up MCUs.

use std::fmt;

use super::damage::Damage;
use super::depth::Depth;
use super::header::Header;
use super::idct::{self, Weights};
use super::turn::{Plain, Tile};
use crate::scale::Scale;
use crate::workspace::Workspace;

/// One component's samples at one scale.
#[derive(Clone, Debug, PartialEq)]
pub struct Plane {
    /// How much smaller than the component's own grid.
    pub scale: Scale,
    /// Samples in a row; the rows follow each other without gaps. `box_width`, rounded up.
    pub width: usize,
    /// Number of rows. `box_height`, rounded up.
    pub height: usize,
    /// Samples in rows from the top, nominally 0 to 255, neither rounded nor clamped.
    pub samples: Vec<f32>,
    /// The real-valued width in samples that the picture covers, from the left edge: the rest of the last column is padding.
    pub box_width: f64,
    /// The real-valued height in samples that the picture covers, from the top edge.
    pub box_height: f64,
}

/// A decoded image.
#[derive(Clone, Debug, PartialEq)]
pub struct Image {
    /// The facts that the file states about it.
    pub header: Header,
    /// One plane per component, in the frame's order.
    pub planes: Vec<Plane>,
    /// The damage to it, if any.
    pub damage: Option<Damage>,
}

/// What is added to a transform's output (T.81, A.3.1).
pub(crate) const LEVEL: f32 = 128.0;

/// Receives the rows of one component, one after the other from the top, without padding.
pub trait Rows {
    /// Takes the next row. Samples are nominally 0 to 255, neither rounded nor clamped.
    fn push(&mut self, row: &[f32]);
}

/// A component while it is decoded: the rows of one row of MCUs, whole blocks with their padding. As soon as a block of the
/// next ones is set, they are handed on. Blocks come row by row; of a second scan, none is taken.
pub(crate) struct Raster<'s> {
    pub(crate) scale: Scale,
    /// The rows from `first` on, each `stride` samples.
    window: Vec<f32>,
    stride: usize,
    first: usize,
    /// Width and height without padding.
    size: (usize, usize),
    /// What samples of another precision than 8 bits need.
    depth: Option<Depth>,
    sink: &'s mut dyn Rows,
}

impl<'s> Raster<'s> {
    /// Starts with the first row of MCUs, grey.
    pub(crate) fn new(header: &Header, component: usize, scale: Scale, sink: &'s mut dyn Rows) -> Self {
        let side = scale.samples();
        let stride = header.padded_blocks(component).0 * side;
        let rows = usize::from(header.components[component].v) * side;
        Self {
            scale,
            window: vec![LEVEL; stride * rows],
            stride,
            first: 0,
            size: header.size_at(component, scale),
            depth: (header.precision > 8).then(|| Depth::of(header, component)),
            sink,
        }
    }

    /// Returns where row `y` is in the window; `None` if it was handed on.
    #[inline(always)]
    fn place(&mut self, y: usize) -> Option<usize> {
        let mut at = y.wrapping_sub(self.first).wrapping_mul(self.stride);
        if at >= self.window.len() {
            self.advance_to(y);
            at = y.checked_sub(self.first)? * self.stride;
        }
        Some(at)
    }

    /// Hands rows on until row `y` is in the window.
    #[inline(never)]
    fn advance_to(&mut self, y: usize) {
        let rows = self.window.len() / self.stride.max(1);
        while rows > 0 && y >= self.first + rows && self.first < self.size.1 {
            self.hand_on(rows);
            if y >= self.first + rows {
                self.window.fill(LEVEL);
            }
        }
    }

    fn hand_on(&mut self, rows: usize) {
        let there = self.size.1.saturating_sub(self.first).min(rows);
        for row in self.window.chunks_exact_mut(self.stride.max(1)).take(there) {
            let row = &mut row[..self.size.0];
            if let Some(depth) = self.depth {
                depth.stretch(row);
            }
            self.sink.push(row);
        }
        self.first += rows;
    }

    /// The samples of row `y`, and of those below it, from `x` to the end of the row.
    pub(crate) fn rows_from<const N: usize>(&mut self, x: usize, y: usize) -> [&mut [f32]; N] {
        let at = self.place(y).unwrap_or(usize::MAX);
        let rows = self.window.get_mut(at..).unwrap_or_default();
        let mut rows = rows.chunks_mut(self.stride.max(1));
        [(); N].map(|()| rows.next().and_then(|row| row.get_mut(x..)).unwrap_or_default())
    }

    /// Sets a block to what its coefficients in zigzag order give.
    pub(crate) fn put_coefficients(&mut self, x: usize, y: usize, values: &[i16; 64], weights: &Weights) {
        self.put_weighted(x, y, weights.spread(values));
    }

    /// Sets a block to what the transform's input gives; x and y count blocks.
    #[inline(always)]
    pub(crate) fn put_weighted(&mut self, x: usize, y: usize, mut tile: Tile) {
        tile[0][0] += LEVEL;
        match self.scale {
            Scale::Full => self.put::<8>(x, y, tile),
            Scale::SixEighths => self.put::<6>(x, y, tile),
            Scale::FiveEighths => self.put::<5>(x, y, tile),
            Scale::Half => self.put::<4>(x, y, tile),
            Scale::ThreeEighths => self.put::<3>(x, y, tile),
            Scale::Quarter => self.put::<2>(x, y, tile),
            Scale::Eighth => self.put::<1>(x, y, tile),
        }
    }

    #[inline(always)]
    fn put<const N: usize>(&mut self, x: usize, y: usize, tile: Tile) {
        let samples = idct::transform::<N>(Plain, tile);
        let Some(at) = self.place(y * N) else { return };
        let Some(target) = self.window.get_mut(at + x * N..) else { return };
        for (to, from) in target.chunks_mut(self.stride.max(1)).zip(&samples[..N]) {
            if let (Some(to), Some(from)) = (to.first_chunk_mut::<N>(), from.first_chunk::<N>()) {
                *to = *from;
            }
        }
    }

    /// Sets a block to grey, as libjpeg leaves blocks that it could not read.
    pub(crate) fn grey(&mut self, x: usize, y: usize) {
        let side = self.scale.samples();
        let Some(at) = self.place(y * side) else { return };
        let Some(target) = self.window.get_mut(at + x * side..) else { return };
        for row in target.chunks_mut(self.stride.max(1)).take(side) {
            if let Some(row) = row.get_mut(..side) {
                row.fill(LEVEL);
            }
        }
    }

    /// Hands on what is left; rows that no scan had are grey. From then on nothing is taken.
    pub(crate) fn finish(&mut self) {
        let rows = self.window.len() / self.stride.max(1);
        while rows > 0 && self.first < self.size.1 {
            self.hand_on(rows);
            self.window.fill(LEVEL);
        }
    }
}

impl fmt::Debug for Raster<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Raster").field("scale", &self.scale).field("first", &self.first).finish_non_exhaustive()
    }
}

/// Collects rows into a plane.
#[derive(Debug)]
pub(crate) struct Collector {
    samples: Vec<f32>,
}

impl Collector {
    /// Makes room for a component at a scale.
    pub(crate) fn new(header: &Header, component: usize, scale: Scale, workspace: &mut Workspace) -> Self {
        let (width, height) = header.size_at(component, scale);
        Self { samples: workspace.plane(width * height) }
    }

    /// Returns the plane, once all rows were pushed.
    pub(crate) fn finish(self, header: &Header, component: usize, scale: Scale) -> Plane {
        let (box_width, box_height) = header.component_size(component);
        let (box_width, box_height) = (scale.reduce(box_width), scale.reduce(box_height));
        let (width, height) = header.size_at(component, scale);
        Plane { scale, width, height, samples: self.samples, box_width, box_height }
    }
}

impl Rows for Collector {
    fn push(&mut self, row: &[f32]) {
        self.samples.extend_from_slice(row);
    }
}
