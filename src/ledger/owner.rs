//! Decides whose a thumbnail is: one of another source that exists is not replaced.

use std::fs;
use std::path::Path;

use super::finished::{Finished, Origin};
use super::index::{Held, source_key};
use super::known::Root;
use super::open::Ledger;
use super::presence::Presence;
use super::segment;
use crate::error::Cause;
use crate::options::Foreign;
use crate::report::ThumbnailLine;
use crate::storage;

impl Ledger {
    /// Returns an error if a thumbnail belongs to another source than the one at `below` in `root`, and that one
    /// exists.
    pub(super) fn check_owner(&self, held: &Held, own: (u32, &Path), target: &Path) -> Result<(), Cause> {
        if held.source == self.key_of(own.0, own.1) {
            return Ok(());
        }
        self.find_source(held).map_or(Ok(()), |(root, source)| self.check_source(&root, &source, own, target))
    }

    /// Does the same for a thumbnail of the source at `source` in `other_root`. One file may have several paths.
    fn check_source(
        &self,
        other_root: &Root,
        source: &Path,
        (root, below): (u32, &Path),
        target: &Path,
    ) -> Result<(), Cause> {
        // Among the sources of one run, the plan has decided which one fails.
        if self.foreign == Foreign::Replace || self.roots.iter().any(|root| root.key == other_root.key) {
            return Ok(());
        }
        let own = self.roots.get(root as usize).map(|root| self.output.join(&root.path).join(below));
        let other = match self.standing_of(other_root).look_for(source) {
            Presence::Present(path) if own.is_some_and(|own| are_one(&own, &path)) => return Ok(()),
            Presence::Present(path) | Presence::InArchive(path) => path,
            Presence::Unknown if is_object(&other_root.path.join(source)) => other_root.path.join(source),
            Presence::Unknown | Presence::Gone => return Ok(()),
        };
        Err(Cause::Occupied { thumbnail: self.shown.join(target), image: other })
    }

    /// Returns an error if the thumbnail that another run put in the place of this one meanwhile is that of another
    /// source, which exists. `digest` is that of its bytes.
    pub(super) fn check_rival(&self, made: &Finished<'_>, origin: &Origin<'_>, digest: u64) -> Result<(), Cause> {
        let held = self.held(made.target).filter(|held| held.digest == digest);
        if let Some(held) = held {
            return self.check_owner(&held, (origin.root, origin.below), made.target);
        }
        // The line of this run came last.
        let own = self.key_of(origin.root, origin.below);
        let mut result = Ok(());
        for (_, read) in self.segments() {
            segment::read(&read.path, 0, |line, _| {
                let is_it = |one: &ThumbnailLine<'_>| {
                    one.digest.as_ref().is_some_and(|hex| hex.0 == digest) && one.file() == made.target
                };
                if result.is_ok()
                    && line.thumbnails.iter().any(is_it)
                    && let Some(root) = line.root.and_then(|root| read.roots.get(root as usize))
                    && let (Some(source), Some(bytes)) = (line.source_path(), line.source_bytes())
                    && source_key(root.key, &bytes) != own
                {
                    result = self.check_source(root, &source, (origin.root, origin.below), made.target);
                }
            });
        }
        result
    }
}

/// Returns whether a path is the URL of an object that exists.
fn is_object(path: &Path) -> bool {
    storage::is_url(path) && storage::facts(path).is_ok()
}

/// Returns whether both paths lead to one file.
pub(super) fn are_one(a: &Path, b: &Path) -> bool {
    #[cfg(unix)]
    if let (Ok(a), Ok(b)) = (fs::metadata(a), fs::metadata(b)) {
        use std::os::unix::fs::MetadataExt;
        return (a.dev(), a.ino()) == (b.dev(), b.ino());
    }
    fs::canonicalize(a).is_ok_and(|a| fs::canonicalize(b).is_ok_and(|b| a == b))
}
