//! Arranges images in the directories whose pages show them.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::entry::Image;

/// The directories of a gallery, in order, each after those above it.
#[derive(Debug)]
pub(super) struct Tree<'a>(BTreeMap<PathBuf, Directory<'a>>);

/// A directory with a page.
#[derive(Debug, Default)]
pub(super) struct Directory<'a> {
    /// The images of its own, in the order of their names.
    pub(super) images: Vec<&'a Image>,
    /// The directories in it.
    pub(super) inner: Vec<PathBuf>,
    /// The number of images in it and below.
    pub(super) count: usize,
    /// The first image in it or below.
    pub(super) cover: Option<&'a Image>,
}

impl<'a> Tree<'a> {
    /// Arranges images, which come in the order of their names.
    pub(super) fn of(images: &'a [Image]) -> Self {
        let mut directories: BTreeMap<PathBuf, Directory<'a>> = BTreeMap::new();
        for image in images {
            let own = image.directory();
            for directory in own.ancestors() {
                let entry = directories.entry(directory.to_path_buf()).or_default();
                entry.count += 1;
                entry.cover.get_or_insert(image);
            }
            directories.entry(own).or_default().images.push(image);
        }
        let inner: Vec<PathBuf> = directories.keys().cloned().collect();
        for directory in inner {
            if let Some(outer) = directory.parent().and_then(|outer| directories.get_mut(outer)) {
                outer.inner.push(directory);
            }
        }
        Self(directories)
    }

    /// Lists the directories, below the output directory.
    pub(super) fn directories(&self) -> impl Iterator<Item = &Path> {
        self.0.keys().map(PathBuf::as_path)
    }

    /// Returns a directory.
    pub(super) fn get(&self, directory: &Path) -> Option<&Directory<'a>> {
        self.0.get(directory)
    }
}
