//! Config → Plan: what the walk found, in a stable order, each with the place of its thumbnail. No pixels, no threads;
//! it reads directories and metadata, and the first bytes of the few files whose names could meet.
//!
//! A plan of a million files must stay small, so a job holds its file name and a number for its folder, and paths are
//! put together when they are needed.

mod clashes;
mod earlier;
mod naming;
mod walk;

use std::collections::HashMap;
use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};

use crate::earlier::{Earlier, Was};
use crate::error::{Cause, Error, FileError, Step};
use crate::facts::Facts;
use crate::options::{Config, Effect, Foreign, Format};
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
#[derive(Debug, Clone)]
struct Folder {
    /// As the walk names it: the input as typed, then the way down.
    source: PathBuf,
    /// The same below the output folder.
    below_output: PathBuf,
    /// The root that it lies under, and the way down from there.
    root: u32,
    below_root: PathBuf,
    /// Whether its one source was named as an input.
    is_named: bool,
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
    File(Facts),
    /// A file that an earlier run had done or skipped, and that is not among those to be tried again.
    Before(Box<Was>),
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
            Found::File(facts) => facts.len,
            Found::Before(_) | Found::Skipped(_) | Found::Failed(_) => 0,
        }
    }
}

/// Entries that a plan holds before the work begins, and that it grows by: a folder of more is not in the order of its names as
/// a whole. Reading and sorting this many takes 0.2 s.
pub const PORTION: usize = 1 << 16;

/// The places that a run reads from and writes to, looked up once.
#[derive(Debug)]
pub struct Places {
    inputs: Vec<walk::Input>,
    /// The output folder, absolute and without links.
    pub output: PathBuf,
    /// The folders whose content the thumbnails mirror, absolute and without links: folders that were named, and those that
    /// named files are in.
    pub roots: Vec<PathBuf>,
}

impl Places {
    /// Looks whether every input of `config` can be opened, and creates the output folder unless the run is a dry one.
    ///
    /// # Errors
    /// An input that does not exist or can't be opened, an output folder that can't be created or is an input.
    pub fn open(config: &Config) -> Result<Self, Error> {
        let (inputs, roots) = walk::look_at_inputs(&config.inputs, config.layout)?;
        let output = open_output(&config.output, config.effect)?;
        if inputs.iter().any(|input| input.is_folder && walk::are_one(&input.path, &output)) {
            return Err(Error::OutputIsInput { path: config.output.clone() });
        }
        Ok(Self { inputs, output, roots })
    }
}

/// A plan before it is whole.
#[derive(Debug)]
pub struct Rest {
    walk: Walk,
    clashes: Clashes,
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
    /// Those of [`Places::open`], and the wish to stop: all before any work is done.
    pub fn make(
        config: &Config,
        places: &Places,
        tell_format: impl Fn(&Path) -> Option<Format>,
        is_stopped: &dyn Fn() -> bool,
    ) -> Result<Self, Error> {
        Self::walk(config, places, tell_format, is_stopped, usize::MAX).map(|(plan, _)| plan)
    }

    /// The same, but with about [`PORTION`] entries at first where there are more. What follows grows it.
    ///
    /// # Errors
    /// The wish to stop.
    pub fn begin(
        config: &Config,
        places: &Places,
        tell_format: impl Fn(&Path) -> Option<Format>,
        is_stopped: &dyn Fn() -> bool,
    ) -> Result<(Self, Option<Rest>), Error> {
        Self::walk(config, places, tell_format, is_stopped, PORTION)
    }

    fn walk(
        config: &Config,
        places: &Places,
        tell_format: impl Fn(&Path) -> Option<Format>,
        is_stopped: &dyn Fn() -> bool,
        size: usize,
    ) -> Result<(Self, Option<Rest>), Error> {
        let Places { inputs, output, .. } = places;
        let lie_in_output = inputs.iter().any(|input| input.path.starts_with(output));
        let overlap = walk::overlap(inputs);
        // What is said of one entry may depend on any other.
        let is_whole = overlap
            || lie_in_output
            || !matches!(config.earlier, Earlier::Unknown)
            || config.foreign == Foreign::Replace;
        let mut walk = Walk::new(inputs, output, config.links, if is_whole { usize::MAX } else { size });
        let Portion { folders, jobs } = walk.next_portion(is_stopped).unwrap_or_default();
        if is_stopped() {
            return Err(Error::Interrupted);
        }
        let mut plan = Self { folders, jobs, naming: Naming::new(config) };
        if overlap {
            plan.skip_what_was_named_twice(inputs);
        }
        if lie_in_output {
            let failed = plan.find_overwriting(inputs, output, &tell_format);
            plan.fail(failed);
        }
        let mut clashes = Clashes::default();
        let failed = clashes.find(&plan, 0, tell_format);
        plan.fail(failed);
        let rest = (plan.jobs.len() >= size && !is_whole).then_some(Rest { walk, clashes });
        plan.go_on_from(&config.earlier);
        Ok((plan, rest))
    }

    /// Takes on what the walk met since.
    pub fn grow(&mut self, mut portion: Portion) {
        self.folders.append(&mut portion.folders);
        self.jobs.append(&mut portion.jobs);
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

    /// The root of a job's source, and the source's path below it.
    #[must_use]
    pub fn below_root(&self, job: &Job) -> (u32, PathBuf) {
        let folder = self.folder(job);
        (folder.root, folder.below_root.join(&*job.name))
    }

    /// Whether a job's source is a file that was named as an input.
    #[must_use]
    pub fn is_named(&self, job: &Job) -> bool {
        self.folder(job).is_named
    }

    /// Fails the entries of these indices.
    pub fn fail(&mut self, failed: Vec<(usize, FileError)>) {
        for (index, error) in failed {
            self.jobs[index].found = Found::Failed(Box::new(error));
        }
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
            if !matches!(self.jobs[index].found, Found::File(_)) {
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

    /// Where an input lies inside the output folder, a thumbnail could take the place of a source: the entries that this
    /// concerns.
    fn find_overwriting(
        &self,
        inputs: &[walk::Input],
        output: &Path,
        tell_format: impl Fn(&Path) -> Option<Format>,
    ) -> Vec<(usize, FileError)> {
        let is_file = |job: &Job| matches!(job.found, Found::File(_));
        let real = self.real_sources(inputs).into_iter().zip(&self.jobs);
        let sources: HashMap<PathBuf, &Job> = real.filter(|(_, job)| is_file(job)).collect();
        let files = self.jobs.iter().enumerate().filter(|(_, job)| is_file(job));
        let overwriting = files.filter_map(|(index, job)| {
            let source = self.source(job);
            let below_output = self.below_output(job);
            let format = tell_format(&source)?;
            let targets = self.naming.possible_targets(&below_output, format);
            let taken = targets.iter().find_map(|target| sources.get(&output.join(target)))?;
            Some((index, Cause::IsSource(self.source(taken)).in_step(Step::Walk).at(&source)))
        });
        overwriting.collect()
    }

    /// The sources by their inodes.
    #[must_use]
    pub fn sources_by_inode(&self) -> HashMap<u64, PathBuf> {
        let inode = |job: &Job| match job.found {
            Found::File(facts) => Some((facts.inode, self.source(job))),
            _ => None,
        };
        self.jobs.iter().filter_map(inode).collect()
    }
}

/// Creates the output folder, or finds out where it would be.
fn open_output(output: &Path, effect: Effect) -> Result<PathBuf, Error> {
    let refused = |source| Error::Output { path: output.to_path_buf(), source };
    match effect {
        Effect::Write => {
            fs::create_dir_all(output).map_err(refused)?;
            fs::canonicalize(output).map_err(refused)
        }
        Effect::DryRun => {
            let whole = std::path::absolute(output).map_err(refused)?;
            let there = whole.ancestors().find(|path| path.exists()).unwrap_or(&whole);
            let real = fs::canonicalize(there).map_err(refused)?;
            Ok(whole.strip_prefix(there).map_or(real.clone(), |below| real.join(below)))
        }
    }
}

#[cfg(test)]
mod tests;
