//! How many jobs there are, while they still come: work begins with the first of them before the last is known.
//! `loom/` tries every interleaving of two that take and one that grows and closes.

use std::ops::Range;
use std::sync::PoisonError;

#[cfg(loom)]
use loom::sync::{Condvar, Mutex};
#[cfg(not(loom))]
use std::sync::{Condvar, Mutex};

/// A number of jobs that grows until it is closed.
#[derive(Debug, Default)]
pub struct Supply {
    known: Mutex<Known>,
    grown: Condvar,
}

#[derive(Debug, Clone, Copy, Default)]
struct Known {
    jobs: usize,
    taken: usize,
    is_closed: bool,
}

impl Supply {
    /// So many jobs, and no more to come.
    #[must_use]
    pub fn of(jobs: usize) -> Self {
        let supply = Self::default();
        supply.grow_to(jobs);
        supply.close();
        supply
    }

    /// There are `jobs` of them now. Where it was closed, nothing changes.
    pub fn grow_to(&self, jobs: usize) {
        self.change(|known| {
            if !known.is_closed {
                known.jobs = known.jobs.max(jobs);
            }
        });
    }

    /// There will be no more.
    pub fn close(&self) {
        self.change(|known| known.is_closed = true);
    }

    /// Whether there will be no more.
    #[must_use]
    pub fn is_closed(&self) -> bool {
        self.look().is_closed
    }

    /// How many there are, as far as is known.
    #[must_use]
    pub fn jobs(&self) -> usize {
        self.look().jobs
    }

    /// Whether `done` are all there will be.
    pub(super) fn ends_with(&self, done: usize) -> bool {
        let known = self.look();
        known.is_closed && known.jobs <= done
    }

    /// Up to `most` jobs that were not taken yet: waits for them, and has none where there are no more to come.
    pub(super) fn take(&self, most: usize) -> Range<usize> {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        while known.taken == known.jobs && !known.is_closed {
            known = self.grown.wait(known).unwrap_or_else(PoisonError::into_inner);
        }
        let first = known.taken;
        known.taken = known.jobs.min(first + most);
        first..known.taken
    }

    fn look(&self) -> Known {
        *self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn change(&self, change: impl FnOnce(&mut Known)) {
        change(&mut self.known.lock().unwrap_or_else(PoisonError::into_inner));
        self.grown.notify_all();
    }
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;

    #[test]
    fn jobs_that_come_late_are_taken_by_who_waits_for_them() {
        let supply = Supply::default();
        std::thread::scope(|scope| {
            let taker = scope.spawn(|| {
                let mut taken = Vec::new();
                loop {
                    let range = supply.take(3);
                    if range.is_empty() {
                        return taken;
                    }
                    taken.extend(range);
                }
            });
            for jobs in [4, 5, 5, 11] {
                supply.grow_to(jobs);
                std::thread::yield_now();
            }
            assert!(!supply.ends_with(11));
            supply.close();
            supply.grow_to(20);
            assert_eq!(taker.join().unwrap(), (0..11).collect::<Vec<_>>());
        });
        assert!(supply.ends_with(11) && !supply.ends_with(10));
    }
}
