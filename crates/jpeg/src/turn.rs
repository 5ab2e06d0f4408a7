//! The steps of the transforms that compilers make no vectors of: loading coefficients, and turning tiles of numbers, columns to
//! rows, between the two passes.

/// Coefficients in columns, or samples in rows; of fewer than 8×8, the upper left.
pub(crate) type Tile = [[f32; 8]; 8];

/// Coefficients in columns, or samples in rows, of two blocks side by side.
pub(crate) type Pair = [[f32; 8]; 4];

/// Eight columns of a row.
pub(crate) type Lanes = [f32; 8];

/// Loads and turns what a transform works on.
pub(crate) trait Turn: Copy {
    /// Loads coefficients, weighted.
    fn weighted(self, values: &[i16; 8], factors: &Lanes) -> Lanes;

    /// Puts the first halves side by side, and the second ones.
    fn halves(self, one: Lanes, other: Lanes) -> [Lanes; 2];

    /// Turns a block.
    fn tile(self, tile: Tile) -> Tile;

    /// Turns each of two blocks of 4×4 that lie side by side.
    fn pair(self, pair: Pair) -> Pair;
}

/// Any processor's way.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Plain;

impl Turn for Plain {
    #[inline(always)]
    fn weighted(self, values: &[i16; 8], factors: &Lanes) -> Lanes {
        std::array::from_fn(|i| f32::from(values[i]) * factors[i])
    }

    #[inline(always)]
    fn halves(self, one: Lanes, other: Lanes) -> [Lanes; 2] {
        [0, 4].map(|half| std::array::from_fn(|i| if i < 4 { one[half + i] } else { other[half + i - 4] }))
    }

    #[inline(always)]
    fn tile(self, tile: Tile) -> Tile {
        std::array::from_fn(|y| std::array::from_fn(|x| tile[x][y]))
    }

    #[inline(always)]
    fn pair(self, pair: Pair) -> Pair {
        std::array::from_fn(|y| std::array::from_fn(|x| pair[x % 4][x / 4 * 4 + y]))
    }
}

/// Pairs, fours and eights change places in rounds of shuffles, which compilers do not find by themselves.
#[cfg(target_arch = "x86_64")]
impl Turn for pulp::x86::V3 {
    #[inline(always)]
    fn weighted(self, values: &[i16; 8], factors: &Lanes) -> Lanes {
        let wide = self.avx2._mm256_cvtepi16_epi32(pulp::cast(*values));
        pulp::cast(self.avx._mm256_mul_ps(self.avx._mm256_cvtepi32_ps(wide), pulp::cast(*factors)))
    }

    #[inline(always)]
    fn halves(self, one: Lanes, other: Lanes) -> [Lanes; 2] {
        let (one, other) = (pulp::cast(one), pulp::cast(other));
        [
            pulp::cast(self.avx._mm256_permute2f128_ps::<0x20>(one, other)),
            pulp::cast(self.avx._mm256_permute2f128_ps::<0x31>(one, other)),
        ]
    }

    #[inline(always)]
    fn tile(self, tile: Tile) -> Tile {
        let avx = self.avx;
        let [a, b, c, d, e, f, g, h] = tile;
        let (upper, lower) = (self.pair([a, b, c, d]), self.pair([e, f, g, h]));
        let near =
            |y: usize| pulp::cast(avx._mm256_permute2f128_ps::<0x20>(pulp::cast(upper[y]), pulp::cast(lower[y])));
        let far = |y: usize| pulp::cast(avx._mm256_permute2f128_ps::<0x31>(pulp::cast(upper[y]), pulp::cast(lower[y])));
        [near(0), near(1), near(2), near(3), far(0), far(1), far(2), far(3)]
    }

    #[inline(always)]
    fn pair(self, pair: Pair) -> Pair {
        let avx = self.avx;
        let [a, b, c, d] = pair.map(pulp::cast);
        let (ab, cd) = (avx._mm256_unpacklo_ps(a, b), avx._mm256_unpacklo_ps(c, d));
        let (ab_high, cd_high) = (avx._mm256_unpackhi_ps(a, b), avx._mm256_unpackhi_ps(c, d));
        [
            pulp::cast(avx._mm256_shuffle_ps::<0b01_00_01_00>(ab, cd)),
            pulp::cast(avx._mm256_shuffle_ps::<0b11_10_11_10>(ab, cd)),
            pulp::cast(avx._mm256_shuffle_ps::<0b01_00_01_00>(ab_high, cd_high)),
            pulp::cast(avx._mm256_shuffle_ps::<0b11_10_11_10>(ab_high, cd_high)),
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_processor_turns_alike() {
        let tile: Tile = std::array::from_fn(|y| std::array::from_fn(|x| (y * 8 + x) as f32));
        let pair: Pair = std::array::from_fn(|y| tile[y]);
        let plain = (Plain.tile(tile), Plain.pair(pair));
        assert_eq!((plain.0[3][5], plain.1[3][1], plain.1[3][5]), (tile[5][3], tile[1][3], tile[1][7]));
        #[cfg(target_arch = "x86_64")]
        if let Some(simd) = pulp::x86::V3::try_new() {
            assert_eq!((simd.tile(tile), simd.pair(pair)), plain);
            assert_eq!(simd.halves(tile[2], tile[5]), Plain.halves(tile[2], tile[5]));
            let values = [0, 1, -1, 255, -256, i16::MAX, i16::MIN, 7];
            assert_eq!(simd.weighted(&values, &tile[3]), Plain.weighted(&values, &tile[3]));
        }
    }
}
