//! Defines the errors of codecs, which know no format. It is added where an error leaves them.

use std::io;
use std::sync::Arc;

use crate::error::Cause;
use crate::geometry::Size;
use crate::options::Format;

/// The message for a file that ends before its content does.
pub(crate) const ENDS_TOO_EARLY: &str = "the file ends too early";

/// The reason why an image can't be decoded.
#[derive(Debug, Clone, thiserror::Error)]
pub(crate) enum DecodeError {
    /// The system refused to read the file.
    #[error("{}", crate::error::plain(.0))]
    Io(Arc<io::Error>),
    /// The content violates its format, as described for users.
    #[error("{0}")]
    Damaged(String),
    /// A valid image of an unsupported kind, as described for users.
    #[error("{0}")]
    Unsupported(String),
    /// The image exceeds a limit of its decoder, which the text names.
    #[error("{0}")]
    Limit(String),
    /// Rendering the image takes longer than the run allows, as the text says.
    #[error("{0}")]
    #[cfg_attr(not(feature = "svg"), allow(dead_code, reason = "only renderers are timed"))]
    TooSlow(String),
    /// The image has no pixels.
    #[cfg_attr(not(feature = "ico"), allow(dead_code, reason = "only icons hold several images"))]
    #[error("the image has no pixels ({0})")]
    Empty(Size),
    /// A decoder panicked with this message.
    #[error("the decoder failed unexpectedly ({0})")]
    #[cfg_attr(not(feature = "svg"), allow(dead_code, reason = "only renderers are asked whether they panicked"))]
    Panic(String),
}

impl DecodeError {
    /// Judges an error of a reader, which the end of the file may have caused.
    #[cfg_attr(not(feature = "formats"), allow(dead_code, reason = "only some formats are read as streams"))]
    pub(crate) fn of_read(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::UnexpectedEof => ends_too_early(),
            _ => error.into(),
        }
    }

    /// Adds the part of the file that is damaged or not supported.
    pub(crate) fn in_part(self, part: &str) -> Self {
        match self {
            Self::Damaged(detail) => Self::Damaged(format!("{part}: {detail}")),
            Self::Unsupported(detail) => Self::Unsupported(format!("{part}: {detail}")),
            other => other,
        }
    }

    /// Adds the format of the file.
    pub(crate) fn of(self, format: Format) -> Cause {
        match self {
            Self::Io(error) => Cause::Io(error),
            Self::Damaged(detail) => Cause::Damaged { format, detail },
            Self::Unsupported(detail) => Cause::Unsupported { format, detail },
            Self::Limit(text) => Cause::Limit(text),
            Self::TooSlow(text) => Cause::TooSlow(text),
            Self::Empty(size) => Cause::Empty(size),
            Self::Panic(text) => Cause::Panic(text),
        }
    }
}

impl From<io::Error> for DecodeError {
    fn from(error: io::Error) -> Self {
        Self::Io(Arc::new(error))
    }
}

/// Returns the error of a file whose content violates its format.
pub(crate) fn damaged(detail: impl Into<String>) -> DecodeError {
    DecodeError::Damaged(detail.into())
}

/// Returns the error of a valid image of an unsupported kind.
pub(crate) fn unsupported(detail: impl Into<String>) -> DecodeError {
    DecodeError::Unsupported(detail.into())
}

/// Returns the error of a file that ends before its content does.
#[cfg_attr(not(feature = "formats"), allow(dead_code, reason = "JPEG and PNG have their own"))]
pub(crate) fn ends_too_early() -> DecodeError {
    damaged(ENDS_TOO_EARLY)
}
