//! What a worker is at, and since when: marks that it sets on its way, and by which somebody else sees that it hangs. A
//! thread can't be ended from outside; it can be given up, and then it learns so at its next mark and comes to an end by
//! itself, if it ever gets there.

use std::any::Any;
use std::io;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// How long a worker may be at one thing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Patience {
    /// With one read of a file, in which at most [`PIECE`] bytes come.
    pub reading: Duration,
    /// From one mark to the next, whatever is done between them: mostly a whole decode.
    pub working: Duration,
}

/// Bytes that are read between two marks at the most, so that a slow file is told from one that hangs.
pub const PIECE: usize = 1 << 20;

/// Decoding may take so many times as long as a read: a thread that is given up while it reads costs nothing, but one that
/// decodes goes on using its core.
const WORK_TO_READING: u32 = 10;

impl Patience {
    /// So long for a read; none at all has no end.
    #[must_use]
    pub fn new(reading: Option<Duration>) -> Self {
        let reading = reading.unwrap_or(Duration::MAX);
        Self { reading, working: reading.saturating_mul(WORK_TO_READING) }
    }

    /// The same where so many workers share each core: by the clock, work takes so many times as long.
    #[must_use]
    pub fn shared_by(self, workers: u32) -> Self {
        Self { working: self.working.saturating_mul(workers.max(1)), ..self }
    }
}

/// What a worker hung at when it was given up.
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
    /// One of the states below, above it the milliseconds since `since` at which it began.
    state: AtomicU64,
    /// What the worker has of others until its file is done.
    held: Mutex<Option<Box<dyn Any + Send>>>,
}

const IDLE: u64 = 0;
const WORKING: u64 = 1;
const READING: u64 = 2;
const GIVEN_UP: u64 = 3;
const STATES: u64 = 4;

impl Default for Watch {
    fn default() -> Self {
        Self { since: Instant::now(), state: AtomicU64::new(IDLE), held: Mutex::default() }
    }
}

impl Watch {
    /// A mark: the work goes on from here.
    ///
    /// # Errors
    /// The worker was given up.
    pub fn mark(&self) -> io::Result<()> {
        self.enter(WORKING)
    }

    /// A mark at the end of a file: from here on nothing is expected. Gives back what was held.
    ///
    /// # Errors
    /// The worker was given up.
    pub fn rest(&self) -> io::Result<()> {
        let rested = self.enter(IDLE);
        self.hold(None);
        rested
    }

    /// Waits for others, which is no fault of the worker's, and keeps what it gets from them until the file is done.
    ///
    /// # Errors
    /// The worker was given up.
    pub fn wait<E: From<io::Error>>(&self, get: impl FnOnce() -> Result<Box<dyn Any + Send>, E>) -> Result<(), E> {
        self.enter(IDLE)?;
        // Who waits holds nothing that others may wait for.
        self.hold(None);
        let got = get()?;
        self.hold(Some(got));
        Ok(self.mark()?)
    }

    /// Reads something that may hang.
    ///
    /// # Errors
    /// That of `read`, or the worker was given up meanwhile.
    pub fn read<T>(&self, read: impl FnOnce() -> io::Result<T>) -> io::Result<T> {
        self.enter(READING)?;
        let result = read();
        self.mark()?;
        result
    }

    /// Gives the worker up where it has been at one thing for longer than `patience` allows, and sets free what it holds.
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
        // It may have come to its next mark in this moment.
        self.state.compare_exchange(state, GIVEN_UP, Ordering::AcqRel, Ordering::Relaxed).ok()?;
        self.hold(None);
        Some(hung)
    }

    /// Whether it was given up.
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
        entered.map(drop).map_err(|_| io::Error::new(io::ErrorKind::TimedOut, "given up"))
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

    /// Tells when it is dropped.
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
        assert_eq!(watch.give_up(SOON), None, "given up once");
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
