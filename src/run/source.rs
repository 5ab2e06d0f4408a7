//! One source, as the plan names it.

use std::path::PathBuf;

use crate::options::SourceName;
use crate::plan::{Found, Plan};

/// The plan's entry for one source.
#[derive(Debug)]
pub(super) struct Source {
    /// The path as the walk names it.
    pub(super) path: PathBuf,
    below_output: PathBuf,
    number: u32,
    pub(super) root: u32,
    pub(super) below_root: PathBuf,
    /// Whether it was named as an input itself.
    pub(super) is_named: bool,
    pub(super) found: Found,
}

impl Source {
    pub(super) fn of(plan: &Plan, index: usize) -> Self {
        let job = &plan.jobs()[index];
        let (root, below_root) = plan.below_root(job);
        Self {
            path: plan.source(job),
            below_output: plan.below_output(job),
            number: job.number(),
            root,
            below_root,
            is_named: plan.is_named(job),
            found: job.found.clone(),
        }
    }

    /// Returns the name that the names of its thumbnails depend on.
    pub(super) fn name(&self) -> SourceName<'_> {
        SourceName { below: &self.below_output, number: self.number }
    }

    /// Returns its number, if names have numbers.
    pub(super) fn number(&self) -> Option<u32> {
        (self.number > 0).then_some(self.number)
    }

    /// Returns the source's length in bytes when it was found. Anything but a file has 0.
    pub(super) const fn bytes(&self) -> u64 {
        match self.found {
            Found::File(facts) => facts.len,
            _ => 0,
        }
    }
}
