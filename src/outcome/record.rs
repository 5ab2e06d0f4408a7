//! Holds one source and its outcome.

use std::path::PathBuf;

use super::damage::{Damage, DecodedFrom};
use super::kept::{Animated, KeptGainMap};
use super::placeholder::Placeholder;
use super::skip::SkipReason;
use super::times::Times;
use crate::error::FileError;
use crate::geometry::{Orientation, Size};
use crate::options::Format;

/// One source and its outcome. It is serialized as a report in JSON has it.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Record {
    /// The source's index in the plan, which has the order of the walk. Records arrive as files finish.
    pub index: usize,
    /// The source's path as the walk names it: the input as typed, then the path below it.
    pub source: PathBuf,
    /// Returns the source's length in bytes when it was found. Anything but a file has 0.
    pub bytes: u64,
    /// The bytes of the source that came from a store. A file has 0.
    pub fetched: u64,
    /// The source's outcome.
    pub outcome: Outcome,
    /// The index of the worker that processed it. `None` if no worker was needed.
    pub worker: Option<usize>,
}

impl Record {
    /// Returns the record of a single source of this length in bytes.
    #[must_use]
    pub const fn new(source: PathBuf, bytes: u64, outcome: Outcome) -> Self {
        Self { index: 0, source, bytes, fetched: 0, outcome, worker: None }
    }
}

/// The outcome of one source.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum Outcome {
    /// The thumbnails were written.
    Written(Box<Written>),
    /// The thumbnails would be written: the outcome of a dry run.
    Planned(Vec<Planned>),
    /// The thumbnails existed already.
    UpToDate(Current),
    /// The source was skipped, which is no error.
    Skipped(SkipReason),
    /// The source should have a thumbnail and has none.
    Failed(Box<FileError>),
}

impl Outcome {
    /// Returns the name used in messages and reports.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Written(_) => "written",
            Self::Planned(_) => "would-write",
            Self::UpToDate(_) => "up-to-date",
            Self::Skipped(_) => "skipped",
            Self::Failed(_) => "failed",
        }
    }
}

/// A thumbnail that a dry run would write.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Planned {
    /// The path of the thumbnail.
    pub path: PathBuf,
    /// Whether it would replace an existing thumbnail.
    pub replaces: bool,
}

/// The reason for which thumbnails are up to date.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Current {
    /// They were not touched.
    Unchanged,
    /// Their source was moved, and they were renamed from these paths.
    Renamed(Vec<PathBuf>),
    /// Their source was moved, and they would be renamed from these paths if this were no dry run.
    ToRename(Vec<PathBuf>),
}

/// The thumbnails of one source, and their cost.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Written {
    /// Format of the source, detected by its content.
    pub format: Format,
    /// Size of the source as stored, before it is turned.
    pub size: Size,
    /// The orientation that was applied to the source.
    pub orientation: Orientation,
    /// Length of the source in bytes.
    pub bytes: u64,
    /// Number of source px per working-grid px; 1 for a full decode.
    pub factor: u32,
    /// The image in the source from which the thumbnails were made.
    pub decoded_from: DecodedFrom,
    /// The damage of the source, if any.
    pub damage: Option<Damage>,
    /// The thumbnails, one per requested size.
    pub thumbnails: Vec<Thumbnail>,
    /// The placeholder, if one was asked for.
    pub placeholder: Option<Placeholder>,
    /// The treatment of the source's animation, if it has one.
    pub animation: Animated,
    /// The treatment of the source's gain map, if it has one and was to be kept.
    pub gain_map: KeptGainMap,
    /// Time of each step.
    pub times: Times,
}

/// One thumbnail on disk.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Thumbnail {
    /// The path of the file.
    pub path: PathBuf,
    /// The size in px.
    pub size: Size,
    /// The format.
    pub format: Format,
    /// The length in bytes.
    pub bytes: u64,
    /// A digest of the content, for comparing the output of two runs.
    pub digest: u64,
}
