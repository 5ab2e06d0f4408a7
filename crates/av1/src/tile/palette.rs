//! Reads palettes, and paints blocks with them (AV1 bitstream specification, 5.11.46, 5.11.49 and 7.11.4).

use super::Walk;
use super::block::Block;
use super::colors::{COLORS, SIDE};
use super::intra::Place;
use crate::intra::modes;
use crate::symbols::Symbols;
use crate::transform::Transformed;

impl<T: Transformed> Walk<'_, '_, '_, T> {
    /// Reads the palettes of a block that may have them.
    pub(super) fn read_palettes(&mut self, block: &mut Block) {
        let (width, height) = (block.size.log_width, block.size.log_height);
        if width + height < 2 || block.size.longer() > 4 {
            return;
        }
        let group = (width + height - 2) as usize;
        if block.mode == modes::DC {
            let above = self.shared.above.palette_sizes[0][block.column] > 0;
            let left = self.tile.left.palette_sizes[0][block.line] > 0;
            let tile = &mut *self.tile;
            if tile.symbols.coin(&mut tile.contexts.palettes[group][usize::from(above) + usize::from(left)]) {
                block.palettes[0] = self.read_colors(block, 0, group);
            }
        }
        if block.has_chroma && block.chroma_mode == modes::DC {
            let tile = &mut *self.tile;
            if tile.symbols.coin(&mut tile.contexts.chroma_palettes[usize::from(block.palettes[0] > 0)]) {
                block.palettes[1] = self.read_colors(block, 1, group);
                self.read_last_colors(block.palettes[1]);
            }
        }
    }

    /// Returns the colours of the palettes above and to the left, in order.
    fn cached_colors(&self, block: &Block, plane: usize) -> Vec<u16> {
        let known = |line: &super::Line, at: usize| {
            line.palettes[at][plane][..usize::from(line.palette_sizes[plane][at])].to_vec()
        };
        // Those above don't reach beyond 64 rows.
        let mut colors = if block.row.is_multiple_of(16) { Vec::new() } else { known(self.shared.above, block.column) };
        colors.extend(known(&self.tile.left, block.line));
        colors.sort_unstable();
        colors.dedup();
        colors
    }

    /// Reads the palette of luma or of the first chroma plane, and returns its size.
    fn read_colors(&mut self, block: &Block, plane: usize, group: usize) -> usize {
        let cached = self.cached_colors(block, plane);
        let depth = self.shared.sequence.depth;
        let tile = &mut *self.tile;
        let symbols = &mut tile.symbols;
        let size = symbols.symbol::<7, 8>(&mut tile.contexts.palette_sizes[plane][group]) + 2;
        let mut colors = Vec::with_capacity(size);
        for color in cached {
            if colors.len() == size {
                break;
            }
            if symbols.bit() {
                colors.push(color);
            }
        }
        if colors.len() < size {
            let mut last = symbols.bits(depth);
            colors.push(last as u16);
            // Colours of luma differ from one another.
            let least = u32::from(plane == 0);
            let mut bits = if colors.len() < size { depth - 3 + symbols.bits(2) } else { 0 };
            while colors.len() < size {
                last = (last + symbols.bits(bits) + least).min((1 << depth) - 1);
                colors.push(last as u16);
                bits = bits.min(bits_of((1 << depth) - last - least));
            }
        }
        colors.sort_unstable();
        self.shared.scratch.palette.colors[plane][..size].copy_from_slice(&colors);
        size
    }

    /// Reads the palette of the second chroma plane.
    fn read_last_colors(&mut self, size: usize) {
        let depth = self.shared.sequence.depth;
        let symbols = &mut self.tile.symbols;
        let colors = &mut self.shared.scratch.palette.colors[2][..size];
        if !symbols.bit() {
            colors.fill_with(|| symbols.bits(depth) as u16);
            return;
        }
        let bits = depth - 4 + symbols.bits(2);
        let mut last = symbols.bits(depth);
        for (index, color) in colors.iter_mut().enumerate() {
            if index > 0 {
                let delta = symbols.bits(bits);
                let is_negative = delta > 0 && symbols.bit();
                last = if is_negative { last.wrapping_sub(delta) } else { last + delta } & ((1 << depth) - 1);
            }
            *color = last as u16;
        }
    }

    /// Reads the indices of a block's samples.
    pub(super) fn read_palette_indices(&mut self, block: &Block) {
        let (columns, rows) = self.shared.frame.blocks();
        let inside = (block.size.width().min(columns - block.column), block.size.height().min(rows - block.row));
        for plane in 0..2 {
            if block.palettes[plane] == 0 {
                continue;
            }
            let (across, down) = self.shared.sequence.shifts_of(plane);
            let size = block.size.subsampled((across, down));
            let inside = (4 * (inside.0.div_ceil(1 << across)), 4 * (inside.1.div_ceil(1 << down)));
            let tile = &mut *self.tile;
            let contexts = &mut tile.contexts.palette_indices[plane][block.palettes[plane] - 2];
            let indices = &mut *self.shared.scratch.palette.indices[plane];
            read_indices(&mut tile.symbols, contexts, block.palettes[plane], indices, inside);
            for row in &mut indices[..inside.1] {
                let last = row[inside.0 - 1];
                row[inside.0..4 * size.width()].fill(last);
            }
            for y in inside.1..4 * size.height() {
                indices[y] = indices[inside.1 - 1];
            }
        }
    }

    /// Paints a transform's samples with the colours of their indices.
    pub(super) fn paint(&mut self, block: &Block, place: Place) {
        let plane = &mut self.shared.canvas.planes[place.plane];
        let (across, down) = plane.shifts;
        let (x, y) = (4 * (place.x - (block.column >> across)), 4 * (place.y - (block.row >> down)));
        let (width, height) = (4 * place.size.width(), 4 * place.size.height());
        let scratch = &self.shared.scratch.palette;
        let colors = scratch.colors[place.plane];
        let indices = &scratch.indices[usize::from(place.plane > 0)];
        let (index, stride) = (plane.index(4 * place.x, 4 * place.y), plane.stride);
        for (row, indices) in plane.samples[index..].chunks_mut(stride).zip(&indices[y..y + height]) {
            for (sample, index) in row[..width].iter_mut().zip(&indices[x..x + width]) {
                *sample = T::of(i32::from(colors[usize::from(*index) % COLORS]));
            }
        }
    }
}

/// Returns the bits of the numbers below a limit.
const fn bits_of(limit: u32) -> u32 {
    if limit < 2 { 0 } else { 32 - (limit - 1).leading_zeros() }
}

/// Reads indices along diagonals, from the right end of each on.
fn read_indices(
    symbols: &mut Symbols<'_>,
    contexts: &mut [[u16; 8]; 5],
    colors: usize,
    indices: &mut [[u8; SIDE]; SIDE],
    (width, height): (usize, usize),
) {
    indices[0][0] = symbols.below(colors as u32) as u8;
    for diagonal in 1..width + height - 1 {
        let first = (diagonal + 1).saturating_sub(height);
        for x in (first..=diagonal.min(width - 1)).rev() {
            let y = diagonal - x;
            let left = (x > 0).then(|| indices[y][x - 1]);
            let above = (y > 0).then(|| indices[y - 1][x]);
            let corner = (x > 0 && y > 0).then(|| indices[y - 1][x - 1]);
            let (order, context) = order(left, above, corner);
            let context = &mut contexts[context];
            let index = match colors {
                2 => symbols.symbol::<2, 8>(context),
                3 => symbols.symbol::<3, 8>(context),
                4 => symbols.symbol::<4, 8>(context),
                5 => symbols.symbol::<5, 8>(context),
                6 => symbols.symbol::<6, 8>(context),
                7 => symbols.symbol::<7, 8>(context),
                _ => symbols.symbol::<8, 8>(context),
            };
            indices[y][x] = order[index];
        }
    }
}

/// Returns the order of colours, those of neighbours first, and the context of an index (5.11.50).
fn order(left: Option<u8>, above: Option<u8>, corner: Option<u8>) -> ([u8; COLORS], usize) {
    let mut scores = [0_u8; COLORS];
    for (neighbor, score) in [(left, 2), (above, 2), (corner, 1)] {
        if let Some(color) = neighbor {
            scores[usize::from(color) % COLORS] += score;
        }
    }
    let mut order: [u8; COLORS] = std::array::from_fn(|color| color as u8);
    order.sort_by_key(|color| std::cmp::Reverse(scores[usize::from(*color)]));
    let score = |place: usize| scores[usize::from(order[place])];
    let context = match (score(0), score(1)) {
        (5, _) => 4,
        (4, _) => 3,
        (3, _) => 2,
        (2, 2) => 1,
        _ => 0,
    };
    (order, context)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_of_neighbours_come_first() {
        assert_eq!(order(Some(3), None, None), ([3, 0, 1, 2, 4, 5, 6, 7], 0));
        assert_eq!(order(Some(3), Some(1), Some(2)), ([1, 3, 2, 0, 4, 5, 6, 7], 1));
        assert_eq!(order(Some(3), Some(1), Some(3)), ([3, 1, 0, 2, 4, 5, 6, 7], 2));
        assert_eq!(order(Some(3), Some(3), Some(1)), ([3, 1, 0, 2, 4, 5, 6, 7], 3));
        assert_eq!(order(Some(3), Some(3), Some(3)), ([3, 0, 1, 2, 4, 5, 6, 7], 4));
    }
}
