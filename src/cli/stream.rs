//! Defines the job of a single image: its source and the place of its thumbnail.

use std::path::{Path, PathBuf};

/// An image and the place of its thumbnail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Job {
    pub from: Stream,
    pub to: Stream,
}

/// A file, or a standard stream.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Stream {
    File(PathBuf),
    Standard,
}

impl Stream {
    /// Returns the stream of a path as typed, `-` being the standard one.
    pub fn of(typed: &Path) -> Self {
        if typed == Path::new("-") { Self::Standard } else { Self::File(typed.to_path_buf()) }
    }
}
