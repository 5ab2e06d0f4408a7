//! Turns the members of an archive into entries of a plan, in their order.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::input::Input;
use super::job::{Folder, Found};
use super::keys::Rules;
use super::portion::{Portion, failed};
use crate::archive::{Archive, Member, State};
use crate::options::Layout;
use crate::outcome::SkipReason;

/// The members of an input that have not had their turn.
#[derive(Debug)]
pub(super) struct Members {
    input: Input,
    archive: Arc<Archive>,
    next: usize,
    /// The directory of the last member, and its number in the plan if files of it are taken.
    folder: Option<(PathBuf, Option<u32>)>,
}

impl Members {
    pub(super) const fn of(input: Input, archive: Arc<Archive>) -> Self {
        Self { input, archive, next: 0, folder: None }
    }

    /// Processes one member. Returns false if there is none. The last entry is the archive itself, if it is damaged.
    pub(super) fn take_step(&mut self, rules: &mut Rules<'_>, portion: &mut Portion) -> bool {
        let archive = Arc::clone(&self.archive);
        self.next += 1;
        if let Some(member) = archive.members().get(self.next - 1) {
            self.take(member, rules, portion);
            return true;
        }
        if let Some(damage) = &archive.damage {
            let Input { typed, root, .. } = &self.input;
            let source = typed.parent().unwrap_or(Path::new("")).to_path_buf();
            portion.open(Folder::below_input(source, PathBuf::new(), *root));
            *rules.folders += 1;
            let error = io::Error::new(io::ErrorKind::InvalidData, damage.clone());
            portion.push(*rules.folders - 1, typed, failed(typed, error.into()));
        }
        false
    }

    fn take(&mut self, member: &Member, rules: &mut Rules<'_>, portion: &mut Portion) {
        let directory = member.path.parent().unwrap_or(Path::new(""));
        let known = self.folder.as_ref().filter(|(known, _)| known == directory).map(|(_, number)| *number);
        let number = known.unwrap_or_else(|| {
            let is_taken = rules.filter.takes_keys_in(directory);
            let number = is_taken.then(|| self.open(directory, rules, portion));
            self.folder = Some((directory.to_path_buf(), number));
            number
        });
        let Some(number) = number else { return };
        if !rules.filter.takes_key(&member.path) || !rules.filter.takes_time(&member.facts()) {
            return;
        }
        let path = self.input.typed.join(&member.path);
        let wrong = |text: String| failed(&path, io::Error::new(io::ErrorKind::InvalidData, text).into());
        let skipped = |reason| Found::Skipped(Box::new(reason));
        let found = match &member.state {
            State::Whole => Found::File(member.facts()),
            State::Superseded => skipped(SkipReason::Superseded),
            State::Truncated => wrong("the archive ends within this file".to_string()),
            State::LeadsOut(name) => wrong(format!("its name leads out of the archive: {}", name.display())),
            State::Link => skipped(SkipReason::LinkNotFollowed),
            State::Special => skipped(SkipReason::NotAFile),
        };
        portion.push(number, &path, found);
    }

    fn open(&self, directory: &Path, rules: &mut Rules<'_>, portion: &mut Portion) -> u32 {
        let Input { typed, below_output, root, .. } = &self.input;
        let below = |base: &Path| if directory.as_os_str().is_empty() { base.into() } else { base.join(directory) };
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
