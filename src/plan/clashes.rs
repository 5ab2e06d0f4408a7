//! Names that meet in a plan that grows. Of two sources with one thumbnail, the one that the walk came to later fails: work
//! on the first may be under way. All names of a million files would take too much memory, so digests of them tell what
//! could meet, and the file system whether it does.

use std::collections::HashSet;
use std::ffi::OsStr;
use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};

use super::{Found, Job, Plan, naming};
use crate::error::{Cause, FileError, Step};
use crate::options::Format;

/// What was seen so far.
#[derive(Debug)]
pub(super) struct Clashes {
    seen: HashSet<u64>,
    /// The inputs as typed: what has a name below the output folder lies below one of them.
    inputs: Vec<PathBuf>,
}

impl Clashes {
    /// The names of a plan in which none meet.
    pub(super) fn among(plan: &Plan, inputs: &[PathBuf]) -> Self {
        let seen = files(plan.jobs.iter().enumerate()).map(|(_, job)| digest(plan.place(job))).collect();
        Self { seen, inputs: inputs.to_vec() }
    }

    /// The entries of `plan` from the one at `known` on whose thumbnail would be an earlier one's, by their index.
    pub(super) fn find(
        &mut self,
        plan: &Plan,
        known: usize,
        tell_format: impl Fn(&Path) -> Option<Format>,
    ) -> Vec<(usize, FileError)> {
        let mut found = Vec::new();
        for (index, job) in files(plan.jobs.iter().enumerate().skip(known)) {
            let (folder, name) = plan.place(job);
            let source = plan.source(job);
            let other = self.others(plan, folder, name).find(|other| {
                *other != source
                    && naming::share_thumbnail(
                        &plan.naming,
                        (other, tell_format(other)),
                        (&source, tell_format(&source)),
                    )
            });
            self.seen.insert(digest((folder, name)));
            if let Some(other) = other {
                found.push((index, Cause::NameTaken(other).in_step(Step::Walk).at(&source)));
            }
        }
        found
    }

    /// The sources whose thumbnails could have the name that this one's has.
    fn others<'a>(&'a self, plan: &Plan, folder: &'a Path, name: &'a OsStr) -> impl Iterator<Item = PathBuf> + 'a {
        let names = naming::names_that_meet(&plan.naming, name);
        let seen = names.into_iter().filter(move |name| self.seen.contains(&digest((folder, name))));
        seen.flat_map(move |name| self.inputs.iter().map(move |input| input.join(folder).join(&name)))
            .filter(|path| fs::symlink_metadata(path).is_ok())
    }
}

impl Plan {
    /// Fails the entries of these indices.
    pub fn fail(&mut self, clashes: Vec<(usize, FileError)>) {
        for (index, error) in clashes {
            self.jobs[index].found = Found::Failed(Box::new(error));
        }
    }
}

fn files<'a>(jobs: impl Iterator<Item = (usize, &'a Job)>) -> impl Iterator<Item = (usize, &'a Job)> {
    jobs.filter(|(_, job)| matches!(job.found, Found::File { .. }))
}

fn digest(place: (&Path, &OsStr)) -> u64 {
    let mut hasher = DefaultHasher::new();
    place.hash(&mut hasher);
    hasher.finish()
}
