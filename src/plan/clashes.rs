//! Detects sources whose thumbnails would have the same name. Of two such sources, the one found later fails: work on
//! the first may be under way. Names are stored as digests, so that a million of them stay small.

use std::cell::OnceCell;
use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::path::Path;

use super::job::Found;
use super::list::Plan;
use crate::error::{Cause, FileError, Step};
use crate::options::Format;

/// The sources seen so far that have their names to themselves.
#[derive(Debug, Default)]
pub(super) struct Clashes {
    /// The first source of each key (`Naming::keys`).
    seen: HashMap<u64, u32>,
    /// The other sources of a key that have other names nevertheless.
    others: HashMap<u64, Vec<u32>>,
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
        if !plan.naming.may_meet() {
            return found;
        }
        for (index, job) in plan.jobs.iter().enumerate().skip(known) {
            let Found::File(_) = job.found else { continue };
            let (key, keys) = plan.with_name(job, |name| plan.naming.keys(name));
            if let Some(other) = self.other(plan, index, &keys, &sniff_format) {
                let other = plan.source(&plan.jobs[other as usize]);
                let cause = if plan.naming.mirrors() { Cause::NameTaken(other) } else { Cause::NamedAlike(other) };
                found.push((index, cause.in_step(Step::Walk).at(&plan.source(job))));
            } else if let Ok(number) = u32::try_from(index) {
                self.note(key, number);
            }
        }
        found
    }

    fn note(&mut self, key: u64, number: u32) {
        match self.seen.entry(key) {
            Entry::Vacant(free) => drop(free.insert(number)),
            Entry::Occupied(_) => self.others.entry(key).or_default().push(number),
        }
    }

    /// Returns the earlier source whose thumbnail has the name that this one's would have.
    fn other(
        &self,
        plan: &Plan,
        index: usize,
        keys: &[u64],
        sniff_format: impl Fn(&Path) -> Option<Format>,
    ) -> Option<u32> {
        let possible = |index: usize| {
            let job = &plan.jobs[index];
            let format = sniff_format(&plan.source(job))?;
            Some(plan.with_name(job, |name| plan.naming.possible_targets(name, format)))
        };
        let own = OnceCell::new();
        let meets = |other: &u32| {
            let Some(own) = own.get_or_init(|| possible(index)) else { return false };
            let Some(others) = possible(*other as usize) else { return false };
            own.iter().any(|target| others.contains(target))
        };
        let of_key = |key: &u64| self.seen.get(key).into_iter().chain(self.others.get(key).into_iter().flatten());
        keys.iter().flat_map(of_key).copied().find(meets)
    }
}
