//! CCITT's codings of black and white (T.4, T.6; TIFF 6.0, sections 10 and 11). In: a chunk's bytes. Out: rows, a bit for each
//! pixel, 0 where the coding says white. The codes themselves are the crate `fax`'s; its own decoders know no rows without ends
//! of lines, none of T.4 in two dimensions, and no more than 65 535 pixels.

use fax::BitReader;
use fax::maps::{Mode, black, mode, white};

use super::coding::Fax;

/// Bits at a place.
#[derive(Debug, Default)]
struct Bits {
    bytes: Vec<u8>,
    at: usize,
}

impl Bits {
    const fn is_at_end(&self) -> bool {
        self.at >= 8 * self.bytes.len()
    }
}

impl BitReader for Bits {
    type Error = ();

    fn peek(&self, bits: u8) -> Option<u16> {
        let bits = usize::from(bits);
        // The last codes may be shorter than what is looked at; zeros follow them.
        if bits > 16 || self.is_at_end() {
            return None;
        }
        let byte = |i: usize| u32::from(self.bytes.get(self.at / 8 + i).copied().unwrap_or(0));
        let three = byte(0) << 16 | byte(1) << 8 | byte(2);
        u16::try_from(three >> (24 - self.at % 8 - bits) & ((1 << bits) - 1)).ok()
    }

    fn consume(&mut self, bits: u8) -> Result<(), ()> {
        self.at += usize::from(bits);
        Ok(())
    }

    fn bits_to_byte_boundary(&self) -> u8 {
        u8::try_from(self.at.wrapping_neg() % 8).unwrap_or(0)
    }
}

/// How much of a row was there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Row {
    Whole,
    /// Half of it or more; the rest is white.
    Part,
    /// Less than that. Others may follow unless the chunk has ended.
    Missing,
}

/// Where the next row begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Here,
    /// Behind the next end of line, since the last row is broken.
    Lost,
    Ended,
}

/// Decodes rows of one chunk.
#[derive(Debug)]
pub(super) struct FaxRows {
    coding: Fax,
    /// T.4 only: each row says whether it is coded in one dimension or two.
    is_mixed: bool,
    bits: Bits,
    state: State,
    /// Where the colour changes in the row above and in this one, the first change being to black.
    above: Vec<usize>,
    changes: Vec<usize>,
}

/// Ends of lines in a row that end a page: T.4 has six.
const ENDS_OF_PAGE: usize = 3;

impl FaxRows {
    /// `options` is tag 292.
    pub(super) fn new(coding: Fax, options: u64) -> Self {
        let is_mixed = coding == Fax::Group3 && options & 1 != 0;
        Self { coding, is_mixed, bits: Bits::default(), state: State::Ended, above: Vec::new(), changes: Vec::new() }
    }

    /// Begins a chunk.
    pub(super) fn start(&mut self, bytes: &[u8]) {
        self.bits.bytes.clear();
        self.bits.bytes.extend(bytes);
        self.bits.at = 0;
        self.state = State::Here;
        self.above.clear();
    }

    /// Decodes a row of so many pixels, of a broken one what stands before the break.
    pub(super) fn decode(&mut self, width: usize, out: &mut [u8]) -> Row {
        out.fill(0);
        self.changes.clear();
        if self.state == State::Ended {
            return Row::Missing;
        }
        let is_whole = match self.coding {
            Fax::Huffman => self.read_row_of_bytes(width),
            Fax::Group3 => self.read_line(width),
            Fax::Group4 => self.read_two_dimensions(width),
        };
        let reached = self.changes.last().copied().unwrap_or(0);
        if is_whole.is_none() {
            // As in libtiff, the next row of T.6 is read from the break on: what is lost may be a few pixels of this one.
            self.state = match self.state {
                State::Ended => State::Ended,
                _ if self.bits.is_at_end() => State::Ended,
                _ if self.coding == Fax::Group3 => State::Lost,
                _ => State::Here,
            };
            // What follows is white.
            if self.changes.len() % 2 == 1 {
                self.changes.pop();
            }
        }
        for run in self.changes.chunks(2) {
            let end = run.get(1).copied().unwrap_or(width);
            blacken(out, run[0].min(width), end.min(width));
        }
        std::mem::swap(&mut self.above, &mut self.changes);
        match is_whole {
            Some(()) => Row::Whole,
            None if reached >= width.div_ceil(2) => Row::Part,
            None => Row::Missing,
        }
    }

    /// A row that begins at a byte.
    fn read_row_of_bytes(&mut self, width: usize) -> Option<()> {
        let start = self.bits.at;
        let row = self.read_one_dimension(width);
        self.bits.at += usize::from(self.bits.bits_to_byte_boundary());
        if self.bits.at == start {
            self.bits.at += 8;
        }
        row
    }

    /// A row of T.4, with the end of line in front of it.
    fn read_line(&mut self, width: usize) -> Option<()> {
        if self.state == State::Lost {
            self.find_end_of_line();
            self.state = State::Here;
        }
        let mut ends = 0;
        let mut is_one_dimension = !self.is_mixed;
        while self.skip_end_of_line() {
            ends += 1;
            if self.is_mixed {
                is_one_dimension = self.take_bit()?;
            }
        }
        if ends >= ENDS_OF_PAGE || self.bits.is_at_end() {
            self.state = State::Ended;
            return None;
        }
        if self.is_mixed && ends == 0 {
            return None;
        }
        if is_one_dimension { self.read_one_dimension(width) } else { self.read_two_dimensions(width) }
    }

    fn take_bit(&mut self) -> Option<bool> {
        let bit = self.bits.peek(1)?;
        self.bits.at += 1;
        Some(bit == 1)
    }

    /// Goes to the next eleven zeros, at which an end of line begins, or to the end of the chunk.
    fn find_end_of_line(&mut self) {
        let mut zeros = 0;
        while let Some(bit) = self.take_bit() {
            zeros = if bit { 0 } else { zeros + 1 };
            if zeros == 11 {
                self.bits.at -= 11;
                return;
            }
        }
    }

    /// Eleven zeros or more and a one; whether there was one.
    fn skip_end_of_line(&mut self) -> bool {
        if self.bits.peek(11) != Some(0) {
            return false;
        }
        self.bits.at += 11;
        while let Some(bit) = self.take_bit() {
            if bit {
                return true;
            }
        }
        false
    }

    fn read_run(&mut self, is_black: bool) -> Option<usize> {
        let mut run = 0;
        loop {
            let start = self.bits.at;
            let code = if is_black { black::decode(&mut self.bits) } else { white::decode(&mut self.bits) };
            let Some(code) = code else {
                // The end of line that may stand here is still to be found.
                self.bits.at = start;
                return None;
            };
            run += usize::from(code);
            if code < 64 {
                return Some(run);
            }
        }
    }

    fn read_one_dimension(&mut self, width: usize) -> Option<()> {
        let (mut at, mut is_black) = (0, false);
        while at < width {
            at += self.read_run(is_black)?;
            self.changes.push(at);
            is_black = !is_black;
        }
        Some(())
    }

    /// Ends a chunk of T.6 at its end of block, or where no mode stands.
    fn end_unless_lines_are_marked(&mut self) {
        if self.coding == Fax::Group4 {
            self.state = State::Ended;
        }
    }

    /// T.4, 4.2.1.
    fn read_two_dimensions(&mut self, width: usize) -> Option<()> {
        // The place a0, from which the row above is compared: at the start it lies before the first pixel.
        let (mut at, mut is_start, mut is_black) = (0, true, false);
        let mut index: usize = 0;
        while at < width || is_start && width == 0 {
            // b1: the first change above, right of a0, to the other colour.
            index = index.saturating_sub(2) / 2 * 2 + usize::from(is_black);
            let lies_left = |change: &usize| *change < at || *change == at && !is_start;
            while self.above.get(index).is_some_and(lies_left) {
                index += 2;
            }
            let above = |index: usize| self.above.get(index).copied().unwrap_or(width).min(width);
            let start = self.bits.at;
            match mode::decode(&mut self.bits).unwrap_or(Mode::EOF) {
                Mode::Pass => at = above(index + 1),
                Mode::Vertical(by) => {
                    let change = above(index).checked_add_signed(isize::from(by))?;
                    if change < at {
                        return None;
                    }
                    self.changes.push(change);
                    at = change;
                    is_black = !is_black;
                }
                Mode::Horizontal => {
                    for is_black in [is_black, !is_black] {
                        at += self.read_run(is_black)?;
                        self.changes.push(at);
                    }
                }
                Mode::Extension => return None,
                Mode::EOF => {
                    self.bits.at = start;
                    self.end_unless_lines_are_marked();
                    return None;
                }
            }
            is_start = false;
        }
        Some(())
    }
}

/// Sets the bits from `from` to before `to`.
fn blacken(row: &mut [u8], from: usize, to: usize) {
    if from >= to {
        return;
    }
    let (first, last) = (from / 8, (to - 1) / 8);
    let (left, right) = (u8::MAX >> (from % 8), u8::MAX << (7 - (to - 1) % 8));
    if first == last {
        row[first] |= left & right;
    } else {
        row[first] |= left;
        row[first + 1..last].fill(u8::MAX);
        row[last] |= right;
    }
}

#[cfg(test)]
mod tests;
