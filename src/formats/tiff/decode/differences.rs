//! Sums the differences of the horizontal predictor in vectors (TIFF 6.0, section 14).
//!
//! Each pixel is the sum of all differences up to its own. Within a vector these sums take two or three steps, whatever the number
//! of pixels; the last pixel is then added to all of the next vector.

#![allow(clippy::inline_always, reason = "the hot loops are compiled once for each kind of processor")]

/// Sums the differences of a row of pixels with three or four bytes, or three numbers of 16 bits, as far as vectors go. Returns
/// the number of finished bytes: 0 if this processor has no vectors for it.
pub(super) fn sum_up(row: &mut [u8], samples: usize, bytes: usize) -> usize {
    #[cfg(target_arch = "x86_64")]
    if let Some(simd) = pulp::x86::V3::try_new() {
        return match (samples, bytes) {
            (3, 1) => simd.vectorize(vectors::SumUp::<3, 1> { simd, row }),
            (4, 1) => simd.vectorize(vectors::SumUp::<4, 1> { simd, row }),
            (3, 2) => simd.vectorize(vectors::SumUp::<3, 2> { simd, row }),
            _ => 0,
        };
    }
    let _ = (row, samples, bytes);
    0
}

#[cfg(target_arch = "x86_64")]
mod vectors {
    use std::arch::x86_64::__m128i;

    use pulp::NullaryFnOnce;
    use pulp::x86::V3;

    /// Bytes of a vector.
    const VECTOR: usize = 16;

    /// Sums pixels of `SAMPLES` numbers of `BYTES` bytes.
    pub(super) struct SumUp<'a, const SAMPLES: usize, const BYTES: usize> {
        pub(super) simd: V3,
        pub(super) row: &'a mut [u8],
    }

    impl<const SAMPLES: usize, const BYTES: usize> NullaryFnOnce for SumUp<'_, SAMPLES, BYTES> {
        type Output = usize;

        #[inline(always)]
        fn call(self) -> usize {
            let Self { simd, row } = self;
            let pixel = SAMPLES * BYTES;
            // Whole pixels of a vector.
            let step = VECTOR / pixel * pixel;
            let last_pixel: [u8; VECTOR] = std::array::from_fn(|byte| (step - pixel + byte % pixel).to_le_bytes()[0]);
            let last_pixel: __m128i = pulp::cast(last_pixel);
            let mut sums: __m128i = pulp::cast([0_u8; VECTOR]);
            let mut at = 0;
            let Some(mut next) = load(row, 0) else { return 0 };
            loop {
                let differences = next;
                let carried = simd.ssse3._mm_shuffle_epi8(sums, last_pixel);
                sums = add::<BYTES>(simd, within::<SAMPLES, BYTES>(simd, differences), carried);
                // The store replaces bytes of the next pixel, which are loaded before.
                match load(row, at + step) {
                    Some(following) => next = following,
                    None => {
                        let finished: [u8; VECTOR] = pulp::cast(sums);
                        row[at..at + step].copy_from_slice(&finished[..step]);
                        return at + step;
                    }
                }
                if let Some(out) = row[at..].first_chunk_mut::<VECTOR>() {
                    *out = pulp::cast(sums);
                }
                at += step;
            }
        }
    }

    #[inline(always)]
    fn load(row: &[u8], at: usize) -> Option<__m128i> {
        row.get(at..)?.first_chunk::<VECTOR>().map(|bytes| pulp::cast(*bytes))
    }

    #[inline(always)]
    fn add<const BYTES: usize>(simd: V3, a: __m128i, b: __m128i) -> __m128i {
        if BYTES == 1 { simd.sse2._mm_add_epi8(a, b) } else { simd.sse2._mm_add_epi16(a, b) }
    }

    /// Sums the pixels of one vector.
    #[inline(always)]
    fn within<const SAMPLES: usize, const BYTES: usize>(simd: V3, differences: __m128i) -> __m128i {
        let sse2 = simd.sse2;
        let mut sums = differences;
        match (SAMPLES, BYTES) {
            (3, 1) => {
                sums = add::<BYTES>(simd, sums, sse2._mm_slli_si128::<3>(sums));
                sums = add::<BYTES>(simd, sums, sse2._mm_slli_si128::<6>(sums));
                sums = add::<BYTES>(simd, sums, sse2._mm_slli_si128::<12>(sums));
            }
            (4, 1) => {
                sums = add::<BYTES>(simd, sums, sse2._mm_slli_si128::<4>(sums));
                sums = add::<BYTES>(simd, sums, sse2._mm_slli_si128::<8>(sums));
            }
            _ => sums = add::<BYTES>(simd, sums, sse2._mm_slli_si128::<6>(sums)),
        }
        sums
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn vectors_hold_the_sums_of_all_differences() {
        let next = |x: &u32| Some(x.wrapping_mul(1_664_525).wrapping_add(1_013_904_223));
        let noise: Vec<u8> = std::iter::successors(Some(3), next).map(|x| (x >> 13) as u8).take(3000).collect();
        for (samples, bytes) in [(3, 1), (4, 1), (3, 2)] {
            for pixels in [0, 1, 4, 5, 6, 16, 61, 200] {
                let row = &noise[..pixels * samples * bytes];
                let mut wanted = row.to_vec();
                for at in samples * bytes..wanted.len() {
                    let before = at - samples * bytes;
                    if bytes == 1 {
                        wanted[at] = wanted[at].wrapping_add(wanted[before]);
                    } else if at % 2 == 0 {
                        let number = |at: usize| u16::from_ne_bytes([wanted[at], wanted[at + 1]]);
                        let sum = number(at).wrapping_add(number(before)).to_ne_bytes();
                        wanted[at..at + 2].copy_from_slice(&sum);
                    }
                }
                let mut got = row.to_vec();
                let finished = sum_up(&mut got, samples, bytes);
                assert_eq!(finished % (samples * bytes), 0);
                assert_eq!(got[..finished], wanted[..finished], "{pixels} pixels of {samples} times {bytes}");
                assert_eq!(got[finished..], row[finished..]);
            }
        }
        assert_eq!(sum_up(&mut [1; 64], 5, 1), 0);
    }
}
