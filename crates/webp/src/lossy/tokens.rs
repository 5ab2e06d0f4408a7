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

/// The probabilities of one kind of block, by index of the coefficient instead of band, and an entry for the index after
/// the last.
pub(super) type PlaceProbs = [[[u8; 11]; 3]; 17];

pub(super) fn by_place(probs: &TokenProbs) -> [PlaceProbs; 4] {
    std::array::from_fn(|kind| std::array::from_fn(|place| probs[kind][usize::from(BANDS[place])]))
}

/// Reads the coefficients from index `first`. Returns the index after the last coded one.
#[inline]
pub(super) fn read_block(
    shared: &mut BoolReader<'_>,
    probs: &PlaceProbs,
    neighbours: usize,
    first: usize,
    steps: [i32; 2],
    out: &mut [i16; 16],
) -> usize {
    // A copy of the reader stays in registers.
    let mut reader = shared.clone();
    let end = read_coefficients(&mut reader, probs, neighbours, first, steps, out);
    *shared = reader;
    end
}

#[inline(always)]
fn read_coefficients(
    reader: &mut BoolReader<'_>,
    probs: &PlaceProbs,
    neighbours: usize,
    first: usize,
    steps: [i32; 2],
    out: &mut [i16; 16],
) -> usize {
    let mut place = first;
    let mut at = &probs[place][neighbours];
    while place < 16 {
        if !reader.bit(at[0]) {
            return place;
        }
        while !reader.bit(at[1]) {
            place += 1;
            if place == 16 {
                return 16;
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
        let sign = reader.mask().cast_signed();
        let value = (magnitude ^ sign) - sign;
        // Like the reference, keeps coefficients in 16 bits.
        out[usize::from(ZIGZAG[place])] = (value * steps[usize::from(place > 0)]) as i16;
        place += 1;
    }
    16
}

/// Reads a magnitude of 2 or more.
#[inline(always)]
fn read_magnitude(reader: &mut BoolReader<'_>, at: &[u8; 11]) -> i32 {
    if !reader.bit(at[3]) {
        return if reader.bit(at[4]) { 3 + i32::from(reader.bit(at[5])) } else { 2 };
    }
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
