//! Results in any order → results in the order of the jobs.

use std::collections::BTreeMap;

/// Holds back what came early.
#[derive(Debug)]
pub(super) struct Delivery<T> {
    next: usize,
    early: BTreeMap<usize, T>,
}

impl<T> Default for Delivery<T> {
    fn default() -> Self {
        Self { next: 0, early: BTreeMap::new() }
    }
}

impl<T> Delivery<T> {
    /// How many were passed on.
    pub(super) const fn delivered(&self) -> usize {
        self.next
    }

    /// Takes the result of job `index`, and passes on all that now have none missing before them.
    pub(super) fn put(&mut self, index: usize, result: T, mut pass_on: impl FnMut(usize, T)) {
        self.early.insert(index, result);
        while let Some(result) = self.early.remove(&self.next) {
            pass_on(self.next, result);
            self.next += 1;
        }
    }
}
