//! The compressed bytes of a strip or tile. In: its place in the file. Out: its bytes, a window at a time.

use std::io;

use crate::container::Input;

/// Bytes that are read at once, where the chunk has as many.
const WINDOW: usize = 64 << 10;

/// What a decoder did in a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Step {
    pub(super) consumed: usize,
    pub(super) written: usize,
    /// Whether the data end here, or are broken.
    pub(super) is_last: bool,
}

/// A window on the bytes of a chunk.
#[derive(Debug, Default)]
pub(super) struct Compressed {
    window: Vec<u8>,
    /// The part of the window that was read and not yet consumed.
    from: usize,
    to: usize,
    /// What follows the window.
    at: u64,
    end: u64,
    is_reversed: bool,
}

impl Compressed {
    /// Goes to another chunk. `is_reversed`: each byte's lowest bit comes first.
    pub(super) fn seek(&mut self, at: u64, length: u64, is_reversed: bool) {
        (self.from, self.to) = (0, 0);
        (self.at, self.end) = (at, at.saturating_add(length));
        self.is_reversed = is_reversed;
    }

    /// Bytes of the chunk that are not consumed.
    pub(super) const fn left(&self) -> u64 {
        self.end - self.at + (self.to - self.from) as u64
    }

    /// What the window holds.
    pub(super) fn bytes(&self) -> &[u8] {
        &self.window[self.from..self.to]
    }

    /// The same, to be changed.
    pub(super) fn bytes_mut(&mut self) -> &mut [u8] {
        &mut self.window[self.from..self.to]
    }

    /// Lets a decoder work until `out` is full, the chunk ends or is broken, or nothing moves; returns how many bytes were
    /// written.
    pub(super) fn pump(
        &mut self,
        input: &mut dyn Input,
        out: &mut [u8],
        mut decode: impl FnMut(&[u8], &mut [u8]) -> Step,
    ) -> io::Result<usize> {
        let mut written = 0;
        while written < out.len() {
            if self.bytes().is_empty() {
                self.fill(input)?;
            }
            let step = decode(self.bytes(), &mut out[written..]);
            self.consume(step.consumed);
            written += step.written;
            if step.is_last || step.consumed == 0 && step.written == 0 {
                break;
            }
        }
        Ok(written)
    }

    /// The next byte, if there is one.
    pub(super) fn next(&mut self, input: &mut dyn Input) -> io::Result<Option<u8>> {
        if self.from == self.to {
            self.fill(input)?;
        }
        let byte = self.bytes().first().copied();
        self.consume(1);
        Ok(byte)
    }

    /// Whether the window holds all that is left.
    pub(super) const fn is_last(&self) -> bool {
        self.at == self.end
    }

    pub(super) fn consume(&mut self, count: usize) {
        self.from = (self.from + count).min(self.to);
    }

    /// Reads on, keeping what was not consumed; does nothing where the window holds all that is left.
    pub(super) fn fill(&mut self, input: &mut dyn Input) -> io::Result<()> {
        self.read(input, WINDOW)
    }

    /// Reads all of the chunk.
    pub(super) fn fill_whole(&mut self, input: &mut dyn Input) -> io::Result<()> {
        self.read(input, usize::MAX)
    }

    fn read(&mut self, input: &mut dyn Input, at_most: usize) -> io::Result<()> {
        self.window.copy_within(self.from..self.to, 0);
        (self.from, self.to) = (0, self.to - self.from);
        let there = self.end.min(input.length()).saturating_sub(self.at);
        let wanted = usize::try_from(there).unwrap_or(usize::MAX).min(at_most.saturating_sub(self.to));
        if self.window.len() < self.to + wanted {
            self.window.resize(self.to + wanted, 0);
        }
        let room = &mut self.window[self.to..self.to + wanted];
        let count = input.read_at(self.at, room)?;
        if self.is_reversed {
            room[..count].iter_mut().for_each(|byte| *byte = byte.reverse_bits());
        }
        self.to += count;
        self.at = if count < wanted || there == wanted as u64 { self.end } else { self.at + count as u64 };
        Ok(())
    }
}
