//! Turns the coefficients of a scan into symbols (T.81, F.1.2 and G.1.2).

use super::super::entropy::{END, ZEROS, magnitude};
use super::component::{Block, Component};
use super::sink::{AC, Sink};

/// Longest run of blocks without coefficients in a symbol.
const LONGEST_RUN: u32 = 0x7FFF;

/// Most bits of corrections that wait for the end of a run of blocks, as in libjpeg.
const MOST_WAITING: usize = 1000 - 63;

/// The data of a scan.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Pass {
    /// All coefficients of all components.
    All,
    /// The mean of each block, of all components.
    Means,
    /// A band of the coefficients of one component, without the `low` lowest bits.
    Band { component: usize, from: usize, to: usize, low: u8 },
    /// The next lower bit of all but the means of one component, which then has all but the `low` lowest.
    Bit { component: usize, low: u8 },
}

impl Pass {
    /// Returns the components in the scan.
    pub(super) fn components(self, all: usize) -> std::ops::Range<usize> {
        match self {
            Self::All | Self::Means => 0..all,
            Self::Band { component, .. } | Self::Bit { component, .. } => component..component + 1,
        }
    }

    /// Returns the band of coefficients, and the approximation, as in the header of the scan.
    pub(super) const fn parameters(self) -> [u8; 3] {
        match self {
            Self::All => [0, 63, 0],
            Self::Means => [0, 0, 0],
            Self::Band { from, to, low, .. } => [from as u8, to as u8, low],
            Self::Bit { low, .. } => [1, 63, (low + 1) << 4 | low],
        }
    }

    /// Passes on the symbols of the scan.
    pub(super) fn run(self, components: &[Component], sink: &mut impl Sink) {
        match self {
            Self::All => put_mcus(components, true, sink),
            Self::Means => put_mcus(components, false, sink),
            Self::Band { component, from, to, low } => put_band(&components[component], [from, to], low, sink),
            Self::Bit { component, low } => put_bit(&components[component], low, sink),
        }
    }
}

/// Passes on blocks of all components side by side, or their means alone.
fn put_mcus(components: &[Component], with_ac: bool, sink: &mut impl Sink) {
    let (across, down) = components[0].sampling;
    let (columns, rows) = (components[0].columns, components[0].rows());
    let mut predictions = [0; 3];
    for y in 0..rows.div_ceil(down) {
        for x in 0..columns.div_ceil(across) {
            for (index, (component, prediction)) in components.iter().zip(&mut predictions).enumerate() {
                let table = usize::from(index > 0);
                let (across, down) = component.sampling;
                for place in 0..across * down {
                    // A block that only fills the MCU is flat, with the mean of the one before.
                    let block = component.block(x * across + place % across, y * down + place / across);
                    let mean = block.map_or(*prediction, |block| i32::from(block[0]));
                    let (size, bits) = magnitude(mean - *prediction);
                    *prediction = mean;
                    sink.put(table, size as u8, bits, size);
                    match block {
                        Some(block) if with_ac => put_block(block, AC + table, sink),
                        None if with_ac => sink.put(AC + table, END as u8, 0, 0),
                        _ => {}
                    }
                }
            }
        }
    }
}

/// Passes on all coefficients of a block but its mean.
pub(super) fn put_block(block: &Block, table: usize, sink: &mut impl Sink) {
    if put_coefficients(block, [1, 63], 0, table, sink, |_| {}) {
        sink.put(table, END as u8, 0, 0);
    }
}

/// Passes on a band of coefficients. Returns whether it ends with zeros. `before` comes before the first symbol.
#[inline(always)]
fn put_coefficients<S: Sink>(
    block: &Block,
    [from, to]: [usize; 2],
    low: u8,
    table: usize,
    sink: &mut S,
    mut before: impl FnMut(&mut S),
) -> bool {
    let mut run = 0;
    for value in &block[from..=to] {
        let amount = i32::from(value.unsigned_abs() >> low);
        if amount == 0 {
            run += 1;
            continue;
        }
        before(sink);
        while run > 15 {
            sink.put(table, ZEROS as u8, 0, 0);
            run -= 16;
        }
        let (size, bits) = magnitude(if *value < 0 { -amount } else { amount });
        sink.put(table, run << 4 | size as u8, bits, size);
        run = 0;
    }
    run > 0
}

/// A run of blocks without further coefficients, and the corrections of earlier ones in them.
#[derive(Debug, Default)]
struct Run {
    blocks: u32,
    corrections: Vec<bool>,
}

impl Run {
    /// Passes on the run.
    fn end(&mut self, sink: &mut impl Sink) {
        if self.blocks > 0 {
            let size = self.blocks.ilog2();
            sink.put(AC, (size << 4) as u8, self.blocks - (1 << size), size);
            self.blocks = 0;
        }
        put_corrections(&mut self.corrections, sink);
    }

    /// Adds a block.
    fn add(&mut self, corrections: &mut Vec<bool>, sink: &mut impl Sink) {
        self.blocks += 1;
        self.corrections.append(corrections);
        if self.blocks == LONGEST_RUN || self.corrections.len() > MOST_WAITING {
            self.end(sink);
        }
    }
}

fn put_corrections(corrections: &mut Vec<bool>, sink: &mut impl Sink) {
    corrections.drain(..).for_each(|bit| sink.put_bits(bit.into(), 1));
}

fn put_band(component: &Component, band: [usize; 2], low: u8, sink: &mut impl Sink) {
    let mut run = Run::default();
    for block in &component.blocks {
        if put_coefficients(block, band, low, AC, sink, |sink| run.end(sink)) {
            run.add(&mut Vec::new(), sink);
        }
    }
    run.end(sink);
}

fn put_bit(component: &Component, low: u8, sink: &mut impl Sink) {
    let mut run = Run::default();
    let mut corrections = Vec::new();
    for block in &component.blocks {
        let amounts = block.map(|value| value.unsigned_abs() >> low);
        let last_new = (1..64).rev().find(|k| amounts[*k] == 1).unwrap_or(0);
        let mut zeros = 0_u8;
        for k in 1..64 {
            match amounts[k] {
                0 => {
                    zeros += 1;
                    continue;
                }
                _ if k <= last_new => {
                    while zeros > 15 {
                        run.end(sink);
                        sink.put(AC, ZEROS as u8, 0, 0);
                        put_corrections(&mut corrections, sink);
                        zeros -= 16;
                    }
                }
                _ => {}
            }
            if amounts[k] > 1 {
                corrections.push(amounts[k] & 1 == 1);
                continue;
            }
            run.end(sink);
            sink.put(AC, zeros << 4 | 1, u32::from(block[k] > 0), 1);
            put_corrections(&mut corrections, sink);
            zeros = 0;
        }
        if zeros > 0 || !corrections.is_empty() {
            run.add(&mut corrections, sink);
        }
    }
    run.end(sink);
}
