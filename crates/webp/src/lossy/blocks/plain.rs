//! The portable implementation.

use super::super::modes::BlockMode;
use super::operations::{Blocks, Near, Numbers, Samples};

/// The portable implementation.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Plain;

impl Blocks for Plain {
    type Samples = Samples;
    type Numbers = Numbers;

    #[inline(always)]
    fn load(self, samples: Samples) -> Samples {
        samples
    }

    #[inline(always)]
    fn load_four(self, samples: [u8; 4]) -> Samples {
        std::array::from_fn(|i| samples[i % 4])
    }

    #[inline(always)]
    fn load_eight(self, samples: [u8; 8]) -> Samples {
        std::array::from_fn(|i| samples[i % 8])
    }

    #[inline(always)]
    fn store(self, samples: Samples) -> Samples {
        samples
    }

    #[inline(always)]
    fn fill(self, sample: u8) -> Samples {
        [sample; 16]
    }

    #[inline(always)]
    fn last(self, samples: Samples) -> Samples {
        [samples[15]; 16]
    }

    #[inline(always)]
    fn rightmost(self, block: Samples) -> Samples {
        std::array::from_fn(|i| block[i / 4 * 4 + 3])
    }

    #[inline(always)]
    fn columns(self, row: Samples, x: usize) -> Samples {
        self.load_four(row.as_chunks().0[x])
    }

    #[inline(always)]
    fn sum_rightmost(self, block: Samples) -> u16 {
        block.as_chunks().0.iter().map(|[_, _, _, last]| u16::from(*last)).sum()
    }

    #[inline(always)]
    fn sum_halves(self, row: Samples) -> [u16; 2] {
        let sum = |half: &[u8]| half.iter().map(|sample| u16::from(*sample)).sum();
        [sum(&row[..8]), sum(&row[8..])]
    }

    #[inline(always)]
    fn predict(self, Near { left, corner, above, right }: Near<Samples>, mode: BlockMode) -> Samples {
        // The edge from the bottom left over the corner, at 4, to the top right.
        let mut e = [left[15], left[11], left[7], left[3], corner[15], 0, 0, 0, 0, 0, 0, 0, 0];
        e[5..9].copy_from_slice(&above[12..]);
        e[9..].copy_from_slice(&right[12..]);
        let two = |i: usize| ((u16::from(e[i]) + u16::from(e[i + 1]) + 1) >> 1) as u8;
        let weigh = |a: u8, b: u8, c: u8| ((u16::from(a) + 2 * u16::from(b) + u16::from(c) + 2) >> 2) as u8;
        let three = |i: usize| weigh(e[i - 1], e[i], e[i + 1]);
        let rows: [[u8; 4]; 4] = match mode {
            BlockMode::Dc => {
                let sum: u16 = e[..4].iter().chain(&e[5..9]).map(|sample| u16::from(*sample)).sum();
                [[((sum + 4) >> 3) as u8; 4]; 4]
            }
            BlockMode::TrueMotion => std::array::from_fn(|y| {
                let slope = i16::from(e[3 - y]) - i16::from(e[4]);
                std::array::from_fn(|x| (i16::from(e[5 + x]) + slope).clamp(0, 255) as u8)
            }),
            BlockMode::Vertical => [std::array::from_fn(|x| three(5 + x)); 4],
            BlockMode::Horizontal => [[three(3); 4], [three(2); 4], [three(1); 4], [weigh(e[1], e[0], e[0]); 4]],
            BlockMode::LeftDown => {
                let last = weigh(e[11], e[12], e[12]);
                let diagonal: [u8; 7] = std::array::from_fn(|i| if i == 6 { last } else { three(6 + i) });
                std::array::from_fn(|y| std::array::from_fn(|x| diagonal[x + y]))
            }
            BlockMode::RightDown => std::array::from_fn(|y| std::array::from_fn(|x| three(4 + x - y))),
            BlockMode::VerticalRight => {
                let (even, odd) = ([two(4), two(5), two(6), two(7)], [three(4), three(5), three(6), three(7)]);
                [even, odd, [three(3), even[0], even[1], even[2]], [three(2), odd[0], odd[1], odd[2]]]
            }
            BlockMode::VerticalLeft => {
                let (even, odd) = ([two(5), two(6), two(7), two(8)], [three(6), three(7), three(8), three(9)]);
                [even, odd, [even[1], even[2], even[3], three(10)], [odd[1], odd[2], odd[3], three(11)]]
            }
            BlockMode::HorizontalDown => {
                let last = [two(0), three(1), two(1), three(2)];
                let third = [two(1), three(2), two(2), three(3)];
                [[two(3), three(4), three(5), three(6)], [two(2), three(3), two(3), three(4)], third, last]
            }
            BlockMode::HorizontalUp => {
                let (middle, end) = (two(0), e[0]);
                let third = [middle, weigh(e[1], end, end), end, end];
                [[two(2), three(2), two(1), three(1)], [two(1), three(1), third[0], third[1]], third, [end; 4]]
            }
        };
        std::array::from_fn(|i| rows[i / 4][i % 4])
    }

    #[inline(always)]
    fn gradient(self, left: Samples, above: Samples, corner: Samples) -> Samples {
        std::array::from_fn(|i| (i16::from(left[i]) + i16::from(above[i]) - i16::from(corner[i])).clamp(0, 255) as u8)
    }

    #[inline(always)]
    fn split(self, numbers: Numbers) -> [Samples; 2] {
        let opposites = numbers.map(i16::saturating_neg);
        [numbers, opposites].map(|numbers| numbers.map(|number| number.clamp(0, 255) as u8))
    }

    #[inline(always)]
    fn add(self, samples: Samples, [more, less]: [Samples; 2]) -> Samples {
        std::array::from_fn(|i| samples[i].saturating_add(more[i]).saturating_sub(less[i]))
    }

    #[inline(always)]
    fn rows(self, blocks: [Samples; 4]) -> [Samples; 4] {
        std::array::from_fn(|y| std::array::from_fn(|x| blocks[x / 4][4 * y + x % 4]))
    }

    #[inline(always)]
    fn load_numbers(self, numbers: Numbers) -> Numbers {
        numbers
    }

    #[cfg(test)]
    fn store_numbers(self, numbers: Numbers) -> Numbers {
        numbers
    }

    #[inline(always)]
    fn sum(self, a: Numbers, b: Numbers) -> Numbers {
        std::array::from_fn(|i| a[i].wrapping_add(b[i]))
    }

    #[inline(always)]
    fn difference(self, a: Numbers, b: Numbers) -> Numbers {
        std::array::from_fn(|i| a[i].wrapping_sub(b[i]))
    }

    #[inline(always)]
    fn multiply(self, numbers: Numbers, factor: i16) -> Numbers {
        numbers.map(|number| ((i32::from(number) * i32::from(factor)) >> 16) as i16)
    }

    #[inline(always)]
    fn eighth(self, numbers: Numbers) -> Numbers {
        numbers.map(|number| number.wrapping_add(4) >> 3)
    }

    #[inline(always)]
    fn turn(self, numbers: [Numbers; 16]) -> [Numbers; 16] {
        std::array::from_fn(|y| std::array::from_fn(|x| numbers[x][y]))
    }
}
