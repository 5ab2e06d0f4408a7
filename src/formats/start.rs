//! Keeps the first bytes of a file, so that its header is read once, however often it is parsed.

use std::io;

use super::pieces::PIECE;
use crate::container::Input;

/// The first bytes of a file: one piece. A longer header is rare, and its end is read again rather than held while the
/// file waits.
#[derive(Debug)]
pub(super) struct Start(Vec<u8>);

impl Start {
    pub(super) fn read(input: &mut dyn Input) -> io::Result<Self> {
        let length = usize::try_from(input.length()).unwrap_or(PIECE).min(PIECE);
        let mut bytes = vec![0; length];
        let there = input.read_at(0, &mut bytes)?;
        bytes.truncate(there);
        Ok(Self(bytes))
    }

    /// Returns the file as an input whose first bytes are those kept.
    pub(super) fn before<'a>(&'a self, rest: &'a mut dyn Input) -> Started<'a> {
        Started { start: &self.0, rest }
    }
}

/// An input whose first bytes are held.
pub(super) struct Started<'a> {
    start: &'a [u8],
    rest: &'a mut dyn Input,
}

impl Input for Started<'_> {
    fn length(&self) -> u64 {
        self.rest.length()
    }

    fn read_at(&mut self, offset: u64, buffer: &mut [u8]) -> io::Result<usize> {
        let held = (&mut &*self.start).read_at(offset, buffer)?;
        match &mut buffer[held..] {
            [] => Ok(held),
            rest => Ok(held + self.rest.read_at(offset + held as u64, rest)?),
        }
    }

    fn is_remote(&self) -> bool {
        self.rest.is_remote()
    }

    fn whole(&mut self) -> io::Result<&[u8]> {
        self.rest.whole()
    }

    fn start(&mut self, length: u64) -> io::Result<&[u8]> {
        self.rest.start(length)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_byte_comes_from_its_place_whether_it_is_held_or_not() {
        let bytes: Vec<u8> = (0..2 * PIECE + 5).map(|i| (i * 31 % 251) as u8).collect();
        let mut file = bytes.as_slice();
        let start = Start::read(&mut file).unwrap();
        // Held bytes are not read again: here they differ.
        let mut inverted: Vec<u8> = bytes[..PIECE].iter().map(|byte| !byte).collect();
        inverted.extend(&bytes[PIECE..]);
        let mut rest = inverted.as_slice();
        let mut input = start.before(&mut rest);
        for (offset, length) in [(0, 10), (PIECE - 3, 7), (PIECE, 5), (5, 2 * PIECE), (2 * PIECE, 100), (3 * PIECE, 1)]
        {
            let mut buffer = vec![0; length];
            let count = input.read_at(offset as u64, &mut buffer).unwrap();
            let wanted = bytes.get(offset..).unwrap_or_default();
            assert_eq!(buffer[..count], wanted[..length.min(wanted.len())], "at {offset}");
        }
    }
}
