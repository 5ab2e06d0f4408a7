//! Opens the ledger of an output directory, reads it, and closes it.

use std::collections::{HashMap, HashSet};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError, RwLock};
use std::thread::JoinHandle;

use crate::error::{Cause, plain};
use crate::options::{Bookkeeping, Effect, Foreign};
use crate::storage;

use super::bucket::Bucket;
use super::finished::at;
use super::index::{Held, source_key};
use super::known::{Known, Root};
use super::lengths::ByLength;
use super::segment::{self, DIRECTORY, Flaw, Segment};
use super::staging::{Staging, make_directory};

/// The ledger of one output directory, open for one run.
#[derive(Debug)]
pub struct Ledger {
    /// The output directory, absolute and without links.
    pub(super) output: PathBuf,
    /// The same directory as the user named it.
    pub(super) shown: PathBuf,
    /// The directory of the segments, or of their copies.
    pub(super) directory: PathBuf,
    /// The segments in the store that the output is in, if it is in one.
    pub(super) bucket: Option<Bucket>,
    /// The roots of the run.
    pub(super) roots: Vec<Root>,
    /// The segment of this run, or `None` if it may not write.
    pub(super) segment: Option<Segment>,
    pub(super) staging: Staging,
    pub(super) known: Arc<RwLock<Known>>,
    pub(super) loading: Mutex<Option<JoinHandle<()>>>,
    pub(super) by_length: OnceLock<ByLength>,
    /// The thumbnails that a dry run would rename or replace.
    pub(super) foreseen: Mutex<HashSet<PathBuf>>,
    pub(super) foreign: Foreign,
    pub(super) bookkeeping: Bookkeeping,
    pub(super) is_closed: AtomicBool,
    /// The time of the latest known line in ns since 1970.
    pub(super) last_ns: AtomicI64,
    /// Whether the run has put a thumbnail in its place.
    pub(super) has_stored: AtomicBool,
    /// The sources of the run by their inodes. It is filled if files that are not ours may be replaced.
    pub(super) sources: HashMap<u64, Vec<PathBuf>>,
}

impl Ledger {
    /// Opens the ledger of the output directory `output` for a run with the inputs `roots`. All paths are absolute and
    /// without links. `output` must exist unless `effect` is a dry run. A thread of its own reads the ledger;
    /// [`Ledger::wait`] waits for that.
    ///
    /// # Errors
    /// The output directory can't be written.
    pub fn open(
        output: &Path,
        shown: &Path,
        roots: &[PathBuf],
        (foreign, effect, bookkeeping): (Foreign, Effect, Bookkeeping),
    ) -> io::Result<Self> {
        let bucket = storage::is_url(output).then(|| Bucket::open(output)).transpose()?;
        let directory = bucket.as_ref().map_or(output, Bucket::base).join(DIRECTORY);
        // Directories move together, and buckets don't move.
        let is_fixed = |root: &Path| bucket.is_some() || storage::is_url(root);
        let relative = |root: &PathBuf| pathdiff::diff_paths(root, output).filter(|_| !is_fixed(root));
        let roots: Vec<PathBuf> = roots.iter().map(|root| relative(root).unwrap_or_else(|| root.clone())).collect();
        let mut known = Known::default();
        let (segment, staging) = match effect {
            Effect::DryRun => (None, Staging::open(None)?),
            Effect::Write => match open_segment(&directory, &roots) {
                Ok((segment, staging)) => (Some(segment), staging),
                Err(error) if bucket.is_some() => return Err(error),
                // Distinguishes an output directory that can't be written from a ledger that can't.
                Err(error) => {
                    drop(tempfile::tempfile_in(output)?);
                    known.tell(&directory, Flaw::NotWritable(plain(&error)));
                    (None, Staging::open(None)?)
                }
            },
        };
        let known = Arc::new(RwLock::new(known));
        let loading = {
            let (known, directory) = (Arc::clone(&known), directory.clone());
            let may_sweep = segment.is_some();
            let load = move || {
                let mut known = known.write().unwrap_or_else(PoisonError::into_inner);
                known.read_on(&directory);
                if may_sweep {
                    known.sweep(&directory);
                }
            };
            std::thread::Builder::new().name("thumbs-ledger".to_string()).spawn(load)?
        };
        Ok(Self {
            output: output.to_path_buf(),
            shown: shown.to_path_buf(),
            directory,
            bucket,
            roots: roots.into_iter().map(Root::at).collect(),
            segment,
            staging,
            known,
            loading: Mutex::new(Some(loading)),
            by_length: OnceLock::new(),
            foreseen: Mutex::default(),
            foreign,
            bookkeeping,
            is_closed: AtomicBool::new(false),
            last_ns: AtomicI64::new(i64::MIN),
            has_stored: AtomicBool::new(false),
            sources: HashMap::new(),
        })
    }

    /// Stores the sources of the run by their inodes. Even `--force` never replaces them.
    pub fn protect(&mut self, sources: HashMap<u64, Vec<PathBuf>>) {
        self.sources = sources;
    }

    /// Waits until the ledger is read, and returns its flaws as sentences for the user.
    pub fn wait(&self) -> Vec<String> {
        if let Some(loading) = self.loading.lock().unwrap_or_else(PoisonError::into_inner).take() {
            // After a panic there, the ledger only names fewer thumbnails.
            let _ = loading.join();
        }
        let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
        self.last_ns.fetch_max(known.index.last_ns(), Ordering::Relaxed);
        known.flaws.drain(..).map(|(path, flaw)| self.describe(&path, &flaw)).collect()
    }

    fn describe(&self, path: &Path, flaw: &Flaw) -> String {
        let base = self.bucket.as_ref().map_or(self.output.as_path(), Bucket::base);
        let path = path.strip_prefix(base).map_or_else(|_| path.to_path_buf(), |below| self.shown.join(below));
        let path = path.display();
        match flaw {
            Flaw::Unreadable(reason) => {
                format!("{path}: can't be read ({reason}); thumbnails that it lists are not recognised")
            }
            Flaw::Blank => {
                format!(
                    "{path}: empty or cut off, as after a power failure; thumbnails that it lists are not recognised"
                )
            }
            Flaw::OtherVersion => {
                format!("{path}: not a ledger of this version of thumbs; thumbnails that it lists are not recognised")
            }
            Flaw::DamagedLines(lines) => {
                format!("{path}: {lines} corrupt {}; the thumbnails there are not recognised", plural(*lines, "line"))
            }
            Flaw::NotWritable(reason) => {
                format!(
                    "{path}: can't be written ({reason}); the next run will not recognise the thumbnails of this one"
                )
            }
        }
    }

    pub(super) fn held(&self, target: &Path) -> Option<Held> {
        self.known.read().unwrap_or_else(PoisonError::into_inner).index.get(target)
    }

    pub(super) fn has_been(&self, target: &Path, digest: u64) -> bool {
        self.known.read().unwrap_or_else(PoisonError::into_inner).index.has_been(target, digest)
    }

    /// Reads lines written by other runs since.
    pub(super) fn read_on(&self) {
        if let Some(bucket) = &self.bucket {
            // Without the lines of others, less is ours.
            let _ = bucket.fetch(self.segment.as_ref().map(|segment| segment.path.as_path()));
        }
        let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
        known.read_on(&self.directory);
        self.last_ns.fetch_max(known.index.last_ns(), Ordering::Relaxed);
    }

    pub(super) fn key_of(&self, root: u32, below: &Path) -> u64 {
        let root = self.roots.get(root as usize).map_or(0, |root| root.key);
        source_key(root, below.as_os_str().as_encoded_bytes())
    }

    /// Returns whether no link leads away on the way from the output directory to `path`.
    pub(super) fn is_reached_directly(&self, path: &Path) -> bool {
        path.parent().is_some_and(|folder| fs::canonicalize(folder).is_ok_and(|real| real == folder))
            && path.starts_with(&self.output)
    }

    /// Moves a file into the ledger's directory, under a name that no run removes.
    pub(super) fn rescue(&self, file: &Path) -> io::Result<PathBuf> {
        let kept = tempfile::Builder::new().prefix("rescued-").tempfile_in(&self.directory)?.into_temp_path().keep()?;
        fs::rename(file, &kept)?;
        Ok(kept)
    }

    /// Removes the run's staged files and merges segments. A worker that hangs may keep `self` alive longer than the
    /// run.
    ///
    /// # Errors
    /// Segments could not be merged. Then all of them stay.
    pub fn close(&self) -> Result<(), Cause> {
        if self.is_closed.swap(true, Ordering::SeqCst) {
            return Ok(());
        }
        self.staging.close();
        let Some(segment) = &self.segment else { return Ok(()) };
        let segments = segment::list(&self.directory).map_or(0, |segments| segments.len());
        // A directory in which no thumbnail was ever stored is no output directory.
        if segment.is_empty() || segments == 1 && !self.has_stored.load(Ordering::Relaxed) {
            let _ = fs::remove_file(&segment.path);
            let _ = fs::remove_dir(&self.directory);
            return Ok(());
        }
        if let Some(bucket) = &self.bucket {
            return bucket.close(&segment.path).map_err(|error| at(&self.shown.join(DIRECTORY), error));
        }
        self.merge()
    }
}

impl Drop for Ledger {
    fn drop(&mut self) {
        // This closes the ledger of a run that did not start.
        let _ = self.close();
    }
}

fn open_segment(directory: &Path, roots: &[PathBuf]) -> io::Result<(Segment, Staging)> {
    let mut attempts = 0;
    loop {
        attempts += 1;
        make_directory(directory)?;
        let opened = Segment::create(directory, roots)
            .and_then(|segment| Staging::open(Some(&segment.path)).map(|staging| (segment, staging)));
        match opened {
            // A run that wrote nothing may remove the directory at this moment.
            Err(error) if error.kind() == io::ErrorKind::NotFound && attempts < ATTEMPTS => {}
            other => return other,
        }
    }
}

/// The most attempts to create the ledger. Runs that end at this moment may remove an empty one under a run that
/// starts.
const ATTEMPTS: u32 = 16;

/// Returns whether `directory` is an output directory: its ledger has at least one segment.
#[must_use]
pub fn is_output(directory: &Path) -> bool {
    is_ledger(&directory.join(DIRECTORY))
}

/// Returns whether `directory` is a ledger with at least one segment.
#[must_use]
pub fn is_ledger(directory: &Path) -> bool {
    directory.file_name().is_some_and(|name| name == DIRECTORY)
        && fs::symlink_metadata(directory).is_ok_and(|metadata| metadata.is_dir())
        && segment::list(directory).is_ok_and(|segments| !segments.is_empty())
}

fn plural(count: u64, noun: &str) -> String {
    if count == 1 { noun.to_string() } else { format!("{noun}s") }
}
