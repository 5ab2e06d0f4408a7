//! A thumbnail that is to be stored, and its source.

use std::io;
use std::path::Path;

use crate::error::Cause;
use crate::facts::Facts;
use crate::format::Format;
use crate::outcome::Placeholder;

/// The source of a thumbnail, as recorded in the ledger.
#[derive(Debug, Clone, Copy)]
pub struct Origin<'a> {
    /// The index of its root among those that the ledger was opened with.
    pub root: u32,
    /// Its path below the root.
    pub below: &'a Path,
    /// Its number, if names have numbers.
    pub number: Option<u32>,
    /// Its length, modification time and inode when it was opened.
    pub facts: Facts,
    /// The format.
    pub format: Format,
    /// The digest of its content, if it was read as a whole.
    pub content: Option<u64>,
    /// Its placeholder, if one was asked for.
    pub placeholder: Option<&'a Placeholder>,
}

/// A source that may have moved, with its place now.
#[derive(Debug, Clone, Copy)]
pub struct Moved<'a> {
    /// The index of its root among those that the ledger was opened with.
    pub root: u32,
    /// Its path below the root.
    pub below: &'a Path,
    /// Its number, if names have numbers.
    pub number: Option<u32>,
    /// Its length, modification time and inode.
    pub facts: &'a Facts,
}

/// A thumbnail to be stored.
#[derive(Debug, Clone, Copy)]
pub struct Finished<'a> {
    /// The length in bytes.
    pub bytes: &'a [u8],
    /// The digest of the bytes.
    pub digest: u64,
    /// The format.
    pub format: Format,
    /// Its path below the output directory.
    pub target: &'a Path,
    /// The digest of the options it was made with.
    pub made_with: u64,
}

/// Adds the path to an error.
pub(super) fn at(path: &Path, error: io::Error) -> Cause {
    Cause::IoAt { path: path.to_path_buf(), error: error.into() }
}
