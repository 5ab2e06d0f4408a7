//! What a run takes from the report of an earlier one, to do only what that left: a value that travels.

use std::collections::{HashMap, HashSet};
use std::path::PathBuf;
use std::sync::Arc;

use crate::format::Format;

/// What the report of an earlier run says of its sources, as far as this one goes by it. Sources are named as the walk names
/// them: the input as typed, then the way down.
#[derive(Debug, Clone, Default)]
pub enum Earlier {
    /// There is no report.
    #[default]
    Unknown,
    /// The sources that have the thumbnails that this run would make. They are left alone as long as those are there and
    /// not older.
    Written(Arc<HashMap<PathBuf, Formats>>),
    /// The sources that failed, and no others, are tried; of a folder that could not be opened, all that is in it.
    Failed(Arc<HashSet<PathBuf>>),
}

/// The formats on both sides: all that is needed to name the thumbnails of a source that is not opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Formats {
    /// The source's.
    pub source: Format,
    /// Its thumbnails'.
    pub thumbnails: Format,
}
