//! Sequential scans at 1/8, 1/4 and 1/2. In: a scan's stretches. Out: samples in the rasters. The reading is done by
//! `lanes`, two streams at a time; here differences become values (T.81, F.2.1.3.1), and those become samples.

use super::damage::Tally;
use super::idct::{self, Weights};
use super::lanes::{Read, Task};
use super::machine::{Machine, place};
use super::plane::Raster;
use super::scan::{Layout, Stretch, Stretches};
use super::tables::Codes;
use super::{MAX_COMPONENTS, Scale, Workspace};

/// Decodes a sequential scan none of whose components is at full scale.
#[derive(Debug)]
pub(crate) struct Coarse<'a> {
    pub(crate) layout: &'a Layout,
    pub(crate) weights: &'a [Option<Weights>; MAX_COMPONENTS],
    pub(crate) rasters: &'a mut [Raster],
}

impl Coarse<'_> {
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
        let longest = stretches.longest() * self.layout.slots.len() * KEPT;
        let Workspace { rooms, outs, .. } = workspace;
        outs.iter_mut().for_each(|out| out.resize(longest, 0));
        while let Some(a) = stretches.next(std::mem::take(&mut rooms[0])) {
            let b = stretches.next(std::mem::take(&mut rooms[1]));
            if KEPT > 1 {
                outs.iter_mut().for_each(|out| out.fill(0));
            }
            let [out_a, out_b] = &mut *outs;
            let reads = match (self.task(&a), b.as_ref().and_then(|b| self.task(b))) {
                (Some(task_a), Some(task_b)) => machine.read_both([&task_a, &task_b], [out_a, out_b]).map(Some),
                (Some(task), None) => [Some(machine.read(&task, out_a, out_b)), None],
                (None, Some(task)) => [None, Some(machine.read(&task, out_b, out_a))],
                (None, None) => [None, None],
            };
            let [out_a, out_b] = &*outs;
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
        outs: [&[i16]; 2],
        tally: &mut Tally,
    ) {
        let slots = self.layout.slots.len();
        let size = slots * KEPT;
        let first = read.map_or(0, |read| read.blocks / slots);
        let second = read.map_or(0, |read| read.from_second / slots).min(stretch.count - first);
        let skipped = read.map_or(0, |read| read.meeting / slots);
        let mcus = first + second;
        tally.corrupt |= read.is_some_and(|read| read.bad);
        stretch.account(mcus, tally);
        let rows = self.weights.each_ref().map(|w| w.as_ref().map_or([0.0; 16], Weights::in_rows_of_four));
        let mut prediction = [0_i32; MAX_COMPONENTS];
        let (mut x, mut y) = (stretch.first % self.layout.across, stretch.first / self.layout.across);
        let following = outs[1].chunks_exact(size).skip(skipped).take(second);
        for mcu in outs[0].chunks_exact(size).take(first).chain(following) {
            for (slot, values) in self.layout.slots.iter().zip(mcu.chunks_exact(KEPT)) {
                let component = slot.part.component & (MAX_COMPONENTS - 1);
                prediction[component] = prediction[component].wrapping_add(values[0].into());
                let Some(Weights { factor, .. }) = &self.weights[component] else { continue };
                let raster = &mut self.rasters[component];
                let (bx, by) = slot.place(x, y);
                let dc = prediction[component] as f32 * factor[0];
                match raster.scale {
                    Scale::Half if KEPT == 16 => {
                        let mut c = [0.0; 64];
                        for ((c, &value), factor) in c.iter_mut().zip(values).zip(&rows[component]) {
                            *c = f32::from(value) * factor;
                        }
                        c[0] = dc;
                        raster.put(bx, by, &idct::half(&c));
                    }
                    Scale::Quarter if KEPT > 1 => {
                        // Zigzag indices 1, 2 and 4 are the coefficients (1, 0), (0, 1) and (1, 1).
                        let ac = |k: u32| f32::from(values[place::<KEPT>(k)]) * factor[k as usize];
                        raster.put(bx, by, &idct::quarter([dc, ac(1), ac(2), ac(4)]));
                    }
                    _ => raster.put_one(bx, by, dc),
                }
            }
            x += 1;
            if x == self.layout.across {
                (x, y) = (0, y + 1);
            }
        }
        for mcu in stretch.first + mcus..stretch.first + stretch.count {
            for slot in &self.layout.slots {
                let (x, y) = slot.place(mcu % self.layout.across, mcu / self.layout.across);
                self.rasters[slot.part.component].grey(x, y);
            }
        }
    }
}
