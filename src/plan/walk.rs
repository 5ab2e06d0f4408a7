//! The inputs as named → the entries of a plan, in the order of their names. Links, loops, devices and folders that
//! can't be opened become entries too: nothing that the walk meets is lost.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use walkdir::{DirEntry, WalkDir};

use super::{Folder, Found, Job, Naming, Plan};
use crate::error::{Cause, Error, Step};
use crate::options::Links;
use crate::outcome::SkipReason;

/// A file or folder that was named as an input.
#[derive(Debug)]
pub(super) struct Input {
    /// As it was typed.
    typed: PathBuf,
    /// Absolute, without links.
    pub(super) path: PathBuf,
    is_folder: bool,
}

impl Input {
    /// The folder whose content the thumbnails mirror.
    pub(super) fn folder(&self) -> &Path {
        if self.is_folder { &self.path } else { self.path.parent().unwrap_or(&self.path) }
    }
}

/// Looks whether every input exists and can be opened.
pub(super) fn look_at_inputs(typed: &[PathBuf]) -> Result<Vec<Input>, Error> {
    typed
        .iter()
        .map(|typed| {
            let refused = |source| Error::Input { path: typed.clone(), source };
            let path = fs::canonicalize(typed).map_err(refused)?;
            let is_folder = fs::metadata(&path).map_err(refused)?.is_dir();
            if is_folder {
                fs::read_dir(&path).map_err(refused)?;
            }
            Ok(Input { typed: typed.clone(), path, is_folder })
        })
        .collect()
}

/// Whether some input is, or lies in, another one, so that a file could be found twice.
pub(super) fn overlap(inputs: &[Input]) -> bool {
    let mut paths: Vec<&Path> = inputs.iter().map(|input| input.path.as_path()).collect();
    paths.sort_unstable();
    // Paths are compared by component, so whatever lies in a folder follows it directly.
    paths.windows(2).any(|pair| pair[1].starts_with(pair[0]))
}

/// The absolute path of a source that the walk found below one of `inputs`.
pub(super) fn canonical(inputs: &[Input], source: &Path) -> PathBuf {
    inputs
        .iter()
        .find_map(|input| source.strip_prefix(&input.typed).ok().map(|below| join_below(&input.path, below)))
        .unwrap_or_else(|| source.to_path_buf())
}

/// `path.join("")` would add a separator, which a file does not bear.
fn join_below(path: &Path, below: &Path) -> PathBuf {
    if below.as_os_str().is_empty() { path.to_path_buf() } else { path.join(below) }
}

/// Walks `inputs` in their order, leaving out the folder `output` (absolute) wherever it lies below one of them.
pub(super) fn walk(inputs: &[Input], output: &Path, links: Links) -> Plan {
    let roots: BTreeSet<&Path> = inputs.iter().map(|input| input.path.as_path()).collect();
    let mut walk = Walk { folders: Vec::new(), jobs: Vec::new(), roots, links };
    for input in inputs {
        if input.is_folder {
            walk.walk_folder(input, output);
        } else {
            walk.take_file(input);
        }
    }
    Plan { folders: walk.folders, jobs: walk.jobs, naming: Naming::default() }
}

struct Walk<'a> {
    folders: Vec<Folder>,
    jobs: Vec<Job>,
    roots: BTreeSet<&'a Path>,
    links: Links,
}

impl Walk<'_> {
    fn take_file(&mut self, input: &Input) {
        let folder = self.open_folder(input.typed.parent().unwrap_or(Path::new("")), Path::new(""));
        let found = match fs::metadata(&input.path) {
            Ok(metadata) if metadata.is_file() => Found::File { bytes: metadata.len(), written: None },
            Ok(_) => Found::Skipped(Box::new(SkipReason::NotAFile)),
            Err(error) => failed(&input.typed, error.into()),
        };
        self.push(folder, &input.typed, found);
    }

    fn walk_folder(&mut self, input: &Input, output: &Path) {
        let own_output = output.strip_prefix(&input.path).ok().map(|below| input.typed.join(below));
        let follow = self.links == Links::All;
        let is_output = |entry: &DirEntry| {
            Some(entry.path()) == own_output.as_deref()
                || (entry.path_is_symlink()
                    && entry.file_type().is_dir()
                    && fs::canonicalize(entry.path()).is_ok_and(|path| path == output))
        };
        let entries = WalkDir::new(&input.typed)
            .sort_by_file_name()
            .follow_links(follow)
            .into_iter()
            .filter_entry(|entry| !(entry.file_type().is_dir() && is_output(entry)));

        // The folders on the way down to the current entry, by depth.
        let mut way: Vec<u32> = Vec::new();
        for entry in entries {
            match entry {
                // A link that was named as an input is a folder too, whatever its own type.
                Ok(entry) if entry.depth() == 0 || entry.file_type().is_dir() => {
                    let below = entry.path().strip_prefix(&input.typed).unwrap_or(Path::new(""));
                    way.truncate(entry.depth());
                    way.push(self.open_folder(entry.path(), below));
                }
                Ok(entry) => {
                    let found = self.judge(&entry);
                    self.push(way[entry.depth() - 1], entry.path(), found);
                }
                Err(error) => {
                    let path = error.path().unwrap_or(&input.typed).to_path_buf();
                    let folder = way[error.depth().saturating_sub(1).min(way.len() - 1)];
                    let found = if error.loop_ancestor().is_some() {
                        Found::Skipped(Box::new(SkipReason::LinkLoop))
                    } else {
                        failed(&path, io::Error::from(error).into())
                    };
                    self.push(folder, &path, found);
                }
            }
        }
    }

    fn open_folder(&mut self, source: &Path, below_output: &Path) -> u32 {
        self.folders.push(Folder { source: source.to_path_buf(), below_output: below_output.to_path_buf() });
        u32::try_from(self.folders.len() - 1).expect("more than four thousand million folders")
    }

    fn push(&mut self, folder: u32, path: &Path, found: Found) {
        let name = path.file_name().unwrap_or(path.as_os_str()).into();
        self.jobs.push(Job { folder, name, found });
    }

    fn judge(&self, entry: &DirEntry) -> Found {
        if entry.file_type().is_symlink() {
            return self.judge_link(entry.path());
        }
        if !entry.file_type().is_file() {
            return Found::Skipped(Box::new(SkipReason::NotAFile));
        }
        match entry.metadata() {
            Ok(metadata) => Found::File { bytes: metadata.len(), written: None },
            Err(error) => failed(entry.path(), io::Error::from(error).into()),
        }
    }

    fn judge_link(&self, link: &Path) -> Found {
        let target = match fs::canonicalize(link) {
            Ok(target) => target,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                return failed(link, io::Error::new(error.kind(), "a link that leads nowhere").into());
            }
            Err(error) => return failed(link, error.into()),
        };
        match fs::metadata(&target) {
            Ok(metadata) if metadata.is_file() && self.lies_in_inputs(&target) => {
                Found::File { bytes: metadata.len(), written: None }
            }
            Ok(metadata) if metadata.is_file() || metadata.is_dir() => {
                Found::Skipped(Box::new(SkipReason::LinkNotFollowed))
            }
            Ok(_) => Found::Skipped(Box::new(SkipReason::NotAFile)),
            Err(error) => failed(link, error.into()),
        }
    }

    fn lies_in_inputs(&self, path: &Path) -> bool {
        path.ancestors().any(|ancestor| self.roots.contains(ancestor))
    }
}

fn failed(path: &Path, cause: Cause) -> Found {
    Found::Failed(Box::new(cause.in_step(Step::Walk).at(path)))
}
