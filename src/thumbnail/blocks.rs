//! Reads an object in blocks, as decoders read a file: many small pieces near each other, or all from front to back.

use std::io;

use crate::execute::watchdog::Watch;
use crate::storage::Object;

/// The least bytes of a request. One of them takes as long as reading this many, and costs as much as storing them for a day.
const LEAST: u64 = 32 << 10;

/// The most bytes that are read ahead of a decoder that reads from front to back.
const MOST: u64 = 1 << 20;

/// The number of blocks that are kept: structures name parts before and behind them.
const KEPT: usize = 3;

/// The most memory of the blocks of an object, in bytes.
pub(super) const MEMORY: u64 = (KEPT as u64 + 1) * MOST;

/// An object, of which the blocks read last are kept.
#[derive(Debug)]
pub(super) struct Blocks {
    object: Object,
    length: u64,
    /// The latest block last.
    held: Vec<Block>,
    /// The length of the next request, if it goes on where the last one ended.
    ahead: u64,
}

#[derive(Debug)]
struct Block {
    offset: u64,
    bytes: Vec<u8>,
}

impl Block {
    fn end(&self) -> u64 {
        self.offset + self.bytes.len() as u64
    }
}

impl Blocks {
    pub(super) fn new(object: Object, length: u64) -> Self {
        Self { object, length, held: Vec::new(), ahead: LEAST }
    }

    /// Fills `buffer` from `offset` on, and returns the number of bytes read: fewer at the end of the object.
    pub(super) fn read(&mut self, offset: u64, buffer: &mut [u8], watch: &Watch) -> io::Result<usize> {
        let there = usize::try_from(self.length.saturating_sub(offset)).unwrap_or(usize::MAX).min(buffer.len());
        let mut count = 0;
        while count < there {
            let (at, rest) = (offset + count as u64, &mut buffer[count..there]);
            let Some(number) = self.held.iter().position(|block| (block.offset..block.end()).contains(&at)) else {
                let wanted = rest.len() as u64;
                if wanted >= MOST {
                    self.fetch(at, rest, watch)?;
                    return Ok(there);
                }
                self.read_block(at, wanted, watch)?;
                continue;
            };
            let block = &self.held[number];
            let from = usize::try_from(at - block.offset).unwrap_or(usize::MAX);
            let bytes = block.bytes.get(from..).unwrap_or_default();
            let copied = bytes.len().min(rest.len());
            rest[..copied].copy_from_slice(&bytes[..copied]);
            count += copied;
        }
        Ok(count)
    }

    /// Reads a block of at least `wanted` bytes, or up to the end of the object.
    fn read_block(&mut self, offset: u64, wanted: u64, watch: &Watch) -> io::Result<()> {
        let goes_on = self.held.last().is_some_and(|last| last.end() == offset);
        self.ahead = if goes_on { (2 * self.ahead).min(MOST) } else { LEAST };
        // No byte is read twice that a later block holds.
        let end = self.held.iter().map(|block| block.offset).filter(|start| *start > offset).min();
        let length = wanted.max(self.ahead).min(end.unwrap_or(self.length).min(self.length) - offset);
        let mut bytes = vec![0; usize::try_from(length).unwrap_or(0)];
        self.fetch(offset, &mut bytes, watch)?;
        if self.held.len() == KEPT {
            self.held.remove(0);
        }
        self.held.push(Block { offset, bytes });
        Ok(())
    }

    fn fetch(&self, offset: u64, buffer: &mut [u8], watch: &Watch) -> io::Result<()> {
        watch.away(|| self.object.read(offset, buffer))?;
        watch.count_fetched(buffer.len() as u64);
        Ok(())
    }
}
