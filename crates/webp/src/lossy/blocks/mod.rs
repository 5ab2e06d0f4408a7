//! Calculates with the 16 samples of a 4x4 block at once. Compilers do not find these operations on bytes by themselves.

mod plain;
#[cfg(target_arch = "x86_64")]
mod vectors;

use super::modes::BlockMode;
pub(super) use plain::Plain;

/// The samples of a block, row by row, or 16 samples side by side.
pub(super) type Samples = [u8; 16];

/// A number of each block, or of each sample.
pub(super) type Numbers = [i16; 16];

/// The blocks around one that is predicted, of which the nearest samples count.
#[derive(Debug, Clone, Copy)]
pub(super) struct Near<S> {
    pub(super) left: S,
    pub(super) corner: S,
    pub(super) above: S,
    /// To the right of the one above.
    pub(super) right: S,
}

/// A processor's implementation of operations on samples.
pub(super) trait Blocks: Copy {
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

#[cfg(all(test, target_arch = "x86_64"))]
mod tests {
    use super::*;

    const MODES: [BlockMode; 10] = [
        BlockMode::Dc,
        BlockMode::TrueMotion,
        BlockMode::Vertical,
        BlockMode::Horizontal,
        BlockMode::LeftDown,
        BlockMode::RightDown,
        BlockMode::VerticalRight,
        BlockMode::VerticalLeft,
        BlockMode::HorizontalDown,
        BlockMode::HorizontalUp,
    ];

    #[test]
    fn every_processor_calculates_alike() {
        let Some(simd) = pulp::x86::V3::try_new() else { return };
        let next = |x: &u32| Some(x.wrapping_mul(1_664_525).wrapping_add(1_013_904_223));
        let mut noise = std::iter::successors(Some(1), next).map(|x| (x >> 16) as u16);
        for i in 0..2000 {
            // Samples of any values, similar ones, and extremes.
            let mask = [0xff, 0x07, 0x81][i % 3];
            let [a, b, c, d]: [Samples; 4] =
                std::array::from_fn(|_| std::array::from_fn(|_| (noise.next().unwrap_or(0) & mask) as u8));
            let [x, y, z, w] = [a, b, c, d].map(|samples| simd.load(samples));
            let equal = |of_vector, of_plain: Samples| assert_eq!(simd.store(of_vector), of_plain);
            let ([four, ..], [eight, ..]) = (a.as_chunks::<4>().0, a.as_chunks::<8>().0) else { panic!("16 samples") };
            equal(simd.load_four(*four), Plain.load_four(*four));
            equal(simd.load_eight(*eight), Plain.load_eight(*eight));
            equal(simd.fill(a[0]), Plain.fill(a[0]));
            equal(simd.last(x), Plain.last(a));
            equal(simd.rightmost(x), Plain.rightmost(a));
            (0..4).for_each(|column| equal(simd.columns(x, column), Plain.columns(a, column)));
            assert_eq!(simd.sum_rightmost(x), Plain.sum_rightmost(a));
            assert_eq!(simd.sum_halves(x), Plain.sum_halves(a));
            for mode in MODES {
                let near = Near { left: x, corner: y, above: z, right: w };
                equal(simd.predict(near, mode), Plain.predict(Near { left: a, corner: b, above: c, right: d }, mode));
            }
            equal(simd.gradient(x, y, z), Plain.gradient(a, b, c));
            assert_eq!(simd.rows([x, y, z, w]).map(|row| simd.store(row)), Plain.rows([a, b, c, d]));
        }
    }

    #[test]
    fn every_processor_calculates_alike_with_numbers() {
        let Some(simd) = pulp::x86::V3::try_new() else { return };
        let next = |x: &u32| Some(x.wrapping_mul(1_664_525).wrapping_add(1_013_904_223));
        let mut noise = std::iter::successors(Some(1), next).map(|x| (x >> 16) as u16);
        for i in 0..2000 {
            let mut number = || noise.next().unwrap_or(0).cast_signed() >> (i % 2 * 8);
            let numbers: [Numbers; 16] = std::array::from_fn(|_| std::array::from_fn(|_| number()));
            let [a, b, ..] = numbers;
            let (x, y) = (simd.load_numbers(a), simd.load_numbers(b));
            let equal = |of_vector, of_plain: Numbers| assert_eq!(simd.store_numbers(of_vector), of_plain);
            equal(simd.sum(x, y), Plain.sum(a, b));
            equal(simd.difference(x, y), Plain.difference(a, b));
            equal(simd.multiply(x, b[0]), Plain.multiply(a, b[0]));
            equal(simd.eighth(x), Plain.eighth(a));
            assert_eq!(simd.split(x).map(|half| simd.store(half)), Plain.split(a));
            let samples = b.map(|number| number as u8);
            let sums: Samples = std::array::from_fn(|i| i16::from(samples[i]).saturating_add(a[i]).clamp(0, 255) as u8);
            assert_eq!(Plain.add(samples, Plain.split(a)), sums);
            assert_eq!(simd.store(simd.add(simd.load(samples), simd.split(x))), sums);
            let turned = simd.turn(numbers.map(|row| simd.load_numbers(row)));
            assert_eq!(turned.map(|row| simd.store_numbers(row)), Plain.turn(numbers));
        }
    }
}
