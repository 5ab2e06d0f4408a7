//! Why a picture could not be decoded at all. In: nothing. Out: [`Error`], which every other file here returns.
//! What could be decoded in part is no error but a [`Damage`](super::Damage).

use std::fmt;

/// A coding process or property that this decoder names but does not decode (T.81, table B.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Unsupported {
    /// Lossless coding with arithmetic codes (SOF11).
    ArithmeticLossless,
    /// Hierarchical coding (DHP, EXP, SOF5 to SOF7, SOF13 to SOF15).
    Hierarchical,
    /// JPEG-LS, another standard with the same markers (SOF55).
    JpegLs,
    /// Samples of this many bits, where 8 or 12 are decoded, and 2 to 16 if lossless.
    Precision(u8),
    /// So many components, where 1 to 4 are decoded.
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

/// A bound that a picture would exceed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Limit {
    /// Bytes that decoding would need at the scales asked for.
    Memory,
    /// Scans in one picture.
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

/// Why no picture came out.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Error {
    /// There is no start-of-image marker at, or close to, the beginning.
    NotJpeg,
    /// A JPEG of a kind that this decoder does not read.
    Unsupported(Unsupported),
    /// The picture asks for more than the caller allows.
    Limit {
        /// Which bound.
        what: Limit,
        /// What the picture asks for.
        found: u64,
        /// What the caller allows.
        limit: u64,
    },
    /// The bytes break the format before a single block could be read.
    Malformed {
        /// What is wrong.
        what: &'static str,
        /// Offset into the file, in bytes, of the segment at fault, or of the file's end.
        offset: usize,
    },
}

impl Error {
    /// Whether the file is sound but of a kind that is not decoded here.
    #[must_use]
    pub fn is_unsupported(&self) -> bool {
        matches!(self, Self::Unsupported(_))
    }

    /// Whether a bound set by the caller was the reason.
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
