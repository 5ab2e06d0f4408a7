//! Reads and dequantizes the coefficients of a block (RFC 6386, section 13).

use super::bits::BoolReader;
use super::tables::{BANDS, EXTRA_BITS, TokenProbs, ZIGZAG};

/// The kinds of blocks, which have different probabilities (13.3).
#[derive(Debug, Clone, Copy)]
pub(super) enum Kind {
    LumaWithoutDc = 0,
    LumaDc = 1,
    Chroma = 2,
    Luma = 3,
}

impl Kind {
    /// Returns the index of the first coefficient.
    #[inline(always)]
    pub(super) fn first(self) -> usize {
        match self {
            Self::LumaWithoutDc => 1,
            Self::LumaDc | Self::Chroma | Self::Luma => 0,
        }
    }

    /// Returns the number of blocks in a macroblock.
    pub(super) fn blocks(self) -> usize {
        match self {
            Self::LumaDc => 1,
            Self::Chroma => 8,
            Self::LumaWithoutDc | Self::Luma => 16,
        }
    }
}

/// A reader of the tokens of blocks, from a bit reader that was filled.
pub(super) trait Tokens {
    /// Reads the coefficients of a block and passes each to `put`, with its index. Returns whether there are any.
    ///
    /// `neighbours` is the number of blocks above and to the left that have coefficients.
    fn read_block(
        &self,
        reader: &mut BoolReader<'_>,
        kind: Kind,
        neighbours: u8,
        steps: [i32; 2],
        put: impl FnMut(usize, i16),
    ) -> bool;

    /// Reads on if a macroblock's blocks of a kind, whose neighbours have no coefficients, are known to have none either.
    fn skip_empty(&self, reader: &mut BoolReader<'_>, kind: Kind) -> bool;
}

/// The probabilities of one kind of block, by index of the coefficient instead of band, and an entry for the index after
/// the last.
type PlaceProbs = [[[u8; 11]; 3]; 17];

/// A reader that follows the tree bit by bit.
#[derive(Debug)]
pub(super) struct BitByBit {
    probs: [PlaceProbs; 4],
}

impl BitByBit {
    pub(super) fn new(probs: &TokenProbs) -> Self {
        let by_place = |kind: usize| std::array::from_fn(|place| probs[kind][usize::from(BANDS[place])]);
        Self { probs: std::array::from_fn(by_place) }
    }
}

impl Tokens for BitByBit {
    #[inline(always)]
    fn read_block(
        &self,
        reader: &mut BoolReader<'_>,
        kind: Kind,
        neighbours: u8,
        steps: [i32; 2],
        mut put: impl FnMut(usize, i16),
    ) -> bool {
        let probs = &self.probs[kind as usize];
        let mut place = kind.first();
        let mut at = &probs[place][usize::from(neighbours)];
        while place < 16 {
            if !reader.bit(at[0]) {
                return place > kind.first();
            }
            while !reader.bit(at[1]) {
                place += 1;
                if place == 16 {
                    return true;
                }
                at = &probs[place][0];
            }
            let next = &probs[place + 1];
            let magnitude = if reader.bit(at[2]) {
                let magnitude = read_magnitude(reader, at);
                at = &next[2];
                magnitude
            } else {
                at = &next[1];
                1
            };
            // Like the reference, keeps coefficients in 16 bits.
            let value = reader.sign(magnitude) * steps[usize::from(place > 0)];
            put(usize::from(ZIGZAG[place]), value as i16);
            place += 1;
        }
        true
    }

    #[inline(always)]
    fn skip_empty(&self, _: &mut BoolReader<'_>, _: Kind) -> bool {
        false
    }
}

/// Reads a magnitude of 2 or more.
#[inline(always)]
fn read_magnitude(reader: &mut BoolReader<'_>, at: &[u8; 11]) -> i32 {
    if reader.bit(at[3]) {
        read_large(reader, at)
    } else if reader.bit(at[4]) {
        3 + i32::from(reader.bit(at[5]))
    } else {
        2
    }
}

/// Reads a magnitude of 5 or more.
#[inline(always)]
pub(super) fn read_large(reader: &mut BoolReader<'_>, at: &[u8; 11]) -> i32 {
    if !reader.bit(at[6]) {
        if !reader.bit(at[7]) {
            return 5 + i32::from(reader.bit(159));
        }
        return 7 + 2 * i32::from(reader.bit(165)) + i32::from(reader.bit(145));
    }
    let high = reader.bit(at[8]);
    let category = 2 * usize::from(high) + usize::from(reader.bit(at[9 + usize::from(high)]));
    let extra = EXTRA_BITS[category].iter().fold(0, |extra, prob| (extra << 1) | i32::from(reader.bit(*prob)));
    3 + (8 << category) + extra
}
