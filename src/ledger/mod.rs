//! Tracks the thumbnails of this program in an output directory, with their sources and options.
//!
//! The ledger is the directory `.thumbs` of the output directory. Each run appends to a segment of its own, so several
//! runs, or several machines, may write into one output directory at a time. All segments together count, and of two
//! lines about one thumbnail the later one. Lines are those of the NDJSON report. Their paths are below the output
//! directory and below the inputs (the roots, which are named relative to the output directory), so a tree may be moved
//! or checked out elsewhere.
//!
//! | file | task |
//! |---|---|
//! | `open` | opens the ledger, reads it, closes it |
//! | `segment` | the files: create, lock, append, read |
//! | `known`, `index` | their contents, in memory |
//! | `staging`, `place` | whole files under temporary names; renaming that loses nothing |
//! | `ownership` | decides whether a file in a thumbnail's place is ours |
//! | `owner` | keeps thumbnails of other sources that exist |
//! | `store` | puts a thumbnail in its place, or refuses |
//! | `page` | lists thumbnails for pages, and puts pages in their places |
//! | `made_with` | computes digests of options |
//! | `presence` | looks for the sources that lines name |
//! | `current` | decides whether a source's thumbnails are up to date |
//! | `moved` | renames the thumbnails of moved sources |
//! | `beside` | tells thumbnails from images where they lie in one directory |
//! | `upkeep` | removes thumbnails without a source, merges segments |
//! | `bucket`, `object` | the same for an output in a store: segments, and thumbnails in their places |
//!
//! A ledger that is corrupt, from a later version, or can't be written costs speed, never a file.

mod beside;
mod bucket;
mod current;
mod finished;
mod index;
mod known;
mod lengths;
mod made_with;
mod moved;
mod object;
mod open;
mod owner;
mod ownership;
mod page;
mod place;
mod presence;
mod segment;
mod staging;
mod store;
mod upkeep;

pub use beside::Beside;
pub use current::{Expected, Foreseen};
pub use finished::{Finished, Moved, Origin};
pub use made_with::made_with;
pub use open::{Ledger, is_ledger, is_output};
pub use page::{Listed, PageMark};
pub use place::{exchange, rename_to_free};
pub use segment::DIRECTORY;

#[cfg(test)]
mod tests;
