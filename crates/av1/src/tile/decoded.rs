//! Marks the parts of a superblock that are decoded (AV1 bitstream specification, 5.11.3).

/// Blocks of 4 samples along a superblock, with one more on each side.
const ROWS: usize = 34;

/// The decoded blocks of a plane, from the row above and the column to the left of a superblock on.
#[derive(Debug, Clone)]
pub(super) struct Decoded {
    rows: [u64; ROWS],
}

impl Decoded {
    pub(super) const fn new() -> Self {
        Self { rows: [0; ROWS] }
    }

    /// Begins a superblock of `side` blocks, from which the tile has some columns and rows left.
    pub(super) fn begin(&mut self, side: (usize, usize), left: (usize, usize)) {
        self.rows = [0; ROWS];
        let above = left.0.min(side.0 + 1) + 1;
        self.rows[0] = (1 << above) - 1;
        self.rows[1..=left.1.min(side.1)].fill(1);
    }

    /// Returns whether the block at a place is decoded. Places are counted from the row above and the column to the left.
    #[inline(always)]
    pub(super) const fn has(&self, x: usize, y: usize) -> bool {
        self.rows[y % ROWS] >> x & 1 == 1
    }

    /// Marks blocks.
    #[inline(always)]
    pub(super) fn mark(&mut self, x: usize, y: usize, width: usize, height: usize) {
        let bits = ((1 << width) - 1) << x;
        for row in self.rows.iter_mut().skip(y).take(height) {
            *row |= bits;
        }
    }
}
