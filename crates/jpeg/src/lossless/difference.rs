//! Reads differences (T.81, H.1.2.2) by one look-up for each that is short.

use crate::bits::Bits;
use crate::huffman::{Code, Lookup, extend};

/// Category of the difference 32768, which has no further bits.
const WIDEST: u8 = 16;

/// Bits of the stream that index the table. With 14 bits a sample, the noise of sensors takes about 10.
const WINDOW: u32 = 13;

/// The differences of the next bits, with the bits to consume, or 0 if they do not fit.
type Short = [(i16, u16); 1 << WINDOW];

/// A code of differences.
#[derive(Clone, Debug)]
pub(super) struct Differences {
    short: Box<Short>,
    lookup: Lookup,
}

impl Differences {
    /// The memory of a code in bytes, with that of its symbols.
    pub(super) const MEMORY: usize = size_of::<Self>() + size_of::<Short>() + 256;

    pub(super) fn new(code: &Code) -> Self {
        let mut short = Box::new([(0, 0); 1 << WINDOW]);
        for word in code.words() {
            let size = u32::from(word.symbol);
            let length = word.length + size;
            if length > WINDOW {
                continue;
            }
            let free = WINDOW - length;
            for magnitude in 0..1_u32 << size {
                let first = ((word.bits << size | magnitude) << free) as usize;
                short[first..first + (1 << free)].fill((extend(magnitude, size) as i16, length as u16));
            }
        }
        Self { short, lookup: Lookup::new(code) }
    }

    /// Consumes a difference, modulo 2^16.
    #[inline(always)]
    pub(super) fn read(&self, bits: &mut Bits<'_>) -> u16 {
        bits.refill();
        let (difference, length) = self.short[bits.peek(WINDOW) as usize];
        if length == 0 {
            let (rest, difference) = self.read_long(*bits);
            *bits = rest;
            return difference;
        }
        bits.consume(u32::from(length));
        difference as u16
    }

    #[inline(never)]
    fn read_long<'a>(&self, mut bits: Bits<'a>) -> (Bits<'a>, u16) {
        let difference = read(&self.lookup, &mut bits);
        (bits, difference as u16)
    }
}

/// Reads a difference by its category. The stream must hold 32 bits.
#[inline]
pub(super) fn read(code: &Lookup, bits: &mut Bits<'_>) -> i32 {
    match code.symbol(bits) {
        WIDEST => 1 << 15,
        size @ 0..WIDEST => extend(bits.take(size.into()), size.into()),
        _ => {
            bits.set_bad();
            0
        }
    }
}
