//! Stores pages beside thumbnails. A page is ours by its content, which has its own digest, as it changes with every run;
//! any other file is refused or replaced like one in a thumbnail's place.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::finished::at;
use super::index::Place;
use super::open::Ledger;
use super::place::{exchange, rename_to_free};
use super::segment::{self, DIRECTORY};
use super::staging::{Staged, make_way, write_beside};
use crate::error::Cause;
use crate::facts::Facts;
use crate::format::Format;
use crate::outcome::Placeholder;

/// The most replacements by other programs between two checks before a page fails.
const ATTEMPTS: u32 = 16;

/// A thumbnail that the ledger names and that exists.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// Its path below the output directory.
    pub target: PathBuf,
    /// Its format.
    pub format: Format,
    /// The path of its source from the output directory.
    pub source: PathBuf,
    /// The format of its source.
    pub source_format: Option<Format>,
    /// The modification time of its source in ns since 1970.
    pub modified_ns: i64,
    /// The placeholder of its source.
    pub placeholder: Option<Placeholder>,
}

/// A check of a whole file: whether it is our page, and unchanged.
#[derive(Debug, Clone, Copy)]
pub struct PageMark(pub fn(&[u8]) -> bool);

impl PageMark {
    /// Returns whether the file at `path` passes.
    #[must_use]
    pub fn is_on(self, path: &Path) -> bool {
        fs::read(path).is_ok_and(|file| (self.0)(&file))
    }
}

impl Ledger {
    /// Lists the thumbnails of all runs that exist, in the order of the segments.
    #[must_use]
    pub fn list(&self) -> Vec<Listed> {
        self.read_on();
        let mut listed = Vec::new();
        for (number, read) in self.segments() {
            segment::read(&read.path, 0, |line, offset| {
                let place = Place { segment: number, offset };
                let root = line.root.and_then(|root| read.roots.get(root as usize));
                let (Some(root), Some(source)) = (root, line.source_path()) else { return };
                for thumbnail in &line.thumbnails {
                    let target = thumbnail.file();
                    let Some(format) = thumbnail.format.filter(|_| self.is_latest(&target, place)) else { continue };
                    if fs::symlink_metadata(self.output.join(&target)).is_ok_and(|there| there.is_file()) {
                        listed.push(Listed {
                            target,
                            format,
                            source: root.path.join(&source),
                            source_format: line.format,
                            modified_ns: line.modified_ns.unwrap_or_default(),
                            placeholder: line.placeholder.clone(),
                        });
                    }
                }
            });
        }
        listed
    }

    /// Returns the path of a file below the output directory.
    #[must_use]
    pub fn path_of(&self, below: &Path) -> PathBuf {
        self.output.join(below)
    }

    /// Stores a page at `page`, below the output directory or elsewhere: all of it or nothing.
    ///
    /// # Errors
    /// The file in its place is not our page, or the system refused.
    pub fn store_page(&self, page: &Path, bytes: &[u8], mark: PageMark) -> Result<(), Cause> {
        let path = self.output.join(page);
        let is_plain = fs::symlink_metadata(&path).is_ok_and(|there| there.is_file());
        // A file that stays the same is no news for programs that watch the directory.
        if is_plain && mark.is_on(&path) && fs::read(&path).is_ok_and(|there| there == bytes) {
            return Ok(());
        }
        make_way(&self.output, path.parent().unwrap_or(&self.output))?;
        let mut staged = self.staging.write(bytes, &path).map_err(|error| at(&path, error))?;
        let placed = self.place_page(&mut staged, page, bytes, mark);
        // Whatever has the temporary name now is ours.
        let _ = fs::remove_file(&staged.path);
        placed
    }

    fn place_page(&self, staged: &mut Staged, page: &Path, bytes: &[u8], mark: PageMark) -> Result<(), Cause> {
        let path = self.output.join(page);
        for _ in 0..ATTEMPTS {
            let moved = match fs::symlink_metadata(&path) {
                Err(error) if error.kind() == io::ErrorKind::NotFound => match rename_to_free(&staged.path, &path) {
                    Ok(()) => return Ok(()),
                    Err(error) if error.kind() == io::ErrorKind::AlreadyExists => continue,
                    Err(error) => Err(error),
                },
                Err(error) => Err(error),
                Ok(there) => {
                    let seen = Facts::from(&there);
                    let is_ours = there.is_file() && mark.is_on(&path);
                    if !is_ours && (there.is_dir() || !self.may_replace(&path, &seen)) {
                        return Err(self.refusal(page));
                    }
                    staged.mark_for_exchange().map_err(|error| at(&path, error))?;
                    match exchange(&staged.path, &path) {
                        Ok(()) if fs::symlink_metadata(&staged.path).is_ok_and(|came| Facts::from(&came) == seen) => {
                            return Ok(());
                        }
                        // Another program put a file there between the check and the exchange.
                        Ok(()) => {
                            self.put_back(staged, page)?;
                            continue;
                        }
                        Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
                        Err(error) => Err(error),
                    }
                }
            };
            match moved {
                Err(error) if error.kind() == io::ErrorKind::CrossesDevices => {
                    let beside = write_beside(bytes, &path).map_err(|error| at(&path, error))?;
                    let _ = fs::remove_file(&staged.path);
                    *staged = beside;
                }
                Err(error) => return Err(at(&path, error)),
                Ok(()) => return Ok(()),
            }
        }
        Err(at(&path, io::Error::other("another program keeps replacing it")))
    }

    /// Removes pages of the name `name` from directories that `is_kept` does not name, and directories that become empty.
    ///
    /// # Errors
    /// The system refused.
    pub fn prune_pages(&self, name: &str, mark: PageMark, is_kept: &dyn Fn(&Path) -> bool) -> Result<(), Cause> {
        let mut left = vec![self.output.clone()];
        while let Some(directory) = left.pop() {
            for entry in fs::read_dir(&directory).into_iter().flatten().flatten() {
                let is_directory = entry.file_type().is_ok_and(|kind| kind.is_dir());
                if is_directory && entry.file_name() != DIRECTORY {
                    left.push(entry.path());
                }
            }
            let below = directory.strip_prefix(&self.output).unwrap_or(&directory);
            let page = directory.join(name);
            let Ok(there) = fs::symlink_metadata(&page) else { continue };
            if is_kept(below) || !there.is_file() || !mark.is_on(&page) {
                continue;
            }
            if self.remove(&page, &Facts::from(&there)).map_err(|error| at(&page, error))? {
                self.remove_empty(&directory);
            }
        }
        Ok(())
    }
}
