//! Reads a part of a file that several threads share.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::sync::Arc;

use crate::facts::Facts;

/// A part of an open file: the content of a member.
#[derive(Debug, Clone)]
pub struct Section {
    pub(super) file: Arc<File>,
    pub(super) offset: u64,
    /// The length and the modification time.
    pub facts: Facts,
}

impl Section {
    /// Reads up to `buffer.len()` bytes from `offset` on, and returns their number. It is 0 at the end.
    ///
    /// # Errors
    /// Those of the file.
    pub fn read_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<usize> {
        let left = usize::try_from(self.facts.len.saturating_sub(offset)).unwrap_or(usize::MAX);
        let end = buffer.len().min(left);
        read_file_at(&self.file, &mut buffer[..end], self.offset + offset)
    }
}

/// Reads without regard to the position of the file, which other threads may move.
fn read_file_at(file: &File, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
    #[cfg(unix)]
    return std::os::unix::fs::FileExt::read_at(file, buffer, offset);
    #[cfg(windows)]
    return std::os::windows::fs::FileExt::seek_read(file, buffer, offset);
}

/// A position in a section, for those who read on.
#[derive(Debug)]
pub(super) struct Cursor {
    section: Section,
    at: u64,
}

impl Section {
    /// Returns a reader that starts at `at`.
    pub(super) const fn into_reader(self, at: u64) -> Cursor {
        Cursor { section: self, at }
    }
}

impl Read for Cursor {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.section.read_at(self.at, buffer)?;
        self.at += count as u64;
        Ok(count)
    }
}

impl Seek for Cursor {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let to = match to {
            SeekFrom::Start(at) => Some(at),
            SeekFrom::Current(by) => self.at.checked_add_signed(by),
            SeekFrom::End(by) => self.section.facts.len.checked_add_signed(by),
        };
        self.at = to.ok_or_else(|| io::Error::from(io::ErrorKind::InvalidInput))?;
        Ok(self.at)
    }
}
