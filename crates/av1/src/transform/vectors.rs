//! Implements the operations with AVX2.

use std::arch::x86_64::{__m128i, __m256i};

use pulp::x86::V3;

use super::lanes::{FRACTION, Lanes, TURNED};

/// Sixteen numbers of 16 bits, whose sums saturate.
#[derive(Debug, Clone, Copy)]
pub(super) struct Wide(pub(super) V3);

/// Eight numbers of 16 bits, whose sums saturate.
#[derive(Debug, Clone, Copy)]
pub(super) struct Narrow(pub(super) V3);

/// Eight numbers of 32 bits.
#[derive(Debug, Clone, Copy)]
pub(super) struct Deep {
    pub(super) simd: V3,
    /// Most that a number, a result of the first pass, and a sample can be.
    pub(super) most: i32,
    pub(super) most_shifted: i32,
    pub(super) most_sample: i32,
}

/// Returns two factors for the products of neighbours.
#[inline(always)]
const fn pair(first: i32, second: i32) -> i32 {
    first & 0xffff | second << 16
}

const HALF: i32 = 1 << (FRACTION - 1);

/// Factors of 15 fraction bits: the square root of 1/2, and powers of 1/2.
const ROOT: i16 = 181 << 7;

#[inline(always)]
const fn half(bits: u32) -> i16 {
    1 << (15 - bits)
}

impl Wide {
    /// Returns the rounded sums of products of pairs.
    #[inline(always)]
    fn products(self, [low, high]: [__m256i; 2], factors: i32) -> [__m256i; 2] {
        let simd = self.0;
        let factors = simd.avx._mm256_set1_epi32(factors);
        [simd.avx2._mm256_madd_epi16(low, factors), simd.avx2._mm256_madd_epi16(high, factors)]
    }

    #[inline(always)]
    fn pairs(self, a: __m256i, b: __m256i) -> [__m256i; 2] {
        [self.0.avx2._mm256_unpacklo_epi16(a, b), self.0.avx2._mm256_unpackhi_epi16(a, b)]
    }

    #[inline(always)]
    fn fours(self, a: __m256i, b: __m256i) -> [__m256i; 2] {
        [self.0.avx2._mm256_unpacklo_epi32(a, b), self.0.avx2._mm256_unpackhi_epi32(a, b)]
    }

    #[inline(always)]
    fn finish(self, sums: [__m256i; 2]) -> __m256i {
        let avx2 = self.0.avx2;
        let half = self.0.avx._mm256_set1_epi32(HALF);
        let low = avx2._mm256_srai_epi32::<{ FRACTION as i32 }>(avx2._mm256_add_epi32(sums[0], half));
        let high = avx2._mm256_srai_epi32::<{ FRACTION as i32 }>(avx2._mm256_add_epi32(sums[1], half));
        avx2._mm256_packs_epi32(low, high)
    }
}

impl Lanes<u8> for Wide {
    type Vector = __m256i;

    const COUNT: usize = 16;

    #[inline(always)]
    fn zero(self) -> __m256i {
        self.0.avx._mm256_setzero_si256()
    }

    #[inline(always)]
    fn load(self, numbers: &[i16]) -> __m256i {
        pulp::cast(*numbers.first_chunk::<16>().expect("there is a number for each lane"))
    }

    #[inline(always)]
    fn sum(self, a: __m256i, b: __m256i) -> __m256i {
        self.0.avx2._mm256_adds_epi16(a, b)
    }

    #[inline(always)]
    fn difference(self, a: __m256i, b: __m256i) -> __m256i {
        self.0.avx2._mm256_subs_epi16(a, b)
    }

    #[inline(always)]
    fn rotate(self, [a, b]: [__m256i; 2], cos: i32, sin: i32) -> [__m256i; 2] {
        let pairs = self.pairs(a, b);
        [self.finish(self.products(pairs, pair(cos, -sin))), self.finish(self.products(pairs, pair(sin, cos)))]
    }

    #[inline(always)]
    fn weigh(self, [a, b, c, d]: [__m256i; 4], weights: [i32; 4]) -> __m256i {
        let first = self.products(self.pairs(a, b), pair(weights[0], weights[1]));
        let second = self.products(self.pairs(c, d), pair(weights[2], weights[3]));
        let avx2 = self.0.avx2;
        self.finish([avx2._mm256_add_epi32(first[0], second[0]), avx2._mm256_add_epi32(first[1], second[1])])
    }

    #[inline(always)]
    fn shorten(self, a: __m256i) -> __m256i {
        self.0.avx2._mm256_mulhrs_epi16(a, self.0.avx._mm256_set1_epi16(ROOT))
    }

    #[inline(always)]
    fn shift(self, a: __m256i, bits: u32) -> __m256i {
        if bits == 0 { a } else { self.0.avx2._mm256_mulhrs_epi16(a, self.0.avx._mm256_set1_epi16(half(bits))) }
    }

    #[inline(always)]
    fn store_turned(self, vectors: &[__m256i; TURNED], target: &mut [i16], stride: usize) {
        let avx2 = self.0.avx2;
        let v = vectors;
        let pairs = [self.pairs(v[0], v[1]), self.pairs(v[2], v[3]), self.pairs(v[4], v[5]), self.pairs(v[6], v[7])];
        let [a, b, c, d] = pairs;
        let halves = [[a[0], b[0], c[0], d[0]], [a[1], b[1], c[1], d[1]]];
        for (half, [a, b, c, d]) in halves.into_iter().enumerate() {
            let (front, back) = (self.fours(a, b), self.fours(c, d));
            for quarter in 0..2 {
                let rows = [
                    avx2._mm256_unpacklo_epi64(front[quarter], back[quarter]),
                    avx2._mm256_unpackhi_epi64(front[quarter], back[quarter]),
                ];
                for (index, row) in rows.into_iter().enumerate() {
                    let [low, high]: [[i16; TURNED]; 2] = pulp::cast(row);
                    let y = 4 * half + 2 * quarter + index;
                    target[y * stride..][..TURNED].copy_from_slice(&low);
                    target[(8 + y) * stride..][..TURNED].copy_from_slice(&high);
                }
            }
        }
    }

    #[inline(always)]
    fn add(self, a: __m256i, samples: &mut [u8]) {
        let (avx, avx2) = (self.0.avx, self.0.avx2);
        let Some(samples) = samples.first_chunk_mut::<16>() else { return };
        let residual = avx2._mm256_mulhrs_epi16(a, avx._mm256_set1_epi16(half(4)));
        let wide = avx2._mm256_cvtepu8_epi16(pulp::cast(*samples));
        let sum: [__m128i; 2] = pulp::cast(avx2._mm256_adds_epi16(wide, residual));
        *samples = pulp::cast(self.0.sse2._mm_packus_epi16(sum[0], sum[1]));
    }
}

impl Narrow {
    #[inline(always)]
    fn products(self, [low, high]: [__m128i; 2], factors: i32) -> [__m128i; 2] {
        let simd = self.0;
        let factors = simd.sse2._mm_set1_epi32(factors);
        [simd.sse2._mm_madd_epi16(low, factors), simd.sse2._mm_madd_epi16(high, factors)]
    }

    #[inline(always)]
    fn pairs(self, a: __m128i, b: __m128i) -> [__m128i; 2] {
        [self.0.sse2._mm_unpacklo_epi16(a, b), self.0.sse2._mm_unpackhi_epi16(a, b)]
    }

    #[inline(always)]
    fn fours(self, a: __m128i, b: __m128i) -> [__m128i; 2] {
        [self.0.sse2._mm_unpacklo_epi32(a, b), self.0.sse2._mm_unpackhi_epi32(a, b)]
    }

    #[inline(always)]
    fn finish(self, sums: [__m128i; 2]) -> __m128i {
        let sse2 = self.0.sse2;
        let half = sse2._mm_set1_epi32(HALF);
        let low = sse2._mm_srai_epi32::<{ FRACTION as i32 }>(sse2._mm_add_epi32(sums[0], half));
        let high = sse2._mm_srai_epi32::<{ FRACTION as i32 }>(sse2._mm_add_epi32(sums[1], half));
        sse2._mm_packs_epi32(low, high)
    }
}

impl Lanes<u8> for Narrow {
    type Vector = __m128i;

    const COUNT: usize = 8;

    #[inline(always)]
    fn zero(self) -> __m128i {
        self.0.sse2._mm_setzero_si128()
    }

    #[inline(always)]
    fn load(self, numbers: &[i16]) -> __m128i {
        pulp::cast(*numbers.first_chunk::<8>().expect("there is a number for each lane"))
    }

    #[inline(always)]
    fn sum(self, a: __m128i, b: __m128i) -> __m128i {
        self.0.sse2._mm_adds_epi16(a, b)
    }

    #[inline(always)]
    fn difference(self, a: __m128i, b: __m128i) -> __m128i {
        self.0.sse2._mm_subs_epi16(a, b)
    }

    #[inline(always)]
    fn rotate(self, [a, b]: [__m128i; 2], cos: i32, sin: i32) -> [__m128i; 2] {
        let pairs = self.pairs(a, b);
        [self.finish(self.products(pairs, pair(cos, -sin))), self.finish(self.products(pairs, pair(sin, cos)))]
    }

    #[inline(always)]
    fn weigh(self, [a, b, c, d]: [__m128i; 4], weights: [i32; 4]) -> __m128i {
        let first = self.products(self.pairs(a, b), pair(weights[0], weights[1]));
        let second = self.products(self.pairs(c, d), pair(weights[2], weights[3]));
        let sse2 = self.0.sse2;
        self.finish([sse2._mm_add_epi32(first[0], second[0]), sse2._mm_add_epi32(first[1], second[1])])
    }

    #[inline(always)]
    fn shorten(self, a: __m128i) -> __m128i {
        self.0.ssse3._mm_mulhrs_epi16(a, self.0.sse2._mm_set1_epi16(ROOT))
    }

    #[inline(always)]
    fn shift(self, a: __m128i, bits: u32) -> __m128i {
        if bits == 0 { a } else { self.0.ssse3._mm_mulhrs_epi16(a, self.0.sse2._mm_set1_epi16(half(bits))) }
    }

    #[inline(always)]
    fn store_turned(self, vectors: &[__m128i; TURNED], target: &mut [i16], stride: usize) {
        let sse2 = self.0.sse2;
        let v = vectors;
        let pairs = [self.pairs(v[0], v[1]), self.pairs(v[2], v[3]), self.pairs(v[4], v[5]), self.pairs(v[6], v[7])];
        let [a, b, c, d] = pairs;
        let halves = [[a[0], b[0], c[0], d[0]], [a[1], b[1], c[1], d[1]]];
        for (half, [a, b, c, d]) in halves.into_iter().enumerate() {
            let (front, back) = (self.fours(a, b), self.fours(c, d));
            for quarter in 0..2 {
                let rows = [
                    sse2._mm_unpacklo_epi64(front[quarter], back[quarter]),
                    sse2._mm_unpackhi_epi64(front[quarter], back[quarter]),
                ];
                for (index, row) in rows.into_iter().enumerate() {
                    let row: [i16; TURNED] = pulp::cast(row);
                    target[(4 * half + 2 * quarter + index) * stride..][..TURNED].copy_from_slice(&row);
                }
            }
        }
    }

    #[inline(always)]
    fn add(self, a: __m128i, samples: &mut [u8]) {
        let sse2 = self.0.sse2;
        let residual = self.0.ssse3._mm_mulhrs_epi16(a, sse2._mm_set1_epi16(half(4)));
        let bytes = match (samples.first_chunk::<8>(), samples.first_chunk::<4>()) {
            (Some(eight), _) => u64::from_le_bytes(*eight),
            (None, Some(four)) => u32::from_le_bytes(*four).into(),
            (None, None) => return,
        };
        let wide = self.0.sse4_1._mm_cvtepu8_epi16(pulp::cast([bytes, 0]));
        let sum = sse2._mm_adds_epi16(wide, residual);
        let sum: [u8; 16] = pulp::cast(sse2._mm_packus_epi16(sum, sum));
        let count = samples.len().min(8);
        if count == 8 {
            samples[..8].copy_from_slice(&sum[..8]);
        } else {
            samples[..4].copy_from_slice(&sum[..4]);
        }
    }
}

impl Deep {
    #[inline(always)]
    fn clamp(self, a: __m256i, most: i32) -> __m256i {
        let (avx, avx2) = (self.simd.avx, self.simd.avx2);
        let low = avx2._mm256_max_epi32(a, avx._mm256_set1_epi32(!most));
        avx2._mm256_min_epi32(low, avx._mm256_set1_epi32(most))
    }

    #[inline(always)]
    fn multiply(self, a: __m256i, factor: i32) -> __m256i {
        self.simd.avx2._mm256_mullo_epi32(a, self.simd.avx._mm256_set1_epi32(factor))
    }

    #[inline(always)]
    fn pairs(self, a: __m256i, b: __m256i) -> [__m256i; 2] {
        [self.simd.avx2._mm256_unpacklo_epi32(a, b), self.simd.avx2._mm256_unpackhi_epi32(a, b)]
    }

    #[inline(always)]
    fn fours(self, a: __m256i, b: __m256i) -> [__m256i; 2] {
        [self.simd.avx2._mm256_unpacklo_epi64(a, b), self.simd.avx2._mm256_unpackhi_epi64(a, b)]
    }

    #[inline(always)]
    fn round<const BITS: i32>(self, a: __m256i) -> __m256i {
        let avx2 = self.simd.avx2;
        avx2._mm256_srai_epi32::<BITS>(avx2._mm256_add_epi32(a, self.simd.avx._mm256_set1_epi32(1 << BITS >> 1)))
    }
}

impl Lanes<u16> for Deep {
    type Vector = __m256i;

    const COUNT: usize = 8;

    #[inline(always)]
    fn zero(self) -> __m256i {
        self.simd.avx._mm256_setzero_si256()
    }

    #[inline(always)]
    fn load(self, numbers: &[i32]) -> __m256i {
        pulp::cast(*numbers.first_chunk::<8>().expect("there is a number for each lane"))
    }

    #[inline(always)]
    fn sum(self, a: __m256i, b: __m256i) -> __m256i {
        self.clamp(self.simd.avx2._mm256_add_epi32(a, b), self.most)
    }

    #[inline(always)]
    fn difference(self, a: __m256i, b: __m256i) -> __m256i {
        self.clamp(self.simd.avx2._mm256_sub_epi32(a, b), self.most)
    }

    #[inline(always)]
    fn rotate(self, [a, b]: [__m256i; 2], cos: i32, sin: i32) -> [__m256i; 2] {
        let avx2 = self.simd.avx2;
        [
            self.round::<{ FRACTION as i32 }>(avx2._mm256_sub_epi32(self.multiply(a, cos), self.multiply(b, sin))),
            self.round::<{ FRACTION as i32 }>(avx2._mm256_add_epi32(self.multiply(a, sin), self.multiply(b, cos))),
        ]
    }

    #[inline(always)]
    fn weigh(self, [a, b, c, d]: [__m256i; 4], weights: [i32; 4]) -> __m256i {
        let avx2 = self.simd.avx2;
        let first = avx2._mm256_add_epi32(self.multiply(a, weights[0]), self.multiply(b, weights[1]));
        let second = avx2._mm256_add_epi32(self.multiply(c, weights[2]), self.multiply(d, weights[3]));
        self.round::<{ FRACTION as i32 }>(avx2._mm256_add_epi32(first, second))
    }

    #[inline(always)]
    fn shorten(self, a: __m256i) -> __m256i {
        self.round::<8>(self.multiply(a, 181))
    }

    #[inline(always)]
    fn shift(self, a: __m256i, bits: u32) -> __m256i {
        let shifted = match bits {
            0 => a,
            1 => self.round::<1>(a),
            _ => self.round::<2>(a),
        };
        self.clamp(shifted, self.most_shifted)
    }

    #[inline(always)]
    fn store_turned(self, vectors: &[__m256i; TURNED], target: &mut [i32], stride: usize) {
        let avx2 = self.simd.avx2;
        let v = vectors;
        let pairs = [self.pairs(v[0], v[1]), self.pairs(v[2], v[3]), self.pairs(v[4], v[5]), self.pairs(v[6], v[7])];
        let [a, b, c, d] = pairs;
        let halves = [[a[0], b[0], c[0], d[0]], [a[1], b[1], c[1], d[1]]];
        for (half, [a, b, c, d]) in halves.into_iter().enumerate() {
            let (front, back) = (self.fours(a, b), self.fours(c, d));
            for index in 0..2 {
                let (front, back) = (front[index], back[index]);
                let y = 2 * half + index;
                let rows = [
                    avx2._mm256_permute2x128_si256::<0x20>(front, back),
                    avx2._mm256_permute2x128_si256::<0x31>(front, back),
                ];
                for (row, y) in rows.into_iter().zip([y, y + 4]) {
                    let row: [i32; TURNED] = pulp::cast(row);
                    target[y * stride..][..TURNED].copy_from_slice(&row);
                }
            }
        }
    }

    #[inline(always)]
    fn add(self, a: __m256i, samples: &mut [u16]) {
        let avx2 = self.simd.avx2;
        let count = samples.len().min(8);
        let mut padded = [0; 8];
        if let Some(eight) = samples.first_chunk::<8>() {
            padded = *eight;
        } else {
            padded[..count].copy_from_slice(&samples[..count]);
        }
        let wide = avx2._mm256_cvtepu16_epi32(pulp::cast(padded));
        let sum = avx2._mm256_add_epi32(wide, self.round::<4>(a));
        let positive = avx2._mm256_max_epi32(sum, self.zero());
        let clamped = avx2._mm256_min_epi32(positive, self.simd.avx._mm256_set1_epi32(self.most_sample));
        let halves: [__m128i; 2] = pulp::cast(clamped);
        let sum: [u16; 8] = pulp::cast(self.simd.sse4_1._mm_packus_epi32(halves[0], halves[1]));
        if let Some(eight) = samples.first_chunk_mut::<8>() {
            *eight = sum;
        } else {
            samples[..count].copy_from_slice(&sum[..count]);
        }
    }
}
