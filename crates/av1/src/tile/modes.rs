//! Reads the modes of a block in a key frame (AV1 bitstream specification, 5.11.7).

use super::Walk;
use super::block::Block;
use crate::intra::{Prediction, modes};
use crate::transform::Transformed;

/// Groups of modes that have the same contexts.
const GROUPS: [u8; 13] = [0, 1, 2, 3, 4, 4, 4, 4, 3, 0, 1, 2, 0];

/// Modes whose transforms are those of recursive filters.
const LIKE: [u8; 5] = [modes::DC, modes::VERTICAL, modes::HORIZONTAL, 6, modes::DC];

/// Most blocks of 4 samples along a block that is predicted from luma, or recursively, as a binary logarithm.
const LONGEST: u32 = 3;

/// Most of a change of angle.
const MOST_DELTA: i32 = 3;

const fn is_directional(mode: u8) -> bool {
    matches!(mode, modes::VERTICAL..=modes::LAST_DIRECTIONAL)
}

impl<T: Transformed> Walk<'_, '_, '_, T> {
    pub(super) fn read_modes(&mut self, block: &mut Block) {
        let segments = &self.shared.frame.segments;
        if segments.are_used && segments.come_first {
            self.read_segment(block);
        }
        self.read_skip(block);
        if segments.are_used && !segments.come_first {
            self.read_segment(block);
        }
        block.is_lossless = self.shared.frame.segments.lossless[block.segment];
        self.read_direction(block);
        self.read_deltas(block);
        let above = usize::from(GROUPS[usize::from(self.shared.above.modes[block.column])]);
        let left = usize::from(GROUPS[usize::from(self.tile.left.modes[block.line])]);
        let tile = &mut *self.tile;
        block.mode = tile.symbols.symbol::<13, 16>(&mut tile.contexts.key_modes[above][left]) as u8;
        let delta = self.read_angle(block, block.mode);
        block.predictions[0] = Prediction::of_mode(block.mode, delta);
        block.like = block.mode;
        if block.has_chroma {
            self.read_chroma_mode(block);
        }
        if self.shared.frame.has_screen_content {
            self.read_palettes(block);
        }
        self.read_recursive(block);
    }

    fn read_skip(&mut self, block: &mut Block) {
        let segments = &self.shared.frame.segments;
        if segments.come_first && segments.skips[block.segment] {
            block.is_skipped = true;
            return;
        }
        let context = self.shared.above.skips[block.column] + self.tile.left.skips[block.line];
        let tile = &mut *self.tile;
        block.is_skipped = tile.symbols.coin(&mut tile.contexts.skips[usize::from(context)]);
    }

    /// Reads the change of a directional mode's angle.
    fn read_angle(&mut self, block: &Block, mode: u8) -> i32 {
        if block.size.log_width + block.size.log_height < 2 || !is_directional(mode) {
            return 0;
        }
        let tile = &mut *self.tile;
        let context = &mut tile.contexts.angles[usize::from(mode - modes::VERTICAL)];
        tile.symbols.symbol::<7, 8>(context) as i32 - MOST_DELTA
    }

    fn read_chroma_mode(&mut self, block: &mut Block) {
        let may_follow_luma = if block.is_lossless {
            block.size.subsampled(self.shared.sequence.shifts).longer() == 0
        } else {
            block.size.longer() <= LONGEST
        };
        let (tile, mode) = (&mut *self.tile, usize::from(block.mode));
        block.chroma_mode = if may_follow_luma {
            tile.symbols.symbol::<14, 16>(&mut tile.contexts.chroma_modes_with_cfl[mode]) as u8
        } else {
            tile.symbols.symbol::<13, 16>(&mut tile.contexts.chroma_modes[mode]) as u8
        };
        if block.chroma_mode == modes::FROM_LUMA {
            self.read_alphas(block);
        }
        let delta = self.read_angle(block, block.chroma_mode);
        block.predictions[1] = Prediction::of_mode(block.chroma_mode, delta);
    }

    /// Reads how chroma follows luma (5.11.45).
    fn read_alphas(&mut self, block: &mut Block) {
        let tile = &mut *self.tile;
        let signs = tile.symbols.symbol::<8, 8>(&mut tile.contexts.cfl_signs) + 1;
        let signs = [signs / 3, signs % 3];
        for plane in 0..2 {
            block.alphas[plane] = 0;
            if signs[plane] == 0 {
                continue;
            }
            let is_positive = signs[plane] == 2;
            let context = 3 * usize::from(is_positive) + signs[1 - plane];
            let alpha = tile.symbols.symbol::<16, 16>(&mut tile.contexts.cfl_alphas[context]) as i32 + 1;
            block.alphas[plane] = if is_positive { alpha } else { -alpha };
        }
    }

    /// Reads whether a block is predicted by a recursive filter (5.11.24).
    fn read_recursive(&mut self, block: &mut Block) {
        let may_be = self.shared.sequence.has_recursive_intra
            && block.mode == modes::DC
            && block.palettes[0] == 0
            && block.size.longer() <= LONGEST;
        let tile = &mut *self.tile;
        if !may_be || !tile.symbols.coin(&mut tile.contexts.recursive[block.size.index()]) {
            return;
        }
        let filter = tile.symbols.symbol::<5, 8>(&mut tile.contexts.recursive_modes);
        block.predictions[0] = Prediction::Recursive(filter);
        block.like = LIKE[filter];
    }
}
