//! Walks the inputs and decides every name.

use std::collections::HashMap;
use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};

use super::clashes::Clashes;
use super::input::{self, Input};
use super::job::{Found, Job};
use super::list::Plan;
use super::naming::Naming;
use super::portion::Portion;
use super::walk::Walk;
use crate::archive::{self, Archives};
use crate::error::{Cause, Error, FileError, Step};
use crate::facts::Facts;
use crate::options::{Config, Effect, Foreign, Format, Layout};
use crate::outcome::SkipReason;
use crate::previous_run::PreviousRun;
use crate::storage;

/// The number of entries before the work begins, and in each later portion. A directory of more is not in the order of
/// its names as a whole. Reading and sorting this many takes 0.2 s.
pub const PORTION: usize = 1 << 16;

/// The same if an input is a prefix of a store: the objects that one request lists.
const PAGE: usize = 1000;

/// The places that a run reads from and writes to, looked up once.
#[derive(Debug)]
pub struct Places {
    inputs: Vec<Input>,
    /// The output directory, absolute and without links.
    pub output: PathBuf,
    /// The directories whose content the thumbnails mirror, absolute and without links. They are the directories named
    /// as inputs and those of files named as inputs.
    pub roots: Vec<PathBuf>,
    /// The archives among the inputs.
    pub archives: Archives,
}

impl Places {
    /// Checks that every input can be opened and creates the output directory. A dry run creates none.
    ///
    /// # Errors
    /// An input that does not exist or can't be opened, an output directory that can't be created, or is an input while
    /// no template gives thumbnails other names.
    pub fn open(config: &Config) -> Result<Self, Error> {
        let (inputs, roots) = input::look_at_inputs(config)?;
        let output = match goes_to_archive(config) {
            true => open_place(&config.output, config.effect)?,
            false => open_output(&config.output, config.effect)?,
        };
        let mut archives = Archives::default();
        for input in &inputs {
            input.archive.iter().for_each(|archive| archives.add(input.typed.clone(), input.root, archive.clone()));
        }
        let is_input = inputs
            .iter()
            .any(|input| (input.is_folder || goes_to_archive(config)) && input::are_one(&input.path, &output));
        // Without a template, names are those of the sources.
        let lies_in_cache =
            config.layout == Layout::DesktopCache && inputs.iter().any(|input| input.path.starts_with(&output));
        // Thumbnails could replace the objects of the run.
        let holds_objects = storage::is_url(&output) && inputs.iter().any(|input| input.path.starts_with(&output));
        let is_lost = is_input && (config.template.is_none() || goes_to_archive(config));
        if is_lost || lies_in_cache || holds_objects {
            return Err(Error::OutputIsInput { path: config.output.clone() });
        }
        Ok(Self { inputs, output, roots, archives })
    }

    /// Returns whether an input is, or lies in, the output directory.
    #[must_use]
    pub fn lie_in_output(&self) -> bool {
        self.inputs.iter().any(|input| input.path.starts_with(&self.output))
    }
}

/// Questions about files beyond their names.
#[derive(Clone, Copy)]
pub struct Files<'a> {
    /// Reads the format of a file from its content.
    pub format: &'a dyn Fn(&Path) -> Option<Format>,
    /// Returns whether a path below the output directory is an unchanged thumbnail of an earlier run.
    pub is_thumbnail: &'a dyn Fn(&Path, &Facts) -> bool,
    /// Returns the number that a source had in earlier runs. It is at a path in the root of this index.
    pub earlier_number: &'a dyn Fn(u32, &Path) -> Option<u32>,
    /// The largest number that any source had in earlier runs.
    pub last_number: u32,
}

impl fmt::Debug for Files<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Files").finish_non_exhaustive()
    }
}

/// The part of a plan that is still to be read.
#[derive(Debug)]
pub struct Rest {
    walk: Walk,
    clashes: Clashes,
}

impl Rest {
    /// Reads the next entries of the walk. `None` if it is over or stopped.
    pub fn read_on(&mut self, is_stopped: &dyn Fn() -> bool) -> Option<Portion> {
        self.walk.next_portion(is_stopped)
    }

    /// Finds entries from index `known` on whose thumbnail would overwrite an earlier one's. It returns their indices
    /// and errors.
    pub fn find_clashes(
        &mut self,
        plan: &Plan,
        known: usize,
        sniff_format: impl Fn(&Path) -> Option<Format>,
    ) -> Vec<(usize, FileError)> {
        self.clashes.find(plan, known, sniff_format)
    }
}

impl Plan {
    /// Walks all inputs of `config` and decides every name. Files are looked at only if names could meet.
    ///
    /// # Errors
    /// Those of [`Places::open`], and a request to stop, all before any work is done.
    pub fn make(
        config: &Config,
        places: &Places,
        files: Files<'_>,
        is_stopped: &dyn Fn() -> bool,
    ) -> Result<Self, Error> {
        Self::walk(config, places, files, is_stopped, usize::MAX).map(|(plan, _)| plan)
    }

    /// Plans about the first [`PORTION`] entries if there are more. [`Rest`] reads the others.
    ///
    /// # Errors
    /// A request to stop.
    pub fn begin(
        config: &Config,
        places: &Places,
        files: Files<'_>,
        is_stopped: &dyn Fn() -> bool,
    ) -> Result<(Self, Option<Rest>), Error> {
        let has_prefix = places.inputs.iter().any(|input| input.is_folder && storage::is_url(&input.path));
        Self::walk(config, places, files, is_stopped, if has_prefix { PAGE } else { PORTION })
    }

    pub(super) fn walk(
        config: &Config,
        places: &Places,
        files: Files<'_>,
        is_stopped: &dyn Fn() -> bool,
        size: usize,
    ) -> Result<(Self, Option<Rest>), Error> {
        let Places { inputs, output, .. } = places;
        let lie_in_output = places.lie_in_output();
        let overlap = input::overlap(inputs);
        // The finding about one entry may depend on any other.
        let naming = Naming::new(config);
        let is_whole = overlap
            || naming.has_numbers()
            || lie_in_output
            || !matches!(config.previous_run, PreviousRun::Unknown)
            || config.foreign == Foreign::Replace;
        let mut walk = Walk::new(inputs, output, config, if is_whole { usize::MAX } else { size });
        let Portion { folders, jobs } = walk.next_portion(is_stopped).unwrap_or_default();
        if is_stopped() {
            return Err(Error::Interrupted);
        }
        let mut plan = Self { folders, jobs, naming };
        if overlap {
            plan.skip_what_was_named_twice(inputs);
        }
        if lie_in_output {
            plan.leave_out_thumbnails(inputs, output, files);
        }
        if plan.naming.has_numbers() {
            plan.number_sources(files);
        }
        if lie_in_output {
            let failed = plan.find_overwriting(inputs, output, files);
            plan.fail(failed);
        }
        let mut clashes = Clashes::default();
        let failed = clashes.find(&plan, 0, files.format);
        plan.fail(failed);
        let rest = (plan.jobs.len() >= size && !is_whole).then_some(Rest { walk, clashes });
        plan.go_on_from(&config.previous_run);
        Ok((plan, rest))
    }

    /// Returns the absolute paths of all sources. There are no links on the way to their directories.
    fn real_sources(&self, inputs: &[Input]) -> Vec<PathBuf> {
        let named = input::named_files(inputs);
        let folders: Vec<PathBuf> = self.folders.iter().map(|folder| input::real_folder(&folder.source)).collect();
        let real = |job: &Job| match named.get(self.source(job).as_path()) {
            Some(path) => path.to_path_buf(),
            None => folders[job.folder as usize].join(&*job.name),
        };
        self.jobs.iter().map(real).collect()
    }

    fn skip_what_was_named_twice(&mut self, inputs: &[Input]) {
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

    /// Removes the entries that are thumbnails in the output directory, but not those named as inputs.
    fn leave_out_thumbnails(&mut self, inputs: &[Input], output: &Path, files: Files<'_>) {
        let is_thumbnail = |real: &Path, job: &Job| match (&job.found, real.strip_prefix(output)) {
            (Found::File(facts), Ok(below)) if !self.is_named(job) => (files.is_thumbnail)(below, facts),
            _ => false,
        };
        let real = self.real_sources(inputs);
        let stays: Vec<bool> = real.iter().zip(&self.jobs).map(|(real, job)| !is_thumbnail(real, job)).collect();
        let mut stays = stays.into_iter();
        self.jobs.retain(|_| stays.next().unwrap_or(true));
    }

    /// Finds the entries whose thumbnail would overwrite a source. That can happen if an input lies inside the output
    /// directory.
    fn find_overwriting(&self, inputs: &[Input], output: &Path, files: Files<'_>) -> Vec<(usize, FileError)> {
        let is_file = |job: &Job| matches!(job.found, Found::File(_));
        let real = self.real_sources(inputs).into_iter().zip(&self.jobs);
        let sources: HashMap<PathBuf, &Job> = real.filter(|(_, job)| is_file(job)).collect();
        let jobs = self.jobs.iter().enumerate().filter(|(_, job)| is_file(job));
        let overwriting = jobs.filter_map(|(index, job)| {
            let source = self.source(job);
            let format = (files.format)(&source)?;
            let targets = self.with_name(job, |name| self.naming.possible_targets(name, format));
            let taken = targets.iter().find_map(|target| sources.get(&output.join(target)))?;
            Some((index, Cause::IsSource(self.source(taken)).in_step(Step::Walk).at(&source)))
        });
        overwriting.collect()
    }
}

/// Returns whether the output of a run is an archive. A directory may have the name of one.
#[must_use]
pub fn goes_to_archive(config: &Config) -> bool {
    let output = &config.output;
    archive::has_name_of_tar(output) && !storage::is_url(output) && !output.is_dir()
}

/// Creates the directory of an output that is a file, and returns the path of the file.
fn open_place(output: &Path, effect: Effect) -> Result<PathBuf, Error> {
    let directory = match output.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    Ok(open_output(directory, effect)?.join(output.file_name().unwrap_or_default()))
}

/// Creates the output directory, or, in a dry run, finds its future path.
fn open_output(output: &Path, effect: Effect) -> Result<PathBuf, Error> {
    let refused = |source| Error::Output { path: output.to_path_buf(), source };
    if storage::is_url(output) {
        let text = output.to_str().unwrap_or_default();
        return Ok(PathBuf::from(text.trim_end_matches('/')));
    }
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
