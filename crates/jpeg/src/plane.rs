//! Assembles blocks of samples into rows, without the padding of MCUs.

use std::fmt;

use super::damage::Damage;
use super::depth::Depth;
use super::header::Header;
use super::idct::{self, Weights};
use super::turn::{Plain, Tile};
use crate::scale::Scale;
use crate::workspace::Workspace;

/// The samples of one component at one scale.
#[derive(Clone, Debug, PartialEq)]
pub struct Plane {
    /// Scale at which the component was decoded.
    pub scale: Scale,
    /// Samples in a row: `box_width` rounded up. Rows follow each other without gaps.
    pub width: usize,
    /// Number of rows: `box_height` rounded up.
    pub height: usize,
    /// Samples in rows from the top, nominally 0 to 255, neither rounded nor clamped.
    pub samples: Vec<f32>,
    /// Exact width of the image's area in samples, from the left edge. The rest of the last column is padding.
    pub box_width: f64,
    /// Exact height of the image's area in samples, from the top edge. The rest of the last row is padding.
    pub box_height: f64,
}

/// A decoded image.
#[derive(Clone, Debug, PartialEq)]
pub struct Image {
    /// Properties that the file states.
    pub header: Header,
    /// Planes of the components, in the frame's order.
    pub planes: Vec<Plane>,
    /// Damage; `None` if the file is intact.
    pub damage: Option<Damage>,
}

/// Level shift of a transform's output (T.81, A.3.1).
pub(crate) const LEVEL: f32 = 128.0;

/// A sink for the rows of one component, from the top, without padding.
///
/// It receives as many rows as the component has at its [`Scale`], each as long as the component is wide.
pub trait Rows {
    /// Receives the next row. Samples are nominally 0 to 255, neither rounded nor clamped.
    fn push(&mut self, row: &[f32]);
}

/// The decoder's window of a component: the rows of one row of MCUs, with the padding of whole blocks.
///
/// Blocks arrive row by row. The first block of the next row of MCUs makes the window pass on its rows and advance.
/// Blocks of a second scan are ignored.
pub(crate) struct Raster<'s> {
    pub(crate) scale: Scale,
    /// Rows from `first` on, each of `stride` samples.
    window: Vec<f32>,
    stride: usize,
    first: usize,
    /// Width and height without padding, in samples.
    size: (usize, usize),
    /// Conversion of samples of more than 8 bits; `None` for 8 bits and fewer.
    depth: Option<Depth>,
    sink: &'s mut dyn Rows,
}

impl<'s> Raster<'s> {
    /// Returns a grey window of the first row of MCUs.
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

    /// Returns the position of row `y` in the window; `None` if the row was passed on already.
    #[inline(always)]
    fn place(&mut self, y: usize) -> Option<usize> {
        let mut at = y.wrapping_sub(self.first).wrapping_mul(self.stride);
        if at >= self.window.len() {
            self.advance_to(y);
            at = y.checked_sub(self.first)? * self.stride;
        }
        Some(at)
    }

    /// Passes on rows until row `y` is in the window.
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

    /// Returns row `y` and the rows below it, each from `x` to its end.
    pub(crate) fn rows_from<const N: usize>(&mut self, x: usize, y: usize) -> [&mut [f32]; N] {
        let at = self.place(y).unwrap_or(usize::MAX);
        let rows = self.window.get_mut(at..).unwrap_or_default();
        let mut rows = rows.chunks_mut(self.stride.max(1));
        [(); N].map(|()| rows.next().and_then(|row| row.get_mut(x..)).unwrap_or_default())
    }

    /// Sets a block from its coefficients in zigzag order.
    pub(crate) fn put_coefficients(&mut self, x: usize, y: usize, values: &[i16; 64], weights: &Weights) {
        self.put_weighted(x, y, weights.spread(values));
    }

    /// Sets a block from the transform's input. `x` and `y` count blocks.
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

    /// Sets a block to grey, as libjpeg does with unreadable blocks.
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

    /// Passes on the remaining rows, grey if no scan contained them. Later blocks are ignored.
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

/// A sink that collects rows into a plane.
#[derive(Debug)]
pub(crate) struct Collector {
    samples: Vec<f32>,
}

impl Collector {
    /// Allocates the samples of a component at a scale.
    pub(crate) fn new(header: &Header, component: usize, scale: Scale, workspace: &mut Workspace) -> Self {
        let (width, height) = header.size_at(component, scale);
        Self { samples: workspace.plane(width * height) }
    }

    /// Returns the plane after the last row.
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
