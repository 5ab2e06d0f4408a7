//! Records edges and quantisers of blocks for the deblocking filter.

use crate::parameters::SequenceParameters;
use crate::slice::Slice;
use crate::surroundings::Surroundings;

/// Marks of an image's units, of 4 px a side.
#[derive(Debug)]
pub(crate) struct Marks {
    columns: usize,
    units: Vec<u8>,
    /// Quantisers of units of 8 px.
    qps: Vec<i8>,
}

/// An edge on the left of a unit, and above it.
pub(crate) const LEFT: u8 = 1;
pub(crate) const ABOVE: u8 = 2;

/// A unit that no filter changes.
pub(crate) const KEPT: u8 = 4;

/// A unit of a transform block with coefficients.
pub(crate) const CODED: u8 = 8;

/// An edge between parts of a block, which is not one of transform blocks as well.
pub(crate) const PART_LEFT: u8 = 16;
pub(crate) const PART_ABOVE: u8 = 32;

impl Marks {
    pub(crate) fn new(sequence: &SequenceParameters) -> Self {
        let (columns, rows) = (sequence.width / 4, sequence.height / 4);
        Self { columns, units: vec![0; columns * rows], qps: vec![0; columns / 2 * (rows / 2)] }
    }

    /// Estimates the memory, in bytes.
    pub(crate) const fn memory(sequence: &SequenceParameters) -> usize {
        sequence.width / 4 * (sequence.height / 4) + sequence.width / 8 * (sequence.height / 8)
    }

    /// Starts a coding block.
    pub(crate) fn start_block(&mut self, (x, y): (usize, usize), log2: u32, is_kept: bool) {
        let count = (1 << log2) / 4;
        for row in self.units.chunks_mut(self.columns).skip(y / 4).take(count) {
            row[x / 4..x / 4 + count].fill(if is_kept { KEPT } else { 0 });
        }
    }

    /// Adds the left and upper edges of a transform block, if they are filtered (ITU-T H.265, 8.7.2.3).
    pub(crate) fn add_edges(&mut self, (x, y): (usize, usize), log2: u32, block: &Surroundings, slice: &Slice) {
        if slice.deblocking.is_disabled {
            return;
        }
        let (first, count) = (y / 4 * self.columns + x / 4, (1 << log2) / 4);
        if x.is_multiple_of(8) && (x > block.x || block.is_filtered_left) {
            for index in 0..count {
                self.units[first + index * self.columns] |= LEFT;
            }
        }
        if y.is_multiple_of(8) && (y > block.y || block.is_filtered_above) {
            self.units[first..first + count].iter_mut().for_each(|unit| *unit |= ABOVE);
        }
    }

    /// Adds the left and upper edges of a part, if they lie inside its coding block.
    pub(crate) fn add_part(
        &mut self,
        (x, y): (usize, usize),
        (width, height): (usize, usize),
        block: (usize, usize),
        slice: &Slice,
    ) {
        if slice.deblocking.is_disabled {
            return;
        }
        let first = y / 4 * self.columns + x / 4;
        if x.is_multiple_of(8) && x > block.0 {
            (0..height / 4).for_each(|index| self.units[first + index * self.columns] |= PART_LEFT);
        }
        if y.is_multiple_of(8) && y > block.1 {
            self.units[first..first + width / 4].iter_mut().for_each(|unit| *unit |= PART_ABOVE);
        }
    }

    /// Marks a transform block with coefficients.
    pub(crate) fn set_coded(&mut self, (x, y): (usize, usize), log2: u32) {
        let count = (1 << log2) / 4;
        for row in self.units.chunks_mut(self.columns).skip(y / 4).take(count) {
            row[x / 4..x / 4 + count].iter_mut().for_each(|unit| *unit |= CODED);
        }
    }

    pub(crate) fn set_qp(&mut self, (x, y): (usize, usize), log2: u32, qp: i32) {
        let count = (1 << log2) / 8;
        for row in self.qps.chunks_mut(self.columns / 2).skip(y / 8).take(count) {
            row[x / 8..x / 8 + count].fill(qp as i8);
        }
    }

    /// Returns the marks of the unit at a place.
    pub(crate) fn unit(&self, x: usize, y: usize) -> u8 {
        self.units[y / 4 * self.columns + x / 4]
    }

    /// Returns the quantiser at a place.
    pub(crate) fn qp(&self, x: usize, y: usize) -> i32 {
        self.qps[y / 8 * (self.columns / 2) + x / 8].into()
    }
}
