//! Plan → outcomes, on all cores: the only module that knows rayon. It is handed the work as a closure and knows
//! nothing of pictures.
//!
//! One worker and many take the same way. Inside a window of jobs the heaviest start first, so that the last worker
//! is not left alone with one; results are delivered in the order of the jobs, as soon as all before them are there.

mod cancel;
mod delivery;

use std::num::NonZeroUsize;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError, mpsc};

use rayon::iter::{IndexedParallelIterator, IntoParallelIterator, ParallelIterator};

pub use cancel::Cancel;
use delivery::Delivery;

use crate::error::Error;

/// The name of every worker thread begins with this.
pub const WORKER_NAME: &str = "thumbs-worker-";

/// Jobs that are put in order of weight together. Lines of output wait for the heaviest of them at the most, and a
/// folder of up to so many files is started heaviest first as a whole.
const WINDOW: usize = 4096;

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
    /// The run was cancelled before the job's turn.
    Cancelled,
}

/// Does `work` for each of `jobs` on `workers` threads, and hands every result to `deliver`, on the calling thread, in
/// the order of `jobs`: each job exactly once, panicked and cancelled ones included. Each worker has a `W` of its own for
/// what it wants to keep from job to job; after a panic it gets a new one.
///
/// # Errors
/// The threads can't be started; nothing was done then.
pub fn execute<J: Sync, T: Send, W: Default + Send>(
    jobs: &[J],
    weight: impl Fn(&J) -> u64,
    workers: NonZeroUsize,
    cancel: &Cancel,
    work: impl Fn(&mut W, &J) -> T + Sync,
    mut deliver: impl FnMut(&J, Done<T>),
) -> Result<(), Error> {
    // More threads than jobs would only be started and ended.
    let threads = workers.get().min(jobs.len().max(1));
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(threads)
        .thread_name(|index| format!("{WORKER_NAME}{index}"))
        .build()
        .map_err(|error| Error::Workers { workers: threads, reason: error.to_string() })?;
    let order = heaviest_first(jobs, weight);
    let (results, inbox) = mpsc::channel();
    let belongings: Vec<Mutex<W>> = (0..threads).map(|_| Mutex::default()).collect();

    std::thread::scope(|scope| {
        scope.spawn(|| {
            let results = results;
            let next = AtomicUsize::new(0);
            pool.install(|| {
                // Each of the parallel items draws the next job in order, so that the order holds across workers,
                // which rayon's own splitting of a range into halves would not keep.
                (0..order.len()).into_par_iter().with_max_len(1).for_each_with(results, |results, _| {
                    let index = order[next.fetch_add(1, Ordering::Relaxed)];
                    let done =
                        if cancel.is_set() { Done::Cancelled } else { attempt(&work, &belongings, &jobs[index]) };
                    // The receiver lives until all senders are gone.
                    let _ = results.send((index, done));
                });
            });
        });
        let mut delivery = Delivery::default();
        for (index, done) in inbox {
            delivery.put(index, done, |index, done| deliver(&jobs[index], done));
        }
    });
    Ok(())
}

fn attempt<J, T, W: Default>(work: &impl Fn(&mut W, &J) -> T, belongings: &[Mutex<W>], job: &J) -> Done<T> {
    let worker = rayon::current_thread_index().unwrap_or(0);
    // Nobody else has this worker's number, so the lock is always free.
    let mut own = belongings[worker].lock().unwrap_or_else(PoisonError::into_inner);
    match catch_unwind(AssertUnwindSafe(|| work(&mut own, job))) {
        Ok(result) => Done::Finished { result, worker },
        Err(payload) => {
            *own = W::default();
            let text = payload.downcast_ref::<&str>().map(|text| (*text).to_string());
            let message = text.or_else(|| payload.downcast_ref::<String>().cloned());
            Done::Panicked { message: message.unwrap_or_else(|| "no message".to_string()), worker }
        }
    }
}

/// The indices of `jobs`, window by window, each window with its heaviest first.
fn heaviest_first<J>(jobs: &[J], weight: impl Fn(&J) -> u64) -> Vec<usize> {
    let mut order: Vec<usize> = (0..jobs.len()).collect();
    for window in order.chunks_mut(WINDOW) {
        window.sort_by_key(|&index| std::cmp::Reverse(weight(&jobs[index])));
    }
    order
}

#[cfg(test)]
mod tests;
