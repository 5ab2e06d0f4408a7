//! Plan → outcomes, on all cores: the only module that knows rayon. It is handed the work as a closure and knows nothing of
//! pictures.
//!
//! One worker and many run the same code; `order` says which job starts next, results are delivered as jobs are done.
//! `budget` holds the memory that the jobs share, `machine` tells how much
//! there is. A worker that hangs is given up: its job fails, and another thread takes its place.

mod budget;
mod cancel;
mod machine;
mod order;
mod supply;

use std::num::NonZeroUsize;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

pub use budget::{Budget, Permit, Refused};
pub use cancel::{Cancel, Listener};
pub use machine::free_memory;
pub use supply::Supply;

use order::Order;

use crate::error::{Error, panic_message};
use crate::watch::{Hung, Patience, Watch};

/// The name of every worker thread begins with this.
pub const WORKER_NAME: &str = "thumbs-worker-";

/// How often it is looked whether a worker hangs, in shares of what it may take.
const LOOKS: u32 = 4;

/// How often it is looked whether more jobs come.
const OPEN_TICK: Duration = Duration::from_millis(10);

/// Results that come faster than this are taken together. Woken for each, the delivering thread kept the workers from
/// theirs: 20 000 pictures of 8x6 px took 0.60 s instead of 0.45.
const BREATH: Duration = Duration::from_millis(1);

/// How one job ended.
#[derive(Debug, PartialEq, Eq)]
pub enum Done<T> {
    /// The work returned this.
    Finished {
        /// What it returned.
        result: T,
        /// The worker that did it, counted from 0.
        worker: usize,
    },
    /// The work panicked, with this message.
    Panicked {
        /// The panic's message.
        message: String,
        /// The worker it happened to.
        worker: usize,
    },
    /// The work hung, and was given up.
    Hung {
        /// What it hung at.
        at: Hung,
        /// The worker it happened to.
        worker: usize,
    },
    /// The run was cancelled before the job's turn.
    Cancelled,
}

/// What all workers share. A worker that was given up may outlive the run, so nothing here is borrowed.
struct Shared<T, G, F> {
    order: Mutex<Order>,
    supply: Arc<Supply>,
    weight: G,
    work: F,
    cancels: Vec<Cancel>,
    results: mpsc::Sender<(usize, Done<T>)>,
}

/// A worker as it is seen from outside.
#[derive(Default)]
struct Post {
    watch: Watch,
    /// The job that it is at.
    job: Mutex<Option<usize>>,
}

/// Does `work` for each job of `supply`, which are told by their number, on `workers` threads, and hands every result to
/// `deliver`, on the calling thread, as jobs are done: each job exactly once, panicked, hung and cancelled ones
/// included. Once one of `cancels` is set, no job is begun, and the supply is closed. Each worker has a `W` of its own for
/// what it wants to keep from job to job; after a panic it gets a new one.
///
/// # Errors
/// The threads can't be started; nothing was done then.
pub fn execute<T: Send + 'static, W: Default>(
    supply: &Arc<Supply>,
    weight: impl Fn(usize) -> u64 + Send + Sync + 'static,
    workers: NonZeroUsize,
    patience: Patience,
    cancels: &[&Cancel],
    work: impl Fn(&mut W, &Watch, usize) -> T + Send + Sync + 'static,
    mut deliver: impl FnMut(usize, Done<T>),
) -> Result<(), Error> {
    // More threads than jobs would only be started and ended.
    let threads = if supply.is_closed() { workers.get().min(supply.jobs().max(1)) } else { workers.get() };
    let (results, inbox) = mpsc::channel();
    let shared = Arc::new(Shared {
        order: Mutex::default(),
        supply: Arc::clone(supply),
        weight,
        work,
        cancels: cancels.iter().map(|&cancel| cancel.clone()).collect(),
        results,
    });
    let start = |threads: usize, first: usize| {
        rayon::ThreadPoolBuilder::new()
            .num_threads(threads)
            .thread_name(move |index| format!("{WORKER_NAME}{}", first + index))
            .build()
            .map_err(|error| Error::Workers { workers: threads, reason: error.to_string() })
    };
    let station = |pool: &rayon::ThreadPool, worker: usize| {
        let post = Arc::new(Post::default());
        let (shared, own) = (Arc::clone(&shared), Arc::clone(&post));
        pool.spawn(move || shared.serve::<W>(worker, &own));
        post
    };
    let pool = start(threads, 0)?;
    let mut posts: Vec<Arc<Post>> = (0..threads).map(|worker| station(&pool, worker)).collect();

    let tick = (patience.reading / LOOKS).clamp(Duration::from_millis(1), Duration::from_secs(1));
    let (mut looked, mut woken) = (Instant::now(), Instant::now());
    let mut delivered = 0;
    while !supply.ends_with(delivered) {
        if cancels.iter().any(|cancel| cancel.is_set()) {
            supply.close();
        }
        // That no more jobs come is told by nobody.
        let wait = if supply.is_closed() { tick } else { tick.min(OPEN_TICK) };
        match receive(&inbox, wait, &mut woken) {
            Ok((index, done)) => {
                delivered += 1;
                deliver(index, done);
            }
            Err(RecvTimeoutError::Timeout) => {}
            // Not before every job has been sent: `shared` has a sender, too.
            Err(RecvTimeoutError::Disconnected) => break,
        }
        if looked.elapsed() < tick {
            continue;
        }
        looked = Instant::now();
        for (worker, post) in posts.iter_mut().enumerate() {
            let hung = post.watch.give_up(patience);
            let job = hung.and_then(|_| post.job.lock().unwrap_or_else(PoisonError::into_inner).take());
            // Where no thread can be had now, one may be at the next look.
            if post.watch.is_given_up()
                && let Ok(pool) = start(1, worker)
            {
                *post = station(&pool, worker);
            }
            if let (Some(at), Some(index)) = (hung, job) {
                delivered += 1;
                deliver(index, Done::Hung { at, worker });
            }
        }
    }
    Ok(())
}

/// The next result, if it comes in the time of `wait`; `woken` is when the last one was waited for.
fn receive<T>(inbox: &Receiver<T>, wait: Duration, woken: &mut Instant) -> Result<T, RecvTimeoutError> {
    if let Ok(result) = inbox.try_recv() {
        return Ok(result);
    }
    if woken.elapsed() < BREATH {
        thread::sleep(BREATH);
    }
    let received = inbox.recv_timeout(wait);
    *woken = Instant::now();
    received
}

impl<T, G: Fn(usize) -> u64, F> Shared<T, G, F> {
    /// Takes one job after the other until there are none.
    fn serve<W: Default>(&self, worker: usize, post: &Post)
    where
        F: Fn(&mut W, &Watch, usize) -> T,
    {
        let mut own = W::default();
        while let Some(index) = self.draw() {
            let done = if self.is_cancelled() {
                Done::Cancelled
            } else {
                *post.job.lock().unwrap_or_else(PoisonError::into_inner) = Some(index);
                let done = self.attempt(&mut own, worker, &post.watch, index);
                if post.watch.rest().is_err() {
                    // Given up: the job has its outcome, and another thread this worker's place.
                    return;
                }
                done
            };
            // The receiver lives until every result is there.
            let _ = self.results.send((index, done));
        }
    }

    fn is_cancelled(&self) -> bool {
        self.cancels.iter().any(Cancel::is_set)
    }

    fn draw(&self) -> Option<usize> {
        let weight = |job| if self.is_cancelled() { 0 } else { (self.weight)(job) };
        self.order.lock().unwrap_or_else(PoisonError::into_inner).next(&self.supply, weight)
    }

    fn attempt<W: Default>(&self, own: &mut W, worker: usize, watch: &Watch, index: usize) -> Done<T>
    where
        F: Fn(&mut W, &Watch, usize) -> T,
    {
        match catch_unwind(AssertUnwindSafe(|| (self.work)(own, watch, index))) {
            Ok(result) => Done::Finished { result, worker },
            Err(payload) => {
                *own = W::default();
                Done::Panicked { message: panic_message(&*payload), worker }
            }
        }
    }
}

#[cfg(test)]
mod tests;
