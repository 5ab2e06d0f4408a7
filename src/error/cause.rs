//! Defines the causes of a file's failure.

use std::fmt;
use std::io;
use std::path::PathBuf;
use std::sync::Arc;

use super::plain::plain;
use crate::geometry::Size;
use crate::options::{Format, OptionsError};
use crate::outcome::skip::SkipReason;

/// The cause of a file's failure.
#[derive(Debug, Clone, thiserror::Error)]
#[non_exhaustive]
pub enum Cause {
    /// The system failed to read or write.
    #[error("{}", plain(_0))]
    Io(#[source] Arc<io::Error>),
    /// The system failed to write a file other than the source.
    #[error("can't write {}: {}", path.display(), plain(error))]
    IoAt {
        /// The path of that file.
        path: PathBuf,
        /// The system's error.
        #[source]
        error: Arc<io::Error>,
    },
    /// The image has more pixels than the run allows.
    #[error("{size} is {} pixels, more than the limit of {limit}", size.pixels())]
    TooManyPixels {
        /// The image's size.
        size: Size,
        /// The run's limit, in pixels.
        limit: u64,
    },
    /// The file is larger than the run allows.
    #[error("the file has {bytes} bytes, more than the limit of {limit}")]
    TooManyBytes {
        /// The file's length.
        bytes: u64,
        /// The run's limit, in bytes.
        limit: u64,
    },
    /// The image needs more memory than is free.
    #[error("the image needs {} of memory, {} are free", Mebibytes(*needed), Mebibytes(*free))]
    TooMuchMemory {
        /// The estimate from its header, in bytes.
        needed: u64,
        /// The memory available to a single file, in bytes.
        free: u64,
    },
    /// The thumbnail would have the same name as that of another source, which the walk found first.
    #[error("would get the same thumbnail name as {}", .0.display())]
    NameTaken(PathBuf),
    /// The same, where the names are not those of the sources: with a template, or if all thumbnails are in one directory.
    #[error("would get the same thumbnail name as {}", .0.display())]
    NamedAlike(PathBuf),
    /// The thumbnail's place is taken by a file that the ledger does not list.
    #[error("{} was not made by thumbs, or was changed since", .0.display())]
    NotOurs(PathBuf),
    /// The thumbnail's place is taken by the thumbnail of another image, which exists.
    #[error("{} is the thumbnail of {}", thumbnail.display(), image.display())]
    Occupied {
        /// The path of that thumbnail.
        thumbnail: PathBuf,
        /// The path of that image.
        image: PathBuf,
    },
    /// The thumbnail's place is taken by a directory, or by a source of the run.
    #[error("{} is an image of this run or a directory, which is never replaced", .0.display())]
    NeverReplaced(PathBuf),
    /// The thumbnail would replace a source of the run.
    #[error("its thumbnail would replace {}, an image of this run", .0.display())]
    IsSource(PathBuf),
    /// The file was named as an input, but gives no thumbnail, for this reason.
    #[error("{0}")]
    NoThumbnail(SkipReason),
    /// Reading or decoding hung.
    #[error("{0}")]
    Hung(String),
    /// The run ended before the file was started.
    #[error("not started (interrupted)")]
    NotBegun,
    /// A directory on the target's path is a symbolic link.
    #[error("{} is a symbolic link in the output directory; nothing is written through it", .0.display())]
    LinkOut(PathBuf),
    /// The output directory has disappeared during the run.
    #[error("output directory {} is gone", .0.display())]
    OutputGone(PathBuf),
    /// The image has no pixels.
    #[error("the image has no pixels ({0})")]
    Empty(Size),
    /// The content violates its format.
    #[error("corrupt {}: {detail}", format.label())]
    Damaged {
        /// The format detected by the content.
        format: Format,
        /// The defect, described for users.
        detail: String,
    },
    /// Less of the image could be decoded than the options ask for.
    #[error("corrupt {}: {detail}", format.label())]
    TooDamaged {
        /// The format detected by the content.
        format: Format,
        /// The share that could be decoded, and the defect, described for users.
        detail: String,
    },
    /// A valid image of an unsupported kind.
    #[error("unsupported {}: {detail}", format.label())]
    Unsupported {
        /// The format detected by the content.
        format: Format,
        /// The unsupported feature, described for users.
        detail: String,
    },
    /// The thumbnail can't be encoded.
    #[error("can't encode {}: {detail}", format.label())]
    Encode {
        /// The format of the thumbnail.
        format: Format,
        /// The encoder's error.
        detail: String,
    },
    /// The image exceeds a limit of its decoder, which the text names.
    #[error("{0}")]
    Limit(String),
    /// Rendering the image takes longer than the run allows, as the text says.
    #[error("{0}")]
    TooSlow(String),
    /// The options for each image are invalid.
    #[error(transparent)]
    Options(#[from] OptionsError),
    /// The resize rejected its input.
    #[error("can't resize: {0}")]
    Resize(String),
    /// A decoder panicked with this message.
    #[error("the decoder failed unexpectedly ({0}); please report this file")]
    Panic(String),
}

/// A number of bytes in MiB, rounded up.
struct Mebibytes(u64);

impl fmt::Display for Mebibytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} MiB", self.0.div_ceil(1 << 20))
    }
}

impl From<io::Error> for Cause {
    fn from(error: io::Error) -> Self {
        Self::Io(Arc::new(error))
    }
}
