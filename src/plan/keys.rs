//! Turns the keys of a listing into entries of a plan. Directories are the parts of keys between slashes.

use std::collections::HashSet;
use std::io;
use std::path::{Path, PathBuf};

use super::filter::Filter;
use super::input::Input;
use super::job::{Folder, Found};
use super::portion::{Portion, failed};
use crate::ledger;
use crate::options::Layout;
use crate::outcome::SkipReason;
use crate::storage::{self, Listed, Listing};

/// The keys below an input. They come in the store's order, in which directories are together.
#[derive(Debug)]
pub(super) struct Keys {
    listing: Option<Listing>,
    input: Input,
    /// The start of the keys of the output, if that lies within the input.
    output: Option<String>,
    /// The directory of the last key, its number in the plan, and whether files of it are taken.
    folder: Option<(String, Option<u32>)>,
    /// The start of the keys of a directory that holds thumbnails.
    thumbnails: Option<String>,
    /// The directories that the store was asked about, as keys of theirs come before that of a ledger.
    asked: HashSet<String>,
}

/// The rules by which keys are taken, and the number of directories so far.
pub(super) struct Rules<'a> {
    pub(super) filter: &'a Filter,
    pub(super) layout: Layout,
    pub(super) folders: &'a mut u32,
}

impl Keys {
    /// Begins to list the keys below an input.
    pub(super) fn below(input: Input, output: &Path, rules: &mut Rules<'_>, portion: &mut Portion) -> Self {
        let mut keys = Self {
            listing: None,
            output: output.strip_prefix(&input.path).ok().and_then(|below| Some(format!("{}/", below.to_str()?))),
            input,
            folder: None,
            thumbnails: None,
            asked: HashSet::new(),
        };
        match storage::list(&keys.input.path) {
            Ok(listing) => keys.listing = Some(listing),
            Err(error) => keys.fail(error, rules, portion),
        }
        keys
    }

    /// Processes one key. Returns false if there is none.
    pub(super) fn take_step(&mut self, rules: &mut Rules<'_>, portion: &mut Portion) -> bool {
        match self.listing.as_mut().and_then(Iterator::next) {
            Some(Ok(listed)) => self.take(&listed, rules, portion),
            Some(Err(error)) => self.fail(error, rules, portion),
            None => return false,
        }
        true
    }

    fn fail(&mut self, error: io::Error, rules: &mut Rules<'_>, portion: &mut Portion) {
        self.listing = None;
        let folder = self.open("", rules, portion);
        portion.push(folder, Path::new(""), failed(&self.input.typed, error.into()));
    }

    fn take(&mut self, Listed { below, facts }: &Listed, rules: &mut Rules<'_>, portion: &mut Portion) {
        let is_in = |start: &Option<String>| start.as_ref().is_some_and(|start| below.starts_with(start));
        if is_in(&self.output) || is_in(&self.thumbnails) {
            return;
        }
        let (directory, name) = below.rsplit_once('/').unwrap_or(("", below));
        if let Some(holder) = holder_of_ledger(directory) {
            return self.leave_out(holder, rules, portion);
        }
        let known = self.folder.as_ref().filter(|(known, _)| known == directory).map(|(_, number)| *number);
        let number = known.unwrap_or_else(|| {
            let is_taken = rules.filter.takes_keys_in(Path::new(directory));
            let number = is_taken.then(|| self.open(directory, rules, portion));
            self.folder = Some((directory.to_string(), number));
            number
        });
        let Some(number) = number else { return };
        if rules.filter.takes_key(Path::new(below)) && rules.filter.takes_time(facts) {
            match self.early_holder(below) {
                Ok(None) => {}
                Ok(Some(holder)) => return self.leave_out(holder, rules, portion),
                Err(error) => return self.fail(error, rules, portion),
            }
            portion.push(number, Path::new(name), Found::File(*facts));
        }
    }

    /// Returns the directory of a key that holds a ledger which comes behind the key. Few names begin with a character before the dot,
    /// and a directory of such names takes one request.
    fn early_holder<'a>(&mut self, below: &'a str) -> io::Result<Option<&'a str>> {
        let first = format!("{}/", ledger::DIRECTORY);
        for (slash, _) in below.match_indices('/') {
            let (directory, rest) = (&below[..slash], &below[slash + 1..]);
            if rest > first.as_str() || !self.asked.insert(directory.to_string()) {
                continue;
            }
            let ledger = self.input.path.join(directory).join(ledger::DIRECTORY);
            if storage::list(&ledger)?.next().transpose()?.is_some() {
                return Ok(Some(directory));
            }
        }
        Ok(None)
    }

    /// Leaves out a directory of thumbnails. The input itself is one only if it was named for that.
    fn leave_out(&mut self, holder: &str, rules: &mut Rules<'_>, portion: &mut Portion) {
        if holder.is_empty() {
            return;
        }
        self.thumbnails = Some(format!("{holder}/"));
        if rules.filter.takes_keys_in(Path::new(holder)) {
            let (above, name) = holder.rsplit_once('/').unwrap_or(("", holder));
            let folder = self.open(above, rules, portion);
            portion.push(folder, Path::new(name), Found::Skipped(Box::new(SkipReason::HoldsThumbnails)));
        }
    }

    fn open(&self, directory: &str, rules: &mut Rules<'_>, portion: &mut Portion) -> u32 {
        let Input { typed, below_output, root, .. } = &self.input;
        let below = |base: &Path| if directory.is_empty() { base.to_path_buf() } else { base.join(directory) };
        let below_output = match rules.layout {
            Layout::Flat | Layout::DesktopCache => PathBuf::new(),
            Layout::Mirror | Layout::KeepParents => below(below_output),
        };
        let source = below(typed);
        portion.open(Folder { source, below_output, root: *root, below_root: directory.into(), is_named: false });
        *rules.folders += 1;
        *rules.folders - 1
    }
}

/// Returns the directory that holds a ledger, if one of these directories is the ledger's.
fn holder_of_ledger(directory: &str) -> Option<&str> {
    if directory == ledger::DIRECTORY || directory.starts_with(&format!("{}/", ledger::DIRECTORY)) {
        return Some("");
    }
    let at = directory.find(&format!("/{}", ledger::DIRECTORY))?;
    let rest = &directory[at + 1 + ledger::DIRECTORY.len()..];
    (rest.is_empty() || rest.starts_with('/')).then_some(&directory[..at])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_directory_holds_thumbnails_if_a_ledger_lies_in_it() {
        assert_eq!(holder_of_ledger(".thumbs"), Some(""));
        assert_eq!(holder_of_ledger("a/b/.thumbs"), Some("a/b"));
        assert_eq!(holder_of_ledger("a/.thumbs/x"), Some("a"));
        assert_eq!(holder_of_ledger("a/.thumbsup"), None);
        assert_eq!(holder_of_ledger("a/b"), None);
    }
}
