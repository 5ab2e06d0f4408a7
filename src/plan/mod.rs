//! Plans a run: lists the sources in a stable order, with their thumbnails' places. It uses no pixels and no threads.
//! It reads directories, metadata, and the first bytes of the few files whose names could meet.
//!
//! A plan of a million files must stay small. So a job holds its file name and the number of its directory, and paths
//! are built when they are needed.

mod begin;
mod clashes;
mod filter;
mod input;
mod job;
mod keys;
mod list;
mod members;
mod naming;
mod numbers;
mod portion;
mod previous_run;
mod walk;

pub use begin::{Files, Places, Rest, goes_to_archive};
pub use job::{Found, Job};
pub use list::Plan;
pub use naming::Naming;

#[cfg(test)]
mod tests;
