//! Tells the options that were typed from those that have their defaults.

use std::collections::BTreeSet;

/// The ids of the options that were typed; the others have their defaults.
#[derive(Debug, Clone, Default)]
pub(super) struct Typed(BTreeSet<String>);

impl Typed {
    pub(super) const fn new(ids: BTreeSet<String>) -> Self {
        Self(ids)
    }

    /// Returns whether an option was typed.
    pub(super) fn has(&self, id: &str) -> bool {
        self.0.contains(id)
    }
}
