//! Sums rows of samples for each working pixel of a row.
//!
//! Sums go first down the columns, which processors do a vector at a time, in integers no wider than the samples need;
//! then along the row, over the sums of the columns.

use std::num::NonZeroU32;
use std::ops::AddAssign;

use pulp::{Arch, NullaryFnOnce};

use crate::pixels::Model;

/// The columns of a row's pixels: pixel i of the row is column `first` + i · `step` of the image.
#[derive(Debug, Clone, Copy)]
pub(super) struct Columns {
    pub(super) first: u32,
    pub(super) step: u32,
    /// Pixels in the row.
    pub(super) count: u32,
}

impl Columns {
    /// Returns the number of the row's pixels in each working pixel. There are `cells` of these, of `factor` columns
    /// each.
    pub(super) fn widths(self, factor: NonZeroU32, cells: u32) -> Vec<u32> {
        // Pixels of the row before column x.
        let before = |x: u64| x.saturating_sub(self.first.into()).div_ceil(self.step.into()).min(self.count.into());
        let edge = |cell: u32| before(u64::from(cell) * u64::from(factor.get()));
        (0..cells).map(|cell| u32::try_from(edge(cell + 1) - edge(cell)).expect("part of a u32")).collect()
    }
}

/// The sums of the rows since the last [`RowSums::fold`].
#[derive(Debug)]
pub(super) struct RowSums {
    alpha: Alpha,
    channels: usize,
    /// Pixels of a row in each working pixel.
    widths: Vec<u32>,
    /// Whether each has exactly one.
    one_each: bool,
    samples: usize,
    bytes: Lanes<u16>,
    /// Bytes times the alpha of their pixel.
    products: Lanes<u32>,
    words: Lanes<u32>,
    floats: Lanes<f32>,
    /// Sums of one kind as floats.
    converted: Vec<f32>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Alpha {
    None,
    OfGrey,
    OfRgb,
}

/// The sum of each column, interleaved like the row.
#[derive(Debug, Default)]
struct Lanes<S> {
    sums: Vec<S>,
    rows: u32,
}

/// Limits of rows of each kind before their sums overflow.
const MOST_BYTES: u32 = u16::MAX as u32 / 255;
const MOST_PRODUCTS: u32 = u32::MAX / (255 * 255);
const MOST_WORDS: u32 = u32::MAX / 65535;

/// Pixels along a row that are summed separately: a float of 24 bits loses small samples in a sum of millions.
const SUMMED_AT_ONCE: usize = 4096;

impl RowSums {
    pub(super) fn new(model: Model, columns: Columns, factor: NonZeroU32, cells: u32) -> Self {
        let widths = columns.widths(factor, cells);
        Self {
            alpha: match model {
                Model::GreyAlpha => Alpha::OfGrey,
                Model::RgbAlpha => Alpha::OfRgb,
                _ => Alpha::None,
            },
            channels: model.planes(),
            one_each: widths.iter().all(|width| *width == 1),
            widths,
            samples: columns.count as usize * model.planes(),
            bytes: Lanes::default(),
            products: Lanes::default(),
            words: Lanes::default(),
            floats: Lanes::default(),
            converted: Vec::new(),
        }
    }

    /// Returns the pixels of a row in each working pixel.
    pub(super) fn widths(&self) -> &[u32] {
        &self.widths
    }

    /// Adds a row of 8-bit samples; colours are multiplied by alpha.
    pub(super) fn add_bytes(&mut self, row: &[u8], cells: &mut [f32]) {
        let (used, most) = match self.alpha {
            Alpha::None => (self.bytes.rows, MOST_BYTES),
            Alpha::OfGrey | Alpha::OfRgb => (self.products.rows, MOST_PRODUCTS),
        };
        if used == most {
            self.fold(cells);
        }
        let samples = self.samples;
        match self.alpha {
            Alpha::None => dispatch(Add { sums: self.bytes.next_row(samples), row }),
            Alpha::OfGrey => dispatch(AddProducts::<2> { sums: self.products.next_row(samples), row }),
            Alpha::OfRgb => dispatch(AddProducts::<4> { sums: self.products.next_row(samples), row }),
        }
    }

    /// Adds a row of 16-bit samples; colours are multiplied by alpha.
    pub(super) fn add_words(&mut self, row: &[u16], cells: &mut [f32]) {
        if self.words.rows == MOST_WORDS {
            self.fold(cells);
        }
        let samples = self.samples;
        match self.alpha {
            Alpha::None => dispatch(Add { sums: self.words.next_row(samples), row }),
            // The products of these would overflow 32 bits.
            Alpha::OfGrey => dispatch(AddReals::<2> { sums: self.floats.next_row(samples), row }),
            Alpha::OfRgb => dispatch(AddReals::<4> { sums: self.floats.next_row(samples), row }),
        }
    }

    /// Adds a row of samples from 0 to 255, alpha already multiplied in.
    pub(super) fn add_floats(&mut self, row: &[f32]) {
        let samples = self.samples;
        dispatch(Add { sums: self.floats.next_row(samples), row });
    }

    /// Adds the sums to the working pixels of `cells`, interleaved, and resets them. Each pixel is from 0 to 255.
    pub(super) fn fold(&mut self, cells: &mut [f32]) {
        let Self { channels, widths, one_each, converted, .. } = self;
        let mut add = |lanes: &[f32]| match channels {
            1 => add_blocks::<1>(lanes, widths, *one_each, cells),
            2 => add_blocks::<2>(lanes, widths, *one_each, cells),
            3 => add_blocks::<3>(lanes, widths, *one_each, cells),
            _ => add_blocks::<4>(lanes, widths, *one_each, cells),
        };
        if self.bytes.rows > 0 {
            self.bytes.convert(1.0, converted, f32::from);
            add(converted);
        }
        #[expect(clippy::cast_precision_loss, reason = "24 bits of a mean are more than a thumbnail shows")]
        for (lanes, scale) in [(&mut self.products, 1.0 / 255.0), (&mut self.words, 1.0 / 257.0)] {
            if lanes.rows > 0 {
                lanes.convert(scale, converted, |sum| sum as f32);
                add(converted);
            }
        }
        if self.floats.rows > 0 {
            add(&self.floats.sums);
            self.floats.clear();
        }
    }
}

impl<S: Copy + Default> Lanes<S> {
    /// Returns the sums, for one more row.
    fn next_row(&mut self, samples: usize) -> &mut [S] {
        if self.sums.is_empty() {
            self.sums = vec![S::default(); samples];
        }
        self.rows += 1;
        &mut self.sums
    }

    fn convert(&mut self, scale: f32, to: &mut Vec<f32>, real: impl Fn(S) -> f32) {
        to.resize(self.sums.len(), 0.0);
        dispatch(Convert { sums: &self.sums, to, scale, real });
        self.clear();
    }

    fn clear(&mut self) {
        self.sums.fill(S::default());
        self.rows = 0;
    }
}

/// Adds each block of pixels of `N` samples to its working pixel.
fn add_blocks<const N: usize>(lanes: &[f32], widths: &[u32], one_each: bool, cells: &mut [f32]) {
    dispatch(AddBlocks::<N> { lanes: lanes.as_chunks().0, widths, one_each, cells: cells.as_chunks_mut().0 });
}

/// Runs the loop in the widest vectors that this processor has.
fn dispatch(work: impl NullaryFnOnce<Output = ()>) {
    Arch::new().dispatch(work);
}

struct Add<'a, S, T> {
    sums: &'a mut [S],
    row: &'a [T],
}

impl<S: AddAssign + From<T>, T: Copy> NullaryFnOnce for Add<'_, S, T> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        self.sums.iter_mut().zip(self.row).for_each(|(sum, sample)| *sum += S::from(*sample));
    }
}

/// Products to add: colours times alpha, and alpha itself times 255, which gives all sums one scale.
struct AddProducts<'a, const N: usize> {
    sums: &'a mut [u32],
    row: &'a [u8],
}

impl<const N: usize> NullaryFnOnce for AddProducts<'_, N> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        for (sums, pixel) in self.sums.as_chunks_mut::<N>().0.iter_mut().zip(self.row.as_chunks::<N>().0) {
            let mut weights = [u32::from(pixel[N - 1]); N];
            weights[N - 1] = 255;
            for channel in 0..N {
                sums[channel] += u32::from(pixel[channel]) * weights[channel];
            }
        }
    }
}

struct AddReals<'a, const N: usize> {
    sums: &'a mut [f32],
    row: &'a [u16],
}

impl<const N: usize> NullaryFnOnce for AddReals<'_, N> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        for (sums, pixel) in self.sums.as_chunks_mut::<N>().0.iter_mut().zip(self.row.as_chunks::<N>().0) {
            let mut weights = [f32::from(pixel[N - 1]) * (1.0 / (65535.0 * 257.0)); N];
            weights[N - 1] = 1.0 / 257.0;
            for channel in 0..N {
                sums[channel] += f32::from(pixel[channel]) * weights[channel];
            }
        }
    }
}

struct Convert<'a, S, F> {
    sums: &'a [S],
    to: &'a mut [f32],
    scale: f32,
    real: F,
}

impl<S: Copy, F: Fn(S) -> f32> NullaryFnOnce for Convert<'_, S, F> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        let Self { sums, to, scale, real } = self;
        to.iter_mut().zip(sums).for_each(|(to, sum)| *to = real(*sum) * scale);
    }
}

struct AddBlocks<'a, const N: usize> {
    lanes: &'a [[f32; N]],
    widths: &'a [u32],
    one_each: bool,
    cells: &'a mut [[f32; N]],
}

impl<const N: usize> NullaryFnOnce for AddBlocks<'_, N> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        if self.one_each {
            let (cells, lanes) = (self.cells.as_flattened_mut(), self.lanes.as_flattened());
            cells.iter_mut().zip(lanes).for_each(|(cell, lane)| *cell += lane);
            return;
        }
        let mut rest = self.lanes;
        for (cell, width) in self.cells.iter_mut().zip(self.widths) {
            let (block, after) = rest.split_at((*width as usize).min(rest.len()));
            let mut sums = [0.0_f32; N];
            for part in block.chunks(SUMMED_AT_ONCE) {
                let mut sums_of_part = [0.0_f32; N];
                for pixel in part {
                    for channel in 0..N {
                        sums_of_part[channel] += pixel[channel];
                    }
                }
                for channel in 0..N {
                    sums[channel] += sums_of_part[channel];
                }
            }
            for channel in 0..N {
                cell[channel] += sums[channel];
            }
            rest = after;
        }
    }
}
