//! Decodes GIF's LZW (GIF89a, appendix F): the lowest bit comes first, and the bits stand in blocks.

use super::blocks::SubBlocks;
use crate::formats::lzw::{Bits, Lzw, SIZES, Stop};

/// A decoder of one frame's data.
#[derive(Debug)]
pub(super) struct Indices<'a> {
    blocks: SubBlocks<'a>,
    lzw: Lzw,
}

impl<'a> Indices<'a> {
    /// Returns a decoder of indices of `size` bits. `None` if `size` is invalid.
    pub(super) fn new(size: u8, blocks: SubBlocks<'a>) -> Option<Self> {
        SIZES.contains(&size).then(|| Self { blocks, lzw: Lzw::new(size) })
    }

    /// Decodes the next indices and returns their number. Only at the end of the data is it less than the length of
    /// `out`.
    pub(super) fn fill(&mut self, out: &mut [u8]) -> usize {
        self.lzw.fill(&mut self.blocks, out)
    }

    /// Returns the reason why [`Self::fill`] returned too few indices.
    pub(super) fn stop(&self) -> Stop {
        self.lzw.stop().unwrap_or(Stop::AtEnd)
    }
}

impl Bits for SubBlocks<'_> {
    const ARE_HIGHEST_FIRST: bool = false;

    #[inline]
    fn refill(&mut self, bits: &mut u64, count: &mut u32) {
        self.refill(bits, count);
    }

    fn stop(&self) -> Option<Stop> {
        Some(if self.are_cut() { Stop::FileEnds } else { Stop::AtEnd })
    }
}
