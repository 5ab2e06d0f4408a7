//! Numbers the sources of a plan, for names with `{index}`.

use std::collections::HashSet;

use super::begin::Files;
use super::job::Found;
use super::list::Plan;

impl Plan {
    /// Assigns a number to each file. Files with a number from earlier runs keep it. The others get the next ones, in the order of the
    /// plan, and files that are no images after all images, so that they leave no gaps.
    pub(super) fn number_sources(&mut self, files: Files<'_>) {
        let mut taken = HashSet::new();
        let mut images = Vec::new();
        let mut others = Vec::new();
        for index in 0..self.jobs.len() {
            let job = &self.jobs[index];
            let Found::File(_) = job.found else { continue };
            let (root, below_root) = self.below_root(job);
            match (files.earlier_number)(root, &below_root) {
                // Runs at the same time may have given a number twice.
                Some(number) if taken.insert(number) => self.jobs[index].number = number,
                _ if (files.format)(&self.source(job)).is_some() => images.push(index),
                _ => others.push(index),
            }
        }
        let numbers = files.last_number.saturating_add(1)..=u32::MAX;
        for (index, number) in images.into_iter().chain(others).zip(numbers) {
            self.jobs[index].number = number;
        }
    }
}
