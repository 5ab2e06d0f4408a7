//! Holds the thumbnails that a ledger names in memory. Each takes about 110 bytes and is found by a digest of its path.

use std::collections::hash_map::Entry;
use std::collections::{HashMap, HashSet};
use std::fs;
use std::hash::{BuildHasherDefault, Hasher};
use std::path::Path;

use crate::digest::digest;
use crate::facts::Facts;
use crate::report::{Line, ThumbnailLine};

/// The ledger's entry for one thumbnail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Held {
    /// The key of its source, [`source_key`].
    pub(super) source: u64,
    /// The metadata of the source when it was read.
    pub(super) facts: Facts,
    /// The digest of the source's content; 0 if it was not read as a whole.
    pub(super) content: u64,
    /// The digest of the options it was made with.
    pub(super) made_with: u64,
    /// Its length in bytes.
    pub(super) bytes: u64,
    /// Its modification time in ns since 1970.
    pub(super) modified_ns: i64,
    /// The digest of its bytes.
    pub(super) digest: u64,
    /// The digest of the thumbnail before it, or 0. That one is still there if the run was killed before the renaming.
    pub(super) replaces: u64,
    /// The place of its line.
    pub(super) place: Place,
}

/// The place of a line: the number of its segment, and its offset in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Place {
    pub(super) segment: u32,
    pub(super) offset: u64,
}

/// The thumbnails named by the lines read so far. Of several lines about one, the latest counts.
#[derive(Debug, Default)]
pub(super) struct Index {
    by_target: HashMap<u64, u32, BuildHasherDefault<Identity>>,
    slots: Vec<Slot>,
    /// Marks of earlier contents of thumbnails. One may still be in its place if a run was killed or another run came
    /// first.
    former: HashSet<u64, BuildHasherDefault<Identity>>,
    last_ns: Option<i64>,
    /// The numbers of sources, with the times of their lines.
    numbers: HashMap<u64, (i64, u32), BuildHasherDefault<Identity>>,
    last_number: u32,
}

/// The latest line about one thumbnail.
#[derive(Debug, Clone, Copy)]
struct Slot {
    /// The time of the line in ns since 1970.
    at_ns: i64,
    /// The thumbnail, or `None` if it was removed.
    held: Option<Held>,
}

impl Index {
    /// Reserves room for `more` thumbnails.
    pub(super) fn reserve(&mut self, more: usize) {
        self.by_target.reserve(more);
        self.slots.reserve(more);
    }

    /// Adds the line at `place` of a run whose roots have these keys.
    pub(super) fn take(&mut self, line: &Line<'_>, root_key: impl Fn(usize) -> Option<u64>, place: Place) {
        let at_ns = line.at_ns.unwrap_or(i64::MIN);
        self.last_ns = self.last_ns.max(line.at_ns);
        match &*line.record.0 {
            "file" => {
                let Some(root) = line.root.and_then(|root| root_key(root as usize)) else { return };
                let Some(source) = line.source_bytes() else { return };
                let source = source_key(root, &source);
                if let Some(number) = line.number {
                    let latest = self.numbers.entry(source).or_insert((at_ns, number));
                    *latest = (*latest).max((at_ns, number));
                    self.last_number = self.last_number.max(number);
                }
                for thumbnail in &line.thumbnails {
                    if let Some(held) = held_of(line, thumbnail, source, place) {
                        self.put(digest(&thumbnail.path_bytes()), Slot { at_ns, held: Some(held) });
                    }
                }
            }
            "removed" => {
                for thumbnail in &line.thumbnails {
                    self.put(digest(&thumbnail.path_bytes()), Slot { at_ns, held: None });
                }
            }
            _ => {}
        }
    }

    fn put(&mut self, key: u64, slot: Slot) {
        match self.by_target.entry(key) {
            Entry::Occupied(number) => {
                let known = &mut self.slots[*number.get() as usize];
                let mut other = slot;
                if known.at_ns <= slot.at_ns {
                    std::mem::swap(known, &mut other);
                }
                let digest = |slot: &Slot| slot.held.map(|held| held.digest);
                if let Some(former) = digest(&other).filter(|former| Some(*former) != digest(known)) {
                    self.former.insert(mark(key, former));
                }
                if let Some(replaced) = other.held.map(|held| held.replaces).filter(|replaced| *replaced != 0) {
                    self.former.insert(mark(key, replaced));
                }
            }
            Entry::Vacant(vacant) => {
                if let Ok(number) = u32::try_from(self.slots.len()) {
                    vacant.insert(number);
                    self.slots.push(slot);
                }
            }
        }
    }

    /// Returns the entry for `target`, a path below the output directory.
    pub(super) fn get(&self, target: &Path) -> Option<Held> {
        self.slots[*self.by_target.get(&target_key(target))? as usize].held
    }

    /// Returns whether a thumbnail at `target` ever had the content of this digest.
    pub(super) fn has_been(&self, target: &Path, digest: u64) -> bool {
        self.former.contains(&mark(target_key(target), digest))
    }

    /// Returns whether a thumbnail has, or had, the content of `file`.
    pub(super) fn has_made(&self, file: &Path) -> bool {
        let Ok(bytes) = fs::read(file) else { return false };
        let there = digest(&bytes);
        self.all().any(|held| held.bytes == bytes.len() as u64 && held.digest == there || held.replaces == there)
            || self.by_target.keys().any(|key| self.former.contains(&mark(*key, there)))
    }

    /// Returns the number of the source with this key.
    pub(super) fn number_of(&self, source: u64) -> Option<u32> {
        self.numbers.get(&source).map(|(_, number)| *number)
    }

    /// Returns the largest number of any source; 0 if none has one.
    pub(super) const fn last_number(&self) -> u32 {
        self.last_number
    }

    /// Returns the time of the latest line in ns since 1970.
    pub(super) fn last_ns(&self) -> i64 {
        self.last_ns.unwrap_or(i64::MIN)
    }

    /// Lists all entries.
    pub(super) fn all(&self) -> impl Iterator<Item = &Held> {
        self.slots.iter().filter_map(|slot| slot.held.as_ref())
    }
}

/// Returns whether a path stays below the directory that it is joined to.
fn is_below(path: &[u8]) -> bool {
    let is_name = |part: &[u8]| !matches!(part, b"" | b"." | b"..");
    path.split(|byte| std::path::is_separator(char::from(*byte))).all(is_name)
        && !(cfg!(windows) && path.contains(&b':'))
}

/// Computes the mark of a former content of a thumbnail.
fn mark(target: u64, digest: u64) -> u64 {
    target ^ digest.rotate_left(31)
}

fn held_of(line: &Line<'_>, thumbnail: &ThumbnailLine<'_>, source: u64, place: Place) -> Option<Held> {
    // Anyone who can write into the output directory may write a ledger, so no path may lead out of it.
    if !is_below(&thumbnail.path_bytes()) {
        return None;
    }
    Some(Held {
        source,
        facts: Facts { len: line.bytes?, modified_ns: line.modified_ns?, inode: line.inode.unwrap_or_default() },
        content: line.content.map_or(0, |hex| hex.0),
        made_with: thumbnail.made_with?.0,
        bytes: thumbnail.bytes?,
        modified_ns: thumbnail.modified_ns?,
        digest: thumbnail.digest?.0,
        replaces: thumbnail.replaces.map_or(0, |hex| hex.0),
        place,
    })
}

/// Returns the key of a thumbnail for its path below the output directory.
pub(super) fn target_key(target: &Path) -> u64 {
    digest(target.as_os_str().as_encoded_bytes())
}

/// Returns the key of a root for its path from the output directory.
pub(super) fn root_key(root: &Path) -> u64 {
    digest(root.as_os_str().as_encoded_bytes())
}

/// Returns the key of a source for its root's key and its path below that.
pub(super) fn source_key(root: u64, below: &[u8]) -> u64 {
    digest(below) ^ root.rotate_left(17)
}

/// A hasher that returns its key, which is already a digest.
#[derive(Debug, Default)]
pub(super) struct Identity(u64);

impl Hasher for Identity {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        self.0 = digest(bytes);
    }

    fn write_u64(&mut self, key: u64) {
        self.0 = key;
    }
}
