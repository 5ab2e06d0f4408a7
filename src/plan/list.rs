//! Lists the sources of a run, with their paths and known outcomes.

use std::collections::HashMap;
use std::path::PathBuf;

use super::job::{Folder, Found, Job};
use super::naming::Naming;
use super::portion::Portion;
use crate::error::FileError;
use crate::options::{Format, SourceName};

/// The sources of a run, in the order of its report.
#[derive(Debug)]
pub struct Plan {
    pub(super) folders: Vec<Folder>,
    pub(super) jobs: Vec<Job>,
    /// The rule for the names of thumbnails.
    pub naming: Naming,
}

impl Plan {
    /// Adds a later portion of the walk.
    pub fn grow(&mut self, mut portion: Portion) {
        self.folders.append(&mut portion.folders);
        self.jobs.append(&mut portion.jobs);
    }

    /// Returns all entries of the walk, in its order.
    #[must_use]
    pub fn jobs(&self) -> &[Job] {
        &self.jobs
    }

    /// Returns the path of a job's source, as the walk names it.
    #[must_use]
    pub fn source(&self, job: &Job) -> PathBuf {
        self.folder(job).source.join(&*job.name)
    }

    /// Returns the path of a job's source below the output directory.
    #[must_use]
    pub fn below_output(&self, job: &Job) -> PathBuf {
        self.folder(job).below_output.join(&*job.name)
    }

    /// Returns the paths of a job's thumbnails in these formats, below the output directory.
    #[must_use]
    pub fn targets(&self, job: &Job, formats: &[Format]) -> Vec<PathBuf> {
        self.with_name(job, |name| self.naming.targets(name, formats))
    }

    /// Calls `use_name` with the name that a job's source has for its thumbnails.
    pub(super) fn with_name<T>(&self, job: &Job, use_name: impl FnOnce(SourceName<'_>) -> T) -> T {
        use_name(SourceName { below: &self.below_output(job), number: job.number })
    }

    /// Returns the root of a job's source, and the source's path below it.
    #[must_use]
    pub fn below_root(&self, job: &Job) -> (u32, PathBuf) {
        let folder = self.folder(job);
        (folder.root, folder.below_root.join(&*job.name))
    }

    /// Returns whether a job's source is a file that was named as an input.
    #[must_use]
    pub fn is_named(&self, job: &Job) -> bool {
        self.folder(job).is_named
    }

    /// Fails the entries with these indices.
    pub fn fail(&mut self, failed: Vec<(usize, FileError)>) {
        for (index, error) in failed {
            self.jobs[index].found = Found::Failed(Box::new(error));
        }
    }

    pub(super) fn folder(&self, job: &Job) -> &Folder {
        &self.folders[job.folder as usize]
    }

    /// Returns the sources by their inodes. Sources on several file systems may share one, and so do hard links; on systems
    /// without inodes, all share 0.
    #[must_use]
    pub fn sources_by_inode(&self) -> HashMap<u64, Vec<PathBuf>> {
        let mut sources: HashMap<u64, Vec<PathBuf>> = HashMap::new();
        for job in &self.jobs {
            if let Found::File(facts) = job.found {
                sources.entry(facts.inode).or_default().push(self.source(job));
            }
        }
        sources
    }
}
