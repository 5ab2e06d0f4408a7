//! Reads two streams of entropy-coded data at once on one core, with a [`Machine`].
//!
//! Two restart intervals are independent, so they are read side by side. Data without restart markers are read in
//! pieces, each cut in the middle. Huffman codes resynchronise by themselves, so a second stream that begins anywhere,
//! as if with the first block of an MCU, soon reaches true starts of MCUs. The positions of its first MCUs are noted.
//! Once the first stream arrives there, it continues until it begins an MCU where the second began one: from there both
//! would read the same, so the second's blocks follow the first's. If they never meet, the first continues alone.
//!
//! This works because the output has DC differences, which do not depend on earlier blocks as values do.

use super::bits::Bits;
use super::dfa::{Entry, Lane, Machine, PLAIN_MOST, STEPS, State};
use super::unstuff::Rest;

/// Minimum bytes of data to cut. For fewer, the second stream's start-up would not pay.
const CUT_FROM: u64 = if cfg!(any(test, fuzzing)) { 256 } else { 8 * 1024 };
/// Number of noted MCUs of the second stream. In photographs the streams usually meet after 2, and after at most 20.
const NOTED: usize = 32;

/// The data to read, and the number of blocks in them.
#[derive(Debug)]
pub(crate) struct Task<'a> {
    /// Data with padding, and the number of bits to read.
    pub(crate) data: &'a [u8],
    pub(crate) bits: u64,
    /// Whether other data follow those bits.
    pub(crate) rest: Rest,
    /// Number of wanted blocks, including those begun before.
    pub(crate) blocks: usize,
}

/// A position between two pieces of data, where reading resumes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Stand {
    /// Number of bits read.
    pub(crate) position: u64,
    /// State of the machine.
    state: State,
    /// Number of complete blocks of the current MCU.
    blocks: usize,
}

/// The reason why reading stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stop {
    /// The end of the data; short of it if others follow.
    AtEndOfData,
    /// The last wanted block, or the end of the output.
    AtLastBlock,
}

/// The result of reading a piece.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Read {
    /// Number of complete blocks in the first output, at most those wanted.
    pub(crate) blocks: usize,
    /// Index of the next block in the second output, which begins an MCU; `None` if the streams did not meet.
    pub(crate) meeting: Option<usize>,
    /// Maximum number of blocks to take from there.
    pub(crate) from_second: usize,
    /// Whether an invalid code was read.
    pub(crate) bad: bool,
    /// Position of the last-read stream in bits.
    pub(crate) position: u64,
    state: State,
    pub(crate) stop: Stop,
    /// Number of blocks begun in each output.
    pub(crate) begun: [usize; 2],
}

impl Read {
    /// Returns the position to resume at, with `blocks` complete blocks of the current MCU.
    pub(crate) fn stand(&self, blocks: usize) -> Stand {
        Stand { position: self.position, state: self.state, blocks }
    }
}

/// The point at which a lane must stop.
#[derive(Clone, Copy, Debug)]
struct Limit {
    bits: u64,
    blocks: usize,
}

impl Limit {
    /// Returns the number of rounds of [`STEPS`] steps that are certain to stay within the limit.
    #[inline(always)]
    fn rounds<const KEPT: usize>(self, lane: &Lane<'_, KEPT>) -> u64 {
        let of_bits = self.bits.saturating_sub(lane.bits.position()) / (STEPS * PLAIN_MOST);
        of_bits.min(self.blocks.saturating_sub(lane.complete()) as u64 / STEPS)
    }
}

impl<const KEPT: usize> Machine<KEPT> {
    /// Returns the position at the start of a stretch.
    pub(crate) fn beginning(&self) -> Stand {
        Stand { position: 0, state: self.start, blocks: 0 }
    }

    /// Reads a task from a position, in two halves if that pays. `spare` is the output of the second half.
    ///
    /// Blocks of an incomplete MCU are in `out` already.
    pub(crate) fn read(&self, task: &Task<'_>, from: Stand, out: &mut [i16], spare: &mut [i16]) -> Read {
        let mut a = self.resume(task, from);
        let bits = task.bits.saturating_sub(from.position);
        if bits / 8 < CUT_FROM {
            return self.read_alone(task, a, out);
        }
        let middle = (from.position + bits / 2) / 8;
        let mut b = self.resume(task, Stand { position: middle * 8, ..self.beginning() });
        let limit_a = Limit { bits: middle * 8, blocks: task.blocks.min(capacity::<KEPT>(out)) };
        let mut limit_b = Limit { bits: task.bits, blocks: capacity::<KEPT>(spare) };
        let noted = self.note((&mut a, limit_a, out), (&mut b, limit_b, spare));
        self.together((&mut a, limit_a, out), (&mut b, limit_b, spare));
        self.alone(&mut a, limit_a, out);
        let Some(meeting) = self.meet(&mut a, Limit { bits: task.bits, ..limit_a }, &noted, out) else {
            let alone = self.read_alone(task, a, out);
            return Read { begun: [alone.begun[0], b.begun()], ..alone };
        };
        // Blocks that the second stream read before it was in step come on top. It may have read more than are still
        // wanted.
        let wanted = task.blocks.saturating_sub(a.complete());
        limit_b.blocks = limit_b.blocks.min(meeting + wanted);
        let stop = self.to_the_end(&mut b, limit_b, task.rest, spare);
        let from_second = b.complete().saturating_sub(meeting).min(wanted);
        let bad = a.bad > 0 || b.bad > meeting && b.bad <= limit_b.blocks;
        let begun = [a.begun(), b.begun()];
        let blocks = a.complete().min(task.blocks);
        Read { blocks, from_second, bad, begun, meeting: Some(meeting), ..read_of(&b, stop) }
    }

    /// Reads two whole tasks side by side.
    pub(crate) fn read_both(&self, tasks: [&Task<'_>; 2], outs: [&mut [i16]; 2]) -> [Read; 2] {
        let [first, second] = tasks;
        let [out_a, out_b] = outs;
        let mut a = self.resume(first, self.beginning());
        let mut b = self.resume(second, self.beginning());
        let limit_a = Limit { bits: first.bits, blocks: first.blocks };
        let limit_b = Limit { bits: second.bits, blocks: second.blocks };
        self.together((&mut a, limit_a, out_a), (&mut b, limit_b, out_b));
        [self.read_alone(first, a, out_a), self.read_alone(second, b, out_b)]
    }

    fn resume<'a>(&self, task: &Task<'a>, from: Stand) -> Lane<'a, KEPT> {
        let mut bits = Bits::new(task.data, (from.position / 8) as usize);
        bits.refill();
        bits.consume((from.position % 8) as u32);
        Lane { bits, state: from.state, values: from.blocks * KEPT, bad: 0 }
    }

    fn read_alone<'a>(&self, task: &Task<'a>, mut lane: Lane<'a, KEPT>, out: &mut [i16]) -> Read {
        let blocks = task.blocks.min(capacity::<KEPT>(out));
        let stop = self.to_the_end(&mut lane, Limit { bits: task.bits, blocks }, task.rest, out);
        let bad = lane.bad > 0 && lane.bad <= blocks;
        Read { blocks: lane.complete().min(blocks), bad, begun: [lane.begun(), 0], ..read_of(&lane, stop) }
    }

    /// Reads to the last block within the limit, or close to the limit if other data follow.
    ///
    /// Reads no more blocks than wanted in either case.
    fn to_the_end(&self, lane: &mut Lane<'_, KEPT>, limit: Limit, rest: Rest, out: &mut [i16]) -> Stop {
        self.alone(lane, limit, out);
        let bits = match rest {
            Rest::None => limit.bits,
            Rest::Some => limit.bits.saturating_sub(STEPS * PLAIN_MOST),
        };
        while lane.complete() < limit.blocks {
            let before = *lane;
            lane.bits.refill();
            self.step(lane, out);
            if lane.bits.position() > bits {
                // A step reads several symbols, and the first may end within the limit.
                *lane = self.plain_step(before, Entry::UNKNOWN, out);
            }
            if lane.bits.position() > bits {
                // An incomplete block cannot be completed.
                *lane = before;
                return Stop::AtEndOfData;
            }
        }
        Stop::AtLastBlock
    }

    /// Reads until little is left before the limit.
    fn alone(&self, lane: &mut Lane<'_, KEPT>, limit: Limit, out: &mut [i16]) {
        while limit.rounds(lane) > 0 {
            self.run(lane, limit.rounds(lane), out);
        }
    }

    #[inline(never)]
    fn run(&self, lane: &mut Lane<'_, KEPT>, rounds: u64, out: &mut [i16]) {
        let mut x = *lane;
        for _ in 0..rounds {
            x.bits.refill();
            for _ in 0..STEPS {
                self.step(&mut x, out);
            }
        }
        *lane = x;
    }

    /// Reads both lanes until little is left of one of them.
    #[inline(never)]
    #[expect(clippy::needless_pass_by_value, reason = "each holds three borrows, which end with the call")]
    fn together(&self, a: (&mut Lane<'_, KEPT>, Limit, &mut [i16]), b: (&mut Lane<'_, KEPT>, Limit, &mut [i16])) {
        let (mut x, mut y) = (*a.0, *b.0);
        loop {
            let rounds = a.1.rounds(&x).min(b.1.rounds(&y));
            if rounds == 0 {
                break;
            }
            for _ in 0..rounds {
                x.bits.refill();
                y.bits.refill();
                // STEPS of each, written out because the compiler does not unroll them.
                self.step(&mut x, a.2);
                self.step(&mut y, b.2);
                self.step(&mut x, a.2);
                self.step(&mut y, b.2);
                self.step(&mut x, a.2);
                self.step(&mut y, b.2);
            }
        }
        (*a.0, *b.0) = (x, y);
    }

    /// Reads both lanes and notes the second one's first MCUs: their positions, and the number of blocks before each.
    #[inline(never)]
    fn note(
        &self,
        (a, limit_a, out_a): (&mut Lane<'_, KEPT>, Limit, &mut [i16]),
        (b, limit_b, out_b): (&mut Lane<'_, KEPT>, Limit, &mut [i16]),
    ) -> Vec<(u64, usize)> {
        let (mut x, mut y) = (*a, *b);
        let mut noted = Vec::with_capacity(NOTED);
        while noted.len() < NOTED && limit_b.rounds(&y) > 0 {
            if y.state == self.start {
                noted.push((y.bits.position(), y.complete()));
            }
            y.bits.refill();
            self.step(&mut y, out_b);
            if limit_a.rounds(&x) > 0 {
                x.bits.refill();
                self.step(&mut x, out_a);
            }
        }
        (*a, *b) = (x, y);
        noted
    }

    /// Reads until the lane begins an MCU at a noted position; returns the number of blocks before that MCU.
    ///
    /// `None` if the lane passes all noted positions or reaches the limit.
    fn meet(&self, lane: &mut Lane<'_, KEPT>, limit: Limit, noted: &[(u64, usize)], out: &mut [i16]) -> Option<usize> {
        let mut next = 0;
        loop {
            if lane.state == self.start {
                let here = lane.bits.position();
                while noted.get(next)?.0 < here {
                    next += 1;
                }
                if noted[next].0 == here {
                    return Some(noted[next].1);
                }
            }
            if lane.bits.position() + PLAIN_MOST > limit.bits || lane.complete() >= limit.blocks {
                return None;
            }
            lane.bits.refill();
            self.step(lane, out);
        }
    }
}

/// Returns the number of blocks that an output holds.
fn capacity<const KEPT: usize>(out: &[i16]) -> usize {
    (out.len() / KEPT).saturating_sub(1)
}

/// Returns a result with the position of a lane.
fn read_of<const KEPT: usize>(lane: &Lane<'_, KEPT>, stop: Stop) -> Read {
    let (position, state) = (lane.bits.position(), lane.state);
    Read { blocks: 0, meeting: None, from_second: 0, bad: false, position, state, stop, begun: [0, 0] }
}

#[cfg(test)]
mod tests;
