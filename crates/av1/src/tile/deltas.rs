//! Reads a block's segment, and what a superblock changes (AV1 bitstream specification, 5.11.8 to 5.11.13 and 5.11.56).

use super::Walk;
use super::block::Block;
use crate::frame::FilterDeltas;
use crate::symbols::Symbols;
use crate::transform::Transformed;

/// Least change whose bits follow.
const SMALL: usize = 3;

impl<T: Transformed> Walk<'_, '_, '_, T> {
    pub(super) fn read_segment(&mut self, block: &mut Block) {
        let (column, row) = (block.column, block.line + 1);
        let known = |is_there: bool, column: usize, row: usize| is_there.then(|| self.shared.segments.get(column, row));
        let (has_above, has_left) = (block.has_above[0], block.has_left[0]);
        let above = known(has_above, column, row - 1);
        let left = known(has_left, column.wrapping_sub(1), row);
        let corner = known(has_above && has_left, column.wrapping_sub(1), row - 1);
        let predicted = match (above, left) {
            (None, left) => left.unwrap_or(0),
            (Some(above), None) => above,
            (Some(above), Some(left)) => {
                if corner == Some(above) {
                    above
                } else {
                    left
                }
            }
        };
        let mut segment = usize::from(predicted);
        if !block.is_skipped {
            let context = match corner {
                None => 0,
                Some(_) if corner == above && corner == left => 2,
                Some(_) => usize::from(corner == above || corner == left || above == left),
            };
            let tile = &mut *self.tile;
            let coded = tile.symbols.symbol::<8, 8>(&mut tile.contexts.segments[context]);
            let count = self.shared.frame.segments.last + 1;
            segment = spread(coded, segment, count);
            // A number beyond the last one is not valid.
            if segment >= count {
                segment = 0;
            }
        }
        block.segment = segment;
        let (columns, _) = self.shared.frame.blocks();
        let sides = (block.size.width().min(columns - column), block.size.height());
        self.shared.segments.set(column, row, sides, segment as u8);
    }

    /// Reads the index of the directional filter, once for 64 by 64 px that have a residual.
    pub(super) fn read_direction(&mut self, block: &Block) {
        let Some(bits) = self.shared.frame.directional_bits.filter(|_| !block.is_skipped) else { return };
        let quarter = |column: usize, row: usize| {
            if self.shared.sequence.has_large_superblocks { column >> 4 & 1 | row >> 3 & 2 } else { 0 }
        };
        let tile = &mut *self.tile;
        if tile.has_direction[quarter(block.column, block.row)] {
            return;
        }
        tile.symbols.bits(bits);
        for row in (0..block.size.height()).step_by(16) {
            for column in (0..block.size.width()).step_by(16) {
                tile.has_direction[quarter(block.column + column, block.row + row)] = true;
            }
        }
    }

    /// Reads the changes of the quantiser and of the deblocking filter.
    pub(super) fn read_deltas(&mut self, block: &Block) {
        let Some(shift) = self.shared.frame.quantizer_deltas.filter(|_| self.tile.expects_deltas) else { return };
        self.tile.expects_deltas = false;
        let log2 = self.shared.sequence.superblock_log2();
        if block.is_skipped && block.size.shorter() == log2 {
            return;
        }
        let (tile, planes) = (&mut *self.tile, self.shared.sequence.planes());
        let delta = read_delta(&mut tile.symbols, &mut tile.contexts.quantizer_deltas) << shift;
        let (first, count) = match self.shared.frame.filter_deltas {
            FilterDeltas::None => (0, 0),
            FilterDeltas::One => (0, 1),
            FilterDeltas::Each => (1, if planes > 1 { 4 } else { 2 }),
        };
        for context in &mut tile.contexts.filter_deltas[first..first + count] {
            read_delta(&mut tile.symbols, context);
        }
        if delta != 0 {
            tile.index = (tile.index as i32 + delta).clamp(1, 255) as u32;
            tile.set_steps(self.shared.sequence, self.shared.frame);
        }
    }
}

fn read_delta(symbols: &mut Symbols<'_>, context: &mut [u16; 4]) -> i32 {
    let mut delta = symbols.symbol_of_4(context);
    if delta == SMALL {
        let bits = symbols.bits(3) + 1;
        delta = (symbols.bits(bits) + (1 << bits) + 1) as usize;
    }
    if delta > 0 && symbols.bit() { -(delta as i32) } else { delta as i32 }
}

/// Returns the number that is coded by its distance from a predicted one (5.11.9).
fn spread(coded: usize, predicted: usize, count: usize) -> usize {
    if predicted == 0 {
        return coded;
    }
    if predicted + 1 >= count {
        return count.wrapping_sub(coded + 1);
    }
    let is_in_lower_half = 2 * predicted < count;
    let reach = if is_in_lower_half { 2 * predicted } else { 2 * (count - predicted - 1) };
    if coded > reach {
        return if is_in_lower_half { coded } else { count.wrapping_sub(coded + 1) };
    }
    if coded & 1 == 1 { predicted + coded.div_ceil(2) } else { predicted - coded / 2 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_number_has_a_code() {
        for count in 1..=8 {
            for predicted in 0..count {
                let mut numbers: Vec<_> = (0..count).map(|coded| spread(coded, predicted, count)).collect();
                assert_eq!(numbers[0], predicted);
                numbers.sort_unstable();
                assert_eq!(numbers, (0..count).collect::<Vec<_>>(), "{predicted} of {count}");
            }
        }
    }
}
