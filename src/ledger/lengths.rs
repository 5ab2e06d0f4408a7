//! Thumbnails by the length of their sources.

use super::index::Held;

/// The thumbnails of the ledger, sorted by the length of their sources.
#[derive(Debug, Default)]
pub(super) struct ByLength(pub(super) Vec<Held>);

impl ByLength {
    pub(super) fn with(&self, length: u64) -> &[Held] {
        let from = self.0.partition_point(|held| held.facts.len < length);
        let to = self.0.partition_point(|held| held.facts.len <= length);
        &self.0[from..to]
    }
}
