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
mod tests {
    use super::*;
    use fax::encoder::Encoder;
    use fax::{Color, VecWriter};

    fn rows(width: usize, height: usize) -> Vec<Vec<u8>> {
        let mut state = 7_u32;
        let mut picture = vec![vec![0_u8; width.div_ceil(8)]; height];
        for (y, row) in picture.iter_mut().enumerate() {
            for x in 0..width {
                state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                let is_black = match y % 4 {
                    0 => false,
                    1 => (x / 90) % 2 == 1,
                    2 => (x / 90 + usize::from(state >> 29 == 0)) % 2 == 1,
                    _ => state >> 31 == 1,
                };
                row[x / 8] |= u8::from(is_black) << (7 - x % 8);
            }
        }
        picture
    }

    #[test]
    fn group_4_comes_out_as_it_went_in() {
        for width in [1, 7, 8, 100, 3001] {
            let picture = rows(width, 40);
            let mut encoder = Encoder::new(VecWriter::new());
            for row in &picture {
                let pixels =
                    (0..width).map(|x| if row[x / 8] >> (7 - x % 8) & 1 == 1 { Color::Black } else { Color::White });
                encoder.encode_line(pixels, width as u16).unwrap();
            }
            let encoded = encoder.finish().unwrap().finish();
            let mut decoder = FaxRows::new(Fax::Group4, 0);
            decoder.start(&encoded);
            for (y, row) in picture.iter().enumerate() {
                let mut out = vec![0xaa; row.len()];
                assert_eq!(decoder.decode(width, &mut out), Row::Whole, "width {width}, row {y}");
                assert_eq!(&out, row, "width {width}, row {y}");
            }
            assert_eq!(decoder.decode(width, &mut vec![0; width]), Row::Missing, "the end of the block is no row");
        }
    }

    #[test]
    fn every_coding_that_libtiff_writes_comes_out_as_it_went_in() {
        const ROWS: [u64; 6] = [0, 0xff_00ff_00f0, 0xff_00ff_01f0, 0x80_0000_0001, 0xff_ffff_ffff, 0xaa_0f00_ffff];
        for (coding, options, encoded) in [
            (Fax::Huffman, 0, "3506c098b316d898b31e301c3587291d0e87439d8b50"),
            (Fax::Group3, 0, "0013506c00198b316d800cc598f18008e1ac3800948008e8743a1cec5a80"),
            (Fax::Group3, 1, "0019a8360008cc53314db001cc598f180088e1ad0019480088e88e88e88e66c580"),
            (Fax::Group3, 4, "00013506c00198b316d8000198b31e30011c358700012900011d0e87439d8b50"),
            (Fax::Group3, 5, "00019a83600001198a6629b60001cc598f18000111c35a000194800111d11d11d11ccd8b"),
            (Fax::Group4, 0, "26a0d8662998a6df591c35a323a23a23a2399b16002002"),
        ] {
            let digits = encoded.as_bytes().as_chunks::<2>().0.iter();
            let bytes: Vec<u8> =
                digits.map(|two| u8::from_str_radix(str::from_utf8(two).unwrap(), 16).unwrap()).collect();
            let mut decoder = FaxRows::new(coding, options);
            decoder.start(&bytes);
            for (y, row) in ROWS.iter().enumerate() {
                let mut out = [0; 5];
                assert_eq!(decoder.decode(40, &mut out), Row::Whole, "{coding:?} {options}, row {y}");
                assert_eq!(out, (!row).to_be_bytes()[3..], "{coding:?} {options}, row {y}");
            }
        }
    }

    const EOL: &str = "000000000001";

    /// Bits as they are written, in bytes.
    fn bytes_of(bits: &[&str]) -> Vec<u8> {
        let bits = bits.concat();
        let byte = |bits: &[u8]| bits.iter().zip(0..).fold(0, |sum, (bit, i)| sum | (bit - b'0') << (7 - i));
        bits.as_bytes().chunks(8).map(byte).collect()
    }

    fn decode_all(coding: Fax, options: u64, bytes: &[u8], width: usize, rows: usize) -> Vec<(Row, u8)> {
        let mut decoder = FaxRows::new(coding, options);
        decoder.start(bytes);
        let mut out = [0];
        (0..rows).map(|_| (decoder.decode(width, &mut out), out[0])).collect()
    }

    #[test]
    fn a_line_that_is_too_short_or_broken_costs_itself_and_no_other() {
        // Four white and four black: 1011, 011. A line of one black pixel after six white ones: 1110, 010.
        let whole = "1011011";
        let short = "1110010";
        let lines = [EOL, whole, EOL, short, EOL, whole, EOL, "1011000000001", EOL, whole, EOL, EOL, EOL, EOL];
        let rows = decode_all(Fax::Group3, 0, &bytes_of(&lines), 8, 6);
        let expected = [(Row::Whole, 0x0f), (Row::Part, 0x02), (Row::Whole, 0x0f), (Row::Part, 0), (Row::Whole, 0x0f)];
        assert_eq!(rows[..5], expected);
        assert_eq!(rows[5], (Row::Missing, 0), "the end of the page");
        // The same with ends of lines that end bytes, and in two dimensions: V0 twice, then a mode that is none.
        let lines = [EOL, "1", whole, EOL, "0", "11", EOL, "0", "1", EOL, "1", whole];
        let rows = decode_all(Fax::Group3, 1, &bytes_of(&lines), 8, 4);
        assert_eq!(rows.iter().map(|(_, bits)| *bits).collect::<Vec<_>>(), [0x0f, 0x0f, 0, 0x0f]);
    }

    #[test]
    fn rows_that_t6_does_not_have_are_missing_and_white() {
        // Horizontal, four white and four black; all as above; and the end of the block.
        let block = bytes_of(&["001", "1011", "011", "11", EOL, EOL]);
        let rows = decode_all(Fax::Group4, 0, &block, 8, 4);
        assert_eq!(rows, [(Row::Whole, 0x0f), (Row::Whole, 0x0f), (Row::Missing, 0), (Row::Missing, 0)]);
    }

    #[test]
    fn a_break_costs_a_row_of_t6_its_rest_and_the_next_one_goes_on_from_there() {
        // Four white and four black. Six white, one black, and a change three to the left of the border, which lies before
        // that one. As above, up to the border.
        let block = bytes_of(&["001", "1011", "011", "001", "1110", "010", "0000010", "111"]);
        let rows = decode_all(Fax::Group4, 0, &block, 8, 3);
        assert_eq!(rows, [(Row::Whole, 0x0f), (Row::Part, 0x02), (Row::Whole, 0x02)]);
    }

    #[test]
    fn noise_ends_in_rows_or_in_none_but_never_in_a_panic() {
        let mut state = 3_u32;
        let mut ended = 0;
        for coding in [Fax::Huffman, Fax::Group3, Fax::Group4] {
            for options in [0, 1] {
                for _ in 0..300 {
                    let noise: Vec<u8> = (0..60)
                        .map(|_| {
                            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                            (state >> 24) as u8
                        })
                        .collect();
                    let mut decoder = FaxRows::new(coding, options);
                    decoder.start(&noise);
                    let mut out = [0; 5];
                    ended += usize::from((0..500).any(|_| decoder.decode(37, &mut out) == Row::Missing));
                }
            }
        }
        assert_eq!(ended, 1800, "no row comes from nothing");
    }
}
