//! Represents the sources of an earlier run, as read from its report.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::Arc;

/// The sources in the report of an earlier run. They are named as the walk names them: the input as typed, then the
/// path below it.
#[derive(Debug, Clone, Default)]
pub enum PreviousRun {
    /// No report.
    #[default]
    Unknown,
    /// All sources, to be checked again. Sources of the report that are gone are listed, too.
    All(Arc<Vec<PathBuf>>),
    /// The sources that failed, to be tried again. The others of the report are left alone. Of a directory that could
    /// not be opened, everything is tried.
    Failed(Arc<HashMap<PathBuf, Was>>),
}

/// The outcome of a source in the earlier run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Was {
    /// A source that has its thumbnails.
    Done,
    /// A source that was left out, with the reason.
    Skipped(Box<str>),
    /// A source that failed or was not started.
    Failed,
}
