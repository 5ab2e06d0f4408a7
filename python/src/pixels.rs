//! Makes thumbnails as pixels, and of pixels.

use pyo3::exceptions::{PyOSError, PyValueError};
use pyo3::prelude::*;
use pyo3::pybacked::PyBackedBytes;
use pyo3::types::{PyBytes, PyDict};
use thumbs::error::{Cause, ImageError};
use thumbs::{Pixels, Thumbnailer};

use crate::failure::{self, exception_of};
use crate::options::Options;
use crate::single::Image;

/// The rows of a thumbnail from top to bottom, of grey, grey and alpha, RGB or RGBA in bytes. NumPy and Pillow read them in place.
#[pyclass(frozen, module = "thumbs", name = "Pixels")]
#[derive(Debug)]
pub(crate) struct PyPixels(Pixels);

#[pymethods]
impl PyPixels {
    /// Width and height in px.
    #[getter]
    fn size(&self) -> (u32, u32) {
        (self.0.size().width, self.0.size().height)
    }

    /// The number of samples of a pixel, 1 to 4.
    #[getter]
    fn channels(&self) -> usize {
        self.0.layout().channels()
    }

    /// Returns the samples as a NumPy array of (height, width, channels), or of (height, width) if they are grey, without a copy.
    fn array<'py>(slf: Bound<'py, Self>) -> PyResult<Bound<'py, PyAny>> {
        slf.py().import("numpy")?.call_method1("asarray", (slf,))
    }

    /// Returns a `PIL.Image`.
    fn pil<'py>(slf: Bound<'py, Self>) -> PyResult<Bound<'py, PyAny>> {
        slf.py().import("PIL.Image")?.call_method1("fromarray", (Self::array(slf)?,))
    }

    /// The description that NumPy reads. Arrays keep the pixels alive.
    #[getter(__array_interface__)]
    fn array_interface<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let (width, height) = self.size();
        let interface = PyDict::new(py);
        match self.channels() {
            1 => interface.set_item("shape", (height, width))?,
            channels => interface.set_item("shape", (height, width, channels))?,
        }
        interface.set_item("typestr", "|u1")?;
        interface.set_item("data", (self.0.as_bytes().as_ptr().addr(), true))?;
        interface.set_item("version", 3)?;
        Ok(interface)
    }
}

/// Returns the thumbnail of an image as pixels.
#[pyfunction]
pub(crate) fn pixels(py: Python<'_>, image: Image, options: &Options) -> PyResult<PyPixels> {
    let made = py.detach(|| {
        let mut thumbnailer = Thumbnailer::new(options.config.options.clone());
        match &image {
            Image::Bytes(bytes) => thumbnailer.pixels(bytes),
            Image::Path(path) => thumbnailer.pixels_file(path),
        }
    });
    let made = made.map_err(|error| exception_of_image(error, &image))?;
    let first = made.thumbnails.into_iter().next();
    first.map(PyPixels).ok_or_else(|| PyValueError::new_err("no size was asked for"))
}

/// Returns the thumbnail of an image of these samples: grey, RGB or RGBA in bytes, row by row.
#[pyfunction]
pub(crate) fn thumbnail_of_pixels<'py>(
    py: Python<'py>,
    samples: PyBackedBytes,
    size: (u32, u32),
    options: &Options,
) -> PyResult<Bound<'py, PyBytes>> {
    let (width, height) = size;
    let channels = samples.len() as u64 / (u64::from(width) * u64::from(height)).max(1);
    let samples = samples.to_vec();
    let image = match channels {
        1 => image::GrayImage::from_raw(width, height, samples).map(image::DynamicImage::from),
        3 => image::RgbImage::from_raw(width, height, samples).map(image::DynamicImage::from),
        4 => image::RgbaImage::from_raw(width, height, samples).map(image::DynamicImage::from),
        _ => None,
    };
    let image = image.ok_or_else(|| PyValueError::new_err("expected samples of grey, RGB or RGBA for each pixel"))?;
    let made = py.detach(|| Thumbnailer::new(options.config.options.clone()).thumbnail_image(&image));
    let made = made.map_err(|error| PyValueError::new_err(error.to_string()))?;
    let first = made.thumbnails.first().ok_or_else(|| PyValueError::new_err("no size was asked for"))?;
    Ok(PyBytes::new(py, &first.bytes))
}

fn exception_of_image(error: ImageError, image: &Image) -> PyErr {
    match error {
        ImageError::Failed(failure) => match (&failure.cause, image) {
            (Cause::Io(error), Image::Bytes(_)) => PyOSError::new_err(error.to_string()),
            _ => exception_of(&failure.at(image.path())),
        },
        ImageError::UnsupportedFormat(_) => failure::UnsupportedImageError::new_err(error.to_string()),
        _ => failure::ImageError::new_err(error.to_string()),
    }
}
