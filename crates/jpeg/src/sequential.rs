//! Decodes sequential scans (T.81, F.2) into samples.
//!
//! `dual_stream` reads two streams at a time, piece by piece. This module sums DC differences into values (F.2.1.3.1), and
//! `render` turns blocks into samples.

use std::ops::{Range, RangeInclusive};

use super::damage::Tally;
use super::dfa::Machine;
use super::dual_stream::{Read, Stand, Stop, Task};
use super::idct::Weights;
use super::plane::Raster;
use super::render::{Column, render};
use super::scan::{Layout, Slot, Stretch, Stretches};
use super::tables::Codes;
use super::unstuff::{PADDING, Rest};
use crate::header::MAX_COMPONENTS;
use crate::scale::Scale;
use crate::workspace::Workspace;

/// Minimum and maximum bytes of data in a piece.
const PIECE: RangeInclusive<usize> = if cfg!(any(test, fuzzing)) { 1 << 12..=1 << 13 } else { 1 << 12..=1 << 18 };

/// Spare blocks after those of a piece: those of an incomplete MCU, and one that is never used.
const SPARE: usize = 11;

/// Returns the number of blocks of this many values in a lane's output. More would not fit the cache.
const fn capacity(kept: usize) -> usize {
    match kept {
        64 => 1 << 12,
        16 => 1 << 13,
        4 => 1 << 14,
        _ => 1 << 16,
    }
}

/// Returns the number of values per block in a lane's output at a scale.
const fn kept_values(scale: Scale) -> usize {
    match scale.samples() {
        1 => 1,
        2 => 4,
        3 | 4 => 16,
        _ => 64,
    }
}

/// Returns the bytes that decoding sequential scans allocates if `finest` is their finest scale.
pub(crate) fn memory(finest: Scale, file_bytes: usize) -> u64 {
    let kept = kept_values(finest);
    let rooms = 2 * (file_bytes.min(*PIECE.end()) + PADDING);
    (rooms + 2 * (capacity(kept) + SPARE) * kept * size_of::<i16>()) as u64
}

/// A decoder of sequential scans.
#[derive(Debug)]
pub(crate) struct Sequential<'a, 's> {
    pub(crate) layout: &'a Layout,
    pub(crate) weights: &'a [Option<Weights>; MAX_COMPONENTS],
    pub(crate) rasters: &'a mut [Raster<'s>],
}

impl Sequential<'_, '_> {
    /// Decodes a scan and returns the offset of its end; `None` if a table is missing.
    pub(crate) fn run(
        &mut self,
        stretches: Stretches<'_>,
        codes: &Codes,
        scales: &[Scale; MAX_COMPONENTS],
        workspace: &mut Workspace,
        tally: &mut Tally,
    ) -> Option<usize> {
        let finest = self.layout.slots.iter().map(|s| scales[s.part.component]).min()?;
        match kept_values(finest) {
            1 => self.read(stretches, &Machine::<1>::new(self.layout, codes, scales)?, workspace, tally),
            4 => self.read(stretches, &Machine::<4>::new(self.layout, codes, scales)?, workspace, tally),
            16 => self.read(stretches, &Machine::<16>::new(self.layout, codes, scales)?, workspace, tally),
            _ => self.read(stretches, &Machine::<64>::new(self.layout, codes, scales)?, workspace, tally),
        }
        .into()
    }

    fn read<const KEPT: usize>(
        &mut self,
        mut stretches: Stretches<'_>,
        machine: &Machine<KEPT>,
        workspace: &mut Workspace,
        tally: &mut Tally,
    ) -> usize {
        let room = (capacity(KEPT) + SPARE) * KEPT;
        // Taken out, so that after a panic no output remains that is not all 0.
        let mut kept_outs = std::mem::take(&mut workspace.outs);
        for out in kept_outs.iter_mut().filter(|out| out.len() < room) {
            *out = vec![0; room];
        }
        let [out_a, out_b] = &mut kept_outs;
        let mut outs = Outs::<KEPT>([&mut out_a[..room], &mut out_b[..room]]);
        let rooms = &mut workspace.rooms;
        let slots = self.layout.slots.len();
        let fits = |stretch: &Stretch| stretch.is_there_whole() && stretch.count * slots <= capacity(KEPT);
        let mut size = PieceSize::new(capacity(KEPT), stretches.bits_per_mcu() / slots as u64);
        let mut next = stretches.begin_in(rooms, size.bytes());
        while let Some(a) = next.take() {
            let mut b = if fits(&a) { stretches.begin_in(rooms, size.bytes()) } else { None };
            let a = match b.take_if(|b| fits(b)) {
                Some(b) => {
                    self.read_both(machine, [&a, &b], &mut outs, tally);
                    rooms.extend(b.data);
                    a
                }
                None => self.read_pieces(machine, &mut stretches, a, &mut outs, &mut size, tally),
            };
            rooms.extend(a.data);
            next = b.or_else(|| stretches.begin_in(rooms, size.bytes()));
        }
        workspace.outs = kept_outs;
        stretches.end()
    }

    /// Reads two stretches that are loaded completely.
    fn read_both<const KEPT: usize>(
        &mut self,
        machine: &Machine<KEPT>,
        stretches: [&Stretch; 2],
        outs: &mut Outs<'_, KEPT>,
        tally: &mut Tally,
    ) {
        let slots = self.layout.slots.len();
        let [a, b] = stretches.map(|stretch| Task {
            data: stretch.data.as_deref().unwrap_or_default(),
            bits: stretch.bits(),
            rest: Rest::None,
            blocks: stretch.count * slots,
        });
        let [out_a, out_b] = &mut outs.0;
        let reads = machine.read_both([&a, &b], [out_a, out_b]);
        for (index, (stretch, read)) in stretches.into_iter().zip(reads).enumerate() {
            let mcus = read.blocks / slots;
            self.render(outs.blocks(index, 0..mcus * slots), stretch.first, &mut [0; MAX_COMPONENTS]);
            outs.clear(index, mcus * slots..read.begun[0]);
            tally.corrupt |= read.bad;
            self.close(stretch, mcus, tally);
        }
    }

    /// Reads a stretch piece by piece, two streams at a time.
    fn read_pieces<const KEPT: usize>(
        &mut self,
        machine: &Machine<KEPT>,
        stretches: &mut Stretches<'_>,
        mut stretch: Stretch,
        outs: &mut Outs<'_, KEPT>,
        size: &mut PieceSize,
        tally: &mut Tally,
    ) -> Stretch {
        let slots = self.layout.slots.len();
        let mut stand = machine.beginning();
        let mut prediction = [0; MAX_COMPONENTS];
        let mut done = 0;
        while let (true, Some(data)) = (done < stretch.count, &stretch.data) {
            let end = stand.position + 8 * size.bytes() as u64;
            let (bits, rest) = if end < stretch.bits() { (end, Rest::Some) } else { (stretch.bits(), stretch.rest) };
            let task = Task { data, bits, rest, blocks: (stretch.count - done) * slots };
            let [out_a, out_b] = &mut outs.0;
            let read = machine.read(&task, stand, out_a, out_b);
            tally.corrupt |= read.bad;
            let mcus = self.take_over(&read, stretch.first + done, outs, &mut prediction);
            done += mcus;
            size.learn(read.position - stand.position, (mcus * slots) as u64);
            stand = outs.carry(&read, slots);
            if (rest, read.stop) == (Rest::None, Stop::AtEndOfData) {
                break;
            }
            if stretch.rest == Rest::Some {
                stretches.go_on(&mut stretch, (stand.position / 8) as usize, size.bytes());
                stand.position %= 8;
            }
        }
        outs.clear(0, 0..SPARE);
        stretches.pass(&mut stretch);
        self.close(&stretch, done, tally);
        stretch
    }

    /// Renders the whole MCUs of a piece; returns their number.
    fn take_over<const KEPT: usize>(
        &mut self,
        read: &Read,
        first: usize,
        outs: &mut Outs<'_, KEPT>,
        prediction: &mut [i16; MAX_COMPONENTS],
    ) -> usize {
        let slots = self.layout.slots.len();
        let in_first = read.blocks / slots;
        self.render(outs.blocks(0, 0..in_first * slots), first, prediction);
        let Some(meeting) = read.meeting else { return in_first };
        let in_second = read.from_second / slots;
        let blocks = outs.blocks(1, meeting..meeting + in_second * slots);
        self.render(blocks, first + in_first, prediction);
        in_first + in_second
    }

    /// Records how much of a stretch was read, and makes the rest of it grey.
    fn close(&mut self, stretch: &Stretch, mcus: usize, tally: &mut Tally) {
        stretch.account(mcus, tally);
        for mcu in stretch.first + mcus..stretch.first + stretch.count {
            for slot in &self.layout.slots {
                let (x, y) = slot.place(mcu % self.layout.across, mcu / self.layout.across);
                self.rasters[slot.part.component].grey(x, y);
            }
        }
    }

    /// Renders consecutive MCUs, one row of the image after the other.
    fn render<const KEPT: usize>(
        &mut self,
        mut mcus: Blocks<'_, KEPT>,
        first: usize,
        prediction: &mut [i16; MAX_COMPONENTS],
    ) {
        let slots = &self.layout.slots;
        add_up(mcus, slots, prediction);
        let (mut x, mut y) = (first % self.layout.across, first / self.layout.across);
        while !mcus.is_empty() {
            let here = (self.layout.across - x).min(mcus.len() / slots.len());
            let (row, rest) = std::mem::take(&mut mcus).split_at_mut(here * slots.len());
            for (index, slot) in slots.iter().enumerate() {
                let Some(weights) = &self.weights[slot.part.component] else { continue };
                let raster = &mut self.rasters[slot.part.component];
                let side = raster.scale.samples();
                let (x, y) = slot.place(x, y);
                let (scale, step) = (raster.scale, slot.step.0 * side);
                let rows = raster.rows_from(x * side, y * side);
                render(Column { mcus: row, slots: slots.len(), index, weights, scale, rows, step });
            }
            row.as_flattened_mut().fill(0);
            mcus = rest;
            (x, y) = (0, y + 1);
        }
    }
}

/// Replaces the DC differences that begin each block with values. They wrap at 16 bits, as in libjpeg.
fn add_up<const KEPT: usize>(blocks: Blocks<'_, KEPT>, slots: &[Slot], prediction: &mut [i16; MAX_COMPONENTS]) {
    for mcu in blocks.chunks_exact_mut(slots.len()) {
        for (block, slot) in mcu.iter_mut().zip(slots) {
            let prediction = &mut prediction[slot.part.component & (MAX_COMPONENTS - 1)];
            *prediction = prediction.wrapping_add(block[0]);
            block[0] = *prediction;
        }
    }
}

/// The coefficients of consecutive blocks.
type Blocks<'a, const KEPT: usize> = &'a mut [[i16; KEPT]];

/// The output of the two lanes: 0 where nothing was read yet, or where it was rendered already.
struct Outs<'a, const KEPT: usize>([&'a mut [i16]; 2]);

impl<const KEPT: usize> Outs<'_, KEPT> {
    fn blocks(&mut self, lane: usize, range: Range<usize>) -> Blocks<'_, KEPT> {
        let (blocks, _) = self.0[lane].as_chunks_mut::<KEPT>();
        &mut blocks[range]
    }

    /// Clears unused blocks and the first value after them. There a lane stores values that are never used.
    fn clear(&mut self, lane: usize, range: Range<usize>) {
        let (blocks, _) = self.0[lane].as_chunks_mut::<KEPT>();
        let end = (range.end + 1).min(blocks.len());
        blocks[range.start.min(end)..end].as_flattened_mut().fill(0);
    }

    /// Moves the blocks of an incomplete MCU to the front of the first lane. Clears all other unused ones.
    ///
    /// Returns where reading continues.
    fn carry(&mut self, read: &Read, slots: usize) -> Stand {
        let in_first = read.blocks / slots * slots;
        let (lane, start, complete) = match read.meeting {
            Some(meeting) => (1, meeting + read.from_second / slots * slots, meeting + read.from_second),
            None => (0, in_first, read.blocks),
        };
        let mut begun = [[0; KEPT]; SPARE];
        let count = read.begun[lane].saturating_sub(start).min(SPARE - 1);
        begun[..count].copy_from_slice(self.blocks(lane, start..start + count));
        self.clear(0, in_first..read.begun[0]);
        let meeting = read.meeting.unwrap_or(read.begun[1]);
        self.clear(1, 0..meeting);
        self.clear(1, meeting + read.from_second / slots * slots..read.begun[1]);
        self.blocks(0, 0..count).copy_from_slice(&begun[..count]);
        read.stand(complete - start)
    }
}

/// The amount of data in a piece, so that the blocks of its halves fit the lanes.
#[derive(Debug)]
struct PieceSize {
    capacity: usize,
    bits_per_block: u64,
}

impl PieceSize {
    fn new(capacity: usize, bits_per_block: u64) -> Self {
        Self { capacity, bits_per_block }
    }

    /// Records the bits and blocks of a piece.
    fn learn(&mut self, bits: u64, blocks: u64) {
        if let Some(here) = bits.checked_div(blocks) {
            self.bits_per_block = u64::midpoint(self.bits_per_block, here);
        }
    }

    fn bytes(&self) -> usize {
        // Five eighths of both lanes' capacity: a lane that is full before its end is reached makes the other one
        // useless.
        let bytes = self.bits_per_block.saturating_mul(self.capacity as u64 * 2 * 5 / 8) / 8;
        usize::try_from(bytes).unwrap_or(usize::MAX).clamp(*PIECE.start(), *PIECE.end())
    }
}
