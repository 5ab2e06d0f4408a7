//! Computes weighted sums down columns and along rows, in the processor's widest vectors.

use pulp::{Arch, NullaryFnOnce};

use super::super::weights::Weights;

/// Rows of the thumbnail that are summed together.
pub(super) const ROWS: usize = 8;

/// Columns that are summed together: as many as fit into registers.
const COLUMNS: usize = 64;

/// Writes a weighted sum of the rows of `ring` to `out`, which is one row long. It takes a row for each of `taps`, from slot
/// `first` on.
pub(super) fn sum_down(ring: &[f32], first: usize, taps: &[f32], out: &mut [f32]) {
    Arch::new().dispatch(Down { ring, first, taps, out });
}

struct Down<'a> {
    ring: &'a [f32],
    first: usize,
    taps: &'a [f32],
    out: &'a mut [f32],
}

impl NullaryFnOnce for Down<'_> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        let Self { ring, first, taps, out } = self;
        let width = out.len();
        // The rows may continue at the start of the ring.
        let slots = ring.len() / width.max(1);
        let (before, after) = taps.split_at(taps.len().min(slots - first));
        let parts = [(before, &ring[first * width..]), (after, ring)];
        let (blocks, rest) = out.as_chunks_mut::<COLUMNS>();
        let left = blocks.len() * COLUMNS;
        for (block, out) in blocks.iter_mut().enumerate() {
            let mut sums = [0.0_f32; COLUMNS];
            for (taps, rows) in parts {
                for (tap, row) in taps.iter().zip(rows.chunks_exact(width)) {
                    let samples: &[f32; COLUMNS] =
                        row[block * COLUMNS..].first_chunk().expect("a block lies inside the row");
                    for column in 0..COLUMNS {
                        sums[column] += samples[column] * tap;
                    }
                }
            }
            *out = sums;
        }
        rest.fill(0.0);
        for (taps, rows) in parts {
            for (tap, row) in taps.iter().zip(rows.chunks_exact(width)) {
                rest.iter_mut().zip(&row[left..]).for_each(|(sum, sample)| *sum += sample * tap);
            }
        }
    }
}

/// Writes the sums along the first rows of `band` to `out`, as many rows as it holds. The band has [`ROWS`] rows of one length;
/// `columns` is a buffer for its columns.
pub(super) fn sum_across(band: &[f32], columns: &mut [[f32; ROWS]], across: &Weights, out: &mut [f32]) {
    match Arch::new() {
        #[cfg(target_arch = "x86_64")]
        Arch::V3(simd) => simd.vectorize(Across { turn: simd, band, columns, across, out }),
        other => other.dispatch(Across { turn: Plain, band, columns, across, out }),
    }
}

struct Across<'a, T> {
    turn: T,
    band: &'a [f32],
    columns: &'a mut [[f32; ROWS]],
    across: &'a Weights,
    out: &'a mut [f32],
}

impl<T: Turn> NullaryFnOnce for Across<'_, T> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        let Self { turn, band, columns, across, out } = self;
        transpose(turn, band, columns);
        let target = across.sums().count();
        // Rows lie side by side, so the sums along them are vectors without a remainder.
        let mut tile = [[0.0_f32; ROWS]; ROWS];
        for (x, (start, taps)) in across.sums().enumerate() {
            let mut sums = [0.0_f32; ROWS];
            for (tap, column) in taps.iter().zip(&columns[start..]) {
                for lane in 0..ROWS {
                    sums[lane] += column[lane] * tap;
                }
            }
            tile[x % ROWS] = sums;
            if x % ROWS == ROWS - 1 || x + 1 == target {
                let first = x - x % ROWS;
                let tile = turn.turn(&tile);
                for (row, sums) in out.chunks_exact_mut(target).zip(&tile) {
                    row[first..=x].copy_from_slice(&sums[..=x % ROWS]);
                }
            }
        }
    }
}

/// Transposes the rows of a band to columns.
#[inline(always)]
fn transpose<T: Turn>(turn: T, band: &[f32], columns: &mut [[f32; ROWS]]) {
    let width = columns.len();
    let rows: [&[f32]; ROWS] = std::array::from_fn(|row| &band[row * width..][..width]);
    let (tiles, rest) = columns.as_chunks_mut::<ROWS>();
    let left = tiles.len() * ROWS;
    for (number, tile) in tiles.iter_mut().enumerate() {
        let at = number * ROWS;
        // Compilers copy what `map` makes of arrays once more.
        let mut piece = [[0.0_f32; ROWS]; ROWS];
        for (piece, row) in piece.iter_mut().zip(&rows) {
            piece.copy_from_slice(&row[at..at + ROWS]);
        }
        *tile = turn.turn(&piece);
    }
    for (x, column) in rest.iter_mut().enumerate() {
        *column = rows.map(|row| row[left + x]);
    }
}

/// A transposition of a tile of rows to one of columns.
trait Turn: Copy {
    fn turn(self, rows: &[[f32; ROWS]; ROWS]) -> [[f32; ROWS]; ROWS];
}

/// The transposition for any processor.
#[derive(Clone, Copy)]
struct Plain;

impl Turn for Plain {
    #[inline(always)]
    fn turn(self, rows: &[[f32; ROWS]; ROWS]) -> [[f32; ROWS]; ROWS] {
        std::array::from_fn(|x| std::array::from_fn(|y| rows[y][x]))
    }
}

/// Swaps pairs, fours and eights in three rounds of shuffles, which compilers don't find by themselves.
#[cfg(target_arch = "x86_64")]
impl Turn for pulp::x86::V3 {
    #[inline(always)]
    fn turn(self, rows: &[[f32; ROWS]; ROWS]) -> [[f32; ROWS]; ROWS] {
        let avx = self.avx;
        let row = |y: usize| pulp::cast(rows[y]);
        let [a, b, c, d, e, f, g, h] = [row(0), row(1), row(2), row(3), row(4), row(5), row(6), row(7)];
        let pairs = [
            (avx._mm256_unpacklo_ps(a, b), avx._mm256_unpackhi_ps(a, b)),
            (avx._mm256_unpacklo_ps(c, d), avx._mm256_unpackhi_ps(c, d)),
            (avx._mm256_unpacklo_ps(e, f), avx._mm256_unpackhi_ps(e, f)),
            (avx._mm256_unpacklo_ps(g, h), avx._mm256_unpackhi_ps(g, h)),
        ];
        let fours = |one: usize, other: usize| {
            let ((a, b), (c, d)) = (pairs[one], pairs[other]);
            [
                avx._mm256_shuffle_ps::<0b01_00_01_00>(a, c),
                avx._mm256_shuffle_ps::<0b11_10_11_10>(a, c),
                avx._mm256_shuffle_ps::<0b01_00_01_00>(b, d),
                avx._mm256_shuffle_ps::<0b11_10_11_10>(b, d),
            ]
        };
        let (upper, lower) = (fours(0, 1), fours(2, 3));
        let near = |x: usize| pulp::cast(avx._mm256_permute2f128_ps::<0x20>(upper[x], lower[x]));
        let far = |x: usize| pulp::cast(avx._mm256_permute2f128_ps::<0x31>(upper[x], lower[x]));
        [near(0), near(1), near(2), near(3), far(0), far(1), far(2), far(3)]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_processor_turns_tiles_alike() {
        let rows: [[f32; ROWS]; ROWS] = std::array::from_fn(|y| std::array::from_fn(|x| (y * ROWS + x) as f32));
        let plain = Plain.turn(&rows);
        assert_eq!(plain[3][5], rows[5][3]);
        #[cfg(target_arch = "x86_64")]
        if let Some(simd) = pulp::x86::V3::try_new() {
            assert_eq!(simd.turn(&rows), plain);
        }
    }

    #[test]
    fn a_ring_is_summed_across_its_end() {
        let width = 70;
        let ring: Vec<f32> = (0..5 * width).map(|i| (i % 97) as f32).collect();
        let taps = [0.5, 0.25, 0.125, 2.0];
        let mut out = vec![0.0; width];
        sum_down(&ring, 3, &taps, &mut out);
        for (x, sum) in out.iter().enumerate() {
            let wanted: f32 = taps.iter().zip([3, 4, 0, 1]).map(|(tap, row)| ring[row * width + x] * tap).sum();
            assert_eq!(*sum, wanted, "{x}");
        }
    }
}
