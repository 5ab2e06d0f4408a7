//! Two streams at once on one core. In: a [`Machine`] and one or two stretches of entropy-coded data. Out: what
//! it stores for each block, in order.
//!
//! Two restart intervals are independent, so they are read side by side. Data without restart markers are cut in
//! the middle: Huffman codes fall into step by themselves, so a second stream that begins anywhere, as if
//! with the first block of an MCU, soon meets true beginnings of MCUs. Its first blocks' positions are noted. Once the
//! first stream arrives there, it goes on until it begins a block where, and in the state in which, the second began one: from there
//! on both would read the same, so the second's blocks are taken over. If they never meet, the first reads on alone.
//! DC differences, not values, make this possible: they do not depend on what was before.

use super::bits::Bits;
use super::machine::{Lane, Machine, PLAIN_MOST, STEPS};

/// Data shorter than this, in bytes, are not cut: the second stream's start-up would not pay.
const CUT_FROM: usize = 8 * 1024;
/// So many blocks of the second stream are noted. On photographs the streams meet after some dozens to hundreds.
const NOTED: usize = 2048;

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
    /// Blocks that were read to their end, at most as many as wanted.
    pub(crate) blocks: usize,
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
        while noted.len() < NOTED && b.bits.position() < task.bits {
            if b.k == 0 {
                noted.push((b.bits.position(), b.state));
            }
            b.bits.refill();
            self.step(&mut b, spare);
        }
        self.together((&mut a, begin, out), (&mut b, task.bits, spare));
        self.alone(&mut a, begin, out);
        let Some(meeting) = self.meet(&mut a, task.bits, &noted, out) else {
            return self.read_alone(task, a, out);
        };
        self.to_the_end(&mut b, task.bits, task.blocks, spare);
        let begun = a.begun.min(task.blocks);
        let taken = b.complete().min(task.blocks).saturating_sub(meeting).min(task.blocks - begun);
        let from = spare.get(meeting * KEPT..).and_then(|s| s.get(..taken * KEPT)).unwrap_or_default();
        if let Some(to) = out.get_mut(begun * KEPT..).and_then(|o| o.get_mut(..from.len())) {
            to.copy_from_slice(from);
        }
        Read { blocks: begun + taken, bad: a.bad > 0 || b.bad > meeting }
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
        Read { blocks: lane.complete().min(task.blocks), bad: lane.bad > 0 && lane.bad <= task.blocks }
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
                for _ in 0..STEPS {
                    self.step(&mut x, a.2);
                    self.step(&mut y, b.2);
                }
            }
        }
        (*a.0, *b.0) = (x, y);
    }

    /// Goes on until the lane begins a block where one was noted; which one. `None` if it passed them all.
    fn meet(&self, lane: &mut Lane<'_>, bits: u64, noted: &[(u64, u32)], out: &mut [i16]) -> Option<usize> {
        let mut next = 0;
        loop {
            if lane.k == 0 {
                let here = (lane.bits.position(), lane.state);
                while noted.get(next)?.0 < here.0 {
                    next += 1;
                }
                if noted[next] == here {
                    return Some(next);
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
