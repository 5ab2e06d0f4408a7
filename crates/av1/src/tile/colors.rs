//! Holds the palettes of a block.

use super::lines::Palettes;

/// Most colours of a palette, and most samples along a block that has one.
pub(super) const COLORS: usize = 8;
pub(super) const SIDE: usize = 64;

/// The palettes of a block and the indices of its samples.
#[derive(Debug)]
pub(super) struct Colors {
    /// Colours of each plane.
    pub(super) colors: [[u16; COLORS]; 3],
    /// Indices for luma and for chroma.
    pub(super) indices: [Box<[[u8; SIDE]; SIDE]>; 2],
}

impl Colors {
    pub(super) fn new() -> Self {
        Self { colors: [[0; COLORS]; 3], indices: std::array::from_fn(|_| Box::new([[0; SIDE]; SIDE])) }
    }

    /// Returns the palettes that later blocks may take colours from.
    pub(super) const fn first(&self) -> Palettes {
        [self.colors[0], self.colors[1]]
    }
}
