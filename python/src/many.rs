//! Makes the thumbnails of a list of images on all cores, and returns them in the order of the list.

use std::num::NonZeroUsize;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant};

use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyList};
use thumbs::Config;

use crate::bench::{Bench, Made};
use crate::failure::exception_of;
use crate::options::Options;
use crate::single::Image;

/// The time between two looks for signals, such as that of Ctrl-C.
const TICK: Duration = Duration::from_millis(50);

/// Returns a list that has, for each image, the list of its thumbnails, or the exception that says why it has none.
#[pyfunction]
#[pyo3(signature = (images, options, workers=None))]
pub(crate) fn thumbnail_many<'py>(
    py: Python<'py>,
    images: Vec<Image>,
    options: &Options,
    workers: Option<NonZeroUsize>,
) -> PyResult<Bound<'py, PyList>> {
    let cores = || thread::available_parallelism().unwrap_or(NonZeroUsize::MIN);
    let workers = workers.unwrap_or_else(cores).get().min(images.len());
    let made = py.detach(|| make_all(&images, &options.config, workers))?;
    let list = PyList::empty(py);
    for one in made {
        match one {
            Ok(thumbnails) => list.append(PyList::new(py, thumbnails.iter().map(|bytes| PyBytes::new(py, bytes)))?)?,
            Err(error) => list.append(exception_of(&error).into_value(py))?,
        }
    }
    Ok(list)
}

fn make_all(images: &[Image], config: &Config, workers: usize) -> PyResult<Vec<Made>> {
    let (next, is_cancelled) = (AtomicUsize::new(0), AtomicBool::new(false));
    let (sender, results) = mpsc::channel();
    thread::scope(|scope| {
        for _ in 0..workers {
            let (sender, next, is_cancelled) = (sender.clone(), &next, &is_cancelled);
            scope.spawn(move || {
                let mut bench = Bench::new(config);
                while !is_cancelled.load(Ordering::Relaxed) {
                    let index = next.fetch_add(1, Ordering::Relaxed);
                    let Some(image) = images.get(index) else { break };
                    if sender.send((index, bench.make(image, config))).is_err() {
                        break;
                    }
                }
            });
        }
        drop(sender);
        let collected = collect(&results, images.len());
        is_cancelled.store(true, Ordering::Relaxed);
        collected
    })
}

/// Receives all results, in order. Stops at a signal whose handler in Python raises an exception.
fn collect(results: &Receiver<(usize, Made)>, count: usize) -> PyResult<Vec<Made>> {
    let mut collected: Vec<Option<Made>> = (0..count).map(|_| None).collect();
    let mut looked = Instant::now();
    loop {
        match results.recv_timeout(TICK) {
            Ok((index, result)) => collected[index] = Some(result),
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => return Ok(collected.into_iter().flatten().collect()),
        }
        if looked.elapsed() >= TICK {
            look_for_signals()?;
            looked = Instant::now();
        }
    }
}

#[expect(clippy::redundant_closure_for_method_calls, reason = "the method alone has one lifetime only")]
fn look_for_signals() -> PyResult<()> {
    Python::attach(|py| py.check_signals())
}
