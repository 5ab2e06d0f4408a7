//! Config → Plan: what the walk found, in a stable order, each with the place of its thumbnail. No pixels, no threads;
//! it reads directories and metadata, and the first bytes of the few files whose names could meet.
//!
//! A plan of a million files must stay small, so a job holds its file name and a number for its folder, and paths are
//! put together when they are needed.

mod begin;
mod clashes;
mod earlier;
mod job;
mod list;
mod naming;
mod walk;

pub use begin::{PORTION, Places, Rest};
pub use job::{Found, Job};
pub use list::Plan;
pub use naming::Naming;
pub use walk::Portion;

#[cfg(test)]
mod tests;
