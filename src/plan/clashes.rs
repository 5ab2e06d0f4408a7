//! Detects sources whose thumbnails would have the same name. Of two such sources, the one found later fails: work on
//! the first may be under way. Names are stored as digests, so that a million of them stay small.

use std::collections::HashMap;
use std::ffi::OsStr;
use std::path::Path;

use super::job::Found;
use super::list::Plan;
use crate::digest::digest;
use crate::error::{Cause, FileError, Step};
use crate::options::Format;

/// The sources seen so far that have their names to themselves. They are keyed by digests of these names.
#[derive(Debug, Default)]
pub(super) struct Clashes {
    seen: HashMap<u64, u32>,
}

impl Clashes {
    /// Finds entries from index `known` on whose thumbnail would overwrite an earlier one's. It returns their indices
    /// and errors.
    pub(super) fn find(
        &mut self,
        plan: &Plan,
        known: usize,
        sniff_format: impl Fn(&Path) -> Option<Format>,
    ) -> Vec<(usize, FileError)> {
        let mut found = Vec::new();
        for (index, job) in plan.jobs.iter().enumerate().skip(known) {
            let Found::File(_) = job.found else { continue };
            let (folder, name) = plan.place(job);
            if let Some(other) = self.other(plan, index, folder, name, &sniff_format) {
                let other = plan.source(&plan.jobs[other as usize]);
                found.push((index, Cause::NameTaken(other).in_step(Step::Walk).at(&plan.source(job))));
            } else if let Ok(number) = u32::try_from(index) {
                let folder = digest(folder.as_os_str().as_encoded_bytes());
                self.seen.entry(key(folder, name.as_encoded_bytes())).or_insert(number);
            }
        }
        found
    }

    /// Returns the earlier source whose thumbnail has the name that this one's would have.
    fn other(
        &self,
        plan: &Plan,
        index: usize,
        folder: &Path,
        name: &OsStr,
        sniff_format: impl Fn(&Path) -> Option<Format>,
    ) -> Option<u32> {
        let possible = |index: usize| {
            let job = &plan.jobs[index];
            let format = sniff_format(&plan.source(job))?;
            Some(plan.naming.possible_targets(&plan.below_output(job), format))
        };
        let meets = |other: &u32| {
            let (Some(own), Some(others)) = (possible(index), possible(*other as usize)) else { return false };
            own.iter().any(|target| others.contains(target))
        };
        let folder = digest(folder.as_os_str().as_encoded_bytes());
        plan.naming.names_that_meet(name).find_map(|name| self.seen.get(&key(folder, &name)).copied().filter(meets))
    }
}

/// Computes the key of a name in the directory of this digest.
fn key(folder: u64, name: &[u8]) -> u64 {
    folder.rotate_left(23) ^ digest(name)
}
