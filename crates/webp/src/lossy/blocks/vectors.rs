//! The implementation by vectors of x86-64.

use std::arch::x86_64::{__m128i, __m256i};

use pulp::x86::V3;

use super::super::modes::BlockMode;
use super::operations::{Blocks, Near, Numbers, Samples};

/// Stands for no sample in a list of indices.
const NONE: u8 = 0x80;

// The edge of a block: 4 samples at the left from the bottom to the top, the corner, and 8 samples above. The last one
// follows twice, then the first one.

/// The indices of a block's rightmost samples at their places of the edge.
const LEFT: Samples = [15, 11, 7, 3, NONE, NONE, NONE, NONE, NONE, NONE, NONE, NONE, NONE, NONE, NONE, 15];

/// Those of the last row of the block above.
const TOP: Samples = [NONE, NONE, NONE, NONE, NONE, 12, 13, 14, 15, NONE, NONE, NONE, NONE, NONE, NONE, NONE];

/// Those of the last row of the block to the right of it.
const RIGHT: Samples = [NONE, NONE, NONE, NONE, NONE, NONE, NONE, NONE, NONE, 12, 13, 14, 15, 15, 15, NONE];

/// That of the last sample of the block to the left of it.
const CORNER: Samples = [NONE, NONE, NONE, NONE, 15, NONE, NONE, NONE, NONE, NONE, NONE, NONE, NONE, NONE, NONE, NONE];

/// The neighbours on the edge.
const BEFORE: Samples = [15, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14];
const AFTER: Samples = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 0];
/// The rows and columns of the block.
const ROWS: Samples = [3, 3, 3, 3, 2, 2, 2, 2, 1, 1, 1, 1, 0, 0, 0, 0];
const COLUMNS: Samples = [5, 6, 7, 8, 5, 6, 7, 8, 5, 6, 7, 8, 5, 6, 7, 8];
/// The samples whose mean is taken.
const OF_MEAN: Samples = [255, 255, 255, 255, 0, 255, 255, 255, 255, 0, 0, 0, 0, 0, 0, 0];
const ALL: Samples = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15];
const NO: Samples = [NONE; 16];

/// By mode, the indices of the samples in the means of two neighbours on the edge (from their first), in those of three
/// (from their second), in the mean of all, and in the prediction of true motion.
const PICKS: [[Samples; 4]; 10] = [
    [NO, NO, ALL, NO],
    [NO, NO, NO, ALL],
    // Vertical.
    [NO, COLUMNS, NO, NO],
    // Horizontal.
    [NO, ROWS, NO, NO],
    // Left down.
    [NO, [6, 7, 8, 9, 7, 8, 9, 10, 8, 9, 10, 11, 9, 10, 11, 12], NO, NO],
    // Right down.
    [NO, [4, 5, 6, 7, 3, 4, 5, 6, 2, 3, 4, 5, 1, 2, 3, 4], NO, NO],
    // Vertical right.
    [
        [4, 5, 6, 7, NONE, NONE, NONE, NONE, NONE, 4, 5, 6, NONE, NONE, NONE, NONE],
        [NONE, NONE, NONE, NONE, 4, 5, 6, 7, 3, NONE, NONE, NONE, 2, 4, 5, 6],
        NO,
        NO,
    ],
    // Vertical left.
    [
        [5, 6, 7, 8, NONE, NONE, NONE, NONE, 6, 7, 8, NONE, NONE, NONE, NONE, NONE],
        [NONE, NONE, NONE, NONE, 6, 7, 8, 9, NONE, NONE, NONE, 10, 7, 8, 9, 11],
        NO,
        NO,
    ],
    // Horizontal down.
    [
        [3, NONE, NONE, NONE, 2, NONE, 3, NONE, 1, NONE, 2, NONE, 0, NONE, 1, NONE],
        [NONE, 4, 5, 6, NONE, 3, NONE, 4, NONE, 2, NONE, 3, NONE, 1, NONE, 2],
        NO,
        NO,
    ],
    // Horizontal up. The last mean of two is that of the lowest sample with itself.
    [
        [2, NONE, 1, NONE, 1, NONE, 0, NONE, 0, NONE, 15, 15, 15, 15, 15, 15],
        [NONE, 2, NONE, 1, NONE, 1, NONE, 0, NONE, 0, NONE, NONE, NONE, NONE, NONE, NONE],
        NO,
        NO,
    ],
];

impl Blocks for V3 {
    type Samples = __m128i;
    type Numbers = __m256i;

    #[inline(always)]
    fn load(self, samples: Samples) -> Self::Samples {
        pulp::cast(samples)
    }

    #[inline(always)]
    fn load_four(self, samples: [u8; 4]) -> Self::Samples {
        self.sse2._mm_set1_epi32(i32::from_ne_bytes(samples))
    }

    #[inline(always)]
    fn load_eight(self, samples: [u8; 8]) -> Self::Samples {
        self.sse2._mm_set1_epi64x(i64::from_ne_bytes(samples))
    }

    #[inline(always)]
    fn store(self, samples: Self::Samples) -> Samples {
        pulp::cast(samples)
    }

    #[inline(always)]
    fn fill(self, sample: u8) -> Self::Samples {
        self.sse2._mm_set1_epi8(sample.cast_signed())
    }

    #[inline(always)]
    fn last(self, samples: Self::Samples) -> Self::Samples {
        pick(self, samples, [15; 16])
    }

    #[inline(always)]
    fn rightmost(self, block: Self::Samples) -> Self::Samples {
        pick(self, block, [3, 3, 3, 3, 7, 7, 7, 7, 11, 11, 11, 11, 15, 15, 15, 15])
    }

    #[inline(always)]
    fn columns(self, row: Self::Samples, x: usize) -> Self::Samples {
        match x {
            0 => self.sse2._mm_shuffle_epi32::<0b00_00_00_00>(row),
            1 => self.sse2._mm_shuffle_epi32::<0b01_01_01_01>(row),
            2 => self.sse2._mm_shuffle_epi32::<0b10_10_10_10>(row),
            _ => self.sse2._mm_shuffle_epi32::<0b11_11_11_11>(row),
        }
    }

    #[inline(always)]
    fn sum_rightmost(self, block: Self::Samples) -> u16 {
        let [low, high] = self.sum_halves(self.sse2._mm_srli_epi32::<24>(block));
        low + high
    }

    #[inline(always)]
    fn sum_halves(self, row: Self::Samples) -> [u16; 2] {
        let sums = self.sse2._mm_sad_epu8(row, self.sse2._mm_setzero_si128());
        let [low, _, _, _, high, _, _, _]: [u16; 8] = pulp::cast(sums);
        [low, high]
    }

    /// Calculates all modes and picks one, since nothing foretells which is the next.
    #[inline(always)]
    fn predict(self, near: Near<Self::Samples>, mode: BlockMode) -> Self::Samples {
        let sse2 = self.sse2;
        let or = |a, b| sse2._mm_or_si128(a, b);
        let top = or(pick(self, near.above, TOP), pick(self, near.right, RIGHT));
        let left = or(pick(self, near.left, LEFT), pick(self, near.corner, CORNER));
        let edge = or(left, top);
        let (before, after) = (pick(self, edge, BEFORE), pick(self, edge, AFTER));
        let two = sse2._mm_avg_epu8(edge, after);
        // The mean of the outer ones has to be rounded down, but the instruction rounds up.
        let odd = sse2._mm_and_si128(sse2._mm_xor_si128(before, after), sse2._mm_set1_epi8(1));
        let three = sse2._mm_avg_epu8(edge, sse2._mm_sub_epi8(sse2._mm_avg_epu8(before, after), odd));
        let motion = self.gradient(pick(self, edge, ROWS), pick(self, edge, COLUMNS), pick(self, edge, [4; 16]));
        let [of_two, of_three, of_mean, of_motion] = PICKS[mode as usize];
        let directional = or(pick(self, two, of_two), pick(self, three, of_three));
        or(directional, or(pick(self, mean(self, edge), of_mean), pick(self, motion, of_motion)))
    }

    #[inline(always)]
    fn gradient(self, left: Self::Samples, above: Self::Samples, corner: Self::Samples) -> Self::Samples {
        // One of them is 0.
        let (more, less) = (self.sse2._mm_subs_epu8(above, corner), self.sse2._mm_subs_epu8(corner, above));
        self.sse2._mm_subs_epu8(self.sse2._mm_adds_epu8(left, more), less)
    }

    #[inline(always)]
    fn split(self, numbers: Self::Numbers) -> [Self::Samples; 2] {
        let [low, high]: [__m128i; 2] = pulp::cast(numbers);
        let opposite = |numbers| self.sse2._mm_subs_epi16(self.sse2._mm_setzero_si128(), numbers);
        [self.sse2._mm_packus_epi16(low, high), self.sse2._mm_packus_epi16(opposite(low), opposite(high))]
    }

    #[inline(always)]
    fn add(self, samples: Self::Samples, [more, less]: [Self::Samples; 2]) -> Self::Samples {
        self.sse2._mm_subs_epu8(self.sse2._mm_adds_epu8(samples, more), less)
    }

    #[inline(always)]
    fn rows(self, [a, b, c, d]: [Self::Samples; 4]) -> [Self::Samples; 4] {
        let sse2 = self.sse2;
        let upper = [sse2._mm_unpacklo_epi32(a, b), sse2._mm_unpacklo_epi32(c, d)];
        let lower = [sse2._mm_unpackhi_epi32(a, b), sse2._mm_unpackhi_epi32(c, d)];
        [
            sse2._mm_unpacklo_epi64(upper[0], upper[1]),
            sse2._mm_unpackhi_epi64(upper[0], upper[1]),
            sse2._mm_unpacklo_epi64(lower[0], lower[1]),
            sse2._mm_unpackhi_epi64(lower[0], lower[1]),
        ]
    }

    #[inline(always)]
    fn load_numbers(self, numbers: Numbers) -> Self::Numbers {
        pulp::cast(numbers)
    }

    #[cfg(test)]
    fn store_numbers(self, numbers: Self::Numbers) -> Numbers {
        pulp::cast(numbers)
    }

    #[inline(always)]
    fn sum(self, a: Self::Numbers, b: Self::Numbers) -> Self::Numbers {
        self.avx2._mm256_add_epi16(a, b)
    }

    #[inline(always)]
    fn difference(self, a: Self::Numbers, b: Self::Numbers) -> Self::Numbers {
        self.avx2._mm256_sub_epi16(a, b)
    }

    #[inline(always)]
    fn multiply(self, numbers: Self::Numbers, factor: i16) -> Self::Numbers {
        self.avx2._mm256_mulhi_epi16(numbers, self.avx._mm256_set1_epi16(factor))
    }

    #[inline(always)]
    fn eighth(self, numbers: Self::Numbers) -> Self::Numbers {
        self.avx2._mm256_srai_epi16::<3>(self.avx2._mm256_add_epi16(numbers, self.avx._mm256_set1_epi16(4)))
    }

    #[inline(always)]
    fn turn(self, rows: [Self::Numbers; 16]) -> [Self::Numbers; 16] {
        // The upper eight rows are the first halves of vectors, the lower eight the second ones.
        let left = std::array::from_fn(|y| self.avx2._mm256_permute2x128_si256::<0x20>(rows[y], rows[y + 8]));
        let right = std::array::from_fn(|y| self.avx2._mm256_permute2x128_si256::<0x31>(rows[y], rows[y + 8]));
        let (left, right) = (turn_halves(self, left), turn_halves(self, right));
        std::array::from_fn(|y| if y < 8 { left[y] } else { right[y - 8] })
    }
}

/// Exchanges rows and columns of eight by eight numbers in each half of the vectors.
#[inline(always)]
fn turn_halves(simd: V3, mut rows: [__m256i; 8]) -> [__m256i; 8] {
    // Interleaving the halves of the list three times takes each index of a row to that of a column.
    for _ in 0..3 {
        rows = std::array::from_fn(|i| {
            let (a, b) = (rows[i / 2], rows[i / 2 + 4]);
            if i % 2 == 0 { simd.avx2._mm256_unpacklo_epi16(a, b) } else { simd.avx2._mm256_unpackhi_epi16(a, b) }
        });
    }
    rows
}

/// Returns the samples at these indices, and 0 for [`NONE`].
#[inline(always)]
fn pick(simd: V3, samples: __m128i, indices: Samples) -> __m128i {
    simd.ssse3._mm_shuffle_epi8(samples, pulp::cast(indices))
}

/// Returns 16 times the mean of the edge.
#[inline(always)]
fn mean(simd: V3, edge: __m128i) -> __m128i {
    let sse2 = simd.sse2;
    let sums = sse2._mm_sad_epu8(sse2._mm_and_si128(edge, pulp::cast(OF_MEAN)), sse2._mm_setzero_si128());
    let sum = sse2._mm_add_epi16(sums, sse2._mm_shuffle_epi32::<0b01_00_11_10>(sums));
    let mean = sse2._mm_srli_epi16::<3>(sse2._mm_add_epi16(sum, sse2._mm_set1_epi16(4)));
    pick(simd, mean, [0; 16])
}
