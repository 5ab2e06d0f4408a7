//! Keeps an output directory tidy. It removes thumbnails whose source is gone, and merges segments when there are many.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::PoisonError;

use tempfile::NamedTempFile;

use super::finished::at;
use super::index::{Held, Place, source_key};
use super::known::{Known, Read, Root};
use super::open::Ledger;
use super::ownership::{is_as_held, is_held_at};
use super::place::rename_to_free;
use super::presence::{Presence, Standing};
use super::segment::{self, Flaw, PermissionsOfNewFiles, SCHEMA, SUFFIX};
use super::staging::{MERGE, is_unswept};
use crate::error::Cause;
use crate::facts::Facts;
use crate::options::Effect;
use crate::report::{Line, PathText, write_line};

/// The number of segments above which the end of a run merges them.
const MOST_SEGMENTS: usize = 4;

/// The results of pruning.
#[derive(Debug, Default)]
pub struct Pruned {
    /// The thumbnails that were removed, or would be.
    pub removed: Vec<PathBuf>,
    /// Thumbnails whose source is gone, kept because they were changed since.
    pub kept: Vec<PathBuf>,
    /// Inputs that are empty, or archives that are damaged, each with the number of thumbnails kept because their images
    /// may still exist.
    pub unclear: BTreeMap<PathBuf, u64>,
}

impl Ledger {
    /// Removes thumbnails whose source is gone, and directories that become empty. The source must have been under one
    /// of the run's roots. `has_member` returns whether the archive that is the root of a number has a member of this
    /// path, or `None` if that is not known. Nothing else is ever removed.
    ///
    /// # Errors
    /// The system refused.
    pub fn prune(&self, effect: Effect, has_member: &dyn Fn(u32, &Path) -> Option<bool>) -> Result<Pruned, Cause> {
        self.read_on();
        let mut pruned = Pruned::default();
        let mut failed = None;
        for (number, read) in self.segments() {
            let mine: Vec<Option<(u32, Standing)>> = read.roots.iter().map(|root| self.find_own(root)).collect();
            segment::read(&read.path, 0, |line, offset| {
                let place = Place { segment: number, offset };
                let (Some(source), None) = (line.source_path(), &failed) else { return };
                let Some((root, standing)) = line.root.and_then(|root| mine.get(root as usize)?.as_ref()) else {
                    return;
                };
                let of_latest = || line.thumbnails.iter().filter(|one| self.is_latest(&one.file(), place));
                let is_there = match standing.look_for(&source) {
                    Presence::Present(_) => Some(true),
                    Presence::InArchive(_) => has_member(*root, &source),
                    Presence::Gone => Some(false),
                    Presence::Unknown => None,
                };
                if let (None, Standing::Empty(path) | Standing::Archive(path)) = (is_there, standing) {
                    *pruned.unclear.entry(path.clone()).or_default() += of_latest().count() as u64;
                }
                if is_there == Some(false) && of_latest().next().is_some() {
                    for thumbnail in &line.thumbnails {
                        if let Err(cause) = self.prune_one(&thumbnail.file(), place, effect, &mut pruned) {
                            failed = Some(cause);
                        }
                    }
                }
            });
        }
        failed.map_or(Ok(pruned), Err)
    }

    /// Finds the root of this run that is one of an earlier run, and examines it.
    fn find_own(&self, root: &Root) -> Option<(u32, Standing)> {
        let number = self.roots.iter().position(|own| own.key == root.key)?;
        Some((u32::try_from(number).ok()?, self.standing_of(root)))
    }

    /// Returns the segments read so far, with their numbers.
    pub(super) fn segments(&self) -> Vec<(u32, Read)> {
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
        (0..).zip(known.segments.iter().cloned()).collect()
    }

    /// Returns whether the line at `place` is the latest about a thumbnail.
    pub(super) fn is_latest(&self, target: &Path, place: Place) -> bool {
        self.held(target).is_some_and(|held| held.place == place)
    }

    fn prune_one(&self, target: &Path, place: Place, effect: Effect, pruned: &mut Pruned) -> Result<(), Cause> {
        let Some(held) = self.held(target).filter(|held| held.place == place) else { return Ok(()) };
        if self.is_foreseen(target) {
            return Ok(());
        }
        let path = self.output.join(target);
        let Ok(metadata) = fs::symlink_metadata(&path) else {
            return if effect == Effect::Write { self.retract(target) } else { Ok(()) };
        };
        if !self.is_reached_directly(&path) || !is_held_at(&path, &metadata, &held) {
            pruned.kept.push(self.shown.join(target));
            return Ok(());
        }
        if effect == Effect::Write && !self.remove(&path, &Facts::from(&metadata)).map_err(|error| at(&path, error))? {
            pruned.kept.push(self.shown.join(target));
            return Ok(());
        }
        pruned.removed.push(self.shown.join(target));
        if effect == Effect::DryRun {
            return Ok(());
        }
        if let Some(directory) = path.parent() {
            self.remove_empty(directory);
        }
        self.retract(target)
    }

    /// Removes a directory if it is empty, and then those above it, but not the output directory.
    pub(super) fn remove_empty(&self, directory: &Path) {
        let mut directory = Some(directory);
        while let Some(empty) = directory.filter(|one| *one != self.output && fs::remove_dir(one).is_ok()) {
            directory = empty.parent();
        }
    }

    /// Removes the file at `path` if it is unchanged since `seen`. It is moved aside first and checked there.
    pub(super) fn remove(&self, path: &Path, seen: &Facts) -> io::Result<bool> {
        let aside = self.staging.name_aside(path);
        fs::rename(path, &aside)?;
        if Facts::from(&fs::symlink_metadata(&aside)?) == *seen {
            return fs::remove_file(&aside).map(|()| true);
        }
        rename_to_free(&aside, path).map(|()| false)
    }

    /// Merges the segments of ended runs, including this one's, if there are more than [`MOST_SEGMENTS`].
    pub(super) fn merge(&self) -> Result<(), Cause> {
        let failed = |error| at(&self.directory, error);
        let segments = segment::list(&self.directory).map_err(failed)?;
        let Some(own) = self.segment.as_ref().filter(|_| segments.len() > MOST_SEGMENTS) else { return Ok(()) };
        // Only the holder of a segment's lock may merge it. A living run holds the lock of its own.
        let mut locks = Vec::new();
        for path in segments.iter().filter(|path| **path != own.path) {
            if let Ok(file) = File::open(path)
                && file.try_lock().is_ok()
            {
                locks.push((path.clone(), file));
            }
        }
        let mut known = Known::default();
        known.read_on(&self.directory);
        // Unreadable segments and those of other versions stay as they are. Corrupt lines say nothing, nor do blank segments.
        let is_understood = |path: &&PathBuf| {
            let is_corrupt = |flaw: &Flaw| matches!(flaw, Flaw::DamagedLines(_) | Flaw::Blank);
            known.flaws.iter().all(|(flawed, flaw)| flawed != *path || is_corrupt(flaw))
        };
        let ended = locks.iter().map(|(path, _)| path).chain([&own.path]);
        // Only the lines of a killed run name the files that it replaced.
        let merged: Vec<PathBuf> = ended.filter(is_understood).filter(|path| !is_unswept(path)).cloned().collect();
        let all_ended = merged.len() == segments.len();
        let mut temporary = create_merge(&self.directory).map_err(failed)?;
        write_merged(&known, &self.output, (&merged, all_ended), &mut BufWriter::new(temporary.as_file_mut()))
            .map_err(failed)?;
        let stem = own.path.file_stem().unwrap_or_default().to_string_lossy();
        let target = self.directory.join(format!("{stem}-merged{SUFFIX}"));
        // The lock is held until the merged segments are gone: another run that merges this one in between would take their
        // lines for the latest, and leave them out.
        let _locked = temporary.persist(&target).map_err(|error| failed(error.error))?;
        for path in merged {
            let _ = fs::remove_file(path);
        }
        Ok(())
    }
}

/// Creates a locked file for merged segments.
fn create_merge(directory: &Path) -> io::Result<NamedTempFile> {
    loop {
        let mut builder = tempfile::Builder::new();
        let file = builder.prefix(MERGE.0).suffix(MERGE.1).permissions_of_new_files().tempfile_in(directory)?;
        // If the file system has no locks, a killed run's files stay.
        let _ = file.as_file().lock();
        // Between the two steps another run may have taken it for a dead run's and removed it.
        if file.path().try_exists()? {
            return Ok(file);
        }
    }
}

/// Writes the latest lines of each thumbnail and failed source from `merged` to `writer`. All lines of a thumbnail stay
/// if the latest does not match the file in its place: an earlier one may.
fn write_merged(
    known: &Known,
    output: &Path,
    (merged, all_ended): (&[PathBuf], bool),
    writer: &mut impl Write,
) -> io::Result<()> {
    let chosen = || (0..).zip(&known.segments).filter(|(_, read)| merged.contains(&read.path));
    let mut roots: Vec<&PathBuf> = chosen().flat_map(|(_, read)| read.roots.iter().map(|root| &root.path)).collect();
    roots.sort();
    roots.dedup();
    let number_of = |root: &PathBuf| roots.binary_search(&root).ok().and_then(|at| u32::try_from(at).ok());
    let first = Line {
        record: "run".into(),
        schema: Some(SCHEMA.into()),
        roots: roots.iter().map(|root| PathText::of(root)).collect(),
        ..Line::default()
    };
    let mut bytes = Vec::new();
    write_line(&mut bytes, &first)?;
    writer.write_all(&bytes)?;

    let last_failures = last_failures(known, chosen());
    for (segment, read) in chosen() {
        let mut result = Ok(());
        segment::read(&read.path, 0, |line, offset| {
            let place = Place { segment, offset };
            let is_wanted = match (&*line.record.0, line.thumbnails.is_empty()) {
                ("file", true) => last_failures.contains(&place),
                ("file", false) => line.thumbnails.iter().any(|thumbnail| {
                    let target = thumbnail.file();
                    let latest = known.index.get(&target);
                    latest.is_some_and(|held| held.place == place) || !is_settled(output, &target, latest)
                }),
                // A living run may have an older line about it.
                ("removed", _) => line.thumbnails.iter().any(|thumbnail| {
                    let target = thumbnail.file();
                    known.index.get(&target).is_none() && !(all_ended && is_settled(output, &target, None))
                }),
                _ => false,
            };
            if !is_wanted || result.is_err() {
                return;
            }
            let root = line.root.and_then(|root| number_of(&read.roots.get(root as usize)?.path));
            bytes.clear();
            result = write_line(&mut bytes, &Line { root, ..line.clone() })
                .map_err(io::Error::from)
                .and_then(|()| writer.write_all(&bytes));
        });
        result?;
    }
    writer.flush()
}

/// Returns whether a thumbnail's place is empty or matches its latest line.
fn is_settled(output: &Path, target: &Path, latest: Option<Held>) -> bool {
    match (fs::symlink_metadata(output.join(target)), latest) {
        (Ok(there), Some(held)) => is_as_held(&Facts::from(&there), &held),
        (Ok(_), None) => false,
        (Err(_), _) => true,
    }
}

/// Returns the place of the last line of each failed source without a thumbnail.
fn last_failures<'a>(known: &Known, segments: impl Iterator<Item = (u32, &'a Read)>) -> HashSet<Place> {
    let mut last: HashMap<u64, (i64, Place)> = HashMap::new();
    for (segment, read) in segments {
        segment::read(&read.path, 0, |line, offset| {
            if line.record.0 == "file"
                && line.thumbnails.is_empty()
                && let Some(root) = line.root.and_then(|root| read.roots.get(root as usize))
                && let Some(source) = line.source_bytes()
            {
                let entry = (line.at_ns.unwrap_or_default(), Place { segment, offset });
                let slot = last.entry(source_key(root.key, &source)).or_insert(entry);
                if slot.0 <= entry.0 {
                    *slot = entry;
                }
            }
        });
    }
    if !last.is_empty() {
        for held in known.index.all() {
            last.remove(&held.source);
        }
    }
    last.into_values().map(|(_, place)| place).collect()
}
