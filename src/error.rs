//! Errors: [`Error`] for a run that can't start or go on, [`FileError`] for one file of a run that goes on.
//!
//! Messages have two forms. What the system refused starts with the attempt: `can't open in/a.jpg: permission denied`.
//! What is wrong with a file starts with its path: `in/b.png: corrupt PNG: the file ends too early`.

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
    #[error("can't open {}: {}", path.display(), plain(source))]
    Input {
        /// The input as it was named.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The output folder can't be made or written to.
    #[error("can't write to output directory {}: {}; choose another one with --output", path.display(), plain(source))]
    Output {
        /// The output folder as it was named.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The output folder is an input folder.
    #[error("output directory {} is also an input; originals would be overwritten; choose another one with --output", path.display())]
    OutputIsInput {
        /// The output folder as it was named.
        path: PathBuf,
    },
    /// Nothing was named to read.
    #[error("no input: name files or directories, or give --resume the report of an earlier run")]
    NoInput,
    /// The run was asked to stop before its work began.
    #[error("interrupted before any work began; nothing was written")]
    Interrupted,
    /// The worker threads could not be started.
    #[error("can't start {workers} workers: {}; use fewer with --jobs", plain(reason))]
    Workers {
        /// The number asked for.
        workers: usize,
        /// What the system said.
        reason: String,
    },
    /// The report of an earlier run can't be read.
    #[error("can't read {} as a report: {}", path.display(), plain(reason))]
    EarlierReport {
        /// The report as it was named.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// The report can't be written.
    #[error("can't write report {}: {}", path.display(), plain(source))]
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

/// Why one file has no thumbnail. Reports name the step in a field of its own; to a reader of the message it says nothing.
#[derive(Debug, Clone, thiserror::Error)]
pub struct FileError {
    /// The file, as the walk names it.
    pub path: PathBuf,
    /// The step that failed.
    pub step: Step,
    /// The cause of the failure.
    pub cause: Cause,
}

impl fmt::Display for FileError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = self.path.display();
        match (&self.cause, self.step) {
            (Cause::Io(error), Step::Walk) => write!(f, "can't open {path}: {}", plain(error)),
            (Cause::Io(error), _) => write!(f, "can't read {path}: {}", plain(error)),
            (cause, _) => write!(f, "{path}: {cause}"),
        }
    }
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
    #[error("{}", plain(_0))]
    Io(Arc<io::Error>),
    /// The system refused to write another file than the source.
    #[error("can't write {}: {}", path.display(), plain(error))]
    IoAt {
        /// The file it refused.
        path: PathBuf,
        /// What it said.
        error: Arc<io::Error>,
    },
    /// The image is larger than the run allows.
    #[error("{size} is {} pixels, more than the limit of {limit}; raise it with --max-pixels", size.pixels())]
    TooManyPixels {
        /// The picture's size.
        size: Size,
        /// The run's limit, in pixels.
        limit: u64,
    },
    /// The file is larger than the run allows.
    #[error("the file has {bytes} bytes, more than the limit of {limit}; raise it with --max-file-size")]
    TooManyBytes {
        /// The file's length.
        bytes: u64,
        /// The run's limit, in bytes.
        limit: u64,
    },
    /// The image needs more memory than there is.
    #[error("the image needs {} of memory, {} are free; use --max-memory {} to try anyway", Mebibytes(*needed), Mebibytes(*free), needed.div_ceil(1 << 20).to_string() + "M")]
    TooMuchMemory {
        /// The estimate from its header, in bytes.
        needed: u64,
        /// What a single file may have, in bytes.
        free: u64,
    },
    /// The thumbnail would have the name of another source's, which the walk found first.
    #[error("would get the same thumbnail name as {}; use --keep-parents, or an --output directory for each", .0.display())]
    NameTaken(PathBuf),
    /// A file that the ledger does not name as ours is in the thumbnail's place.
    #[error("{} is not a thumbnail of ours; --force replaces it", .0.display())]
    NotOurs(PathBuf),
    /// What is in the thumbnail's place is a directory, or a source of the run.
    #[error("{} is an image of this run or a directory, which --force never replaces; choose another directory with --output", .0.display())]
    NeverReplaced(PathBuf),
    /// The thumbnail would take the place of a source of the run.
    #[error("its thumbnail would replace {}, an image of this run; choose another directory with --output", .0.display())]
    IsSource(PathBuf),
    /// The file was named as an input, and gives no thumbnail for this reason.
    #[error("{0}")]
    NoThumbnail(String),
    /// Reading or decoding hung.
    #[error("{0}")]
    Hung(String),
    /// The run ended before the file was begun.
    #[error("not started (interrupted)")]
    NotBegun,
    /// A directory on the way to the target is a link.
    #[error("{} is a symbolic link in the output directory; nothing is written through it", .0.display())]
    LinkOut(PathBuf),
    /// The output directory was there when the run began.
    #[error("output directory {} is gone", .0.display())]
    OutputGone(PathBuf),
    /// The image has no pixels.
    #[error("the image has no pixels ({0})")]
    Empty(Size),
    /// The bytes are not what their format says they should be.
    #[error("corrupt {}: {detail}", format.label())]
    Damaged {
        /// The format told by the content.
        format: Format,
        /// What is wrong, in words for people.
        detail: String,
    },
    /// A valid image of a kind that can't be read.
    #[error("unsupported {}: {detail}", format.label())]
    Unsupported {
        /// The format told by the content.
        format: Format,
        /// What is wrong, in words for people.
        detail: String,
    },
    /// The thumbnail can't be encoded.
    #[error("can't encode {}: {detail}", format.label())]
    Encode {
        /// The format of the thumbnail.
        format: Format,
        /// What the encoder said.
        detail: String,
    },
    /// A bound on what a decoder may do for one image; the text names it.
    #[error("{0}")]
    Limit(String),
    /// The resize refused its input.
    #[error("can't resize: {0}")]
    Resize(String),
    /// A decoder panicked; the message is the panic's.
    #[error("the decoder failed unexpectedly ({0}); please report this file")]
    Panic(String),
}

/// Returns an error of the system in the system's own words: lower case, without its number, and without the path and the
/// words that crates on the way put around it.
#[must_use]
pub fn plain(error: impl fmt::Display) -> String {
    const CODE: &str = "(os error ";
    let text = error.to_string();
    let code = text.split_once(CODE).and_then(|(_, rest)| rest.split_once(')')?.0.parse().ok());
    let Some(code) = code else { return text };
    let words = io::Error::from_raw_os_error(code).to_string();
    let words = words.split(CODE).next().unwrap_or_default().trim_end().trim_end_matches('.');
    let mut letters = words.chars();
    letters.next().map_or_else(String::new, |first| first.to_lowercase().chain(letters).collect())
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
    /// The cause of the failure.
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

#[cfg(test)]
mod tests {
    use super::*;

    /// An error of the system as a crate may wrap it, with its path and its own words.
    fn wrapped() -> io::Error {
        let inner = io::Error::from_raw_os_error(13);
        io::Error::new(inner.kind(), format!("IO error for operation on ud/x: {inner} at path \"ud/x\""))
    }

    #[cfg(unix)]
    #[test]
    fn what_the_system_refused_names_the_path_once_and_no_number() {
        let walk = Cause::from(wrapped()).in_step(Step::Walk).at("ud/x".as_ref());
        assert_eq!(walk.to_string(), "can't open ud/x: permission denied");
        assert_eq!(walk.cause.to_string(), "permission denied");
        let read = Cause::from(io::Error::from_raw_os_error(5)).in_step(Step::Read).at("a".as_ref());
        assert_eq!(read.to_string(), "can't read a: input/output error");
        let full = Cause::IoAt { path: "t/a".into(), error: io::Error::from_raw_os_error(28).into() };
        let full = full.in_step(Step::Store).at("in/a".as_ref());
        assert_eq!(full.to_string(), "in/a: can't write t/a: no space left on device");
        let input = Error::Input { path: "nowhere".into(), source: io::Error::from_raw_os_error(2) };
        assert_eq!(input.to_string(), "can't open nowhere: no such file or directory");
        let workers = Error::Workers { workers: 9, reason: io::Error::from_raw_os_error(11).to_string() };
        assert_eq!(
            workers.to_string(),
            "can't start 9 workers: resource temporarily unavailable; use fewer with --jobs"
        );
    }

    #[test]
    fn what_is_wrong_with_a_file_starts_with_its_path_and_names_no_step() {
        let detail = "the file ends too early".to_string();
        let error = Cause::Damaged { format: Format::Png, detail }.in_step(Step::Probe).at("in/b.png".as_ref());
        assert_eq!(error.to_string(), "in/b.png: corrupt PNG: the file ends too early");
    }

    #[test]
    fn words_without_a_number_of_the_system_stay() {
        assert_eq!(plain(io::Error::other("broken symbolic link")), "broken symbolic link");
        assert_eq!(plain("line 3: expected value (os error unknown)"), "line 3: expected value (os error unknown)");
    }
}
