//! Turns errors of the library into exceptions.

use pyo3::create_exception;
use pyo3::exceptions::{PyOSError, PyValueError};
use pyo3::prelude::*;
use thumbs::error::{Cause, Error, FileError};

create_exception!(thumbs, ImageError, PyValueError, "The bytes give no thumbnail: they are no image, or have none.");
create_exception!(thumbs, DamagedImageError, ImageError, "The image is corrupt or truncated.");
create_exception!(
    thumbs,
    UnsupportedImageError,
    ImageError,
    "The image is sound, but of a kind that can't be decoded."
);
create_exception!(thumbs, LimitError, ImageError, "The image exceeds a limit on pixels, bytes or memory.");

/// Returns the exception for an image without a thumbnail.
pub(crate) fn exception_of(error: &FileError) -> PyErr {
    let text = error.cause.to_string();
    match &error.cause {
        Cause::Io(_) | Cause::IoAt { .. } => PyOSError::new_err(error.to_string()),
        Cause::Damaged { .. } | Cause::TooDamaged { .. } | Cause::Empty(_) => DamagedImageError::new_err(text),
        Cause::Unsupported { .. } => UnsupportedImageError::new_err(text),
        _ if error.is_limit() => LimitError::new_err(text),
        _ => ImageError::new_err(text),
    }
}

/// Returns the exception for a run that could not start or go on.
pub(crate) fn exception_of_run(error: &Error) -> PyErr {
    match error {
        Error::Input { .. } | Error::Output { .. } | Error::Thumbnail { .. } | Error::Report { .. } => {
            PyOSError::new_err(error.to_string())
        }
        _ => PyValueError::new_err(error.to_string()),
    }
}
