//! Reads prefix codes (RFC 9649, 3.7.2.1) and builds the tables that decode them. A code's table is indexed by the next
//! [`ROOT`] bits. If these don't determine the symbol, the entry leads to another table for the rest.

use super::super::error::Error;
use super::bits::BitReader;

/// Maximum number of bits of a code's first table, the same as in libwebp.
const ROOT: u32 = 8;

/// The length of the longest code.
const LONGEST: usize = 15;

/// Maximum number of entries of all tables together: 32 MiB, a thousand times the tables of cwebp. A file of 1 MiB could
/// otherwise claim ten times more.
const MOST_ENTRIES: usize = 16 << 20;
pub(super) const MOST_BYTES: u64 = 2 * MOST_ENTRIES as u64;

/// Bytes of tables per byte of the stream, as in typical images. The tables of a code of 15 bits take 64 times its
/// description, but codes are a small part of an image.
pub(super) const TABLES_OF_BYTE: u64 = 16;

/// The order in which the lengths of the code for lengths are stored.
const ORDER: [usize; 19] = [17, 18, 0, 1, 2, 3, 4, 5, 16, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15];

/// A code among [`Tables`]: the start of its table, and the mask of the bits that index it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Code {
    start: u32,
    mask: u16,
}

/// The tables of many codes. An entry has the length of its code in its lower 4 bits and the symbol above. An entry that
/// leads to another table has the length plus that table's bits, and the table's offset from the first one.
#[derive(Debug, Default)]
pub(super) struct Tables {
    entries: Vec<u16>,
}

/// The table of one code.
#[derive(Debug, Clone, Copy)]
pub(super) struct Table<'a> {
    entries: &'a [u16],
    mask: u16,
}

impl Table<'_> {
    /// Takes a symbol from the buffered bits, up to 15.
    #[inline(always)]
    pub(super) fn take(self, bits: &mut BitReader<'_>) -> usize {
        let word = bits.peek();
        let mut entry = self.entries[usize::from(word as u16 & self.mask)];
        let mut length = u32::from(entry & 15);
        if length > ROOT {
            let mask = (1_u64 << (length - ROOT)) - 1;
            entry = self.entries[usize::from(entry >> 4) + (word >> ROOT & mask) as usize];
            length = ROOT + u32::from(entry & 15);
        }
        bits.drop_bits(length);
        usize::from(entry >> 4)
    }

    /// Returns the symbol of a code that takes no bits, because it has no other.
    pub(super) fn only_symbol(self) -> Option<usize> {
        (self.mask == 0).then(|| usize::from(self.entries[0] >> 4))
    }
}

impl Tables {
    /// Returns the table of `code`.
    #[inline(always)]
    pub(super) fn table(&self, code: Code) -> Table<'_> {
        Table { entries: &self.entries[code.start as usize..], mask: code.mask }
    }

    /// Reads a code of `symbols` symbols, up to 4096.
    pub(super) fn read(&mut self, bits: &mut BitReader<'_>, symbols: usize) -> Result<Code, Error> {
        let mut lengths = vec![0; symbols];
        if bits.read(1) == 1 {
            read_few(bits, &mut lengths)?;
        } else {
            read_lengths(bits, &mut lengths)?;
        }
        if bits.is_exhausted() {
            return Err(Error::Truncated("its prefix codes"));
        }
        self.add(&lengths)
    }

    /// Adds the code with these lengths per symbol, 0 for none.
    fn add(&mut self, lengths: &[u8]) -> Result<Code, Error> {
        let mut counts = [0_u32; LONGEST + 1];
        lengths.iter().for_each(|length| counts[usize::from(*length)] += 1);
        counts[0] = 0;
        let start = self.entries.len();
        let used: u32 = counts.iter().sum();
        if used == 1 {
            let symbol = lengths.iter().position(|length| *length > 0).unwrap_or(0);
            self.entries.push((symbol as u16) << 4);
            return Ok(Code { start: start as u32, mask: 0 });
        }
        let space: u32 = (1..=LONGEST).map(|length| counts[length] << (LONGEST - length)).sum();
        if space != 1 << LONGEST {
            return Err(Error::Invalid("a prefix code is not complete"));
        }
        let longest = (1..=LONGEST).rfind(|length| counts[*length] > 0).unwrap_or(0) as u32;
        let root = longest.min(ROOT);
        let mut codes = Codes::new(&counts);
        let coded: Vec<(u16, u32, u32)> = lengths
            .iter()
            .enumerate()
            .filter(|(_, length)| **length > 0)
            .map(|(symbol, length)| (symbol as u16, u32::from(*length), codes.next(*length)))
            .collect();
        self.entries.resize(start + (1 << root), 0);
        // Codes with the same first bits share a table, as deep as the longest of them.
        let mut depths = [0_u32; 1 << ROOT];
        for (_, length, code) in coded.iter().filter(|(_, length, _)| *length > ROOT) {
            let depth = &mut depths[(code & ((1 << ROOT) - 1)) as usize];
            *depth = (*depth).max(length - ROOT);
        }
        for (first, depth) in depths.iter().enumerate().filter(|(_, depth)| **depth > 0) {
            let offset = self.entries.len() - start;
            self.entries[start + first] = (offset as u16) << 4 | (ROOT + depth) as u16;
            self.entries.resize(self.entries.len() + (1 << depth), 0);
        }
        for (symbol, length, code) in coded {
            let first = (code & ((1 << root) - 1)) as usize;
            let (at, step, end, length) = if length <= ROOT {
                (start + first, 1 << length, start + (1 << root), length)
            } else {
                let offset = start + usize::from(self.entries[start + first] >> 4);
                let rest = length - ROOT;
                (offset + (code >> ROOT) as usize, 1 << rest, offset + (1 << depths[first]), rest)
            };
            for entry in self.entries[at..end].iter_mut().step_by(step) {
                *entry = symbol << 4 | length as u16;
            }
        }
        if self.entries.len() > MOST_ENTRIES {
            return Err(Error::Invalid("it has too many prefix codes"));
        }
        Ok(Code { start: start as u32, mask: (1 << root) - 1 })
    }
}

/// Canonical codes, consecutive for each length, with their first bit lowest.
struct Codes {
    next: [u32; LONGEST + 1],
}

impl Codes {
    fn new(counts: &[u32; LONGEST + 1]) -> Self {
        let mut next = [0; LONGEST + 1];
        for length in 1..LONGEST {
            next[length + 1] = (next[length] + counts[length]) << 1;
        }
        Self { next }
    }

    fn next(&mut self, length: u8) -> u32 {
        let code = &mut self.next[usize::from(length)];
        *code += 1;
        (*code - 1).reverse_bits() >> (32 - u32::from(length))
    }
}

/// Reads the lengths of a code of one or two symbols.
fn read_few(bits: &mut BitReader<'_>, lengths: &mut [u8]) -> Result<(), Error> {
    let count = bits.read(1) + 1;
    let width = if bits.read(1) == 0 { 1 } else { 8 };
    for width in [width, 8].into_iter().take(count as usize) {
        let symbol = bits.read(width) as usize;
        *lengths.get_mut(symbol).ok_or(Error::Invalid("a prefix code names an unknown symbol"))? = 1;
    }
    Ok(())
}

/// Reads the coded lengths of a code.
fn read_lengths(bits: &mut BitReader<'_>, lengths: &mut [u8]) -> Result<(), Error> {
    let mut of_lengths = [0; ORDER.len()];
    let count = 4 + bits.read(4) as usize;
    for place in ORDER.iter().take(count) {
        of_lengths[*place] = bits.read(3) as u8;
    }
    let mut most = if bits.read(1) == 0 {
        lengths.len()
    } else {
        let width = 2 + 2 * bits.read(3);
        2 + bits.read(width) as usize
    };
    if most > lengths.len() {
        return Err(Error::Invalid("a prefix code has too many symbols"));
    }
    let mut tables = Tables::default();
    let code = tables.add(&of_lengths)?;
    let table = tables.table(code);
    let (mut at, mut last) = (0, 8);
    while at < lengths.len() && most > 0 {
        most -= 1;
        bits.refill();
        let (length, count) = match table.take(bits) {
            16 => (last, 3 + bits.take(2) as usize),
            17 => (0, 3 + bits.take(3) as usize),
            18 => (0, 11 + bits.take(7) as usize),
            length => (length as u8, 1),
        };
        let run = lengths.get_mut(at..at + count).ok_or(Error::Invalid("a prefix code has too many lengths"))?;
        run.fill(length);
        at += count;
        if length > 0 {
            last = length;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Finds the symbol by comparing the bits with each code, as a slow reference.
    fn find(lengths: &[u8], word: u64) -> (usize, u32) {
        let mut counts = [0; LONGEST + 1];
        lengths.iter().filter(|length| **length > 0).for_each(|length| counts[usize::from(*length)] += 1);
        let mut codes = Codes::new(&counts);
        for (symbol, length) in lengths.iter().enumerate().filter(|(_, length)| **length > 0) {
            let code = u64::from(codes.next(*length));
            if word & ((1 << length) - 1) == code {
                return (symbol, u32::from(*length));
            }
        }
        panic!("no code is like {word:b}");
    }

    #[test]
    fn every_word_is_the_symbol_whose_code_it_begins_with() {
        let mut deep: Vec<u8> = (1..=15).collect();
        deep.push(15);
        let mut mixed = vec![0; 300];
        // 3/4 + 14/8192 + 31/128 + 100/16384.
        mixed[..3].fill(2);
        mixed[14..28].fill(13);
        mixed[40..71].fill(7);
        mixed[200..].fill(14);
        for lengths in [vec![1, 1], vec![2, 1, 2], deep, mixed, vec![8; 256], vec![9; 512]] {
            let mut tables = Tables::default();
            // The table follows another one, as usual.
            tables.add(&[1, 1]).unwrap();
            let code = tables.add(&lengths).unwrap();
            for word in 0..1_u64 << 15 {
                let bytes = word.to_le_bytes();
                let mut bits = BitReader::new(&bytes);
                bits.refill();
                let symbol = tables.table(code).take(&mut bits);
                let (wanted, length) = find(&lengths, word);
                assert_eq!((symbol, bits.peek()), (wanted, word >> length), "{lengths:?}, {word:b}");
            }
        }
    }

    #[test]
    fn a_code_of_one_symbol_takes_no_bits_and_one_with_gaps_is_refused() {
        let mut tables = Tables::default();
        let code = tables.add(&[0, 0, 5]).unwrap();
        assert_eq!(tables.table(code).only_symbol(), Some(2));
        for lengths in [vec![], vec![0, 0], vec![2, 2, 2], vec![1, 1, 1]] {
            assert!(tables.add(&lengths).is_err(), "{lengths:?}");
        }
    }
}
