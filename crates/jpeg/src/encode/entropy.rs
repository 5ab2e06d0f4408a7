//! Turns quantised coefficients into symbols (T.81, F.1.2), and writes these as Huffman codes.

use super::super::huffman::Code;
use super::code::optimal;
use super::transform::Block;

/// A table of symbols, of either class, for luma or chroma.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Table {
    pub(super) is_ac: bool,
    pub(super) is_chroma: bool,
}

impl Table {
    /// All tables of an image in colour, luma's first.
    pub(super) const ALL: [Self; 4] = [
        Self { is_ac: false, is_chroma: false },
        Self { is_ac: true, is_chroma: false },
        Self { is_ac: false, is_chroma: true },
        Self { is_ac: true, is_chroma: true },
    ];

    /// Returns the place of a symbol among those of all tables.
    #[inline(always)]
    const fn place(self, symbol: u32) -> u32 {
        (self.is_chroma as u32) << 9 | (self.is_ac as u32) << 8 | symbol
    }

    /// Returns the class and the number of the table as in a DHT segment.
    pub(super) const fn head(self) -> u8 {
        (self.is_ac as u8) << 4 | self.is_chroma as u8
    }
}

/// Number of symbols of all tables.
const PLACES: usize = 1 << 10;

/// The symbols of a scan in order, and their counts.
#[derive(Debug)]
pub(super) struct Tokens {
    /// Each with the place of a symbol in the upper half, and the bits that follow its code in the lower.
    list: Vec<u32>,
    counts: Box<[u32; PLACES]>,
}

impl Tokens {
    /// Prepares for about this many symbols.
    pub(super) fn new(expected: usize) -> Self {
        Self { list: Vec::with_capacity(expected), counts: Box::new([0; PLACES]) }
    }

    /// Adds a block of coefficients. `prediction` is the DC coefficient of the previous block.
    #[inline(always)]
    pub(super) fn put_block(&mut self, block: &Block, prediction: &mut i32, is_chroma: bool) {
        let [dc_table, ac_table] = [false, true].map(|is_ac| Table { is_ac, is_chroma });
        // Each symbol stands for one coefficient at least.
        let mut list = [0; 64];
        let mut count = 0;
        let mut put = |table: Table, symbol: u32, bits: u32| {
            let place = table.place(symbol);
            list[count & 63] = place << 16 | bits;
            self.counts[place as usize & (PLACES - 1)] += 1;
            count += 1;
        };
        let dc = i32::from(block.at(0));
        let (size, bits) = magnitude(dc - *prediction);
        *prediction = dc;
        put(dc_table, size, bits);

        let mut left = block.nonzero;
        let mut last = 0;
        while left != 0 {
            let k = left.trailing_zeros();
            left &= left - 1;
            let mut run = k - last - 1;
            last = k;
            while run > 15 {
                put(ac_table, ZEROS, 0);
                run -= 16;
            }
            let (size, bits) = magnitude(block.at(k).into());
            put(ac_table, run << 4 | size, bits);
        }
        if last < 63 {
            put(ac_table, END, 0);
        }
        self.list.extend_from_slice(&list[..count.min(64)]);
    }

    /// Adds a flat block with the mean of the previous one.
    #[inline(never)]
    pub(super) fn put_repeated(&mut self, is_chroma: bool) {
        for (is_ac, symbol) in [(false, 0), (true, END)] {
            let place = Table { is_ac, is_chroma }.place(symbol);
            self.list.push(place << 16);
            self.counts[place as usize] += 1;
        }
    }

    /// Returns the code that takes the fewest bits for the symbols of a table.
    pub(super) fn code(&self, table: Table) -> Code {
        let first = table.place(0) as usize;
        optimal(&self.counts[first..first + 256])
    }
}

/// The code words of all tables, by the place of their symbols.
#[derive(Debug)]
pub(super) struct Words(Box<[Word; PLACES]>);

/// A code word; length 0 if the symbol has none.
#[derive(Clone, Copy, Debug, Default)]
struct Word {
    bits: u32,
    length: u32,
}

impl Words {
    pub(super) fn new<'a>(codes: impl IntoIterator<Item = (Table, &'a Code)>) -> Self {
        let mut words = Box::new([Word::default(); PLACES]);
        for (table, code) in codes {
            for word in code.words() {
                words[table.place(word.symbol.into()) as usize] = Word { bits: word.bits, length: word.length };
            }
        }
        Self(words)
    }
}

/// The end-of-block symbol.
pub(super) const END: u32 = 0x00;

/// The symbol for sixteen zeros.
pub(super) const ZEROS: u32 = 0xF0;

/// A bit writer that appends to a file's bytes.
#[derive(Debug)]
pub(super) struct Writer<'a> {
    bytes: &'a mut Vec<u8>,
    /// Bits that are not in `bytes` yet: the lowest `count`, which is below 32 between two calls.
    pending: u64,
    count: u32,
}

impl<'a> Writer<'a> {
    pub(super) fn new(bytes: &'a mut Vec<u8>) -> Self {
        Self { bytes, pending: 0, count: 0 }
    }

    /// Writes symbols, and the bits after each.
    #[inline(always)]
    pub(super) fn put_all(&mut self, tokens: &Tokens, words: &Words) {
        // Copies of these stay in registers.
        let (mut pending, mut count) = (self.pending, self.count);
        for token in &tokens.list {
            let place = token >> 16;
            // The lower half of a symbol is the number of the bits that follow.
            let size = place & 15;
            let word = words.0[place as usize & (PLACES - 1)];
            pending = pending << (word.length + size) | u64::from(word.bits << size | token & 0xFFFF);
            count += word.length + size;
            if count >= 32 {
                count -= 32;
                self.put_word((pending >> count) as u32);
            }
        }
        (self.pending, self.count) = (pending, count);
    }

    /// Writes the lowest `count` bits, 32 at most.
    #[inline(always)]
    pub(super) fn put(&mut self, bits: u32, count: u32) {
        self.pending = self.pending << count | u64::from(bits);
        self.count += count;
        if self.count >= 32 {
            self.count -= 32;
            self.put_word((self.pending >> self.count) as u32);
        }
    }

    #[inline(always)]
    fn put_word(&mut self, word: u32) {
        // Tests all bytes for 0xFF at once: each 0xFF must be followed by a zero.
        if word & 0x8080_8080 & !(word.wrapping_add(0x0101_0101)) == 0 {
            self.bytes.extend_from_slice(&word.to_be_bytes());
        } else {
            self.put_stuffed(word);
        }
    }

    #[inline(never)]
    fn put_stuffed(&mut self, word: u32) {
        for byte in word.to_be_bytes() {
            self.bytes.push(byte);
            if byte == 0xFF {
                self.bytes.push(0);
            }
        }
    }

    /// Writes the last bits and fills the last byte with ones (T.81, F.1.2.3).
    pub(super) fn finish(mut self) {
        let fill = (8 - self.count % 8) % 8;
        self.pending = self.pending << fill | ((1 << fill) - 1);
        self.count += fill;
        while self.count > 0 {
            self.count -= 8;
            let byte = (self.pending >> self.count) as u8;
            self.bytes.push(byte);
            if byte == 0xFF {
                self.bytes.push(0);
            }
        }
    }
}

/// Returns the number of bits of a value, and the bits; for negative values those of the value less 1 (T.81, F.1.2.1).
#[inline(always)]
pub(super) fn magnitude(value: i32) -> (u32, u32) {
    let size = 32 - value.unsigned_abs().leading_zeros();
    let bits = value - i32::from(value < 0);
    (size, bits as u32 & ((1 << size) - 1))
}
