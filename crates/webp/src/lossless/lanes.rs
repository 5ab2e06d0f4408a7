//! Calculates with pixels of several rows at once. Compilers do not find these operations on bytes by themselves.

/// Number of rows that are calculated together.
pub(super) const ROWS: usize = 4;

/// A pixel of each row.
pub(super) type Pixels = [u32; ROWS];

/// A processor's implementation of operations on each channel of a pixel in each row.
pub(super) trait Lanes: Copy {
    /// A pixel of each row.
    type Pixels: Copy;

    fn load(self, pixels: Pixels) -> Self::Pixels;
    fn store(self, pixels: Self::Pixels) -> Pixels;

    /// Moves each pixel a row down.
    fn lower(self, pixels: Self::Pixels) -> Self::Pixels;

    /// Puts `first` into the first row of lowered pixels.
    fn with_first(self, lowered: Self::Pixels, first: u32) -> Self::Pixels;

    fn sum(self, a: Self::Pixels, b: Self::Pixels) -> Self::Pixels;

    /// Returns the means, rounded down.
    fn mean(self, a: Self::Pixels, b: Self::Pixels) -> Self::Pixels;

    /// Returns `left` or `top`, whichever is nearer to the gradient.
    fn select(self, left: Self::Pixels, top: Self::Pixels, corner: Self::Pixels) -> Self::Pixels;

    /// Returns `left` + `top` − `corner`, clamped to a byte.
    fn gradient(self, left: Self::Pixels, top: Self::Pixels, corner: Self::Pixels) -> Self::Pixels;

    /// Returns `mean` and half of what it exceeds `corner` by, clamped to a byte.
    fn half_gradient(self, mean: Self::Pixels, corner: Self::Pixels) -> Self::Pixels;
}

/// The portable implementation.
#[derive(Debug, Clone, Copy)]
pub(super) struct Plain;

impl Lanes for Plain {
    type Pixels = Pixels;

    #[inline(always)]
    fn load(self, pixels: Pixels) -> Pixels {
        pixels
    }

    #[inline(always)]
    fn store(self, pixels: Pixels) -> Pixels {
        pixels
    }

    #[inline(always)]
    fn lower(self, [a, b, c, _]: Pixels) -> Pixels {
        [0, a, b, c]
    }

    #[inline(always)]
    fn with_first(self, [_, b, c, d]: Pixels, first: u32) -> Pixels {
        [first, b, c, d]
    }

    #[inline(always)]
    fn sum(self, a: Pixels, b: Pixels) -> Pixels {
        std::array::from_fn(|row| super::pixel::add(a[row], b[row]))
    }

    #[inline(always)]
    fn mean(self, a: Pixels, b: Pixels) -> Pixels {
        std::array::from_fn(|row| super::pixel::mean(a[row], b[row]))
    }

    #[inline(always)]
    fn select(self, left: Pixels, top: Pixels, corner: Pixels) -> Pixels {
        std::array::from_fn(|row| super::pixel::select(left[row], top[row], corner[row]))
    }

    #[inline(always)]
    fn gradient(self, left: Pixels, top: Pixels, corner: Pixels) -> Pixels {
        std::array::from_fn(|row| super::pixel::gradient(left[row], top[row], corner[row]))
    }

    #[inline(always)]
    fn half_gradient(self, mean: Pixels, corner: Pixels) -> Pixels {
        std::array::from_fn(|row| super::pixel::half_gradient(mean[row], corner[row]))
    }
}

#[cfg(target_arch = "x86_64")]
impl Lanes for pulp::x86::V3 {
    type Pixels = std::arch::x86_64::__m128i;

    #[inline(always)]
    fn load(self, pixels: Pixels) -> Self::Pixels {
        pulp::cast(pixels)
    }

    #[inline(always)]
    fn store(self, pixels: Self::Pixels) -> Pixels {
        pulp::cast(pixels)
    }

    #[inline(always)]
    fn lower(self, pixels: Self::Pixels) -> Self::Pixels {
        self.sse2._mm_slli_si128::<4>(pixels)
    }

    #[inline(always)]
    fn with_first(self, lowered: Self::Pixels, first: u32) -> Self::Pixels {
        self.sse2._mm_or_si128(lowered, self.sse2._mm_cvtsi32_si128(first.cast_signed()))
    }

    #[inline(always)]
    fn sum(self, a: Self::Pixels, b: Self::Pixels) -> Self::Pixels {
        self.sse2._mm_add_epi8(a, b)
    }

    #[inline(always)]
    fn mean(self, a: Self::Pixels, b: Self::Pixels) -> Self::Pixels {
        // The instruction rounds up.
        let odd = self.sse2._mm_and_si128(self.sse2._mm_xor_si128(a, b), self.sse2._mm_set1_epi8(1));
        self.sse2._mm_sub_epi8(self.sse2._mm_avg_epu8(a, b), odd)
    }

    #[inline(always)]
    fn select(self, left: Self::Pixels, top: Self::Pixels, corner: Self::Pixels) -> Self::Pixels {
        let (of_top, of_left) = (distance(self, top, corner), distance(self, left, corner));
        self.sse4_1._mm_blendv_epi8(top, left, self.sse2._mm_cmplt_epi32(of_top, of_left))
    }

    #[inline(always)]
    fn gradient(self, left: Self::Pixels, top: Self::Pixels, corner: Self::Pixels) -> Self::Pixels {
        // One of them is 0.
        let (more, less) = (self.sse2._mm_subs_epu8(top, corner), self.sse2._mm_subs_epu8(corner, top));
        self.sse2._mm_subs_epu8(self.sse2._mm_adds_epu8(left, more), less)
    }

    #[inline(always)]
    fn half_gradient(self, mean: Self::Pixels, corner: Self::Pixels) -> Self::Pixels {
        let half = |bytes| self.sse2._mm_and_si128(self.sse2._mm_srli_epi16::<1>(bytes), self.sse2._mm_set1_epi8(0x7f));
        let (more, less) = (half(self.sse2._mm_subs_epu8(mean, corner)), half(self.sse2._mm_subs_epu8(corner, mean)));
        self.sse2._mm_subs_epu8(self.sse2._mm_adds_epu8(mean, more), less)
    }
}

/// Returns the sums of the differences of all channels.
#[cfg(target_arch = "x86_64")]
#[inline(always)]
fn distance(
    simd: pulp::x86::V3,
    a: std::arch::x86_64::__m128i,
    b: std::arch::x86_64::__m128i,
) -> std::arch::x86_64::__m128i {
    let sse2 = simd.sse2;
    let channels = sse2._mm_or_si128(sse2._mm_subs_epu8(a, b), sse2._mm_subs_epu8(b, a));
    let odd = sse2._mm_srli_epi16::<8>(channels);
    let pairs = sse2._mm_add_epi16(sse2._mm_and_si128(channels, sse2._mm_set1_epi16(0xff)), odd);
    let upper = sse2._mm_srli_epi32::<16>(pairs);
    sse2._mm_add_epi32(sse2._mm_and_si128(pairs, sse2._mm_set1_epi32(0xffff)), upper)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Returns the results of all operations.
    fn results<L: Lanes>(lanes: L, [a, b, c]: [Pixels; 3]) -> [Pixels; 7] {
        let [x, y, z] = [a, b, c].map(|pixels| lanes.load(pixels));
        [
            lanes.with_first(lanes.lower(x), b[0]),
            lanes.sum(x, y),
            lanes.mean(x, y),
            lanes.select(x, y, z),
            lanes.gradient(x, y, z),
            lanes.half_gradient(x, y),
            x,
        ]
        .map(|pixels| lanes.store(pixels))
    }

    #[test]
    fn every_processor_calculates_alike() {
        let next = |x: &u32| Some(x.wrapping_mul(1_664_525).wrapping_add(1_013_904_223));
        let mut noise = std::iter::successors(Some(1), next).map(|x| x.rotate_left(11) ^ (x >> 7));
        let mut differ = 0;
        for i in 0..5000 {
            // Pixels of any values, similar ones, and extremes.
            let mask = [u32::MAX, 0x0707_0707, 0x8000_ff01][i % 3];
            let pixels = std::array::from_fn(|_| std::array::from_fn(|_| noise.next().unwrap_or(0) & mask));
            let plain = results(Plain, pixels);
            differ += usize::from(plain[3] != plain[4]);
            #[cfg(target_arch = "x86_64")]
            if let Some(simd) = pulp::x86::V3::try_new() {
                assert_eq!(results(simd, pixels), plain, "{pixels:x?}");
            }
        }
        assert!(differ > 1000, "{differ}");
    }
}
