//! The table against reading bit by bit, over random codes and random streams.

use super::*;
use crate::jpeg::huffman::Code;

/// A generator of numbers that look random (Knuth's constants).
pub(crate) struct Random(pub(crate) u64);

impl Random {
    pub(crate) fn below(&mut self, n: u32) -> u32 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((self.0 >> 33) % u64::from(n)) as u32
    }

    pub(crate) fn bytes(&mut self, n: usize) -> Vec<u8> {
        (0..n).map(|_| self.below(256) as u8).collect()
    }

    /// A code with words of many lengths, complete up to one word of 16 ones, whose symbols come from `symbol`.
    pub(crate) fn code(&mut self, mut symbol: impl FnMut(&mut Self) -> u8) -> Code {
        let mut counts = [0_u8; 16];
        let mut free = 1_u32;
        let mut total = 0;
        for (i, count) in counts.iter_mut().enumerate() {
            free *= 2;
            let most = (free - 1).min(250 - total);
            let n = if i == 15 { most } else { self.below(most.min(6) + 1) };
            *count = n as u8;
            total += n;
            free -= n;
        }
        let symbols: Vec<u8> = (0..total).map(|_| symbol(self)).collect();
        Code::new(counts, &symbols)
    }
}

/// The same by the book: how many bits a block's symbols take, and whether they are all codes.
fn plainly(code: &Code, bytes: &[u8], mut left: u32) -> Option<u64> {
    let bit = |at: u64| bytes.get((at / 8) as usize).map_or(0, |b| u32::from(b >> (7 - at % 8) & 1));
    let mut at = 0;
    while left > 0 {
        let (mut word, mut length) = (0, 0);
        let symbol = loop {
            word = word << 1 | bit(at);
            length += 1;
            at += 1;
            if length > 16 {
                return None;
            }
            if let Some(found) = code.words().find(|w| w.length == length && w.bits == word) {
                break u32::from(found.symbol);
            }
        };
        at += u64::from(symbol & 15);
        left = match (symbol >> 4, symbol & 15) {
            (15, 0) => left.saturating_sub(16),
            (_, 0) => 0,
            (run, _) => left.saturating_sub(run + 1),
        };
    }
    Some(at)
}

#[test]
fn skips_what_bit_by_bit_reading_does() {
    let mut random = Random(1);
    let mut compared = 0;
    for _ in 0..60 {
        // Few ends of block in some codes, many in others; sizes small or any.
        let (ends, sizes) = (random.below(4) + 1, random.below(15) + 1);
        let code = random.code(|r| if r.below(8) < ends { 0 } else { (r.below(16) << 4 | r.below(sizes + 1)) as u8 });
        let table = SkipTable::new(&code);
        for _ in 0..60 {
            let bytes = random.bytes(200);
            let left = random.below(63) + 1;
            let mut bits = Bits::new(&bytes, 0);
            table.skip(&mut bits, left);
            if let Some(want) = plainly(&code, &bytes, left) {
                assert_eq!(bits.position(), want);
                assert!(!bits.take_bad());
                compared += 1;
            }
        }
    }
    assert!(compared > 3000, "only {compared}");
}
