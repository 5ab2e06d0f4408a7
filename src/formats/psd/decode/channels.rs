//! Reads the rows of all channels side by side. The channels lie one after the other in the file, so each has a window on it
//! of its own.

use std::io;

use super::deflated;
use super::layout::{Layout, Storage};
use crate::container::Input;

/// Bytes of a window. A row longer than that makes it longer.
const WINDOW: usize = 32 << 10;

/// The rows of the channels, from the top.
#[derive(Debug)]
pub(super) struct Channels {
    row_bytes: usize,
    channels: Vec<Channel>,
}

/// The next row of one channel.
#[derive(Debug)]
struct Channel {
    data: Window,
    /// The lengths of the rows, and the bytes of each length. Rows without a table are plain.
    lengths: Option<(Window, usize)>,
    row: Vec<u8>,
}

/// A part of the file that is held, and a position in it.
#[derive(Debug)]
struct Window {
    bytes: Vec<u8>,
    from: usize,
    /// Offset of the bytes after the window.
    next: u64,
}

impl Channels {
    /// Finds the first row of each channel.
    pub(super) fn find(input: &mut dyn Input, layout: &Layout) -> io::Result<Self> {
        let height = u64::from(layout.size.height);
        let row_bytes = layout.depth.row_bytes(layout.size.width as usize);
        let mut channels = Vec::new();
        match layout.storage {
            Storage::Plain => {
                for index in 0..layout.channels() as u64 {
                    let before = (row_bytes as u64).saturating_mul(height).saturating_mul(index);
                    channels.push(Channel::new(layout.offset.saturating_add(before), None, row_bytes));
                }
            }
            Storage::Deflated { is_predicted } => {
                let held = deflated::inflate(input, layout, is_predicted)?.into_iter();
                channels.extend(held.map(|bytes| Channel::held(bytes, input.length(), row_bytes)));
            }
            Storage::Runs { length_bytes, rows } => {
                let of_table = |row: u64| layout.offset.saturating_add(row.saturating_mul(length_bytes as u64));
                let mut data = of_table(rows);
                let mut table = Window::at(layout.offset);
                for index in 0..layout.channels() as u64 {
                    let lengths = Window::at(of_table(index * height));
                    channels.push(Channel::new(data, Some((lengths, length_bytes)), row_bytes));
                    if index + 1 < layout.channels() as u64 {
                        for _ in 0..height {
                            let Some(length) = table.number(input, length_bytes)? else { break };
                            data = data.saturating_add(length);
                        }
                    }
                }
            }
        }
        Ok(Self { row_bytes, channels })
    }

    /// Returns the bytes that the channels of a layout take, with two rows of each.
    pub(super) fn memory(layout: &Layout) -> u64 {
        let row = layout.depth.row_bytes(layout.size.width as usize) as u64;
        let held = match layout.storage {
            Storage::Deflated { .. } => deflated::memory(layout),
            _ => 0,
        };
        let of_rows =
            (2 * WINDOW as u64).saturating_add(row.saturating_mul(4)).saturating_mul(layout.channels() as u64);
        of_rows.saturating_add(held)
    }

    /// Reads the next row of every channel. Returns whether all of them are there.
    pub(super) fn read_next(&mut self, input: &mut dyn Input) -> io::Result<bool> {
        let mut are_there = true;
        for channel in &mut self.channels {
            are_there &= channel.read_next(input, self.row_bytes)?;
        }
        Ok(are_there)
    }

    /// Clears the row that was read last.
    pub(super) fn blank(&mut self) {
        self.channels.iter_mut().for_each(|channel| channel.row.fill(0));
    }

    /// Returns the bytes of the row that was read last.
    pub(super) fn rows(&self) -> impl Iterator<Item = &[u8]> + Clone {
        self.channels.iter().map(|channel| &channel.row[..])
    }
}

impl Channel {
    fn new(offset: u64, lengths: Option<(Window, usize)>, row_bytes: usize) -> Self {
        Self { data: Window::at(offset), lengths, row: vec![0; row_bytes] }
    }

    /// Returns a channel whose rows are in memory; `end` is that of the file.
    fn held(bytes: Vec<u8>, end: u64, row_bytes: usize) -> Self {
        Self { data: Window { bytes, from: 0, next: end }, lengths: None, row: vec![0; row_bytes] }
    }

    fn read_next(&mut self, input: &mut dyn Input, row_bytes: usize) -> io::Result<bool> {
        let Some((lengths, length_bytes)) = &mut self.lengths else {
            let row = self.data.take(input, row_bytes)?;
            self.row[..row.len()].copy_from_slice(row);
            return Ok(row.len() == row_bytes);
        };
        let Some(length) = lengths.number(input, *length_bytes)? else { return Ok(false) };
        // No row of literal bytes is longer; more would only take memory.
        let most = 2 * row_bytes + 2;
        let read = usize::try_from(length).unwrap_or(usize::MAX).min(most);
        let is_whole = unpack(self.data.take(input, read)?, &mut self.row);
        self.data.skip(length - read as u64);
        Ok(is_whole)
    }
}

impl Window {
    const fn at(offset: u64) -> Self {
        Self { bytes: Vec::new(), from: 0, next: offset }
    }

    /// Takes the next bytes: `count`, or fewer at the end of the file.
    fn take(&mut self, input: &mut dyn Input, count: usize) -> io::Result<&[u8]> {
        let held = self.bytes.len() - self.from;
        if held < count {
            self.bytes.drain(..self.from);
            self.from = 0;
            let left = usize::try_from(input.length().saturating_sub(self.next)).unwrap_or(usize::MAX);
            self.bytes.resize(held + left.min(count.max(WINDOW) - held), 0);
            let read = input.read_at(self.next, &mut self.bytes[held..])?;
            self.bytes.truncate(held + read);
            self.next += read as u64;
        }
        let start = self.from;
        self.from = self.bytes.len().min(start + count);
        Ok(&self.bytes[start..self.from])
    }

    /// Takes the next big-endian number of this many bytes.
    fn number(&mut self, input: &mut dyn Input, bytes: usize) -> io::Result<Option<u64>> {
        let taken = self.take(input, bytes)?;
        let number = taken.iter().fold(0, |number, byte| number << 8 | u64::from(*byte));
        Ok((taken.len() == bytes).then_some(number))
    }

    fn skip(&mut self, count: u64) {
        let held = (self.bytes.len() - self.from) as u64;
        self.next = self.next.saturating_add(count.saturating_sub(held));
        self.from += usize::try_from(count.min(held)).unwrap_or(0);
    }
}

/// Unpacks a row of PackBits (TIFF 6.0, section 9). Returns whether it fills the row.
fn unpack(mut packed: &[u8], row: &mut [u8]) -> bool {
    let mut at = 0;
    while at < row.len() {
        let [head, rest @ ..] = packed else { return false };
        match *head {
            128 => packed = rest,
            length @ 0..128 => {
                let count = (usize::from(length) + 1).min(row.len() - at);
                let Some((literal, rest)) = rest.split_at_checked(count) else { return false };
                row[at..at + count].copy_from_slice(literal);
                at += count;
                packed = rest;
            }
            length => {
                let [value, rest @ ..] = rest else { return false };
                let count = (257 - usize::from(length)).min(row.len() - at);
                row[at..at + count].fill(*value);
                at += count;
                packed = rest;
            }
        }
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_and_literals_fill_a_row_and_nothing_beyond_it() {
        let packed = [0x80, 0xfe, 0xaa, 0x02, 0x80, 0x00, 0x2a, 0xfd, 0xaa, 0x03, 0x80, 0x00, 0x2a, 0x22, 0xf7, 0xaa];
        let plain = [&[0xaa, 0xaa, 0xaa, 0x80, 0, 0x2a, 0xaa, 0xaa, 0xaa, 0xaa, 0x80, 0, 0x2a, 0x22][..], &[0xaa; 10]];
        let plain = plain.concat();
        for length in [1, 4, 5, 12, 24] {
            let mut row = vec![0; length];
            assert!(unpack(&packed, &mut row));
            assert_eq!(row, plain[..length]);
        }
        assert!(!unpack(&packed, &mut [0; 25]));
        assert!(!unpack(&packed[..5], &mut [0; 6]));
    }

    #[test]
    fn a_window_gives_the_bytes_of_a_file_in_order() {
        let file: Vec<u8> = (0..3 * WINDOW + 7).map(|i| (i * 31 % 251) as u8).collect();
        let (mut window, mut at) = (Window::at(5), 5);
        for (count, skipped) in [(10, 3), (WINDOW, 0), (2, WINDOW as u64 + 9), (WINDOW / 2, 1), (WINDOW, 0)] {
            let taken = window.take(&mut file.as_slice(), count).unwrap().to_vec();
            assert_eq!(taken, file[at..file.len().min(at + count)]);
            window.skip(skipped);
            at += count + skipped as usize;
        }
    }
}
