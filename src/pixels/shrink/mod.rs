//! Reduces arriving rows of the source to the working grid by box means.
//!
//! Each working pixel is the mean of a block of source pixels; where the image's edge cuts a block, of those that
//! exist. Only the grid and the sums of one of its rows are held, or only the sums if its rows are passed on. The passes of
//! an interlaced image add to the grid one after the other.

#[cfg(any(feature = "exr", feature = "heic", feature = "avif"))]
mod blocks;
mod sums;

use super::scene;
use super::{Model, PlaneShape, WorkingGrid};
use crate::geometry::{Factors, Size};
use crate::options::Exposure;
#[cfg(any(feature = "exr", feature = "heic", feature = "avif"))]
pub(crate) use blocks::BlockSums;
use sums::{Columns, RowSums};

/// A reducer of the rows of an image to the working grid.
pub(crate) struct BoxReducer<'r> {
    source: Size,
    model: Model,
    factors: Factors,
    light: Option<Exposure>,
    grid: Size,
    /// The passes in which the rows come, and the working rows' shares of each.
    passes: &'static [Pass],
    shares: Vec<Share>,
    /// The next row: its pass, and the number of rows before it in that pass.
    pass: usize,
    line: u32,
    /// The rows since the last working row that was added to the grid.
    sums: RowSums,
    cells: Vec<f32>,
    rows: u32,
    out: Out<'r>,
}

/// A receiver of working rows, with the index of their plane.
pub(crate) type TakeRow<'r> = &'r mut dyn FnMut(usize, &[f32]);

/// The destination of working rows.
enum Out<'r> {
    /// Sums of working pixels, a plane for each channel, as far down as rows have come.
    Planes(Vec<Vec<f32>>),
    Rows(PassedOn<'r>),
}

/// Working rows that are passed on.
struct PassedOn<'r> {
    take: TakeRow<'r>,
    /// The number of rows that were passed on.
    rows: u32,
    row: Vec<f32>,
    /// The number of pixels in each working pixel of a row, and the rows of the image for which it was computed.
    counts: Vec<f32>,
    height: u32,
}

/// The pixels of one pass: every `across`th column from `left` on, of every `down`th row from `top` on.
#[derive(Debug)]
struct Pass {
    left: u32,
    top: u32,
    across: u32,
    down: u32,
}

/// Number of pixels of a pass in each working pixel: columns times rows.
#[derive(Debug)]
struct Share {
    widths: Vec<u32>,
    heights: Vec<u32>,
}

const WHOLE: [Pass; 1] = [Pass::new(0, 0, 1, 1)];

/// Adam7 (PNG, third edition, 8.1).
const ADAM7: [Pass; 7] = [
    Pass::new(0, 0, 8, 8),
    Pass::new(4, 0, 8, 8),
    Pass::new(0, 4, 4, 8),
    Pass::new(2, 0, 4, 4),
    Pass::new(0, 2, 2, 4),
    Pass::new(1, 0, 2, 2),
    Pass::new(0, 1, 1, 2),
];

impl Pass {
    const fn new(left: u32, top: u32, across: u32, down: u32) -> Self {
        Self { left, top, across, down }
    }

    /// Returns the pixels in each of its rows, and the number of rows.
    const fn size(&self, source: Size) -> Size {
        let width = source.width.saturating_sub(self.left).div_ceil(self.across);
        let height = source.height.saturating_sub(self.top).div_ceil(self.down);
        if width == 0 || height == 0 { Size::new(0, 0) } else { Size::new(width, height) }
    }

    const fn columns(&self, source: Size) -> Columns {
        Columns { first: self.left, step: self.across, count: self.size(source).width }
    }

    /// Returns the image's row that is the pass's row `line`.
    const fn row(&self, line: u32) -> u32 {
        self.top + line * self.down
    }
}

impl<'r> BoxReducer<'r> {
    /// Returns a reducer of rows that come from the top down.
    pub(crate) fn new(source: Size, model: Model, factors: Factors) -> Self {
        Self::of_passes(source, model, factors, &WHOLE)
    }

    /// Returns a reducer of rows that come from the top down. It passes on each working row as soon as it is complete.
    pub(crate) fn passing_on(source: Size, model: Model, factors: Factors, take: TakeRow<'r>) -> Self {
        Self {
            out: Out::Rows(PassedOn { take, rows: 0, row: Vec::new(), counts: Vec::new(), height: 0 }),
            ..Self::of_passes(source, model, factors, &WHOLE)
        }
    }

    /// Returns a reducer of rows of scene-linear light. They come from the top down through [`Self::push_row`].
    #[cfg_attr(not(feature = "formats"), allow(dead_code, reason = "only some formats hold light"))]
    pub(crate) fn of_scene(source: Size, model: Model, factors: Factors, exposure: Exposure) -> Self {
        Self { light: Some(exposure), ..Self::new(source, model, factors) }
    }

    /// Returns a reducer of the rows of Adam7's passes. Passes come one after the other, without empty ones.
    pub(crate) fn interlaced(source: Size, model: Model, factors: Factors) -> Self {
        Self::of_passes(source, model, factors, &ADAM7)
    }

    fn of_passes(source: Size, model: Model, factors: Factors, passes: &'static [Pass]) -> Self {
        let grid = factors.grid(source);
        let sums = RowSums::new(model, passes[0].columns(source), factors.across, grid.width);
        Self {
            source,
            model,
            factors,
            light: None,
            grid,
            passes,
            shares: vec![Share { widths: sums.widths().to_vec(), heights: vec![0; grid.height as usize] }],
            pass: 0,
            line: 0,
            sums,
            cells: vec![0.0; grid.width as usize * model.planes()],
            rows: 0,
            out: Out::Planes(vec![Vec::new(); model.planes()]),
        }
    }

    /// Returns the pixels of the next row. `None` after the last row.
    pub(crate) fn row_pixels(&self) -> Option<usize> {
        Some(self.passes.get(self.pass)?.size(self.source).width as usize)
    }

    /// Returns the rows of the image, from the top, that the first pass has reached. Each of its rows stands for those
    /// that it skips.
    pub(crate) fn rows_there(&self) -> u32 {
        let lines = if self.pass == 0 { self.line } else { self.source.height };
        lines.saturating_mul(self.passes[0].down).min(self.source.height)
    }

    /// Takes the next row: interleaved samples from 0 to 255, alpha last and not yet multiplied in. The row is left
    /// changed.
    pub(crate) fn push_row(&mut self, row: &mut [f32]) {
        if self.light == Some(Exposure::AsIs) {
            scene::code_row(row, self.model);
        }
        match self.model {
            Model::GreyAlpha => premultiply(row.as_chunks_mut::<2>().0),
            Model::RgbAlpha => premultiply(row.as_chunks_mut::<4>().0),
            _ => {}
        }
        self.push(|sums, _| sums.add_floats(row));
    }

    /// Takes the next row like [`Self::push_row`], of samples that are 255 where those are.
    pub(crate) fn push_bytes(&mut self, row: &[u8]) {
        self.push(|sums, cells| sums.add_bytes(row, cells));
    }

    /// Takes the next row like [`Self::push_row`], of samples that are 65535 where those are 255.
    pub(crate) fn push_words(&mut self, row: &[u16]) {
        self.push(|sums, cells| sums.add_words(row, cells));
    }

    /// Adds a row, unless all rows of the image have come.
    fn push(&mut self, add: impl FnOnce(&mut RowSums, &mut [f32])) {
        let Some(pass) = self.passes.get(self.pass) else { return };
        add(&mut self.sums, &mut self.cells);
        self.rows += 1;
        self.line += 1;
        let is_last = self.line == pass.size(self.source).height;
        if is_last || pass.row(self.line) / self.factors.down > pass.row(self.line - 1) / self.factors.down {
            self.close_row();
        }
        if is_last {
            self.begin_next_pass();
        }
    }

    fn begin_next_pass(&mut self) {
        self.line = 0;
        self.pass += 1;
        while self.passes.get(self.pass).is_some_and(|pass| pass.size(self.source).pixels() == 0) {
            self.pass += 1;
        }
        if let Some(pass) = self.passes.get(self.pass) {
            self.sums = RowSums::new(self.model, pass.columns(self.source), self.factors.across, self.grid.width);
            let heights = vec![0; self.grid.height as usize];
            self.shares.push(Share { widths: self.sums.widths().to_vec(), heights });
        }
    }

    /// Adds the rows since the last call to the working row that they lie in.
    fn close_row(&mut self) {
        let y = (self.passes[self.pass].row(self.line - 1) / self.factors.down) as usize;
        self.sums.fold(&mut self.cells);
        let share = self.shares.last_mut().expect("of the pass that the rows are of");
        share.heights[y] += std::mem::take(&mut self.rows);
        let (channels, width) = (self.model.planes(), self.grid.width as usize);
        let sums = |channel: usize| self.cells[channel..].iter().step_by(channels).copied();
        match &mut self.out {
            Out::Planes(planes) => {
                for (channel, plane) in planes.iter_mut().enumerate() {
                    // A lack of memory shows when the rows come, if they do: the size is only a header's claim.
                    if plane.capacity() == 0 {
                        let _ = plane.try_reserve_exact(width * self.grid.height as usize);
                    }
                    if plane.len() == y * width {
                        plane.extend(sums(channel));
                    } else {
                        plane.resize(plane.len().max((y + 1) * width), 0.0);
                        plane[y * width..][..width].iter_mut().zip(sums(channel)).for_each(|(cell, sum)| *cell += sum);
                    }
                }
            }
            Out::Rows(PassedOn { take, rows, row, counts, height }) => {
                if *height != share.heights[y] {
                    *height = share.heights[y];
                    counts.clear();
                    counts.extend(share.widths.iter().map(|width| to_f32(u64::from(*width) * u64::from(*height))));
                }
                for channel in 0..channels {
                    row.clear();
                    row.extend(sums(channel));
                    if self.factors != Factors::ONE {
                        row.iter_mut().zip(&*counts).for_each(|(sample, count)| *sample /= count);
                    }
                    take(channel, row);
                }
                *rows += 1;
            }
        }
        self.cells.fill(0.0);
    }

    /// Passes on the last row, and rows of 0 in place of missing ones.
    pub(crate) fn pass_on_rest(mut self) {
        if self.rows > 0 {
            self.close_row();
        }
        if let Out::Rows(PassedOn { take, rows, row, .. }) = &mut self.out {
            row.clear();
            row.resize(self.grid.width as usize, 0.0);
            for _ in *rows..self.grid.height {
                (0..self.model.planes()).for_each(|channel| take(channel, row));
            }
        }
    }

    /// Returns the grid, once every row was pushed. Where rows are missing, a pixel of an interlaced image repeats its
    /// neighbour to the left or above, as far down as the first pass came; other missing pixels are 0. Rows that were passed
    /// on are not in it.
    pub(crate) fn finish(mut self) -> WorkingGrid {
        if self.rows > 0 {
            self.close_row();
        }
        let mut planes = match &mut self.out {
            Out::Planes(planes) => std::mem::take(planes),
            Out::Rows(..) => Vec::new(),
        };
        for plane in &mut planes {
            plane.resize(self.grid.width as usize * self.grid.height as usize, 0.0);
        }
        // Otherwise the sums are of one pixel each.
        if self.factors != Factors::ONE || self.passes.len() > 1 {
            self.divide(&mut planes);
        }
        let shape = PlaneShape::of_means(self.source, self.factors);
        WorkingGrid { model: self.model, planes: planes.into_iter().map(|samples| shape.with(samples)).collect() }
    }

    /// Turns the sums into means.
    fn divide(&self, planes: &mut [Vec<f32>]) {
        let width = self.grid.width as usize;
        let known = self.known_rows();
        let mut counts = vec![0; width];
        for y in 0..self.grid.height as usize {
            counts.fill(0);
            for Share { widths, heights } in self.shares.iter().filter(|share| share.heights[y] > 0) {
                counts
                    .iter_mut()
                    .zip(widths)
                    .for_each(|(count, width)| *count += u64::from(*width) * u64::from(heights[y]));
            }
            let is_empty = counts.iter().all(|count| *count == 0);
            for plane in &mut *planes {
                if !is_empty {
                    divide_row(&mut plane[y * width..][..width], &counts);
                } else if 0 < y && y < known {
                    plane.copy_within((y - 1) * width..y * width, y * width);
                }
            }
        }
    }

    /// Returns the working rows, from the top, that the first pass reached.
    fn known_rows(&self) -> usize {
        self.rows_there().div_ceil(self.factors.down.get()) as usize
    }
}

fn divide_row(row: &mut [f32], counts: &[u64]) {
    let mut left = 0.0;
    for (sample, count) in row.iter_mut().zip(counts) {
        *sample = if *count > 0 { *sample / to_f32(*count) } else { left };
        left = *sample;
    }
}

#[expect(clippy::cast_precision_loss, reason = "24 bits of a mean are more than a thumbnail shows")]
const fn to_f32(count: u64) -> f32 {
    count as f32
}

fn premultiply<const N: usize>(pixels: &mut [[f32; N]]) {
    for pixel in pixels {
        let alpha = pixel[N - 1] * (1.0 / 255.0);
        for color in &mut pixel[..N - 1] {
            *color *= alpha;
        }
    }
}

#[cfg(test)]
mod tests;
