//! Writes quantised coefficients as Huffman codes (T.81, F.1.2).

use super::super::huffman::Code;

/// The Huffman codes of one component.
#[derive(Debug)]
pub(super) struct BlockCodes {
    /// By the number of bits of a difference.
    dc: [Word; 16],
    /// By run << 4 | number of bits.
    ac: Box<[Word; 256]>,
}

/// A code word; its length is 0 if the symbol has none.
#[derive(Clone, Copy, Debug, Default)]
struct Word {
    bits: u32,
    length: u32,
}

impl BlockCodes {
    pub(super) fn new(dc: &Code, ac: &Code) -> Self {
        let mut codes = Self { dc: [Word::default(); 16], ac: Box::new([Word::default(); 256]) };
        for word in dc.words() {
            codes.dc[usize::from(word.symbol & 15)] = Word { bits: word.bits, length: word.length };
        }
        for word in ac.words() {
            codes.ac[usize::from(word.symbol)] = Word { bits: word.bits, length: word.length };
        }
        codes
    }
}

/// The symbol that ends a block.
const END: usize = 0x00;

/// The symbol of sixteen zeros.
const ZEROS: usize = 0xF0;

/// Appends bits to a file's bytes.
#[derive(Debug)]
pub(super) struct Writer<'a> {
    bytes: &'a mut Vec<u8>,
    /// The bits that are not in `bytes` yet: the lowest `count`, which is below 32 between two calls.
    pending: u64,
    count: u32,
}

impl<'a> Writer<'a> {
    pub(super) fn new(bytes: &'a mut Vec<u8>) -> Self {
        Self { bytes, pending: 0, count: 0 }
    }

    /// Writes a block of coefficients in zigzag order. `prediction` is the DC coefficient of the previous block.
    #[inline(always)]
    pub(super) fn put_block(&mut self, coefficients: &[i16; 64], prediction: &mut i32, codes: &BlockCodes) {
        let dc = i32::from(coefficients[0]);
        let (size, bits) = magnitude(dc - *prediction);
        *prediction = dc;
        self.put(codes.dc[size as usize & 15], size, bits);

        let mut left = nonzero(coefficients) & !1;
        let mut last = 0;
        while left != 0 {
            let k = left.trailing_zeros();
            left &= left - 1;
            let mut run = k - last - 1;
            last = k;
            while run > 15 {
                self.put(codes.ac[ZEROS], 0, 0);
                run -= 16;
            }
            let (size, bits) = magnitude(coefficients[k as usize & 63].into());
            self.put(codes.ac[(run << 4 | size) as usize & 255], size, bits);
        }
        if last < 63 {
            self.put(codes.ac[END], 0, 0);
        }
    }

    /// Writes a block that equals the mean of the one before.
    #[inline(never)]
    pub(super) fn put_repeated(&mut self, codes: &BlockCodes) {
        self.put(codes.dc[0], 0, 0);
        self.put(codes.ac[END], 0, 0);
    }

    /// Writes a code word and the bits that follow it: 32 at most.
    #[inline(always)]
    fn put(&mut self, word: Word, size: u32, magnitude: u32) {
        self.pending = self.pending << (word.length + size) | u64::from(word.bits << size | magnitude);
        self.count += word.length + size;
        if self.count >= 32 {
            self.count -= 32;
            self.put_word((self.pending >> self.count) as u32);
        }
    }

    #[inline(always)]
    fn put_word(&mut self, word: u32) {
        // Whether a byte is 0xFF: then it has to be followed by a zero.
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

    /// Writes the last bits, and fills the last byte with ones (T.81, F.1.2.3).
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

/// Returns the number of bits of a value, and those bits: a negative one's are those of the value less 1 (T.81, F.1.2.1).
#[inline(always)]
fn magnitude(value: i32) -> (u32, u32) {
    let size = 32 - value.unsigned_abs().leading_zeros();
    let bits = value - i32::from(value < 0);
    (size, bits as u32 & ((1 << size) - 1))
}

/// Returns which coefficients are not 0, the first in the lowest bit.
#[inline(always)]
fn nonzero(coefficients: &[i16; 64]) -> u64 {
    let mut bits = 0;
    for (k, coefficient) in coefficients.iter().enumerate() {
        bits |= u64::from(*coefficient != 0) << k;
    }
    bits
}
