//! The order of coding tree blocks in an image: tile by tile (ITU-T H.265, 6.5.1).

use crate::parameters::Borders;

/// A walk over the coding tree blocks.
#[derive(Debug)]
pub(crate) struct Walk<'a> {
    borders: &'a Borders,
    /// The tile, along and down.
    tile: (usize, usize),
    x: usize,
    y: usize,
}

impl<'a> Walk<'a> {
    pub(crate) const fn new(borders: &'a Borders) -> Self {
        Self { borders, tile: (0, 0), x: 0, y: 0 }
    }

    /// Returns the current block's place.
    pub(crate) const fn place(&self) -> (usize, usize) {
        (self.x, self.y)
    }

    /// Returns whether all blocks were visited.
    pub(crate) fn is_done(&self) -> bool {
        self.tile.1 + 1 >= self.borders.rows.len()
    }

    /// Returns the tile's first column, the one after its last column, and its first row.
    pub(crate) fn tile(&self) -> (usize, usize, usize) {
        let columns = &self.borders.columns;
        (
            columns[self.tile.0],
            columns[self.tile.0 + 1],
            self.borders.rows[self.tile.1.min(self.borders.rows.len() - 1)],
        )
    }

    /// Returns whether the block is the first one of a tile.
    pub(crate) fn is_tile_start(&self) -> bool {
        let (left, _, top) = self.tile();
        (self.x, self.y) == (left, top)
    }

    /// Returns whether the block is the first one of a row in its tile.
    pub(crate) fn is_row_start(&self) -> bool {
        self.x == self.tile().0
    }

    /// Returns whether the block is the second one of a row in its tile.
    pub(crate) fn is_second(&self) -> bool {
        self.x == self.tile().0 + 1
    }

    /// Moves on, and returns the row of blocks below a band that is finished.
    pub(crate) fn go_on(&mut self) -> Option<usize> {
        let Borders { columns, rows } = self.borders;
        self.x += 1;
        if self.x < columns[self.tile.0 + 1] {
            return None;
        }
        self.x = columns[self.tile.0];
        self.y += 1;
        let is_tile_end = self.y == rows[self.tile.1 + 1];
        let has_columns = columns.len() > 2;
        if !is_tile_end {
            return (!has_columns).then_some(self.y);
        }
        self.tile.0 += 1;
        if self.tile.0 + 1 < columns.len() {
            self.x = columns[self.tile.0];
            self.y = rows[self.tile.1];
            return None;
        }
        self.tile = (0, self.tile.1 + 1);
        self.x = 0;
        Some(self.y)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tiles_are_walked_one_after_the_other_in_bands_of_tiles() {
        let borders = Borders { columns: vec![0, 2, 3], rows: vec![0, 1, 3] };
        let mut walk = Walk::new(&borders);
        let mut visited = Vec::new();
        let mut bands = Vec::new();
        while !walk.is_done() {
            visited.push(walk.place());
            bands.extend(walk.go_on());
        }
        assert_eq!(visited, [(0, 0), (1, 0), (2, 0), (0, 1), (1, 1), (0, 2), (1, 2), (2, 1), (2, 2)]);
        assert_eq!(bands, [1, 3]);
    }

    #[test]
    fn without_columns_of_tiles_every_row_is_a_band() {
        let borders = Borders { columns: vec![0, 2], rows: vec![0, 1, 3] };
        let mut walk = Walk::new(&borders);
        let bands: Vec<usize> = std::iter::from_fn(|| (!walk.is_done()).then(|| walk.go_on())).flatten().collect();
        assert_eq!(bands, [1, 2, 3]);
    }
}
