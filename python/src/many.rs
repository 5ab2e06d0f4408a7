//! Makes the thumbnails of a list of images on all cores, and returns them in the order of the list.

use std::any::Any;
use std::num::NonZeroUsize;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant};

use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyList};
use thumbs::error::{Cause, Step};
use thumbs::internal::make_single;
use thumbs::internal::thumbnail::{Renderer, Workbench, make, sniff_format};
use thumbs::outcome::SkipReason;
use thumbs::{Config, FileError, Thumbnails};

use crate::failure::exception_of;
use crate::options::Options;
use crate::single::Image;

/// The time between two looks for signals, such as that of Ctrl-C.
const TICK: Duration = Duration::from_millis(50);

/// The thumbnails of one image, or the reason why it has none.
type Made = Result<Vec<Vec<u8>>, FileError>;

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
                    let make = AssertUnwindSafe(|| bench.make(image, config));
                    let made = catch_unwind(make).unwrap_or_else(|panic| {
                        bench = Bench::new(config);
                        Err(panicked(&*panic, image))
                    });
                    let encoded = made.map(|made| made.thumbnails.into_iter().map(|one| one.bytes).collect());
                    if sender.send((index, encoded)).is_err() {
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

/// The equipment of a worker.
struct Bench {
    bench: Workbench,
    renderer: Renderer,
}

impl Bench {
    fn new(config: &Config) -> Self {
        let apart = |program: &PathBuf| Renderer::apart(program, config.timeout);
        let (renderer, mut bench) = (config.renderer.as_ref().map(apart).unwrap_or_default(), Workbench::default());
        bench.share_renderer(&renderer);
        Self { bench, renderer }
    }

    fn make(&mut self, image: &Image, config: &Config) -> Result<Thumbnails, FileError> {
        let Image::Bytes(bytes) = image else { return make_single(image.single(), config) };
        let format = sniff_format(bytes).ok_or_else(|| FileError {
            path: image.path().to_path_buf(),
            step: Step::Probe,
            cause: Cause::NoThumbnail(SkipReason::NotAnImage(None)),
        })?;
        make(bytes, format, &config.options, &mut self.bench).map_err(|failure| failure.at(image.path()))
    }
}

impl Drop for Bench {
    fn drop(&mut self) {
        self.renderer.close();
    }
}

/// Returns the failure of an image whose decoder panicked.
fn panicked(panic: &(dyn Any + Send), image: &Image) -> FileError {
    let text = panic.downcast_ref::<&str>().copied().or_else(|| panic.downcast_ref::<String>().map(String::as_str));
    let cause = Cause::Panic(text.unwrap_or("no message").to_string());
    FileError { path: image.path().to_path_buf(), step: Step::Decode, cause }
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
