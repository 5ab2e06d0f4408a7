//! Keeps the ledger of an output that is a prefix of a store. Its segments are objects, with the lines that files would have.
//!
//! The run works on copies of the segments in a temporary directory, among them its own, which grows line by line. Before a
//! thumbnail is stored, its line is: all lines since the last time are stored together, as one object for several workers that
//! wait. Such parts are merged at the end of the run. A killed run leaves its parts, which count like any segment. Nobody else touches
//! them, as objects have no locks that would tell whether a run still lives.

use std::ffi::OsStr;
use std::fs::{self, File};
use std::io::{self, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Condvar, Mutex, PoisonError};
use std::thread;

use tempfile::TempDir;

use super::segment::{self, DIRECTORY};
use crate::storage::{self, Listed};

/// Bytes of lines from which on the next ones go to another part. A part is stored anew with every line that it gets.
const PART: u64 = 128 << 10;

/// The most bytes of a segment that an ended run leaves.
const LONGEST: u64 = 32 << 20;

/// The length of an object that is no segment, in bytes.
const TOO_LONG: u64 = 1 << 30;

/// Segments that are read at a time.
const AT_A_TIME: usize = 32;

/// A ledger in a store, and its copy.
#[derive(Debug)]
pub(super) struct Bucket {
    /// The URL of the ledger.
    url: PathBuf,
    copy: TempDir,
    stored: Mutex<Stored>,
    changed: Condvar,
}

/// The progress in storing the run's own segment.
#[derive(Debug, Default)]
struct Stored {
    /// Bytes of the copy that are stored.
    end: u64,
    /// The offset of the lines of the current part, and the number of parts that are full.
    part_from: u64,
    full: u32,
    /// Whether a worker is storing the current part.
    is_busy: bool,
}

impl Bucket {
    /// Opens the ledger of an output, and reads its segments.
    pub(super) fn open(output: &Path) -> io::Result<Self> {
        let copy = tempfile::Builder::new().prefix("thumbs-ledger-").tempdir()?;
        fs::create_dir(copy.path().join(DIRECTORY))?;
        let url = output.join(DIRECTORY);
        let bucket = Self { url, copy, stored: Mutex::default(), changed: Condvar::new() };
        bucket.fetch(None)?;
        Ok(bucket)
    }

    /// Returns the directory that stands for the output.
    pub(super) fn base(&self) -> &Path {
        self.copy.path()
    }

    /// Reads segments that are new or have grown. The run's own segment `own` is here already.
    pub(super) fn fetch(&self, own: Option<&Path>) -> io::Result<()> {
        let own = own.map(stem_of);
        let mut wanted = Vec::new();
        for listed in storage::list(&self.url)? {
            let Listed { below, facts } = listed?;
            let is_own = own.as_ref().is_some_and(|own| below.starts_with(own.as_str()));
            let copy = self.base().join(DIRECTORY).join(&below);
            let is_here = || fs::metadata(&copy).is_ok_and(|there| there.len() == facts.len);
            if facts.len >= TOO_LONG {
                return Err(io::Error::other(format!("{below} is too long for a segment of a ledger")));
            }
            if !below.contains('/') && segment::is_segment(OsStr::new(&below)) && !is_own && !is_here() {
                wanted.push(below);
            }
        }
        let next = AtomicUsize::new(0);
        let read_all = || {
            while let Some(name) = wanted.get(next.fetch_add(1, Ordering::Relaxed)) {
                self.fetch_one(name)?;
            }
            Ok(())
        };
        thread::scope(|scope| {
            let readers: Vec<_> = (0..wanted.len().min(AT_A_TIME)).map(|_| scope.spawn(read_all)).collect();
            let read = |reader: thread::ScopedJoinHandle<'_, io::Result<()>>| {
                reader.join().unwrap_or_else(|_| Err(io::Error::other("a reader of the ledger broke off")))
            };
            readers.into_iter().try_for_each(read)
        })
    }

    fn fetch_one(&self, name: &str) -> io::Result<()> {
        let bytes = match storage::read(&self.url.join(name)) {
            Ok((bytes, _)) => bytes,
            // Its run has merged it since the listing.
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
            Err(error) => return Err(error),
        };
        let directory = self.base().join(DIRECTORY);
        let whole = tempfile::Builder::new().prefix(".").tempfile_in(&directory)?;
        fs::write(whole.path(), bytes)?;
        whole.persist(directory.join(name)).map(drop).map_err(|error| error.error)
    }

    /// Waits until all lines that the run's segment has by now are stored.
    pub(super) fn keep(&self, own: &Path) -> io::Result<()> {
        let wanted = fs::metadata(own)?.len();
        let mut stored = self.stored.lock().unwrap_or_else(PoisonError::into_inner);
        while stored.end < wanted {
            if stored.is_busy {
                stored = self.changed.wait(stored).unwrap_or_else(PoisonError::into_inner);
                continue;
            }
            stored.is_busy = true;
            let (from, number) = (stored.part_from, stored.full);
            drop(stored);
            let end = self.store_part(own, from, number);
            stored = self.stored.lock().unwrap_or_else(PoisonError::into_inner);
            stored.is_busy = false;
            self.changed.notify_all();
            let end = end?;
            stored.end = end;
            if end - from >= PART {
                (stored.part_from, stored.full) = (end, number + 1);
            }
        }
        Ok(())
    }

    /// Stores the part of the run's segment from an offset on, and returns the offset of its end.
    fn store_part(&self, own: &Path, from: u64, number: u32) -> io::Result<u64> {
        let mut lines = Lines::open(own)?;
        let (bytes, end) = lines.read(from, u64::MAX)?;
        storage::put(&self.part(own, number), bytes)?;
        Ok(end)
    }

    fn part(&self, own: &Path, number: u32) -> PathBuf {
        self.url.join(format!("{}-part-{number}{}", stem_of(own), segment::SUFFIX))
    }

    /// Stores the run's segment as a whole in place of its parts.
    pub(super) fn close(&self, own: &Path) -> io::Result<()> {
        let length = fs::metadata(own)?.len();
        let mut lines = Lines::open(own)?;
        let (mut from, mut number) = (0, 1);
        while from < length {
            let (bytes, end) = lines.read(from, LONGEST)?;
            let name = if number == 1 { stem_of(own) } else { format!("{}-{number}", stem_of(own)) };
            storage::put(&self.url.join(format!("{name}{}", segment::SUFFIX)), bytes)?;
            if end == from {
                break;
            }
            (from, number) = (end, number + 1);
        }
        let stored = self.stored.lock().unwrap_or_else(PoisonError::into_inner);
        let parts = if stored.end > stored.part_from { stored.full + 1 } else { stored.full };
        (0..parts).try_for_each(|number| storage::remove(&self.part(own, number)))
    }
}

fn stem_of(segment: &Path) -> String {
    segment.file_stem().unwrap_or_default().to_string_lossy().into_owned()
}

/// The lines of a segment. Each piece of it begins with the segment's first line.
struct Lines {
    file: File,
    first: Vec<u8>,
}

impl Lines {
    fn open(segment: &Path) -> io::Result<Self> {
        let mut file = File::open(segment)?;
        let mut first = Vec::new();
        let mut byte = [0];
        while first.last() != Some(&b'\n') {
            file.read_exact(&mut byte)?;
            first.push(byte[0]);
        }
        Ok(Self { file, first })
    }

    /// Returns the first line and the lines from an offset on, of about `most` bytes, and the offset of their end. Another worker may
    /// be writing the last line, which is left out until it has its end.
    fn read(&mut self, from: u64, most: u64) -> io::Result<(Vec<u8>, u64)> {
        let mut bytes = self.first.clone();
        let from = from.max(self.first.len() as u64);
        self.file.seek(SeekFrom::Start(from))?;
        (&mut self.file).take(most).read_to_end(&mut bytes)?;
        let end = bytes.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
        bytes.truncate(end);
        Ok((bytes, from + (end - self.first.len()) as u64))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_begin_with_the_first_line_and_end_with_a_whole_one() {
        let folder = tempfile::tempdir().unwrap();
        let segment = folder.path().join("1.ndjson");
        fs::write(&segment, "run\none\ntwo\nthr").unwrap();
        let mut lines = Lines::open(&segment).unwrap();
        assert_eq!(lines.read(0, u64::MAX).unwrap(), (b"run\none\ntwo\n".to_vec(), 12));
        assert_eq!(lines.read(0, 5).unwrap(), (b"run\none\n".to_vec(), 8));
        assert_eq!(lines.read(8, 5).unwrap(), (b"run\ntwo\n".to_vec(), 12));
        assert_eq!(lines.read(12, 5).unwrap(), (b"run\n".to_vec(), 12));
    }
}
