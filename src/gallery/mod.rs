//! Lays out pages that show the thumbnails of an output directory. Works on values alone: others read and write the files.
//!
//! | file | from | to |
//! |---|---|---|
//! | `image` | thumbnails of one source | the directory whose page shows them |
//! | `tree` | images | directories, each with its images and those below it |
//! | `address` | two paths | a relative URL |
//! | `escape` | a file name | text of a page |
//! | `placeholder` | a hash or a colour | a background of CSS |
//! | `picture` | thumbnails of one source | an element that loads the best of them |
//! | `page` | a directory of the tree | the text of its page |
//!
//! A page needs nothing but itself and the images: it has one style and one script, and loads nothing from elsewhere.

mod address;
mod escape;
mod image;
mod page;
mod picture;
mod placeholder;
mod tree;

use std::path::{Path, PathBuf};

pub(crate) use image::{Image, Thumbnail, directory_of};
use tree::Tree;

/// The name of a page in its directory.
pub(crate) const NAME: &str = "index.html";

/// The start of the element that marks a page as made by this program.
const MARK: &str = "<meta name=generator content=\"thumbs ";

/// The number of bytes within which a page has its mark.
pub(crate) const MARKED_WITHIN: usize = 512;

/// Returns whether a file that starts with these bytes is a page made by this program.
pub(crate) fn is_page(start: &[u8]) -> bool {
    let start = &start[..start.len().min(MARKED_WITHIN)];
    start.windows(MARK.len()).any(|window| window == MARK.as_bytes())
}

/// A page that is to be written.
#[derive(Debug)]
pub(crate) struct Page {
    /// Its path below the output directory.
    pub(crate) path: PathBuf,
    /// Its text.
    pub(crate) text: String,
}

/// Returns a page for each directory that holds images, and for those above it. `title` names the uppermost one.
pub(crate) fn pages<'a>(images: &'a [Image], title: &'a str) -> impl Iterator<Item = Page> + 'a {
    let tree = Tree::of(images);
    let directories: Vec<PathBuf> = tree.directories().map(Path::to_path_buf).collect();
    directories
        .into_iter()
        .map(move |directory| Page { path: directory.join(NAME), text: page::text(&tree, &directory, title) })
}

#[cfg(test)]
mod tests;
