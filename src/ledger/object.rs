//! Puts thumbnails in their places in a store. A write has a condition: that there is no object yet, or that it is still the version
//! that was found to be ours.
//!
//! Where a store has no conditional writes, as behind HTTP, an object that another program writes between the look and the write is
//! lost.

use std::io;
use std::path::Path;

use super::bucket::Bucket;
use super::current::Foreseen;
use super::finished::{Finished, Origin, at};
use super::index::Held;
use super::open::Ledger;
use super::ownership::LONGEST_THUMBNAIL;
use super::segment::DIRECTORY;
use crate::digest::digest;
use crate::error::Cause;
use crate::options::Foreign;
use crate::storage;

/// The most changes by other programs between two looks before a thumbnail fails.
const ATTEMPTS: u32 = 16;

/// The modification time that lines have for objects, which get it only when they are stored.
const NO_TIME: i64 = 0;

impl Ledger {
    pub(super) fn put_object(&self, bucket: &Bucket, made: &Finished<'_>, origin: &Origin<'_>) -> Result<(), Cause> {
        let url = self.output.join(made.target);
        let failed = |error| at(&self.shown.join(made.target), error);
        let held = self.held(made.target);
        let own = self.key_of(origin.root, origin.below);
        let is_mine = held.as_ref().is_some_and(|held| held.source == own);
        let mut is_looked_for = held.is_some();
        let mut is_noted = false;
        for _ in 0..ATTEMPTS {
            if !is_looked_for {
                self.note_first(bucket, made, origin, None)?;
                is_noted = true;
                match write_new(&url, made.bytes) {
                    Err(error) if error.kind() == io::ErrorKind::AlreadyExists => is_looked_for = true,
                    other => return other.map_err(failed),
                }
            }
            let (there, version) = match read_thumbnail(&url) {
                Ok(Some(there)) => there,
                Ok(None) => return Err(self.refusal(made.target)),
                Err(error) if error.kind() == io::ErrorKind::NotFound => {
                    is_looked_for = false;
                    continue;
                }
                Err(error) => return Err(failed(error)),
            };
            if there == made.bytes {
                return match held {
                    Some(held) if held.digest == made.digest && self.says_so(&held, made, origin) => Ok(()),
                    _ => self.note(made, origin, NO_TIME, None),
                };
            }
            let former = digest(&there);
            if !self.owns(made.target, former) && self.foreign == Foreign::Refuse {
                return Err(self.refusal(made.target));
            }
            if !is_mine && let Err(cause) = self.check_rival(made, origin, former) {
                if is_noted {
                    self.retract(made.target)?;
                }
                return Err(cause);
            }
            self.note_first(bucket, made, origin, Some(former))?;
            is_noted = true;
            let written = match storage::replace(&url, made.bytes.to_vec(), &version) {
                Err(error) if error.kind() == io::ErrorKind::Unsupported => storage::put(&url, made.bytes.to_vec()),
                other => other,
            };
            match written {
                Err(error) if matches!(error.kind(), io::ErrorKind::ResourceBusy | io::ErrorKind::NotFound) => {}
                other => return other.map_err(failed),
            }
        }
        Err(failed(io::Error::other("another program keeps replacing it")))
    }

    /// Records that a thumbnail is about to be stored, and waits until the line is.
    fn note_first(
        &self,
        bucket: &Bucket,
        made: &Finished<'_>,
        origin: &Origin<'_>,
        replaces: Option<u64>,
    ) -> Result<(), Cause> {
        self.note(made, origin, NO_TIME, replaces)?;
        let Some(segment) = &self.segment else { return Ok(()) };
        bucket.keep(&segment.path).map_err(|error| at(&self.shown.join(DIRECTORY), error))
    }

    /// Returns whether a thumbnail exists with the length that the ledger has. Its content would take another request.
    pub(super) fn is_object_there(&self, target: &Path, held: &Held) -> bool {
        let url = self.output.join(target);
        // A run that was killed may have left the one before, which may have the same length.
        if held.replaces != 0 {
            return storage::read(&url).is_ok_and(|(bytes, _)| digest(&bytes) == held.digest);
        }
        storage::facts(&url).is_ok_and(|facts| facts.len == held.bytes)
    }

    /// Predicts the effect of storing an object at `target`.
    pub(super) fn foresee_object(&self, target: &Path, has_same_bytes: &mut dyn FnMut(&Path) -> bool) -> Foreseen {
        let url = self.output.join(target);
        let may_be = match read_thumbnail(&url) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Foreseen::New,
            Ok(Some((there, _))) => self.owns(target, digest(&there)) || has_same_bytes(&url),
            Ok(None) | Err(_) => false,
        };
        if may_be || self.foreign == Foreign::Replace {
            Foreseen::Replace
        } else {
            Foreseen::Refuse(self.refusal(target))
        }
    }
}

/// Writes an object if there is none.
fn write_new(url: &Path, bytes: &[u8]) -> io::Result<()> {
    match storage::create(url, bytes.to_vec()) {
        Err(error) if error.kind() == io::ErrorKind::Unsupported => match storage::facts(url) {
            Ok(_) => Err(io::ErrorKind::AlreadyExists.into()),
            Err(error) if error.kind() == io::ErrorKind::NotFound => storage::put(url, bytes.to_vec()),
            Err(error) => Err(error),
        },
        other => other,
    }
}

/// Reads the object in a thumbnail's place. `None` if it is too long to be one.
fn read_thumbnail(url: &Path) -> io::Result<Option<(Vec<u8>, storage::Version)>> {
    if storage::facts(url)?.len > LONGEST_THUMBNAIL {
        return Ok(None);
    }
    storage::read(url).map(Some)
}
