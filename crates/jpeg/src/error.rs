//! Defines the errors of files that cannot be decoded at all.
//!
//! An image that can be decoded in part has [`Damage`](super::Damage) instead.

use std::fmt;

/// A valid but unsupported property of a JPEG file (T.81, table B.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Unsupported {
    /// Lossless coding with arithmetic codes (SOF11).
    ArithmeticLossless,
    /// Hierarchical coding (DHP, EXP, SOF5 to SOF7, SOF13 to SOF15).
    Hierarchical,
    /// JPEG-LS, another standard with the same markers (SOF55).
    JpegLs,
    /// Samples of this many bits. Supported are 8 and 12, and 2 to 16 if lossless.
    Precision(u8),
    /// This many components. Supported are 1 to 4.
    Components(u8),
}

impl fmt::Display for Unsupported {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ArithmeticLossless => f.write_str("lossless arithmetic coding"),
            Self::Hierarchical => f.write_str("hierarchical coding"),
            Self::JpegLs => f.write_str("JPEG-LS"),
            Self::Precision(bits) => write!(f, "{bits} bits per sample"),
            Self::Components(n) => write!(f, "{n} components"),
        }
    }
}

/// A limit of [`Options`](crate::Options).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Limit {
    /// Memory in bytes, at the requested scales.
    Memory,
    /// Number of scans.
    Scans,
}

impl fmt::Display for Limit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Memory => "bytes of memory",
            Self::Scans => "scans",
        })
    }
}

/// An error that leaves no image at all.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Error {
    /// No start-of-image marker in the first 64 KiB.
    NotJpeg,
    /// A valid JPEG file of a kind that is not supported.
    Unsupported(Unsupported),
    /// The image exceeds a limit of [`Options`](crate::Options).
    Limit {
        /// The exceeded limit.
        what: Limit,
        /// The value that the image requires.
        found: u64,
        /// The maximum set by the caller.
        limit: u64,
    },
    /// The file is corrupt before its first block.
    Malformed {
        /// A description of the fault.
        what: &'static str,
        /// Offset of the faulty segment, or of the end of the file, in bytes.
        offset: usize,
    },
}

impl Error {
    /// Returns whether the file is valid but of an unsupported kind.
    #[must_use]
    pub fn is_unsupported(&self) -> bool {
        matches!(self, Self::Unsupported(_))
    }

    /// Returns whether the image exceeds a limit of [`Options`](crate::Options).
    #[must_use]
    pub fn is_limit(&self) -> bool {
        matches!(self, Self::Limit { .. })
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotJpeg => f.write_str("not a JPEG file"),
            Self::Unsupported(what) => write!(f, "unsupported JPEG: {what}"),
            Self::Limit { what, found, limit } => {
                write!(f, "too many {what}: found {found}, limit {limit}")
            }
            Self::Malformed { what, offset } => {
                write!(f, "corrupt JPEG: {what} (at byte {offset})")
            }
        }
    }
}

impl std::error::Error for Error {}
