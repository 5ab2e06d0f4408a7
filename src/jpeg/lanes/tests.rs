//! One stream, two streams and plain steps must come to the same, over random codes and random data.

use super::*;
use crate::jpeg::header::{Coding, ColorModel, Component, Header, Process};
use crate::jpeg::scan::{Part, Scan};
use crate::jpeg::skip::tests::Random;
use crate::jpeg::tables::Codes;
use crate::jpeg::unstuff::PADDING;
use crate::jpeg::{MAX_COMPONENTS, Scale};

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

/// Plain steps only.
fn plainly<const KEPT: usize>(machine: &Machine<KEPT>, task: &Task<'_>, out: &mut [i16]) -> usize {
    let mut lane = machine.lane(task, 0);
    loop {
        let next = machine.plain_step(lane, out);
        if next.bits.position() > task.bits || lane.complete() == task.blocks {
            return lane.complete();
        }
        lane = next;
    }
}

fn compare<const KEPT: usize>(scales: [Scale; MAX_COMPONENTS], seed: u64) {
    let mut random = Random(seed);
    let mut cuts = 0;
    for _ in 0..40 {
        let machine = machine::<KEPT>(&mut random, scales);
        let length =
            if random.below(2) == 0 { CUT_FROM + random.below(30_000) as usize } else { random.below(500) as usize };
        let mut data = random.bytes(length);
        data.extend_from_slice(&[0; PADDING]);
        let task = Task { data: &data, bits: length as u64 * 8, blocks: 40_000 };
        let room = || vec![0_i16; task.blocks * KEPT];
        let (mut want, mut out, mut spare) = (room(), room(), room());
        let blocks = plainly(&machine, &task, &mut want);
        let alone = machine.read_alone(&task, machine.lane(&task, 0), &mut out);
        assert_eq!(alone.blocks, blocks, "alone {alone:?}");
        out.fill(0);
        let read = machine.read(&task, &mut out, &mut spare);
        cuts += usize::from(read.from_second > 0);
        assert_eq!((read.blocks + read.from_second).min(task.blocks), blocks, "{read:?} {length}");
        let second = &spare[read.meeting * KEPT..];
        let together = out[..read.blocks * KEPT].iter().chain(&second[..(blocks - read.blocks) * KEPT]);
        assert!(together.eq(&want[..blocks * KEPT]), "cut: {}", read.from_second > 0);

        let half = Task { data: &data, bits: length as u64 * 4, blocks: 700 };
        let (mut out, mut spare) = (room(), room());
        let reads = machine.read_both([&task, &half], [&mut out, &mut spare]);
        let mut want_half = room();
        assert_eq!((reads[0].blocks, reads[1].blocks), (blocks, plainly(&machine, &half, &mut want_half)));
        assert!(out[..blocks * KEPT] == want[..blocks * KEPT]);
        let blocks = reads[1].blocks;
        assert!(spare[..blocks * KEPT] == want_half[..blocks * KEPT]);
    }
    assert!(cuts > 5, "only {cuts} streams were read in two");
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
fn luma_at_a_quarter_and_chroma_at_an_eighth() {
    compare::<4>([Scale::Quarter, Scale::Eighth, Scale::Eighth, Scale::Eighth], 13);
}
