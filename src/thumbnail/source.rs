//! Reads a file, or an object of a store. Its first bytes tell the format, so that a film in a photo folder is not read to its end.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::Path;

use super::blocks::{self, Blocks};
#[cfg(feature = "batch")]
use crate::archive::Section;
use crate::container::{self, Input};
#[cfg(feature = "batch")]
use crate::digest::{digest, digest_all};
use crate::error::{Cause, Failure, Step};
use crate::execute::watchdog::{PIECE, Watch};
use crate::facts::Facts;
use crate::formats::{is_prolog, sniff, unsupported};
use crate::options::Format;
use crate::storage::{self, Object};

/// Bytes read to detect the format. No magic number lies deeper, and reading one page costs no more than reading less.
const HEAD: u64 = 4096;

/// Bytes read of an object at first: a request for fewer takes as long. Most structures lie within, and so do small images.
const HEAD_OF_OBJECT: u64 = 64 << 10;

/// Bytes read if a document's first element has not come yet: licences and settings may precede it.
const LONGEST_PROLOG: u64 = 64 << 10;

/// Length of the longest file that is read again for its digest, in bytes: the system is likely to have it cached still.
const LONGEST_DIGESTED: u64 = 64 << 20;

/// An open file whose first bytes were read.
#[derive(Debug)]
pub(super) struct Source<'a> {
    content: Content,
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
        if storage::is_url(path) {
            return Self::read_head_of_object(path, room, watch);
        }
        let (file, metadata) = watch.read(|| {
            let file = open_without_waiting(path)?;
            let metadata = file.metadata()?;
            Ok((file, metadata))
        })?;
        if !metadata.is_file() {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, "no longer a regular file"));
        }
        let (content, facts) = (Content::File(file), Facts::from(&metadata));
        let mut source = Self { content, watch, facts, room, filled: 0, is_whole: false };
        source.extend(HEAD)?;
        Ok(source)
    }

    fn read_head_of_object(path: &Path, mut room: Vec<u8>, watch: &'a Watch) -> io::Result<Self> {
        let (object, facts, start) = watch.away(|| Object::open(path, HEAD_OF_OBJECT))?;
        watch.count_fetched(start.len() as u64);
        let filled = start.len();
        room.resize(room.len().max(filled), 0);
        room[..filled].copy_from_slice(&start);
        let content = Content::Object(Blocks::new(object, facts.len));
        Ok(Self { content, watch, facts, room, filled, is_whole: false })
    }

    /// Opens a member of an archive and reads its first bytes into `room`.
    #[cfg(feature = "batch")]
    pub(super) fn open_member(section: Section, room: Vec<u8>, watch: &'a Watch) -> Result<Self, Failure> {
        let facts = section.facts;
        let mut source = Self { content: Content::Member(section), watch, facts, room, filled: 0, is_whole: false };
        source.extend(HEAD.min(facts.len)).map_err(|error| Cause::from(error).in_step(Step::Read))?;
        Ok(source)
    }

    /// Returns the memory that is held beside the bytes, in bytes.
    pub(super) const fn memory(&self) -> u64 {
        match self.content {
            Content::Object(_) => blocks::MEMORY,
            _ => 0,
        }
    }

    /// Returns the bytes by which the format is detected.
    fn head(&self) -> &[u8] {
        &self.bytes()[..self.filled.min(usize::try_from(HEAD).unwrap_or(usize::MAX))]
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
        self.filled += self.content.read(self.filled as u64, rest, self.watch)?;
        Ok(())
    }

    /// Returns the name of the format that the first bytes tell, if no decoder supports it.
    pub(super) fn unsupported_name(&self) -> Option<&'static str> {
        unsupported::name_unsupported(self.head())
    }

    /// Detects the format by content: by the first bytes, or by the directories of a TIFF.
    pub(super) fn format(&mut self) -> io::Result<Option<Format>> {
        if container::sniff_raw(self)?.is_some() {
            return Ok(Some(Format::Raw));
        }
        let told = sniff(self.head(), self.facts.len);
        if told.is_none() && is_prolog(self.head()) {
            let length = self.facts.len.min(LONGEST_PROLOG);
            let mut start = vec![0; usize::try_from(length).unwrap_or(0)];
            let there = self.read_at(0, &mut start)?;
            return Ok(sniff(&start[..there], self.facts.len));
        }
        Ok(told)
    }

    /// Returns the digest of the content, reading the file again unless all of it is held. The system's cache makes that cheap.
    /// `None` if reading fails, or if a file of more than [`LONGEST_DIGESTED`] bytes, or an object, is not held.
    #[cfg(feature = "batch")]
    pub(super) fn content(&mut self) -> Option<u64> {
        if self.is_whole || self.filled as u64 == self.facts.len {
            return Some(digest(self.bytes()));
        }
        if self.is_remote() || self.facts.len > LONGEST_DIGESTED {
            return None;
        }
        digest_all(Watched { content: &mut self.content, at: 0, watch: self.watch }).ok()
    }

    /// Returns the buffer, for the next file.
    pub(super) fn into_room(self) -> Vec<u8> {
        self.room
    }
}

/// The place that bytes come from.
#[derive(Debug)]
enum Content {
    File(File),
    #[cfg(feature = "batch")]
    Member(Section),
    Object(Blocks),
}

impl Content {
    /// Fills `buffer` from `offset` on, and returns the number of bytes read: fewer at the end.
    fn read(&mut self, offset: u64, buffer: &mut [u8], watch: &Watch) -> io::Result<usize> {
        match self {
            Self::File(file) => {
                // Another part of the file may have been read since.
                file.seek(SeekFrom::Start(offset))?;
                fill(watch, buffer, |piece, _| file.read(piece))
            }
            #[cfg(feature = "batch")]
            Self::Member(section) => fill(watch, buffer, |piece, at| section.read_at(offset + at as u64, piece)),
            Self::Object(blocks) => blocks.read(offset, buffer, watch),
        }
    }
}

/// A content that is read from its start, all reads of which are watched.
#[cfg(feature = "batch")]
struct Watched<'a> {
    content: &'a mut Content,
    at: u64,
    watch: &'a Watch,
}

#[cfg(feature = "batch")]
impl Read for Watched<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.content.read(self.at, buffer, self.watch)?;
        self.at += count as u64;
        Ok(count)
    }
}

/// Reads by `read`, which receives the number of bytes before, until `buffer` is full or the file ends. Returns the number of
/// bytes read.
fn fill(
    watch: &Watch,
    buffer: &mut [u8],
    mut read: impl FnMut(&mut [u8], usize) -> io::Result<usize>,
) -> io::Result<usize> {
    let mut count = 0;
    while count < buffer.len() {
        let end = buffer.len().min(count + PIECE);
        match watch.read(|| read(&mut buffer[count..end], count)) {
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
        // What is held is not fetched again.
        let held = self.bytes().get(usize::try_from(offset).unwrap_or(usize::MAX)..).unwrap_or_default();
        let held = if self.is_remote() { held.len() } else { 0 };
        buffer[..held].copy_from_slice(&self.room[self.filled - held..self.filled]);
        self.content.read(offset + held as u64, &mut buffer[held..], self.watch).map(|count| held + count)
    }

    fn is_remote(&self) -> bool {
        matches!(self.content, Content::Object(_))
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
