//! Collects the bytes of entropy-coded data as they are fed, without stuffing, up to each restart marker.

use std::collections::VecDeque;

use memchr::memchr;

use crate::bits::Bits;
use crate::marker::{RST0, RST7};

/// Bytes that are kept before they are dropped all at once.
pub(super) const KEPT: usize = 1 << 16;

/// Entropy-coded bytes without stuffing, as far as they were fed and not read yet.
#[derive(Clone, Debug, Default)]
pub(super) struct Data {
    bytes: Vec<u8>,
    /// Bits that were read.
    read: usize,
    /// The ends of intervals, in bytes.
    ends: VecDeque<usize>,
    /// Whether the last byte fed was 0xff.
    after_ff: bool,
    is_ended: bool,
}

impl Data {
    /// Returns whether fewer than `wanted` bytes are there, and more may come: bytes of this interval, or of the next one if this
    /// one is over.
    pub(super) fn is_short(&self, wanted: usize, is_over: bool) -> bool {
        let mut ends = self.ends.iter();
        let start = match is_over {
            true => ends.next().copied(),
            false => Some(self.read / 8),
        };
        !self.is_ended && start.is_none_or(|start| ends.next().is_none() && self.bytes.len() - start < wanted)
    }

    /// Skips what is left of an interval whose end is not there yet.
    pub(super) fn skip_rest(&mut self) {
        if self.ends.is_empty() {
            self.read = self.bytes.len() * 8;
        }
    }

    /// Returns the end of the interval.
    pub(super) fn end(&self) -> usize {
        self.ends.front().copied().unwrap_or(self.bytes.len())
    }

    pub(super) fn bits(&self) -> Bits<'_> {
        let mut bits = Bits::new(&self.bytes[..self.end()], self.read / 8);
        bits.refill();
        bits.consume((self.read % 8) as u32);
        bits
    }

    /// Goes on at this bit.
    pub(super) fn advance(&mut self, position: u64) {
        self.read = usize::try_from(position).unwrap_or(usize::MAX).min(self.end() * 8);
    }

    /// Skips to the next interval; returns whether there is one.
    pub(super) fn restart(&mut self) -> bool {
        let Some(end) = self.ends.pop_front() else { return false };
        self.read = end * 8;
        true
    }

    pub(super) fn feed(&mut self, mut bytes: &[u8], has_intervals: bool) {
        self.is_ended |= bytes.is_empty();
        self.drop_read();
        while !self.is_ended {
            if self.after_ff {
                let Some((second, rest)) = bytes.split_first() else { return };
                bytes = rest;
                self.after_ff = *second == 0xff;
                match *second {
                    0 => self.bytes.push(0xff),
                    RST0..=RST7 if has_intervals => self.ends.push_back(self.bytes.len()),
                    0xff => {}
                    _ => self.is_ended = true,
                }
                continue;
            }
            let there = memchr(0xff, bytes);
            self.after_ff = there.is_some();
            let (plain, rest) = bytes.split_at(there.unwrap_or(bytes.len()));
            self.bytes.extend_from_slice(plain);
            match rest.split_first() {
                Some((_, rest)) => bytes = rest,
                None => return,
            }
        }
    }

    /// Drops bytes that were read, unless they are few.
    fn drop_read(&mut self) {
        let whole = self.read / 8;
        if whole >= KEPT {
            self.bytes.drain(..whole);
            self.read -= whole * 8;
            self.ends.iter_mut().for_each(|end| *end -= whole);
        }
    }
}
