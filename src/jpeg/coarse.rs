//! Sequential scans at 1/8, 1/4 and 1/2. In: a scan's stretches. Out: samples in the rasters. The reading is done by
//! `lanes`, two streams at a time; here differences become values (T.81, F.2.1.3.1), and those become samples.

use super::damage::Tally;
use super::idct::{self, Weights};
use super::lanes::{NOTED, Read, Task};
use super::machine::{Machine, place};
use super::plane::{LEVEL, Raster};
use super::scan::{Layout, Slot, Stretch, Stretches};
use super::tables::Codes;
use super::{MAX_COMPONENTS, Scale, Workspace};

/// Decodes a sequential scan none of whose components is at full scale.
#[derive(Debug)]
pub(crate) struct Coarse<'a, 's> {
    pub(crate) layout: &'a Layout,
    pub(crate) weights: &'a [Option<Weights>; MAX_COMPONENTS],
    pub(crate) rasters: &'a mut [Raster<'s>],
}

impl Coarse<'_, '_> {
    /// Returns where the scan ends; `None` if a table is missing.
    pub(crate) fn run(
        &mut self,
        stretches: Stretches<'_>,
        codes: &Codes,
        scales: &[Scale; MAX_COMPONENTS],
        workspace: &mut Workspace,
        tally: &mut Tally,
    ) -> Option<usize> {
        let finest = self.layout.slots.iter().map(|s| scales[s.part.component]).min()?;
        match finest {
            Scale::Eighth => self.read(stretches, &Machine::<1>::new(self.layout, codes, scales)?, workspace, tally),
            Scale::Quarter => self.read(stretches, &Machine::<4>::new(self.layout, codes, scales)?, workspace, tally),
            _ => self.read(stretches, &Machine::<16>::new(self.layout, codes, scales)?, workspace, tally),
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
        // The second stream may read so many MCUs that are none before it falls into step.
        let longest = (stretches.longest() + NOTED) * self.layout.slots.len() * KEPT;
        let Workspace { rooms, outs, .. } = workspace;
        for out in outs.iter_mut().filter(|out| out.len() < longest) {
            // Fresh memory comes cleared and is not there until it is used; growing would copy.
            *out = Vec::new();
            *out = vec![0; longest];
        }
        while let Some(a) = stretches.next(std::mem::take(&mut rooms[0])) {
            let b = stretches.next(std::mem::take(&mut rooms[1]));
            if KEPT > 1 {
                outs.iter_mut().flat_map(|out| out.iter_mut().take(KEPT)).for_each(|value| *value = 0);
            }
            let [out_a, out_b] = &mut *outs;
            let reads = match (self.task(&a), b.as_ref().and_then(|b| self.task(b))) {
                (Some(task_a), Some(task_b)) => machine.read_both([&task_a, &task_b], [out_a, out_b]).map(Some),
                (Some(task), None) => [Some(machine.read(&task, out_a, out_b)), None],
                (None, Some(task)) => [None, Some(machine.read(&task, out_b, out_a))],
                (None, None) => [None, None],
            };
            let [out_a, out_b] = &mut *outs;
            self.take_over::<KEPT>(&a, reads[0], [out_a, out_b], tally);
            if let Some(b) = &b {
                self.take_over::<KEPT>(b, reads[1], [out_b, out_a], tally);
            }
            rooms[0] = a.data.unwrap_or_default();
            rooms[1] = b.and_then(|b| b.data).unwrap_or_default();
        }
        stretches.end()
    }

    fn task<'a>(&self, stretch: &'a Stretch) -> Option<Task<'a>> {
        let blocks = stretch.count * self.layout.slots.len();
        Some(Task { data: stretch.data.as_ref()?, bits: stretch.bits(), blocks })
    }

    /// Makes samples of a stretch's whole MCUs, and grey of the others.
    fn take_over<const KEPT: usize>(
        &mut self,
        stretch: &Stretch,
        read: Option<Read>,
        outs: [&mut [i16]; 2],
        tally: &mut Tally,
    ) {
        let slots = self.layout.slots.len();
        let size = slots * KEPT;
        let first = read.map_or(0, |read| read.blocks / slots);
        let skipped = read.map_or(0, |read| read.meeting / slots);
        let stored = (outs[1].len() / size).saturating_sub(skipped);
        let second = read.map_or(0, |read| read.from_second / slots).min(stretch.count - first).min(stored);
        let mcus = first + second;
        tally.corrupt |= read.is_some_and(|read| read.bad);
        stretch.account(mcus, tally);
        let [own, other] = outs;
        let mut prediction = [0; MAX_COMPONENTS];
        self.render::<KEPT>(&mut own[..first * size], stretch.first, &mut prediction);
        if second > 0 {
            self.render::<KEPT>(&mut other[skipped * size..][..second * size], stretch.first + first, &mut prediction);
        }
        for mcu in stretch.first + mcus..stretch.first + stretch.count {
            for slot in &self.layout.slots {
                let (x, y) = slot.place(mcu % self.layout.across, mcu / self.layout.across);
                self.rasters[slot.part.component].grey(x, y);
            }
        }
    }

    /// Makes samples of consecutive MCUs, row by row of the picture.
    fn render<const KEPT: usize>(
        &mut self,
        mut mcus: &mut [i16],
        first: usize,
        prediction: &mut [i16; MAX_COMPONENTS],
    ) {
        let size = self.layout.slots.len() * KEPT;
        add_up(mcus, &self.layout.slots, KEPT, prediction);
        let (mut x, mut y) = (first % self.layout.across, first / self.layout.across);
        while !mcus.is_empty() {
            let here = (self.layout.across - x).min(mcus.len() / size);
            let (row, rest) = std::mem::take(&mut mcus).split_at_mut(here * size);
            self.render_row::<KEPT>(row, x, y);
            mcus = rest;
            (x, y) = (0, y + 1);
        }
    }

    /// Makes samples of MCUs that lie side by side, one block of the MCU after the other: what differs from block to block
    /// is looked up once a row.
    fn render_row<const KEPT: usize>(&mut self, mcus: &[i16], x: usize, y: usize) {
        let size = self.layout.slots.len() * KEPT;
        for (index, slot) in self.layout.slots.iter().enumerate() {
            let Some(weights) = &self.weights[slot.part.component] else { continue };
            let factor = &weights.factor;
            let raster = &mut self.rasters[slot.part.component];
            let blocks = mcus.chunks_exact(size).filter_map(|mcu| mcu[index * KEPT..].first_chunk::<KEPT>());
            let (x, y) = slot.place(x, y);
            match raster.scale {
                Scale::Half | Scale::ThreeEighths if KEPT == 16 => {
                    let factors = weights.in_rows_of_four();
                    for (i, values) in blocks.enumerate() {
                        let mut c = [0.0; 64];
                        for ((c, &value), factor) in c.iter_mut().zip(values).zip(&factors) {
                            *c = f32::from(value) * factor;
                        }
                        raster.put_weighted(x + i * slot.step.0, y, &c);
                    }
                }
                Scale::Quarter if KEPT > 1 => {
                    // Zigzag indices 1, 2 and 4 are the coefficients (1, 0), (0, 1) and (1, 1).
                    let places = [0, 1, 2, 4].map(place::<KEPT>);
                    let factors = [0, 1, 2, 4].map(|k| factor[k]);
                    let [upper, lower] = raster.rows_from(2 * x, 2 * y);
                    let pairs = upper.chunks_mut(2 * slot.step.0).zip(lower.chunks_mut(2 * slot.step.0));
                    for ((upper, lower), values) in pairs.zip(blocks) {
                        let mut c = [0.0; 4];
                        for i in 0..4 {
                            c[i] = f32::from(values[places[i]]) * factors[i];
                        }
                        c[0] += LEVEL;
                        let [above, below] = idct::quarter(c);
                        if let ([a, b, ..], [c, d, ..]) = (upper, lower) {
                            [*a, *b] = above;
                            [*c, *d] = below;
                        }
                    }
                }
                _ => {
                    let [row, _] = raster.rows_from(x, y);
                    for (sample, values) in row.iter_mut().step_by(slot.step.0).zip(blocks) {
                        *sample = f32::from(values[0]) * factor[0] + LEVEL;
                    }
                }
            }
        }
    }
}

/// Makes DC values of the differences that stand first in each block. They wrap at 16 bits, as libjpeg's coefficients do.
fn add_up(mcus: &mut [i16], slots: &[Slot], kept: usize, prediction: &mut [i16; MAX_COMPONENTS]) {
    for mcu in mcus.chunks_exact_mut(slots.len() * kept) {
        for (block, slot) in mcu.chunks_exact_mut(kept).zip(slots) {
            let prediction = &mut prediction[slot.part.component & (MAX_COMPONENTS - 1)];
            *prediction = prediction.wrapping_add(block[0]);
            block[0] = *prediction;
        }
    }
}
