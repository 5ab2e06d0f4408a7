//! Puts a thumbnail in its place. A file that the ledger does not name as ours is never replaced, whenever it got
//! there.
//!
//! The line is written before the renaming. If a run is killed in between, the ledger names a thumbnail that is missing
//! or still the one before. The line has the digest of that one as well, so neither is ever taken for a foreign file.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::Ordering;
use std::time::SystemTime;

use super::finished::{Finished, Origin, at};
use super::index::Held;
use super::open::Ledger;
use super::owner::are_one;
use super::ownership::{There, is_held_at};
use super::place::{exchange, rename_to_free};
use super::staging::{Staged, make_way, write_beside};
use crate::error::{Cause, Failure, Step};
use crate::facts::{Facts, nanoseconds};
use crate::options::{Bookkeeping, Foreign};
use crate::report::{Hex, Line, PathText, ThumbnailLine, write_line};

/// The most replacements by other programs between two checks before a thumbnail fails.
const ATTEMPTS: u32 = 16;

/// The file left under the temporary name of a stored thumbnail.
pub(super) enum Left {
    Nothing,
    /// The same bytes once more, or the thumbnail before it.
    File,
}

impl Ledger {
    /// Stores a thumbnail of `origin`. `known` is the directory that the caller stored into last; its path is checked
    /// only once.
    ///
    /// # Errors
    /// The ledger does not name the file in its place as ours, or the system refused.
    pub fn store(&self, made: &Finished<'_>, origin: &Origin<'_>, known: &mut PathBuf) -> Result<(), Failure> {
        self.put(made, origin, known).map_err(|cause| cause.in_step(Step::Store))?;
        self.has_stored.store(true, Ordering::Relaxed);
        Ok(())
    }

    fn put(&self, made: &Finished<'_>, origin: &Origin<'_>, known: &mut PathBuf) -> Result<(), Cause> {
        if let Some(bucket) = &self.bucket {
            return self.put_object(bucket, made, origin);
        }
        let path = self.output.join(made.target);
        let there = fs::symlink_metadata(&path);
        let held = self.held(made.target).or_else(|| {
            // Another run may have made it since the ledger was read.
            there.is_ok().then(|| self.read_on())?;
            self.held(made.target)
        });
        if let Some(held) = held.filter(|held| held.digest == made.digest)
            && let Ok(there) = &there
            && is_held_at(&path, there, &held)
        {
            let modified_ns = Facts::from(there).modified_ns;
            // A copy of an image does not take over the thumbnail of the original.
            let is_of_other = self.check_owner(&held, (origin.root, origin.below), made.target).is_err();
            if !is_of_other && (modified_ns != held.modified_ns || !self.says_so(&held, made, origin)) {
                self.note(made, origin, modified_ns, None)?;
            }
            return Ok(());
        }
        if let (Some(held), Ok(_)) = (&held, &there) {
            self.check_owner(held, (origin.root, origin.below), made.target)?;
        }
        let mut staged = self.staging.write(made.bytes, &path).map_err(|error| match error.kind() {
            io::ErrorKind::NotFound => Cause::OutputGone(self.shown.clone()),
            _ => at(&path, error),
        })?;
        match self.place(&mut staged, made, origin, known, held.is_some()) {
            Ok(Left::Nothing) => Ok(()),
            // Whatever has the temporary name now is ours.
            Ok(Left::File) => {
                let _ = fs::remove_file(&staged.path);
                Ok(())
            }
            Err(cause) => {
                let _ = fs::remove_file(&staged.path);
                // Removing the output directory removes the staged files with it.
                Err(if self.staging.is_there() { cause } else { Cause::OutputGone(self.shown.clone()) })
            }
        }
    }

    /// Renames a staged file to its final name.
    pub(super) fn place(
        &self,
        staged: &mut Staged,
        made: &Finished<'_>,
        origin: &Origin<'_>,
        known: &mut PathBuf,
        is_held: bool,
    ) -> Result<Left, Cause> {
        let path = self.output.join(made.target);
        let folder = path.parent().unwrap_or(&self.output);
        let own = self.key_of(origin.root, origin.below);
        let is_mine = self.held(made.target).is_some_and(|held| held.source == own);
        let mut is_checked = known == folder;
        let mut is_noted = false;
        for _ in 0..ATTEMPTS {
            if !is_checked {
                make_way(&self.output, folder)?;
                folder.clone_into(known);
            }
            // An entry means that the thumbnail probably exists. Then its line needs the digest of that one.
            if !is_noted && !is_held {
                self.note(made, origin, staged.facts.modified_ns, None)?;
                is_noted = true;
            }
            let there = if is_noted { There::Nothing } else { self.look_at(&path, made)? };
            let there = match there {
                There::Nothing => {
                    if !is_noted {
                        self.note(made, origin, staged.facts.modified_ns, None)?;
                        is_noted = true;
                    }
                    match rename_to_free(&staged.path, &path) {
                        Ok(()) => return Ok(Left::Nothing),
                        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => self.look_at(&path, made)?,
                        // Another program removed the directory.
                        Err(error) if error.kind() == io::ErrorKind::NotFound && is_checked => {
                            is_checked = false;
                            continue;
                        }
                        Err(error) if error.kind() == io::ErrorKind::CrossesDevices => {
                            let beside = write_beside(made.bytes, &path).map_err(|error| at(&path, error))?;
                            let _ = fs::remove_file(&staged.path);
                            (*staged, is_noted) = (beside, false);
                            continue;
                        }
                        Err(error) => return Err(at(&path, error)),
                    }
                }
                other => other,
            };
            match there {
                There::Nothing => {}
                There::SameBytes(facts) => {
                    self.note(made, origin, facts.modified_ns, None)?;
                    return Ok(Left::File);
                }
                There::Ours(facts, digest) => {
                    if !is_mine && let Err(cause) = self.check_rival(made, origin, digest) {
                        if is_noted {
                            self.retract(made.target)?;
                        }
                        return Err(cause);
                    }
                    if self.replace(staged, made, origin, &facts, Some(digest))? {
                        return Ok(Left::File);
                    }
                }
                There::NotOurs(facts) if self.may_replace(&path, &facts) => {
                    if self.replace(staged, made, origin, &facts, None)? {
                        return Ok(Left::File);
                    }
                }
                There::NotOurs(_) | There::Directory => return Err(self.refusal(made.target)),
            }
            is_noted = false;
        }
        Err(at(&path, io::Error::other("another program keeps replacing it")))
    }

    /// Exchanges a staged file with the one that was examined. Returns false if another file was there by then.
    pub(super) fn replace(
        &self,
        staged: &mut Staged,
        made: &Finished<'_>,
        origin: &Origin<'_>,
        seen: &Facts,
        old: Option<u64>,
    ) -> Result<bool, Cause> {
        let path = self.output.join(made.target);
        self.note(made, origin, staged.facts.modified_ns, old)?;
        let new = staged.facts.inode;
        staged.mark_for_exchange().map_err(|error| at(&path, error))?;
        match exchange(&staged.path, &path) {
            Ok(()) => {}
            Err(error) if error.kind() == io::ErrorKind::NotFound && self.staging.is_there() => return Ok(false),
            Err(error) => return Err(at(&path, error)),
        }
        match fs::symlink_metadata(&staged.path) {
            Ok(came) if Facts::from(&came) == *seen => return Ok(true),
            Ok(came) if self.owner_of(&staged.path, &came, made.target).is_some() => return Ok(true),
            // Another program put a file there between the check and the exchange.
            _ => self.put_back(staged, made.target)?,
        }
        let is_ours = fs::symlink_metadata(&staged.path).is_ok_and(|back| {
            Facts::from(&back).inode == new || self.owner_of(&staged.path, &back, made.target).is_some()
        });
        // It happened once more.
        if is_ours { Ok(false) } else { Err(self.keep(staged, &path)) }
    }

    /// Puts a foreign file back in a thumbnail's place, in exchange for the present one.
    pub(super) fn put_back(&self, staged: &mut Staged, target: &Path) -> Result<(), Cause> {
        let path = self.output.join(target);
        if exchange(&staged.path, &path).is_ok() {
            return Ok(());
        }
        // Another program removed our thumbnail meanwhile.
        if rename_to_free(&staged.path, &path).is_ok() {
            return Err(at(&path, io::Error::other("it was removed while it was stored")));
        }
        Err(self.keep(staged, &path))
    }

    /// Moves a file that is not ours to the ledger's directory. The returned error names its new path. No run removes
    /// it there.
    fn keep(&self, staged: &mut Staged, path: &Path) -> Cause {
        let kept = self.rescue(&staged.path).unwrap_or_else(|_| staged.path.clone());
        // From here on, nothing takes it for a staged file.
        staged.path = PathBuf::new();
        at(path, io::Error::other(format!("another program replaced it; that file is now {}", kept.display())))
    }

    /// Returns whether the ledger already has all of this.
    pub(super) fn says_so(&self, held: &Held, made: &Finished<'_>, origin: &Origin<'_>) -> bool {
        held.source == self.key_of(origin.root, origin.below)
            && held.facts == origin.facts
            && held.made_with == made.made_with
            && (held.content != 0 || origin.content.is_none())
            && origin.placeholder.is_none_or(|wanted| self.placeholder_of(held).as_ref() == Some(wanted))
    }

    /// Records that the thumbnail is, or is about to be, in its place. `modified_ns` is its modification time.
    pub(super) fn note(
        &self,
        made: &Finished<'_>,
        origin: &Origin<'_>,
        modified_ns: i64,
        replaces: Option<u64>,
    ) -> Result<(), Cause> {
        let thumbnail = ThumbnailLine {
            format: Some(made.format),
            bytes: Some(made.bytes.len() as u64),
            modified_ns: Some(modified_ns),
            digest: Some(Hex(made.digest)),
            replaces: replaces.map(Hex),
            made_with: Some(Hex(made.made_with)),
            ..ThumbnailLine::at(made.target)
        };
        self.note_as(origin, thumbnail)
    }

    pub(super) fn note_as(&self, origin: &Origin<'_>, thumbnail: ThumbnailLine<'_>) -> Result<(), Cause> {
        self.append(Line {
            outcome: Some("written".into()),
            format: Some(origin.format),
            content: origin.content.map(Hex),
            placeholder: origin.placeholder.cloned(),
            number: origin.number,
            thumbnails: vec![thumbnail],
            ..line_of(origin.root, origin.below, &origin.facts)
        })
    }

    /// Records that our thumbnail at `target` is gone.
    pub(super) fn retract(&self, target: &Path) -> Result<(), Cause> {
        self.append(Line { record: "removed".into(), thumbnails: vec![ThumbnailLine::at(target)], ..Line::default() })
    }

    /// Records that the source at `below` in `root` has no thumbnail, with the reason.
    ///
    /// # Errors
    /// The system refused.
    pub fn note_failure(&self, root: u32, below: &Path, facts: &Facts, reason: &str) -> Result<(), Cause> {
        let (outcome, reason) = (Some("failed".into()), Some(reason.into()));
        self.append(Line { outcome, reason, ..line_of(root, below, facts) })
    }

    pub(super) fn append(&self, line: Line<'_>) -> Result<(), Cause> {
        let (Some(segment), Bookkeeping::On) = (&self.segment, self.bookkeeping) else { return Ok(()) };
        let at_ns = Some(self.tick());
        let mut bytes = Vec::with_capacity(512);
        let written = write_line(&mut bytes, &Line { at_ns, ..line }).map_err(io::Error::from);
        written.and_then(|()| segment.append(&bytes)).map_err(|error| at(&segment.path, error))
    }

    /// Returns the time in ns since 1970. If another run's clock was ahead, the result is after that run's last line.
    fn tick(&self) -> i64 {
        let now = nanoseconds(SystemTime::now());
        let next = |last: i64| now.max(last.saturating_add(1));
        let last = self.last_ns.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |last| Some(next(last)));
        last.map_or(now, next)
    }

    /// Returns whether `--force` allows a replacement. A source of the run is never replaced, under whatever name.
    pub(super) fn may_replace(&self, path: &Path, facts: &Facts) -> bool {
        let is_source =
            self.sources.get(&facts.inode).is_some_and(|sources| sources.iter().any(|source| are_one(source, path)));
        self.foreign == Foreign::Replace && !is_source
    }

    pub(super) fn refusal(&self, target: &Path) -> Cause {
        let shown = self.shown.join(target);
        if self.foreign == Foreign::Replace { Cause::NeverReplaced(shown) } else { Cause::NotOurs(shown) }
    }
}

/// Builds the fields that every line about a source has.
fn line_of<'a>(root: u32, below: &'a Path, facts: &Facts) -> Line<'a> {
    let PathText { text, hex } = PathText::of(below);
    Line {
        record: "file".into(),
        source: Some(text),
        source_hex: hex,
        root: Some(root),
        bytes: Some(facts.len),
        modified_ns: Some(facts.modified_ns),
        inode: Some(facts.inode),
        ..Line::default()
    }
}
