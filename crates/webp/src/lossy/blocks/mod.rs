//! Calculates with the 16 samples of a 4x4 block at once. Compilers do not find these operations on bytes by themselves.

mod operations;
mod plain;
#[cfg(target_arch = "x86_64")]
mod vectors;

pub(super) use operations::{Blocks, Near, Numbers};
pub(super) use plain::Plain;

#[cfg(all(test, target_arch = "x86_64"))]
mod tests {
    use super::super::modes::BlockMode;
    use super::operations::Samples;
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
