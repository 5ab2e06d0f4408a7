//! Decides whether a source's thumbnails are up to date, and renames those of moved sources. It compares the lengths
//! and modification times of source and thumbnails, without opening the source.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::PoisonError;

use super::finished::{Moved, Origin};
use super::index::Held;
use super::lengths::ByLength;
use super::open::{Known, Ledger};
use super::ownership::{is_as_held, is_held_at};
use super::place::rename_to_free;
use super::segment;
use super::staging::make_way;
use crate::facts::Facts;
use crate::format::Format;
use crate::options::Foreign;
use crate::outcome::Placeholder;
use crate::report::{Hex, ThumbnailLine};

/// The effect that storing a thumbnail would have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Foreseen {
    /// A new file.
    New,
    /// A replacement of a thumbnail, or of a file if `--force` permits it.
    Replace,
    /// A failure: the file in its place is not ours.
    Refuse,
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

/// A thumbnail under its source's former name.
struct Former {
    target: PathBuf,
    held: Held,
    source_format: Format,
    format: Format,
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

    fn read_line<T>(&self, held: &Held, take: impl FnOnce(&crate::report::Line<'_>) -> T) -> Option<T> {
        let path =
            self.read_known(|known| known.segments.get(held.place.segment as usize).map(|read| read.path.clone()))?;
        segment::read_one(&path, held.place.offset, take)
    }

    /// Returns the placeholder that a line has for its source.
    pub(super) fn placeholder_of(&self, held: &Held) -> Option<Placeholder> {
        self.read_line(held, |line| line.placeholder.clone()).flatten()
    }

    fn read_known<T>(&self, read: impl FnOnce(&Known) -> T) -> T {
        read(&self.known.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Renames the thumbnails of a vanished source with the same content as this one. `expect` returns
    /// the thumbnails that a source of some format would have, in several ways if they depend on more than that. `content`
    /// computes the digest of this source's content; it is called only if that could decide. Returns the former paths, or
    /// `None` if there are none or not all could be renamed.
    pub fn rename_moved(
        &self,
        source: Moved<'_>,
        content: &mut dyn FnMut() -> Option<u64>,
        expect: &dyn Fn(Format) -> Vec<Vec<Expected>>,
    ) -> Option<Vec<PathBuf>> {
        // No object is looked for under another name: each would be a request.
        if self.bucket.is_some() {
            return None;
        }
        let candidates = self.by_length().with(source.facts.len);
        let mut digest = None;
        let mut tried = Vec::new();
        for candidate in candidates {
            if tried.contains(&candidate.source) {
                continue;
            }
            tried.push(candidate.source);
            let mut has_its_content =
                || candidate.content != 0 && Some(candidate.content) == *digest.get_or_insert_with(&mut *content);
            let is_one = is_one_file(candidate, source.facts) || has_its_content();
            if !is_one || !self.is_gone(candidate) {
                continue;
            }
            let of_source = || candidates.iter().filter(|held| held.source == candidate.source);
            let former = |expected: &Expected| {
                let former = self.former(of_source().find(|held| held.made_with == expected.made_with)?)?;
                (former.format == expected.format).then_some(former)
            };
            let Some(source_format) = self.source_format(candidate) else { continue };
            for expected in expect(source_format) {
                let formers: Option<Vec<Former>> = expected.iter().map(former).collect();
                if let Some(formers) = formers
                    && self.rename_all(source, &formers, &expected).is_some()
                {
                    return Some(formers.into_iter().map(|former| self.shown.join(former.target)).collect());
                }
            }
        }
        None
    }

    fn by_length(&self) -> &ByLength {
        self.by_length.get_or_init(|| {
            let mut all: Vec<Held> = self.read_known(|known| known.index.all().copied().collect());
            all.sort_unstable_by_key(|held| held.facts.len);
            ByLength(all)
        })
    }

    /// Returns whether the source that a line names is gone.
    fn is_gone(&self, held: &Held) -> bool {
        let root_of = |line: &crate::report::Line<'_>| {
            let root = self.read_known(|known| {
                let read = known.segments.get(held.place.segment as usize)?;
                read.roots.get(line.root? as usize).map(|(_, path)| path.clone())
            })?;
            let root = self.output.join(root);
            // A root that does not exist may be on another machine.
            root.exists().then_some(root.join(line.source_path()?))
        };
        let source = self.read_line(held, root_of).flatten();
        source.is_some_and(|source| {
            fs::symlink_metadata(source).is_err_and(|error| error.kind() == std::io::ErrorKind::NotFound)
        })
    }

    /// Returns the format of the source that a line names.
    fn source_format(&self, held: &Held) -> Option<Format> {
        self.read_line(held, |line| line.format).flatten()
    }

    fn former(&self, held: &Held) -> Option<Former> {
        let read = |line: &crate::report::Line<'_>| {
            let thumbnail = line.thumbnails.first()?;
            Some((thumbnail.file(), line.format?, thumbnail.format?))
        };
        let (target, source_format, format) = self.read_line(held, read).flatten()?;
        let path = self.output.join(&target);
        let metadata = fs::symlink_metadata(&path).ok()?;
        (self.is_reached_directly(&path) && is_held_at(&path, &metadata, held)).then_some(Former {
            target,
            held: *held,
            source_format,
            format,
        })
    }

    fn rename_all(&self, source: Moved<'_>, formers: &[Former], expected: &[Expected]) -> Option<()> {
        for (former, Expected { target, .. }) in formers.iter().zip(expected) {
            let [from, to] = [&former.target, target].map(|below| self.output.join(below));
            let placeholder = self.placeholder_of(&former.held);
            let origin = Origin {
                root: source.root,
                below: source.below,
                number: source.number,
                facts: *source.facts,
                format: former.source_format,
                content: (former.held.content != 0).then_some(former.held.content),
                placeholder: placeholder.as_ref(),
            };
            make_way(&self.output, to.parent()?).ok()?;
            if fs::symlink_metadata(&to).is_ok() {
                return None;
            }
            let modified_ns = Facts::from(&fs::symlink_metadata(&from).ok()?).modified_ns;
            self.note_as(
                &origin,
                ThumbnailLine {
                    format: Some(former.format),
                    bytes: Some(former.held.bytes),
                    modified_ns: Some(modified_ns),
                    digest: Some(Hex(former.held.digest)),
                    made_with: Some(Hex(former.held.made_with)),
                    ..ThumbnailLine::at(target)
                },
            )
            .ok()?;
            if rename_to_free(&from, &to).is_err() {
                self.retract(target).ok()?;
                return None;
            }
            self.retract(&former.target).ok()?;
        }
        (expected.len() == formers.len()).then_some(())
    }

    /// Predicts the effect of storing a thumbnail at `target`. `has_same_bytes` makes the thumbnail and compares; it is
    /// called only if the file there is not known.
    #[must_use]
    pub fn foresee(&self, target: &Path, has_same_bytes: &mut dyn FnMut(&Path) -> bool) -> Foreseen {
        if self.bucket.is_some() {
            return self.foresee_object(target, has_same_bytes);
        }
        let path = self.output.join(target);
        let Ok(metadata) = fs::symlink_metadata(&path) else { return Foreseen::New };
        if metadata.is_dir() {
            return Foreseen::Refuse;
        }
        let may_be = self.owner_of(&path, &metadata, target).is_some()
            || metadata.is_file() && has_same_bytes(&path)
            || self.foreign == Foreign::Replace;
        if may_be { Foreseen::Replace } else { Foreseen::Refuse }
    }
}

/// Returns whether a file is the one that a line describes, under another name.
fn is_one_file(held: &Held, facts: &Facts) -> bool {
    facts.inode != 0 && held.facts == *facts
}
