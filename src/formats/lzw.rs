//! Decodes LZW, as GIF and TIFF share it: codes of up to 12 bits, of which one clears the table and the next ends the data.
//!
//! A string of the table is always a copy of earlier output, so the table holds positions in the output and no chains, and
//! a string is copied 16 bytes at a time. The crate `weezl` loses the data after a long run (weezl #68), and takes more
//! than four times as long for a photograph of 12 megapixels.

use std::ops::Range;

/// Bits of the single bytes that a decoder takes.
pub(super) const SIZES: Range<u8> = 1..12;

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

/// The source of the codes' bits.
pub(super) trait Bits {
    /// Whether the first bit is the highest of its byte, and the codes grow one code early. TIFF has both or neither.
    const ARE_HIGHEST_FIRST: bool;

    /// Adds whole bytes to the `count` bits of `bits`, which are the lowest or the highest ones. Fewer than a code needs
    /// are an end.
    fn refill(&mut self, bits: &mut u64, count: &mut u32);

    /// Returns the reason why the bits end. `None` if there will be more.
    fn stop(&self) -> Option<Stop>;
}

/// The reason why the data stop.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stop {
    /// The data end, by an end code or with their last byte.
    AtEnd,
    /// The file ends within the data.
    FileEnds,
    /// A code is undefined.
    Corrupt,
}

/// Position and length of a string in the history.
#[derive(Clone, Copy, Debug, Default)]
struct Place {
    at: u32,
    length: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Running,
    /// After a clear code: the history is emptied before the next code.
    Clearing,
    Stopped(Stop),
}

/// The state of a decoder between two calls.
#[derive(Debug)]
pub(super) struct Lzw {
    /// The strings by code. Those of the codes that clear the table and end the data are empty.
    table: Box<[Place; CODES]>,
    /// All single bytes, then the output since the table was cleared.
    history: Vec<u8>,
    /// The code that clears the table. The next code ends the data, and the one after it is the first string's.
    clear: usize,
    /// Ends of the decoded bytes and of the returned bytes.
    decoded: usize,
    taken: usize,
    /// Unused bits, the next one at the source's end of the number, and how many they are.
    bits: u64,
    count: u32,
    /// Bits of the next code.
    width: u32,
    /// The next code to define, and the last string, which is empty after a clear code.
    next: usize,
    last: Place,
    state: State,
}

/// Estimates the memory of a decoder of `plain` bytes.
pub(super) const fn working_memory(plain: u64) -> u64 {
    let history = if plain < FARTHEST { plain } else { FARTHEST };
    // Growing copies the history, and the new one has twice its length.
    3 * (history + (STRETCH + 2 * CODES + CODES * size_of::<Place>()) as u64)
}

impl Lzw {
    /// Returns a decoder of data with single bytes of `size` bits, which is one of [`SIZES`].
    pub(super) fn new(size: u8) -> Self {
        let clear = 1 << size;
        let mut table = Box::new([Place::default(); CODES]);
        (0..).zip(&mut table[..clear]).for_each(|(at, place)| *place = Place { at, length: 1 });
        #[expect(clippy::cast_possible_truncation, reason = "an index has 8 bits")]
        let history = (0..clear).map(|byte| byte as u8).collect();
        Self {
            table,
            history,
            clear,
            decoded: clear,
            taken: clear,
            bits: 0,
            count: 0,
            width: u32::from(size) + 1,
            next: clear + 2,
            last: Place::default(),
            state: State::Running,
        }
    }

    /// Prepares for other data. They begin with a code that clears the table.
    pub(super) fn restart(&mut self) {
        (self.decoded, self.taken) = (self.clear, self.clear);
        (self.bits, self.count, self.width) = (0, 0, self.clear.trailing_zeros() + 1);
        (self.next, self.last) = (self.clear + 2, Place::default());
        self.state = State::Running;
    }

    /// Decodes the next bytes and returns their number. It is less than the length of `out` only if the bits end or the
    /// data stop.
    pub(super) fn fill(&mut self, source: &mut impl Bits, out: &mut [u8]) -> usize {
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
            self.decode_stretch(source);
            if self.taken == self.decoded && self.state == State::Running {
                return written;
            }
        }
    }

    /// Returns the reason why the data stopped.
    pub(super) const fn stop(&self) -> Option<Stop> {
        match self.state {
            State::Stopped(stop) => Some(stop),
            _ => None,
        }
    }

    /// Returns the bytes that the history holds.
    #[cfg(test)]
    pub(super) fn held(&self) -> usize {
        self.history.len()
    }

    /// Drops output that no string refers to. All of it was returned before.
    fn make_room(&mut self) {
        if self.state == State::Clearing {
            self.state = State::Running;
            self.decoded = self.clear;
        } else if self.next == CODES {
            // The last string of the table ends behind all others.
            let Place { at, length } = self.table[CODES - 1];
            self.decoded = (at + length) as usize;
        }
        self.taken = self.decoded;
        let needed = self.decoded + STRETCH + CODES + 2 * STRIDE;
        if self.history.len() < needed {
            self.history.resize(needed * 2, 0);
        }
    }

    /// Decodes until a stretch is full, the bits end or the history has to be emptied.
    fn decode_stretch<B: Bits>(&mut self, source: &mut B) {
        let (history, table) = (&mut self.history[..], &mut *self.table);
        let stop = self.decoded + STRETCH;
        let (mut bits, mut count, mut width) = (self.bits, self.count, self.width);
        let (mut next, mut last, mut at) = (self.next, self.last, self.decoded);
        let mut limit = limit_of::<B>(width);
        while at < stop {
            if count < width {
                source.refill(&mut bits, &mut count);
                if count < width {
                    self.state = source.stop().map_or(State::Running, State::Stopped);
                    break;
                }
            }
            #[expect(clippy::cast_possible_truncation, reason = "12 bits")]
            let code = if B::ARE_HIGHEST_FIRST { bits >> (64 - width) } else { bits & ((1 << width) - 1) } as usize;
            bits = if B::ARE_HIGHEST_FIRST { bits << width } else { bits >> width };
            count -= width;
            let longer = Place { at: last.at, length: last.length + 1 };
            let place = if code < next {
                let place = table[code & (CODES - 1)];
                if place.length == 0 {
                    if code != self.clear {
                        self.state = State::Stopped(Stop::AtEnd);
                        break;
                    }
                    (next, last, width) = (code + 2, Place::default(), code.trailing_zeros() + 1);
                    limit = limit_of::<B>(width);
                    if at > LONG {
                        self.state = State::Clearing;
                        break;
                    }
                    continue;
                }
                place
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
            }
            if next >= limit {
                width += 1;
                limit = limit_of::<B>(width);
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

/// Returns the next code to define from which on codes are longer than `width` bits.
const fn limit_of<B: Bits>(width: u32) -> usize {
    if width == LONGEST { usize::MAX } else { (1 << width) - B::ARE_HIGHEST_FIRST as usize }
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
