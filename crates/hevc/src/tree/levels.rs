//! Reads the levels of coefficients beyond what flags say (ITU-T H.265, 9.3.3.11).

use crate::cabac::{Engine, MOST_BYPASS};

/// Longest prefix of a level that fits in 16 bits.
const LONGEST_PREFIX: u32 = 20;

/// The level that stands for one that does not fit.
const FAR: u32 = 1 << 16;

/// Reads the rest of a level's magnitude, with `rice` bits in the shortest codes.
#[inline(always)]
pub(super) fn read_rest(engine: &mut Engine<'_>, rice: u32) -> u32 {
    let peeked = engine.peek_bypass();
    let prefix = (!(peeked << MOST_BYPASS)).leading_zeros();
    if prefix < 4 {
        let bins = engine.use_bypass(peeked, prefix + 1 + rice);
        return prefix << rice | bins & ((1 << rice) - 1);
    }
    read_long_rest(engine, peeked, prefix, rice)
}

#[inline(never)]
fn read_long_rest(engine: &mut Engine<'_>, peeked: u32, mut prefix: u32, rice: u32) -> u32 {
    if prefix < MOST_BYPASS {
        engine.use_bypass(peeked, prefix + 1);
    } else {
        engine.use_bypass(peeked, MOST_BYPASS);
        while engine.bypass(1) == 1 {
            prefix += 1;
            if prefix > LONGEST_PREFIX {
                return FAR;
            }
        }
    }
    let first = ((1 << (prefix - 3)) + 2) << rice;
    (first + engine.long_bypass(prefix - 3 + rice)).min(FAR)
}
