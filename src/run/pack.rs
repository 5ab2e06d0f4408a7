//! Collects the thumbnails of a run, and writes them as an archive at its end.
//!
//! Thumbnails are finished out of turn. They wait in a file without a name, so the archive has the order of its sources whoever was faster, and
//! the memory of a run does not depend on their number.

use std::collections::{BTreeMap, HashMap};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use crate::archive::{self, Archives, Part, Spool, State, Writer};
use crate::error::{Cause, Error, Failure, Step};
use crate::ledger::{exchange, rename_to_free};
use crate::options::{Config, Foreign};
use crate::plan::{Found, Places, Plan};

/// Permissions of thumbnails, as archives note them.
const MODE: u32 = 0o644;

/// A source: the number of its root, and its path below that.
type Key<'a> = (u32, &'a Path);

/// The thumbnails of a run, and the place of their archive.
#[derive(Debug)]
pub(super) struct Pack {
    /// The archive, absolute and as the user named it.
    path: PathBuf,
    shown: PathBuf,
    foreign: Foreign,
    made: Mutex<Made>,
}

#[derive(Debug)]
struct Made {
    spool: Spool,
    /// The thumbnails of each source that has had its turn as an image: names and contents. A failed one has none.
    of_sources: HashMap<(u32, PathBuf), Vec<(PathBuf, Part)>>,
}

impl Pack {
    /// Prepares an archive.
    ///
    /// # Errors
    /// Its place is taken by another file, or its directory can't be written.
    pub(super) fn open(config: &Config, places: &Places) -> Result<Self, Error> {
        check_place(config)?;
        let refused = |source| Error::Output { path: config.output.clone(), source };
        let spool = Spool::create(directory_of(&places.output)).map_err(refused)?;
        let made = Mutex::new(Made { spool, of_sources: HashMap::new() });
        Ok(Self { path: places.output.clone(), shown: config.output.clone(), foreign: config.foreign, made })
    }

    /// Takes a thumbnail of a source.
    pub(super) fn store(&self, (root, below): Key<'_>, target: &Path, bytes: &[u8]) -> Result<(), Failure> {
        let mut made = self.made.lock().unwrap_or_else(PoisonError::into_inner);
        let part = made.spool.add(bytes).map_err(|error| self.cause(error).in_step(Step::Store))?;
        made.of_sources.entry((root, below.to_path_buf())).or_default().push((target.to_path_buf(), part));
        Ok(())
    }

    /// Leaves out a source that failed, with all of its thumbnails.
    pub(super) fn leave_out(&self, (root, below): Key<'_>) {
        let mut made = self.made.lock().unwrap_or_else(PoisonError::into_inner);
        made.of_sources.insert((root, below.to_path_buf()), Vec::new());
    }

    /// Writes the archive, and puts it in its place.
    pub(super) fn finish(&self, plan: &Plan, archives: &Archives) -> Result<(), Cause> {
        let mut writer = Writer::create(directory_of(&self.path)).map_err(|error| self.cause(error))?;
        let written = self.write(&mut writer, plan, archives).and_then(|()| writer.finish());
        written.map_err(|error| self.cause(error))?;
        self.put_in_place(writer.path())
    }

    fn write(&self, writer: &mut Writer, plan: &Plan, archives: &Archives) -> io::Result<()> {
        let made = self.made.lock().unwrap_or_else(PoisonError::into_inner);
        let add = |writer: &mut Writer, (root, below): Key<'_>, modified: i64| -> io::Result<bool> {
            let Some(thumbnails) = made.of_sources.get(&(root, below.to_path_buf())) else { return Ok(false) };
            for (target, part) in thumbnails {
                writer.add(target, (part.length, modified, MODE), made.spool.reader(*part))?;
            }
            Ok(true)
        };
        let mut by_root: BTreeMap<u32, Vec<(PathBuf, i64)>> = BTreeMap::new();
        for root in archives.roots() {
            by_root.entry(root).or_default();
        }
        for job in plan.jobs() {
            let (root, below) = plan.below_root(job);
            if let (Found::File(facts), None) = (&job.found, archives.of_root(root)) {
                by_root.entry(root).or_default().push((below, seconds(facts.modified_ns)));
            }
        }
        for (root, sources) in by_root {
            for (below, modified) in sources {
                add(writer, (root, &below), modified)?;
            }
            for member in archives.of_root(root).iter().flat_map(|archive| archive.members()) {
                let modified = seconds(member.facts().modified_ns);
                // The other files of a sample stay beside its image.
                if member.state == State::Whole && !add(writer, (root, &member.path), modified)? {
                    writer.add(&member.path, (member.facts().len, modified, member.mode), member.reader())?;
                }
            }
        }
        Ok(())
    }

    fn put_in_place(&self, written: &Path) -> Result<(), Cause> {
        match rename_to_free(written, &self.path) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            other => return other.map_err(|error| self.cause(error)),
        }
        exchange(written, &self.path).map_err(|error| self.cause(error))?;
        // Another program may have written there since the run began.
        if self.foreign == Foreign::Replace || archive::is_ours(written).unwrap_or(false) {
            return Ok(());
        }
        exchange(written, &self.path).map_err(|error| self.cause(error))?;
        Err(Cause::NotOurs(self.shown.clone()))
    }

    fn cause(&self, error: io::Error) -> Cause {
        Cause::IoAt { path: self.shown.clone(), error: error.into() }
    }
}

/// Refuses a place that is taken by a file that this program did not write, or that was changed since.
pub(super) fn check_place(config: &Config) -> Result<(), Error> {
    let path = &config.output;
    let refused = |source| Error::Output { path: path.clone(), source };
    match path.symlink_metadata() {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(refused(error)),
        Ok(_) if config.foreign == Foreign::Replace || archive::is_ours(path).map_err(refused)? => Ok(()),
        Ok(_) => Err(Error::NotOurs { path: path.clone() }),
    }
}

fn directory_of(path: &Path) -> &Path {
    path.parent().unwrap_or(Path::new(""))
}

/// Returns whole seconds since 1970. Archives have no parts of them.
const fn seconds(modified_ns: i64) -> i64 {
    modified_ns.div_euclid(1_000_000_000)
}
