//! What an earlier report says, laid on what the walk found.

use std::collections::{HashMap, HashSet};
use std::fs;
use std::path::{Path, PathBuf};

use super::{Folder, Found, Job, Plan, walk};
use crate::earlier::{Earlier, Formats};
use crate::outcome::SkipReason;

impl Plan {
    /// Marks what has its thumbnails, from the entry at `known` on, or leaves only what failed.
    pub(super) fn go_on_from(&mut self, earlier: &Earlier, known: usize) {
        match earlier {
            Earlier::Unknown => {}
            Earlier::Written(written) => self.mark_written(written, known),
            Earlier::Failed(failed) => self.keep_failed(failed),
        }
    }

    fn mark_written(&mut self, all: &HashMap<PathBuf, Formats>, known: usize) {
        let Self { folders, jobs, .. } = self;
        for job in &mut jobs[known..] {
            if let Found::File { written, .. } = &mut job.found {
                *written = all.get(&folders[job.folder as usize].source.join(&*job.name)).copied();
            }
        }
    }

    fn keep_failed(&mut self, failed: &HashSet<PathBuf>) {
        let Self { folders, jobs, .. } = self;
        // The inputs may be typed in another way than they were then.
        let real_failed: HashMap<PathBuf, &PathBuf> = failed.iter().map(|path| (real_place(path), path)).collect();
        let real_folders: Vec<PathBuf> = folders.iter().map(|folder| walk::real_folder(&folder.source)).collect();
        let mut met: HashSet<&Path> = HashSet::new();
        jobs.retain(|job| {
            let source = folders[job.folder as usize].source.join(&*job.name);
            let real = real_folders[job.folder as usize].join(&*job.name);
            // What is in a folder failed with it.
            let named = source.ancestors().find_map(|path| failed.get(path));
            let named = named.or_else(|| real.ancestors().find_map(|path| real_failed.get(path).copied()));
            let Some(named) = named else { return false };
            met.insert(named);
            true
        });
        let mut gone: Vec<&PathBuf> = failed.iter().filter(|path| !met.contains(path.as_path())).collect();
        gone.sort();
        for path in gone {
            let folder = Folder { source: path.parent().unwrap_or(path).to_path_buf(), below_output: PathBuf::new() };
            let Ok(number) = u32::try_from(self.folders.len()) else { return };
            let name = path.file_name().unwrap_or(path.as_os_str()).into();
            let is_there = fs::symlink_metadata(path).is_ok();
            let reason = if is_there { SkipReason::NotInInputs } else { SkipReason::NoLongerThere };
            self.folders.push(folder);
            self.jobs.push(Job { folder: number, name, found: Found::Skipped(Box::new(reason)) });
        }
    }
}

/// A path, absolute and without links on the way to its folder.
fn real_place(path: &Path) -> PathBuf {
    let folder = walk::real_folder(path.parent().unwrap_or(path));
    path.file_name().map_or_else(|| walk::real_folder(path), |name| folder.join(name))
}
