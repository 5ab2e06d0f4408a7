//! Decides whether the sources that lines name still exist.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::index::Held;
use super::known::Root;
use super::open::Ledger;
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

    /// Looks for the source that a line names.
    pub(super) fn look_for_source(&self, held: &Held) -> Presence {
        self.find_source(held).map_or(Presence::Unknown, |(root, source)| self.standing_of(&root).look_for(&source))
    }

    /// Returns the root of the source that a line names, and the source's path below it.
    pub(super) fn find_source(&self, held: &Held) -> Option<(Root, PathBuf)> {
        let (root, source) = self.read_line(held, |line| Some((line.root?, line.source_path()?)))??;
        let root = self
            .read_known(|known| known.segments.get(held.place.segment as usize)?.roots.get(root as usize).cloned())?;
        Some((root, source))
    }
}

/// Returns whether there is no file at `path`, rather than only no way to it. A broken link on the way may lead to an
/// unmounted file system.
fn is_missing(path: &Path) -> bool {
    let is_absent = |error: &io::Error| matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory);
    fs::symlink_metadata(path).is_err_and(|error| is_absent(&error))
        && path.ancestors().skip(1).find(|above| fs::symlink_metadata(above).is_ok()).is_some_and(Path::exists)
}
