//! Stands in for archives in a build without them. None can be opened, so no value of these types exists.

use std::convert::Infallible;
use std::io::{self, Read};
use std::path::Path;

use super::member::Archive;

fn missing<T>() -> io::Result<T> {
    Err(io::Error::new(io::ErrorKind::Unsupported, "this build has no archives: it lacks the feature `archive`"))
}

/// Returns an error, which names the feature that is missing.
///
/// # Errors
/// Always.
pub fn open(_path: &Path) -> io::Result<Archive> {
    missing()
}

/// Returns an error.
///
/// # Errors
/// Always.
pub fn is_ours(_path: &Path) -> io::Result<bool> {
    missing()
}

/// An archive that is being written.
#[derive(Debug)]
pub struct Writer(Infallible);

impl Writer {
    /// Returns an error.
    ///
    /// # Errors
    /// Always.
    pub fn create(_directory: &Path) -> io::Result<Self> {
        missing()
    }

    /// Is never called.
    ///
    /// # Errors
    /// None.
    pub fn add(&mut self, _path: &Path, _entry: (u64, i64, u32), _content: impl Read) -> io::Result<()> {
        match self.0 {}
    }

    /// Is never called.
    ///
    /// # Errors
    /// None.
    pub fn finish(&mut self) -> io::Result<()> {
        match self.0 {}
    }

    /// Is never called.
    #[must_use]
    pub fn path(&self) -> &Path {
        match self.0 {}
    }
}
