//! Receives the symbols of a scan: counts them, or writes them.

use super::super::super::huffman::Code;
use super::super::entropy::Writer;

/// Number of Huffman tables of a scan: of DC for luma and chroma, then of AC.
pub(super) const TABLES: usize = 4;

/// The tables of AC coefficients begin here.
pub(super) const AC: usize = 2;

/// A receiver of symbols.
pub(super) trait Sink {
    /// Takes a symbol of a table, and the `size` bits after it.
    fn put(&mut self, table: usize, symbol: u8, bits: u32, size: u32);

    /// Takes `size` bits without a symbol.
    fn put_bits(&mut self, bits: u32, size: u32);
}

/// The number of each symbol, and of all bits without codes.
#[derive(Clone, Debug)]
pub(super) struct Counts {
    pub(super) symbols: Box<[[u32; 256]; TABLES]>,
    pub(super) bits: u64,
}

impl Counts {
    pub(super) fn new() -> Self {
        Self { symbols: Box::new([[0; 256]; TABLES]), bits: 0 }
    }
}

impl Sink for Counts {
    #[inline(always)]
    fn put(&mut self, table: usize, symbol: u8, _: u32, size: u32) {
        self.symbols[table][usize::from(symbol)] += 1;
        self.bits += u64::from(size);
    }

    #[inline(always)]
    fn put_bits(&mut self, _: u32, size: u32) {
        self.bits += u64::from(size);
    }
}

/// A writer of symbols as the words of their codes.
#[derive(Debug)]
pub(super) struct Coder<'a> {
    writer: Writer<'a>,
    /// Bits and length of each symbol's word.
    words: Box<[[(u32, u32); 256]; TABLES]>,
}

impl<'a> Coder<'a> {
    /// Prepares for a scan whose tables have these codes.
    pub(super) fn new(bytes: &'a mut Vec<u8>, codes: [Option<&Code>; TABLES]) -> Self {
        let mut words = Box::new([[(0, 0); 256]; TABLES]);
        for (words, code) in words.iter_mut().zip(codes) {
            for word in code.into_iter().flat_map(Code::words) {
                words[usize::from(word.symbol)] = (word.bits, word.length);
            }
        }
        Self { writer: Writer::new(bytes), words }
    }

    /// Writes what is left of the last byte.
    pub(super) fn finish(self) {
        self.writer.finish();
    }
}

impl Sink for Coder<'_> {
    #[inline(always)]
    fn put(&mut self, table: usize, symbol: u8, bits: u32, size: u32) {
        let (word, length) = self.words[table][usize::from(symbol)];
        self.writer.put(word << size | bits, length + size);
    }

    #[inline(always)]
    fn put_bits(&mut self, bits: u32, size: u32) {
        self.writer.put(bits, size);
    }
}
