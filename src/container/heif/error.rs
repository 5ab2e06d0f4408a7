//! The reasons why a file's image can't be had.

/// Why a file's picture is not there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum HeifError {
    /// The boxes contradict each other, or end too early.
    Damaged(&'static str),
    /// The picture is of a kind that can't be read.
    Unsupported(String),
}

pub(super) const NO_PICTURE: HeifError = HeifError::Damaged("it contains no image");
