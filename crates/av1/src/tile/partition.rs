//! Splits superblocks into blocks (AV1 bitstream specification, 5.11.4).

use super::Walk;
use crate::block::Dimensions;
use crate::error::Error;
use crate::transform::Transformed;

/// Ways to split a block (6.10.4).
const WHOLE: usize = 0;
const ROWS: usize = 1;
const COLUMNS: usize = 2;
const QUARTERS: usize = 3;
const ROWS_SPLIT_ABOVE: usize = 4;
const ROWS_SPLIT_BELOW: usize = 5;
const COLUMNS_SPLIT_LEFT: usize = 6;
const COLUMNS_SPLIT_RIGHT: usize = 7;
const FOUR_ROWS: usize = 8;
const FOUR_COLUMNS: usize = 9;

impl<T: Transformed> Walk<'_, '_, '_, T> {
    /// Reads the partition of a square block, and its parts.
    pub(super) fn read_partition(&mut self, column: usize, row: usize, log2: u32) -> Result<(), Error> {
        let (columns, rows) = self.shared.frame.blocks();
        if column >= columns || row >= rows {
            return Ok(());
        }
        let half = 1 << log2 >> 1;
        let way = self.read_way(log2, (column, row), (column + half < columns, row + half < rows))?;
        let (square, smaller) = (Dimensions::square(log2), Dimensions::square(log2 - 1));
        let (wide, high) = (Dimensions::new(log2, log2 - 1), Dimensions::new(log2 - 1, log2));
        let (has_right, has_lower) = (column + half < columns, row + half < rows);
        let (right, lower) = (column + half, row + half);
        match way {
            WHOLE => self.decode_block(column, row, square),
            ROWS => {
                self.decode_block(column, row, wide);
                if has_lower {
                    self.decode_block(column, lower, wide);
                }
            }
            COLUMNS => {
                self.decode_block(column, row, high);
                if has_right {
                    self.decode_block(right, row, high);
                }
            }
            QUARTERS if log2 == 1 => {
                for (column, row) in [(column, row), (right, row), (column, lower), (right, lower)] {
                    self.decode_block(column, row, smaller);
                }
            }
            QUARTERS => {
                for (column, row) in [(column, row), (right, row), (column, lower), (right, lower)] {
                    self.read_partition(column, row, log2 - 1)?;
                }
            }
            ROWS_SPLIT_ABOVE => {
                self.decode_block(column, row, smaller);
                self.decode_block(right, row, smaller);
                self.decode_block(column, lower, wide);
            }
            ROWS_SPLIT_BELOW => {
                self.decode_block(column, row, wide);
                self.decode_block(column, lower, smaller);
                self.decode_block(right, lower, smaller);
            }
            COLUMNS_SPLIT_LEFT => {
                self.decode_block(column, row, smaller);
                self.decode_block(column, lower, smaller);
                self.decode_block(right, row, high);
            }
            COLUMNS_SPLIT_RIGHT => {
                self.decode_block(column, row, high);
                self.decode_block(right, row, smaller);
                self.decode_block(right, lower, smaller);
            }
            FOUR_ROWS => {
                let quarter = Dimensions::new(log2, log2 - 2);
                for row in (0..4).map(|index| row + index * half / 2).filter(|row| *row < rows) {
                    self.decode_block(column, row, quarter);
                }
            }
            _ => {
                let quarter = Dimensions::new(log2 - 2, log2);
                for column in (0..4).map(|index| column + index * half / 2).filter(|column| *column < columns) {
                    self.decode_block(column, row, quarter);
                }
            }
        }
        Ok(())
    }

    /// Reads the way in which a block is split, of which it may have a right and a lower half.
    fn read_way(
        &mut self,
        log2: u32,
        (column, row): (usize, usize),
        (has_right, has_lower): (bool, bool),
    ) -> Result<usize, Error> {
        if !has_right && !has_lower {
            return Ok(QUARTERS);
        }
        let side = (1 << self.shared.sequence.superblock_log2()) - 1;
        let is_narrower = u32::from(self.shared.above.sizes[column]) < log2;
        let is_lower = u32::from(self.tile.left.sizes[row & side]) < log2;
        let context = usize::from(is_narrower) + 2 * usize::from(is_lower);
        let (symbols, contexts) = (&mut self.tile.symbols, &mut *self.tile.contexts);
        if has_right && has_lower {
            let way = match log2 {
                5 => symbols.symbol::<8, 8>(&mut contexts.partitions_of_128[context]),
                1 => symbols.symbol::<4, 4>(&mut contexts.partitions_of_8[context]),
                _ => symbols.symbol::<10, 16>(&mut contexts.partitions[4 - log2 as usize][context]),
            };
            let is_half_width = self.shared.sequence.shifts == (1, 0) && !self.shared.sequence.is_grey;
            if is_half_width && matches!(way, COLUMNS | COLUMNS_SPLIT_LEFT | COLUMNS_SPLIT_RIGHT | FOUR_COLUMNS) {
                return Err(Error::Invalid("a block of chroma of half width"));
            }
            return Ok(way);
        }
        let known: &[u16] = match log2 {
            5 => &contexts.partitions_of_128[context][..7],
            1 => &contexts.partitions_of_8[context][..3],
            _ => &contexts.partitions[4 - log2 as usize][context][..9],
        };
        let probability = |way: usize| {
            let inverse = |way: usize| known.get(way).copied().unwrap_or(0);
            let before = if way == 0 { 0x8000 } else { inverse(way - 1) };
            if way > known.len() { 0 } else { before - inverse(way) }
        };
        // What splits a block in the direction in which it has no other half.
        let (ways, unsplit): ([usize; 6], usize) = if has_right {
            ([COLUMNS, QUARTERS, ROWS_SPLIT_ABOVE, COLUMNS_SPLIT_LEFT, COLUMNS_SPLIT_RIGHT, FOUR_COLUMNS], ROWS)
        } else {
            ([ROWS, QUARTERS, ROWS_SPLIT_ABOVE, ROWS_SPLIT_BELOW, COLUMNS_SPLIT_LEFT, FOUR_ROWS], COLUMNS)
        };
        let sum = ways.into_iter().map(probability).sum();
        Ok(if symbols.fixed_coin(sum) { QUARTERS } else { unsplit })
    }
}
