//! Bytes → a file, whole or not at all: written in a folder of the run's own, [`Staging`], then renamed to its place. Killed
//! at any moment, a run leaves no half-written thumbnail, and what lies in its folder the next run clears away.

use std::ffi::OsStr;
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use crate::error::{Cause, Failure, Step};

/// In the output folder, what runs write in: for each a folder, and beside it a file that the run holds a lock on.
const STAGINGS: &str = ".thumbs-under-way";

/// How the names of both begin and the file's ends, so that nothing else is ever taken away.
const RUN: &str = "run-";
const LOCK: &str = ".lock";

/// Runs that end at this moment may take [`STAGINGS`] away under one that starts; so often it is made again.
const ATTEMPTS: u32 = 16;

/// The folder that a run writes its files in before they get their names. It is in the output folder, so that renaming is
/// one step, and goes when the run ends.
#[derive(Debug)]
pub struct Staging {
    output: PathBuf,
    folder: PathBuf,
    lock: PathBuf,
    /// Held as long as the run lives: a killed one lets go of it.
    _held: File,
    next: AtomicU64,
}

impl Staging {
    /// Makes the folder below `output`, which must exist, and takes away those of runs that were killed.
    ///
    /// # Errors
    /// The output folder can't be written, or a link lies in the folder's place.
    pub fn open(output: &Path) -> io::Result<Self> {
        let stagings = output.join(STAGINGS);
        let mut attempt = 1;
        loop {
            match Self::try_open(output, &stagings) {
                Err(error) if error.kind() == io::ErrorKind::NotFound && attempt < ATTEMPTS => attempt += 1,
                other => return other,
            }
        }
    }

    fn try_open(output: &Path, stagings: &Path) -> io::Result<Self> {
        make_folder(stagings)?;
        sweep(stagings)?;
        let lock = tempfile::Builder::new().prefix(RUN).suffix(LOCK).tempfile_in(stagings)?.into_temp_path().keep()?;
        // Open for reading alone, it keeps nobody from making the file system read-only.
        let held = File::open(&lock)?;
        // Where the file system has no locks, what a killed run leaves stays.
        let _ = held.lock();
        // Between the two steps another run may have taken it for a dead one's.
        fs::symlink_metadata(&lock)?;
        let folder = lock.with_extension("");
        fs::create_dir(&folder)?;
        Ok(Self { output: output.to_path_buf(), folder, lock, _held: held, next: AtomicU64::new(0) })
    }

    /// Writes a file under a name that nobody else uses.
    fn write(&self, bytes: &[u8]) -> io::Result<PathBuf> {
        let path = self.folder.join(self.next.fetch_add(1, Ordering::Relaxed).to_string());
        let written = File::create_new(&path).and_then(|mut file| file.write_all(bytes));
        match written {
            Ok(()) => Ok(path),
            Err(error) => {
                let _ = fs::remove_file(&path);
                Err(error)
            }
        }
    }

    /// Makes every folder from the output folder down to `folder`, and refuses links among them.
    fn make_way(&self, folder: &Path) -> Result<(), Cause> {
        let below = folder.strip_prefix(&self.output).unwrap_or(Path::new(""));
        let mut way = self.output.clone();
        for part in below.components() {
            way.push(part);
            if make_folder(&way).is_err() {
                return match fs::symlink_metadata(&way) {
                    Ok(metadata) if metadata.is_symlink() => Err(Cause::LinkOut(way)),
                    _ => make_folder(&way).map_err(|error| at(&way, error)),
                };
            }
        }
        Ok(())
    }
}

impl Staging {
    /// Takes the folder away. A worker that hangs may keep `self` alive longer than the run.
    pub fn close(&self) {
        let _ = fs::remove_dir_all(&self.folder);
        let _ = fs::remove_file(&self.lock);
        if let Some(stagings) = self.lock.parent() {
            // Not while another run is there.
            let _ = fs::remove_dir(stagings);
        }
    }
}

impl Drop for Staging {
    fn drop(&mut self) {
        self.close();
    }
}

/// Makes a folder where there is none; a link to one is none.
fn make_folder(path: &Path) -> io::Result<()> {
    match fs::create_dir(path) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists && fs::symlink_metadata(path)?.is_dir() => Ok(()),
        other => other,
    }
}

/// Takes away what runs left that no longer hold their lock.
fn sweep(stagings: &Path) -> io::Result<()> {
    for entry in fs::read_dir(stagings)? {
        let lock = entry?.path();
        let is_ours = |name: &str| name.starts_with(RUN) && name.ends_with(LOCK);
        if !lock.file_name().and_then(OsStr::to_str).is_some_and(is_ours) {
            continue;
        }
        // Another run may sweep, too.
        let Ok(file) = File::open(&lock) else { continue };
        if file.try_lock().is_err() {
            continue;
        }
        // The lock goes last: a folder without one would stay for ever.
        let folder = lock.with_extension("");
        let _ = fs::remove_dir_all(&folder);
        if fs::symlink_metadata(&folder).is_err() {
            let _ = fs::remove_file(&lock);
        }
    }
    Ok(())
}

/// Writes `bytes` to `path` below the output folder, in place of what is there. `known` is the folder that the caller wrote
/// to last, whose way down is looked at only once.
pub(super) fn store(bytes: &[u8], path: &Path, staging: &Staging, known: &mut PathBuf) -> Result<(), Failure> {
    put(bytes, path, staging, known).map_err(|cause| cause.in_step(Step::Store))
}

fn put(bytes: &[u8], path: &Path, staging: &Staging, known: &mut PathBuf) -> Result<(), Cause> {
    let staged = staging.write(bytes).map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => Cause::OutputGone(staging.output.clone()),
        _ => at(path, error),
    })?;
    place(&staged, bytes, path, staging, known)
}

/// Gives a file its name, or takes it away.
fn place(staged: &Path, bytes: &[u8], path: &Path, staging: &Staging, known: &mut PathBuf) -> Result<(), Cause> {
    let named = name(staged, bytes, path, staging, known);
    if named.is_err() && fs::remove_file(staged).is_err_and(|error| error.kind() == io::ErrorKind::NotFound) {
        // Who takes the output folder away takes what is under way with it.
        return Err(Cause::OutputGone(staging.output.clone()));
    }
    named
}

fn name(staged: &Path, bytes: &[u8], path: &Path, staging: &Staging, known: &mut PathBuf) -> Result<(), Cause> {
    let folder = path.parent().unwrap_or(Path::new(""));
    let mut is_new = known != folder;
    loop {
        if is_new {
            staging.make_way(folder)?;
            folder.clone_into(known);
        }
        match fs::rename(staged, path) {
            Ok(()) => return Ok(()),
            // Somebody took the folder away.
            Err(error) if error.kind() == io::ErrorKind::NotFound && !is_new => is_new = true,
            Err(error) if error.kind() == io::ErrorKind::CrossesDevices => {
                write_beside(folder, bytes, path).map_err(|error| at(path, error))?;
                let _ = fs::remove_file(staged);
                return Ok(());
            }
            Err(error) => return Err(at(path, error)),
        }
    }
}

/// Where another file system is mounted below the output folder.
fn write_beside(folder: &Path, bytes: &[u8], path: &Path) -> io::Result<()> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(".thumbs-").suffix(".tmp");
    // A temporary file is private unless told otherwise; a thumbnail is what the user's umask makes of a new file.
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    let mut file = builder.tempfile_in(folder)?;
    file.write_all(bytes)?;
    file.persist(path)?;
    Ok(())
}

fn at(path: &Path, error: io::Error) -> Cause {
    Cause::IoAt { path: path.to_path_buf(), error: error.into() }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An output folder, and what a run stores in it.
    struct Output {
        folder: tempfile::TempDir,
        staging: Staging,
    }

    impl Output {
        fn new() -> Self {
            let folder = tempfile::tempdir().unwrap();
            let staging = Staging::open(folder.path()).unwrap();
            Self { folder, staging }
        }

        fn path(&self, below: &str) -> PathBuf {
            self.folder.path().join(below)
        }

        fn store(&self, bytes: &[u8], below: &str) -> Result<(), Failure> {
            store(bytes, &self.path(below), &self.staging, &mut PathBuf::new())
        }
    }

    fn names(folder: &Path) -> Vec<String> {
        let mut names: Vec<_> =
            fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    #[test]
    fn a_thumbnail_replaces_what_was_there_and_leaves_nothing_beside_it() {
        let output = Output::new();
        output.store(b"first", "a/b/c.jpg").unwrap();
        output.store(b"second", "a/b/c.jpg").unwrap();
        assert_eq!(fs::read(output.path("a/b/c.jpg")).unwrap(), b"second");
        let Output { folder, staging } = output;
        drop(staging);
        assert_eq!(names(folder.path()), ["a"]);
        assert_eq!(names(&folder.path().join("a/b")), ["c.jpg"]);
    }

    #[test]
    fn a_failed_write_names_the_target_and_leaves_nothing() {
        let output = Output::new();
        fs::create_dir(output.path("taken")).unwrap();
        let failure = output.store(b"bytes", "taken").unwrap_err();
        assert!(failure.at(Path::new("a.jpg")).to_string().contains("taken"));
        assert_eq!(names(&output.staging.folder), [""; 0]);
    }

    #[test]
    fn a_folder_that_was_taken_away_is_made_again_but_not_the_output_folder() {
        let output = Output::new();
        let mut known = PathBuf::new();
        let target = output.path("a/b.jpg");
        store(b"bytes", &target, &output.staging, &mut known).unwrap();
        fs::remove_dir_all(output.path("a")).unwrap();
        store(b"bytes", &target, &output.staging, &mut known).unwrap();
        assert_eq!(fs::read(&target).unwrap(), b"bytes");

        fs::remove_dir_all(output.folder.path()).unwrap();
        let failure = store(b"bytes", &target, &output.staging, &mut known).unwrap_err().at(Path::new("b.jpg"));
        assert!(failure.ends_run() && failure.to_string().contains("is gone"), "{failure}");
        assert!(!output.folder.path().exists());
    }

    #[test]
    fn a_file_that_is_taken_away_while_it_is_under_way_ends_the_run() {
        let output = Output::new();
        let staged = output.staging.write(b"bytes").unwrap();
        fs::remove_dir_all(&output.staging.folder).unwrap();
        let place = |known: &Path, below: &str| {
            place(&staged, b"bytes", &output.path(below), &output.staging, &mut known.to_path_buf()).unwrap_err()
        };
        let causes = [place(Path::new(""), "a.jpg"), place(output.folder.path(), "a.jpg")];
        fs::remove_dir_all(output.folder.path()).unwrap();
        for cause in causes.into_iter().chain([place(Path::new(""), "a.jpg"), place(Path::new(""), "sub/a.jpg")]) {
            assert!(matches!(cause, Cause::OutputGone(_)), "{cause}");
        }
    }

    #[test]
    fn what_a_killed_run_left_goes_and_what_a_living_one_has_stays() {
        let folder = tempfile::tempdir().unwrap();
        let stagings = folder.path().join(STAGINGS);
        fs::create_dir_all(stagings.join("run-dead")).unwrap();
        fs::write(stagings.join("run-dead.lock"), "").unwrap();
        fs::write(stagings.join("run-dead/7"), "half a thumb").unwrap();
        // A folder of that name may be among the sources, too.
        fs::write(stagings.join("a.lock"), "a thumbnail").unwrap();
        let living = Staging::open(folder.path()).unwrap();
        assert!(!stagings.join("run-dead").exists() && !stagings.join("run-dead.lock").exists());
        let other = Staging::open(folder.path()).unwrap();
        store(b"bytes", &folder.path().join("a.jpg"), &living, &mut PathBuf::new()).unwrap();
        drop(living);
        store(b"bytes", &folder.path().join("b.jpg"), &other, &mut PathBuf::new()).unwrap();
        drop(other);
        assert_eq!(names(folder.path()), [STAGINGS, "a.jpg", "b.jpg"]);
        assert_eq!(names(&stagings), ["a.lock"]);
    }

    #[cfg(unix)]
    #[test]
    fn a_link_in_the_targets_place_is_replaced_not_followed() {
        let output = Output::new();
        let elsewhere = tempfile::tempdir().unwrap();
        let precious = elsewhere.path().join("precious");
        fs::write(&precious, "keep me").unwrap();
        std::os::unix::fs::symlink(&precious, output.path("a.jpg")).unwrap();
        output.store(b"bytes", "a.jpg").unwrap();
        assert_eq!(fs::read(&precious).unwrap(), b"keep me");
        assert_eq!(fs::read(output.path("a.jpg")).unwrap(), b"bytes");
    }

    #[cfg(unix)]
    #[test]
    fn nothing_is_written_through_a_link_below_the_output_folder() {
        let output = Output::new();
        let elsewhere = tempfile::tempdir().unwrap();
        std::os::unix::fs::symlink(elsewhere.path(), output.path("sub")).unwrap();
        for below in ["sub/a.jpg", "sub/deep/a.jpg"] {
            let failure = output.store(b"bytes", below).unwrap_err();
            assert!(matches!(failure.cause, Cause::LinkOut(_)), "{}", failure.cause);
        }
        assert_eq!(names(elsewhere.path()), [""; 0]);
        // Nor is the folder for what is under way.
        drop(output.staging);
        std::os::unix::fs::symlink(elsewhere.path(), output.folder.path().join(STAGINGS)).unwrap();
        assert!(Staging::open(output.folder.path()).is_err());
        assert_eq!(names(elsewhere.path()), [""; 0]);
    }
}
