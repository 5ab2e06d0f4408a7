//! Decides which entries of the input directories a run leaves out, by name, place and time.

use std::ffi::OsStr;
use std::fs;
use std::io;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use ignore::gitignore::{Gitignore, GitignoreBuilder};

use crate::facts::{Facts, nanoseconds};
use crate::options::{Config, Hidden, Layout, Pattern, Selection, Shard, ShardedBy};

/// The file whose patterns leave out files of its directory and below.
pub(super) const IGNORE_FILE: &str = ".thumbsignore";

/// The greatest length in bytes of that file. It is read as a whole.
const LONGEST_IGNORE_FILE: u64 = 1 << 20;

/// The file that hides its directory from galleries on Android.
const NO_MEDIA: &str = ".nomedia";

/// Files and directories that programs keep beside photographs without hiding them: thumbnails and indexes of Synology and QNAP,
/// Windows and macOS, and their waste.
const KEPT_BY_PROGRAMS: [&str; 9] = [
    "@eaDir",
    "@Recycle",
    "#recycle",
    "$RECYCLE.BIN",
    "System Volume Information",
    "Thumbs.db",
    "desktop.ini",
    "lost+found",
    "__MACOSX",
];

/// The selection of a run, compiled.
#[derive(Debug)]
pub(super) struct Filter {
    include: Option<Gitignore>,
    exclude: Gitignore,
    suffixes: Vec<String>,
    max_depth: usize,
    newer_than_ns: i64,
    resting: Option<Duration>,
    shard: Option<(Shard, ShardedBy)>,
    hidden: Hidden,
}

/// The ignore files of a directory and those that it lies in.
#[derive(Debug, Clone, Default)]
pub(super) struct Ignored(Option<Arc<IgnoreFile>>);

#[derive(Debug)]
struct IgnoreFile {
    patterns: Gitignore,
    above: Ignored,
}

impl Filter {
    pub(super) fn new(config: &Config) -> Self {
        let Selection { include, exclude, suffixes, max_depth, newer_than, resting, shard, hidden } = &config.selection;
        let by = match (&config.template, config.layout) {
            (None, Layout::Mirror | Layout::KeepParents | Layout::DesktopCache) => ShardedBy::Path,
            (Some(_), _) | (_, Layout::Flat) => ShardedBy::Name,
        };
        Self {
            include: (!include.is_empty()).then(|| compile(include)),
            exclude: compile(exclude),
            suffixes: suffixes.iter().map(|suffix| suffix.to_ascii_lowercase()).collect(),
            max_depth: max_depth.unwrap_or(usize::MAX),
            newer_than_ns: newer_than.map_or(i64::MIN, nanoseconds),
            resting: *resting,
            shard: shard.map(|shard| (shard, by)),
            hidden: *hidden,
        }
    }

    /// Returns whether directories are searched that lie in one of this depth. An input directory has depth 1.
    pub(super) const fn descends_from(&self, depth: usize) -> bool {
        depth < self.max_depth
    }

    /// Returns whether a directory is searched. It is at `below` in its input, and the walk names it `path`.
    pub(super) fn takes_directory(&self, path: &Path, below: &Path, ignored: &Ignored) -> bool {
        !(self.leaves_out_name(path)
            || ignored.matches(path, true)
            || self.exclude.matched(below, true).is_ignore()
            || self.hidden == Hidden::LeftOut && path.join(NO_MEDIA).exists())
    }

    /// Returns whether a file is taken by its name and place.
    pub(super) fn takes_file(&self, path: &Path, below: &Path, ignored: &Ignored) -> bool {
        let is_included =
            self.include.as_ref().is_none_or(|include| include.matched_path_or_any_parents(below, false).is_ignore());
        is_included
            && self.takes_share(below)
            && (self.suffixes.is_empty() || self.has_suffix(path))
            && !self.leaves_out_name(path)
            && !ignored.matches(path, false)
            && !self.exclude.matched(below, false).is_ignore()
    }

    /// Returns whether objects of a directory are taken, by its key below the input. Stores have no ignore files.
    pub(super) fn takes_keys_in(&self, below: &Path) -> bool {
        let depth = below.components().count();
        let is_left_out = |path: &Path| self.leaves_out_name(path) || self.exclude.matched(path, true).is_ignore();
        (depth == 0 || self.descends_from(depth))
            && !below.ancestors().filter(|path| !path.as_os_str().is_empty()).any(is_left_out)
    }

    /// Returns whether an object of a directory that is taken is taken itself, by its key below the input.
    pub(super) fn takes_key(&self, below: &Path) -> bool {
        self.takes_file(below, below, &Ignored::default())
    }

    /// Returns whether a file is in the run's share.
    pub(super) fn takes_share(&self, path: &Path) -> bool {
        self.shard.is_none_or(|(shard, by)| shard.holds(path, by))
    }

    /// Returns whether a file was modified within the times that are taken.
    pub(super) fn takes_time(&self, facts: &Facts) -> bool {
        let is_new = facts.modified_ns > self.newer_than_ns || self.newer_than_ns == i64::MIN;
        is_new
            && self.resting.is_none_or(|rest| {
                let age = nanoseconds(SystemTime::now()).saturating_sub(facts.modified_ns);
                // Cameras and other machines may have clocks that are ahead.
                age < 0 || u128::from(age.unsigned_abs()) >= rest.as_nanos()
            })
    }

    fn has_suffix(&self, path: &Path) -> bool {
        let suffix = path.extension().and_then(OsStr::to_str).map(str::to_ascii_lowercase);
        suffix.is_some_and(|suffix| self.suffixes.contains(&suffix))
    }

    fn leaves_out_name(&self, path: &Path) -> bool {
        let name = path.file_name().unwrap_or_default();
        let is_kept = || KEPT_BY_PROGRAMS.iter().any(|kept| name.eq_ignore_ascii_case(kept));
        self.hidden == Hidden::LeftOut && (name.as_encoded_bytes().starts_with(b".") || is_kept())
    }
}

impl Ignored {
    /// Returns the patterns for a directory in one with these, or the error of its ignore file.
    pub(super) fn enter(&self, directory: &Path) -> (Self, Option<io::Error>) {
        let file = directory.join(IGNORE_FILE);
        // Most directories have none, and opening one that is not there costs a call as this does.
        if fs::symlink_metadata(&file).is_err() {
            return (self.clone(), None);
        }
        let unfit = |reason| (self.clone(), Some(io::Error::new(io::ErrorKind::InvalidData, reason)));
        match fs::metadata(&file) {
            // A pipe would wait for a writer forever.
            Ok(there) if !there.is_file() && !there.is_dir() => return unfit("not a regular file"),
            Ok(there) if there.len() > LONGEST_IGNORE_FILE => return unfit("longer than 1 MiB"),
            _ => {}
        }
        let mut builder = GitignoreBuilder::new(directory);
        let error = builder.add(&file);
        let (patterns, error) = match (builder.build(), error) {
            (Ok(patterns), error) => (patterns, error),
            (Err(error), _) => (Gitignore::empty(), Some(error)),
        };
        let error = error.map(|error| io::Error::new(io::ErrorKind::InvalidData, error.to_string()));
        (Self(Some(Arc::new(IgnoreFile { patterns, above: self.clone() }))), error)
    }

    /// Returns whether an entry is left out. The deepest ignore file that names it decides.
    fn matches(&self, path: &Path, is_directory: bool) -> bool {
        let mut file = &self.0;
        while let Some(IgnoreFile { patterns, above }) = file.as_deref() {
            match patterns.matched(path, is_directory) {
                ignore::Match::None => file = &above.0,
                ignore::Match::Ignore(_) => return true,
                ignore::Match::Whitelist(_) => return false,
            }
        }
        false
    }
}

/// Compiles patterns, each of which was compiled before by itself.
fn compile(patterns: &[Pattern]) -> Gitignore {
    let mut builder = GitignoreBuilder::new("");
    // It fails only at an invalid pattern.
    let _ = builder.case_insensitive(true);
    for pattern in patterns {
        let _ = builder.add_line(None, pattern.as_str());
    }
    builder.build().unwrap_or_else(|_| Gitignore::empty())
}
