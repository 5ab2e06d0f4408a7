//! Decides whose a file in a thumbnail's place is.

use std::fs::{self, Metadata};
use std::io;
use std::path::Path;

use super::finished::{Finished, at};
use super::index::Held;
use super::open::Ledger;
use crate::digest::digest;
use crate::error::Cause;
use crate::facts::Facts;

/// Longest file whose digest is compared with that of a thumbnail, in bytes.
const LONGEST_THUMBNAIL: u64 = 256 << 20;

/// What is known of the file at a thumbnail's place.
pub(super) enum There {
    Nothing,
    /// A directory.
    Directory,
    /// The very bytes that are to be stored.
    SameBytes(Facts),
    /// A thumbnail of ours, by this digest.
    Ours(Facts, u64),
    /// Anything else.
    NotOurs(Facts),
}

impl Ledger {
    /// Looks at what is in the place of a thumbnail.
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

    /// The digest by which the file at `path` is one that the ledger names, or named, at `target`. Its time alone does not
    /// make it ours: what is replaced is gone.
    pub(super) fn owner_of(&self, path: &Path, metadata: &Metadata, target: &Path) -> Option<u64> {
        if !metadata.is_file() {
            return None;
        }
        let there = digest_of(path, metadata)?;
        let is_ours = || {
            self.held(target).is_some_and(|held| held.digest == there || held.replaces == there)
                || self.has_been(target, there)
        };
        // Another run may have made it since the ledger was read.
        let is_ours_now = || {
            self.read_on();
            is_ours()
        };
        (is_ours() || is_ours_now()).then_some(there)
    }
}

/// Whether the file is as the ledger has it, by length and time alone.
pub(super) fn is_as_held(facts: &Facts, held: &Held) -> bool {
    (facts.len, facts.modified_ns) == (held.bytes, held.modified_ns)
}

/// Whether the file at `path` has the content of the thumbnail that is held. A copy or a checkout has another time.
pub(super) fn is_held_at(path: &Path, metadata: &Metadata, held: &Held) -> bool {
    metadata.is_file() && metadata.len() == held.bytes && digest_of(path, metadata) == Some(held.digest)
}

/// The digest of a file that could be a thumbnail.
pub(super) fn digest_of(path: &Path, metadata: &Metadata) -> Option<u64> {
    (metadata.len() <= LONGEST_THUMBNAIL).then(|| fs::read(path).ok()).flatten().map(|bytes| digest(&bytes))
}
