//! Decides whether the file in a thumbnail's place is ours.

use std::fs::{self, Metadata};
use std::io;
use std::path::Path;

use super::finished::{Finished, at};
use super::index::Held;
use super::open::Ledger;
use crate::digest::digest;
use crate::error::Cause;
use crate::facts::Facts;

/// The greatest length in bytes of a file whose digest is compared with a thumbnail's.
pub(super) const LONGEST_THUMBNAIL: u64 = 256 << 20;

/// The file found in a thumbnail's place.
pub(super) enum There {
    Nothing,
    /// A directory.
    Directory,
    /// The bytes to be stored.
    SameBytes(Facts),
    /// Our thumbnail, with its digest.
    Ours(Facts, u64),
    /// Anything else.
    NotOurs(Facts),
}

impl Ledger {
    /// Examines the place of a thumbnail.
    pub(super) fn look_at(&self, path: &Path, made: &Finished<'_>) -> Result<There, Cause> {
        let metadata = match fs::symlink_metadata(path) {
            Ok(metadata) => metadata,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(There::Nothing),
            Err(error) => return Err(at(path, error)),
        };
        let facts = Facts::from(&metadata);
        if metadata.is_dir() {
            return Ok(There::Directory);
        }
        if !metadata.is_file() {
            return Ok(There::NotOurs(facts));
        }
        if facts.len == made.bytes.len() as u64 && digest_of(path, &metadata) == Some(made.digest) {
            return Ok(There::SameBytes(facts));
        }
        Ok(match self.owner_of(path, &metadata, made.target) {
            Some(digest) => There::Ours(facts, digest),
            None => There::NotOurs(facts),
        })
    }

    /// Returns the digest of the file at `path` if the ledger has it for `target`. A digest that it once had counts,
    /// too. The time alone does not make a file ours: a replaced file is gone.
    pub(super) fn owner_of(&self, path: &Path, metadata: &Metadata, target: &Path) -> Option<u64> {
        if !metadata.is_file() {
            return None;
        }
        let there = digest_of(path, metadata)?;
        self.owns(target, there).then_some(there)
    }

    /// Returns whether the ledger has a content for `target`, by its digest.
    pub(super) fn owns(&self, target: &Path, there: u64) -> bool {
        let is_ours = || {
            self.held(target).is_some_and(|held| held.digest == there || held.replaces == there)
                || self.has_been(target, there)
        };
        // Another run may have made it since the ledger was read.
        let is_ours_now = || {
            self.read_on();
            is_ours()
        };
        is_ours() || is_ours_now()
    }
}

/// Returns whether a file matches the ledger by length and time alone.
pub(super) fn is_as_held(facts: &Facts, held: &Held) -> bool {
    (facts.len, facts.modified_ns) == (held.bytes, held.modified_ns)
}

/// Returns whether the file at `path` has the content of the thumbnail `held`. A copy or a checkout has another time.
pub(super) fn is_held_at(path: &Path, metadata: &Metadata, held: &Held) -> bool {
    metadata.is_file() && metadata.len() == held.bytes && digest_of(path, metadata) == Some(held.digest)
}

/// Returns the digest of a file that could be a thumbnail. `None` if it is too long or can't be read.
pub(super) fn digest_of(path: &Path, metadata: &Metadata) -> Option<u64> {
    (metadata.len() <= LONGEST_THUMBNAIL).then(|| fs::read(path).ok()).flatten().map(|bytes| digest(&bytes))
}
