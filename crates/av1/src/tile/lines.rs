//! Keeps the properties of the blocks above or to the left.

/// Palettes of luma and of the first chroma plane.
pub(super) type Palettes = [[u16; 8]; 2];

/// The properties of the last block in each column or row of blocks of 4 samples.
#[derive(Debug, Clone)]
pub(crate) struct Line {
    /// Binary logarithms of the sides of blocks.
    pub(super) sizes: Vec<u8>,
    pub(super) skips: Vec<u8>,
    pub(super) modes: Vec<u8>,
    pub(super) chroma_modes: Vec<u8>,
    /// Binary logarithms of the sides of transforms, and one more.
    pub(super) transforms: Vec<u8>,
    /// Summaries of each plane's coefficients.
    pub(super) coefficients: [Vec<u8>; 3],
    /// Sizes of palettes, of luma and chroma.
    pub(super) palette_sizes: [Vec<u8>; 2],
    pub(super) palettes: Vec<Palettes>,
}

/// Summary of no coefficients.
pub(super) const NO_COEFFICIENTS: u8 = 0x40;

/// Side of a block that is not there, which counts as a large one.
const NO_BLOCK: u8 = 7;

/// Blocks by which one may reach beyond the frame.
const BEYOND: usize = 64;

impl Line {
    pub(crate) fn new(blocks: usize, has_palettes: bool) -> Self {
        let blocks = blocks + BEYOND;
        let palettes = if has_palettes { blocks } else { 0 };
        Self {
            sizes: vec![NO_BLOCK; blocks],
            skips: vec![0; blocks],
            modes: vec![0; blocks],
            chroma_modes: vec![0; blocks],
            transforms: vec![0; blocks],
            coefficients: std::array::from_fn(|_| vec![NO_COEFFICIENTS; blocks]),
            palette_sizes: std::array::from_fn(|_| vec![0; palettes]),
            palettes: vec![[[0; 8]; 2]; palettes],
        }
    }

    /// Returns the bytes of a line.
    pub(crate) const fn memory(blocks: usize, has_palettes: bool) -> u64 {
        let bytes = if has_palettes { 10 + size_of::<Palettes>() } else { 8 };
        ((blocks + BEYOND) * bytes) as u64
    }

    /// Forgets all blocks of a range.
    pub(super) fn clear(&mut self, from: usize, to: usize) {
        let to = to.min(self.skips.len());
        self.sizes[from..to].fill(NO_BLOCK);
        for known in [&mut self.skips, &mut self.modes, &mut self.chroma_modes, &mut self.transforms] {
            known[from..to].fill(0);
        }
        self.coefficients.iter_mut().for_each(|known| known[from..to].fill(NO_COEFFICIENTS));
        for known in self.palette_sizes.iter_mut().filter(|known| !known.is_empty()) {
            known[from..to].fill(0);
        }
    }
}

/// The segments of blocks in a band, and in the row above it.
#[derive(Debug, Default)]
pub(crate) struct SegmentMap {
    segments: Vec<u8>,
    stride: usize,
    rows: usize,
}

impl SegmentMap {
    pub(crate) fn new(columns: usize, rows: usize) -> Self {
        let stride = columns + BEYOND;
        Self { segments: vec![0; stride * (rows + 1)], stride, rows }
    }

    /// Returns the bytes of a map.
    pub(crate) const fn memory(columns: usize, rows: usize) -> u64 {
        ((columns + BEYOND) * (rows + 1)) as u64
    }

    /// Returns the segment of a block, of which `row` is counted from the row above the band.
    pub(super) fn get(&self, column: usize, row: usize) -> u8 {
        self.segments[row * self.stride + column]
    }

    pub(super) fn set(&mut self, column: usize, row: usize, (width, height): (usize, usize), segment: u8) {
        for segments in self.segments.chunks_exact_mut(self.stride).skip(row).take(height) {
            segments[column..column + width].fill(segment);
        }
    }

    /// Keeps the last row, and begins the next band.
    pub(crate) fn advance(&mut self) {
        let last = self.rows * self.stride;
        self.segments.copy_within(last.., 0);
    }
}
