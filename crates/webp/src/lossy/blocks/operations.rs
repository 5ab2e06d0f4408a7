//! Declares the operations on samples and numbers.

use super::super::modes::BlockMode;

/// The samples of a block, row by row, or 16 samples side by side.
pub(crate) type Samples = [u8; 16];

/// A number of each block, or of each sample.
pub(crate) type Numbers = [i16; 16];

/// The blocks around one that is predicted, of which the nearest samples count.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Near<S> {
    pub(crate) left: S,
    pub(crate) corner: S,
    pub(crate) above: S,
    /// To the right of the one above.
    pub(crate) right: S,
}

/// A processor's implementation of operations on samples.
pub(crate) trait Blocks: Copy {
    /// 16 samples.
    type Samples: Copy;
    /// 16 numbers.
    type Numbers: Copy;

    fn load(self, samples: Samples) -> Self::Samples;

    /// Returns four samples four times.
    fn load_four(self, samples: [u8; 4]) -> Self::Samples;

    /// Returns eight samples twice.
    fn load_eight(self, samples: [u8; 8]) -> Self::Samples;

    fn store(self, samples: Self::Samples) -> Samples;
    fn fill(self, sample: u8) -> Self::Samples;

    /// Returns 16 times the last sample.
    fn last(self, samples: Self::Samples) -> Self::Samples;

    /// Returns each of a block's rightmost samples in its row.
    fn rightmost(self, block: Self::Samples) -> Self::Samples;

    /// Returns four samples of a row, from the fourfold of `x`, in each row of a block.
    fn columns(self, row: Self::Samples, x: usize) -> Self::Samples;

    /// Returns the sum of a block's rightmost samples.
    fn sum_rightmost(self, block: Self::Samples) -> u16;

    /// Returns the sum of the first eight samples, and that of the others.
    fn sum_halves(self, row: Self::Samples) -> [u16; 2];

    /// Predicts a block (12.3).
    fn predict(self, near: Near<Self::Samples>, mode: BlockMode) -> Self::Samples;

    /// Returns `left` + `above` − `corner`, clamped to a byte.
    fn gradient(self, left: Self::Samples, above: Self::Samples, corner: Self::Samples) -> Self::Samples;

    /// Returns the positive numbers, and the opposites of the negative ones, clamped to bytes.
    fn split(self, numbers: Self::Numbers) -> [Self::Samples; 2];

    /// Adds numbers that were split, and clamps to bytes.
    fn add(self, samples: Self::Samples, split: [Self::Samples; 2]) -> Self::Samples;

    /// Returns the rows of four blocks side by side.
    fn rows(self, blocks: [Self::Samples; 4]) -> [Self::Samples; 4];

    fn load_numbers(self, numbers: Numbers) -> Self::Numbers;
    #[cfg(test)]
    fn store_numbers(self, numbers: Self::Numbers) -> Numbers;

    /// Returns the sums, without the bits that overflow.
    fn sum(self, a: Self::Numbers, b: Self::Numbers) -> Self::Numbers;

    /// Returns the differences, without the bits that overflow.
    fn difference(self, a: Self::Numbers, b: Self::Numbers) -> Self::Numbers;

    /// Returns the upper halves of the products.
    fn multiply(self, numbers: Self::Numbers, factor: i16) -> Self::Numbers;

    /// Returns the eighths, rounded.
    fn eighth(self, numbers: Self::Numbers) -> Self::Numbers;

    /// Exchanges rows and columns.
    fn turn(self, numbers: [Self::Numbers; 16]) -> [Self::Numbers; 16];
}
