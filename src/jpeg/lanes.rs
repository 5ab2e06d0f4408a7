//! Two streams at once on one core. In: a [`Machine`] and one or two stretches of entropy-coded data. Out: what
//! it stores for each block, in order.
//!
//! Two restart intervals are independent, so they are read side by side. Data without restart markers are cut in
//! the middle: Huffman codes fall into step by themselves, so a second stream that begins anywhere, as if
//! with the first block of an MCU, soon meets true beginnings of MCUs. The positions of its first MCUs are noted. Once the
//! first stream arrives there, it goes on until it begins an MCU where the second began one: from there on both would read the
//! same, so the second's blocks follow the first's. If they never meet, the first reads on alone.
//! DC differences, not values, make this possible: they do not depend on what was before.

use super::bits::Bits;
use super::machine::{Lane, Machine, PLAIN_MOST, STEPS};

/// Data shorter than this, in bytes, are not cut: the second stream's start-up would not pay.
const CUT_FROM: usize = if cfg!(fuzzing) { 256 } else { 8 * 1024 };
/// So many MCUs of the second stream are noted.
pub(crate) const NOTED: usize = 512;

/// Data to read, and what they are to hold.
#[derive(Debug)]
pub(crate) struct Task<'a> {
    /// The data with padding, and their length in bits without it.
    pub(crate) data: &'a [u8],
    pub(crate) bits: u64,
    /// Blocks wanted.
    pub(crate) blocks: usize,
}

/// What came of a task.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Read {
    /// Blocks in the first output that were read to their end, at most as many as wanted.
    pub(crate) blocks: usize,
    /// The next one's number in the second output, if the data were cut; it begins an MCU.
    pub(crate) meeting: usize,
    /// How many blocks to take from there at the most.
    pub(crate) from_second: usize,
    /// Whether bits were met that are no code.
    pub(crate) bad: bool,
}

impl<const KEPT: usize> Machine<KEPT> {
    /// Reads one task, cut in two if that pays; `spare` is room for the second half.
    pub(crate) fn read(&self, task: &Task<'_>, out: &mut [i16], spare: &mut [i16]) -> Read {
        let bytes = (task.bits / 8) as usize;
        if bytes < CUT_FROM {
            return self.read_alone(task, self.lane(task, 0), out);
        }
        let (mut a, mut b) = (self.lane(task, 0), self.lane(task, bytes / 2));
        let begin = b.bits.position();
        let mut noted = Vec::with_capacity(NOTED);
        while noted.len() < NOTED && rounds(&b, task.bits) > 0 {
            if b.k == 0 && b.state == self.start {
                noted.push((b.bits.position(), b.begun));
            }
            b.bits.refill();
            self.step(&mut b, spare);
        }
        self.together((&mut a, begin, out), (&mut b, task.bits, spare));
        self.alone(&mut a, begin, out);
        let Some(meeting) = self.meet(&mut a, task.bits, &noted, out) else {
            return self.read_alone(task, a, out);
        };
        // What the second stream read before it fell into step comes on top.
        self.to_the_end(&mut b, task.bits, meeting + task.blocks.saturating_sub(a.begun), spare);
        let from_second = b.complete().saturating_sub(meeting);
        let bad = a.bad > 0 || b.bad > meeting;
        Read { blocks: a.begun.min(task.blocks), meeting, from_second, bad }
    }

    /// Reads two tasks side by side.
    pub(crate) fn read_both(&self, tasks: [&Task<'_>; 2], outs: [&mut [i16]; 2]) -> [Read; 2] {
        let [first, second] = tasks;
        let [out_a, out_b] = outs;
        let (mut a, mut b) = (self.lane(first, 0), self.lane(second, 0));
        self.together((&mut a, first.bits, out_a), (&mut b, second.bits, out_b));
        [self.read_alone(first, a, out_a), self.read_alone(second, b, out_b)]
    }

    fn lane<'a>(&self, task: &Task<'a>, byte: usize) -> Lane<'a> {
        Lane { bits: Bits::new(task.data, byte), k: 0, state: self.start, begun: 0, bad: 0 }
    }

    fn read_alone<'a>(&self, task: &Task<'a>, mut lane: Lane<'a>, out: &mut [i16]) -> Read {
        self.to_the_end(&mut lane, task.bits, task.blocks, out);
        let blocks = lane.complete().min(task.blocks);
        Read { blocks, meeting: 0, from_second: 0, bad: lane.bad > 0 && lane.bad <= task.blocks }
    }

    /// Reads to the last block that ends within `bits`, and so far that `blocks` of them are complete if there are as many.
    fn to_the_end(&self, lane: &mut Lane<'_>, bits: u64, blocks: usize, out: &mut [i16]) {
        while lane.complete() < blocks && rounds(lane, bits) > 0 {
            let some = rounds(lane, bits);
            self.run(lane, some, out);
        }
        while lane.complete() < blocks {
            let before = *lane;
            *lane = self.plain_step(before, out);
            if lane.bits.position() > bits {
                // Whatever was begun cannot be completed.
                *lane = before;
                return;
            }
        }
    }

    /// Reads until little is left before `bits`.
    fn alone(&self, lane: &mut Lane<'_>, bits: u64, out: &mut [i16]) {
        while rounds(lane, bits) > 0 {
            self.run(lane, rounds(lane, bits), out);
        }
    }

    #[inline(never)]
    fn run(&self, lane: &mut Lane<'_>, rounds: u64, out: &mut [i16]) {
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
    fn together(&self, a: (&mut Lane<'_>, u64, &mut [i16]), b: (&mut Lane<'_>, u64, &mut [i16])) {
        let (mut x, mut y) = (*a.0, *b.0);
        loop {
            let rounds = rounds(&x, a.1).min(rounds(&y, b.1));
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

    /// Goes on until the lane begins an MCU where one was noted; how many blocks there were before that one. `None` if it
    /// passed them all.
    fn meet(&self, lane: &mut Lane<'_>, bits: u64, noted: &[(u64, usize)], out: &mut [i16]) -> Option<usize> {
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
            if lane.bits.position() + PLAIN_MOST > bits {
                return None;
            }
            lane.bits.refill();
            self.step(lane, out);
        }
    }
}

/// How many rounds of [`STEPS`] steps cannot lead beyond `bits`, whatever they meet.
#[inline(always)]
fn rounds(lane: &Lane<'_>, bits: u64) -> u64 {
    bits.saturating_sub(lane.bits.position()) / (STEPS * PLAIN_MOST)
}

#[cfg(test)]
mod tests;
