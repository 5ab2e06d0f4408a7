//! Runs the public operations: one image by itself, directories, and directories twice to compare.

mod archives;
mod desktop;
mod directories;
mod observer;
mod pack;
mod pages;
mod records;
#[cfg(feature = "contact-sheet")]
mod sheet;
mod single;
mod source;
mod sources;
mod task;
mod urls;

pub use directories::{compare, run, run_with};
pub use observer::Observer;
pub use records::{Records, records};
pub use single::{Single, make_single, make_single_with};
