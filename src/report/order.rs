//! Puts what comes in any order back into that of the plan.

use std::collections::BTreeMap;

/// Holds back what came early.
#[derive(Debug)]
pub(super) struct InOrder<T> {
    next: usize,
    early: BTreeMap<usize, T>,
}

impl<T> Default for InOrder<T> {
    fn default() -> Self {
        Self { next: 0, early: BTreeMap::new() }
    }
}

impl<T> InOrder<T> {
    /// Takes in the item of this index.
    pub(super) fn put(&mut self, index: usize, item: T) {
        self.early.insert(index, item);
    }

    /// Returns the next item, if it has come.
    pub(super) fn next(&mut self) -> Option<T> {
        let item = self.early.remove(&self.next)?;
        self.next += 1;
        Some(item)
    }

    /// Returns what is left, in order: of a run that lost an item, or that a library user drives.
    pub(super) fn rest(&mut self) -> impl Iterator<Item = T> + use<T> {
        std::mem::take(&mut self.early).into_values()
    }
}
