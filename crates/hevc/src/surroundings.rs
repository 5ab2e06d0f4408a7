//! The place of a coding tree block, and what is known of the blocks beside and inside it.

use crate::intra::MEAN;

/// A coding tree block. Units of modes have 4 px, units of depths and quantisers 8 px.
#[derive(Debug, Clone)]
pub(crate) struct Surroundings {
    pub(crate) x: usize,
    pub(crate) y: usize,
    /// Whether the blocks beside it are decoded and belong to the same slice and tile.
    pub(crate) has_left: bool,
    pub(crate) has_above: bool,
    pub(crate) has_corner: bool,
    pub(crate) has_beyond: bool,
    /// Whether the deblocking filter crosses the borders to the blocks beside it.
    pub(crate) is_filtered_left: bool,
    pub(crate) is_filtered_above: bool,
    /// The luma modes; the first column is that of the block on the left.
    pub(crate) modes: [[u8; 17]; 16],
    /// The depths of the coding blocks; the first column is that of the block on the left.
    pub(crate) depths: [[u8; 9]; 8],
    pub(crate) qps: [[i8; 8]; 8],
}

/// The order in which units of 4 px are decoded.
const ORDER: [[u8; 16]; 16] = {
    let mut order = [[0; 16]; 16];
    let mut y = 0;
    while y < 16 {
        let mut x = 0;
        while x < 16 {
            let mut bit = 0;
            while bit < 4 {
                order[y][x] |= ((x >> bit & 1) << (2 * bit) | (y >> bit & 1) << (2 * bit + 1)) as u8;
                bit += 1;
            }
            x += 1;
        }
        y += 1;
    }
    order
};

impl Default for Surroundings {
    fn default() -> Self {
        Self {
            x: 0,
            y: 0,
            has_left: false,
            has_above: false,
            has_corner: false,
            has_beyond: false,
            is_filtered_left: false,
            is_filtered_above: false,
            modes: [[MEAN; 17]; 16],
            depths: [[0; 9]; 8],
            qps: [[0; 8]; 8],
        }
    }
}

impl Surroundings {
    /// Moves the last columns to the place of the block on the left.
    pub(crate) fn keep_right_side(&mut self, log2_ctb: u32) {
        let size = 1 << log2_ctb;
        self.modes.iter_mut().for_each(|row| row[0] = row[size / 4]);
        self.depths.iter_mut().for_each(|row| row[0] = row[size / 8]);
    }

    /// Counts the coding blocks on the left and above that are deeper than `depth`.
    pub(crate) fn count_deeper(&self, depths_above: &[u8], (x, y): (usize, usize), depth: u8) -> usize {
        let (column, row) = ((x - self.x) / 8, (y - self.y) / 8);
        let is_left_deeper = (column > 0 || self.has_left) && self.depths[row][column] > depth;
        let is_above_deeper = match row {
            0 => self.has_above && depths_above[x / 8] > depth,
            _ => self.depths[row - 1][column + 1] > depth,
        };
        usize::from(is_left_deeper) + usize::from(is_above_deeper)
    }

    /// Sets the depth of a coding block.
    pub(crate) fn set_depth(&mut self, depths_above: &mut [u8], (x, y): (usize, usize), log2: u32, depth: u8) {
        let (column, row, units) = ((x - self.x) / 8, (y - self.y) / 8, 1 << (log2 - 3));
        for depths in &mut self.depths[row..row + units] {
            depths[column + 1..=column + units].fill(depth);
        }
        // The lowest blocks come last.
        depths_above[x / 8..x / 8 + units].fill(depth);
    }

    /// Returns the luma modes on the left and above (ITU-T H.265, 8.4.2).
    pub(crate) fn modes_beside(&self, (x, y): (usize, usize)) -> (u8, u8) {
        let (column, row) = ((x - self.x) / 4, (y - self.y) / 4);
        let left = if column > 0 || self.has_left { self.modes[row][column] } else { MEAN };
        // Modes of the coding tree blocks above are not used.
        let above = if row > 0 { self.modes[row - 1][column + 1] } else { MEAN };
        (left, above)
    }

    pub(crate) fn set_mode(&mut self, (x, y): (usize, usize), size: usize, mode: u8) {
        let (column, row, units) = ((x - self.x) / 4, (y - self.y) / 4, size / 4);
        for modes in &mut self.modes[row..row + units] {
            modes[column + 1..=column + units].fill(mode);
        }
    }

    /// Returns the quantiser at a place inside the coding tree block.
    pub(crate) fn qp(&self, (x, y): (usize, usize)) -> i32 {
        self.qps[(y - self.y) / 8][(x - self.x) / 8].into()
    }

    pub(crate) fn set_qp(&mut self, (x, y): (usize, usize), log2: u32, qp: i32) {
        let (column, row, units) = ((x - self.x) / 8, (y - self.y) / 8, 1 << (log2 - 3));
        for qps in &mut self.qps[row..row + units] {
            qps[column..column + units].fill(qp as i8);
        }
    }

    /// Returns whether the luma sample at `other`, left of or above the block at `place`, is decoded before it.
    #[inline]
    pub(crate) fn is_before(&self, other: (isize, isize), place: (usize, usize), log2_ctb: u32) -> bool {
        let (x, y) = (other.0 - self.x as isize, other.1 - self.y as isize);
        let size = 1 << log2_ctb;
        match (x < 0, y < 0) {
            (true, true) => self.has_corner,
            (true, false) => y < size && self.has_left,
            (false, true) if x < size => self.has_above,
            (false, true) => self.has_beyond,
            (false, false) if x < size && y < size => {
                let order = |x: usize, y: usize| ORDER[(y / 4) & 15][(x / 4) & 15];
                order(x as usize, y as usize) < order(place.0 - self.x, place.1 - self.y)
            }
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_are_decoded_in_quarters_of_quarters() {
        assert_eq!(
            [ORDER[0][1], ORDER[1][0], ORDER[1][1], ORDER[0][2], ORDER[2][0], ORDER[15][15]],
            [1, 2, 3, 4, 8, 255]
        );
    }
}
