//! Renames the thumbnails of moved sources, in place of making them again.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::PoisonError;

use super::current::Expected;
use super::finished::{Moved, Origin};
use super::index::Held;
use super::lengths::ByLength;
use super::open::Ledger;
use super::ownership::is_held_at;
use super::place::rename_to_free;
use super::presence::Presence;
use super::staging::make_way;
use crate::facts::Facts;
use crate::format::Format;
use crate::options::Effect;
use crate::report::{Hex, Line, ThumbnailLine};

/// A thumbnail under its source's former name.
struct Former {
    target: PathBuf,
    held: Held,
    source_format: Format,
    format: Format,
}

impl Ledger {
    /// Renames the thumbnails of a vanished source with the same content as this one. A dry run only notes that it would.
    /// `expect` returns
    /// the thumbnails that a source of some format would have, in several ways if they depend on more than that. `content`
    /// computes the digest of this source's content; it is called only if that could decide. Returns the former paths, or
    /// `None` if there are none or not all could be renamed.
    pub fn rename_moved(
        &self,
        source: Moved<'_>,
        effect: Effect,
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
                let rename = |formers: &[Former]| match effect {
                    Effect::Write => self.rename_all(source, formers, &expected),
                    Effect::DryRun => self.foresee_all(formers, &expected),
                };
                if let Some(formers) = formers
                    && rename(&formers).is_some()
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
        matches!(self.look_for_source(held), Presence::Gone)
    }

    /// Returns the format of the source that a line names.
    fn source_format(&self, held: &Held) -> Option<Format> {
        self.read_line(held, |line| line.format).flatten()
    }

    fn former(&self, held: &Held) -> Option<Former> {
        let read = |line: &Line<'_>| {
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

    /// Notes the thumbnails that would be renamed. No second source gets them, and none of them is pruned.
    fn foresee_all(&self, formers: &[Former], expected: &[Expected]) -> Option<()> {
        let mut foreseen = self.foreseen.lock().unwrap_or_else(PoisonError::into_inner);
        let is_free = |one: &Expected| fs::symlink_metadata(self.output.join(&one.target)).is_err();
        let is_possible = expected.len() == formers.len()
            && expected.iter().all(is_free)
            && formers.iter().all(|former| !foreseen.contains(&former.target));
        is_possible.then(|| foreseen.extend(formers.iter().map(|former| former.target.clone())))
    }

    /// Notes that this dry run would replace the thumbnail at `target`.
    pub(super) fn note_foreseen(&self, target: &Path) {
        self.foreseen.lock().unwrap_or_else(PoisonError::into_inner).insert(target.to_path_buf());
    }

    /// Returns whether this dry run would rename or replace the thumbnail at `target`.
    pub(super) fn is_foreseen(&self, target: &Path) -> bool {
        self.foreseen.lock().unwrap_or_else(PoisonError::into_inner).contains(target)
    }
}

/// Returns whether a file is the one that a line describes, under another name.
fn is_one_file(held: &Held, facts: &Facts) -> bool {
    facts.inode != 0 && held.facts == *facts
}
