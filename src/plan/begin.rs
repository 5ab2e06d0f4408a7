//! Walks the inputs and decides every name.

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};

use super::clashes::Clashes;
use super::job::{Found, Job};
use super::list::Plan;
use super::naming::Naming;
use super::walk::{self, Portion, Walk};
use crate::earlier::Earlier;
use crate::error::{Cause, Error, FileError, Step};
use crate::options::{Config, Effect, Foreign, Format};
use crate::outcome::SkipReason;

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

    pub(super) fn walk(
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
