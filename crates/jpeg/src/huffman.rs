//! Reads Huffman codes (T.81, annex C and F.2.2.3) and builds tables to decode them.
//!
//! A [`Code`] becomes a [`Lookup`] for any symbol or a [`DcTable`] for DC differences. Sequential scans have their own
//! tables, in `dfa`.

use super::bits::Bits;

/// A Huffman code as in a DHT segment: the number of codes of each length, and the symbols in order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Code {
    counts: [u8; 16],
    symbols: Vec<u8>,
}

/// A code word: its right-aligned bits, its length in bits, and its symbol.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Word {
    pub(crate) bits: u32,
    pub(crate) length: u32,
    pub(crate) symbol: u8,
}

impl Code {
    /// Reads a table of a DHT payload, after its class byte. Returns it and the rest.
    ///
    /// `None` if the table is truncated or has more codes of some length than possible.
    pub(crate) fn read(bytes: &[u8]) -> Option<(Self, &[u8])> {
        let (counts, rest) = bytes.split_first_chunk::<16>()?;
        let total: usize = counts.iter().map(|&n| usize::from(n)).sum();
        if total > 256 || rest.len() < total {
            return None;
        }
        let mut free = 1_u32;
        for &n in counts {
            free = (free * 2).checked_sub(u32::from(n))?;
        }
        let (symbols, rest) = rest.split_at(total);
        Some((Self { counts: *counts, symbols: symbols.to_vec() }, rest))
    }

    /// Returns a code from its two lists, which must match.
    pub(crate) fn new(counts: [u8; 16], symbols: &[u8]) -> Self {
        Self { counts, symbols: symbols.to_vec() }
    }

    /// Returns the number of codes of each length.
    pub(crate) const fn counts(&self) -> [u8; 16] {
        self.counts
    }

    /// Returns the symbols in the order of their codes.
    pub(crate) fn symbols(&self) -> &[u8] {
        &self.symbols
    }

    /// Returns all code words in order of their length.
    pub(crate) fn words(&self) -> impl Iterator<Item = Word> + '_ {
        let mut next = 0_u32;
        let mut symbols = self.symbols.iter();
        (1..=16).zip(self.counts).flat_map(move |(length, n)| {
            let first = next;
            next = (next + u32::from(n)) << 1;
            let taken: Vec<u8> = symbols.by_ref().take(usize::from(n)).copied().collect();
            (first..).zip(taken).map(move |(bits, symbol)| Word { bits, length, symbol })
        })
    }
}

/// Result of [`Lookup`] for invalid bits: symbol 0, as in libjpeg. A valid table has no such result, since it would be
/// 17 bits long.
const NO_CODE: u16 = 17 << 8;

/// A decoder of symbols: a table for codes of up to 9 bits, a search by length for longer ones.
#[derive(Clone, Debug)]
pub(crate) struct Lookup {
    /// Entries by the next 9 bits: length << 8 | symbol, or 0 if the code is longer.
    short: [u16; 512],
    /// By length, the first 16-bit window that is too large for codes of this length, and the shift to the index of
    /// their symbols.
    long: [(u32, i32); 17],
    symbols: Vec<u8>,
}

impl Lookup {
    pub(crate) fn new(code: &Code) -> Self {
        let mut short = [0; 512];
        let mut long = [(0, 0); 17];
        for (index, word) in code.words().enumerate() {
            if word.length <= 9 {
                let free = 9 - word.length;
                let first = (word.bits << free) as usize;
                short[first..first + (1 << free)].fill((word.length as u16) << 8 | u16::from(word.symbol));
            }
            long[word.length as usize] = ((word.bits + 1) << (16 - word.length), index as i32 - word.bits as i32);
        }
        Self { short, long, symbols: code.symbols.clone() }
    }

    /// Consumes one symbol. The stream must hold 16 bits.
    #[inline(always)]
    pub(crate) fn symbol(&self, bits: &mut Bits<'_>) -> u8 {
        let found = match self.short[bits.peek(9) as usize] {
            0 => {
                let found = self.find_long(bits.peek(16) as u32);
                if found == NO_CODE {
                    bits.set_bad();
                }
                found
            }
            found => found,
        };
        bits.consume(u32::from(found >> 8));
        found as u8
    }

    #[inline(never)]
    fn find_long(&self, window: u32) -> u16 {
        for length in 10..=16 {
            let (end, shift) = self.long[length];
            if window < end {
                let index = (window >> (16 - length)) as i32 + shift;
                let symbol = self.symbols.get(index as usize).copied().unwrap_or(0);
                return (length as u16) << 8 | u16::from(symbol);
            }
        }
        NO_CODE
    }
}

/// Bits of the stream that index a [`DcTable`]. On photographs, 10 cover all but one difference in thousands; a longer
/// window only displaces the AC tables from the cache.
const DC_WINDOW: u32 = 10;

/// A table of DC differences: one look-up gives code and magnitude if both fit the window.
#[derive(Clone, Debug)]
pub(crate) struct DcTable {
    /// Entries by the next bits: difference << 6 | bits to consume, or 0 if they do not fit.
    entries: Box<[i16; 1 << DC_WINDOW]>,
    lookup: Lookup,
}

impl DcTable {
    pub(crate) fn new(code: &Code) -> Self {
        let mut entries = Box::new([0; 1 << DC_WINDOW]);
        for word in code.words() {
            let size = u32::from(word.symbol);
            let length = word.length + size;
            if length > DC_WINDOW {
                continue;
            }
            let free = DC_WINDOW - length;
            for magnitude in 0..1_u32 << size {
                let first = ((word.bits << size | magnitude) << free) as usize;
                let entry = (extend(magnitude, size) << 6) as i16 | length as i16;
                entries[first..first + (1 << free)].fill(entry);
            }
        }
        Self { entries, lookup: Lookup::new(code) }
    }

    /// Consumes one difference. The stream must hold 32 bits.
    #[inline(always)]
    pub(crate) fn difference(&self, bits: &mut Bits<'_>) -> i32 {
        let entry = self.entries[bits.peek(DC_WINDOW) as usize];
        if entry == 0 {
            let (rest, difference) = self.difference_long(*bits);
            *bits = rest;
            return difference;
        }
        bits.consume(entry as u32 & 63);
        i32::from(entry >> 6)
    }

    #[cold]
    #[inline(never)]
    fn difference_long<'a>(&self, mut bits: Bits<'a>) -> (Bits<'a>, i32) {
        let size = u32::from(self.lookup.symbol(&mut bits)).min(16);
        let difference = extend(bits.take(size), size);
        (bits, difference)
    }
}

/// Returns the signed value of `size` magnitude bits (T.81, F.2.2.1, EXTEND).
#[inline]
pub(crate) fn extend(magnitude: u32, size: u32) -> i32 {
    let half = (1_i32 << size) >> 1;
    let value = magnitude as i32;
    if value < half { value - (1 << size) + 1 } else { value }
}

/// Returns an example code of T.81, annex K.3, which Motion JPEG omits: DC or AC, for luma or chroma.
pub(crate) fn standard(ac: bool, chroma: bool) -> Code {
    let dc_symbols: Vec<u8> = (0..12).collect();
    match (ac, chroma) {
        (false, false) => Code::new([0, 1, 5, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0], &dc_symbols),
        (false, true) => Code::new([0, 3, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0], &dc_symbols),
        (true, false) => Code::new([0, 2, 1, 3, 3, 2, 4, 3, 5, 5, 4, 4, 0, 0, 1, 0x7D], &AC_LUMA),
        (true, true) => Code::new([0, 2, 1, 2, 4, 4, 3, 4, 7, 5, 4, 4, 0, 1, 2, 0x77], &AC_CHROMA),
    }
}

/// Symbols of the AC code for luma in order (T.81, table K.5).
const AC_LUMA: [u8; 162] = [
    0x01, 0x02, 0x03, 0x00, 0x04, 0x11, 0x05, 0x12, 0x21, 0x31, 0x41, 0x06, 0x13, 0x51, 0x61, 0x07, 0x22, 0x71, 0x14,
    0x32, 0x81, 0x91, 0xA1, 0x08, 0x23, 0x42, 0xB1, 0xC1, 0x15, 0x52, 0xD1, 0xF0, 0x24, 0x33, 0x62, 0x72, 0x82, 0x09,
    0x0A, 0x16, 0x17, 0x18, 0x19, 0x1A, 0x25, 0x26, 0x27, 0x28, 0x29, 0x2A, 0x34, 0x35, 0x36, 0x37, 0x38, 0x39, 0x3A,
    0x43, 0x44, 0x45, 0x46, 0x47, 0x48, 0x49, 0x4A, 0x53, 0x54, 0x55, 0x56, 0x57, 0x58, 0x59, 0x5A, 0x63, 0x64, 0x65,
    0x66, 0x67, 0x68, 0x69, 0x6A, 0x73, 0x74, 0x75, 0x76, 0x77, 0x78, 0x79, 0x7A, 0x83, 0x84, 0x85, 0x86, 0x87, 0x88,
    0x89, 0x8A, 0x92, 0x93, 0x94, 0x95, 0x96, 0x97, 0x98, 0x99, 0x9A, 0xA2, 0xA3, 0xA4, 0xA5, 0xA6, 0xA7, 0xA8, 0xA9,
    0xAA, 0xB2, 0xB3, 0xB4, 0xB5, 0xB6, 0xB7, 0xB8, 0xB9, 0xBA, 0xC2, 0xC3, 0xC4, 0xC5, 0xC6, 0xC7, 0xC8, 0xC9, 0xCA,
    0xD2, 0xD3, 0xD4, 0xD5, 0xD6, 0xD7, 0xD8, 0xD9, 0xDA, 0xE1, 0xE2, 0xE3, 0xE4, 0xE5, 0xE6, 0xE7, 0xE8, 0xE9, 0xEA,
    0xF1, 0xF2, 0xF3, 0xF4, 0xF5, 0xF6, 0xF7, 0xF8, 0xF9, 0xFA,
];

/// Symbols of the AC code for chroma in order (T.81, table K.6).
const AC_CHROMA: [u8; 162] = [
    0x00, 0x01, 0x02, 0x03, 0x11, 0x04, 0x05, 0x21, 0x31, 0x06, 0x12, 0x41, 0x51, 0x07, 0x61, 0x71, 0x13, 0x22, 0x32,
    0x81, 0x08, 0x14, 0x42, 0x91, 0xA1, 0xB1, 0xC1, 0x09, 0x23, 0x33, 0x52, 0xF0, 0x15, 0x62, 0x72, 0xD1, 0x0A, 0x16,
    0x24, 0x34, 0xE1, 0x25, 0xF1, 0x17, 0x18, 0x19, 0x1A, 0x26, 0x27, 0x28, 0x29, 0x2A, 0x35, 0x36, 0x37, 0x38, 0x39,
    0x3A, 0x43, 0x44, 0x45, 0x46, 0x47, 0x48, 0x49, 0x4A, 0x53, 0x54, 0x55, 0x56, 0x57, 0x58, 0x59, 0x5A, 0x63, 0x64,
    0x65, 0x66, 0x67, 0x68, 0x69, 0x6A, 0x73, 0x74, 0x75, 0x76, 0x77, 0x78, 0x79, 0x7A, 0x82, 0x83, 0x84, 0x85, 0x86,
    0x87, 0x88, 0x89, 0x8A, 0x92, 0x93, 0x94, 0x95, 0x96, 0x97, 0x98, 0x99, 0x9A, 0xA2, 0xA3, 0xA4, 0xA5, 0xA6, 0xA7,
    0xA8, 0xA9, 0xAA, 0xB2, 0xB3, 0xB4, 0xB5, 0xB6, 0xB7, 0xB8, 0xB9, 0xBA, 0xC2, 0xC3, 0xC4, 0xC5, 0xC6, 0xC7, 0xC8,
    0xC9, 0xCA, 0xD2, 0xD3, 0xD4, 0xD5, 0xD6, 0xD7, 0xD8, 0xD9, 0xDA, 0xE2, 0xE3, 0xE4, 0xE5, 0xE6, 0xE7, 0xE8, 0xE9,
    0xEA, 0xF2, 0xF3, 0xF4, 0xF5, 0xF6, 0xF7, 0xF8, 0xF9, 0xFA,
];
