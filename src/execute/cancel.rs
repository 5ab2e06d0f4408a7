//! The wish to stop, set from a signal handler or another thread, and asked before each job.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// A switch that goes on once and is shared by its clones.
#[derive(Debug, Clone, Default)]
pub struct Cancel(Arc<AtomicBool>);

impl Cancel {
    /// Asks the run to stop: files under way are finished, no other is begun.
    ///
    /// Returns whether it was asked before.
    #[expect(clippy::must_use_candidate, reason = "who asks only once need not know")]
    pub fn set(&self) -> bool {
        self.0.swap(true, Ordering::Relaxed)
    }

    /// Whether the run was asked to stop.
    #[must_use]
    pub fn is_set(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}
