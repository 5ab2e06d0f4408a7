//! Tells the options that were typed from those that have their defaults.

use std::collections::BTreeSet;

/// The ids of the options that were typed, and of those that have a default from a file or the environment.
#[derive(Debug, Clone, Default)]
pub(super) struct Typed {
    typed: BTreeSet<String>,
    set: BTreeSet<String>,
}

impl Typed {
    pub(super) const fn new(typed: BTreeSet<String>, set: BTreeSet<String>) -> Self {
        Self { typed, set }
    }

    /// Returns the same without defaults.
    pub(super) fn without_defaults(&self) -> Self {
        Self { typed: self.typed.clone(), set: BTreeSet::new() }
    }

    /// Returns whether an option was typed, or has a default from a file or the environment.
    pub(super) fn has(&self, id: &str) -> bool {
        self.is_typed(id) || self.set.contains(id)
    }

    /// Returns whether an option was typed.
    pub(super) fn is_typed(&self, id: &str) -> bool {
        self.typed.contains(id)
    }
}
