//! Draws contact sheets: pages of thumbnails with the names of their images. Works on values alone: others read and write the files.
//!
//! | file | from | to |
//! |---|---|---|
//! | `layout` | images in directories | pages, each with the places of headings and images |
//! | `lettering` | lines of text | lines that fit, drawn |
//! | `paper` | a page | pixels |
//! | `document` | pixels of pages | files |
//! | `seal` | a file | whether it is a sheet as this program wrote it |

mod document;
mod layout;
mod lettering;
mod paper;
mod seal;

pub(crate) use document::{Document, name_of_page};
pub(crate) use layout::{Entry, LARGEST, lay_out};
pub(crate) use lettering::Lettering;
pub(crate) use paper::draw;
pub(crate) use seal::is_sheet;

#[cfg(test)]
mod tests;
