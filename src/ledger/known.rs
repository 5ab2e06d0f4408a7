//! Reads the segments of a ledger, and holds what they say.

use std::fs;
use std::path::{Path, PathBuf};

use super::index::{Index, Place, root_key};
use super::segment::{self, Flaw};
use super::staging::sweep;
use crate::report::PathText;

/// The content of the segments read so far.
#[derive(Debug, Default)]
pub(super) struct Known {
    pub(super) index: Index,
    pub(super) segments: Vec<Read>,
    pub(super) flaws: Vec<(PathBuf, Flaw)>,
}

/// A directory or archive that a run took as an input, or that holds one.
#[derive(Debug, Clone)]
pub(super) struct Root {
    pub(super) key: u64,
    /// The path from the output directory, or a URL.
    pub(super) path: PathBuf,
}

impl Root {
    pub(super) fn at(path: PathBuf) -> Self {
        Self { key: root_key(&path), path }
    }
}

/// The progress in reading a segment.
#[derive(Debug, Clone)]
pub(super) struct Read {
    pub(super) path: PathBuf,
    pub(super) next: u64,
    /// The roots of its run.
    pub(super) roots: Vec<Root>,
}

impl Known {
    /// Reads new lines of the segments in `directory`, and new segments.
    pub(super) fn read_on(&mut self, directory: &Path) {
        let segments = match segment::list(directory) {
            Ok(segments) => segments,
            Err(error) => return self.tell(directory, Flaw::Unreadable(error.kind().to_string())),
        };
        for path in segments {
            let number = self.segments.iter().position(|read| read.path == path).unwrap_or_else(|| {
                self.segments.push(Read { path: path.clone(), next: 0, roots: Vec::new() });
                self.segments.len() - 1
            });
            self.read_segment(number);
        }
    }

    pub(super) fn read_segment(&mut self, number: usize) {
        let Self { index, segments, .. } = self;
        let Ok(segment) = u32::try_from(number) else { return };
        let Some(Read { path, next, roots }) = segments.get_mut(number) else { return };
        let length = fs::metadata(&*path).map_or(0, |metadata| metadata.len());
        if length == *next && length > 0 {
            return;
        }
        let lines = length.saturating_sub(*next).min(MOST_RESERVED) / SHORTEST_LINE;
        index.reserve(usize::try_from(lines).unwrap_or(0));
        let (end, flaw) = segment::read(path, *next, |line, offset| {
            if offset == 0 {
                roots.extend(line.roots.iter().map(PathText::path).map(Root::at));
            }
            index.take(line, |root| roots.get(root).map(|root| root.key), Place { segment, offset });
        });
        let flaw = flaw.or_else(|| (end == 0 && segment::is_abandoned(path)).then_some(Flaw::Blank));
        *next = if flaw == Some(Flaw::OtherVersion) { u64::MAX } else { end };
        let path = path.clone();
        if let Some(flaw) = flaw {
            self.tell(&path, flaw);
        }
    }

    /// Removes the staged files of killed runs, which may have written lines until then.
    pub(super) fn sweep(&mut self, directory: &Path) {
        sweep(directory, &mut |file| {
            self.index.has_made(file) || {
                self.read_on(directory);
                self.index.has_made(file)
            }
        });
    }

    pub(super) fn tell(&mut self, path: &Path, flaw: Flaw) {
        self.flaws.push((path.to_path_buf(), flaw));
    }
}

/// The most bytes of a segment to reserve room for at once. A sparse file may claim any length.
const MOST_RESERVED: u64 = 1 << 30;

/// The assumed length of a line in bytes. A line of one thumbnail has some 400; reserving too much room costs memory.
const SHORTEST_LINE: u64 = 500;
