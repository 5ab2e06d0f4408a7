//! A path → its bytes. The first of them tell the format, so that a film in a photo folder is not read to its end to
//! find that it is no picture.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use super::{foreign, markup, probe};
use crate::container::{self, Input};
use crate::error::{Cause, Failure, Step};
use crate::options::Format;

/// Bytes that are read to tell the format. No magic number lies deeper, and one read of a page costs no more than less.
const HEAD: u64 = 4096;

/// Bytes that are read where a document's first element has not come yet: licences and settings stand before it.
const LONGEST_PROLOG: u64 = 64 << 10;

/// An open file of which the first bytes were read.
#[derive(Debug)]
pub(super) struct Source {
    file: File,
    pub(super) facts: Facts,
    bytes: Vec<u8>,
    /// Whether nothing is left to be read into `bytes`; the file may have become shorter meanwhile.
    is_whole: bool,
}

/// What the system says of a file when it is opened.
#[derive(Debug, Clone, Copy)]
pub(super) struct Facts {
    /// Its length in bytes.
    pub(super) len: u64,
    modified: Option<SystemTime>,
}

impl Facts {
    /// Whether every one of `targets` is there and not older than this file.
    pub(super) fn is_older_than(&self, targets: &[PathBuf]) -> bool {
        let Some(modified) = self.modified else { return false };
        targets.iter().all(|target| {
            target.symlink_metadata().and_then(|metadata| metadata.modified()).is_ok_and(|there| there >= modified)
        })
    }
}

impl Source {
    /// Opens a file and reads its first bytes into `room`.
    pub(super) fn open(path: &Path, room: Vec<u8>) -> Result<Self, Failure> {
        Self::read_head(path, room).map_err(|error| Cause::from(error).in_step(Step::Read))
    }

    fn read_head(path: &Path, mut bytes: Vec<u8>) -> io::Result<Self> {
        let mut file = File::open(path)?;
        let metadata = file.metadata()?;
        if !metadata.is_file() {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, "no longer a regular file"));
        }
        file.by_ref().take(HEAD).read_to_end(&mut bytes)?;
        let facts = Facts { len: metadata.len(), modified: metadata.modified().ok() };
        Ok(Self { file, facts, bytes, is_whole: false })
    }

    /// The name of the format that the first bytes tell, where it is one that no decoder of ours reads.
    pub(super) fn foreign_name(&self) -> Option<&'static str> {
        foreign::name_foreign(&self.bytes)
    }

    /// The format that the content tells: its first bytes, or, where they are a TIFF's, its directories.
    pub(super) fn format(&mut self) -> Option<Format> {
        let is_raw = container::tell_raw(self).is_some();
        if is_raw {
            return Some(Format::Raw);
        }
        let told = probe::tell_format(&self.bytes, self.facts.len);
        if told.is_none() && markup::tell(&self.bytes) == markup::Start::Prolog {
            let length = self.facts.len.min(LONGEST_PROLOG);
            let start = read_piece(self, 0, length).ok()?;
            return probe::tell_format(&start, self.facts.len);
        }
        told
    }

    /// The buffer, for the next file.
    pub(super) fn into_room(self) -> Vec<u8> {
        self.bytes
    }
}

impl Input for Source {
    fn length(&self) -> u64 {
        self.facts.len
    }

    fn read_at(&mut self, offset: u64, buffer: &mut [u8]) -> io::Result<usize> {
        let end = offset.saturating_add(buffer.len() as u64);
        if end <= self.bytes.len() as u64 || self.is_whole {
            return self.bytes.as_slice().read_at(offset, buffer);
        }
        self.file.seek(SeekFrom::Start(offset))?;
        let mut count = 0;
        while count < buffer.len() {
            match self.file.read(&mut buffer[count..]) {
                Ok(0) => break,
                Ok(more) => count += more,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(count)
    }

    /// Reads the rest, once. What was added to the file since it was opened is left out.
    fn whole(&mut self) -> io::Result<&[u8]> {
        let rest = self.facts.len.saturating_sub(self.bytes.len() as u64);
        if rest > 0 && !self.is_whole {
            let room = usize::try_from(rest).map_err(|_| io::Error::from(io::ErrorKind::OutOfMemory))?;
            self.bytes.try_reserve_exact(room).map_err(|_| io::Error::from(io::ErrorKind::OutOfMemory))?;
            // Other places may have been read since.
            self.file.seek(SeekFrom::Start(self.bytes.len() as u64))?;
            self.file.by_ref().take(rest).read_to_end(&mut self.bytes)?;
        }
        self.is_whole = true;
        Ok(&self.bytes)
    }
}

/// Reads `length` bytes at `offset`, which must all be there.
pub(super) fn read_piece(input: &mut dyn Input, offset: u64, length: u64) -> Result<Vec<u8>, Cause> {
    let out_of_memory = || Cause::from(io::Error::from(io::ErrorKind::OutOfMemory));
    if offset.checked_add(length).is_none_or(|end| end > input.length()) {
        return Err(io::Error::from(io::ErrorKind::UnexpectedEof).into());
    }
    let length = usize::try_from(length).map_err(|_| out_of_memory())?;
    let mut bytes = Vec::new();
    bytes.try_reserve_exact(length).map_err(|_| out_of_memory())?;
    bytes.resize(length, 0);
    let count = input.read_at(offset, &mut bytes)?;
    bytes.truncate(count);
    Ok(bytes)
}
