//! Memory in bytes that the files under way share. In: what a file is expected to need. Out: a permit that frees itself,
//! sooner or later, or the reason why there will be none.
//!
//! **Who goes first.** A request that fits into what is free is granted at once, even past others that wait for more:
//! small pictures flow past a giant. But the one that has waited longest is passed by [`PASSES`] others at the most; after
//! that nobody is let in before it, so that it gets its turn as soon as those under way are done. One that is larger than the
//! whole budget gets it alone, if the machine has so much.
//!
//! **No deadlock.** A worker holds at most one permit, asks for it while it holds none, and does nothing with it that waits
//! for another worker: so every permit comes back, and with none out the first in the queue is always granted.
//! `loom/` tries every interleaving of a few threads.

use std::collections::VecDeque;
use std::sync::PoisonError;

#[cfg(loom)]
use loom::sync::{Arc, Condvar, Mutex, MutexGuard};
#[cfg(not(loom))]
use std::sync::{Arc, Condvar, Mutex, MutexGuard};

/// How many may pass the one that has waited longest. With fewer, workers stand idle while the memory that a giant waits
/// for is collected; with more, it waits longer. Beside 2 to 16 workers it is a few rounds of each.
pub const PASSES: u32 = 32;

/// A number of bytes, and who has them.
#[derive(Debug)]
pub struct Budget {
    limit: u64,
    /// What one file may have by itself, where that is more than `limit`.
    alone: u64,
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct State {
    used: u64,
    /// Those who wait, the longest waiting first.
    queue: VecDeque<Waiter>,
    next_number: u64,
    is_closed: bool,
}

#[derive(Debug)]
struct Waiter {
    number: u64,
    /// How many were let in past it while it was the first.
    passed: u32,
}

/// Why there will be no permit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refused {
    /// More than one file can have by itself: so many bytes.
    TooMuch(u64),
    /// The budget was closed.
    Closed,
}

/// Bytes of a budget, which has them back when this is dropped.
#[derive(Debug)]
#[must_use]
pub struct Permit {
    budget: Arc<Budget>,
    bytes: u64,
}

impl Budget {
    /// `limit` bytes to share, of which a single file may exceed the sum up to `alone` bytes while it is the only one.
    #[must_use]
    pub fn new(limit: u64, alone: u64) -> Arc<Self> {
        let state = Mutex::new(State::default());
        Arc::new(Self { limit, alone: alone.max(limit), state, changed: Condvar::new() })
    }

    /// Waits for `bytes` of the budget. The caller must hold no other permit.
    ///
    /// No method, because `loom`'s `Arc` can't be the type of `self`.
    ///
    /// # Errors
    /// There will never be so much, or the budget was closed.
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
                // Who comes after this one may fit, too, or be the first now.
                budget.tell(&state);
                drop(state);
                return Ok(Permit { budget: Arc::clone(budget), bytes });
            }
            state = budget.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// Refuses everyone who waits and whoever comes. Permits that are out stay good.
    pub fn close(&self) {
        self.lock().is_closed = true;
        self.changed.notify_all();
    }

    /// Bytes that are out.
    #[must_use]
    pub fn used(&self) -> u64 {
        self.lock().used
    }

    /// How many wait.
    #[must_use]
    pub fn waiting(&self) -> usize {
        self.lock().queue.len()
    }

    /// Wakes those who wait; where nobody does, that would be a system call for nothing.
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
    /// Whether it is this one's turn; being let in past the first is counted.
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
