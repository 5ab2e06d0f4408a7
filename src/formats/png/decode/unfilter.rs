//! Undoes the filters of four rows at once (PNG, third edition, 9.2).
//!
//! Most filters need the pixel to the left, so that one row is a chain of sums, each waiting for the last. Four rows side by side
//! are four chains: each row lags behind the one above by two pixels, where all its neighbours are known. Pixels have up to four
//! bytes. Filters may differ from row to row.

#![allow(clippy::inline_always, reason = "the hot loops are compiled once for each kind of processor")]

/// Number of rows that are unfiltered together.
pub(super) const ROWS: usize = 4;

/// Pixels that each row lags behind the one above.
const LAG: usize = 2;

/// Bytes before and after each row: the lag of the last row in pixels of four bytes, and the bytes beyond a last pixel of three.
const MARGIN: usize = LAG * ROWS * 4 + 4;

/// The filter of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Filter {
    None,
    Left,
    Above,
    Mean,
    Paeth,
}

impl Filter {
    /// Returns the filter of a type byte.
    pub(super) const fn of(byte: u8) -> Option<Self> {
        match byte {
            0 => Some(Self::None),
            1 => Some(Self::Left),
            2 => Some(Self::Above),
            3 => Some(Self::Mean),
            4 => Some(Self::Paeth),
            _ => None,
        }
    }
}

/// Rows with margins: the one above, which is 0 before the first row, and four others.
#[derive(Debug)]
pub(super) struct Rows {
    /// Bytes of a row.
    length: usize,
    filtered: [Vec<u8>; ROWS],
    filters: [Filter; ROWS],
    above: Vec<u8>,
    unfiltered: [Vec<u8>; ROWS],
}

impl Rows {
    /// Returns buffers for rows of `length` bytes. `None` if there is no memory for them.
    pub(super) fn of_length(length: usize) -> Option<Self> {
        let buffer = || {
            let mut buffer = Vec::new();
            let room = length.checked_add(2 * MARGIN)?;
            buffer.try_reserve_exact(room).ok()?;
            buffer.resize(room, 0);
            Some(buffer)
        };
        let four = || Some([buffer()?, buffer()?, buffer()?, buffer()?]);
        let filters = [Filter::None; ROWS];
        Some(Self { length, filtered: four()?, filters, above: buffer()?, unfiltered: four()? })
    }

    /// Sets a row: the byte of its filter, and its filtered bytes. `None` if there is no such filter.
    pub(super) fn set(&mut self, row: usize, bytes: &[u8]) -> Option<()> {
        let (filter, bytes) = bytes.split_first()?;
        self.filters[row] = Filter::of(*filter)?;
        self.filtered[row][MARGIN..][..self.length].copy_from_slice(bytes);
        Some(())
    }

    /// Unfilters the rows set, of pixels of `PIXEL` bytes.
    pub(super) fn unfilter<const PIXEL: usize>(&mut self) {
        #[cfg(target_arch = "x86_64")]
        if let Some(simd) = pulp::x86::V3::try_new() {
            let needs = |filter| self.filters.contains(&filter);
            match (needs(Filter::Paeth), needs(Filter::Mean)) {
                (true, true) => simd.vectorize(vectors::Unfilter::<PIXEL, true, true> { simd, rows: self }),
                (true, false) => simd.vectorize(vectors::Unfilter::<PIXEL, true, false> { simd, rows: self }),
                (false, _) => simd.vectorize(vectors::Unfilter::<PIXEL, false, true> { simd, rows: self }),
            }
            return;
        }
        self.unfilter_plainly::<PIXEL>();
    }

    /// Returns an unfiltered row.
    pub(super) fn row(&self, row: usize) -> &[u8] {
        &self.unfiltered[row][MARGIN..][..self.length]
    }

    /// Makes the last row the one above the next.
    pub(super) fn advance(&mut self) {
        std::mem::swap(&mut self.above, &mut self.unfiltered[ROWS - 1]);
        self.unfiltered[ROWS - 1][..MARGIN].fill(0);
    }

    /// Unfilters the rows one after the other.
    fn unfilter_plainly<const PIXEL: usize>(&mut self) {
        for row in 0..ROWS {
            let (before, from) = self.unfiltered.split_at_mut(row);
            let above = before.last().unwrap_or(&self.above);
            let (filtered, out) = (&self.filtered[row], &mut from[0]);
            for (at, byte) in filtered.iter().enumerate().skip(MARGIN).take(self.length) {
                let (left, up, corner) = (out[at - PIXEL], above[at], above[at - PIXEL]);
                let prediction = match self.filters[row] {
                    Filter::None => 0,
                    Filter::Left => left,
                    Filter::Above => up,
                    Filter::Mean => left.midpoint(up),
                    Filter::Paeth => paeth(left, up, corner),
                };
                out[at] = byte.wrapping_add(prediction);
            }
            // The bytes before a row count as 0, and so do they where vectors have run over them.
            out[..MARGIN].fill(0);
        }
    }
}

/// Returns the neighbour that is nearest to the gradient (9.4).
fn paeth(left: u8, above: u8, corner: u8) -> u8 {
    let [a, b, c] = [left, above, corner].map(i16::from);
    let [to_left, to_above, to_corner] = [a, b, c].map(|near| (a + b - c - near).abs());
    if to_left <= to_above && to_left <= to_corner {
        left
    } else if to_above <= to_corner {
        above
    } else {
        corner
    }
}

#[cfg(target_arch = "x86_64")]
mod vectors {
    use std::arch::x86_64::__m256i;

    use pulp::NullaryFnOnce;
    use pulp::x86::V3;

    use super::{Filter, LAG, MARGIN, ROWS, Rows};

    /// Unfilters pixels of `PIXEL` bytes. The predictions of filters that no row has are left out.
    pub(super) struct Unfilter<'a, const PIXEL: usize, const PAETH: bool, const MEAN: bool> {
        pub(super) simd: V3,
        pub(super) rows: &'a mut Rows,
    }

    /// Four pixels of four bytes, in 16 bits each.
    type Pixels = __m256i;

    #[inline(always)]
    fn load(bytes: &[u8], at: usize) -> u32 {
        bytes[at..].first_chunk::<4>().map_or(0, |pixel| u32::from_le_bytes(*pixel))
    }

    #[inline(always)]
    fn store(bytes: &mut [u8], at: usize, pixel: u32) {
        if let Some(bytes) = bytes[at..].first_chunk_mut() {
            *bytes = pixel.to_le_bytes();
        }
    }

    impl<const PIXEL: usize, const PAETH: bool, const MEAN: bool> NullaryFnOnce for Unfilter<'_, PIXEL, PAETH, MEAN> {
        type Output = ();

        #[inline(always)]
        fn call(self) {
            let Self { simd, rows } = self;
            let (avx, avx2) = (simd.avx, simd.avx2);
            let filters = rows.filters;
            let mask = |filter: Filter| -> Pixels {
                pulp::cast(filters.map(|of_row| if of_row == filter { [u16::MAX; 4] } else { [0; 4] }))
            };
            let (of_left, of_above) = (mask(Filter::Left), mask(Filter::Above));
            let (of_mean, of_paeth) = (mask(Filter::Mean), mask(Filter::Paeth));
            let bytes = avx._mm256_set1_epi16(0xff);
            let zero = avx._mm256_setzero_si256();
            let steps = rows.length / PIXEL + LAG * (ROWS - 1);
            let length = steps * PIXEL + 4;
            let start = |row: usize| MARGIN - row * LAG * PIXEL;
            let above = &rows.above[start(0)..][..length];
            let [one, two, three, four] = rows.filtered.each_ref();
            let (one, two) = (&one[start(0)..][..length], &two[start(1)..][..length]);
            let (three, four) = (&three[start(2)..][..length], &four[start(3)..][..length]);
            let [first, second, third, fourth] = &mut rows.unfiltered;
            let first = &mut first[start(0)..][..length];
            let second = &mut second[start(1)..][..length];
            let third = &mut third[start(2)..][..length];
            let fourth = &mut fourth[start(3)..][..length];
            // The pixels of the last step, those of the two before, lowered by a row, and those above and to the left.
            let (mut left, mut last, mut second_last, mut corner) = (zero, zero, zero, zero);
            for at in (0..steps * PIXEL).step_by(PIXEL) {
                let top = simd.sse4_1._mm_cvtepu8_epi16(simd.sse2._mm_cvtsi32_si128(load(above, at).cast_signed()));
                let up = avx2._mm256_blend_epi32::<0b11>(second_last, avx._mm256_castsi128_si256(top));
                let residues = [load(one, at), load(two, at), load(three, at), load(four, at)];
                let residues = avx2._mm256_cvtepu8_epi16(pulp::cast(residues));
                let mut prediction =
                    avx2._mm256_or_si256(avx2._mm256_and_si256(left, of_left), avx2._mm256_and_si256(up, of_above));
                if MEAN {
                    let mean = avx2._mm256_srli_epi16::<1>(avx2._mm256_add_epi16(left, up));
                    prediction = avx2._mm256_or_si256(prediction, avx2._mm256_and_si256(mean, of_mean));
                }
                if PAETH {
                    let (across, down) = (avx2._mm256_sub_epi16(up, corner), avx2._mm256_sub_epi16(left, corner));
                    let to_left = avx2._mm256_abs_epi16(across);
                    let to_above = avx2._mm256_abs_epi16(down);
                    let to_corner = avx2._mm256_abs_epi16(avx2._mm256_add_epi16(across, down));
                    let nearer = avx2._mm256_min_epi16(to_above, to_corner);
                    let above_or_corner =
                        avx2._mm256_blendv_epi8(up, corner, avx2._mm256_cmpgt_epi16(to_above, to_corner));
                    let paeth =
                        avx2._mm256_blendv_epi8(left, above_or_corner, avx2._mm256_cmpgt_epi16(to_left, nearer));
                    prediction = avx2._mm256_or_si256(prediction, avx2._mm256_and_si256(paeth, of_paeth));
                }
                let sums = avx2._mm256_and_si256(avx2._mm256_add_epi16(residues, prediction), bytes);
                let packed = simd
                    .sse2
                    ._mm_packus_epi16(avx._mm256_castsi256_si128(sums), avx2._mm256_extracti128_si256::<1>(sums));
                // A pixel of three bytes is stored with one more, which the next pixel replaces.
                let [a, b, c, d]: [u32; ROWS] = pulp::cast(packed);
                store(first, at, a);
                store(second, at, b);
                store(third, at, c);
                store(fourth, at, d);
                (corner, left) = (up, sums);
                (second_last, last) = (last, avx2._mm256_permute4x64_epi64::<0b10_01_00_00>(sums));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn four_rows_at_once_are_those_of_bytes_one_by_one() {
        let next = |x: &u32| Some(x.wrapping_mul(1_664_525).wrapping_add(1_013_904_223));
        let mut noise = std::iter::successors(Some(7), next).map(|x| (x >> 13) as u8);
        let mut compare = |length: usize, unfilter: fn(&mut Rows), plainly: fn(&mut Rows), smooth: bool| {
            let (mut fast, mut slow) = (Rows::of_length(length).unwrap(), Rows::of_length(length).unwrap());
            for _ in 0..20 {
                for row in 0..ROWS {
                    let mut bytes: Vec<u8> = noise.by_ref().take(length + 1).collect();
                    bytes.iter_mut().filter(|_| smooth).for_each(|byte| *byte = (*byte & 7).wrapping_sub(3));
                    bytes[0] = noise.next().unwrap_or(0) % 5;
                    assert_eq!((fast.set(row, &bytes), slow.set(row, &bytes)), (Some(()), Some(())));
                }
                unfilter(&mut fast);
                plainly(&mut slow);
                for row in 0..ROWS {
                    assert_eq!(fast.row(row), slow.row(row), "row {row} of {length} bytes");
                }
                fast.advance();
                slow.advance();
            }
        };
        for pixels in [1, 2, 5, 16, 61, 200] {
            for smooth in [false, true] {
                compare(3 * pixels, Rows::unfilter::<3>, Rows::unfilter_plainly::<3>, smooth);
                compare(4 * pixels, Rows::unfilter::<4>, Rows::unfilter_plainly::<4>, smooth);
            }
        }
    }

    #[test]
    fn an_unknown_filter_is_refused() {
        let mut rows = Rows::of_length(6).unwrap();
        assert_eq!(rows.set(0, &[5, 1, 2, 3, 4, 5, 6]), None);
        assert_eq!(rows.set(0, &[]), None);
    }
}
