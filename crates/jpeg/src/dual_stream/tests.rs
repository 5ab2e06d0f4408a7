//! Tests that one stream, two streams and plain steps agree, on random codes and data.

use super::*;
use crate::header::MAX_COMPONENTS;
use crate::header::{Coding, ColorModel, Component, Header, Process};
use crate::huffman::Code;
use crate::scale::Scale;
use crate::scan::{Part, Scan};
use crate::tables::Codes;
use crate::unstuff::PADDING;

/// Number of blocks of an MCU.
const SLOTS: usize = 6;

/// A generator of pseudorandom numbers (Knuth's constants).
struct Random(u64);

impl Random {
    fn below(&mut self, n: u32) -> u32 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((self.0 >> 33) % u64::from(n)) as u32
    }

    fn bytes(&mut self, n: usize) -> Vec<u8> {
        (0..n).map(|_| self.below(256) as u8).collect()
    }

    /// Returns a code with words of many lengths and symbols from `symbol`. It is complete except for one word of 16
    /// ones.
    fn code(&mut self, mut symbol: impl FnMut(&mut Self) -> u8) -> Code {
        let mut counts = [0_u8; 16];
        let mut free = 1_u32;
        let mut total = 0;
        for (i, count) in counts.iter_mut().enumerate() {
            free *= 2;
            let most = (free - 1).min(250 - total);
            let n = if i == 15 { most } else { self.below(most.min(6) + 1) };
            *count = n as u8;
            total += n;
            free -= n;
        }
        let symbols: Vec<u8> = (0..total).map(|_| symbol(self)).collect();
        Code::new(counts, &symbols)
    }
}

fn machine<const KEPT: usize>(random: &mut Random, scales: [Scale; MAX_COMPONENTS]) -> Machine<KEPT> {
    let component = |id, h, v| Component { id, h, v, quant: 0 };
    let header = Header {
        width: 64,
        height: 64,
        process: Process::Baseline,
        coding: Coding::Huffman,
        precision: 8,
        components: vec![component(1, 2, 2), component(2, 1, 1), component(3, 1, 1)],
        color: ColorModel::YCbCr,
        inverted: false,
        jfif: true,
        adobe: None,
        restart_interval: 0,
    };
    let part = |component, table| Part { component, dc: table, ac: table };
    let scan = Scan { parts: vec![part(0, 0), part(1, 1), part(2, 1)], band: (0, 63), high: 0, low: 0 };
    let mut codes = Codes { dc: [const { None }; 4], ac: [const { None }; 4] };
    for table in 0..2 {
        codes.dc[table] = Some(random.code(|r| r.below(12) as u8));
        let sizes = random.below(10) + 2;
        codes.ac[table] =
            Some(random.code(|r| if r.below(6) == 0 { 0 } else { (r.below(16) << 4 | r.below(sizes)) as u8 }));
    }
    Machine::new(&scan.layout(&header).expect("six blocks"), &codes, &scales).expect("all codes are there")
}

/// Reads a task with plain steps only and returns the number of blocks.
fn plainly<const KEPT: usize>(machine: &Machine<KEPT>, task: &Task<'_>, out: &mut [i16]) -> usize {
    let mut lane = machine.resume(task, machine.beginning());
    loop {
        let next = machine.plain_step(lane, Entry::UNKNOWN, out);
        if next.bits.position() > task.bits || lane.complete() == task.blocks {
            return lane.complete();
        }
        lane = next;
    }
}

/// Returns the values of whole MCUs, read in pieces of at most this many bits.
fn in_pieces<const KEPT: usize>(
    machine: &Machine<KEPT>,
    task: &Task<'_>,
    piece: u64,
    room: usize,
) -> (Vec<i16>, usize) {
    let (mut got, mut joined) = (Vec::new(), 0);
    let mut stand = machine.beginning();
    let mut begun: Vec<i16> = Vec::new();
    loop {
        let mut outs = [(); 2].map(|()| vec![0_i16; room * KEPT]);
        outs[0][..begun.len()].copy_from_slice(&begun);
        let end = (stand.position + piece).min(task.bits);
        let rest = if end < task.bits { Rest::Some } else { Rest::None };
        let blocks = task.blocks - got.len() / KEPT;
        let [out, spare] = &mut outs;
        let read = machine.read(&Task { data: task.data, bits: end, rest, blocks }, stand, out, spare);
        let in_first = read.blocks / SLOTS * SLOTS;
        got.extend(&out[..in_first * KEPT]);
        let (last, start, complete) = match read.meeting {
            None => (&outs[0], in_first, read.blocks),
            Some(meeting) => {
                joined += 1;
                let whole = (read.from_second / SLOTS * SLOTS).min(blocks - in_first);
                got.extend(&outs[1][meeting * KEPT..(meeting + whole) * KEPT]);
                (&outs[1], meeting + whole, meeting + read.from_second)
            }
        };
        let lane = usize::from(read.meeting.is_some());
        begun = last[start * KEPT..read.begun[lane].max(start) * KEPT].to_vec();
        stand = read.stand(complete - start);
        let is_over = (rest, read.stop) == (Rest::None, Stop::AtEndOfData) || got.len() / KEPT >= task.blocks;
        if is_over {
            return (got, joined);
        }
    }
}

fn compare<const KEPT: usize>(scales: [Scale; MAX_COMPONENTS], seed: u64) {
    let mut random = Random(seed);
    let mut cuts = 0;
    for _ in 0..40 {
        let machine = machine::<KEPT>(&mut random, scales);
        let length =
            if random.below(2) == 0 { 8192 + random.below(30_000) as usize } else { random.below(500) as usize };
        let mut data = random.bytes(length);
        data.extend_from_slice(&[0; PADDING]);
        let task = Task { data: &data, bits: length as u64 * 8, rest: Rest::None, blocks: 39_996 };
        let room = || vec![0_i16; (task.blocks + 2) * KEPT];
        let (mut want, mut out) = (room(), room());
        let blocks = plainly(&machine, &task, &mut want);
        let alone = machine.read_alone(&task, machine.resume(&task, machine.beginning()), &mut out);
        assert_eq!(alone.blocks, blocks, "alone {alone:?}");
        assert!(out[..blocks * KEPT] == want[..blocks * KEPT], "alone");
        for (piece, room) in [(u64::MAX / 2, 40_000), (60_000, 40_000), (30_000, 300)] {
            let (got, joined) = in_pieces(&machine, &task, piece, room);
            cuts += joined;
            let whole = blocks / SLOTS * SLOTS;
            assert_eq!(got.len() / KEPT, whole, "{length} bytes in pieces of {piece} bits");
            assert!(got == want[..whole * KEPT], "{length} bytes in pieces of {piece} bits");
        }

        let half = Task { data: &data, bits: length as u64 * 4, rest: Rest::None, blocks: 700 };
        let (mut out, mut spare) = (room(), room());
        let reads = machine.read_both([&task, &half], [&mut out, &mut spare]);
        let mut want_half = room();
        assert_eq!((reads[0].blocks, reads[1].blocks), (blocks, plainly(&machine, &half, &mut want_half)));
        assert!(out[..blocks * KEPT] == want[..blocks * KEPT]);
        let blocks = reads[1].blocks;
        assert!(spare[..blocks * KEPT] == want_half[..blocks * KEPT]);
    }
    assert!(cuts > 20, "only {cuts} pieces were read in two");
}

#[test]
fn at_an_eighth() {
    compare::<1>([Scale::Eighth; 4], 11);
}

#[test]
fn at_a_quarter() {
    compare::<4>([Scale::Quarter; 4], 12);
}

#[test]
fn at_a_half() {
    compare::<16>([Scale::Half, Scale::Quarter, Scale::Eighth, Scale::Half], 14);
}

#[test]
fn at_three_eighths() {
    compare::<16>([Scale::ThreeEighths; 4], 15);
}

#[test]
fn at_five_eighths() {
    compare::<64>([Scale::FiveEighths, Scale::ThreeEighths, Scale::Quarter, Scale::Eighth], 16);
}

#[test]
fn in_full() {
    compare::<64>([Scale::Full; 4], 17);
}

#[test]
fn luma_at_a_quarter_and_chroma_at_an_eighth() {
    compare::<4>([Scale::Quarter, Scale::Eighth, Scale::Eighth, Scale::Eighth], 13);
}
