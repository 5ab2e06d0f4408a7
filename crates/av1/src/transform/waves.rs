//! Inverse transforms of one dimension (AV1 bitstream specification, 7.13.2).
//!
//! Loops instead of closures: a closure that is not inlined is compiled without the processor's vectors.

use super::lanes::Lanes;
use crate::sample::Sample;

/// Numbers of the longest transform.
pub(super) const MOST: usize = 64;

/// The kind of a transform in one dimension.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Wave {
    Cosine,
    Sine,
    Identity,
}

/// Cosines of the first quarter of a circle that has 256 steps, of 12 fraction bits.
const COSINES: [i32; 65] = [
    4096, 4095, 4091, 4085, 4076, 4065, 4052, 4036, 4017, 3996, 3973, 3948, 3920, 3889, 3857, 3822, 3784, 3745, 3703,
    3659, 3612, 3564, 3513, 3461, 3406, 3349, 3290, 3229, 3166, 3102, 3035, 2967, 2896, 2824, 2751, 2675, 2598, 2520,
    2440, 2359, 2276, 2191, 2106, 2019, 1931, 1842, 1751, 1660, 1567, 1474, 1380, 1285, 1189, 1092, 995, 897, 799, 700,
    601, 501, 401, 301, 201, 101, 0,
];

/// Returns the cosine of an angle of which 256 make a circle.
const fn cosine(angle: usize) -> i32 {
    let angle = angle % 256;
    match angle {
        0..=64 => COSINES[angle],
        65..=128 => -COSINES[128 - angle],
        129..=192 => -COSINES[angle - 128],
        _ => COSINES[256 - angle],
    }
}

/// Returns the lowest `bits` of a number in reverse order.
const fn reverse(bits: u32, number: usize) -> usize {
    number.reverse_bits() >> (usize::BITS - bits)
}

/// The numbers of a transform, in lanes.
pub(super) struct Numbers<'a, L: Lanes<T>, T: Sample> {
    pub(super) lanes: L,
    pub(super) vectors: &'a mut [L::Vector; MOST],
}

impl<L: Lanes<T>, T: Sample> Numbers<'_, L, T> {
    /// Transforms 2 to the power of `log2` numbers.
    #[inline(always)]
    pub(super) fn transform(&mut self, wave: Wave, log2: u32) {
        match (wave, log2) {
            (Wave::Cosine, 2) => self.cosines::<2, 4>(),
            (Wave::Cosine, 3) => self.cosines::<3, 8>(),
            (Wave::Cosine, 4) => self.cosines::<4, 16>(),
            (Wave::Cosine, 5) => self.cosines::<5, 32>(),
            (Wave::Cosine, _) => self.cosines::<6, 64>(),
            (Wave::Sine, 2) => self.sines_of_4(),
            (Wave::Sine, 3) => self.sines_of_8(),
            (Wave::Sine, _) => self.sines_of_16(),
            (Wave::Identity, log2) => self.identity(log2),
        }
    }

    #[inline(always)]
    fn rotate(&mut self, a: usize, b: usize, angle: usize) {
        let pair = [self.vectors[a], self.vectors[b]];
        [self.vectors[a], self.vectors[b]] = self.lanes.rotate(pair, cosine(angle), cosine(angle + 192));
    }

    /// Rotates a pair and swaps its numbers.
    #[inline(always)]
    fn rotate_and_swap(&mut self, a: usize, b: usize, angle: usize) {
        let pair = [self.vectors[a], self.vectors[b]];
        [self.vectors[b], self.vectors[a]] = self.lanes.rotate(pair, cosine(angle), cosine(angle + 192));
    }

    /// Replaces a pair by its sum and its difference.
    #[inline(always)]
    fn cross(&mut self, a: usize, b: usize) {
        let (one, other) = (self.vectors[a], self.vectors[b]);
        self.vectors[a] = self.lanes.sum(one, other);
        self.vectors[b] = self.lanes.difference(one, other);
    }

    /// Replaces a pair by its sum and its difference, in reverse order if `is_swapped` is 1.
    #[inline(always)]
    fn cross_either(&mut self, a: usize, b: usize, is_swapped: usize) {
        if is_swapped == 0 {
            self.cross(a, b);
        } else {
            self.cross(b, a);
        }
    }

    /// Transforms cosines back, in the steps of 7.13.2.3.
    #[inline(always)]
    fn cosines<const LOG2: u32, const COUNT: usize>(&mut self) {
        let mut ordered = [self.lanes.zero(); COUNT];
        for (i, number) in ordered.iter_mut().enumerate() {
            *number = self.vectors[reverse(LOG2, i)];
        }
        self.vectors[..COUNT].copy_from_slice(&ordered);
        if LOG2 == 6 {
            for i in 0..16 {
                self.rotate(32 + i, 63 - i, 63 - 4 * reverse(4, i));
            }
        }
        if LOG2 >= 5 {
            for i in 0..8 {
                self.rotate(16 + i, 31 - i, 6 + (reverse(3, 7 - i) << 3));
            }
        }
        if LOG2 == 6 {
            for i in 0..16 {
                self.cross_either(32 + i * 2, 33 + i * 2, i & 1);
            }
        }
        if LOG2 >= 4 {
            for i in 0..4 {
                self.rotate(8 + i, 15 - i, 12 + (reverse(2, 3 - i) << 4));
            }
        }
        if LOG2 >= 5 {
            for i in 0..8 {
                self.cross_either(16 + 2 * i, 17 + 2 * i, i & 1);
            }
        }
        if LOG2 == 6 {
            for i in 0..4 {
                for j in 0..2 {
                    self.rotate_and_swap(62 - i * 4 - j, 33 + i * 4 + j, 60 - 16 * reverse(2, i) + 64 * j);
                }
            }
        }
        if LOG2 >= 3 {
            for i in 0..2 {
                self.rotate(4 + i, 7 - i, 56 - 32 * i);
            }
        }
        if LOG2 >= 4 {
            for i in 0..4 {
                self.cross_either(8 + 2 * i, 9 + 2 * i, i & 1);
            }
        }
        if LOG2 >= 5 {
            for i in 0..2 {
                for j in 0..2 {
                    self.rotate_and_swap(30 - 4 * i - j, 17 + 4 * i + j, 24 + (j << 6) + ((1 - i) << 5));
                }
            }
        }
        if LOG2 == 6 {
            for i in 0..8 {
                for j in 0..2 {
                    self.cross_either(32 + i * 4 + j, 35 + i * 4 - j, i & 1);
                }
            }
        }
        self.rotate_and_swap(0, 1, 32);
        self.rotate(2, 3, 48);
        self.cosines_from_quarters::<LOG2>();
    }

    #[inline(always)]
    fn cosines_from_quarters<const LOG2: u32>(&mut self) {
        if LOG2 >= 3 {
            for i in 0..2 {
                self.cross_either(4 + 2 * i, 5 + 2 * i, i);
            }
        }
        if LOG2 >= 4 {
            for i in 0..2 {
                self.rotate_and_swap(14 - i, 9 + i, 48 + 64 * i);
            }
        }
        if LOG2 >= 5 {
            for i in 0..4 {
                for j in 0..2 {
                    self.cross_either(16 + 4 * i + j, 19 + 4 * i - j, i & 1);
                }
            }
        }
        if LOG2 == 6 {
            for i in 0..2 {
                for j in 0..4 {
                    self.rotate_and_swap(61 - i * 8 - j, 34 + i * 8 + j, 56 - i * 32 + (j >> 1) * 64);
                }
            }
        }
        for i in 0..2 {
            self.cross(i, 3 - i);
        }
        if LOG2 >= 3 {
            self.rotate_and_swap(6, 5, 32);
        }
        if LOG2 >= 4 {
            for i in 0..2 {
                for j in 0..2 {
                    self.cross_either(8 + 4 * i + j, 11 + 4 * i - j, i);
                }
            }
        }
        if LOG2 >= 5 {
            for i in 0..4 {
                self.rotate_and_swap(29 - i, 18 + i, 48 + (i >> 1) * 64);
            }
        }
        if LOG2 == 6 {
            for i in 0..4 {
                for j in 0..4 {
                    self.cross_either(32 + 8 * i + j, 39 + 8 * i - j, i & 1);
                }
            }
        }
        if LOG2 >= 3 {
            for i in 0..4 {
                self.cross(i, 7 - i);
            }
        }
        if LOG2 >= 4 {
            for i in 0..2 {
                self.rotate_and_swap(13 - i, 10 + i, 32);
            }
        }
        if LOG2 >= 5 {
            for i in 0..2 {
                for j in 0..4 {
                    self.cross_either(16 + 8 * i + j, 23 + 8 * i - j, i);
                }
            }
        }
        self.cosines_from_halves::<LOG2>();
    }

    #[inline(always)]
    fn cosines_from_halves<const LOG2: u32>(&mut self) {
        if LOG2 == 6 {
            for i in 0..8 {
                self.rotate_and_swap(59 - i, 36 + i, if i < 4 { 48 } else { 112 });
            }
        }
        if LOG2 >= 4 {
            for i in 0..8 {
                self.cross(i, 15 - i);
            }
        }
        if LOG2 >= 5 {
            for i in 0..4 {
                self.rotate_and_swap(27 - i, 20 + i, 32);
            }
        }
        if LOG2 == 6 {
            for i in 0..8 {
                self.cross(32 + i, 47 - i);
                self.cross(63 - i, 48 + i);
            }
        }
        if LOG2 >= 5 {
            for i in 0..16 {
                self.cross(i, 31 - i);
            }
        }
        if LOG2 == 6 {
            for i in 0..8 {
                self.rotate_and_swap(55 - i, 40 + i, 32);
            }
            for i in 0..32 {
                self.cross(i, 63 - i);
            }
        }
    }

    /// Transforms the sines of four numbers back (7.13.2.6).
    #[inline(always)]
    fn sines_of_4(&mut self) {
        const WEIGHTS: [[i32; 4]; 4] =
            [[1321, 3344, 3803, 2482], [2482, 3344, -1321, -3803], [3344, 0, -3344, 3344], [3803, -3344, 2482, -1321]];
        let numbers = [self.vectors[0], self.vectors[1], self.vectors[2], self.vectors[3]];
        for (number, weights) in self.vectors.iter_mut().zip(WEIGHTS) {
            *number = self.lanes.weigh(numbers, weights);
        }
    }

    /// Puts the numbers into the order in which sine transforms take them (7.13.2.4).
    #[inline(always)]
    fn order_for_sines<const COUNT: usize>(&mut self) {
        let mut ordered = [self.lanes.zero(); COUNT];
        for (i, number) in ordered.iter_mut().enumerate() {
            *number = self.vectors[if i & 1 == 1 { i - 1 } else { COUNT - i - 1 }];
        }
        self.vectors[..COUNT].copy_from_slice(&ordered);
    }

    /// Puts the results of a sine transform in order (7.13.2.5), and changes the sign of every other one.
    #[inline(always)]
    fn order_from_sines<const COUNT: usize>(&mut self) {
        let zero = self.lanes.zero();
        let mut ordered = [zero; COUNT];
        for (i, number) in ordered.iter_mut().enumerate() {
            let from = self.vectors[reverse(COUNT.ilog2(), i ^ i >> 1)];
            *number = if i & 1 == 1 { self.lanes.difference(zero, from) } else { from };
        }
        self.vectors[..COUNT].copy_from_slice(&ordered);
    }

    /// Transforms the sines of eight numbers back (7.13.2.7).
    #[inline(always)]
    fn sines_of_8(&mut self) {
        self.order_for_sines::<8>();
        for i in 0..4 {
            self.rotate_and_swap(2 * i, 2 * i + 1, 60 - 16 * i);
        }
        for i in 0..4 {
            self.cross(i, 4 + i);
        }
        for i in 0..2 {
            self.rotate_and_swap(4 + 3 * i, 5 + i, 48 - 32 * i);
        }
        for i in 0..2 {
            for j in 0..2 {
                self.cross(4 * j + i, 2 + 4 * j + i);
            }
        }
        for i in 0..2 {
            self.rotate_and_swap(2 + 4 * i, 3 + 4 * i, 32);
        }
        self.order_from_sines::<8>();
    }

    /// Transforms the sines of sixteen numbers back (7.13.2.8).
    #[inline(always)]
    fn sines_of_16(&mut self) {
        self.order_for_sines::<16>();
        for i in 0..8 {
            self.rotate_and_swap(2 * i, 2 * i + 1, 62 - 8 * i);
        }
        for i in 0..8 {
            self.cross(i, 8 + i);
        }
        for i in 0..2 {
            self.rotate_and_swap(8 + 2 * i, 9 + 2 * i, 56 - 32 * i);
            self.rotate_and_swap(13 + 2 * i, 12 + 2 * i, 8 + 32 * i);
        }
        for i in 0..4 {
            for j in 0..2 {
                self.cross(8 * j + i, 4 + 8 * j + i);
            }
        }
        for i in 0..2 {
            for j in 0..2 {
                self.rotate_and_swap(4 + 8 * j + 3 * i, 5 + 8 * j + i, 48 - 32 * i);
            }
        }
        for i in 0..2 {
            for j in 0..4 {
                self.cross(4 * j + i, 2 + 4 * j + i);
            }
        }
        for i in 0..4 {
            self.rotate_and_swap(2 + 4 * i, 3 + 4 * i, 32);
        }
        self.order_from_sines::<16>();
    }

    /// Scales numbers by the square root of half their count (7.13.2.15).
    #[inline(always)]
    fn identity(&mut self, log2: u32) {
        let zero = self.lanes.zero();
        for number in &mut self.vectors[..1 << log2] {
            let double = self.lanes.sum(*number, *number);
            *number = match log2 {
                2 => self.lanes.weigh([*number, zero, zero, zero], [5793, 0, 0, 0]),
                3 => double,
                4 => self.lanes.weigh([*number, zero, zero, zero], [11586, 0, 0, 0]),
                _ => self.lanes.sum(double, double),
            };
        }
    }
}
