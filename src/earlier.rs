//! Represents what a run takes from the report of an earlier one.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::Arc;

/// Lists the sources in the report of an earlier run. They are named as the walk names them: the input as typed, then the
/// way down.
#[derive(Debug, Clone, Default)]
pub enum Earlier {
    /// There is no report.
    #[default]
    Unknown,
    /// All sources are looked at again; those of the report that are gone are listed, too.
    All(Arc<Vec<PathBuf>>),
    /// Only the sources that failed are tried again, the others of the report are left alone. Of a directory that could not be
    /// opened, all that is in it is tried.
    Failed(Arc<HashMap<PathBuf, Was>>),
}

/// What became of a source in the earlier run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Was {
    /// It has its thumbnails.
    Done,
    /// It was left out, for this reason.
    Skipped(Box<str>),
    /// It failed, or was not begun.
    Failed,
}
