//! Two streams at once on one core. In: a [`Machine`] and one or two stretches of entropy-coded data. Out: what
//! it stores for each block, in order.
//!
//! Two restart intervals are independent, so they are read side by side. Data without restart markers are read in pieces,
//! each cut in the middle: Huffman codes fall into step by themselves, so a second stream that begins anywhere, as if
//! with the first block of an MCU, soon meets true beginnings of MCUs. The positions of its first MCUs are noted. Once the
//! first stream arrives there, it goes on until it begins an MCU where the second began one: from there on both would read the
//! same, so the second's blocks follow the first's. If they never meet, the first reads on alone.
//! DC differences, not values, make this possible: they do not depend on what was before.

use super::bits::Bits;
use super::machine::{Known, Lane, Machine, PLAIN_MOST, STEPS};
use super::unstuff::Rest;

/// Data shorter than this, in bytes, are not cut: the second stream's start-up would not pay.
const CUT_FROM: u64 = if cfg!(any(test, fuzzing)) { 256 } else { 8 * 1024 };
/// MCUs of the second stream that are noted. In photographs the streams meet after 2 as a rule, and after 20 at most.
const NOTED: usize = 32;

/// Data to read, and what they are to hold.
#[derive(Debug)]
pub(crate) struct Task<'a> {
    /// The data with padding, and how many bits of them to read.
    pub(crate) data: &'a [u8],
    pub(crate) bits: u64,
    /// Whether other data follow those bits.
    pub(crate) rest: Rest,
    /// Blocks wanted, those that were begun before included.
    pub(crate) blocks: usize,
}

/// Where reading stands between one piece of data and the next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Stand {
    /// Bits of the data that were read.
    pub(crate) position: u64,
    /// Coefficients of the present block that were passed, and the machine's state.
    k: u32,
    state: u32,
    /// Blocks of the present MCU that are complete.
    blocks: usize,
}

/// Why reading stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stop {
    /// The data ended, or nearly so if others follow.
    AtEndOfData,
    /// As many blocks were read as were wanted, or as there is room for.
    AtLastBlock,
}

/// The result of reading a piece.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Read {
    /// Blocks in the first output that were read to their end, at most as many as wanted.
    pub(crate) blocks: usize,
    /// The next one's number in the second output, if the two streams met; it begins an MCU.
    pub(crate) meeting: Option<usize>,
    /// The most blocks to take from there.
    pub(crate) from_second: usize,
    /// Whether bits were met that are no code.
    pub(crate) bad: bool,
    /// Where the stream stands that was read last.
    pub(crate) position: u64,
    k: u32,
    state: u32,
    pub(crate) stop: Stop,
    /// Blocks begun in either output.
    pub(crate) begun: [usize; 2],
}

impl Read {
    /// Returns where to go on, `blocks` of the present MCU being complete.
    pub(crate) fn stand(&self, blocks: usize) -> Stand {
        Stand { position: self.position, k: self.k, state: self.state, blocks }
    }
}

/// Where a lane has to stop.
#[derive(Clone, Copy, Debug)]
struct Limit {
    bits: u64,
    blocks: usize,
}

impl Limit {
    /// How many rounds of [`STEPS`] steps cannot lead beyond the limit, whatever they meet.
    #[inline(always)]
    fn rounds<const KEPT: usize>(self, lane: &Lane<'_, KEPT>) -> u64 {
        let of_bits = self.bits.saturating_sub(lane.bits.position()) / (STEPS * PLAIN_MOST);
        of_bits.min(self.blocks.saturating_sub(lane.count) as u64 / STEPS)
    }
}

impl<const KEPT: usize> Machine<KEPT> {
    /// Where a stretch begins.
    pub(crate) fn beginning(&self) -> Stand {
        Stand { position: 0, k: 0, state: self.start, blocks: 0 }
    }

    /// Reads one task from where it stands, cut in two if that pays; `spare` is room for the second half. What was begun of an
    /// MCU is in `out` already.
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
        // What the second stream read before it fell into step comes on top. It may have read more than is wanted by now.
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
        Lane { bits, k: from.k, state: from.state, count: from.blocks + usize::from(KEPT == 1 && from.k > 0), bad: 0 }
    }

    fn read_alone<'a>(&self, task: &Task<'a>, mut lane: Lane<'a, KEPT>, out: &mut [i16]) -> Read {
        let blocks = task.blocks.min(capacity::<KEPT>(out));
        let stop = self.to_the_end(&mut lane, Limit { bits: task.bits, blocks }, task.rest, out);
        let bad = lane.bad > 0 && lane.bad <= blocks;
        Read { blocks: lane.complete().min(blocks), bad, begun: [lane.begun(), 0], ..read_of(&lane, stop) }
    }

    /// Reads to the last block that ends within the limit if no other data follow, and close to the limit if they do; no more
    /// blocks than wanted in any case.
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
                // A step passes several symbols, of which the first may end within the limit.
                *lane = self.plain_step(before, Known::NONE, out);
            }
            if lane.bits.position() > bits {
                // Whatever was begun cannot be completed.
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
    #[expect(clippy::needless_pass_by_value, reason = "they are three loans each, which have to be given up")]
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
                // STEPS of each, written out, for the compiler does not unroll them.
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

    /// Reads both lanes while the second one's first MCUs are noted: where they begin, and how many blocks came before.
    #[inline(never)]
    fn note(
        &self,
        (a, limit_a, out_a): (&mut Lane<'_, KEPT>, Limit, &mut [i16]),
        (b, limit_b, out_b): (&mut Lane<'_, KEPT>, Limit, &mut [i16]),
    ) -> Vec<(u64, usize)> {
        let (mut x, mut y) = (*a, *b);
        let mut noted = Vec::with_capacity(NOTED);
        while noted.len() < NOTED && limit_b.rounds(&y) > 0 {
            if y.k == 0 && y.state == self.start {
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

    /// Goes on until the lane begins an MCU where one was noted; how many blocks there were before that one. `None` if it
    /// passed them all.
    fn meet(&self, lane: &mut Lane<'_, KEPT>, limit: Limit, noted: &[(u64, usize)], out: &mut [i16]) -> Option<usize> {
        let mut next = 0;
        loop {
            if lane.k == 0 && lane.state == self.start {
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

/// How many blocks an output holds.
fn capacity<const KEPT: usize>(out: &[i16]) -> usize {
    (out.len() / KEPT).saturating_sub(1)
}

/// The place that a lane has reached.
fn read_of<const KEPT: usize>(lane: &Lane<'_, KEPT>, stop: Stop) -> Read {
    let (position, k, state) = (lane.bits.position(), lane.k, lane.state);
    Read { blocks: 0, meeting: None, from_second: 0, bad: false, position, k, state, stop, begun: [0, 0] }
}

#[cfg(test)]
mod tests;
