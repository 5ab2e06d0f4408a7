//! Tells the thumbnails from the images of an output directory that holds both.

use std::fs;
use std::path::{Component, Path, PathBuf};

use super::known::{Known, Root};
use super::ownership::{is_as_held, is_held_at};
use super::segment::DIRECTORY;
use crate::facts::Facts;
use crate::storage;

/// An output directory whose thumbnails lie beside images, as its ledger says.
#[derive(Debug)]
pub struct Beside {
    directory: PathBuf,
    known: Known,
}

impl Beside {
    /// Reads the ledger of a directory. Returns `None` unless a run had images in it as inputs.
    #[must_use]
    pub fn read(directory: &Path) -> Option<Self> {
        let mut known = Known::default();
        known.read_on(&directory.join(DIRECTORY));
        let mut roots = known.segments.iter().flat_map(|read| &read.roots);
        roots.any(lies_inside).then(|| Self { directory: directory.to_path_buf(), known })
    }

    /// Returns whether the file at `path` is a thumbnail that the ledger names, unchanged.
    #[must_use]
    pub fn holds(&self, path: &Path, facts: &Facts) -> bool {
        let Some(held) = path.strip_prefix(&self.directory).ok().and_then(|below| self.known.index.get(below)) else {
            return false;
        };
        // A copy of the directory may have other times.
        is_as_held(facts, &held) || fs::symlink_metadata(path).is_ok_and(|metadata| is_held_at(path, &metadata, &held))
    }
}

/// Returns whether a root is the output directory or lies in it.
fn lies_inside(root: &Root) -> bool {
    let leads_away = |part| matches!(part, Component::ParentDir | Component::RootDir | Component::Prefix(_));
    !storage::is_url(&root.path) && !root.path.components().any(leads_away)
}
