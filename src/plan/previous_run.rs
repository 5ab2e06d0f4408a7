//! Applies an earlier report to the entries of the walk. Every source of the report has an entry, even if it is gone or
//! left alone, so that a new report can replace the old one.

use std::collections::{HashMap, HashSet};
use std::fs;
use std::path::{Path, PathBuf};

use super::input::real_folder;
use super::job::{Folder, Found, Job};
use super::list::Plan;
use crate::digest::digest;
use crate::outcome::SkipReason;
use crate::previous_run::{PreviousRun, Was};

impl Plan {
    /// Marks the sources to leave alone and adds those that are gone. For [`PreviousRun::Failed`], it drops the sources
    /// that the report does not list.
    pub(super) fn go_on_from(&mut self, previous: &PreviousRun) {
        match previous {
            PreviousRun::Unknown => {}
            PreviousRun::All(report) => {
                let key = |path: &Path| digest(path.as_os_str().as_encoded_bytes());
                let met: HashSet<u64> = self.jobs.iter().map(|job| key(&self.source(job))).collect();
                self.add_missing(report.iter(), |path| met.contains(&key(path)));
            }
            PreviousRun::Failed(report) => self.keep_known(report),
        }
    }

    fn keep_known(&mut self, report: &HashMap<PathBuf, Was>) {
        let Self { folders, jobs, .. } = self;
        // The inputs may be typed in another way than they were then.
        let mut real_known = HashMap::with_capacity(report.len());
        let mut real_parents = HashMap::new();
        for path in report.keys() {
            let parent = path.parent().unwrap_or(path);
            let real = real_parents.entry(parent).or_insert_with(|| real_folder(parent));
            real_known.insert(path.file_name().map_or_else(|| real.clone(), |name| real.join(name)), path);
        }
        let real_folders: Vec<PathBuf> = folders.iter().map(|folder| real_folder(&folder.source)).collect();
        let mut met: HashSet<&Path> = HashSet::new();
        jobs.retain_mut(|job| {
            let source = folders[job.folder as usize].source.join(&*job.name);
            let real = real_folders[job.folder as usize].join(&*job.name);
            let known = report.get_key_value(&source).or_else(|| report.get_key_value(*real_known.get(&real)?));
            // The content of a directory failed with it.
            let known = known.or_else(|| {
                let around = source.ancestors().skip(1).filter(|path| !path.as_os_str().is_empty());
                let mut known = around.filter_map(|path| report.get_key_value(path));
                known.find(|(_, was)| **was == Was::Failed)
            });
            let Some((path, was)) = known else { return false };
            met.insert(path);
            if *was != Was::Failed && matches!(job.found, Found::File(_)) {
                job.found = Found::Before(Box::new(was.clone()));
            }
            true
        });
        self.add_missing(report.keys(), |path| met.contains(path));
    }

    /// Adds an entry for each source of the report that the walk did not find.
    fn add_missing<'a>(&mut self, report: impl Iterator<Item = &'a PathBuf>, is_met: impl Fn(&Path) -> bool) {
        let mut gone: Vec<&PathBuf> = report.filter(|path| !is_met(path)).collect();
        gone.sort();
        gone.dedup();
        for path in gone {
            let Ok(number) = u32::try_from(self.folders.len()) else { return };
            let source = path.parent().unwrap_or(path).to_path_buf();
            self.folders.push(Folder::below_input(source, PathBuf::new(), 0));
            let name = path.file_name().unwrap_or(path.as_os_str()).into();
            let is_there = fs::symlink_metadata(path).is_ok();
            let reason = if is_there { SkipReason::NotInInputs } else { SkipReason::NoLongerThere };
            self.jobs.push(Job { folder: number, number: 0, name, found: Found::Skipped(Box::new(reason)) });
        }
    }
}
