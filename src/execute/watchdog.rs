//! Detects and abandons workers that hang, by marks that each worker sets on its way. A thread can't be ended from
//! outside. An abandoned one gets an error at its next mark and ends by itself, if it ever reaches that mark.

use std::any::Any;
use std::io;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use super::seats::{Seat, Seats};

/// The time limits of a worker between two marks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Patience {
    /// For one read of a file, of at most [`PIECE`] bytes.
    pub reading: Duration,
    /// For the work from one mark to the next, mostly a whole decode.
    pub working: Duration,
}

/// The most bytes read between two marks. The bound distinguishes a slow file from one that hangs.
pub const PIECE: usize = 1 << 20;

/// The limit of work in multiples of that of a read. A thread abandoned in a read costs nothing, but one abandoned in a
/// decode goes on using its core.
const WORK_TO_READING: u32 = 10;

impl Patience {
    /// Creates limits from that of a read. `None` means no limit.
    #[must_use]
    pub fn new(reading: Option<Duration>) -> Self {
        let reading = reading.unwrap_or(Duration::MAX);
        Self { reading, working: reading.saturating_mul(WORK_TO_READING) }
    }

    /// Extends the limit of work to `workers` threads per core. By the clock, their work takes this many times as long.
    #[must_use]
    pub fn shared_by(self, workers: u32) -> Self {
        Self { working: self.working.saturating_mul(workers.max(1)), ..self }
    }
}

/// The activity at which a worker hung.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hung {
    /// A read.
    Reading,
    /// Anything else.
    Working,
}

/// The marks of one worker.
#[derive(Debug)]
pub struct Watch {
    since: Instant,
    /// One of the states below, and above it its start in milliseconds after `since`.
    state: AtomicU64,
    /// The permit or other loan that the worker holds until its file is done.
    held: Mutex<Option<Box<dyn Any + Send>>>,
    seat: Seat,
    /// Bytes that came from a store since they were last asked for.
    fetched: AtomicU64,
}

const IDLE: u64 = 0;
const WORKING: u64 = 1;
const READING: u64 = 2;
const GIVEN_UP: u64 = 3;
const STATES: u64 = 4;

impl Default for Watch {
    fn default() -> Self {
        Self {
            since: Instant::now(),
            state: AtomicU64::new(IDLE),
            held: Mutex::default(),
            seat: Seat::default(),
            fetched: AtomicU64::new(0),
        }
    }
}

impl Watch {
    /// Marks the start of the next piece of work.
    ///
    /// # Errors
    /// The worker was abandoned.
    pub fn mark(&self) -> io::Result<()> {
        self.enter(WORKING)
    }

    /// Marks the end of a file and frees the loan held for it. No limit runs from here on.
    ///
    /// # Errors
    /// The worker was abandoned.
    pub fn rest(&self) -> io::Result<()> {
        let rested = self.enter(IDLE);
        self.hold(None);
        self.seat.leave();
        rested
    }

    /// Waits for a seat, which the worker keeps until it rests. While it is [away](Self::away), another may have the seat.
    pub fn sit(&self, seats: &Arc<Seats>) {
        self.seat.take_among(seats);
    }

    /// Waits for something that has a limit of its own, such as a request to a store. Meanwhile the worker has neither a limit nor a
    /// seat.
    ///
    /// # Errors
    /// That of `wait`, or the worker was abandoned.
    pub fn away<T, E: From<io::Error>>(&self, wait: impl FnOnce() -> Result<T, E>) -> Result<T, E> {
        self.enter(IDLE)?;
        self.seat.leave();
        let result = wait();
        self.seat.take();
        self.mark()?;
        result
    }

    /// Counts bytes that came from a store.
    pub fn count_fetched(&self, bytes: u64) {
        self.fetched.fetch_add(bytes, Ordering::Relaxed);
    }

    /// Returns the bytes that came from a store since the last call.
    pub fn take_fetched(&self) -> u64 {
        self.fetched.swap(0, Ordering::Relaxed)
    }

    /// Waits for a loan without a limit, and holds it until the file is done. Waiting for others is no fault of the
    /// worker.
    ///
    /// # Errors
    /// That of `get`, or the worker was abandoned.
    pub fn wait<E: From<io::Error>>(&self, get: impl FnOnce() -> Result<Box<dyn Any + Send>, E>) -> Result<(), E> {
        self.enter(IDLE)?;
        // A waiting worker holds nothing that others may wait for.
        self.hold(None);
        self.seat.leave();
        let got = get();
        self.seat.take();
        let got = got?;
        self.hold(Some(got));
        Ok(self.mark()?)
    }

    /// Runs a read that may hang.
    ///
    /// # Errors
    /// That of `read`, or the worker was abandoned meanwhile.
    pub fn read<T>(&self, read: impl FnOnce() -> io::Result<T>) -> io::Result<T> {
        self.enter(READING)?;
        let result = read();
        self.mark()?;
        result
    }

    /// Abandons the worker if it has exceeded its limit in `patience`, and frees its loan. Returns `None` if it has
    /// not.
    pub fn give_up(&self, patience: Patience) -> Option<Hung> {
        let state = self.state.load(Ordering::Acquire);
        let began = Duration::from_millis(state / STATES);
        let (allowed, hung) = match state % STATES {
            READING => (patience.reading, Hung::Reading),
            WORKING => (patience.working, Hung::Working),
            _ => return None,
        };
        if self.since.elapsed().saturating_sub(began) <= allowed {
            return None;
        }
        // The worker may have set its next mark at this moment.
        self.state.compare_exchange(state, GIVEN_UP, Ordering::AcqRel, Ordering::Relaxed).ok()?;
        self.hold(None);
        self.seat.leave();
        Some(hung)
    }

    /// Returns whether the worker was abandoned.
    #[must_use]
    pub fn is_given_up(&self) -> bool {
        self.state.load(Ordering::Acquire) % STATES == GIVEN_UP
    }

    fn enter(&self, state: u64) -> io::Result<()> {
        let now = u64::try_from(self.since.elapsed().as_millis()).unwrap_or(u64::MAX / STATES);
        let next = now * STATES + state;
        let entered = self
            .state
            .fetch_update(Ordering::AcqRel, Ordering::Acquire, |old| (old % STATES != GIVEN_UP).then_some(next));
        entered.map(drop).map_err(|_| io::Error::new(io::ErrorKind::TimedOut, "abandoned"))
    }

    fn hold(&self, what: Option<Box<dyn Any + Send>>) {
        let old = std::mem::replace(&mut *self.held.lock().unwrap_or_else(PoisonError::into_inner), what);
        drop(old);
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::AtomicBool;

    use super::*;

    const SHORT: Duration = Duration::from_millis(20);
    const SOON: Patience = Patience { reading: SHORT, working: Duration::from_millis(200) };

    /// Sets its flag when it is dropped.
    struct Loan(Arc<AtomicBool>);

    impl Drop for Loan {
        fn drop(&mut self) {
            self.0.store(true, Ordering::SeqCst);
        }
    }

    #[test]
    fn a_read_that_hangs_is_given_up_and_its_worker_learns_so() {
        let watch = Watch::default();
        let was_freed = Arc::new(AtomicBool::new(false));
        watch.wait::<io::Error>(|| Ok(Box::new(Loan(Arc::clone(&was_freed))))).unwrap();
        let result = watch.read(|| {
            assert_eq!(watch.give_up(SOON), None, "too early");
            std::thread::sleep(3 * SHORT);
            assert_eq!(watch.give_up(SOON), Some(Hung::Reading));
            assert!(was_freed.load(Ordering::SeqCst));
            Ok(1)
        });
        assert_eq!(result.unwrap_err().kind(), io::ErrorKind::TimedOut);
        assert!(watch.mark().is_err() && watch.rest().is_err());
        assert_eq!(watch.give_up(SOON), None, "abandoned once");
    }

    #[test]
    fn slow_reads_with_marks_between_them_are_no_hang() {
        let watch = Watch::default();
        for _ in 0..4 {
            let slow = || {
                std::thread::sleep(SHORT / 2);
                Ok(())
            };
            watch.read(slow).unwrap();
            assert_eq!(watch.give_up(SOON), None);
        }
    }

    #[test]
    fn work_has_longer_than_a_read_and_waiting_for_others_has_no_end() {
        let watch = Watch::default();
        watch.mark().unwrap();
        std::thread::sleep(2 * SHORT);
        assert_eq!(watch.give_up(SOON), None);
        watch
            .wait::<io::Error>(|| {
                std::thread::sleep(12 * SHORT);
                assert_eq!(watch.give_up(SOON), None);
                Ok(Box::new(()))
            })
            .unwrap();
        std::thread::sleep(12 * SHORT);
        assert_eq!(watch.give_up(SOON), Some(Hung::Working));
    }

    #[test]
    fn workers_that_share_a_core_have_as_much_more_time_for_work_and_none_for_reads() {
        let shared = SOON.shared_by(3);
        assert_eq!((shared.reading, shared.working), (SOON.reading, 3 * SOON.working));
        assert_eq!(SOON.shared_by(0), SOON);
        assert_eq!(Patience::new(None).shared_by(2), Patience::new(None));
    }

    #[test]
    fn without_a_limit_nothing_is_given_up() {
        let watch = Watch::default();
        let look = || Ok(watch.give_up(Patience::new(None)));
        assert_eq!(watch.read(look).unwrap(), None);
    }
}
