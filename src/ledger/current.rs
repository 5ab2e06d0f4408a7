//! Decides whether a source's thumbnails are up to date. It compares the lengths and modification times of source and
//! thumbnails, without opening the source.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::PoisonError;

use super::index::Held;
use super::known::Known;
use super::open::Ledger;
use super::ownership::{is_as_held, is_held_at};
use super::segment;
use crate::error::Cause;
use crate::facts::Facts;
use crate::format::Format;
use crate::options::Foreign;
use crate::outcome::Placeholder;
use crate::report::Line;

/// The effect that storing a thumbnail would have.
#[derive(Debug, Clone)]
pub enum Foreseen {
    /// A new file.
    New,
    /// A replacement of a thumbnail, or of a file if `--force` permits it.
    Replace,
    /// A failure: the file in its place is not ours, or belongs to another source.
    Refuse(Cause),
}

/// A thumbnail that a source of some format would have.
#[derive(Debug, Clone)]
pub struct Expected {
    /// Its path below the output directory.
    pub target: PathBuf,
    /// Its format.
    pub format: Format,
    /// The digest of its options.
    pub made_with: u64,
}

impl Ledger {
    /// Returns the number that a source had in earlier runs. It is at `below` in `root`.
    #[must_use]
    pub fn number_of(&self, root: u32, below: &Path) -> Option<u32> {
        let key = self.key_of(root, below);
        self.read_known(|known| known.index.number_of(key))
    }

    /// Returns the largest number of any source in earlier runs; 0 if none had one.
    #[must_use]
    pub fn last_number(&self) -> u32 {
        self.read_known(|known| known.index.last_number())
    }

    /// Returns whether the ledger names `target` as a thumbnail of this source. The source is at `below` in `root`.
    #[must_use]
    pub fn names(&self, root: u32, below: &Path, target: &Path) -> bool {
        self.held(target).is_some_and(|held| held.source == self.key_of(root, below))
    }

    /// Returns whether a file of these facts at `target` is a thumbnail as the ledger names it.
    #[must_use]
    pub fn holds(&self, target: &Path, facts: &Facts) -> bool {
        self.held(target).is_some_and(|held| is_as_held(facts, &held))
    }

    /// Returns whether all `targets` exist, unchanged, and were made from this state of the source. The source is at
    /// `below` in `root`; `made_with` holds the digests of the options.
    #[must_use]
    pub fn is_current(&self, root: u32, below: &Path, facts: &Facts, made_with: &[u64], targets: &[PathBuf]) -> bool {
        let key = self.key_of(root, below);
        targets.iter().zip(made_with).all(|(target, made_with)| {
            self.held(target).is_some_and(|held| {
                held.source == key
                    && held.facts.is_unchanged(facts)
                    && held.made_with == *made_with
                    && self.is_there(root, target, &held)
            })
        })
    }

    /// Returns whether a thumbnail is as the ledger has it. A copy or a checkout has another time; that is recorded, so
    /// that the file is read only once.
    fn is_there(&self, root: u32, target: &Path, held: &Held) -> bool {
        if self.bucket.is_some() {
            return self.is_object_there(target, held);
        }
        let path = self.output.join(target);
        let Ok(metadata) = fs::symlink_metadata(&path) else { return false };
        let facts = Facts::from(&metadata);
        if metadata.is_file() && is_as_held(&facts, held) {
            return true;
        }
        is_held_at(&path, &metadata, held) && self.note_times(root, target, held, facts.modified_ns).is_some()
    }

    /// Appends the line of a thumbnail again, with its present modification time.
    fn note_times(&self, root: u32, target: &Path, held: &Held, modified_ns: i64) -> Option<()> {
        self.read_line(held, |line| {
            let mut line = line.clone();
            line.root = Some(root);
            line.thumbnails.retain(|thumbnail| thumbnail.file() == target);
            line.thumbnails.iter_mut().for_each(|thumbnail| thumbnail.modified_ns = Some(modified_ns));
            self.append(line).ok()
        })?
    }

    /// Reads the line of a thumbnail. `None` if it can't be read.
    pub(super) fn read_line<T>(&self, held: &Held, take: impl FnOnce(&Line<'_>) -> T) -> Option<T> {
        let path =
            self.read_known(|known| known.segments.get(held.place.segment as usize).map(|read| read.path.clone()))?;
        segment::read_one(&path, held.place.offset, take)
    }

    /// Returns the placeholder that a line has for its source.
    pub(super) fn placeholder_of(&self, held: &Held) -> Option<Placeholder> {
        self.read_line(held, |line| line.placeholder.clone()).flatten()
    }

    pub(super) fn read_known<T>(&self, read: impl FnOnce(&Known) -> T) -> T {
        read(&self.known.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Predicts the effect of storing a thumbnail at `target`. Its source is at `below` in `root`. `has_same_bytes` makes
    /// the thumbnail and compares; it is called only if that decides.
    #[must_use]
    pub fn foresee(
        &self,
        (root, below): (u32, &Path),
        target: &Path,
        has_same_bytes: &mut dyn FnMut(&Path) -> bool,
    ) -> Foreseen {
        let path = self.output.join(target);
        let foreseen = match &self.bucket {
            Some(_) => self.foresee_object(target, has_same_bytes),
            None => self.foresee_file(target, has_same_bytes),
        };
        if let (Foreseen::Replace, Some(held)) = (&foreseen, self.held(target))
            && let Err(cause) = self.check_owner(&held, (root, below), target)
            && !has_same_bytes(&path)
        {
            return Foreseen::Refuse(cause);
        }
        if matches!(foreseen, Foreseen::Replace) {
            self.note_foreseen(target);
        }
        foreseen
    }

    fn foresee_file(&self, target: &Path, has_same_bytes: &mut dyn FnMut(&Path) -> bool) -> Foreseen {
        let path = self.output.join(target);
        let Ok(metadata) = fs::symlink_metadata(&path) else { return Foreseen::New };
        if metadata.is_dir() {
            return Foreseen::Refuse(self.refusal(target));
        }
        let may_be = self.owner_of(&path, &metadata, target).is_some()
            || metadata.is_file() && has_same_bytes(&path)
            || self.foreign == Foreign::Replace;
        if may_be { Foreseen::Replace } else { Foreseen::Refuse(self.refusal(target)) }
    }
}
