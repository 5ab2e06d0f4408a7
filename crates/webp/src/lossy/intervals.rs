//! Reads tokens by tables of intervals: one look-up instead of a walk down the tree of section 13.2.
//!
//! Each bit of the tree splits the range in two, and the place of the value decides. The split depends only on the range
//! and on a probability that is fixed for the frame. So a path down the tree is an interval of the value, and a table holds
//! the intervals of the most frequent paths for every range. Positions have 24 fraction bits, which is exact: a bit of the
//! path adds 7 at most, and the last split of a path follows three others at most.

use std::hint::select_unpredictable;

use super::bits::BoolReader;
use super::tables::{BANDS, TokenProbs, ZIGZAG};
use super::tokens::{Kind, Tokens, read_large};

/// The starts of intervals, by range from 128. An interval from 0 precedes them.
type Starts = [[u32; 4]; 128];

/// The intervals of the tokens of one coefficient.
#[derive(Debug)]
struct Place {
    /// The starts of 0, 1, −1 and larger values. The end of the block precedes them.
    small: Starts,
    /// Inside larger values, the starts of −2, 3 or 4, and still larger values. 2 precedes them.
    larger: Starts,
    probs: [u8; 11],
}

/// The token before a coefficient.
#[derive(Debug, Clone, Copy)]
enum Before {
    /// A zero. The block does not end after it.
    Zero = 0,
    One = 1,
    Larger = 2,
    /// The start of a block whose neighbours have no coefficients.
    Nothing = 3,
}

impl Before {
    const ALL: [Self; 4] = [Self::Zero, Self::One, Self::Larger, Self::Nothing];

    /// Returns the index of its probabilities.
    fn context(self) -> usize {
        match self {
            Self::Zero | Self::Nothing => 0,
            Self::One => 1,
            Self::Larger => 2,
        }
    }
}

/// A reader by tables.
#[derive(Debug)]
pub(super) struct Intervals {
    /// By kind, band and token before.
    places: Vec<[[Place; 4]; 8]>,
    /// By kind and range, the end of the interval in which all blocks of a macroblock are empty.
    empty: [[u32; 128]; 4],
}

impl Intervals {
    /// Number of coded bytes from which the tables take less time than they save.
    pub(super) const WORTHWHILE: usize = 10 << 10;
    /// Bytes of the tables.
    pub(super) const MEMORY: usize = 4 * size_of::<[[Place; 4]; 8]>();

    pub(super) fn new(probs: &TokenProbs) -> Self {
        let places = probs.iter().map(|bands| {
            std::array::from_fn(|band| Before::ALL.map(|before| Place::new(bands[band][before.context()], before)))
        });
        Self {
            places: places.collect(),
            empty: [Kind::LumaWithoutDc, Kind::LumaDc, Kind::Chroma, Kind::Luma].map(|kind| {
                let first = probs[kind as usize][usize::from(BANDS[kind.first()])][0][0];
                by_range(|range| ends_of_empty(range, first, kind.blocks()))
            }),
        }
    }
}

impl Place {
    fn new(probs: [u8; 11], before: Before) -> Self {
        let small = |range: u32| {
            let zero = if matches!(before, Before::Zero) { 0 } else { split(range, probs[0]) };
            let one = zero + split(range - zero, probs[1]);
            let larger = one + split(range - one, probs[2]);
            [zero, one, one + split(larger - one, 128), larger]
        };
        let larger = |range: u32| {
            let five = split(range, probs[3]);
            let three = split(five, probs[4]);
            [split(three, 128), three, five, range]
        };
        Self { small: by_range(small), larger: by_range(larger), probs }
    }
}

/// Returns an entry for each range, with 24 fraction bits.
fn by_range<T>(entry: impl Fn(u32) -> T) -> [T; 128] {
    std::array::from_fn(|range| entry((128 + range as u32) << 24))
}

/// Returns the width of the lower part of an interval, which stands for a bit of 0.
#[inline(always)]
fn split(width: u32, probability: u8) -> u32 {
    let shift = width.leading_zeros();
    let range = (width << shift) >> 24;
    ((1 + (((range - 1) * u32::from(probability)) >> 8)) << 24) >> shift
}

/// Returns the end of the interval in which `blocks` blocks are empty, 0 if it is too narrow.
fn ends_of_empty(range: u32, probability: u8, blocks: usize) -> u32 {
    // Eight bits of range and seven of the next split have to stay.
    (0..blocks).try_fold(range, |width, _| (width >= 1 << 15).then(|| split(width, probability))).unwrap_or(0)
}

impl Tokens for Intervals {
    #[inline(always)]
    fn read_block(
        &self,
        reader: &mut BoolReader<'_>,
        kind: Kind,
        neighbours: u8,
        steps: [i32; 2],
        mut put: impl FnMut(usize, i16),
    ) -> bool {
        let bands = &self.places[kind as usize];
        let before = match neighbours {
            0 => Before::Nothing,
            1 => Before::One,
            _ => Before::Larger,
        };
        let mut index = kind.first();
        let mut place = &bands[usize::from(BANDS[index])][before as usize];
        let mut step = steps[usize::from(index > 0)];
        loop {
            // A filled value has 56 bits. A token takes 22 at most and leaves enough for the next one, so that its decision
            // does not wait for the next bytes.
            let (value, range) = reader.peek();
            reader.fill();
            let [zero, one, minus, larger] = place.small[range];
            if value < zero {
                reader.enter(0, zero);
                return index > kind.first();
            }
            let next = &bands[usize::from(BANDS[index + 1])];
            let number;
            if value < larger {
                // Nothing foretells these, so there is no branch.
                let (is_one, is_minus) = (value >= one, value >= minus);
                let low = select_unpredictable(is_minus, minus, select_unpredictable(is_one, one, zero));
                let high = select_unpredictable(is_minus, larger, select_unpredictable(is_one, minus, one));
                reader.enter(low, high);
                number = i32::from(is_one) - 2 * i32::from(is_minus);
                place = select_unpredictable(is_one, &next[Before::One as usize], &next[Before::Zero as usize]);
            } else {
                reader.enter_from(larger);
                number = place.read_larger(reader);
                reader.fill();
                place = &next[Before::Larger as usize];
            }
            // Like the reference, keeps coefficients in 16 bits.
            put(usize::from(ZIGZAG[index]), (number * step) as i16);
            index += 1;
            if index == 16 {
                return true;
            }
            step = steps[1];
        }
    }

    #[inline(always)]
    fn skip_empty(&self, reader: &mut BoolReader<'_>, kind: Kind) -> bool {
        let (value, range) = reader.peek();
        reader.fill();
        let end = self.empty[kind as usize][range];
        let is_empty = value < end;
        if is_empty {
            reader.enter(0, end);
        }
        is_empty
    }
}

impl Place {
    /// Reads a number of a magnitude of 2 or more.
    #[inline(always)]
    fn read_larger(&self, reader: &mut BoolReader<'_>) -> i32 {
        let (value, range) = reader.peek();
        let [minus, three, five, _] = self.larger[range];
        if value < three {
            let is_minus = value >= minus;
            reader.enter(select_unpredictable(is_minus, minus, 0), select_unpredictable(is_minus, three, minus));
            return 2 - 4 * i32::from(is_minus);
        }
        let magnitude = if value < five {
            reader.enter(three, five);
            3 + i32::from(reader.bit(self.probs[5]))
        } else {
            reader.enter_from(five);
            read_large(reader, &self.probs)
        };
        reader.sign(magnitude)
    }
}

#[cfg(test)]
mod tests {
    use super::super::tables::TOKEN_PROBS;
    use super::super::tokens::BitByBit;
    use super::*;

    /// The coefficients of a block, whether it has any, and the state of the reader after it.
    type Read = ([i16; 16], bool, (u32, usize, i32));

    /// Reads blocks of all kinds.
    fn read(tokens: &impl Tokens, bytes: &[u8]) -> Vec<Read> {
        let mut reader = BoolReader::new(bytes);
        reader.fill();
        let kinds = [Kind::LumaDc, Kind::LumaWithoutDc, Kind::Luma, Kind::Chroma];
        let mut blocks = Vec::new();
        for (i, kind) in kinds.into_iter().cycle().enumerate().take(2000) {
            let mut out = [0; 16];
            let is_coded = tokens.read_block(&mut reader, kind, (i % 3) as u8, [7, 11], |i, value| out[i] = value);
            blocks.push((out, is_coded, reader.state()));
            if reader.has_run_dry() {
                break;
            }
        }
        blocks
    }

    /// Returns bytes that look random, a part of them alike.
    fn noise(seed: u32) -> Vec<u8> {
        let next = |x: &u32| Some(x.wrapping_mul(1_664_525).wrapping_add(1_013_904_223));
        let bytes = std::iter::successors(Some(seed), next).map(|x| (x >> 24) as u8);
        let like = [0x00, 0xff, 0x40][seed as usize % 3];
        bytes.enumerate().map(|(i, byte)| if i / 64 % 4 == 3 { like } else { byte }).take(1500).collect()
    }

    #[test]
    fn tables_read_the_tokens_that_the_tree_has() {
        let mut large = 0;
        for seed in 0..30 {
            let mut probs = TOKEN_PROBS;
            let random = noise(seed + 1000);
            if seed % 2 == 1 {
                let all = probs.as_flattened_mut().as_flattened_mut().as_flattened_mut();
                all.iter_mut().zip(random.iter().cycle()).for_each(|(prob, byte)| *prob = (*byte).max(1));
            }
            let bytes = noise(seed);
            let blocks = read(&BitByBit::new(&probs), &bytes);
            assert!(blocks.len() > 50, "{}", blocks.len());
            assert!(read(&Intervals::new(&probs), &bytes) == blocks, "seed {seed}");
            large += blocks.iter().flat_map(|block| block.0).filter(|value| value.abs() > 50).count();
        }
        assert!(large > 100, "{large}");
    }

    #[test]
    fn empty_blocks_are_skipped_where_each_of_them_is_read_as_empty() {
        let (tree, tables) = (BitByBit::new(&TOKEN_PROBS), Intervals::new(&TOKEN_PROBS));
        let mut skipped = 0;
        for kind in [Kind::LumaWithoutDc, Kind::Luma, Kind::Chroma] {
            for first in 0..=255 {
                for seed in 0..8 {
                    let bytes: Vec<u8> = [first].into_iter().chain(noise(seed)).collect();
                    let (mut one, mut other) = (BoolReader::new(&bytes), BoolReader::new(&bytes));
                    other.fill();
                    let mut is_coded = || tree.read_block(&mut one, kind, 0, [1; 2], |_, _| {});
                    let are_empty = (0..kind.blocks()).all(|_| !is_coded());
                    if tables.skip_empty(&mut other, kind) {
                        assert!(are_empty);
                        assert_eq!(one.state(), other.state());
                        skipped += 1;
                    }
                }
            }
        }
        assert!(skipped > 100, "{skipped}");
    }
}
