//! Reads and writes the files of a ledger, one NDJSON segment for each run. They are in the directory `.thumbs` of the
//! output directory. A run holds a lock on its own segment as long as it lives, so others can recognise the remains of
//! a killed run.

use std::ffi::OsStr;
use std::fs::{self, File};
use std::io::{self, BufRead, BufReader, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime};

use crate::facts::nanoseconds;
use crate::options::DIRECTORY_OF_LEDGER;
use crate::report::{Line, PathText, read_line, write_line};

/// The name of the ledger's directory in the output directory.
pub const DIRECTORY: &str = DIRECTORY_OF_LEDGER;

/// The version of the fields. It changes when an older program would misread a line.
pub(super) const SCHEMA: &str = "thumbs-ledger/1";

/// The suffix of the names of segments.
pub(super) const SUFFIX: &str = ".ndjson";

/// The longest line that is read, in bytes. Two paths of 4096 bytes in hexadecimal and several sizes take some 100 000.
const LONGEST_LINE: u64 = 16 << 20;

/// The segment that this run writes.
#[derive(Debug)]
pub(super) struct Segment {
    pub(super) path: PathBuf,
    /// The file, opened for appending and locked. Writes of whole lines don't mix.
    file: File,
    lines: AtomicU64,
}

impl Segment {
    /// Creates a segment in `directory` whose first line names `roots`.
    pub(super) fn create(directory: &Path, roots: &[PathBuf]) -> io::Result<Self> {
        let now = nanoseconds(SystemTime::now()) / 1_000_000;
        let mut first = Vec::new();
        let run = Line {
            record: "run".into(),
            schema: Some(SCHEMA.into()),
            roots: roots.iter().map(|root| PathText::of(root)).collect(),
            ..Line::default()
        };
        write_line(&mut first, &run)?;
        loop {
            let made = tempfile::Builder::new()
                .prefix(&format!("{now}-"))
                .suffix(SUFFIX)
                .permissions_of_new_files()
                .tempfile_in(directory)?;
            let (_, path) = made.keep().map_err(|error| error.error)?;
            let file = File::options().append(true).open(&path)?;
            // If the file system has no locks, a killed run's files stay.
            let _ = file.lock();
            // Between the two steps another run may have taken it for a dead run's segment.
            if path.try_exists()? {
                (&file).write_all(&first)?;
                return Ok(Self { path, file, lines: AtomicU64::new(0) });
            }
        }
    }

    /// Appends lines in one write.
    pub(super) fn append(&self, lines: &[u8]) -> io::Result<()> {
        (&self.file).write_all(lines)?;
        self.lines.fetch_add(1, Ordering::Relaxed);
        Ok(())
    }

    /// Returns whether nothing was appended.
    pub(super) fn is_empty(&self) -> bool {
        self.lines.load(Ordering::Relaxed) == 0
    }
}

/// A setting for the permissions that the user's umask gives a new file. A temporary file is private by default.
pub(super) trait PermissionsOfNewFiles {
    fn permissions_of_new_files(&mut self) -> &mut Self;
}

impl PermissionsOfNewFiles for tempfile::Builder<'_, '_> {
    fn permissions_of_new_files(&mut self) -> &mut Self {
        #[cfg(unix)]
        self.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
        self
    }
}

/// Lists the segments in `directory`, oldest run first. A missing directory has none.
pub(super) fn list(directory: &Path) -> io::Result<Vec<PathBuf>> {
    let entries = match fs::read_dir(directory) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        other => other?,
    };
    let mut segments = Vec::new();
    for entry in entries {
        let entry = entry?;
        if is_segment(&entry.file_name()) && entry.file_type()?.is_file() {
            segments.push(entry.path());
        }
    }
    segments.sort();
    Ok(segments)
}

/// Returns whether a file name is that of a segment.
pub(super) fn is_segment(name: &OsStr) -> bool {
    name.to_str().is_some_and(|name| name.ends_with(SUFFIX) && !name.starts_with('.'))
}

/// Returns whether a file is empty or begins like a segment.
pub(super) fn begins_as_one(file: &mut File) -> bool {
    let first = format!("{{\"record\":\"run\",\"schema\":\"{SCHEMA}\"");
    let mut start = Vec::new();
    let read = file.take(first.len() as u64).read_to_end(&mut start);
    read.is_ok() && first.as_bytes().starts_with(&start)
}

/// The age at which a segment without a lock is a dead run's. A run locks its segment right after creating it.
const SETTLED: Duration = Duration::from_secs(10);

/// Returns whether a segment is a dead run's. A run that is about to write its first line holds the lock.
pub(super) fn is_abandoned(path: &Path) -> bool {
    let age = fs::metadata(path).and_then(|metadata| metadata.modified()).ok().and_then(|time| time.elapsed().ok());
    age.is_some_and(|age| age > SETTLED) && File::open(path).is_ok_and(|file| file.try_lock().is_ok())
}

/// A problem with a segment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Flaw {
    /// A segment that can't be opened or read.
    Unreadable(String),
    /// A segment without a single whole line, which no run is about to write.
    Blank,
    /// A first line that names another version.
    OtherVersion,
    /// The number of lines that can't be read.
    DamagedLines(u64),
    /// A directory in which no segment can be created.
    NotWritable(String),
}

/// Reads the lines of a segment from byte `from` on. Each is passed to `take` with its offset. The first line of the
/// file is passed, too. Returns the offset of the next line and the problem met, if any. A last line without its end is
/// left for the next read.
pub(super) fn read(path: &Path, from: u64, mut take: impl FnMut(&Line<'_>, u64)) -> (u64, Option<Flaw>) {
    let unreadable = |error: &io::Error| Some(Flaw::Unreadable(error.kind().to_string()));
    let opened = File::open(path).and_then(|mut file| file.seek(SeekFrom::Start(from)).map(|_| file));
    let mut reader = match opened {
        Ok(file) => BufReader::with_capacity(1 << 20, file),
        // Another run merged it: its lines are in another segment.
        Err(error) if error.kind() == io::ErrorKind::NotFound => return (from, None),
        Err(error) => return (from, unreadable(&error)),
    };
    let (mut at, mut bytes, mut damaged) = (from, Vec::new(), 0_u64);
    loop {
        bytes.clear();
        match (&mut reader).take(LONGEST_LINE).read_until(b'\n', &mut bytes) {
            Ok(_) => {}
            Err(error) => return (at, unreadable(&error)),
        }
        if bytes.last() != Some(&b'\n') && (bytes.len() as u64) < LONGEST_LINE {
            return (at, (damaged > 0).then_some(Flaw::DamagedLines(damaged)));
        }
        match read_line(&bytes) {
            Ok(line) if at == 0 && line.schema.as_ref().is_none_or(|schema| schema.0 != SCHEMA) => {
                return (at, Some(Flaw::OtherVersion));
            }
            Ok(line) => take(&line, at),
            Err(_) => damaged += 1,
        }
        at += bytes.len() as u64;
    }
}

/// Reads the line at `offset` and passes it to `take`. `None` if it can't be read.
pub(super) fn read_one<T>(path: &Path, offset: u64, take: impl FnOnce(&Line<'_>) -> T) -> Option<T> {
    let mut file = File::open(path).ok()?;
    file.seek(SeekFrom::Start(offset)).ok()?;
    let mut bytes = Vec::new();
    BufReader::new(file).take(LONGEST_LINE).read_until(b'\n', &mut bytes).ok()?;
    read_line(&bytes).ok().map(|line| take(&line))
}
