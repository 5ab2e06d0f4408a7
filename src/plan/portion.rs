//! Collects the entries of a walk until they become part of a plan.

use std::path::Path;

use super::job::{Folder, Found, Job};
use crate::error::{Cause, Step};

/// A number of entries that a walk met.
#[derive(Debug, Default)]
pub struct Portion {
    /// The directories after those of earlier portions.
    pub(super) folders: Vec<Folder>,
    pub(super) jobs: Vec<Job>,
}

impl Portion {
    /// Adds a directory.
    pub(super) fn open(&mut self, folder: Folder) {
        self.folders.push(folder);
    }

    /// Adds an entry of the directory `folder`, with the finding about it.
    pub(super) fn push(&mut self, folder: u32, path: &Path, found: Found) {
        let name = path.file_name().unwrap_or(path.as_os_str()).into();
        self.jobs.push(Job { folder, number: 0, name, found });
    }
}

/// Returns the finding about an entry that can't be examined.
pub(super) fn failed(path: &Path, cause: Cause) -> Found {
    Found::Failed(Box::new(cause.in_step(Step::Walk).at(path)))
}
