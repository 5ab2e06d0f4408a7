//! Turns quantised coefficients into symbols (T.81, F.1.2), and writes these as Huffman codes.

use super::super::huffman::Code;
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

/// Longest code word in bits (T.81, C.2).
const LONGEST: usize = 16;

/// Returns the code that takes the fewest bits for symbols of these counts, and has a word for no other symbol.
fn optimal(counts: &[u32]) -> Code {
    let mut symbols: Vec<(u32, u8)> =
        (0..=u8::MAX).zip(counts).filter(|(_, n)| **n > 0).map(|(s, n)| (*n, s)).collect();
    // The rarest last; ties in the order of the symbols.
    symbols.sort_unstable_by_key(|(count, symbol)| (u32::MAX - count, *symbol));
    // A symbol that never occurs takes the word of ones alone, which no code may have.
    let mut leaves: Vec<u64> = symbols.iter().map(|(count, _)| u64::from(*count)).collect();
    leaves.push(0);
    let mut numbers = numbers_by_length(&leaves);
    // Words that are too long become shorter in pairs: one takes the place of their common start, the other stands beside a
    // shorter word, which becomes longer (T.81, figure K.3).
    for length in (LONGEST + 1..numbers.len()).rev() {
        while numbers[length] > 0 {
            let shorter = (1..length - 1).rev().find(|shorter| numbers[*shorter] > 0).unwrap_or(1);
            numbers[length] -= 2;
            numbers[length - 1] += 1;
            numbers[shorter + 1] += 2;
            numbers[shorter] -= 1;
        }
    }
    if let Some(longest) = numbers.iter_mut().rev().find(|number| **number > 0) {
        *longest -= 1;
    }
    let counts = std::array::from_fn(|length| numbers.get(length + 1).copied().unwrap_or(0) as u8);
    let symbols: Vec<u8> = symbols.into_iter().map(|(_, symbol)| symbol).collect();
    Code::new(counts, &symbols)
}

/// Returns the number of words of each length in a Huffman code for these counts, the rarest last.
fn numbers_by_length(counts: &[u64]) -> Vec<usize> {
    // Leaves from the rarest on, then the pairs in the order in which they are made, which is that of their sums.
    let leaves = counts.len();
    let mut sums: Vec<u64> = counts.iter().rev().copied().collect();
    let mut parents = vec![0; 2 * leaves];
    let (mut leaf, mut pair) = (0, leaves);
    for made in leaves..2 * leaves - 1 {
        let mut take = || {
            let is_leaf = leaf < leaves && (pair >= sums.len() || sums[leaf] <= sums[pair]);
            let next = if is_leaf { &mut leaf } else { &mut pair };
            let taken = *next;
            *next += 1;
            parents[taken] = made;
            sums[taken]
        };
        let sum = take() + take();
        sums.push(sum);
    }
    let mut depths = vec![0; 2 * leaves - 1];
    for node in (0..2 * leaves - 2).rev() {
        depths[node] = depths[parents[node]] + 1;
    }
    let mut numbers = vec![0; LONGEST.max(leaves) + 2];
    depths[..leaves].iter().for_each(|depth: &usize| numbers[*depth] += 1);
    numbers
}

/// The end-of-block symbol.
const END: u32 = 0x00;

/// The symbol for sixteen zeros.
const ZEROS: u32 = 0xF0;

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
fn magnitude(value: i32) -> (u32, u32) {
    let size = 32 - value.unsigned_abs().leading_zeros();
    let bits = value - i32::from(value < 0);
    (size, bits as u32 & ((1 << size) - 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Returns the bits that a code takes for symbols of these counts.
    fn bits_of(code: &Code, counts: &[u32]) -> u64 {
        let length = |symbol: usize| code.words().find(|word| usize::from(word.symbol) == symbol).unwrap().length;
        let used = counts.iter().enumerate().filter(|(_, count)| **count > 0);
        used.map(|(symbol, count)| u64::from(length(symbol)) * u64::from(*count)).sum()
    }

    /// Returns the same for the best code, by merging the two rarest again and again. The word of ones is never used.
    fn fewest_bits(counts: &[u32]) -> u64 {
        let mut sums: Vec<u64> = counts.iter().filter(|count| **count > 0).map(|count| u64::from(*count)).collect();
        sums.push(0);
        let mut bits = 0;
        while sums.len() > 1 {
            sums.sort_unstable_by_key(|sum| u64::MAX - sum);
            let pair = sums.pop().unwrap() + sums.pop().unwrap();
            bits += pair;
            sums.push(pair);
        }
        bits
    }

    #[test]
    fn a_code_takes_the_fewest_bits_and_no_word_of_ones() {
        let mut tried = 0;
        for seed in 1..300_u32 {
            let noise = |i: u32| (i * 7919 + seed * 104_729).wrapping_mul(2_654_435_761) >> 20;
            let used = 1 + seed % 255;
            let counts: Vec<u32> = (0..256).map(|i| if i % 256 < used { noise(i) % (1 + seed) } else { 0 }).collect();
            if counts.iter().all(|count| *count == 0) {
                continue;
            }
            let code = optimal(&counts);
            assert_eq!(code.symbols().len(), counts.iter().filter(|count| **count > 0).count());
            assert_eq!(bits_of(&code, &counts), fewest_bits(&counts), "{seed}");
            assert!(code.words().all(|word| word.bits + 1 < 1 << word.length || word.length == 0), "{seed}");
            tried += 1;
        }
        assert!(tried > 200);
    }

    #[test]
    fn a_code_of_any_counts_has_words_of_16_bits_at_most() {
        // Fibonacci's numbers give the deepest tree.
        let mut counts = vec![0; 256];
        let (mut one, mut two) = (1, 1);
        for count in counts.iter_mut().take(45) {
            *count = one;
            (one, two) = (two, one + two);
        }
        let code = optimal(&counts);
        assert_eq!(code.counts().iter().map(|count| usize::from(*count)).sum::<usize>(), 45);
        let share: f64 = code.words().map(|word| 0.5_f64.powi(word.length as i32)).sum();
        assert!(share < 1.0 && code.words().all(|word| word.length <= 16));
        let mut words: Vec<_> = code.words().map(|word| word.bits << (16 - word.length)).collect();
        words.dedup();
        assert_eq!(words.len(), 45);
    }
}
