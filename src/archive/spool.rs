//! Keeps contents until an archive is written, in a file without a name.

use std::fs::File;
use std::io::{self, Read, Write};
use std::path::Path;
use std::sync::Arc;

use super::section::Section;
use crate::facts::Facts;

/// Contents, one after the other, in the order in which they came.
#[derive(Debug)]
pub struct Spool {
    file: Arc<File>,
    end: u64,
}

/// The place of one content.
#[derive(Debug, Clone, Copy)]
pub struct Part {
    offset: u64,
    /// The length in bytes.
    pub length: u64,
}

impl Spool {
    /// Creates a file in a directory. It goes with the process.
    ///
    /// # Errors
    /// The system refused.
    pub fn create(directory: &Path) -> io::Result<Self> {
        Ok(Self { file: Arc::new(tempfile::tempfile_in(directory)?), end: 0 })
    }

    /// Adds a content.
    ///
    /// # Errors
    /// The system refused.
    pub fn add(&mut self, bytes: &[u8]) -> io::Result<Part> {
        (&*self.file).write_all(bytes)?;
        let part = Part { offset: self.end, length: bytes.len() as u64 };
        self.end += part.length;
        Ok(part)
    }

    /// Returns a reader of a content.
    #[must_use]
    pub fn reader(&self, part: Part) -> impl Read {
        let facts = Facts { len: part.length, ..Facts::default() };
        Section { file: Arc::clone(&self.file), offset: part.offset, facts }.into_reader(0)
    }
}
