//! Decodes Nikon's differences row by row.
//!
//! A sample is the one two columns to the left plus a difference, the first two of a row those of two rows above. Differences are
//! coded like those of lossless JPEG, by codes that the file does not hold. Of a lossy image, which has them from a row on,
//! differences may lack low bits.

use std::io;

use super::source::{PIECE, Source};
use crate::container::{Differences, Input};

/// The most bytes that a sample takes: a code of 11 bits, and 14 bits.
const BYTES_OF_SAMPLE: usize = 4;

/// Bits of the stream that index the table. The noise of sensors takes about 10.
const WINDOW: u32 = 13;

/// Samples are steps of a curve, of 14 bits.
const MAX_STEP: u16 = 0x3fff;

/// A code: the number of words of each length from 1 on, and their symbols. A symbol has the bits of the difference in its low
/// half, and in its high half the low bits that the difference lacks.
type Words = (&'static [usize], &'static [u8]);

const LOSSY_12: Words = (&[0, 1, 5, 1, 1, 1, 1, 1, 1, 2], &[5, 4, 3, 6, 2, 7, 1, 0, 8, 9, 11, 10, 12]);
const LOSSY_12_BELOW: Words =
    (&[0, 1, 5, 1, 1, 1, 1, 1, 1, 2], &[0x39, 0x5a, 0x38, 0x27, 0x16, 5, 4, 3, 2, 1, 0, 11, 12, 12]);
const LOSSLESS_12: Words = (&[0, 1, 4, 2, 3, 1, 2], &[5, 4, 6, 3, 7, 2, 8, 1, 9, 0, 10, 11, 12]);
const LOSSY_14: Words = (&[0, 1, 4, 3, 1, 1, 1, 1, 1, 2], &[5, 6, 4, 7, 8, 3, 9, 2, 1, 0, 10, 11, 12, 13, 14]);
const LOSSY_14_BELOW: Words =
    (&[0, 1, 5, 1, 1, 1, 1, 1, 1, 1, 2], &[8, 0x5c, 0x4b, 0x3a, 0x29, 7, 6, 5, 4, 3, 2, 1, 0, 13, 14]);
const LOSSLESS_14: Words = (&[0, 1, 4, 2, 2, 3, 1, 2], &[7, 6, 8, 5, 9, 4, 10, 3, 11, 12, 2, 0, 1, 13, 14]);

/// A decoder of rows.
#[derive(Debug)]
pub(super) struct DifferenceRows {
    code: Code,
    /// The row from which on the code is another one, and that code.
    below: Option<(u32, Code)>,
    /// The predictions of the next even and the next odd row.
    first: [[u16; 2]; 2],
    /// Samples of a row.
    samples: usize,
    next: u32,
    /// Bytes that were read, and the bits of them that were decoded.
    bytes: Vec<u8>,
    decoded: usize,
    is_lost: bool,
}

/// Differences by the next bits of the stream.
#[derive(Clone, Debug)]
struct Code {
    /// The difference, and the bits to consume, or 0 if they do not fit.
    short: Box<[(i16, u16); 1 << WINDOW]>,
    /// The bits of a word, its size and its symbol, for differences that do not fit.
    words: Vec<(u64, u32, (u32, u32))>,
}

impl DifferenceRows {
    /// Prepares rows of `samples` samples of 12 or 14 bits.
    pub(super) fn new(code: Differences, bits: u32, samples: usize) -> Self {
        let (above, below) = match (code.is_lossless, bits) {
            (true, 12) => (LOSSLESS_12, None),
            (true, _) => (LOSSLESS_14, None),
            (false, 12) => (LOSSY_12, Some(LOSSY_12_BELOW)),
            (false, _) => (LOSSY_14, Some(LOSSY_14_BELOW)),
        };
        let below = code.split.zip(below).map(|(row, words)| (row, Code::new(words)));
        let (bytes, decoded) = (Vec::new(), 0);
        Self { code: Code::new(above), below, first: code.first, samples, next: 0, bytes, decoded, is_lost: false }
    }

    /// Estimates the memory in bytes of decoding rows of this many samples.
    pub(super) const fn memory(samples: usize) -> usize {
        2 * size_of::<[(i16, u16); 1 << WINDOW]>() + 2 * (BYTES_OF_SAMPLE * samples + PIECE)
    }

    /// Reads the next row; returns whether it is whole. After one that is not, none is.
    pub(super) fn read(&mut self, input: &mut dyn Input, source: &mut Source, row: &mut [u16]) -> io::Result<bool> {
        if self.is_lost {
            return Ok(false);
        }
        self.fill(input, source)?;
        if let Some((_, code)) = self.below.take_if(|(row, _)| *row == self.next) {
            self.code = code;
        }
        self.is_lost = !self.decode(row);
        self.next += 1;
        Ok(!self.is_lost)
    }

    /// Reads the bytes that a row may take.
    fn fill(&mut self, input: &mut dyn Input, source: &mut Source) -> io::Result<()> {
        let wanted = BYTES_OF_SAMPLE * self.samples;
        if self.bytes.len() - self.decoded / 8 >= wanted {
            return Ok(());
        }
        self.bytes.drain(..self.decoded / 8);
        self.decoded %= 8;
        while self.bytes.len() < wanted {
            source.read(input, PIECE)?;
            if source.piece().is_empty() {
                break;
            }
            self.bytes.extend_from_slice(source.piece());
        }
        Ok(())
    }

    /// Decodes a row; returns whether its bits were there, and valid.
    fn decode(&mut self, row: &mut [u16]) -> bool {
        let mut at = self.decoded;
        let mut last = self.first[(self.next & 1) as usize];
        let mut is_first = true;
        for pair in row.chunks_mut(2) {
            // Two samples take 50 bits at most.
            let mut bits = Bits { window: peek(&self.bytes, at), taken: 0 };
            for (last, to) in last.iter_mut().zip(pair) {
                *last = last.wrapping_add_signed(self.code.read(&mut bits));
                // Steps below 0 are noise.
                *to = if last.cast_signed() < 0 { 0 } else { (*last).min(MAX_STEP) };
            }
            if bits.taken > WHOLE {
                return false;
            }
            at += bits.taken;
            if std::mem::take(&mut is_first) {
                self.first[(self.next & 1) as usize] = last;
            }
        }
        self.decoded = at;
        at <= 8 * self.bytes.len()
    }
}

/// The next bits of a stream, the most significant first.
#[derive(Clone, Copy, Debug)]
struct Bits {
    window: u64,
    taken: usize,
}

/// The bits of a window that are always whole. More are taken only by a word that does not exist.
const WHOLE: usize = 57;

/// Returns the bits from the one at `at` on. Behind the end are zeros.
#[inline(always)]
fn peek(bytes: &[u8], at: usize) -> u64 {
    let rest = bytes.get(at / 8..).unwrap_or_default();
    let next = rest.first_chunk::<8>().copied().unwrap_or_else(|| {
        let mut last = [0; 8];
        last[..rest.len()].copy_from_slice(rest);
        last
    });
    u64::from_be_bytes(next) << (at % 8)
}

impl Code {
    #[expect(clippy::cast_possible_truncation, reason = "differences have 14 bits, lengths 25")]
    fn new((counts, symbols): Words) -> Self {
        let mut short = Box::new([(0, 0); 1 << WINDOW]);
        let (mut words, mut word, mut symbols) = (Vec::new(), 0_u64, symbols.iter());
        for (length, count) in (1_u32..).zip(counts) {
            for symbol in symbols.by_ref().take(*count) {
                let symbol = (u32::from(symbol & 15), u32::from(symbol >> 4));
                words.push((word, length, symbol));
                let more = symbol.0 - symbol.1;
                if let Some(free) = WINDOW.checked_sub(length + more) {
                    for magnitude in 0..1_u64 << more {
                        let first = ((word << more | magnitude) << free) as usize;
                        let difference = (extend(magnitude as i32, symbol) as i16, (length + more) as u16);
                        short[first..first + (1 << free)].fill(difference);
                    }
                }
                word += 1;
            }
            word <<= 1;
        }
        Self { short, words }
    }

    /// Consumes a difference.
    #[inline(always)]
    fn read(&self, bits: &mut Bits) -> i16 {
        let (mut difference, mut length) = self.short[(bits.window >> (64 - WINDOW)) as usize];
        if length == 0 {
            (difference, length) = self.read_long(bits.window);
        }
        bits.window = bits.window.unbounded_shl(length.into());
        bits.taken += usize::from(length);
        difference
    }

    #[inline(never)]
    #[expect(clippy::cast_possible_truncation, reason = "differences have 14 bits, lengths 25")]
    fn read_long(&self, window: u64) -> (i16, u16) {
        let fits = |(word, length, _): &&(u64, u32, (u32, u32))| window >> (64 - length) == *word;
        let Some((_, length, symbol)) = self.words.iter().find(fits) else { return (0, WHOLE as u16 + 1) };
        let more = symbol.0 - symbol.1;
        let magnitude = (window << length).unbounded_shr(64 - more);
        (extend(magnitude as i32, *symbol) as i16, (length + more) as u16)
    }
}

/// Returns the difference of a size in bits, of which these are all but the lowest `missing`. The missing ones stand for their
/// middle.
const fn extend(bits: i32, (size, missing): (u32, u32)) -> i32 {
    if size == 0 {
        return 0;
    }
    let middle = (bits << 1 | 1) << missing >> 1;
    if middle >> (size - 1) & 1 == 1 { middle } else { middle - (1 << size) + if missing == 0 { 1 } else { 0 } }
}
