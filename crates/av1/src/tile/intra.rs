//! Predicts a block and adds its residual, transform by transform (AV1 bitstream specification, 5.11.34 and 5.11.35).

use super::Walk;
use super::block::Block;
use crate::block::Dimensions;
use crate::intra::{self, EdgeFilter, Neighbors, Prediction, modes};
use crate::transform::Transformed;

/// Side of the parts in which large blocks are decoded, in blocks of 4 samples.
const PART: usize = 16;

/// A transform's place in its plane, in blocks of 4 samples.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place {
    pub(super) plane: usize,
    pub(super) x: usize,
    pub(super) y: usize,
    pub(super) size: Dimensions,
}

impl<T: Transformed> Walk<'_, '_, '_, T> {
    pub(super) fn reconstruct(&mut self, block: &Block) {
        let (columns, rows) = self.shared.frame.blocks();
        let shifts = self.shared.sequence.shifts;
        let chroma = if block.is_lossless { Dimensions::square(0) } else { block.size.subsampled(shifts).coded() };
        for part_y in (0..block.size.height()).step_by(PART) {
            for part_x in (0..block.size.width()).step_by(PART) {
                let start = (block.column + part_x, block.row + part_y);
                if start.0 >= columns || start.1 >= rows {
                    continue;
                }
                let part = (block.size.width().min(PART), block.size.height().min(PART));
                self.reconstruct_part(block, Place { plane: 0, x: start.0, y: start.1, size: block.transform }, part);
                if !block.has_chroma {
                    continue;
                }
                let (x, y) = (start.0 >> shifts.0, start.1 >> shifts.1);
                let part = ((part.0 >> shifts.0).max(1), (part.1 >> shifts.1).max(1));
                if block.chroma_mode == modes::FROM_LUMA {
                    self.take_luma(block);
                }
                for plane in 1..3 {
                    self.reconstruct_part(block, Place { plane, x, y, size: chroma }, part);
                }
            }
        }
    }

    /// Reconstructs the transforms of a part, from its corner on.
    fn reconstruct_part(&mut self, block: &Block, start: Place, part: (usize, usize)) {
        let (columns, rows) = self.shared.frame.blocks();
        let (across, down) = self.shared.sequence.shifts_of(start.plane);
        for y in (start.y..start.y + part.1).step_by(start.size.height()).filter(|y| *y << down < rows) {
            for x in (start.x..start.x + part.0).step_by(start.size.width()).filter(|x| *x << across < columns) {
                let place = Place { x, y, ..start };
                self.predict(block, place);
                if !block.is_skipped {
                    self.add_residual(block, place);
                }
                let side = (1 << self.shared.sequence.superblock_log2()) - 1;
                let (x, y) = (x & (side >> across), y & (side >> down));
                self.tile.decoded[start.plane].mark(x + 1, y + 1, start.size.width(), start.size.height());
            }
        }
    }

    fn predict(&mut self, block: &Block, place: Place) {
        let is_chroma = usize::from(place.plane > 0);
        if block.palettes[is_chroma] > 0 {
            return self.paint(block, place);
        }
        let prediction = block.predictions[is_chroma];
        let neighbors = self.neighbors(block, place);
        let inside = self.inside(place);
        let filter = self.edge_filter(block, is_chroma);
        let depth = self.shared.sequence.depth;
        let plane = &mut self.shared.canvas.planes[place.plane];
        let index = plane.index(4 * place.x, 4 * place.y);
        let scratch = &mut *self.shared.scratch;
        scratch.edges.gather(plane, index, (place.size, depth), neighbors, prediction);
        let stride = plane.stride;
        let samples = &mut plane.samples[index..];
        let mut target = intra::Block { samples, stride, size: place.size, depth, filter, inside };
        let alpha = if place.plane == 0 { 0 } else { block.alphas[place.plane - 1] };
        if is_chroma == 1 && block.chroma_mode == modes::FROM_LUMA && alpha != 0 {
            intra::predict_from_luma(&scratch.luma, alpha, &scratch.edges, &mut target);
        } else {
            intra::predict(prediction, &mut scratch.edges, &mut target);
        }
    }

    /// Returns the neighbours of a transform that are there.
    fn neighbors(&self, block: &Block, place: Place) -> Neighbors {
        let is_chroma = usize::from(place.plane > 0);
        let (across, down) = self.shared.sequence.shifts_of(place.plane);
        let (column, row) = (block.column >> across, block.row >> down);
        let side = (1 << self.shared.sequence.superblock_log2()) - 1;
        let (x, y) = (place.x & (side >> across), place.y & (side >> down));
        let decoded = &self.tile.decoded[place.plane];
        Neighbors {
            top: block.has_above[is_chroma] || place.y > row,
            left: block.has_left[is_chroma] || place.x > column,
            top_right: decoded.has(x + 1 + place.size.width(), y),
            bottom_left: decoded.has(x, y + 1 + place.size.height()),
            inside: (4 * ((self.tile.columns.1 >> across) - place.x), 4 * ((self.tile.rows.1 >> down) - place.y)),
        }
    }

    /// Returns the columns and rows from a transform's corner to the end of the frame.
    fn inside(&self, place: Place) -> (usize, usize) {
        let (columns, rows) = self.shared.frame.blocks();
        let (across, down) = self.shared.sequence.shifts_of(place.plane);
        (4 * ((columns >> across) - place.x), 4 * ((rows >> down) - place.y))
    }

    fn edge_filter(&self, block: &Block, is_chroma: usize) -> EdgeFilter {
        if !self.shared.sequence.filters_edges {
            return EdgeFilter::Off;
        }
        if !matches!(block.predictions[is_chroma], Prediction::Direction(_)) {
            return EdgeFilter::On;
        }
        let (above, left) = (&*self.shared.above, &self.tile.left);
        let modes = if is_chroma == 0 {
            [above.modes[block.column], left.modes[block.line]]
        } else {
            let (across, down) = self.shared.sequence.shifts;
            [above.chroma_modes[block.column >> across], left.chroma_modes[block.line >> down]]
        };
        let is_smooth = modes.iter().any(|mode| matches!(*mode, modes::SMOOTH..=modes::SMOOTH_HORIZONTAL));
        if is_smooth { EdgeFilter::Smooth } else { EdgeFilter::On }
    }

    /// Takes the luma of a block for its chroma.
    fn take_luma(&mut self, block: &Block) {
        let shifts = self.shared.sequence.shifts;
        let (columns, rows) = self.shared.frame.blocks();
        let size = block.size.subsampled(shifts);
        let start = (block.column >> shifts.0 << shifts.0, block.row >> shifts.1 << shifts.1);
        // Luma is there as far as transforms begin inside the frame.
        let reach = |side: usize, left: usize, step: usize| side.min(left).next_multiple_of(step);
        let width = reach(block.size.width(), columns - block.column, block.transform.width());
        let height = reach(block.size.height(), rows - block.row, block.transform.height());
        let inside = (((4 * width) >> shifts.0).max(4), ((4 * height) >> shifts.1).max(4));
        let plane = &self.shared.canvas.planes[0];
        let index = plane.index(4 * start.0, 4 * start.1);
        self.shared.scratch.luma.take(plane, index, shifts, size, inside);
    }
}
