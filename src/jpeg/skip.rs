//! Skipping AC coefficients many symbols at a time (T.81, F.2.2.2, read only for where the block ends), for scans that have
//! other components at full scale; the `machine` has its own tables.
//! In: a [`Code`] and a stream behind a block's needed coefficients. Out: the stream behind the block.
//!
//! A window of 12 bits decides how many whole symbols begin in it, so one look-up passes them all: an entry has the
//! bits to consume (6 bits) and the coefficients to advance (10 bits). The magnitude bits of the last symbol may
//! reach beyond the window, for nobody looks at them. An end of block after n coefficients is an advance of 512 + n, what the
//! window cannot settle is the greatest advance of all: one compare with what the block has left keeps the
//! loop, and everything else leaves it.

use super::bits::Bits;
use super::huffman::{Code, Lookup};

/// Bits of the stream that choose an entry. With 16-bit entries 12 beats 10, 11, 13 and 14: the tables of
/// two components must share the first-level cache.
const WINDOW: u32 = 12;
/// Added to an entry's advance where an end of block is its last symbol.
const END: u16 = 512;
/// The entry of a window whose first code is longer than the window, or no code.
const UNSETTLED: u16 = 1023 << 6;

/// Skips the AC coefficients of a block.
#[derive(Clone, Debug)]
pub(crate) struct SkipTable {
    entries: Box<[u16; 1 << WINDOW]>,
    lookup: Lookup,
}

impl SkipTable {
    pub(crate) fn new(code: &Code) -> Self {
        Self { entries: entries(code), lookup: Lookup::new(code) }
    }

    /// Consumes the symbols of a block that has `left` coefficients to come (1 to 63). Two look-ups a refill: an entry
    /// takes 27 bits at the most (11 before its last code begins, that code's last bit in the window, 15 of magnitude),
    /// and the second needs a whole window.
    #[inline(always)]
    pub(crate) fn skip(&self, bits: &mut Bits<'_>, mut left: u32) {
        loop {
            bits.refill();
            let mut entry = self.entries[bits.peek(WINDOW) as usize];
            let mut advance = u32::from(entry >> 6);
            if advance < left {
                left -= advance;
                bits.consume(u32::from(entry) & 63);
                entry = self.entries[bits.peek(WINDOW) as usize];
                advance = u32::from(entry >> 6);
                if advance < left {
                    left -= advance;
                    bits.consume(u32::from(entry) & 63);
                    continue;
                }
            }
            let past_end = advance.wrapping_sub(u32::from(END));
            if past_end < left || advance == left {
                bits.consume(u32::from(entry) & 63);
                return;
            }
            (*bits, left) = self.step(*bits, left);
            if left == 0 {
                return;
            }
        }
    }

    /// One symbol the plain way; returns how many coefficients are left.
    #[cold]
    #[inline(never)]
    fn step<'a>(&self, mut bits: Bits<'a>, left: u32) -> (Bits<'a>, u32) {
        bits.refill();
        let symbol = u32::from(self.lookup.symbol(&mut bits));
        let (run, size) = (symbol >> 4, symbol & 15);
        bits.consume(size);
        let left = if size == 0 && run != 15 { 0 } else { left.saturating_sub(run + 1) };
        (bits, left)
    }
}

/// The entries for a window of n bits follow from those of shorter windows: a code and its magnitude take t bits,
/// and the other n - t bits are a window again.
fn entries(code: &Code) -> Box<[u16; 1 << WINDOW]> {
    let words: Vec<_> = code.words().filter(|w| w.length <= WINDOW).collect();
    // Windows of 0 to WINDOW bits one behind the other; those of n bits begin at 2^n - 1. 0 = nothing settled.
    let mut all = vec![0_u16; (2 << WINDOW) - 1];
    for n in 1..=WINDOW {
        let (shorter, rest) = all.split_at_mut((1 << n) - 1);
        for word in words.iter().take_while(|w| w.length <= n) {
            let (run, size) = (u16::from(word.symbol >> 4), u32::from(word.symbol & 15));
            let free = n - word.length;
            let at = (word.bits << free) as usize;
            let target = &mut rest[at..at + (1 << free)];
            let bits = (word.length + size) as u16;
            if size == 0 && run != 15 {
                target.fill(END << 6 | bits);
            } else if size >= free {
                target.fill((run + 1) << 6 | bits);
            } else {
                let tail = 1 << (free - size);
                let following = &shorter[tail - 1..2 * tail - 1];
                for part in target.chunks_exact_mut(tail) {
                    for (entry, &after) in part.iter_mut().zip(following) {
                        *entry = after + ((run + 1) << 6 | bits);
                    }
                }
            }
        }
    }
    let mut table = Box::new([0; 1 << WINDOW]);
    for (entry, &found) in table.iter_mut().zip(&all[(1 << WINDOW) - 1..]) {
        *entry = if found == 0 { UNSETTLED } else { found };
    }
    table
}

#[cfg(test)]
pub(crate) mod tests;
