//! Decodes GIF's LZW (GIF89a, appendix F): codes of up to 12 bits, the lowest bit first.
//!
//! A string of the table is always a copy of earlier output, so the table holds positions in the output and no chains, as
//! in TIFF's decoder. The crate `weezl` loses the data after a long run (weezl #68) and is slower.

use super::blocks::SubBlocks;

/// Number of entries in the table.
const CODES: usize = 4096;

/// Longest code in bits.
const LONGEST: u32 = 12;

/// Bytes copied at once. The history has this many to spare.
const STRIDE: usize = 16;

/// Length of the history above which a clear code empties it, so that it stays in the second-level cache.
const LONG: usize = 64 << 10;

/// Bytes decoded per call before they are returned.
const STRETCH: usize = 16 << 10;

/// Longest history: each string is at most one byte longer than the longest before it.
const FARTHEST: u64 = (CODES * CODES / 2 + LONG) as u64;

/// Position and length of a string in the history.
#[derive(Clone, Copy, Debug, Default)]
struct Place {
    at: u32,
    length: u32,
}

/// The reason why the data stop.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stop {
    /// The data end, by an end code or with their last block.
    AtEnd,
    /// The file ends within the data.
    FileEnds,
    /// A code is undefined.
    Corrupt,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Running,
    /// The history is emptied before the next code.
    Clearing,
    Stopped(Stop),
}

/// A decoder of one frame's data.
#[derive(Debug)]
pub(super) struct Lzw<'a> {
    blocks: SubBlocks<'a>,
    table: Box<[Place; CODES]>,
    /// All single bytes, then the output since the table was cleared.
    history: Vec<u8>,
    /// The code that clears the table. The next code ends the data, and the one after it is the first string's.
    clear: usize,
    /// Ends of the decoded bytes, of the returned bytes, and of the bytes that the table refers to.
    decoded: usize,
    taken: usize,
    referred: usize,
    /// Unused bits, the next one lowest, and their number.
    bits: u64,
    count: u32,
    /// Bits of the next code.
    width: u32,
    /// The next code to define, and the last string, which is empty after a clear code.
    next: usize,
    last: Place,
    state: State,
}

/// Estimates the bytes that decoding a frame of `pixels` takes.
pub(super) const fn working_memory(pixels: u64) -> u64 {
    let history = if pixels < FARTHEST { pixels } else { FARTHEST };
    // Growing copies the history, and the new one has twice its length.
    3 * (history + (STRETCH + 2 * CODES + CODES * size_of::<Place>()) as u64)
}

impl<'a> Lzw<'a> {
    /// Returns a decoder of data with single bytes of `size` bits. `None` if `size` is invalid.
    pub(super) fn new(size: u8, blocks: SubBlocks<'a>) -> Option<Self> {
        if !(1..LONGEST).contains(&size.into()) {
            return None;
        }
        let clear = 1 << size;
        let mut table = Box::new([Place::default(); CODES]);
        (0..).zip(&mut table[..clear]).for_each(|(at, place)| *place = Place { at, length: 1 });
        #[expect(clippy::cast_possible_truncation, reason = "an index has 8 bits")]
        let history = (0..clear).map(|byte| byte as u8).collect();
        Some(Self {
            blocks,
            table,
            history,
            clear,
            decoded: clear,
            taken: clear,
            referred: clear,
            bits: 0,
            count: 0,
            width: u32::from(size) + 1,
            next: clear + 2,
            last: Place::default(),
            state: State::Running,
        })
    }

    /// Decodes the next bytes and returns their number. Only at the end of the data is it less than the length of
    /// `out`.
    pub(super) fn fill(&mut self, out: &mut [u8]) -> usize {
        let mut written = 0;
        loop {
            let count = (self.decoded - self.taken).min(out.len() - written);
            out[written..][..count].copy_from_slice(&self.history[self.taken..][..count]);
            self.taken += count;
            written += count;
            if written == out.len() || matches!(self.state, State::Stopped(_)) {
                return written;
            }
            self.make_room();
            self.decode_stretch();
        }
    }

    /// Returns the reason why [`Self::fill`] returned too few bytes.
    pub(super) const fn stop(&self) -> Stop {
        match self.state {
            State::Stopped(stop) => stop,
            _ => Stop::AtEnd,
        }
    }

    /// Drops output that no string refers to. All of it was returned before.
    fn make_room(&mut self) {
        if self.state == State::Clearing {
            self.state = State::Running;
            (self.referred, self.decoded) = (self.clear, self.clear);
        } else if self.next == CODES {
            self.decoded = self.referred;
        }
        self.taken = self.decoded;
        let needed = self.decoded + STRETCH + CODES + 2 * STRIDE;
        if self.history.len() < needed {
            self.history.resize(needed * 2, 0);
        }
    }

    /// Decodes until a stretch is full or the history has to be emptied.
    fn decode_stretch(&mut self) {
        let (history, table) = (&mut self.history[..], &mut *self.table);
        let stop = self.decoded + STRETCH;
        let (mut bits, mut count, mut width) = (self.bits, self.count, self.width);
        let (mut next, mut last, mut at) = (self.next, self.last, self.decoded);
        while at < stop {
            if count < width {
                self.blocks.refill(&mut bits, &mut count);
                if count < width {
                    self.state = State::Stopped(if self.blocks.are_cut() { Stop::FileEnds } else { Stop::AtEnd });
                    break;
                }
            }
            #[expect(clippy::cast_possible_truncation, reason = "12 bits")]
            let code = (bits & ((1 << width) - 1)) as usize;
            bits >>= width;
            count -= width;
            if code == self.clear || code == self.clear + 1 {
                if code != self.clear {
                    self.state = State::Stopped(Stop::AtEnd);
                    break;
                }
                (next, last, width) = (self.clear + 2, Place::default(), self.clear.trailing_zeros() + 1);
                if at > LONG {
                    self.state = State::Clearing;
                    break;
                }
                continue;
            }
            let longer = Place { at: last.at, length: last.length + 1 };
            let place = if code < next {
                table[code]
            } else if code == next && last.length > 0 {
                // The string that this very code defines: the last one, followed by its first byte.
                history[at] = history[last.at as usize];
                longer
            } else {
                self.state = State::Stopped(Stop::Corrupt);
                break;
            };
            if last.length > 0 && next < CODES {
                table[next] = longer;
                next += 1;
                self.referred = at + 1;
            }
            if next >> width != 0 && width < LONGEST {
                width += 1;
            }
            let (from, length) = (place.at as usize, place.length as usize);
            copy_stride(history, from, at);
            if length > STRIDE {
                copy_rest(history, from, at, length);
            }
            #[expect(clippy::cast_possible_truncation, reason = "the history has less than 2^24 bytes")]
            let start = at as u32;
            last = Place { at: start, length: place.length };
            at += length;
        }
        (self.bits, self.count, self.width) = (bits, count, width);
        (self.next, self.last, self.decoded) = (next, last, at);
    }
}

#[inline(always)]
fn copy_stride(history: &mut [u8], from: usize, to: usize) {
    if let Some(bytes) = history[from..].first_chunk::<STRIDE>().copied()
        && let Some(out) = history[to..].first_chunk_mut()
    {
        *out = bytes;
    }
}

/// Copies the bytes of a long string after its first stride.
#[inline(never)]
fn copy_rest(history: &mut [u8], from: usize, to: usize, length: usize) {
    for done in (STRIDE..length).step_by(STRIDE) {
        copy_stride(history, from + done, to + done);
    }
}
