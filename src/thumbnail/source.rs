//! Reads a file. Its first bytes tell the format, so that a film in a photo folder is not read to its end.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::Path;

use crate::container::{self, Input};
#[cfg(feature = "batch")]
use crate::digest::{digest, digest_all};
use crate::error::{Cause, Failure, Step};
use crate::execute::watchdog::{PIECE, Watch};
use crate::facts::Facts;
use crate::formats::{is_prolog, sniff, unsupported};
use crate::options::Format;

/// Bytes read to detect the format. No magic number lies deeper, and reading one page costs no more than reading less.
const HEAD: u64 = 4096;

/// Bytes read if a document's first element has not come yet: licences and settings may precede it.
const LONGEST_PROLOG: u64 = 64 << 10;

/// Length of the longest file that is read again for its digest, in bytes: the system is likely to have it cached still.
const LONGEST_DIGESTED: u64 = 64 << 20;

/// An open file whose first bytes were read.
#[derive(Debug)]
pub(super) struct Source<'a> {
    file: File,
    watch: &'a Watch,
    pub(super) facts: Facts,
    /// The bytes so far, then the remains of an earlier file: clearing them would cost as much as reading.
    room: Vec<u8>,
    /// Bytes in `room` that belong to this file.
    filled: usize,
    /// Whether nothing is left to read into `room`; the file may have become shorter meanwhile.
    is_whole: bool,
}

impl<'a> Source<'a> {
    /// Opens a file and reads its first bytes into `room`. `watch` records every read.
    pub(super) fn open(path: &Path, room: Vec<u8>, watch: &'a Watch) -> Result<Self, Failure> {
        Self::read_head(path, room, watch).map_err(|error| Cause::from(error).in_step(Step::Read))
    }

    fn read_head(path: &Path, room: Vec<u8>, watch: &'a Watch) -> io::Result<Self> {
        let (file, metadata) = watch.read(|| {
            let file = open_without_waiting(path)?;
            let metadata = file.metadata()?;
            Ok((file, metadata))
        })?;
        if !metadata.is_file() {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, "no longer a regular file"));
        }
        let mut source = Self { file, watch, facts: Facts::from(&metadata), room, filled: 0, is_whole: false };
        source.extend(HEAD)?;
        Ok(source)
    }

    /// Releases all but the first bytes if they are worth reading again. The worker's buffer as it was before stays.
    pub(super) fn forget(&mut self) {
        if self.filled <= PIECE {
            return;
        }
        self.filled = usize::try_from(HEAD).unwrap_or(usize::MAX).min(self.filled);
        self.room.truncate(self.filled);
        self.room.shrink_to_fit();
        self.is_whole = false;
    }

    /// Returns the bytes that are held, at least the first ones.
    pub(super) fn bytes(&self) -> &[u8] {
        &self.room[..self.filled]
    }

    /// Reads on, a piece at a time, until `length` bytes are held or the file ends.
    fn extend(&mut self, length: u64) -> io::Result<()> {
        let out_of_memory = || io::Error::from(io::ErrorKind::OutOfMemory);
        let length = usize::try_from(length).map_err(|_| out_of_memory())?;
        if length > self.room.len() {
            self.room.try_reserve_exact(length - self.room.len()).map_err(|_| out_of_memory())?;
            self.room.resize(length, 0);
        }
        let rest = self.room.get_mut(self.filled..length).unwrap_or_default();
        // Another part of the file may have been read since.
        self.file.seek(SeekFrom::Start(self.filled as u64))?;
        self.filled += fill(&mut self.file, self.watch, rest)?;
        Ok(())
    }

    /// Returns the name of the format that the first bytes tell, if no decoder supports it.
    pub(super) fn unsupported_name(&self) -> Option<&'static str> {
        unsupported::name_unsupported(self.bytes())
    }

    /// Detects the format by content: by the first bytes, or by the directories of a TIFF.
    pub(super) fn format(&mut self) -> io::Result<Option<Format>> {
        if container::sniff_raw(self)?.is_some() {
            return Ok(Some(Format::Raw));
        }
        let told = sniff(self.bytes(), self.facts.len);
        if told.is_none() && is_prolog(self.bytes()) {
            let length = self.facts.len.min(LONGEST_PROLOG);
            let mut start = vec![0; usize::try_from(length).unwrap_or(0)];
            let there = self.read_at(0, &mut start)?;
            return Ok(sniff(&start[..there], self.facts.len));
        }
        Ok(told)
    }

    /// Returns the digest of the content, reading the file again unless all of it is held. The system's cache makes that cheap.
    /// `None` if reading fails, or if a file of more than [`LONGEST_DIGESTED`] bytes is not held.
    #[cfg(feature = "batch")]
    pub(super) fn content(&mut self) -> Option<u64> {
        if self.is_whole || self.filled as u64 == self.facts.len {
            return Some(digest(self.bytes()));
        }
        if self.facts.len > LONGEST_DIGESTED {
            return None;
        }
        self.file.seek(SeekFrom::Start(0)).ok()?;
        digest_all(Watched { file: &mut self.file, watch: self.watch }).ok()
    }

    /// Returns the buffer, for the next file.
    pub(super) fn into_room(self) -> Vec<u8> {
        self.room
    }
}

/// A file whose reads are all watched.
struct Watched<'a> {
    file: &'a mut File,
    watch: &'a Watch,
}

impl Read for Watched<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.watch.read(|| self.file.read(buffer))
    }
}

/// Reads until `buffer` is full or the file ends, and returns the number of bytes read.
fn fill(file: &mut File, watch: &Watch, buffer: &mut [u8]) -> io::Result<usize> {
    let mut count = 0;
    while count < buffer.len() {
        let end = buffer.len().min(count + PIECE);
        match watch.read(|| file.read(&mut buffer[count..end])) {
            Ok(0) => break,
            Ok(more) => count += more,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(count)
}

/// Opens a file without waiting: opening a FIFO in its place would block until somebody writes to it.
fn open_without_waiting(path: &Path) -> io::Result<File> {
    let mut options = File::options();
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::custom_flags(&mut options, libc::O_NONBLOCK | libc::O_NOCTTY);
    options.read(true).open(path)
}

impl Input for Source<'_> {
    fn length(&self) -> u64 {
        self.facts.len
    }

    fn read_at(&mut self, offset: u64, buffer: &mut [u8]) -> io::Result<usize> {
        let end = offset.saturating_add(buffer.len() as u64);
        if end <= self.filled as u64 || self.is_whole {
            return self.bytes().read_at(offset, buffer);
        }
        // Systems refuse offsets that no file can have, but those are errors of the file's structure.
        if offset >= self.facts.len {
            return Ok(0);
        }
        self.file.seek(SeekFrom::Start(offset))?;
        fill(&mut self.file, self.watch, buffer)
    }

    /// Reads the rest, once. Bytes added since the file was opened are left out.
    fn whole(&mut self) -> io::Result<&[u8]> {
        if self.facts.len > self.filled as u64 && !self.is_whole {
            self.extend(self.facts.len)?;
        }
        self.is_whole = true;
        Ok(self.bytes())
    }

    fn start(&mut self, length: u64) -> io::Result<&[u8]> {
        let length = length.min(self.facts.len);
        if !self.is_whole && length > self.filled as u64 {
            self.extend(length)?;
        }
        Ok(self.bytes())
    }
}
