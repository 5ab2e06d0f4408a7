//! Counts jobs while the walk still runs, so that work starts before its end. `loom/` tries every interleaving of two
//! threads that take jobs and one that grows and closes the queue.

use std::ops::Range;
use std::sync::PoisonError;

#[cfg(loom)]
use loom::sync::{Condvar, Mutex};
#[cfg(not(loom))]
use std::sync::{Condvar, Mutex};

/// A number of jobs that grows until it is closed.
#[derive(Debug, Default)]
pub struct Queue {
    known: Mutex<Known>,
    grown: Condvar,
}

#[derive(Debug, Clone, Copy, Default)]
struct Known {
    jobs: usize,
    taken: usize,
    is_closed: bool,
}

impl Queue {
    /// Creates a closed queue of this many jobs.
    #[must_use]
    pub fn of(jobs: usize) -> Self {
        let queue = Self::default();
        queue.grow_to(jobs);
        queue.close();
        queue
    }

    /// Raises the number of jobs to `jobs`. A closed queue stays as it is.
    pub fn grow_to(&self, jobs: usize) {
        self.change(|known| {
            if !known.is_closed {
                known.jobs = known.jobs.max(jobs);
            }
        });
    }

    /// Closes the queue: no more jobs come.
    pub fn close(&self) {
        self.change(|known| known.is_closed = true);
    }

    /// Returns whether the queue is closed.
    #[must_use]
    pub fn is_closed(&self) -> bool {
        self.look().is_closed
    }

    /// Returns the number of jobs known so far.
    #[must_use]
    pub fn jobs(&self) -> usize {
        self.look().jobs
    }

    /// Returns whether `done` jobs are all that will ever come.
    pub(super) fn ends_with(&self, done: usize) -> bool {
        let known = self.look();
        known.is_closed && known.jobs <= done
    }

    /// Takes up to `most` jobs and waits until there are some. The range is empty at the end of the queue.
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
        let queue = Queue::default();
        std::thread::scope(|scope| {
            let taker = scope.spawn(|| {
                let mut taken = Vec::new();
                loop {
                    let range = queue.take(3);
                    if range.is_empty() {
                        return taken;
                    }
                    taken.extend(range);
                }
            });
            for jobs in [4, 5, 5, 11] {
                queue.grow_to(jobs);
                std::thread::yield_now();
            }
            assert!(!queue.ends_with(11));
            queue.close();
            queue.grow_to(20);
            assert_eq!(taker.join().unwrap(), (0..11).collect::<Vec<_>>());
        });
        assert!(queue.ends_with(11) && !queue.ends_with(10));
    }
}
