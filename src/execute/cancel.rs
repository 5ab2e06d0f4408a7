//! Passes a request to stop to the workers. It comes from a signal handler or another thread, and is checked before
//! each job.

use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError, Weak};

/// A switch that turns on once and is shared by its clones.
#[derive(Clone, Default)]
pub struct Cancel(Arc<Switch>);

#[derive(Default)]
struct Switch {
    is_on: AtomicBool,
    listeners: Mutex<Vec<Weak<Listener>>>,
}

/// A callback for the moment the switch turns on.
pub type Listener = dyn Fn() + Send + Sync;

impl Cancel {
    /// Asks the run to stop: files under way are finished, no other is started.
    ///
    /// Returns whether it was asked before.
    pub fn set(&self) -> bool {
        let was_on = self.0.is_on.swap(true, Ordering::SeqCst);
        let listeners = std::mem::take(&mut *self.listeners());
        listeners.iter().filter_map(Weak::upgrade).for_each(|listener| listener());
        was_on
    }

    /// Returns whether the run was asked to stop.
    #[must_use]
    pub fn is_set(&self) -> bool {
        self.0.is_on.load(Ordering::SeqCst)
    }

    /// Registers `listener` for one call when the run is asked to stop. It is called now if that has happened. Only a
    /// weak reference is kept.
    pub fn on_set(&self, listener: &Arc<Listener>) {
        self.listeners().push(Arc::downgrade(listener));
        if self.is_set() {
            listener();
        }
    }

    fn listeners(&self) -> std::sync::MutexGuard<'_, Vec<Weak<Listener>>> {
        self.0.listeners.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Cancel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Cancel").field(&self.is_set()).finish()
    }
}
