//! Makes the thumbnails of one image.

use std::path::{Path, PathBuf};

use pyo3::prelude::*;
use pyo3::pybacked::PyBackedBytes;
use pyo3::types::PyBytes;
use thumbs::internal::{Single, make_single};

use crate::failure::exception_of;
use crate::options::Options;

/// An image: the bytes of a file, or its path.
#[derive(FromPyObject)]
pub(crate) enum Image {
    Bytes(PyBackedBytes),
    Path(PathBuf),
}

impl Image {
    pub(crate) fn single(&self) -> Single<'_> {
        match self {
            Self::Bytes(bytes) => Single::Bytes(bytes, self.path()),
            Self::Path(path) => Single::File(path),
        }
    }

    pub(crate) fn path(&self) -> &Path {
        match self {
            Self::Bytes(_) => Path::new("bytes"),
            Self::Path(path) => path,
        }
    }
}

/// Returns the thumbnails of an image, one for each size and format.
#[pyfunction]
pub(crate) fn thumbnail<'py>(py: Python<'py>, image: Image, options: &Options) -> PyResult<Vec<Bound<'py, PyBytes>>> {
    let made = py.detach(|| make_single(image.single(), &options.config)).map_err(|error| exception_of(&error))?;
    Ok(made.thumbnails.iter().map(|encoded| PyBytes::new(py, &encoded.bytes)).collect())
}
