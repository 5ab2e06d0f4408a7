//! Halves chroma planes while their rows arrive.

use super::lone::{Lone, LoneLines};
use super::samples::Subsampling;
use super::samples::{append_rounded, round};
use crate::geometry::Size;

/// A chroma plane of a thumbnail while its rows arrive, in the size of luma.
#[derive(Debug)]
pub(super) struct Chroma {
    subsampling: Subsampling,
    height: usize,
    lone: LoneLines,
    /// Rows that arrived.
    rows: usize,
    /// Sums of pairs of samples, of one row or two.
    sums: Vec<f32>,
    bytes: Vec<u8>,
}

impl Chroma {
    pub(super) fn new(subsampling: Subsampling, size: Size, lone: LoneLines) -> Self {
        let chroma = subsampling.chroma(size);
        let sums = match subsampling {
            Subsampling::Full => 0,
            Subsampling::Halved => chroma.width as usize,
        };
        Self {
            subsampling,
            height: size.height as usize,
            lone,
            rows: 0,
            sums: vec![0.0; sums],
            bytes: Vec::with_capacity(chroma.width as usize * chroma.height as usize),
        }
    }

    /// Takes the next row, as wide as the thumbnail.
    #[inline(always)]
    pub(super) fn push(&mut self, row: &[f32]) {
        if self.subsampling == Subsampling::Full {
            append_rounded(row, &mut self.bytes);
            return;
        }
        // A lone first row is the second one of a pair.
        let place = self.rows + usize::from(self.height % 2 == 1 && self.lone.row == Lone::First);
        let (is_first, is_last) =
            (self.rows == 0 || place.is_multiple_of(2), place % 2 == 1 || self.rows + 1 == self.height);
        self.rows += 1;
        if is_first {
            self.sums.fill(0.0);
        }
        add_pairs(row, self.lone.column, &mut self.sums);
        if is_last {
            let share = if is_first { 0.5 } else { 0.25 };
            self.bytes.extend(self.sums.iter().map(|sum| round(sum * share)));
        }
    }

    /// Returns the samples of the plane.
    pub(super) fn bytes(&self) -> &[u8] {
        &self.bytes
    }
}

/// Adds the sums of pairs of samples; the lone sample of an odd number counts twice.
#[inline(always)]
fn add_pairs(row: &[f32], lone: Lone, sums: &mut [f32]) {
    let is_odd = row.len() % 2 == 1;
    let (row, sums) = match (is_odd, lone) {
        (true, Lone::First) => {
            sums[0] += 2.0 * row[0];
            (&row[1..], &mut sums[1..])
        }
        (true, Lone::Last) => {
            sums[row.len() / 2] += 2.0 * row[row.len() - 1];
            (&row[..row.len() - 1], sums)
        }
        (false, _) => (row, sums),
    };
    for ([left, right], sum) in row.as_chunks::<2>().0.iter().zip(sums) {
        *sum += left + right;
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Layout, Samples};
    use super::*;
    use crate::color::orient::turn;
    use crate::geometry::Orientation;

    /// Halves an upright plane sample by sample.
    fn halved_slowly(bytes: &[u8], size: Size) -> Vec<f32> {
        let (width, height) = (size.width as usize, size.height as usize);
        let at = |x: usize, y: usize| f32::from(bytes[y.min(height - 1) * width + x.min(width - 1)]);
        let pair = |x, y| (at(x, y) + at(x + 1, y) + at(x, y + 1) + at(x + 1, y + 1)) / 4.0;
        let rows = (0..height).step_by(2);
        rows.flat_map(|y| (0..width).step_by(2).map(move |x| pair(x, y))).collect()
    }

    #[test]
    fn pairs_are_those_of_the_turned_picture() {
        let mut tried = 0;
        for (width, height) in [(1, 1), (2, 1), (1, 4), (7, 5), (8, 5), (5, 8), (33, 17), (64, 2)] {
            let size = Size::new(width, height);
            let bytes: Vec<u8> = (0..width * height).map(|i| (i.wrapping_mul(2_654_435_761) >> 24) as u8).collect();
            for orientation in Orientation::ALL {
                let mut chroma = Chroma::new(Subsampling::Halved, size, LoneLines::of(orientation));
                for row in bytes.chunks_exact(width as usize) {
                    chroma.push(&row.iter().map(|sample| f32::from(*sample)).collect::<Vec<_>>());
                }
                let grey = |size, bytes: &[u8]| Samples { size, layout: Layout::Grey, bytes: bytes.to_vec() };
                let halved = turn(grey(Subsampling::Halved.chroma(size), chroma.bytes()), orientation);
                let turned = turn(grey(size, &bytes), orientation);
                let wanted = halved_slowly(&turned.bytes, turned.size);
                assert_eq!(halved.bytes.len(), wanted.len());
                for (sample, wanted) in halved.bytes.iter().zip(wanted) {
                    assert!((f32::from(*sample) - wanted).abs() <= 0.5, "{size} {orientation:?}");
                    tried += 1;
                }
            }
        }
        assert!(tried > 1000);
    }
}
