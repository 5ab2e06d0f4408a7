//! Defines the errors of the AV1 decoder.

/// The reason for which an image, or the rest of it, can't be decoded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Error {
    /// The bytes end too early.
    Truncated(&'static str),
    /// The bytes violate the format.
    Invalid(&'static str),
    /// The decoder lacks a feature that the image uses.
    Unsupported(&'static str),
}

impl std::fmt::Display for Error {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Truncated(what) => write!(f, "the data end inside {what}"),
            Self::Invalid(what) => write!(f, "{what} is invalid"),
            Self::Unsupported(what) => write!(f, "{what} is not supported"),
        }
    }
}

impl std::error::Error for Error {}
