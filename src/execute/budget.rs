//! Shares a memory budget in bytes among the files under way. Permits return their bytes when they are dropped. Each
//! file asks for its estimated need and gets a permit or the reason for a refusal.
//!
//! **Order.** A request that fits is granted at once, even past others that wait for more: small images flow past a
//! giant. But at most [`PASSES`] others pass the request that has waited longest. After that nothing is admitted before
//! it, so it gets its turn once the files under way are done. A request larger than the whole budget gets it alone, if
//! the machine has that much memory.
//!
//! **No deadlock.** A worker holds at most one permit, asks for it while it holds none, and does nothing with it that
//! waits for another worker. So every permit comes back, and with none out the first in the queue is always granted.
//! `loom/` tries every interleaving of a few threads.

use std::collections::VecDeque;
use std::sync::PoisonError;

#[cfg(loom)]
use loom::sync::{Arc, Condvar, Mutex, MutexGuard};
#[cfg(not(loom))]
use std::sync::{Arc, Condvar, Mutex, MutexGuard};

/// The most requests that pass the one that has waited longest. With fewer, workers stand idle while the memory that a
/// giant waits for is collected; with more, it waits longer. For 2 to 16 workers it is a few rounds of each.
pub const PASSES: u32 = 32;

/// A number of bytes, the part in use, and the requests that wait.
#[derive(Debug)]
pub struct Budget {
    limit: u64,
    /// The limit for one file by itself, at least `limit`.
    alone: u64,
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct State {
    used: u64,
    /// The requests that wait, the longest waiting first.
    queue: VecDeque<Waiter>,
    next_number: u64,
    is_closed: bool,
}

#[derive(Debug)]
struct Waiter {
    number: u64,
    /// The number of requests admitted past this one while it was the first.
    passed: u32,
}

/// The reason for a refusal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refused {
    /// More than the limit for one file by itself, in bytes.
    TooMuch(u64),
    /// A closed budget.
    Closed,
}

/// Bytes of a budget, given back on drop.
#[derive(Debug)]
#[must_use]
pub struct Permit {
    budget: Arc<Budget>,
    bytes: u64,
}

impl Budget {
    /// Creates a budget of `limit` bytes. A single file may exceed it up to `alone` bytes while it is the only one.
    #[must_use]
    pub fn new(limit: u64, alone: u64) -> Arc<Self> {
        let state = Mutex::new(State::default());
        Arc::new(Self { limit, alone: alone.max(limit), state, changed: Condvar::new() })
    }

    /// Waits for `bytes` of the budget. The caller must hold no other permit.
    ///
    /// It is no method, because `loom`'s `Arc` can't be the type of `self`.
    ///
    /// # Errors
    /// The request is larger than the limit for one file, or the budget was closed.
    pub fn acquire(budget: &Arc<Self>, bytes: u64) -> Result<Permit, Refused> {
        if bytes > budget.alone {
            return Err(Refused::TooMuch(budget.alone));
        }
        let mut state = budget.lock();
        let number = state.next_number;
        state.next_number += 1;
        state.queue.push_back(Waiter { number, passed: 0 });
        loop {
            if state.is_closed {
                state.leave(number);
                return Err(Refused::Closed);
            }
            if state.may_enter(number, bytes, budget.limit) {
                state.leave(number);
                state.used += bytes;
                // The next request may fit, too, or be the first now.
                budget.tell(&state);
                drop(state);
                return Ok(Permit { budget: Arc::clone(budget), bytes });
            }
            state = budget.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// Refuses all waiting and later requests. Permits that are out stay valid.
    pub fn close(&self) {
        self.lock().is_closed = true;
        self.changed.notify_all();
    }

    /// Returns the number of bytes that are out.
    #[cfg(any(test, loom))]
    #[must_use]
    pub fn used(&self) -> u64 {
        self.lock().used
    }

    /// Returns the number of requests that wait.
    #[cfg(any(test, loom))]
    #[must_use]
    pub fn waiting(&self) -> usize {
        self.lock().queue.len()
    }

    /// Wakes the waiting threads. With none, it saves the system call.
    fn tell(&self, state: &State) {
        if !state.queue.is_empty() {
            self.changed.notify_all();
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// Returns whether a request is granted now. It is counted if it passes the first one.
    fn may_enter(&mut self, number: u64, bytes: u64, limit: u64) -> bool {
        let fits = self.used == 0 || self.used.checked_add(bytes).is_some_and(|sum| sum <= limit);
        match self.queue.front_mut() {
            Some(first) if first.number != number => {
                let may_pass = fits && first.passed < PASSES;
                first.passed += u32::from(may_pass);
                may_pass
            }
            _ => fits,
        }
    }

    fn leave(&mut self, number: u64) {
        self.queue.retain(|waiter| waiter.number != number);
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        let mut state = self.budget.lock();
        state.used -= self.bytes;
        self.budget.tell(&state);
    }
}

#[cfg(all(test, not(loom)))]
mod tests;
