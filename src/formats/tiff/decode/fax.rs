//! Decodes CCITT's codings of black and white (T.4, T.6; TIFF 6.0, sections 10 and 11). Rows have a bit per pixel, 0 for
//! white. The codes themselves are the crate `fax`'s. Its own decoders do not support rows without ends of lines, T.4 in two
//! dimensions, or more than 65 535 pixels.

use fax::BitReader;
use fax::maps::{Mode, black, mode, white};

use super::coding::Fax;

/// A reader of bits.
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
        // The last codes may be shorter than the bits peeked at. Zeros follow them.
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

/// The extent of a decoded row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Row {
    Whole,
    /// Half of it or more is present. The rest is white.
    Part,
    /// Less than half is present. Others may follow unless the chunk has ended.
    Missing,
}

/// The position of the next row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Here,
    /// After the next end of line, since the last row is broken.
    Lost,
    Ended,
}

/// A decoder of one chunk's rows.
#[derive(Debug)]
pub(super) struct FaxRows {
    coding: Fax,
    /// T.4 only: each row declares one dimension or two.
    is_mixed: bool,
    bits: Bits,
    state: State,
    /// Columns of the colour changes in the row above and in this one, the first change being to black.
    above: Vec<usize>,
    changes: Vec<usize>,
}

/// Number of consecutive ends of lines that end a page: T.4 has six.
const ENDS_OF_PAGE: usize = 3;

impl FaxRows {
    /// Returns a decoder. `options` is the value of tag 292.
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

    /// Decodes a row of `width` pixels. A broken row keeps the pixels before the break.
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
            // As in libtiff, the next row of T.6 is read from the break on, since maybe only a few pixels of this one are
            // lost.
            self.state = match self.state {
                State::Ended => State::Ended,
                _ if self.bits.is_at_end() => State::Ended,
                _ if self.coding == Fax::Group3 => State::Lost,
                _ => State::Here,
            };
            // The rest is white.
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

    /// Reads a row that begins at a byte.
    fn read_row_of_bytes(&mut self, width: usize) -> Option<()> {
        let start = self.bits.at;
        let row = self.read_one_dimension(width);
        self.bits.at += usize::from(self.bits.bits_to_byte_boundary());
        if self.bits.at == start {
            self.bits.at += 8;
        }
        row
    }

    /// Reads a row of T.4 after its end of line.
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

    /// Skips to the next end of line or the end of the chunk. An end of line begins with eleven zeros.
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

    /// Skips an end of line, eleven zeros or more and a one. Returns whether there was one.
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
                // The end of line that may begin here is still to be found.
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

    /// Ends a chunk of T.6 at its end of block, or at an invalid mode.
    fn end_unless_lines_are_marked(&mut self) {
        if self.coding == Fax::Group4 {
            self.state = State::Ended;
        }
    }

    /// Reads a row of two dimensions (T.4, 4.2.1).
    fn read_two_dimensions(&mut self, width: usize) -> Option<()> {
        // The position a0, from which the row above is compared. At the start it lies before the first pixel.
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
