//! Decodes a block: its mode, its palette and its transforms (AV1 bitstream specification, 5.11.5).

use super::Walk;
use super::lines::NO_COEFFICIENTS;
use crate::block::Dimensions;
use crate::intra::Prediction;
use crate::transform::Transformed;

/// A block and what was read of it.
#[derive(Debug, Clone)]
pub(super) struct Block {
    /// Place in the frame, in blocks of 4 samples, and row in the superblock.
    pub(super) column: usize,
    pub(super) row: usize,
    pub(super) line: usize,
    pub(super) size: Dimensions,
    pub(super) has_chroma: bool,
    /// Whether there are blocks above and to the left in the tile, for luma and chroma.
    pub(super) has_above: [bool; 2],
    pub(super) has_left: [bool; 2],
    pub(super) is_skipped: bool,
    pub(super) segment: usize,
    pub(super) is_lossless: bool,
    pub(super) mode: u8,
    pub(super) chroma_mode: u8,
    /// Predictions of luma and chroma.
    pub(super) predictions: [Prediction; 2],
    /// The mode that a filter's predictions are like, for transforms.
    pub(super) like: u8,
    pub(super) alphas: [i32; 2],
    /// Sizes of palettes, of luma and chroma.
    pub(super) palettes: [usize; 2],
    pub(super) transform: Dimensions,
}

impl<T: Transformed> Walk<'_, '_, '_, T> {
    /// Decodes the block at a place.
    pub(super) fn decode_block(&mut self, column: usize, row: usize, size: Dimensions) {
        let mut block = self.begin_block(column, row, size);
        self.read_modes(&mut block);
        self.read_palette_indices(&block);
        self.read_transform_size(&mut block);
        self.reconstruct(&block);
        self.keep(&block);
    }

    fn begin_block(&self, column: usize, row: usize, size: Dimensions) -> Block {
        let (sequence, tile) = (self.shared.sequence, &*self.tile);
        let (across, down) = sequence.shifts;
        let is_narrow = across == 1 && size.log_width == 0;
        let is_low = down == 1 && size.log_height == 0;
        // The last of several small blocks has the chroma of all.
        let is_first = (is_narrow && column & 1 == 0) || (is_low && row & 1 == 0);
        let has_chroma = !sequence.is_grey && !is_first;
        let above = |rows: usize| row >= tile.rows.0 + rows;
        let left = |columns: usize| column >= tile.columns.0 + columns;
        Block {
            column,
            row,
            line: row & ((1 << sequence.superblock_log2()) - 1),
            size,
            has_chroma,
            has_above: [above(1), above(1 + usize::from(is_low))],
            has_left: [left(1), left(1 + usize::from(is_narrow))],
            is_skipped: false,
            segment: 0,
            is_lossless: false,
            mode: 0,
            chroma_mode: 0,
            predictions: [Prediction::Mean; 2],
            like: 0,
            alphas: [0; 2],
            palettes: [0; 2],
            transform: size.largest_transform(),
        }
    }

    /// Reads the size of a block's luma transforms (5.11.15).
    fn read_transform_size(&mut self, block: &mut Block) {
        if block.is_lossless {
            block.transform = Dimensions::square(0);
            return;
        }
        let largest = block.size.largest_transform();
        if !self.shared.frame.selects_transforms || largest.longer() == 0 {
            return;
        }
        let above = u32::from(self.shared.above.transforms[block.column]) > largest.log_width;
        let left = u32::from(self.tile.left.transforms[block.line]) > largest.log_height;
        let group = largest.longer() as usize - 1;
        let context = &mut self.tile.contexts.transform_sizes[group][usize::from(above) + usize::from(left)];
        let symbols = &mut self.tile.symbols;
        let depth = if group == 0 { symbols.symbol::<2, 4>(context) } else { symbols.symbol::<3, 4>(context) };
        for _ in 0..depth {
            block.transform = block.transform.split();
        }
    }

    /// Keeps what later blocks need.
    fn keep(&mut self, block: &Block) {
        let sequence = self.shared.sequence;
        let (width, height) = (block.size.width(), block.size.height());
        let sides = [
            (&mut *self.shared.above, block.column, width, block.size.log_width, block.transform.log_width),
            (&mut self.tile.left, block.line, height, block.size.log_height, block.transform.log_height),
        ];
        for (index, (line, start, count, log2, transform)) in sides.into_iter().enumerate() {
            line.sizes[start..][..count].fill(log2 as u8);
            line.skips[start..][..count].fill(block.is_skipped.into());
            line.modes[start..][..count].fill(block.mode);
            line.transforms[start..][..count].fill(transform as u8 + 1);
            for (plane, sizes) in line.palette_sizes.iter_mut().enumerate().filter(|(_, sizes)| !sizes.is_empty()) {
                sizes[start..][..count].fill(block.palettes[plane] as u8);
            }
            if block.palettes != [0; 2] {
                line.palettes[start..][..count].fill(self.shared.scratch.palette.first());
            }
            if block.has_chroma {
                let shift = if index == 0 { sequence.shifts.0 } else { sequence.shifts.1 };
                line.chroma_modes[start >> shift..][..count.div_ceil(1 << shift)].fill(block.chroma_mode);
            }
        }
        if block.is_skipped {
            self.forget_coefficients(block);
        }
    }

    /// Notes that a block has no coefficients.
    fn forget_coefficients(&mut self, block: &Block) {
        let planes = if block.has_chroma { 3 } else { 1 };
        for plane in 0..planes {
            let (across, down) = self.shared.sequence.shifts_of(plane);
            let size = block.size.subsampled((across, down));
            self.shared.above.coefficients[plane][block.column >> across..][..size.width()].fill(NO_COEFFICIENTS);
            self.tile.left.coefficients[plane][block.line >> down..][..size.height()].fill(NO_COEFFICIENTS);
        }
    }
}
