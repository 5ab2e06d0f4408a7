//! Sizes of blocks and transforms, as binary logarithms in blocks of 4 samples.

/// A size of a block or a transform.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Dimensions {
    pub(crate) log_width: u32,
    pub(crate) log_height: u32,
}

/// Binary logarithm of the largest transform's side, and of the largest side with coefficients.
const LARGEST_TRANSFORM: u32 = 4;
pub(crate) const LARGEST_CODED: u32 = 3;

impl Dimensions {
    pub(crate) const fn new(log_width: u32, log_height: u32) -> Self {
        Self { log_width, log_height }
    }

    pub(crate) const fn square(log2: u32) -> Self {
        Self::new(log2, log2)
    }

    /// Returns the width in blocks of 4 samples.
    pub(crate) const fn width(self) -> usize {
        1 << self.log_width
    }

    /// Returns the height in blocks of 4 samples.
    pub(crate) const fn height(self) -> usize {
        1 << self.log_height
    }

    pub(crate) const fn shorter(self) -> u32 {
        if self.log_width < self.log_height { self.log_width } else { self.log_height }
    }

    pub(crate) const fn longer(self) -> u32 {
        if self.log_width < self.log_height { self.log_height } else { self.log_width }
    }

    const fn limited(self, most: u32) -> Self {
        let width = if self.log_width < most { self.log_width } else { most };
        Self::new(width, if self.log_height < most { self.log_height } else { most })
    }

    /// Returns the largest transform of a luma block.
    pub(crate) const fn largest_transform(self) -> Self {
        self.limited(LARGEST_TRANSFORM)
    }

    /// Returns the size of a chroma block, of one block of 4 samples at least.
    pub(crate) const fn subsampled(self, shifts: (u32, u32)) -> Self {
        Self::new(self.log_width.saturating_sub(shifts.0), self.log_height.saturating_sub(shifts.1))
    }

    /// Returns the part of a transform that has coefficients, or the transform of a chroma block.
    pub(crate) const fn coded(self) -> Self {
        self.limited(LARGEST_CODED)
    }

    /// Returns the next smaller transform.
    pub(crate) const fn split(self) -> Self {
        let (across, down) = (self.log_width >= self.log_height, self.log_height >= self.log_width);
        Self::new(self.log_width.saturating_sub(across as u32), self.log_height.saturating_sub(down as u32))
    }

    /// Returns the number of a block's size in contexts, from the largest one on.
    pub(crate) const fn index(self) -> usize {
        const INDICES: [[u8; 6]; 6] = [
            // Of heights from 4 to 128, for each width.
            [21, 20, 19, 0, 0, 0],
            [18, 17, 16, 15, 0, 0],
            [14, 13, 12, 11, 10, 0],
            [0, 9, 8, 7, 6, 0],
            [0, 0, 5, 4, 3, 2],
            [0, 0, 0, 0, 1, 0],
        ];
        INDICES[self.log_width as usize][self.log_height as usize] as usize
    }
}
