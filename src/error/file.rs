//! Defines the error of one file, with and without its path.

use std::error::Error;
use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

use super::cause::Cause;
use super::denied::Denied;
use super::plain::plain;
use super::step::Step;

/// The reason for which a file has no thumbnail. Messages omit the step, which means nothing to their readers; reports
/// have a field for it.
#[derive(Debug, Clone)]
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

impl Error for FileError {
    /// Returns the system's error behind the cause.
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.cause.source()
    }
}

impl FileError {
    /// Returns whether the file exceeds a limit of the run that an option can raise.
    #[must_use]
    pub const fn is_limit(&self) -> bool {
        matches!(
            self.cause,
            Cause::TooManyPixels { .. }
                | Cause::TooManyBytes { .. }
                | Cause::TooMuchMemory { .. }
                | Cause::Limit(_)
                | Cause::TooSlow(_)
        )
    }

    /// Returns whether every other file would fail in the same way: the target's disk is full or read-only, the output
    /// folder is gone, or a store no longer accepts the credentials.
    #[must_use]
    pub fn ends_run(&self) -> bool {
        use io::ErrorKind::{QuotaExceeded, ReadOnlyFilesystem, StorageFull};
        match &self.cause {
            Cause::OutputGone(_) => true,
            Cause::Io(error) | Cause::IoAt { error, .. } if Denied::is_behind(error) => true,
            Cause::IoAt { error, .. } => {
                self.step == Step::Store && matches!(error.kind(), StorageFull | QuotaExceeded | ReadOnlyFilesystem)
            }
            _ => false,
        }
    }
}

/// A cause and the step that failed, before the path is known.
#[derive(Debug, Clone)]
pub struct Failure {
    /// The step that failed.
    pub step: Step,
    /// The cause of the failure.
    pub cause: Cause,
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.cause.fmt(f)
    }
}

impl Error for Failure {
    /// Returns the system's error behind the cause.
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.cause.source()
    }
}

impl Failure {
    /// Adds the path of the file.
    #[must_use]
    pub fn at(self, path: &Path) -> FileError {
        FileError { path: path.to_path_buf(), step: self.step, cause: self.cause }
    }
}

impl Cause {
    /// Adds the step that failed.
    #[must_use]
    pub const fn in_step(self, step: Step) -> Failure {
        Failure { step, cause: self }
    }
}
