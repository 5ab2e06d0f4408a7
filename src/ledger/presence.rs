//! Decides whether the sources that lines name still exist, and so whether their thumbnails may go.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::finished::{Finished, Origin};
use super::index::{Held, source_key};
use super::known::Root;
use super::open::Ledger;
use super::segment;
use crate::error::Cause;
use crate::options::Foreign;
use crate::report::ThumbnailLine;
use crate::storage;

/// A root of this or an earlier run, as it is now.
#[derive(Debug)]
pub(super) enum Standing {
    /// A directory with entries.
    Directory(PathBuf),
    /// A directory without entries, as the mount point of an unmounted drive is.
    Empty(PathBuf),
    /// An archive.
    Archive(PathBuf),
    /// An object, or nothing: it may be on another machine.
    OutOfReach,
}

/// The finding about a source.
#[derive(Debug)]
pub(super) enum Presence {
    /// It exists at this path.
    Present(PathBuf),
    /// It was in this archive, which exists.
    InArchive(PathBuf),
    Gone,
    Unknown,
}

impl Standing {
    /// Looks for a source below the root.
    pub(super) fn look_for(&self, source: &Path) -> Presence {
        match self {
            Self::Directory(root) => {
                let path = root.join(source);
                if is_missing(&path) { Presence::Gone } else { Presence::Present(path) }
            }
            Self::Archive(root) => Presence::InArchive(root.join(source)),
            Self::Empty(_) | Self::OutOfReach => Presence::Unknown,
        }
    }
}

impl Ledger {
    /// Examines a root.
    pub(super) fn standing_of(&self, root: &Root) -> Standing {
        if storage::is_url(&root.path) {
            return Standing::OutOfReach;
        }
        match fs::canonicalize(self.output.join(&root.path)) {
            Ok(path) if path.is_file() => Standing::Archive(path),
            Ok(path) => match fs::read_dir(&path).map(|mut entries| entries.next()) {
                Ok(Some(_)) => Standing::Directory(path),
                Ok(None) => Standing::Empty(path),
                Err(_) => Standing::OutOfReach,
            },
            Err(_) => Standing::OutOfReach,
        }
    }
}

impl Ledger {
    /// Looks for the source that a line names.
    pub(super) fn look_for_source(&self, held: &Held) -> Presence {
        self.find_source(held).map_or(Presence::Unknown, |(root, source)| self.standing_of(&root).look_for(&source))
    }

    /// Returns the root of the source that a line names, and the source's path below it.
    fn find_source(&self, held: &Held) -> Option<(Root, PathBuf)> {
        let (root, source) = self.read_line(held, |line| Some((line.root?, line.source_path()?)))??;
        let root = self
            .read_known(|known| known.segments.get(held.place.segment as usize)?.roots.get(root as usize).cloned())?;
        Some((root, source))
    }

    /// Returns an error if a thumbnail belongs to another source than the one at `below` in `root`, and that one
    /// exists.
    pub(super) fn check_owner(&self, held: &Held, own: (u32, &Path), target: &Path) -> Result<(), Cause> {
        if held.source == self.key_of(own.0, own.1) {
            return Ok(());
        }
        self.find_source(held).map_or(Ok(()), |(root, source)| self.check_source(&root, &source, own, target))
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

    /// Does the same for a thumbnail of the source at `source` in `other_root`. One file may have several paths.
    pub(super) fn check_source(
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

/// Returns whether there is no file at `path`, rather than only no way to it. A broken link on the way may lead to an
/// unmounted file system.
fn is_missing(path: &Path) -> bool {
    let is_absent = |error: &io::Error| matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory);
    fs::symlink_metadata(path).is_err_and(|error| is_absent(&error))
        && path.ancestors().skip(1).find(|above| fs::symlink_metadata(above).is_ok()).is_some_and(Path::exists)
}
