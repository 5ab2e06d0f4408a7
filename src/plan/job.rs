//! One thing that the walk found.

use std::ffi::OsStr;
use std::path::PathBuf;

use crate::error::FileError;
use crate::facts::Facts;
use crate::outcome::SkipReason;
use crate::previous_run::Was;

/// A directory with sources in it.
#[derive(Debug, Clone)]
pub(super) struct Folder {
    /// The path as the walk names it: the input as typed, then the rest.
    pub(super) source: PathBuf,
    /// The same directory below the output directory.
    pub(super) below_output: PathBuf,
    /// The number of its root, and the path below that root.
    pub(super) root: u32,
    pub(super) below_root: PathBuf,
    /// Whether its one source was named as an input.
    pub(super) is_named: bool,
}

/// An entry of the walk: a source to work on, or a known outcome.
#[derive(Debug)]
pub struct Job {
    pub(super) folder: u32,
    /// The number of its source (`SourceName`).
    pub(super) number: u32,
    pub(super) name: Box<OsStr>,
    /// The walk's finding about it.
    pub found: Found,
}

/// The walk's finding about an entry.
#[derive(Debug, Clone)]
pub enum Found {
    /// A regular file.
    File(Facts),
    /// A file that an earlier run finished or skipped. It is not to be tried again.
    Before(Box<Was>),
    /// An entry left out, with the reason.
    Skipped(Box<SkipReason>),
    /// An entry that can't be examined.
    Failed(Box<FileError>),
}

impl Job {
    /// Returns the number of its source in the output directory; 0 if names have no numbers.
    #[must_use]
    pub const fn number(&self) -> u32 {
        self.number
    }

    /// Returns the number of bytes to read. It decides the order of starts.
    #[must_use]
    pub const fn bytes(&self) -> u64 {
        match self.found {
            Found::File(facts) => facts.len,
            Found::Before(_) | Found::Skipped(_) | Found::Failed(_) => 0,
        }
    }
}
