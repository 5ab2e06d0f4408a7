//! Streams an [`Input`] to decoders that read piece by piece. At most one piece is in memory.

use std::io::{self, BufRead, Read, Seek, SeekFrom};

use crate::container::Input;

/// Bytes of a piece. A system call for every 32 KiB costs as little as one for every 256, and the piece stays in the
/// second-level cache.
pub(super) const PIECE: usize = 64 << 10;

/// A stream over an input.
pub(super) struct Pieces<'a> {
    input: &'a mut dyn Input,
    /// The piece's offset, its bytes, and the number of bytes read.
    start: u64,
    piece: Vec<u8>,
    taken: usize,
    /// The end of the input.
    end: u64,
}

impl<'a> Pieces<'a> {
    pub(super) fn new(input: &'a mut dyn Input) -> Self {
        Self::at(input, 0)
    }

    pub(super) fn at(input: &'a mut dyn Input, offset: u64) -> Self {
        let end = input.length();
        Self { input, start: offset, piece: Vec::new(), taken: 0, end }
    }

    /// Returns the number of bytes up to the end.
    pub(super) fn left(&self) -> u64 {
        self.end.saturating_sub(self.position())
    }

    pub(super) const fn position(&self) -> u64 {
        self.start + self.taken as u64
    }

    /// Returns the next byte; `None` at the end.
    #[inline]
    pub(super) fn next_byte(&mut self) -> io::Result<Option<u8>> {
        if self.taken == self.piece.len() && self.fill_buf()?.is_empty() {
            return Ok(None);
        }
        let byte = self.piece[self.taken];
        self.taken += 1;
        Ok(Some(byte))
    }

    /// Reads the next `N` bytes.
    pub(super) fn array<const N: usize>(&mut self) -> io::Result<[u8; N]> {
        let mut bytes = [0; N];
        self.read_exact(&mut bytes)?;
        Ok(bytes)
    }
}

impl Read for Pieces<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.fill_buf()?.read(buffer)?;
        self.consume(count);
        Ok(count)
    }
}

impl BufRead for Pieces<'_> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.taken == self.piece.len() {
            self.start = self.position();
            self.taken = 0;
            let left = usize::try_from(self.end.saturating_sub(self.start)).unwrap_or(PIECE);
            self.piece.resize(left.min(PIECE), 0);
            // An error leaves an empty piece, not one of zeros.
            let read = self.input.read_at(self.start, &mut self.piece);
            self.piece.truncate(read.as_ref().map_or(0, |count| *count));
            read?;
        }
        Ok(&self.piece[self.taken..])
    }

    fn consume(&mut self, count: usize) {
        self.taken = (self.taken + count).min(self.piece.len());
    }
}

impl Seek for Pieces<'_> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let offset = match to {
            SeekFrom::Start(offset) => Some(offset),
            SeekFrom::End(distance) => self.end.checked_add_signed(distance),
            SeekFrom::Current(distance) => self.position().checked_add_signed(distance),
        };
        let offset = offset.ok_or(io::ErrorKind::InvalidInput)?;
        match offset.checked_sub(self.start).map(usize::try_from) {
            Some(Ok(inside)) if inside <= self.piece.len() => self.taken = inside,
            _ => {
                self.start = offset;
                self.taken = 0;
                self.piece.clear();
            }
        }
        Ok(offset)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_byte_comes_once_and_in_order_however_it_is_read() {
        let bytes: Vec<u8> = (0..3 * PIECE + 17).map(|i| (i * 31 % 251) as u8).collect();
        for sizes in [[1, 7], [PIECE, 100], [PIECE - 1, 2 * PIECE], [5000, 70_000]] {
            let mut input = bytes.as_slice();
            let mut pieces = Pieces::new(&mut input);
            let mut read = Vec::new();
            for size in sizes.into_iter().cycle() {
                assert_eq!(pieces.left(), (bytes.len() - read.len()) as u64);
                let mut buffer = vec![0; size];
                let count = pieces.read(&mut buffer).unwrap();
                if count == 0 {
                    break;
                }
                read.extend_from_slice(&buffer[..count]);
                read.extend(pieces.next_byte().unwrap());
            }
            assert_eq!(read, bytes);
        }
    }

    #[test]
    fn reading_goes_on_wherever_it_was_sent() {
        let bytes: Vec<u8> = (0..2 * PIECE).map(|i| (i * 31 % 251) as u8).collect();
        let mut input = bytes.as_slice();
        let mut pieces = Pieces::new(&mut input);
        for offset in [0, 10, PIECE + 5, 3, 2 * PIECE - 2] {
            assert_eq!(pieces.seek(SeekFrom::Start(offset as u64)).unwrap(), offset as u64);
            assert_eq!(pieces.array().unwrap(), [bytes[offset], bytes[offset + 1]]);
        }
        assert_eq!(pieces.seek(SeekFrom::Current(-4)).unwrap(), 2 * PIECE as u64 - 4);
        assert!(pieces.array::<5>().is_err());
        assert!(pieces.seek(SeekFrom::Current(i64::MIN)).is_err());
    }
}
