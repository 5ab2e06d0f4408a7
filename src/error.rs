//! Defines errors: [`Error`] for a run that can't start or continue, [`FileError`] for one file of a run that continues.
//!
//! Messages have two forms. An error of the system starts with the attempt: `can't open in/a.jpg: permission denied`. A
//! defect of a file starts with its path: `in/b.png: corrupt PNG: the file ends too early`.

use std::any::Any;
use std::fmt;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::geometry::Size;
use crate::options::Format;

/// The reason for which a run could not start or continue.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// An input does not exist or can't be accessed.
    #[error("can't open {}: {}", path.display(), plain(source))]
    Input {
        /// The input as typed.
        path: PathBuf,
        /// The system's error.
        source: io::Error,
    },
    /// The output folder can't be created or written to.
    #[error("can't write to output directory {}: {}; choose another one with --output", path.display(), plain(source))]
    Output {
        /// The output folder as typed.
        path: PathBuf,
        /// The system's error.
        source: io::Error,
    },
    /// The thumbnail of a single image, or a contact sheet, can't be written.
    #[error("can't write {}: {}", path.display(), plain(source))]
    Thumbnail {
        /// The target as typed.
        path: PathBuf,
        /// The system's error.
        source: io::Error,
    },
    /// The output folder is also an input folder.
    #[error("output directory {} is also an input; originals would be overwritten; choose another one with --output, or other names with --name", path.display())]
    OutputIsInput {
        /// The output folder as typed.
        path: PathBuf,
    },
    /// Thumbnails can't be named as asked for.
    #[error("{reason}")]
    Names {
        /// The reason.
        reason: String,
    },
    /// No input was given.
    #[error("no input: name files or directories, or give --resume the report of an earlier run")]
    NoInput,
    /// The run was interrupted before its work began.
    #[error("interrupted before any work began; nothing was written")]
    Interrupted,
    /// The worker threads could not be started.
    #[error("can't start {workers} workers: {}; use fewer with --jobs", plain(reason))]
    Workers {
        /// The requested number.
        workers: usize,
        /// The system's error.
        reason: String,
    },
    /// The report of an earlier run can't be read.
    #[error("can't read {} as a report: {}", path.display(), plain(reason))]
    EarlierReport {
        /// The report as typed.
        path: PathBuf,
        /// The reason.
        reason: String,
    },
    /// The report can't be written.
    #[error("can't write report {}: {}", path.display(), plain(source))]
    Report {
        /// The report's target as typed.
        path: PathBuf,
        /// The system's error.
        source: io::Error,
    },
}

/// The steps of processing one file, in order. Errors name the step that failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Step {
    /// Finding the file.
    Walk,
    /// Reading the file.
    Read,
    /// Detecting format, size and orientation from the header.
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
    /// Returns the name used in messages and reports.
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

/// The reason for which a file has no thumbnail. Messages omit the step, which means nothing to their readers; reports
/// have a field for it.
#[derive(Debug, Clone, thiserror::Error)]
pub struct FileError {
    /// The file's path as the walk names it.
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
    /// Returns whether the file exceeds a limit of the run that an option can raise.
    #[must_use]
    pub const fn is_limit(&self) -> bool {
        matches!(
            self.cause,
            Cause::TooManyPixels { .. } | Cause::TooManyBytes { .. } | Cause::TooMuchMemory { .. } | Cause::Limit(_)
        )
    }

    /// Returns whether every other file would fail in the same way: the target's disk is full or read-only, or the output
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

/// The cause of a file's failure.
#[derive(Debug, Clone, thiserror::Error)]
#[non_exhaustive]
pub enum Cause {
    /// The system failed to read or write.
    #[error("{}", plain(_0))]
    Io(Arc<io::Error>),
    /// The system failed to write a file other than the source.
    #[error("can't write {}: {}", path.display(), plain(error))]
    IoAt {
        /// The path of that file.
        path: PathBuf,
        /// The system's error.
        error: Arc<io::Error>,
    },
    /// The image has more pixels than the run allows.
    #[error("{size} is {} pixels, more than the limit of {limit}; raise it with --max-pixels", size.pixels())]
    TooManyPixels {
        /// The image's size.
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
    /// The image needs more memory than is free.
    #[error("the image needs {} of memory, {} are free; use --max-memory {} to try anyway", Mebibytes(*needed), Mebibytes(*free), needed.div_ceil(1 << 20).to_string() + "M")]
    TooMuchMemory {
        /// The estimate from its header, in bytes.
        needed: u64,
        /// The memory available to a single file, in bytes.
        free: u64,
    },
    /// The thumbnail would have the same name as that of another source, which the walk found first.
    #[error("would get the same thumbnail name as {}; use --keep-parents, or an --output directory for each", .0.display())]
    NameTaken(PathBuf),
    /// The thumbnail's place is taken by a file that the ledger does not list.
    #[error("{} was not made by thumbs, or was changed since; use --force to replace it", .0.display())]
    NotOurs(PathBuf),
    /// The thumbnail's place is taken by a directory, or by a source of the run.
    #[error("{} is an image of this run or a directory, which --force never replaces; choose another directory with --output", .0.display())]
    NeverReplaced(PathBuf),
    /// The thumbnail would replace a source of the run.
    #[error("its thumbnail would replace {}, an image of this run; choose another directory with --output", .0.display())]
    IsSource(PathBuf),
    /// The file was named as an input, but gives no thumbnail, for this reason.
    #[error("{0}")]
    NoThumbnail(String),
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
    /// The resize rejected its input.
    #[error("can't resize: {0}")]
    Resize(String),
    /// A decoder panicked with this message.
    #[error("the decoder failed unexpectedly ({0}); please report this file")]
    Panic(String),
}

/// Returns a system error in the system's own words: in lower case, without its number, and without the path and the text
/// that crates add to it.
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

/// A cause and the step that failed, before the path is known.
#[derive(Debug)]
pub struct Failure {
    /// The step that failed.
    pub step: Step,
    /// The cause of the failure.
    pub cause: Cause,
}

impl Failure {
    /// Adds the path of the file.
    #[must_use]
    pub fn at(self, path: &Path) -> FileError {
        FileError { path: path.to_path_buf(), step: self.step, cause: self.cause }
    }
}

/// Returns the message of a caught panic.
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
    /// Adds the step that failed.
    #[must_use]
    pub const fn in_step(self, step: Step) -> Failure {
        Failure { step, cause: self }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Returns a system error as a crate may wrap it, with a path and other text.
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
