//! Walks the inputs and lists the entries of a plan by name, in portions. Links, loops, devices and unreadable
//! directories become entries too, so that the walk loses nothing.

mod links;

use std::collections::{BTreeSet, HashMap};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use walkdir::{DirEntry, WalkDir};

use super::filter::{Filter, IGNORE_FILE, Ignored};
use super::input::Input;
use super::job::{Folder, Found};
use super::keys::{Keys, Rules};
use super::members::Members;
use super::portion::{Portion, failed};
use crate::error::Cause;
use crate::facts::Facts;
use crate::ledger::{self, Beside};
use crate::options::{Config, Layout, Links};
use crate::outcome::SkipReason;
use crate::storage;

/// A walk through the inputs in their order. It leaves out the output directory wherever that lies below one of them.
#[derive(Debug)]
pub(super) struct Walk {
    /// The inputs to come, the next one last.
    inputs: Vec<Input>,
    /// The directories on the way down to the current one.
    way: Vec<Level>,
    /// The keys of the current input, if it is a prefix of a store.
    keys: Option<Keys>,
    /// The members of the current input, if it is an archive.
    members: Option<Members>,
    /// The inputs, absolute and without links.
    roots: BTreeSet<PathBuf>,
    output: PathBuf,
    links: Links,
    filter: Filter,
    layout: Layout,
    /// The number of times that links led into a directory.
    visits: HashMap<PathBuf, u32>,
    folders: u32,
    size: usize,
}

/// A directory some of whose entries have not had their turn yet.
#[derive(Debug)]
struct Level {
    folder: u32,
    /// The number of directories on the way to it, with itself.
    depth: usize,
    ignored: Ignored,
    /// The thumbnails that lie among its files, if an earlier run put them there.
    beside: Option<Arc<Beside>>,
    /// The directory that lists it, or `None` for an input.
    parent: Option<u32>,
    source: PathBuf,
    below_output: PathBuf,
    root: u32,
    below_root: PathBuf,
    /// The path, absolute and without links. `None` unless links are followed, which could lead into it again.
    real: Option<PathBuf>,
    sorted: std::vec::IntoIter<DirEntry>,
    /// The entries not read yet.
    rest: walkdir::IntoIter,
}

impl Walk {
    /// Creates a walk in portions of about `size` entries. A larger directory takes several portions, each sorted by
    /// name, in the order in which the file system lists the entries.
    pub(super) fn new(inputs: &[Input], output: &Path, config: &Config, size: usize) -> Self {
        let roots = inputs.iter().map(|input| input.path.clone()).collect();
        let inputs = inputs.iter().rev().cloned().collect();
        let (output, visits) = (output.to_path_buf(), HashMap::new());
        let (links, layout, filter) = (config.links, config.layout, Filter::new(config));
        let (keys, members) = (None, None);
        Self { inputs, way: Vec::new(), keys, members, roots, output, links, filter, layout, visits, folders: 0, size }
    }

    /// Returns the next entries. `None` if the walk is over or stopped, which is checked at every step.
    pub(super) fn next_portion(&mut self, is_stopped: &dyn Fn() -> bool) -> Option<Portion> {
        let mut portion = Portion::default();
        while portion.jobs.len() < self.size && !is_stopped() && self.take_step(&mut portion) {}
        (!portion.jobs.is_empty()).then_some(portion)
    }

    /// Processes one entry. Returns false if there is none.
    fn take_step(&mut self, portion: &mut Portion) -> bool {
        if let Some(keys) = &mut self.keys {
            let rules = &mut Rules { filter: &self.filter, layout: self.layout, folders: &mut self.folders };
            if !keys.take_step(rules, portion) {
                self.keys = None;
            }
            return true;
        }
        if let Some(members) = &mut self.members {
            let rules = &mut Rules { filter: &self.filter, layout: self.layout, folders: &mut self.folders };
            if !members.take_step(rules, portion) {
                self.members = None;
            }
            return true;
        }
        let Some(level) = self.way.last_mut() else {
            let Some(input) = self.inputs.pop() else { return false };
            if let Some(archive) = input.archive.clone() {
                self.members = Some(Members::of(input, archive));
            } else if input.is_folder && storage::is_url(&input.path) {
                let rules = &mut Rules { filter: &self.filter, layout: self.layout, folders: &mut self.folders };
                self.keys = Some(Keys::below(input, &self.output, rules, portion));
            } else if input.is_folder {
                let Input { typed, path, root, below_output, .. } = input;
                // The thumbnails of this run's own output are left out later.
                let beside = if path.starts_with(&self.output) { None } else { Beside::find(&typed, &path) };
                self.enter(Folder::below_input(typed, below_output, root), beside, portion);
            } else {
                self.take_file(&input, portion);
            }
            return true;
        };
        let Some(entry) = level.sorted.next() else {
            if !level.read(self.size, portion) {
                self.way.pop();
            }
            return true;
        };
        if !entry.file_type().is_dir() {
            if is_temporary(&entry) {
                return true;
            }
            let folder = level.folder;
            if !self.filter.takes_file(entry.path(), &level.below_root.join(entry.file_name()), &level.ignored) {
                return true;
            }
            let beside = level.beside.clone();
            let found = self.judge(&entry);
            let is_thumbnail = |facts| beside.as_ref().is_some_and(|beside| beside.holds(entry.path(), facts));
            let is_taken =
                !matches!(&found, Found::File(facts) if !self.filter.takes_time(facts) || is_thumbnail(facts));
            if is_taken {
                portion.push(folder, entry.path(), found);
            }
            return true;
        }
        let number = level.folder;
        let below_root = level.below_root.join(entry.file_name());
        let is_searched = self.filter.descends_from(level.depth)
            && self.filter.takes_directory(entry.path(), &below_root, &level.ignored);
        if !is_searched {
            return true;
        }
        let folder = Folder {
            source: entry.path().to_path_buf(),
            below_output: match self.layout {
                Layout::Flat | Layout::DesktopCache => PathBuf::new(),
                Layout::Mirror | Layout::KeepParents => level.below_output.join(entry.file_name()),
            },
            root: level.root,
            below_root,
            is_named: false,
        };
        let is_ledger = entry.file_name() == ledger::DIRECTORY && ledger::is_ledger(entry.path());
        if is_ledger || self.is_output(&entry) {
            return true;
        }
        let refused = self.refuse_link(&entry);
        let beside = (refused.is_none() && ledger::is_output(entry.path())).then(|| Beside::read(entry.path()));
        let reason = match (refused, beside) {
            // Thumbnails of thumbnails are made only on request.
            (None, Some(None)) => SkipReason::HoldsThumbnails,
            (Some(reason), _) => reason,
            (None, beside) => {
                self.enter(folder, beside.flatten(), portion);
                return true;
            }
        };
        portion.push(number, entry.path(), Found::Skipped(Box::new(reason)));
        true
    }

    /// Enters a directory, unless a link led back to one of its ancestors. `beside` are the thumbnails among its files.
    fn enter(&mut self, folder: Folder, beside: Option<Beside>, portion: &mut Portion) {
        let source = &folder.source;
        let real = match self.links {
            Links::All => fs::canonicalize(source).ok(),
            Links::WithinTree => None,
        };
        if real.is_some()
            && let Some(parent) = self.way.last()
            && self.way.iter().any(|level| level.real == real)
        {
            return portion.push(parent.folder, source, Found::Skipped(Box::new(SkipReason::LinkLoop)));
        }
        let (depth, above) =
            self.way.last().map_or((0, Ignored::default()), |level| (level.depth, level.ignored.clone()));
        let parent = self.way.last().map(|level| level.folder);
        let beside = beside.map(Arc::new).or_else(|| self.way.last()?.beside.clone());
        let (ignored, error) = above.enter(source);
        let rest = WalkDir::new(source).min_depth(1).max_depth(1).follow_links(self.links == Links::All).into_iter();
        let sorted = Vec::new().into_iter();
        let Folder { source, below_output, root, below_root, .. } = folder.clone();
        let ignore_file = source.join(IGNORE_FILE);
        let folder = self.open_folder(folder, portion);
        if let Some(error) = error {
            portion.push(folder, &ignore_file, failed(&ignore_file, error.into()));
        }
        self.way.push(Level {
            folder,
            depth: depth + 1,
            ignored,
            beside,
            parent,
            source,
            below_output,
            root,
            below_root,
            real,
            sorted,
            rest,
        });
    }

    fn is_output(&self, entry: &DirEntry) -> bool {
        // Asking the system for every directory would cost more than comparing its name and type.
        (Some(entry.file_name()) == self.output.file_name() || entry.path_is_symlink())
            && fs::canonicalize(entry.path()).is_ok_and(|path| path == self.output)
    }

    fn take_file(&mut self, input: &Input, portion: &mut Portion) {
        if !self.filter.takes_share(&input.typed) {
            return;
        }
        let source = input.typed.parent().unwrap_or(Path::new("")).to_path_buf();
        let folder = Folder::below_input(source, input.below_output.clone(), input.root);
        let folder = self.open_folder(Folder { is_named: !input.is_listed, ..folder }, portion);
        if let Some(error) = &input.refusal {
            return portion.push(folder, &input.typed, failed(&input.typed, Cause::Io(Arc::clone(error))));
        }
        let found = match fs::metadata(&input.path) {
            // Asking for each before the work begins would take as long as the work.
            _ if storage::is_url(&input.path) => Found::File(Facts::default()),
            Ok(metadata) if metadata.is_file() => Found::File(Facts::from(&metadata)),
            Ok(_) => Found::Skipped(Box::new(SkipReason::NotAFile)),
            Err(error) => failed(&input.typed, error.into()),
        };
        portion.push(folder, &input.typed, found);
    }

    fn open_folder(&mut self, folder: Folder, portion: &mut Portion) -> u32 {
        portion.open(folder);
        self.folders += 1;
        self.folders - 1
    }
}

impl Level {
    /// Reads and sorts more entries. Returns false if there are none.
    fn read(&mut self, size: usize, portion: &mut Portion) -> bool {
        let mut entries = Vec::new();
        let mut was_read = false;
        for entry in self.rest.by_ref().take(size) {
            was_read = true;
            match entry {
                Ok(entry) => entries.push(entry),
                Err(error) => {
                    let path = error.path().unwrap_or(&self.source).to_path_buf();
                    let found = if error.loop_ancestor().is_some() {
                        Found::Skipped(Box::new(SkipReason::LinkLoop))
                    } else {
                        failed(&path, io::Error::from(error).into())
                    };
                    match self.parent {
                        Some(parent) if path == self.source => portion.push(parent, &path, found),
                        None if path == self.source => portion.push(self.folder, Path::new(""), found),
                        _ => portion.push(self.folder, &path, found),
                    }
                }
            }
        }
        entries.sort_unstable_by(|a, b| a.file_name().cmp(b.file_name()));
        self.sorted = entries.into_iter();
        was_read
    }
}

impl Folder {
    pub(super) fn below_input(source: PathBuf, below_output: PathBuf, root: u32) -> Self {
        Self { source, below_output, root, below_root: PathBuf::new(), is_named: false }
    }
}

/// Returns whether an entry is a file that a run is still writing.
fn is_temporary(entry: &DirEntry) -> bool {
    entry.file_name().to_str().is_some_and(|name| name.starts_with(".thumbs-") && name.ends_with(".tmp"))
}
