//! Reading AC coefficients one at a time (T.81, F.2.2.2): those that a reduced transform needs, or all of them.
//! In: a [`Code`] and a stream. Out: run and value of one symbol after another.

use super::bits::Bits;
use super::huffman::{Code, Lookup, extend};

/// Bits of the stream that choose an entry.
const WINDOW: u32 = 10;

/// What one symbol says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Symbol {
    /// Zero coefficients in front.
    pub(crate) run: u32,
    /// The coefficient's value; 0 stands for 16 zeros if the run is 15, for the end of the block otherwise.
    pub(crate) value: i32,
}

/// Reads AC symbols with their magnitudes.
#[derive(Clone, Debug)]
pub(crate) struct ValueTable {
    /// By the next bits: value << 8 | run << 4 | bits to consume, or 0 if code and magnitude do not fit.
    entries: Box<[i16; 1 << WINDOW]>,
    pub(crate) lookup: Lookup,
}

impl ValueTable {
    pub(crate) fn new(code: &Code) -> Self {
        let mut entries = Box::new([0; 1 << WINDOW]);
        for word in code.words() {
            let (run, size) = (i16::from(word.symbol >> 4), u32::from(word.symbol & 15));
            let length = word.length + size;
            // A value of more than 7 bits does not fit the entry.
            if length > WINDOW || size > 7 {
                continue;
            }
            let free = WINDOW - length;
            for magnitude in 0..1_u32 << size {
                let first = ((word.bits << size | magnitude) << free) as usize;
                let entry = (extend(magnitude, size) << 8) as i16 | run << 4 | length as i16;
                entries[first..first + (1 << free)].fill(entry);
            }
        }
        Self { entries, lookup: Lookup::new(code) }
    }

    /// Consumes one symbol and its magnitude; the stream must hold 32 bits.
    #[inline(always)]
    pub(crate) fn symbol(&self, bits: &mut Bits<'_>) -> Symbol {
        let entry = self.entries[bits.peek(WINDOW) as usize];
        if entry == 0 {
            let (rest, symbol) = self.symbol_long(*bits);
            *bits = rest;
            return symbol;
        }
        bits.consume(entry as u32 & 15);
        Symbol { run: entry as u32 >> 4 & 15, value: i32::from(entry >> 8) }
    }

    #[inline(never)]
    fn symbol_long<'a>(&self, mut bits: Bits<'a>) -> (Bits<'a>, Symbol) {
        let symbol = u32::from(self.lookup.symbol(&mut bits));
        let (run, size) = (symbol >> 4, symbol & 15);
        let value = extend(bits.take(size), size);
        (bits, Symbol { run, value })
    }
}
