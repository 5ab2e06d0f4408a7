//! Reads the bytes of a strip or tile piece by piece.

use std::io;

use crate::container::Input;

/// Bytes that are read at once: a long way down in a strip, or a few rows of a tile.
pub(super) const PIECE: usize = 16 << 10;

/// Bytes of a strip or tile that are still to be read.
#[derive(Debug)]
pub(super) struct Source {
    at: u64,
    end: u64,
    piece: Vec<u8>,
}

impl Source {
    pub(super) const fn new(at: u64, end: u64) -> Self {
        Self { at, end, piece: Vec::new() }
    }

    /// Returns the last piece that was read.
    pub(super) fn piece(&self) -> &[u8] {
        &self.piece
    }

    /// Reads the next piece, of at most this many bytes.
    pub(super) fn read(&mut self, input: &mut dyn Input, length: usize) -> io::Result<()> {
        let left = usize::try_from(self.end.saturating_sub(self.at)).unwrap_or(usize::MAX);
        self.piece.resize(length.min(left), 0);
        let there = input.read_at(self.at, &mut self.piece)?;
        self.piece.truncate(there);
        self.at += there as u64;
        Ok(())
    }

    /// Returns the next `length` bytes, fewer at the end; `taken` counts those of the piece.
    pub(super) fn take(&mut self, input: &mut dyn Input, taken: &mut usize, length: usize) -> io::Result<&[u8]> {
        if self.piece.len() - *taken < length {
            self.at -= (self.piece.len() - *taken) as u64;
            self.read(input, length.max(PIECE))?;
            *taken = 0;
        }
        let from = *taken;
        *taken = (from + length).min(self.piece.len());
        Ok(&self.piece[from..*taken])
    }
}
