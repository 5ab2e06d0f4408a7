//! The arithmetic decoder.
//!
//! `value` holds the specification's offset in its bits 62 to 54 and the bits that follow in the data below, so that bins
//! are decoded without reading bytes one by one, and bypass bins several at once.

use super::context::ContextModels;
use super::states::{NEXT, RANGES_OF_STATES};

/// The place of the offset in `value`.
const PLACE: u32 = 54;

/// Most bypass bins that are decoded at once.
pub(crate) const MOST_BYPASS: u32 = 16;

#[derive(Debug, Clone, Copy)]
pub(crate) struct Engine<'d> {
    data: &'d [u8],
    /// The next byte to load.
    at: usize,
    value: u64,
    range: u32,
    /// Bits of `value` below the offset that hold data, less than 0 if some are missing from the offset.
    ahead: i32,
}

impl<'d> Engine<'d> {
    /// Starts at byte `at` of the data.
    pub(crate) fn new(data: &'d [u8], at: usize) -> Self {
        let mut engine = Self { data, at, value: 0, range: 510, ahead: -9 };
        engine.load();
        // No encoder starts with an offset beyond the range.
        engine.value = engine.value.min((510 << PLACE) - 1);
        engine
    }

    /// Fills `value` with the bytes that follow; zeros follow the end of the data.
    #[inline(always)]
    fn load(&mut self) {
        let word = match self.data.get(self.at..self.at + 8) {
            Some(bytes) => bytes.first_chunk::<8>().map_or(0, |bytes| u64::from_be_bytes(*bytes)),
            None => self.last_word(),
        };
        // Bits that did not fit are loaded again, at the same place.
        self.value |= word >> (10 + self.ahead);
        let bytes = (PLACE as i32 - self.ahead) >> 3;
        self.at += bytes as usize;
        self.ahead += bytes << 3;
    }

    #[cold]
    #[inline(never)]
    fn last_word(&self) -> u64 {
        let rest = self.data.get(self.at..).unwrap_or_default();
        rest.iter().take(8).zip((0..8).rev()).fold(0, |word, (byte, place)| word | u64::from(*byte) << (8 * place))
    }

    /// Returns whether more bits were used than there are.
    pub(crate) fn is_beyond_end(&self) -> bool {
        self.position() > self.data.len()
    }

    /// Returns the byte after the last one of which a bit was used.
    pub(crate) fn position(&self) -> usize {
        (8 * self.at).saturating_sub(self.ahead.max(0) as usize).div_ceil(8)
    }

    /// Decodes a bin with the model `index` (9.3.4.3.2).
    #[inline(always)]
    pub(crate) fn bin(&mut self, models: &mut ContextModels, index: usize) -> u32 {
        let model = &mut models[index & 255];
        let state = *model & 127;
        let less_probable = RANGES_OF_STATES[usize::from(state)] >> (self.range >> 3 & 24) & 255;
        let more_probable = self.range - less_probable;
        let threshold = u64::from(more_probable) << PLACE;
        // All ones for the more probable bin. The choice is made without a branch, which would often be mispredicted.
        let below = self.value.wrapping_sub(threshold);
        let mask = ((below as i64) >> 63) as u64;
        self.value = below.wrapping_add(threshold & mask);
        let range = less_probable.wrapping_add(more_probable.wrapping_sub(less_probable) & mask as u32);
        let turned = (!mask as u8) & 128;
        *model = NEXT[usize::from(state | turned)];
        let shift = range.leading_zeros() - 23;
        self.range = range << shift;
        self.value <<= shift;
        self.ahead -= shift as i32;
        if self.ahead < 0 {
            self.load();
        }
        u32::from(state & 1 ^ turned >> 7)
    }

    /// Decodes the bin of a flag that ends something (9.3.4.3.5).
    pub(crate) fn terminate(&mut self) -> bool {
        self.range -= 2;
        let threshold = u64::from(self.range) << PLACE;
        if self.value >= threshold {
            return true;
        }
        if self.range < 256 {
            self.range <<= 1;
            self.value <<= 1;
            self.ahead -= 1;
            if self.ahead < 0 {
                self.load();
            }
        }
        false
    }

    /// Returns the next 16 bypass bins without using them (9.3.4.3.4).
    #[inline(always)]
    pub(crate) fn peek_bypass(&mut self) -> u32 {
        if self.ahead < MOST_BYPASS as i32 {
            self.load();
        }
        (self.value >> (PLACE - MOST_BYPASS)) as u32 / self.range
    }

    /// Uses the first `count` of the bypass bins that `peek_bypass` returned, and returns them.
    #[inline(always)]
    pub(crate) fn use_bypass(&mut self, peeked: u32, count: u32) -> u32 {
        let bins = peeked >> (MOST_BYPASS - count);
        self.value = (self.value - (u64::from(bins * self.range) << (PLACE - count))) << count;
        self.ahead -= count as i32;
        bins
    }

    /// Decodes up to 16 bypass bins.
    #[inline(always)]
    pub(crate) fn bypass(&mut self, count: u32) -> u32 {
        let peeked = self.peek_bypass();
        self.use_bypass(peeked, count)
    }

    /// Decodes up to 32 bypass bins.
    pub(crate) fn long_bypass(&mut self, count: u32) -> u32 {
        if count <= MOST_BYPASS {
            return self.bypass(count);
        }
        let high = self.bypass(MOST_BYPASS);
        let rest = count - MOST_BYPASS;
        high << rest | self.bypass(rest)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cabac::context::initial;

    /// The decoder as it is specified, bit by bit.
    struct Slow<'d> {
        data: &'d [u8],
        at: usize,
        offset: u32,
        range: u32,
    }

    impl<'d> Slow<'d> {
        fn new(data: &'d [u8]) -> Self {
            let mut slow = Self { data, at: 0, offset: 0, range: 510 };
            for _ in 0..9 {
                slow.shift();
            }
            slow
        }

        fn shift(&mut self) {
            let byte = self.data.get(self.at / 8).copied().unwrap_or(0);
            self.offset = self.offset << 1 | u32::from(byte >> (7 - self.at % 8) & 1);
            self.at += 1;
        }

        fn bin(&mut self, state: &mut u8) -> u32 {
            let less = RANGES_OF_STATES[usize::from(*state)].to_le_bytes()[(self.range >> 6 & 3) as usize].into();
            self.range -= less;
            let mut bin = u32::from(*state & 1);
            if self.offset >= self.range {
                bin = 1 - bin;
                self.offset -= self.range;
                self.range = less;
                *state = NEXT[usize::from(*state) + 128];
            } else {
                *state = NEXT[usize::from(*state)];
            }
            while self.range < 256 {
                self.range <<= 1;
                self.shift();
            }
            bin
        }

        fn bypass(&mut self) -> u32 {
            self.shift();
            let bin = u32::from(self.offset >= self.range);
            self.offset -= bin * self.range;
            bin
        }

        fn terminate(&mut self) -> bool {
            self.range -= 2;
            if self.offset >= self.range {
                return true;
            }
            if self.range < 256 {
                self.range <<= 1;
                self.shift();
            }
            false
        }
    }

    #[test]
    fn the_decoder_agrees_with_the_one_that_goes_bit_by_bit() {
        let mut random = 88_172_645_463_325_252_u64;
        let mut next = || {
            random ^= random << 13;
            random ^= random >> 7;
            random ^= random << 17;
            random
        };
        let mut decoded = 0;
        for _ in 0..200 {
            let data: Vec<u8> = (0..100).map(|index| next() as u8 & if index == 0 { 127 } else { 255 }).collect();
            let (mut fast, mut slow) = (Engine::new(&data, 0), Slow::new(&data));
            let mut models = initial(0, (next() % 52) as i32);
            let mut slow_models = models;
            while slow.at < 8 * data.len() {
                match next() % 8 {
                    0 => {
                        let count = (next() % 17) as u32;
                        let wanted = (0..count).fold(0, |bins, _| bins << 1 | slow.bypass());
                        assert_eq!(fast.bypass(count), wanted);
                    }
                    1 => {
                        let is_end = slow.terminate();
                        assert_eq!(fast.terminate(), is_end);
                        if is_end {
                            break;
                        }
                    }
                    _ => {
                        let index = (next() % 135) as usize;
                        assert_eq!(fast.bin(&mut models, index), slow.bin(&mut slow_models[index]));
                    }
                }
                decoded += 1;
                assert_eq!(fast.position(), slow.at.div_ceil(8));
                assert_eq!(fast.is_beyond_end(), slow.at > 8 * data.len());
            }
            assert_eq!(models, slow_models);
        }
        assert!(decoded > 10_000, "{decoded}");
    }
}
