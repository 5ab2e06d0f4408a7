//! Config → Plan: what the walk found, in a stable order, each with the place of its thumbnail. No pixels, no threads;
//! it reads directories and metadata, and the first bytes of the few files whose names could meet.
//!
//! A plan of a million files must stay small, so a job holds its file name and a number for its folder, and paths are
//! put together when they are needed.

mod clashes;
mod earlier;
mod naming;
mod walk;

use std::collections::{HashMap, HashSet};
use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};

use crate::earlier::{Earlier, Formats};
use crate::error::{Error, FileError};
use crate::options::{Config, Format};
use crate::outcome::SkipReason;

use clashes::Clashes;
use walk::Walk;

pub use naming::Naming;
pub use walk::Portion;

/// What a run is going to do, in the order in which it reports.
#[derive(Debug)]
pub struct Plan {
    folders: Vec<Folder>,
    jobs: Vec<Job>,
    /// How thumbnails are named.
    pub naming: Naming,
}

/// A folder with sources in it.
#[derive(Debug)]
struct Folder {
    /// As the walk names it: the input as typed, then the way down.
    source: PathBuf,
    /// The same below the output folder.
    below_output: PathBuf,
}

/// One thing that the walk found: a source to work on, or what is known of it already.
#[derive(Debug)]
pub struct Job {
    folder: u32,
    name: Box<OsStr>,
    /// What the walk learnt of it.
    pub found: Found,
}

/// What the walk learnt of an entry.
#[derive(Debug, Clone)]
pub enum Found {
    /// A regular file.
    File {
        /// Its length in bytes.
        bytes: u64,
        /// The formats of the thumbnails that an earlier run wrote of it.
        written: Option<Formats>,
    },
    /// It is left out.
    Skipped(Box<SkipReason>),
    /// It can't be looked at.
    Failed(Box<FileError>),
}

impl Job {
    /// Bytes to read: what decides who starts first.
    #[must_use]
    pub const fn bytes(&self) -> u64 {
        match self.found {
            Found::File { bytes, .. } => bytes,
            Found::Skipped(_) | Found::Failed(_) => 0,
        }
    }
}

/// Entries that a plan holds before the work begins with them, and that it grows by: names that could meet are refused among
/// so many, and a folder of more is not in the order of its names as a whole. Reading and sorting as many takes 0.2 s.
pub const PORTION: usize = 1 << 16;

/// A plan before it is whole.
#[derive(Debug)]
pub struct Rest {
    walk: Walk,
    clashes: Clashes,
    earlier: Earlier,
}

impl Rest {
    /// The next entries of the walk; none where it is over or stopped.
    pub fn read_on(&mut self, is_stopped: &dyn Fn() -> bool) -> Option<Portion> {
        self.walk.next_portion(is_stopped)
    }

    /// The entries of `plan` from the one at `known` on whose thumbnail would be an earlier one's, by their index.
    pub fn find_clashes(
        &mut self,
        plan: &Plan,
        known: usize,
        tell_format: impl Fn(&Path) -> Option<Format>,
    ) -> Vec<(usize, FileError)> {
        self.clashes.find(plan, known, tell_format)
    }
}

impl Plan {
    /// Walks the inputs of `config`, all of them, and decides every name. `tell_format` looks at the content of a file; it
    /// is asked only where two names could meet.
    ///
    /// # Errors
    /// An input that does not exist or can't be opened, an output folder that can't be written or is an input, two
    /// sources with one thumbnail, a thumbnail in the place of a source, the wish to stop: all before any work is done.
    pub fn make(
        config: &Config,
        tell_format: impl Fn(&Path) -> Option<Format>,
        is_stopped: &dyn Fn() -> bool,
    ) -> Result<Self, Error> {
        Self::walk(config, tell_format, is_stopped, usize::MAX).map(|(plan, _)| plan)
    }

    /// The same, but with about [`PORTION`] entries at first where there are more. What follows grows it.
    ///
    /// # Errors
    /// As those of [`Plan::make`], which of two names that meet both have been seen then.
    pub fn begin(
        config: &Config,
        tell_format: impl Fn(&Path) -> Option<Format>,
        is_stopped: &dyn Fn() -> bool,
    ) -> Result<(Self, Option<Rest>), Error> {
        Self::walk(config, tell_format, is_stopped, PORTION)
    }

    fn walk(
        config: &Config,
        tell_format: impl Fn(&Path) -> Option<Format>,
        is_stopped: &dyn Fn() -> bool,
        size: usize,
    ) -> Result<(Self, Option<Rest>), Error> {
        let inputs = walk::look_at_inputs(&config.inputs)?;
        let output = open_output(&config.output)?;
        if inputs.iter().any(|input| walk::are_one(input.folder(), &output)) {
            return Err(Error::OutputIsInput { path: config.output.clone() });
        }
        let lie_in_output = inputs.iter().any(|input| input.path.starts_with(&output));
        let overlap = walk::overlap(&inputs);
        // What is said of one entry may depend on any other.
        let is_whole = overlap || lie_in_output || matches!(config.earlier, Earlier::Failed(_));
        let mut walk = Walk::new(&inputs, &output, config.links, if is_whole { usize::MAX } else { size });
        let Portion { folders, jobs } = walk.next_portion(is_stopped).unwrap_or_default();
        if is_stopped() {
            return Err(Error::Interrupted);
        }
        let mut plan = Self { folders, jobs, naming: Naming::new(config) };
        if overlap {
            plan.skip_what_was_named_twice(&inputs);
        }
        if lie_in_output {
            plan.refuse_to_overwrite_sources(&inputs, &output)?;
        }
        naming::refuse_collisions(&plan, tell_format)?;
        let rest = (plan.jobs.len() >= size).then(|| Rest {
            walk,
            clashes: Clashes::among(&plan, &config.inputs),
            earlier: config.earlier.clone(),
        });
        plan.go_on_from(&config.earlier, 0);
        Ok((plan, rest))
    }

    /// Takes on what the walk met since.
    pub fn grow(&mut self, mut portion: Portion, rest: &Rest) {
        let known = self.jobs.len();
        self.folders.append(&mut portion.folders);
        self.jobs.append(&mut portion.jobs);
        self.go_on_from(&rest.earlier, known);
    }

    /// Everything that the walk found, in the order of the walk.
    #[must_use]
    pub fn jobs(&self) -> &[Job] {
        &self.jobs
    }

    /// The path of a job's source, as the walk names it.
    #[must_use]
    pub fn source(&self, job: &Job) -> PathBuf {
        self.folder(job).source.join(&*job.name)
    }

    /// The path of a job's source below the output folder.
    #[must_use]
    pub fn below_output(&self, job: &Job) -> PathBuf {
        self.folder(job).below_output.join(&*job.name)
    }

    /// What makes two names below the output folder the same.
    fn place<'a>(&'a self, job: &'a Job) -> (&'a Path, &'a OsStr) {
        (&self.folder(job).below_output, &job.name)
    }

    fn folder(&self, job: &Job) -> &Folder {
        &self.folders[job.folder as usize]
    }

    /// The paths of all sources, absolute and without links on the way to their folder.
    fn real_sources(&self, inputs: &[walk::Input]) -> Vec<PathBuf> {
        let named = walk::named_files(inputs);
        let folders: Vec<PathBuf> = self.folders.iter().map(|folder| walk::real_folder(&folder.source)).collect();
        let real = |job: &Job| match named.get(self.source(job).as_path()) {
            Some(path) => path.to_path_buf(),
            None => folders[job.folder as usize].join(&*job.name),
        };
        self.jobs.iter().map(real).collect()
    }

    fn skip_what_was_named_twice(&mut self, inputs: &[walk::Input]) {
        let mut first_by_path = HashMap::new();
        for (index, real) in self.real_sources(inputs).into_iter().enumerate() {
            if !matches!(self.jobs[index].found, Found::File { .. }) {
                continue;
            }
            match first_by_path.entry(real) {
                std::collections::hash_map::Entry::Vacant(slot) => {
                    slot.insert(index);
                }
                std::collections::hash_map::Entry::Occupied(first) => {
                    let first = self.source(&self.jobs[*first.get()]);
                    self.jobs[index].found = Found::Skipped(Box::new(SkipReason::NamedTwice(first)));
                }
            }
        }
    }

    /// Where an input lies inside the output folder, a thumbnail could take the place of a source.
    fn refuse_to_overwrite_sources(&self, inputs: &[walk::Input], output: &Path) -> Result<(), Error> {
        let is_file = |job: &Job| matches!(job.found, Found::File { .. });
        let real = self.real_sources(inputs).into_iter().zip(&self.jobs);
        let sources: HashSet<PathBuf> = real.filter(|(_, job)| is_file(job)).map(|(path, _)| path).collect();
        for job in self.jobs.iter().filter(|job| is_file(job)) {
            for target in self.naming.possible_targets(output, &self.below_output(job)) {
                if sources.contains(&target) {
                    return Err(Error::Overwrites { source_path: self.source(job), target });
                }
            }
        }
        Ok(())
    }
}

/// Makes the output folder, and tries whether a file can be made in it.
fn open_output(output: &Path) -> Result<PathBuf, Error> {
    let refused = |source| Error::Output { path: output.to_path_buf(), source };
    fs::create_dir_all(output).map_err(refused)?;
    tempfile::tempfile_in(output).map_err(refused)?;
    fs::canonicalize(output).map_err(refused)
}

#[cfg(test)]
mod tests;
