//! Tells the thumbnails from the images of an output directory that holds both.

use std::fs;
use std::path::{Component, Path, PathBuf};

use super::known::{Known, Root};
use super::open::is_output;
use super::ownership::{is_as_held, is_held_at};
use super::segment::DIRECTORY;
use crate::facts::Facts;
use crate::storage;

/// An output directory whose thumbnails lie beside images, as its ledger says.
#[derive(Debug)]
pub struct Beside {
    /// A directory in it, as a walk names it, and its place below the output directory.
    named: PathBuf,
    below: PathBuf,
    known: Known,
}

impl Beside {
    /// Reads the ledger of a directory. Returns `None` unless a run had images in it as inputs.
    #[must_use]
    pub fn read(directory: &Path) -> Option<Self> {
        Self::read_above(directory, directory, Path::new(""))
    }

    /// Reads the ledger of the directory `output` that `named` lies in, at `below`.
    fn read_above(output: &Path, named: &Path, below: &Path) -> Option<Self> {
        let mut known = Known::default();
        known.read_on(&output.join(DIRECTORY));
        let mut roots = known.segments.iter().flat_map(|read| &read.roots);
        let (named, below) = (named.to_path_buf(), below.to_path_buf());
        roots.any(lies_inside).then_some(Self { named, below, known })
    }

    /// Finds the output directory that an input is, or lies in. `real` is its path, absolute and without links.
    #[must_use]
    pub fn find(named: &Path, real: &Path) -> Option<Self> {
        let output = real.ancestors().find(|above| is_output(above))?;
        Self::read_above(output, named, real.strip_prefix(output).ok()?)
    }

    /// Returns whether the file at `path` is a thumbnail that the ledger names, unchanged.
    #[must_use]
    pub fn holds(&self, path: &Path, facts: &Facts) -> bool {
        let Some(below) = path.strip_prefix(&self.named).ok() else { return false };
        let Some(held) = self.known.index.get(&self.below.join(below)) else { return false };
        // A copy of the directory may have other times.
        is_as_held(facts, &held) || fs::symlink_metadata(path).is_ok_and(|metadata| is_held_at(path, &metadata, &held))
    }
}

/// Returns whether a root is the output directory or lies in it.
fn lies_inside(root: &Root) -> bool {
    let leads_away = |part| matches!(part, Component::ParentDir | Component::RootDir | Component::Prefix(_));
    !storage::is_url(&root.path) && !root.path.components().any(leads_away)
}
