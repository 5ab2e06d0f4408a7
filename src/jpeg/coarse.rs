//! Sequential scans at 1/8 and 1/4. In: a scan's stretches. Out: samples in the rasters. The reading is done by
//! `lanes`, two streams at a time; here differences become values (T.81, F.2.1.3.1), and those become samples.

use super::damage::Tally;
use super::idct::{self, Weights};
use super::lanes::{Read, Task};
use super::machine::Machine;
use super::plane::Raster;
use super::scan::{Layout, Stretch, Stretches};
use super::tables::Codes;
use super::{MAX_COMPONENTS, Scale};

/// What a block takes if a component is at 1/4: the DC difference, the first four AC coefficients, and room that nobody reads.
const AT_QUARTER: usize = 8;

/// Decodes a sequential scan whose components are at 1/8 or 1/4.
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
        tally: &mut Tally,
    ) -> Option<usize> {
        if self.layout.slots.iter().all(|s| scales[s.part.component] == Scale::Eighth) {
            Some(self.read(stretches, &Machine::<1>::new(self.layout, codes, scales)?, tally))
        } else {
            Some(self.read(stretches, &Machine::<AT_QUARTER>::new(self.layout, codes, scales)?, tally))
        }
    }

    fn read<const KEPT: usize>(
        &mut self,
        mut stretches: Stretches<'_>,
        machine: &Machine<KEPT>,
        tally: &mut Tally,
    ) -> usize {
        let longest = stretches.longest() * self.layout.slots.len() * KEPT;
        let mut outs = [vec![0; longest], vec![0; longest]];
        let mut rooms = [Vec::new(), Vec::new()];
        while let Some(a) = stretches.next(std::mem::take(&mut rooms[0])) {
            let b = stretches.next(std::mem::take(&mut rooms[1]));
            if KEPT > 1 && a.first > 0 {
                outs.iter_mut().for_each(|out| out.fill(0));
            }
            let [out_a, out_b] = &mut outs;
            let reads = match (self.task(&a), b.as_ref().and_then(|b| self.task(b))) {
                (Some(task_a), Some(task_b)) => machine.read_both([&task_a, &task_b], [out_a, out_b]).map(Some),
                (Some(task), None) => [Some(machine.read(&task, out_a, out_b)), None],
                (None, Some(task)) => [None, Some(machine.read(&task, out_b, out_a))],
                (None, None) => [None, None],
            };
            for ((stretch, read), out) in [Some(&a), b.as_ref()].into_iter().zip(reads).zip(&outs) {
                if let Some(stretch) = stretch {
                    self.take_over::<KEPT>(stretch, read, out, tally);
                }
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
    fn take_over<const KEPT: usize>(&mut self, stretch: &Stretch, read: Option<Read>, out: &[i16], tally: &mut Tally) {
        let slots = self.layout.slots.len();
        let mcus = read.map_or(0, |read| read.blocks / slots);
        tally.corrupt |= read.is_some_and(|read| read.bad);
        stretch.account(mcus, tally);
        let mut prediction = [0_i32; MAX_COMPONENTS];
        let (mut x, mut y) = (stretch.first % self.layout.across, stretch.first / self.layout.across);
        for mcu in out.chunks_exact(slots * KEPT).take(mcus) {
            for (slot, values) in self.layout.slots.iter().zip(mcu.chunks_exact(KEPT)) {
                let component = slot.part.component & (MAX_COMPONENTS - 1);
                prediction[component] = prediction[component].wrapping_add(values[0].into());
                let Some(Weights { factor, .. }) = &self.weights[component] else { continue };
                let raster = &mut self.rasters[component];
                let (bx, by) = slot.place(x, y);
                let dc = prediction[component] as f32 * factor[0];
                if KEPT == 1 || raster.scale == Scale::Eighth {
                    raster.put_one(bx, by, dc);
                } else {
                    // Zigzag indices 1, 2 and 4 are the coefficients (1, 0), (0, 1) and (1, 1).
                    let ac = |k: usize| f32::from(values[k]) * factor[k];
                    raster.put(bx, by, &idct::quarter([dc, ac(1), ac(2), ac(4)]));
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
