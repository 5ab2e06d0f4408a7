//! Stages files in the run's directory beside its segment, so that renaming is one step. Killed at any moment, a run
//! leaves no half-written thumbnail, and the next run removes the staged files.

use std::ffi::OsStr;
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use super::segment::{self, PermissionsOfNewFiles};
use crate::error::Cause;
use crate::facts::Facts;

/// The suffix of a file that may hold the former content of a thumbnail's place. It is removed only if its content is
/// known to be ours.
const SWAP: &str = "-swap";

/// The suffix of a staging directory.
const STAGED: &str = "staged";

/// The prefix of files that a killed run took from a thumbnail's place. They are in the ledger's directory.
const RESCUED: &str = "rescued-";

/// The prefix and suffix of files that are staged beside their targets.
const BESIDE: (&str, &str) = (".thumbs-", ".tmp");

/// The prefix and suffix of segments that are being merged.
pub(super) const MERGE: (&str, &str) = ("merge-", ".tmp");

/// The staging directory of a run.
#[derive(Debug)]
pub(super) struct Staging {
    /// The directory, or `None` if the ledger can't be written. Then files are staged beside their targets.
    directory: Option<PathBuf>,
    next: AtomicU64,
}

/// A whole file under a temporary name.
#[derive(Debug)]
pub(super) struct Staged {
    pub(super) path: PathBuf,
    pub(super) facts: Facts,
}

impl Staging {
    /// Creates the directory that belongs to `segment`.
    pub(super) fn open(segment: Option<&Path>) -> io::Result<Self> {
        let directory = segment.map(|segment| segment.with_extension(STAGED));
        if let Some(directory) = &directory {
            fs::create_dir(directory)?;
        }
        Ok(Self { directory, next: AtomicU64::new(0) })
    }

    /// Writes `bytes` to a file in the staging directory, or else beside `target`.
    pub(super) fn write(&self, bytes: &[u8], target: &Path) -> io::Result<Staged> {
        let Some(directory) = &self.directory else { return write_beside(bytes, target) };
        let path = directory.join(self.next.fetch_add(1, Ordering::Relaxed).to_string());
        let written = File::create_new(&path).and_then(|mut file| {
            file.write_all(bytes)?;
            file.metadata()
        });
        match written {
            Ok(metadata) => Ok(Staged { path, facts: Facts::from(&metadata) }),
            Err(error) => {
                let _ = fs::remove_file(&path);
                Err(error)
            }
        }
    }

    /// Returns a free path to which the file at `path` can be moved.
    pub(super) fn name_aside(&self, path: &Path) -> PathBuf {
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        match &self.directory {
            Some(directory) => directory.join(format!("{number}{SWAP}")),
            None => path.with_file_name(format!("{}{}-{number}{}", BESIDE.0, std::process::id(), BESIDE.1)),
        }
    }

    /// Returns whether the directory still exists.
    pub(super) fn is_there(&self) -> bool {
        self.directory.as_ref().is_none_or(|directory| directory.exists())
    }

    /// Removes the directory and the files staged in it. Anything else stays for the next run to check.
    pub(super) fn close(&self) {
        let Some(directory) = &self.directory else { return };
        for file in fs::read_dir(directory).into_iter().flatten().flatten() {
            if is_staged(&file.file_name()) {
                let _ = fs::remove_file(file.path());
            }
        }
        let _ = fs::remove_dir(directory);
    }
}

/// Returns whether a run left a staging directory beside its segment.
pub(super) fn is_unswept(segment: &Path) -> bool {
    segment.with_extension(STAGED).exists()
}

/// Returns whether a file, by its name, is staged and not marked for an exchange.
fn is_staged(name: &OsStr) -> bool {
    name.as_encoded_bytes().iter().all(u8::is_ascii_digit)
}

impl Staged {
    /// Marks the file as about to change places with the one at its target.
    pub(super) fn mark_for_exchange(&mut self) -> io::Result<()> {
        let mut marked = self.path.clone().into_os_string();
        marked.push(SWAP);
        fs::rename(&self.path, &marked)?;
        self.path = marked.into();
        Ok(())
    }
}

/// Writes `bytes` to a file in the directory of `target`. It serves targets on another file system than the ledger.
pub(super) fn write_beside(bytes: &[u8], target: &Path) -> io::Result<Staged> {
    let directory = target.parent().unwrap_or(Path::new("."));
    let mut builder = tempfile::Builder::new();
    let mut file = builder.prefix(BESIDE.0).suffix(BESIDE.1).permissions_of_new_files().tempfile_in(directory)?;
    file.write_all(bytes)?;
    let facts = Facts::from(&file.as_file().metadata()?);
    let (_, path) = file.keep().map_err(|error| error.error)?;
    Ok(Staged { path, facts })
}

/// Creates a directory unless it exists. A link to a directory does not count as one.
pub(super) fn make_directory(path: &Path) -> io::Result<()> {
    match fs::create_dir(path) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists && fs::symlink_metadata(path)?.is_dir() => Ok(()),
        other => other,
    }
}

/// Creates every directory from `output` down to `directory`, and refuses links among them.
pub(super) fn make_way(output: &Path, directory: &Path) -> Result<(), Cause> {
    let below = directory.strip_prefix(output).unwrap_or(Path::new(""));
    let mut way = output.to_path_buf();
    for part in below.components() {
        way.push(part);
        if make_directory(&way).is_err() {
            return match fs::symlink_metadata(&way) {
                Ok(metadata) if metadata.is_symlink() => Err(Cause::LinkOut(way)),
                Ok(metadata) if !metadata.is_dir() => {
                    Err(Cause::IoAt { path: way, error: Arc::new(io::ErrorKind::NotADirectory.into()) })
                }
                _ => make_directory(&way).map_err(|error| Cause::IoAt { path: way.clone(), error: error.into() }),
            };
        }
    }
    Ok(())
}

/// Removes the staged files of runs that no longer hold their segment's lock. A file that may be foreign, by
/// `is_ours`, is kept in the ledger's directory `ledger`.
pub(super) fn sweep(ledger: &Path, is_ours: &mut dyn FnMut(&Path) -> bool) {
    let Ok(entries) = fs::read_dir(ledger) else { return };
    for entry in entries.flatten() {
        let directory = entry.path();
        if entry.file_type().is_ok_and(|kind| kind.is_file()) {
            remove_unfinished_merge(&directory);
            continue;
        }
        // Links and directories with other names belong to others.
        if !entry.file_type().is_ok_and(|kind| kind.is_dir()) || !is_staging(&directory) {
            continue;
        }
        let segment = directory.with_extension(&segment::SUFFIX[1..]);
        // The lock is held until the directory is gone, so that two runs don't sweep it at once.
        let lock = File::open(&segment);
        let is_dead = match &lock {
            Ok(file) => file.try_lock().is_ok(),
            Err(error) => error.kind() == io::ErrorKind::NotFound,
        };
        if !is_dead {
            continue;
        }
        let stem = directory.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        for file in fs::read_dir(&directory).into_iter().flatten().flatten() {
            let name = file.file_name().to_string_lossy().into_owned();
            if is_staged(&file.file_name()) || name.contains(SWAP) && is_ours(&file.path()) {
                let _ = fs::remove_file(file.path());
            } else {
                let _ = fs::rename(file.path(), ledger.join(format!("{RESCUED}{stem}-{name}")));
            }
        }
        let _ = fs::remove_dir(&directory);
    }
}

/// Returns whether a directory has the name of a staging directory. That is milliseconds and six letters or digits.
fn is_staging(directory: &Path) -> bool {
    let stem = directory.file_stem().and_then(OsStr::to_str).unwrap_or_default();
    let (time, random) = stem.split_once('-').unwrap_or_default();
    directory.extension().is_some_and(|suffix| suffix == STAGED)
        && time.len() >= 13
        && time.bytes().all(|byte| byte.is_ascii_digit())
        && random.len() == 6
        && random.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

fn remove_unfinished_merge(file: &Path) {
    let is_merge = |name: &str| name.starts_with(MERGE.0) && name.ends_with(MERGE.1);
    if file.file_name().and_then(OsStr::to_str).is_some_and(is_merge)
        && let Ok(mut open) = File::open(file)
        && open.try_lock().is_ok()
        && segment::begins_as_one(&mut open)
    {
        let _ = fs::remove_file(file);
    }
}
