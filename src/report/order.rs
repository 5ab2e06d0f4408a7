//! Restores the order of the plan for items that arrive in any order.

use std::collections::BTreeMap;

/// A queue that holds back the items that arrived early.
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
    /// Adds the item with this index.
    pub(super) fn put(&mut self, index: usize, item: T) {
        self.early.insert(index, item);
    }

    /// Returns the next item, if it has arrived.
    pub(super) fn next(&mut self) -> Option<T> {
        let item = self.early.remove(&self.next)?;
        self.next += 1;
        Some(item)
    }

    /// Returns the remaining items in order. There are some if the run lost an item, or if a library user drives the
    /// report.
    pub(super) fn rest(&mut self) -> impl Iterator<Item = T> + use<T> {
        std::mem::take(&mut self.early).into_values()
    }
}
