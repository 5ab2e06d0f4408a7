//! Reduces tiles to the working grid, plane by plane. Each working px is the mean of the samples that it covers, from
//! any tile. Chroma keeps its own sampling, on a grid as coarse as luma's or a little coarser.

use std::num::NonZeroU32;
use std::ops::{ControlFlow, Range};

use super::coded::{Receiver, Rows, Shape};
use super::coding::{Channels, Coding, Levels};
use super::decoder::Decoder;
use super::losses::Losses;
use super::rows::{self, CodingOf};
use crate::container::{CodedItem, HeifImage, Window};
use crate::formats::error::{DecodeError, damaged};
use crate::geometry::Factors;
use crate::outcome::Damage;
use crate::pixels::shrink::BlockSums;
use crate::pixels::{Axes, GridPlane, Model, WorkingGrid};

/// Decodes an opaque image and reports missing tiles, as long as one is present.
pub(super) fn decode(
    decoder: &mut Decoder<'_>,
    picture: &HeifImage,
    factors: Factors,
    coding_of: &mut CodingOf<'_>,
) -> Result<(WorkingGrid, Option<Damage>), DecodeError> {
    let mut sums: Option<Sums> = None;
    let mut missing = Vec::new();
    let mut losses = Losses::default();
    for (index, item) in (0_u32..).zip(&picture.tiles) {
        let at = (index % picture.columns * item.size.0, index / picture.columns * item.size.1);
        if !is_seen(at, item, &picture.window) {
            continue;
        }
        let mut tile =
            Tile { sums: &mut sums, coding_of, window: picture.window, factors, at, size: item.size, rows: 0 };
        let passed = decoder.pass(item, &mut tile);
        let rows = tile.rows;
        match losses.count(item, passed)? {
            // Samples that can't be averaged, or whose meaning differs between tiles, become colours first.
            Some(ControlFlow::Break(())) => return rows::decode_opaque(decoder, picture, factors, coding_of),
            Some(ControlFlow::Continue(damage)) => losses.add_damage(item, damage.as_ref()),
            None => {}
        }
        if rows < item.size.1 {
            missing.push(((at.0, at.1 + rows), (item.size.0, item.size.1 - rows)));
        }
    }
    let damage = losses.finish(picture.tiles.len())?;
    let Some(mut sums) = sums else { return Err(damaged("no tile lies in the image")) };
    for (at, size) in &missing {
        sums.fill(*at, *size);
    }
    Ok((sums.finish(), damage))
}

/// A receiver that adds the rows of a tile to the sums.
struct Tile<'a, 'c> {
    sums: &'a mut Option<Sums>,
    coding_of: &'a mut CodingOf<'c>,
    window: Window,
    factors: Factors,
    /// The tile's place in the image, and the part of it that belongs to the image.
    at: (u32, u32),
    size: (u32, u32),
    /// Luma rows received.
    rows: u32,
}

impl Receiver for Tile<'_, '_> {
    fn begin(&mut self, shape: &Shape) -> Result<ControlFlow<()>, DecodeError> {
        let coding = (self.coding_of)(shape)?;
        if !coding.channels.has_planes() {
            return Ok(ControlFlow::Break(()));
        }
        let sums = self.sums.get_or_insert_with(|| Sums::new(self.window, self.factors, coding, shape));
        Ok(if sums.fits(coding, shape) { ControlFlow::Continue(()) } else { ControlFlow::Break(()) })
    }

    fn take(&mut self, plane: usize, top: usize, rows: Rows<'_>) {
        if plane == 0 {
            self.rows = u32::try_from(top + rows.count()).unwrap_or(u32::MAX);
        }
        let sums = self.sums.as_mut().and_then(|sums| sums.planes.get_mut(plane));
        if let Some(sums) = sums {
            sums.add(self.at, self.size, top..top + rows.count(), |y, left, row: &mut [i32]| {
                rows.add_row(y - top, left, row);
            });
        }
    }
}

fn is_seen((left, top): (u32, u32), item: &CodedItem, window: &Window) -> bool {
    left < window.left + window.width
        && top < window.top + window.height
        && left + item.size.0 > window.left
        && top + item.size.1 > window.top
}

/// Most rows of 16-bit samples that fit in a sum of columns.
const MOST_ROWS: usize = 1 << 15;

/// The sums of all planes.
struct Sums {
    coding: Coding,
    window: Window,
    ratio: (u32, u32),
    planes: Vec<PlaneSums>,
}

/// The sums of one plane, one for each working px.
struct PlaneSums {
    levels: Levels,
    /// Samples of this plane for each working px, along and down.
    factor: (usize, usize),
    /// Luma samples for each sample of this plane.
    ratio: (u32, u32),
    /// The image's window, in samples of this plane.
    left: usize,
    top: usize,
    width: usize,
    height: usize,
    sums: BlockSums,
    /// Sums of columns for one row of working px.
    row: Vec<i32>,
}

impl Sums {
    fn new(window: Window, factors: Factors, coding: Coding, shape: &Shape) -> Self {
        let planes = shape.depths.iter().enumerate().map(|(index, depth)| {
            let ratio = if index == 0 { (1, 1) } else { shape.ratio };
            PlaneSums::new(window, ratio, factors, coding.levels(index, *depth))
        });
        Self { coding, window, ratio: shape.ratio, planes: planes.collect() }
    }

    /// Returns whether the planes of a tile match those of the others.
    fn fits(&self, coding: Coding, shape: &Shape) -> bool {
        let levels = shape.depths.iter().enumerate().map(|(index, depth)| self.coding.levels(index, *depth));
        let is_same = coding.channels == self.coding.channels && shape.ratio == self.ratio;
        is_same && levels.eq(self.planes.iter().map(|plane| plane.levels))
    }

    /// Adds a part of grey.
    fn fill(&mut self, at: (u32, u32), size: (u32, u32)) {
        for sums in &mut self.planes {
            #[expect(clippy::cast_possible_truncation, reason = "a sample has 16 bits")]
            let middle = sums.levels.middle() as i32;
            sums.add(at, size, 0..usize::MAX, |_, _, row| row.iter_mut().for_each(|sum| *sum += middle));
        }
    }

    fn finish(self) -> WorkingGrid {
        let mut planes: Vec<GridPlane> = self.planes.into_iter().map(|plane| plane.finish(self.window)).collect();
        let model = match self.coding.channels {
            Channels::Grey => Model::Grey,
            Channels::YCbCr(matrix) => Model::YCbCr(matrix),
            _ => {
                planes.rotate_right(1);
                Model::Rgb
            }
        };
        WorkingGrid { model, planes }
    }
}

impl PlaneSums {
    fn new(window: Window, ratio: (u32, u32), factors: Factors, levels: Levels) -> Self {
        let span = |from: u32, count: u32, ratio: u32| {
            let first = from / ratio;
            (first as usize, ((from + count).div_ceil(ratio) - first) as usize)
        };
        let (left, width) = span(window.left, window.width, ratio.0);
        let (top, height) = span(window.top, window.height, ratio.1);
        // Rounded up: at odd factors, planes of chroma would otherwise be larger than luma's.
        let of_samples = |factor: NonZeroU32, ratio: u32| factor.get().div_ceil(ratio) as usize;
        let factor = (of_samples(factors.across, ratio.0), of_samples(factors.down, ratio.1));
        let sums = BlockSums::new((width, height), factor);
        Self { levels, factor, ratio, left, top, width, height, sums, row: Vec::new() }
    }

    /// Adds the samples that `add_row(y, left, sums)` reads from some of the tile's rows.
    fn add(
        &mut self,
        at: (u32, u32),
        size: (u32, u32),
        rows: Range<usize>,
        add_row: impl Fn(usize, usize, &mut [i32]),
    ) {
        let cut = |at: u32, size: u32, ratio: u32, first: usize, count: usize| {
            // A sample on the border of two tiles belongs to the first one.
            let (from, to) = (at.div_ceil(ratio) as usize, (at + size).div_ceil(ratio) as usize);
            (from, from.max(first), to.min(first + count))
        };
        let (tile_left, left, right) = cut(at.0, size.0, self.ratio.0, self.left, self.width);
        let (tile_top, top, bottom) = cut(at.1, size.1, self.ratio.1, self.top, self.height);
        let (top, bottom) = (top.max(tile_top + rows.start), bottom.min(tile_top.saturating_add(rows.end)));
        if left >= right {
            return;
        }
        let (across, down) = self.factor;
        let mut y = top;
        while y < bottom {
            let cell = (y - self.top) / down;
            let end = bottom.min(self.top + (cell + 1) * down).min(y + MOST_ROWS);
            self.row.clear();
            self.row.resize(right - left, 0);
            for y in y..end {
                add_row(y - tile_top, left - tile_left, &mut self.row);
            }
            // The previous tile may have begun the first working px.
            let column = (left - self.left) / across;
            let begun = (left - self.left) % across;
            let (first, rest) = self.row.split_at((across - begun).min(self.row.len()));
            let cells = &mut self.sums.of_row(y - self.top)[column..];
            let parts = std::iter::once(first).chain(rest.chunks(across));
            // Sums of small blocks fit in 32 bits, which takes half the time.
            let is_small = across * (end - y) <= MOST_ROWS;
            for (cell, samples) in cells.iter_mut().zip(parts) {
                #[expect(clippy::cast_precision_loss, reason = "beyond 2^24 a part in 2^24 is lost")]
                let sum = match is_small {
                    true => samples.iter().sum::<i32>() as f32,
                    false => samples.iter().map(|sum| i64::from(*sum)).sum::<i64>() as f32,
                };
                *cell += sum;
            }
            y = end;
        }
    }

    fn finish(self, window: Window) -> GridPlane {
        let (across, down) = self.factor;
        let mut plane = self.sums.into_means();
        plane.samples.iter_mut().for_each(|sample| *sample = self.levels.apply(*sample));
        let axis = |f: usize, ratio: u32| (f as f64, f64::from(ratio));
        let ((fx, rx), (fy, ry)) = (axis(across, self.ratio.0), axis(down, self.ratio.1));
        GridPlane {
            plane,
            covered: Axes { x: f64::from(window.width) / (fx * rx), y: f64::from(window.height) / (fy * ry) },
            pitch: Axes { x: fx * rx, y: fy * ry },
            blurred: Axes { x: booked_variance(fx, rx), y: booked_variance(fy, ry) },
        }
    }
}

/// Returns the variance, in working px², of means over `f` samples of `ratio` source px each. The variance that a full
/// decode adds by repeating samples is subtracted.
fn booked_variance(f: f64, ratio: f64) -> f64 {
    (ratio * ratio * (f * f - 1.0) - (ratio * ratio - 1.0)) / 12.0 / (ratio * f).powi(2)
}
