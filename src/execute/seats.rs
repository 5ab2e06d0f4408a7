//! Lets more workers wait for a network than there are cores to work on.
//!
//! A run over objects has several dozen workers, most of which wait for answers. Only those with a seat work, and there are as many seats
//! as workers were asked for. A worker leaves its seat for as long as it waits.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, OnceLock, PoisonError};

/// A number of seats that workers share.
#[derive(Debug)]
pub struct Seats {
    free: Mutex<usize>,
    left: Condvar,
}

impl Seats {
    /// Creates this many free seats.
    #[must_use]
    pub fn new(seats: usize) -> Arc<Self> {
        Arc::new(Self { free: Mutex::new(seats.max(1)), left: Condvar::new() })
    }

    fn take(&self) {
        let mut free = self.free.lock().unwrap_or_else(PoisonError::into_inner);
        while *free == 0 {
            free = self.left.wait(free).unwrap_or_else(PoisonError::into_inner);
        }
        *free -= 1;
    }

    fn leave(&self) {
        *self.free.lock().unwrap_or_else(PoisonError::into_inner) += 1;
        self.left.notify_one();
    }
}

/// The seat of one worker, which it has or not. A worker that shares no seats works at any time.
#[derive(Debug, Default)]
pub(super) struct Seat {
    of: OnceLock<Arc<Seats>>,
    is_taken: AtomicBool,
}

impl Seat {
    /// Waits for a seat among `seats`. From then on, the worker shares them.
    pub(super) fn take_among(&self, seats: &Arc<Seats>) {
        self.of.get_or_init(|| Arc::clone(seats));
        self.take();
    }

    /// Waits for a seat, unless the worker has one or shares none.
    pub(super) fn take(&self) {
        if let Some(seats) = self.of.get()
            && !self.is_taken.load(Ordering::Acquire)
        {
            seats.take();
            self.is_taken.store(true, Ordering::Release);
        }
    }

    /// Leaves the seat, if the worker has one.
    pub(super) fn leave(&self) {
        if let Some(seats) = self.of.get()
            && self.is_taken.swap(false, Ordering::AcqRel)
        {
            seats.leave();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::AtomicUsize;
    use std::thread;
    use std::time::Duration;

    use super::*;

    #[test]
    fn no_more_workers_work_than_there_are_seats_however_many_wait() {
        let seats = Seats::new(2);
        let (working, waiting) = (AtomicUsize::new(0), AtomicUsize::new(0));
        let (most_working, most_waiting) = (AtomicUsize::new(0), AtomicUsize::new(0));
        let during = |now: &AtomicUsize, most: &AtomicUsize| {
            most.fetch_max(now.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
            thread::sleep(Duration::from_millis(5));
            now.fetch_sub(1, Ordering::SeqCst);
        };
        thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| {
                    let seat = Seat::default();
                    seat.take_among(&seats);
                    for _ in 0..4 {
                        during(&working, &most_working);
                        seat.leave();
                        during(&waiting, &most_waiting);
                        seat.take();
                    }
                    seat.leave();
                    seat.leave();
                });
            }
        });
        assert_eq!(most_working.into_inner(), 2);
        assert!(most_waiting.into_inner() > 2);
        assert_eq!(*seats.free.lock().unwrap(), 2);
    }

    #[test]
    fn a_worker_that_shares_no_seats_has_nothing_to_wait_for() {
        let seat = Seat::default();
        seat.take();
        seat.leave();
        assert!(!seat.is_taken.into_inner());
    }
}
