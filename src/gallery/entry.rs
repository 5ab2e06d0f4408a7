//! An image with its thumbnails, and the directory whose page shows it.

use std::path::{Component, Path, PathBuf};

use crate::format::Format;
use crate::geometry::Size;
use crate::outcome::Placeholder;

/// An image that a page shows.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Image {
    /// The path of the original from the output directory.
    pub(crate) source: PathBuf,
    /// The format of the original, if it is known.
    pub(crate) format: Option<Format>,
    /// The time when it was taken, or else its last change: `2024-05-03 12:11`.
    pub(crate) date: Option<String>,
    /// The placeholder.
    pub(crate) placeholder: Option<Placeholder>,
    /// The thumbnails, at least one.
    pub(crate) thumbnails: Vec<Thumbnail>,
}

/// A thumbnail of an image.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Thumbnail {
    /// The path below the output directory.
    pub(crate) path: PathBuf,
    /// The format.
    pub(crate) format: Format,
    /// The size in px.
    pub(crate) size: Size,
}

impl Image {
    /// Returns the directory whose page shows it, below the output directory.
    pub(crate) fn directory(&self) -> PathBuf {
        directory_of(self.thumbnails.iter().map(|thumbnail| thumbnail.path.as_path()))
    }

    /// Returns the thumbnail with the most pixels.
    pub(super) fn largest(&self) -> Option<&Thumbnail> {
        self.thumbnails.iter().max_by_key(|thumbnail| thumbnail.size.pixels())
    }
}

/// Returns the directory whose page shows an image with thumbnails at these paths. It leaves out the part in which the
/// directories of the thumbnails differ, that of their sizes.
pub(crate) fn directory_of<'a>(thumbnails: impl Iterator<Item = &'a Path>) -> PathBuf {
    let parts = |path: &'a Path| -> Vec<Component<'a>> {
        path.parent().map(|directory| directory.components().collect()).unwrap_or_default()
    };
    let mut all = thumbnails.map(parts);
    let Some(first) = all.next() else { return PathBuf::new() };
    let (mut shared, mut shortest) = ((first.len(), first.len()), first.len());
    for other in all.filter(|other| *other != first) {
        let equal = |(one, other): &(&Component<'_>, &Component<'_>)| one == other;
        let start = first.iter().zip(&other).take_while(equal).count();
        let end = first.iter().rev().zip(other.iter().rev()).take_while(equal).count();
        shared = (shared.0.min(start), shared.1.min(end));
        shortest = shortest.min(other.len());
    }
    let (start, end) = shared;
    // The same part may be at the start of one and at the end of another.
    let end = first.len() - end.min(shortest - start);
    first[..start].iter().chain(&first[end..]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_in_directories_of_their_own_share_a_page() {
        for (thumbnails, wanted) in [
            (&["a.jpg"][..], ""),
            (&["x/y/a.jpg"], "x/y"),
            (&["x/y/a.jpg", "x/y/a.jpg.webp"], "x/y"),
            (&["50x50/x/a.jpg", "320x/x/a.jpg"], "x"),
            (&["50x50/a.jpg", "320x/a.jpg"], ""),
            (&["x/small/a.jpg", "x/large/a.jpg"], "x"),
            (&["x/small/y/a.jpg", "x/large/y/a.jpg", "x/large/y/a.webp"], "x/y"),
            (&["x/a.jpg", "320x/x/a.jpg", "640x/x/a.jpg"], "x"),
            (&["x/x/a.jpg", "x/a.jpg"], "x"),
            (&["a.jpg", "320x/a.jpg"], ""),
            (&[], ""),
        ] {
            assert_eq!(directory_of(thumbnails.iter().map(Path::new)), Path::new(wanted), "{thumbnails:?}");
        }
    }
}
