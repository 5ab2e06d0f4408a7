//! Lays out pages that show the thumbnails of an output directory. Works on values alone: others read and write the files.
//!
//! | file | from | to |
//! |---|---|---|
//! | `entry` | thumbnails of one source | the directory whose page shows them |
//! | `tree` | images | directories, each with its images and those below it |
//! | `address` | two paths | a relative URL |
//! | `escape` | a file name | text of a page |
//! | `placeholder` | a hash or a colour | a background of CSS |
//! | `picture` | thumbnails of one source | an element that loads the best of them |
//! | `mark` | a file | whether it is a page as this program wrote it |
//! | `page` | a directory of the tree | the text of its page |
//!
//! A page needs nothing but itself and the images: it has one style and one script, and loads nothing from elsewhere.

mod address;
mod entry;
mod escape;
mod mark;
mod page;
mod picture;
mod placeholder;
mod tree;

use std::path::{Path, PathBuf};

pub(crate) use entry::{Image, Thumbnail, directory_of};
pub(crate) use mark::{NAME, is_page};
use tree::Tree;

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
