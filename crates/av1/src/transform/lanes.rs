//! Calculates with the numbers of several rows or columns at once.

use crate::sample::{Number, Sample};

/// Fraction bits of the factors.
pub(super) const FRACTION: u32 = 12;

/// Rows that are turned into columns at once.
pub(super) const TURNED: usize = 8;

/// A processor's implementation of the operations on a number in each lane.
pub(super) trait Lanes<T: Sample>: Copy {
    type Vector: Copy;

    /// Number of lanes.
    const COUNT: usize;

    fn zero(self) -> Self::Vector;

    /// Loads a number for each lane.
    fn load(self, numbers: &[T::Coefficient]) -> Self::Vector;

    /// Returns the sum, clamped to the pass's range.
    fn sum(self, a: Self::Vector, b: Self::Vector) -> Self::Vector;

    /// Returns the difference, clamped to the pass's range.
    fn difference(self, a: Self::Vector, b: Self::Vector) -> Self::Vector;

    /// Returns `a · cos − b · sin` and `a · sin + b · cos`, rounded.
    fn rotate(self, pair: [Self::Vector; 2], cos: i32, sin: i32) -> [Self::Vector; 2];

    /// Returns the weighted sum, rounded.
    fn weigh(self, numbers: [Self::Vector; 4], weights: [i32; 4]) -> Self::Vector;

    /// Returns numbers divided by the square root of 2.
    fn shorten(self, a: Self::Vector) -> Self::Vector;

    /// Divides by a power of two, rounds, and clamps to the range of the second pass.
    fn shift(self, a: Self::Vector, bits: u32) -> Self::Vector;

    /// Stores eight vectors as columns of `target`, whose rows are those of the lanes.
    fn store_turned(self, vectors: &[Self::Vector; TURNED], target: &mut [T::Coefficient], stride: usize);

    /// Adds sixteenths, rounded, to samples. There may be fewer samples than lanes.
    fn add(self, a: Self::Vector, samples: &mut [T]);
}

/// The portable implementation.
#[derive(Debug, Clone, Copy)]
pub(super) struct Plain {
    /// Most that a number, a result of the first pass, and a sample can be.
    pub(super) most: i32,
    pub(super) most_shifted: i32,
    pub(super) most_sample: i32,
}

const PLAIN: usize = 8;

#[inline(always)]
fn round(number: i32, bits: u32) -> i32 {
    number.wrapping_add(1 << bits >> 1) >> bits
}

impl<T: Sample> Lanes<T> for Plain {
    type Vector = [i32; PLAIN];

    const COUNT: usize = PLAIN;

    #[inline(always)]
    fn zero(self) -> Self::Vector {
        [0; PLAIN]
    }

    #[inline(always)]
    fn load(self, numbers: &[T::Coefficient]) -> Self::Vector {
        let numbers = numbers.first_chunk::<PLAIN>().expect("there is a number for each lane");
        numbers.map(Into::into)
    }

    #[inline(always)]
    fn sum(self, a: Self::Vector, b: Self::Vector) -> Self::Vector {
        std::array::from_fn(|lane| (a[lane] + b[lane]).clamp(!self.most, self.most))
    }

    #[inline(always)]
    fn difference(self, a: Self::Vector, b: Self::Vector) -> Self::Vector {
        std::array::from_fn(|lane| (a[lane] - b[lane]).clamp(!self.most, self.most))
    }

    #[inline(always)]
    fn rotate(self, [a, b]: [Self::Vector; 2], cos: i32, sin: i32) -> [Self::Vector; 2] {
        let turn = |lane: usize, first: i32, second: i32| {
            let sum = a[lane].wrapping_mul(first).wrapping_add(b[lane].wrapping_mul(second));
            round(sum, FRACTION)
        };
        [std::array::from_fn(|lane| turn(lane, cos, -sin)), std::array::from_fn(|lane| turn(lane, sin, cos))]
    }

    #[inline(always)]
    fn weigh(self, numbers: [Self::Vector; 4], weights: [i32; 4]) -> Self::Vector {
        std::array::from_fn(|lane| {
            let products = (0..4).map(|index| numbers[index][lane].wrapping_mul(weights[index]));
            round(products.fold(0, i32::wrapping_add), FRACTION)
        })
    }

    #[inline(always)]
    fn shorten(self, a: Self::Vector) -> Self::Vector {
        a.map(|number| round(number.wrapping_mul(181), 8))
    }

    #[inline(always)]
    fn shift(self, a: Self::Vector, bits: u32) -> Self::Vector {
        a.map(|number| round(number, bits).clamp(!self.most_shifted, self.most_shifted))
    }

    #[inline(always)]
    fn store_turned(self, vectors: &[Self::Vector; TURNED], target: &mut [T::Coefficient], stride: usize) {
        for lane in 0..PLAIN {
            let row = target[lane * stride..].first_chunk_mut::<TURNED>().expect("the target has eight columns");
            *row = std::array::from_fn(|index| T::Coefficient::of(vectors[index][lane]));
        }
    }

    #[inline(always)]
    fn add(self, a: Self::Vector, samples: &mut [T]) {
        for (sample, number) in samples.iter_mut().zip(a) {
            *sample = T::of(((*sample).into() + round(number, 4)).clamp(0, self.most_sample));
        }
    }
}
