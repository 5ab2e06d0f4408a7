//! Reads the compressed bytes of a strip or tile, a window at a time.

use std::io;

use crate::container::{Input, Span};

/// Most bytes read at once.
const WINDOW: usize = 64 << 10;

/// The progress of a decoder in one call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Step {
    pub(super) consumed: usize,
    pub(super) written: usize,
    /// Whether the data end here, or are corrupt.
    pub(super) is_last: bool,
}

impl Step {
    /// Returns the progress of a decoder that counts all bytes it took in and put out, from its counts before.
    pub(super) fn since(before: (u64, u64), now: (u64, u64), is_last: bool) -> Self {
        let count = |now: u64, before: u64| usize::try_from(now - before).unwrap_or(0);
        Self { consumed: count(now.0, before.0), written: count(now.1, before.1), is_last }
    }
}

/// A window on the bytes of a chunk.
#[derive(Debug, Default)]
pub(super) struct Compressed {
    window: Vec<u8>,
    /// The part of the window that was read and not yet consumed.
    from: usize,
    to: usize,
    /// Offsets of the bytes after the window, and of the chunk's end.
    at: u64,
    end: u64,
    is_reversed: bool,
}

impl Compressed {
    /// Moves to another chunk. `is_reversed` means that each byte's lowest bit comes first.
    pub(super) fn seek(&mut self, place: Span, is_reversed: bool) {
        (self.from, self.to) = (0, 0);
        (self.at, self.end) = (place.offset, place.end());
        self.is_reversed = is_reversed;
    }

    /// Returns the number of the chunk's unconsumed bytes.
    pub(super) const fn left(&self) -> u64 {
        self.end - self.at + (self.to - self.from) as u64
    }

    /// Returns the unconsumed bytes of the window.
    pub(super) fn bytes(&self) -> &[u8] {
        &self.window[self.from..self.to]
    }

    /// Returns the unconsumed bytes of the window for changes.
    pub(super) fn bytes_mut(&mut self) -> &mut [u8] {
        &mut self.window[self.from..self.to]
    }

    /// Runs a decoder until `out` is full or the chunk ends. It also stops if the chunk is corrupt or no progress is
    /// made. Returns the number of bytes written.
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

    /// Returns the next byte. `None` at the end of the chunk.
    pub(super) fn next(&mut self, input: &mut dyn Input) -> io::Result<Option<u8>> {
        if self.from == self.to {
            self.fill(input)?;
        }
        let byte = self.bytes().first().copied();
        self.consume(1);
        Ok(byte)
    }

    /// Returns whether the window holds the whole rest of the chunk.
    pub(super) const fn is_last(&self) -> bool {
        self.at == self.end
    }

    pub(super) fn consume(&mut self, count: usize) {
        self.from = (self.from + count).min(self.to);
    }

    /// Reads more bytes and keeps unconsumed ones. Does nothing if the window holds the whole rest of the chunk.
    pub(super) fn fill(&mut self, input: &mut dyn Input) -> io::Result<()> {
        self.read(input, WINDOW)
    }

    /// Reads the whole chunk.
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
