//! Defines the error of an image outside of runs.

use super::file::Failure;
use crate::options::OptionsError;

/// The reason why an image has no thumbnail.
#[derive(Debug, Clone, thiserror::Error)]
#[non_exhaustive]
pub enum ImageError {
    /// The content has no known format.
    #[error("not an image")]
    NotAnImage,
    /// The content is an image of a format that is not supported, given by its name.
    #[error("{0} files are not supported")]
    UnsupportedFormat(&'static str),
    /// The options are invalid.
    #[error(transparent)]
    Options(#[from] OptionsError),
    /// A step that failed.
    #[error(transparent)]
    Failed(#[from] Failure),
}
