//! Defines the errors of reading a HEIF file.

/// A reason why a file has no readable image.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum HeifError {
    /// The boxes contradict each other, or end too early.
    Damaged(&'static str),
    /// The image is of an unsupported kind.
    Unsupported(String),
}

pub(super) const NO_IMAGE: HeifError = HeifError::Damaged("it contains no image");
