//! Names the members of archives, and finds them by their paths.

use std::collections::{BTreeMap, HashMap};
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::section::Section;
use crate::facts::Facts;

/// The suffixes of archives that are read. The first is the only one that is written.
const SUFFIXES: [&str; 3] = [".tar", ".tar.gz", ".tgz"];

/// Returns whether a file is read as an archive by its name.
#[must_use]
pub fn has_name_of_archive(path: &Path) -> bool {
    SUFFIXES.iter().any(|suffix| ends_with(path, suffix))
}

/// Returns whether a file is written as an archive by its name.
#[must_use]
pub fn has_name_of_tar(path: &Path) -> bool {
    ends_with(path, SUFFIXES[0])
}

fn ends_with(path: &Path, suffix: &str) -> bool {
    let name = path.file_name().unwrap_or_default().as_encoded_bytes();
    name.len() > suffix.len() && name[name.len() - suffix.len()..].eq_ignore_ascii_case(suffix.as_bytes())
}

/// A member of an archive, other than a directory.
#[derive(Debug, Clone)]
pub struct Member {
    /// The path in the archive: names only, none of which leads up.
    pub path: PathBuf,
    /// The content, as far as it is there.
    pub content: Section,
    /// The permissions.
    pub mode: u32,
    /// Whether it is used.
    pub state: State,
}

/// Whether a member is used, and why not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum State {
    /// A regular file.
    Whole,
    /// A regular file whose name a later one has.
    Superseded,
    /// A regular file that is cut off, at the end of the archive.
    Truncated,
    /// A file whose name leads out of the archive.
    LeadsOut(PathBuf),
    /// A symbolic or hard link.
    Link,
    /// A device, a FIFO, or a file with holes.
    Special,
}

/// An open archive.
#[derive(Debug)]
pub struct Archive {
    members: Vec<Member>,
    by_path: HashMap<PathBuf, usize>,
    /// The damage that left out members, in words.
    pub damage: Option<String>,
    /// Whether its end is marked. If not, it may have been cut off between two members.
    has_end: bool,
}

impl Archive {
    /// Creates the index of these members. Of those with the same name, the last one stays whole.
    pub(super) fn of(mut members: Vec<Member>, damage: Option<String>, has_end: bool) -> Self {
        let mut by_path = HashMap::with_capacity(members.len());
        for index in 0..members.len() {
            if members[index].state != State::Whole {
                continue;
            }
            if let Some(earlier) = by_path.insert(members[index].path.clone(), index) {
                let earlier: &mut Member = &mut members[earlier];
                earlier.state = State::Superseded;
            }
        }
        Self { members, by_path, damage, has_end }
    }

    /// Returns the members in their order.
    #[must_use]
    pub fn members(&self) -> &[Member] {
        &self.members
    }
}

impl Member {
    /// Returns the length and the modification time.
    #[must_use]
    pub const fn facts(&self) -> Facts {
        self.content.facts
    }

    /// Returns a reader of the whole content.
    #[must_use]
    pub fn reader(&self) -> impl Read {
        self.content.clone().into_reader(0)
    }
}

/// The archives among the inputs of a run, by their paths as typed.
#[derive(Debug, Clone, Default)]
pub struct Archives {
    by_path: HashMap<PathBuf, Arc<Archive>>,
    by_root: BTreeMap<u32, Arc<Archive>>,
}

impl Archives {
    /// Adds an archive, with the number of its root.
    pub fn add(&mut self, path: PathBuf, root: u32, archive: Arc<Archive>) {
        self.by_path.insert(path, Arc::clone(&archive));
        self.by_root.insert(root, archive);
    }

    /// Returns the numbers of their roots, in order.
    pub fn roots(&self) -> impl Iterator<Item = u32> {
        self.by_root.keys().copied()
    }

    /// Returns the archive that is the root of this number.
    #[must_use]
    pub fn of_root(&self, root: u32) -> Option<&Archive> {
        self.by_root.get(&root).map(Arc::as_ref)
    }

    /// Returns whether the archive that is the root of this number has a file of this path. `None` if there is no such
    /// archive, or if the file may be hidden by damage, or
    /// by a copy that failed: the archive is empty or has no end.
    #[must_use]
    pub fn has_member(&self, root: u32, path: &Path) -> Option<bool> {
        let archive = self.of_root(root)?;
        match archive.by_path.contains_key(path) {
            false if archive.damage.is_some() || !archive.has_end || archive.members.is_empty() => None,
            is_there => Some(is_there),
        }
    }

    /// Returns the content of the member that a path names: the path of its archive, then its own.
    #[must_use]
    pub fn find(&self, path: &Path) -> Option<Section> {
        if self.by_path.is_empty() {
            return None;
        }
        let (above, archive) = path.ancestors().skip(1).find_map(|above| Some((above, self.by_path.get(above)?)))?;
        let member = archive.by_path.get(path.strip_prefix(above).ok()?)?;
        Some(archive.members[*member].content.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_archive_has_a_name_of_one() {
        for name in ["a.tar", "x/a.TAR", "a.tar.gz", "a.b.tgz"] {
            assert!(has_name_of_archive(name.as_ref()), "{name}");
        }
        for name in ["tar", ".tar", "a.gz", "a.tar.zst", "a.tar/b"] {
            assert!(!has_name_of_archive(name.as_ref()), "{name}");
        }
        assert!(has_name_of_tar("a.tar".as_ref()) && !has_name_of_tar("a.tgz".as_ref()));
    }
}
