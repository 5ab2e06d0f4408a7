//! Executes jobs on all cores, and abandons workers that hang; the only file that knows rayon.

use std::num::NonZeroUsize;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use super::cancel::Cancel;
use super::order::Order;
use super::queue::Queue;
use super::watchdog::{Hung, Patience, Watch};
use crate::error::{Error, panic_message};

/// The prefix of the name of every worker thread.
pub const WORKER_NAME: &str = "thumbs-worker-";

/// The number of checks for a hang within the limit of a read.
const LOOKS: u32 = 4;

/// The time between two checks for more jobs.
const OPEN_TICK: Duration = Duration::from_millis(10);

/// The time over which results are collected. Woken for each one, the delivering thread took processor time from the
/// workers: 20 000 images of 8x6 px took 0.60 s instead of 0.45.
const BREATH: Duration = Duration::from_millis(1);

/// The end of one job.
#[derive(Debug, PartialEq, Eq)]
pub enum Done<T> {
    /// A job that returned.
    Finished {
        /// The returned value.
        result: T,
        /// The number of the worker, counted from 0.
        worker: usize,
    },
    /// A job that panicked.
    Panicked {
        /// The message of the panic.
        message: String,
        /// The number of the worker.
        worker: usize,
    },
    /// A job that hung and was abandoned.
    Hung {
        /// The activity at which it hung.
        at: Hung,
        /// The number of the worker.
        worker: usize,
    },
    /// A job that was not started because the run was cancelled.
    Cancelled,
}

/// State shared by all workers. An abandoned worker may outlive the run, so nothing here is borrowed.
struct Shared<T, G, F> {
    order: Mutex<Order>,
    queue: Arc<Queue>,
    weight: G,
    work: F,
    cancels: Vec<Cancel>,
    results: mpsc::Sender<(usize, Done<T>)>,
}

/// The watch and the job of a worker, as seen from outside.
#[derive(Default)]
struct Post {
    watch: Watch,
    /// The job under way.
    job: Mutex<Option<usize>>,
}

/// Executes `work` for each job number of `queue` on `workers` threads. It calls `deliver` on the calling thread as
/// jobs are done, exactly once for each job, including panicked, hung and cancelled ones. Once one of `cancels` is set,
/// no job is started and the queue is closed. Each worker keeps a `W` from job to job; after a panic it gets a new
/// one.
///
/// # Errors
/// The threads can't be started. Then no job was done.
pub fn execute<T: Send + 'static, W: Default>(
    queue: &Arc<Queue>,
    weight: impl Fn(usize) -> u64 + Send + Sync + 'static,
    workers: NonZeroUsize,
    patience: Patience,
    cancels: &[&Cancel],
    work: impl Fn(&mut W, &Watch, usize) -> T + Send + Sync + 'static,
    mut deliver: impl FnMut(usize, Done<T>),
) -> Result<(), Error> {
    // More threads than jobs would only be started and ended.
    let threads = if queue.is_closed() { workers.get().min(queue.jobs().max(1)) } else { workers.get() };
    let (results, inbox) = mpsc::channel();
    let shared = Arc::new(Shared {
        order: Mutex::default(),
        queue: Arc::clone(queue),
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
    while !queue.ends_with(delivered) {
        if cancels.iter().any(|cancel| cancel.is_set()) {
            queue.close();
        }
        // Nothing reports the end of the queue, so it is polled.
        let wait = if queue.is_closed() { tick } else { tick.min(OPEN_TICK) };
        match receive(&inbox, wait, &mut woken) {
            Ok((index, done)) => {
                delivered += 1;
                deliver(index, done);
            }
            Err(RecvTimeoutError::Timeout) => {}
            // This comes only after every job was sent: `shared` has a sender, too.
            Err(RecvTimeoutError::Disconnected) => break,
        }
        if looked.elapsed() < tick {
            continue;
        }
        looked = Instant::now();
        for (worker, post) in posts.iter_mut().enumerate() {
            let hung = post.watch.give_up(patience);
            let job = hung.and_then(|_| post.job.lock().unwrap_or_else(PoisonError::into_inner).take());
            // If no thread can be started now, the next check tries again.
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

/// Waits up to `wait` for the next result. `woken` is the time of the last such wait.
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
    /// Takes jobs one after another until there are none.
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
                    // An abandoned job already has its outcome, and another thread has this worker's place.
                    return;
                }
                done
            };
            // The receiver lives until it has every result.
            let _ = self.results.send((index, done));
        }
    }

    fn is_cancelled(&self) -> bool {
        self.cancels.iter().any(Cancel::is_set)
    }

    fn draw(&self) -> Option<usize> {
        let weight = |job| if self.is_cancelled() { 0 } else { (self.weight)(job) };
        self.order.lock().unwrap_or_else(PoisonError::into_inner).next(&self.queue, weight)
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
pub(super) mod tests;
