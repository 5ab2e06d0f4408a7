//! Checks runs whose output is an archive, and divides a run into one for each archive.

use std::collections::HashSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::observer::Observer;
use super::pack::check_place;
use crate::archive::{has_name_of_archive, has_name_of_tar};
use crate::error::Error;
use crate::options::{Config, Existing, Gallery, Layout, Orphans, Packing, PreviousRun, ShardedBy};
use crate::outcome::Record;
use crate::plan::goes_to_archive;
use crate::storage;

/// Refuses options that make no sense for an output that is an archive.
pub(super) fn check(config: &Config) -> Result<(), Error> {
    let suffixed = !has_name_of_tar(&config.output) && has_name_of_archive(&config.output);
    if suffixed && !config.output.is_dir() {
        return Err(refusal(&config.output, "archives are written uncompressed: choose a name that ends with .tar"));
    }
    if config.layout == Layout::DesktopCache
        && let Some(input) = config.inputs.iter().find(|input| has_name_of_archive(input) && input.is_file())
    {
        return Err(refusal(input, "the cache of a desktop is for files"));
    }
    if !goes_to_archive(config) {
        return Ok(());
    }
    let problem = if config.existing == Existing::Update || !matches!(config.previous_run, PreviousRun::Unknown) {
        "an archive is written as a whole: it can't be updated"
    } else if config.orphans == Orphans::Remove {
        "an archive is written as a whole: there is nothing to remove"
    } else if config.gallery != Gallery::Off {
        "pages are written to directories only"
    } else if config.contact_sheet.is_some() {
        "a contact sheet is made of thumbnails in a directory"
    } else if config.selection.shard.is_some() {
        "shards share a directory: give each input an archive of its own"
    } else {
        return Ok(());
    };
    Err(refusal(&config.output, problem))
}

/// Returns the run for each input, if each becomes an archive of its own.
pub(super) fn each(config: &Config) -> Result<Option<Vec<Config>>, Error> {
    if config.packing != Packing::Each {
        return Ok(None);
    }
    if storage::is_url(&config.output) {
        return Err(refusal(&config.output, "archives are written to directories only"));
    }
    let shard = config.selection.shard;
    let inputs = config.inputs.iter().chain(&config.listed);
    let is_ours = |input: &&PathBuf| shard.is_none_or(|shard| shard.holds(&name_of(input), ShardedBy::Name));
    let mut names = HashSet::new();
    let mut runs = Vec::new();
    for input in inputs.filter(is_ours) {
        if storage::is_url(input) {
            return Err(refusal(input, "only files and directories become archives"));
        }
        let metadata = fs::metadata(input).map_err(|source| Error::Input { path: input.clone(), source })?;
        if !metadata.is_dir() && !has_name_of_archive(input) {
            return Err(refusal(input, "only archives and directories become archives"));
        }
        let name = name_of(input);
        if !names.insert(name.clone()) {
            return Err(refusal(input, "another input has the same name, and so would its archive"));
        }
        let mut run = config.clone();
        (run.inputs, run.listed) = (vec![input.clone()], Vec::new());
        run.output = config.output.join(name);
        run.packing = Packing::ByName;
        run.selection.shard = None;
        if run.output.is_dir() {
            let error = io::Error::from(io::ErrorKind::IsADirectory);
            return Err(Error::Output { path: run.output, source: error });
        }
        check(&run)?;
        check_place(&run)?;
        runs.push(run);
    }
    Ok(Some(runs))
}

/// Returns the name of the archive of an input.
fn name_of(input: &Path) -> PathBuf {
    let real = fs::canonicalize(input).unwrap_or_else(|_| input.to_path_buf());
    let named = input.file_name().or_else(|| real.file_name()).unwrap_or_default();
    let text = named.to_string_lossy();
    let lower = text.to_ascii_lowercase();
    let suffix = [".tar.gz", ".tgz", ".tar"].into_iter().find(|suffix| lower.ends_with(suffix));
    let stem = &text[..text.len() - suffix.map_or(0, str::len)];
    PathBuf::from(format!("{stem}.tar"))
}

fn refusal(path: &Path, reason: &str) -> Error {
    Error::Storage { path: path.to_path_buf(), reason: reason.to_string() }
}

/// A listener to several runs, as if they were one.
pub(super) struct Joined<'a> {
    pub(super) observer: &'a mut dyn Observer,
    /// The sources and bytes of the runs before.
    before: (usize, u64),
    /// Those of the run under way.
    planned: (usize, u64),
}

impl<'a> Joined<'a> {
    pub(super) fn of(observer: &'a mut dyn Observer) -> Self {
        Self { observer, before: (0, 0), planned: (0, 0) }
    }

    /// Begins the next run.
    pub(super) fn go_on(&mut self) {
        self.before = (self.before.0 + self.planned.0, self.before.1 + self.planned.1);
        self.planned = (0, 0);
    }
}

impl Observer for Joined<'_> {
    fn planned(&mut self, sources: usize, bytes: u64) {
        self.planned = (sources, bytes);
        self.observer.planned(self.before.0 + sources, self.before.1 + bytes);
    }

    fn finished(&mut self, record: &Record) {
        self.observer.finished(&Record { index: self.before.0 + record.index, ..record.clone() });
    }

    fn warned(&mut self, message: &str) {
        self.observer.warned(message);
    }
}
