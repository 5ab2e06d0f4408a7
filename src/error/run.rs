//! Defines the error of a run that can't start or continue.

use std::io;
use std::path::PathBuf;

use super::plain::plain;
use crate::options::{NameProblem, OptionsError};

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
    #[error("can't write to output directory {}: {}", path.display(), plain(source))]
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
    /// The place of a contact sheet or a report is taken by another file.
    #[error("can't write {}: it was not made by thumbs, or was changed since", path.display())]
    NotOurs {
        /// The target as typed.
        path: PathBuf,
    },
    /// The output folder is also an input folder.
    #[error("output directory {} is also an input; originals would be overwritten", path.display())]
    OutputIsInput {
        /// The output folder as typed.
        path: PathBuf,
    },
    /// Thumbnails can't be named as asked for.
    #[error("{reason}")]
    Names {
        /// The reason.
        reason: NameProblem,
    },
    /// The options for each image are invalid.
    #[error(transparent)]
    Options(#[from] OptionsError),
    /// No input was given.
    #[error("no input: there are neither files nor directories")]
    NoInput,
    /// The run was interrupted before its work began.
    #[error("interrupted before any work began; nothing was written")]
    Interrupted,
    /// An option that makes no sense for objects, or a build that reads none.
    #[error("{}: {reason}", path.display())]
    Storage {
        /// The URL as typed.
        path: PathBuf,
        /// The reason.
        reason: String,
    },
    /// The worker threads could not be started.
    #[error("can't start {workers} workers: {}", plain(reason))]
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
