//! The parts of a predicted coding block, each with a motion of its own (ITU-T H.265, 7.3.8.5 and 9.3.3.7).

use super::Tree;
use crate::cabac::offset;
use crate::sample::Sample;

/// The ways to part a block (table 7-10).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Parts {
    Whole,
    /// Two parts one above the other; the upper one's share in quarters.
    Rows(usize),
    /// Two parts side by side; the left one's share in quarters.
    Columns(usize),
    Quarters,
}

/// A part of a coding block.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Part {
    pub(super) x: usize,
    pub(super) y: usize,
    pub(super) width: usize,
    pub(super) height: usize,
    pub(super) index: usize,
}

impl Parts {
    /// Returns the parts of a block of `size` px a side.
    pub(super) fn of(self, x: usize, y: usize, size: usize) -> Vec<Part> {
        let quarter = size / 4;
        let part = |(left, top, width, height), index| Part { x: x + left, y: y + top, width, height, index };
        match self {
            Self::Whole => vec![part((0, 0, size, size), 0)],
            Self::Rows(share) => {
                let first = share * quarter;
                vec![part((0, 0, size, first), 0), part((0, first, size, size - first), 1)]
            }
            Self::Columns(share) => {
                let first = share * quarter;
                vec![part((0, 0, first, size), 0), part((first, 0, size - first, size), 1)]
            }
            Self::Quarters => {
                let half = size / 2;
                (0..4).map(|index| part((index % 2 * half, index / 2 * half, half, half), index)).collect()
            }
        }
    }
}

impl<T: Sample> Tree<'_, T> {
    /// Reads how a predicted block is parted.
    pub(super) fn read_parts(&mut self, log2: u32) -> Parts {
        if self.bin(offset::PARTITION) {
            return Parts::Whole;
        }
        let is_smallest = log2 == self.sequence.log2_min_block;
        let is_rows = self.bin(offset::PARTS);
        if is_smallest {
            return match is_rows {
                true => Parts::Rows(2),
                false if log2 == 3 || self.bin(offset::PARTS + 1) => Parts::Columns(2),
                false => Parts::Quarters,
            };
        }
        let mut share = 2;
        if self.sequence.has_unequal_parts && !self.bin(offset::PARTS + 2) {
            share = if self.engine.bypass(1) == 0 { 1 } else { 3 };
        }
        if is_rows { Parts::Rows(share) } else { Parts::Columns(share) }
    }
}
