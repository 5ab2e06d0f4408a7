//! Makes thumbnails one by one, with buffers that are kept from image to image.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Mutex, PoisonError};

use pyo3::prelude::*;
use pyo3::types::PyBytes;
use thumbs::error::{Cause, Step};
use thumbs::internal::make_single_with;
use thumbs::internal::thumbnail::{Renderer, Workbench};
use thumbs::{Config, FileError};

use crate::failure::exception_of;
use crate::options::Options;
use crate::single::Image;

/// The thumbnails of one image, or the reason why it has none.
pub(crate) type Made = Result<Vec<Vec<u8>>, FileError>;

/// The equipment of a thread.
pub(crate) struct Bench {
    bench: Workbench,
    renderer: Renderer,
}

impl Bench {
    pub(crate) fn new(config: &Config) -> Self {
        let renderer =
            config.renderer.as_ref().map(|program| Renderer::apart(program, config.timeout)).unwrap_or_default();
        let mut bench = Workbench::default();
        bench.share_renderer(&renderer);
        Self { bench, renderer }
    }

    /// Makes the thumbnails of an image. After a panic, the equipment is a new one.
    pub(crate) fn make(&mut self, image: &Image, config: &Config) -> Made {
        let make = AssertUnwindSafe(|| make_single_with(image.single(), config, &mut self.bench));
        let made = catch_unwind(make).unwrap_or_else(|panic| {
            *self = Self::new(config);
            Err(panicked(&*panic, image))
        });
        made.map(|made| made.thumbnails.into_iter().map(|one| one.bytes).collect())
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

/// Makes the thumbnails of one image after the other, each on the thread that calls. Several may call at a time.
#[pyclass(frozen, module = "thumbs._thumbs")]
pub(crate) struct Thumbnailer {
    config: Config,
    /// The equipment that nobody uses at the moment.
    benches: Mutex<Vec<Bench>>,
}

#[pymethods]
impl Thumbnailer {
    #[new]
    fn new(options: &Options) -> Self {
        Self { config: options.config.clone(), benches: Mutex::default() }
    }

    /// Returns the thumbnails of an image, one for each size and format.
    fn thumbnail<'py>(&self, py: Python<'py>, image: Image) -> PyResult<Vec<Bound<'py, PyBytes>>> {
        let made = py.detach(|| {
            let idle = self.benches.lock().unwrap_or_else(PoisonError::into_inner).pop();
            let mut bench = idle.unwrap_or_else(|| Bench::new(&self.config));
            let made = bench.make(&image, &self.config);
            self.benches.lock().unwrap_or_else(PoisonError::into_inner).push(bench);
            made
        });
        let made = made.map_err(|error| exception_of(&error))?;
        Ok(made.iter().map(|bytes| PyBytes::new(py, bytes)).collect())
    }
}
