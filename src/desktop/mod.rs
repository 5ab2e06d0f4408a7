//! Fills the thumbnail cache that the file managers of Linux desktops share, by the Thumbnail Managing Standard 0.9.
//!
//! | module | task |
//! |---|---|
//! | `uri` | the URI of a source, and the name that its thumbnails have |
//! | `mark` | the texts in a thumbnail that say of which source, and of which state of it, it is |
//! | `cache` | the directories: which thumbnails are there and current, and putting new ones in their places |
//!
//! The cache has no ledger: other programs write into it, too, and its own texts say what a thumbnail shows.

mod cache;
mod mark;
mod uri;

pub(crate) use cache::{Cache, Cached, create_root};
pub(crate) use mark::Mark;
