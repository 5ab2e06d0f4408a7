//! Decides which links of a walk are followed. Those that lead out of the inputs, or into the output, are not.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use walkdir::DirEntry;

use super::super::job::Found;
use super::super::portion::failed;
use super::Walk;
use crate::facts::Facts;
use crate::outcome::SkipReason;

/// The most times that links may lead into one directory. A few dozen links that each lead to two more make millions of
/// paths.
const MOST_VISITS: u32 = 200;

impl Walk {
    /// Returns the reason not to follow a link although links are followed.
    pub(super) fn refuse_link(&mut self, entry: &DirEntry) -> Option<SkipReason> {
        let real = if entry.path_is_symlink() { fs::canonicalize(entry.path()).ok()? } else { return None };
        if self.is_thumbnail(&real) {
            return Some(SkipReason::LinkIntoOutput);
        }
        if !entry.file_type().is_dir() {
            return None;
        }
        let visits = self.visits.entry(real).or_default();
        *visits += 1;
        (*visits > MOST_VISITS).then_some(SkipReason::LinkedTooOften)
    }

    /// Returns whether a path without links is in the output directory, outside all inputs.
    fn is_thumbnail(&self, real: &Path) -> bool {
        let is_source = |root: &PathBuf| root.starts_with(&self.output) && real.starts_with(root);
        real.starts_with(&self.output) && !self.roots.iter().any(is_source)
    }

    /// Examines an entry that is not a directory.
    pub(super) fn judge(&mut self, entry: &DirEntry) -> Found {
        if entry.file_type().is_symlink() {
            return self.judge_link(entry.path());
        }
        if let Some(reason) = self.refuse_link(entry) {
            return Found::Skipped(Box::new(reason));
        }
        if !entry.file_type().is_file() {
            return Found::Skipped(Box::new(SkipReason::NotAFile));
        }
        match entry.metadata() {
            Ok(metadata) => Found::File(Facts::from(&metadata)),
            Err(error) => failed(entry.path(), io::Error::from(error).into()),
        }
    }

    fn judge_link(&self, link: &Path) -> Found {
        let target = match fs::canonicalize(link) {
            Ok(target) => target,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                return failed(link, io::Error::new(error.kind(), "broken symbolic link").into());
            }
            Err(error) => return failed(link, error.into()),
        };
        match fs::metadata(&target) {
            Ok(metadata) if metadata.is_file() && self.is_thumbnail(&target) => {
                Found::Skipped(Box::new(SkipReason::LinkIntoOutput))
            }
            Ok(metadata) if metadata.is_file() && self.lies_in_inputs(&target) => Found::File(Facts::from(&metadata)),
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
