//! What can go wrong: [`Error`] for a run that cannot start, [`FileError`] for one file of a run that goes on.

use std::any::Any;
use std::fmt;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::geometry::Size;
use crate::options::Format;

/// Why a run did nothing at all, or could not go on.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// An input that was named does not exist or can't be looked at.
    #[error("{}: no such input: {source}", path.display())]
    Input {
        /// The input as it was named.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The output folder can't be made or written to.
    #[error("{}: the output folder can't be written: {source}; name another one with --output", path.display())]
    Output {
        /// The output folder as it was named.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The output folder is an input folder.
    #[error("{}: the output folder is an input too, thumbnails would replace their own sources; name another one with --output", path.display())]
    OutputIsInput {
        /// The output folder as it was named.
        path: PathBuf,
    },
    /// Nothing was named to read.
    #[error("no input: name files or directories, or give --resume the report of an earlier run")]
    NoInput,
    /// The run was asked to stop before its work began.
    #[error("interrupted before the work began; nothing was done")]
    Interrupted,
    /// The worker threads could not be started.
    #[error("can't start {workers} workers: {reason}; ask for fewer with --jobs")]
    Workers {
        /// So many were asked for.
        workers: usize,
        /// What the system said.
        reason: String,
    },
    /// The report of an earlier run can't be read.
    #[error("{}: can't be read as a report: {reason}", path.display())]
    EarlierReport {
        /// The report as it was named.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// The report can't be written.
    #[error("{}: the report can't be written: {source}", path.display())]
    Report {
        /// The report's target as it was named.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
}

/// The steps of one file's way, in their order; errors name the step that failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Step {
    /// Finding the file.
    Walk,
    /// Reading its bytes.
    Read,
    /// Telling format, size and orientation from its header.
    Probe,
    /// Decoding onto the working grid.
    Decode,
    /// Blurring and shrinking.
    Resize,
    /// Encoding the thumbnail.
    Encode,
    /// Writing the thumbnail.
    Store,
}

impl Step {
    /// The word that messages and reports use.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Walk => "walk",
            Self::Read => "read",
            Self::Probe => "probe",
            Self::Decode => "decode",
            Self::Resize => "resize",
            Self::Encode => "encode",
            Self::Store => "store",
        }
    }
}

/// Why one file has no thumbnail.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{}: {}: {cause}", path.display(), step.name())]
pub struct FileError {
    /// The file, as the walk names it.
    pub path: PathBuf,
    /// The step that failed.
    pub step: Step,
    /// What went wrong there.
    pub cause: Cause,
}

impl FileError {
    /// Whether a limit of the run refused the file, which a flag can raise.
    #[must_use]
    pub const fn is_limit(&self) -> bool {
        matches!(
            self.cause,
            Cause::TooManyPixels { .. } | Cause::TooManyBytes { .. } | Cause::TooMuchMemory { .. } | Cause::Limit(_)
        )
    }

    /// Whether every other file would fail in the same way: the target's disk is full or can't be written, or the output
    /// folder is gone.
    #[must_use]
    pub fn ends_run(&self) -> bool {
        use io::ErrorKind::{QuotaExceeded, ReadOnlyFilesystem, StorageFull};
        match &self.cause {
            Cause::OutputGone(_) => true,
            Cause::IoAt { error, .. } => {
                self.step == Step::Store && matches!(error.kind(), StorageFull | QuotaExceeded | ReadOnlyFilesystem)
            }
            _ => false,
        }
    }
}

/// What went wrong with a file.
#[derive(Debug, Clone, thiserror::Error)]
#[non_exhaustive]
pub enum Cause {
    /// The system refused to read or write.
    #[error("{0}")]
    Io(Arc<io::Error>),
    /// The system refused to read or write another file than the source.
    #[error("{}: {error}", path.display())]
    IoAt {
        /// The file it refused.
        path: PathBuf,
        /// What it said.
        error: Arc<io::Error>,
    },
    /// The picture is larger than the run allows.
    #[error("{size} is {} pixels, the limit is {limit}; raise it with --max-pixels", size.pixels())]
    TooManyPixels {
        /// The picture's size.
        size: Size,
        /// The run's limit, in pixels.
        limit: u64,
    },
    /// The file is larger than the run allows.
    #[error("the file has {bytes} bytes, the limit is {limit}; raise it with --max-file-size")]
    TooManyBytes {
        /// The file's length.
        bytes: u64,
        /// The run's limit, in bytes.
        limit: u64,
    },
    /// The picture takes more memory than there is.
    #[error("the picture takes {} of memory, {} are free; --max-memory {} has it tried all the same", Mebibytes(*needed), Mebibytes(*free), needed.div_ceil(1 << 20).to_string() + "M")]
    TooMuchMemory {
        /// What its header lets expect, in bytes.
        needed: u64,
        /// What a single file may have, in bytes.
        free: u64,
    },
    /// The thumbnail would have the name of another source's, which the walk found first.
    #[error("its thumbnail would have the name of {}'s; use --keep-parents, or an output directory for each", .0.display())]
    NameTaken(PathBuf),
    /// A file that the ledger does not name as ours is in the thumbnail's place.
    #[error("{} is not a thumbnail of ours; --force replaces it", .0.display())]
    NotOurs(PathBuf),
    /// What is in the thumbnail's place is a directory, or a source of the run.
    #[error("{} is a source or a directory, which --force does not replace; use another output directory", .0.display())]
    NeverReplaced(PathBuf),
    /// The thumbnail would take the place of a source of the run.
    #[error("its thumbnail would replace {}, which is a source itself; use another output directory", .0.display())]
    IsSource(PathBuf),
    /// The file was named as an input, and gives no thumbnail for this reason.
    #[error("{0}")]
    NoThumbnail(String),
    /// Reading or decoding hung.
    #[error("{0}")]
    Hung(String),
    /// The run came to its end before the file was begun.
    #[error("the run came to its end")]
    NotBegun,
    /// A folder on the way to the target is a link.
    #[error("{}: a link below the output folder; nothing is written through it", .0.display())]
    LinkOut(PathBuf),
    /// The output folder was there when the run began.
    #[error("{}: the output folder is gone", .0.display())]
    OutputGone(PathBuf),
    /// The picture has no pixels.
    #[error("the picture has no pixels ({0})")]
    Empty(Size),
    /// The bytes are not what their format says they should be.
    #[error("damaged {}: {detail}", format.name())]
    Damaged {
        /// The format told by the content.
        format: Format,
        /// What the decoder said.
        detail: String,
    },
    /// A valid picture of a kind that can't be read.
    #[error("unsupported {}: {detail}", format.name())]
    Unsupported {
        /// The format told by the content.
        format: Format,
        /// What the decoder said.
        detail: String,
    },
    /// The thumbnail can't be encoded.
    #[error("can't encode {}: {detail}", format.name())]
    Encode {
        /// The format of the thumbnail.
        format: Format,
        /// What the encoder said.
        detail: String,
    },
    /// A bound on what a decoder may do for one picture; the text names it.
    #[error("{0}")]
    Limit(String),
    /// The resize refused its input.
    #[error("can't resize: {0}")]
    Resize(String),
    /// A decoder panicked; the message is the panic's.
    #[error("the decoder gave up unexpectedly ({0}); please report this file")]
    Panic(String),
}

/// A number of bytes in MiB, rounded up.
struct Mebibytes(u64);

impl fmt::Display for Mebibytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} MiB", self.0.div_ceil(1 << 20))
    }
}

/// A cause together with the step it happened in, before the path is known.
#[derive(Debug)]
pub struct Failure {
    /// The step that failed.
    pub step: Step,
    /// What went wrong there.
    pub cause: Cause,
}

impl Failure {
    /// Names the file.
    #[must_use]
    pub fn at(self, path: &Path) -> FileError {
        FileError { path: path.to_path_buf(), step: self.step, cause: self.cause }
    }
}

/// The message of a panic that was caught.
#[must_use]
pub fn panic_message(payload: &(dyn Any + Send)) -> String {
    let text = payload.downcast_ref::<&str>().copied();
    text.or_else(|| payload.downcast_ref::<String>().map(String::as_str)).unwrap_or("no message").to_string()
}

impl From<io::Error> for Cause {
    fn from(error: io::Error) -> Self {
        Self::Io(Arc::new(error))
    }
}

impl Cause {
    /// Names the step.
    #[must_use]
    pub const fn in_step(self, step: Step) -> Failure {
        Failure { step, cause: self }
    }
}
