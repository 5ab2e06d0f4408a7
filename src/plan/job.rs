//! One thing that the walk found.

use std::ffi::OsStr;
use std::path::PathBuf;

use crate::earlier::Was;
use crate::error::FileError;
use crate::facts::Facts;
use crate::outcome::SkipReason;

/// A folder with sources in it.
#[derive(Debug, Clone)]
pub(super) struct Folder {
    /// As the walk names it: the input as typed, then the way down.
    pub(super) source: PathBuf,
    /// The same below the output folder.
    pub(super) below_output: PathBuf,
    /// The root that it lies under, and the way down from there.
    pub(super) root: u32,
    pub(super) below_root: PathBuf,
    /// Whether its one source was named as an input.
    pub(super) is_named: bool,
}

/// One thing that the walk found: a source to work on, or what is known of it already.
#[derive(Debug)]
pub struct Job {
    pub(super) folder: u32,
    pub(super) name: Box<OsStr>,
    /// What the walk learnt of it.
    pub found: Found,
}

/// What the walk learnt of an entry.
#[derive(Debug, Clone)]
pub enum Found {
    /// A regular file.
    File(Facts),
    /// A file that an earlier run had done or skipped, and that is not among those to be tried again.
    Before(Box<Was>),
    /// It is left out.
    Skipped(Box<SkipReason>),
    /// It can't be looked at.
    Failed(Box<FileError>),
}

impl Job {
    /// Bytes to read: what decides who starts first.
    #[must_use]
    pub const fn bytes(&self) -> u64 {
        match self.found {
            Found::File(facts) => facts.len,
            Found::Before(_) | Found::Skipped(_) | Found::Failed(_) => 0,
        }
    }
}
