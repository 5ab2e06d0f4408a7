//! Processes one source for the thumbnail cache of a desktop.

use std::path::Path;
use std::time::Instant;

use super::source::Source;
use super::task::{Task, Worker};
use crate::desktop::{Cache, Cached, Mark, create_root};
use crate::digest::digest;
use crate::error::{Cause, Error, Failure, Step};
use crate::execute::watchdog::Watch;
use crate::facts::Facts;
use crate::options::{Config, Effect, Foreign, Layout, NameProblem};
use crate::outcome::{Current, Outcome, Planned, SkipReason, Thumbnail};
use crate::plan::Found;
use crate::thumbnail::{self, FileThumbnails, FromFile, JobContext};

/// Checks the options of a run that fills a cache, and creates the cache's directory.
pub(super) fn prepare(config: &Config) -> Result<(), Error> {
    if config.layout != Layout::DesktopCache {
        return Ok(());
    }
    if Cache::of(config).is_none() {
        return Err(Error::Names { reason: NameProblem::DesktopSize });
    }
    match config.effect {
        Effect::Write => {
            create_root(&config.output).map_err(|source| Error::Output { path: config.output.clone(), source })
        }
        Effect::DryRun => Ok(()),
    }
}

impl Task {
    /// Makes and stores the thumbnails of one source unless the cache has them, or has the note that there are none.
    pub(super) fn work_for_desktop(
        &self,
        cache: &Cache,
        (source, facts): (&Source, &Facts),
        worker: &mut Worker,
        watch: &Watch,
    ) -> Result<Outcome, Failure> {
        let mark = self.mark_of(source, facts);
        if self.config.foreign == Foreign::Refuse {
            match cache.find(&mark) {
                Cached::Thumbnails => return Ok(Outcome::UpToDate(Current::Unchanged)),
                Cached::Failure => return Ok(Outcome::Skipped(SkipReason::FailedBefore)),
                Cached::Incomplete => {}
            }
        }
        let context = JobContext { admit: &|bytes| self.admit(bytes, watch), watch, archives: None };
        let options = &self.config.options;
        if self.config.effect == Effect::DryRun {
            return Ok(match thumbnail::probe_file(&source.path, options, context, &mut worker.bench)? {
                FromFile::Image(_) => Outcome::Planned(cache.targets(&mark).into_iter().map(foresee).collect()),
                FromFile::Other(reason) => Outcome::Skipped(reason),
            });
        }
        match thumbnail::make_file(&source.path, options, context, &mut worker.bench)? {
            FromFile::Image(thumbnails) => {
                // The file may have changed since it was found.
                let mark = self.mark_of(source, &thumbnails.facts);
                store(cache, &mark, thumbnails, watch).map_err(|cause| cause.in_step(Step::Store))
            }
            FromFile::Other(reason) => Ok(Outcome::Skipped(reason)),
        }
    }

    fn mark_of(&self, source: &Source, facts: &Facts) -> Mark {
        Mark::of(&self.config.directory.join(&source.path), facts)
    }

    /// Records that a source has no thumbnail, for later runs. An error of the records is ignored: it does not change the
    /// source's outcome.
    pub(super) fn note_failure(&self, source: &Source, cause: &Cause) {
        let Found::File(facts) = &source.found else { return };
        let lies_in_content = matches!(
            cause,
            Cause::Damaged { .. } | Cause::TooDamaged { .. } | Cause::Unsupported { .. } | Cause::Empty(_)
        );
        match &self.desktop {
            Some(cache) if lies_in_content && self.config.effect == Effect::Write => {
                let _ = cache.note_failure(&self.mark_of(source, facts));
            }
            Some(_) => {}
            None => {
                let _ = self.ledger.note_failure(source.root, &source.below_root, facts, &cause.to_string());
            }
        }
    }
}

fn foresee(path: std::path::PathBuf) -> Planned {
    Planned { replaces: path.symlink_metadata().is_ok(), path }
}

fn store(cache: &Cache, mark: &Mark, thumbnails: FileThumbnails, watch: &Watch) -> Result<Outcome, Cause> {
    let FileThumbnails { format, facts, mut made, .. } = thumbnails;
    // An abandoned worker has failed and must not write any more.
    watch.mark().map_err(Cause::from)?;
    let started = Instant::now();
    let upright = made.header.orientation.apply_to(made.header.size);
    let failed = |path: &Path, error: std::io::Error| Cause::IoAt { path: path.to_path_buf(), error: error.into() };
    let mut stored = Vec::with_capacity(made.thumbnails.len());
    for (encoded, path) in std::mem::take(&mut made.thumbnails).into_iter().zip(cache.targets(mark)) {
        let bytes = cache.store(mark, upright, &encoded.bytes, &path).map_err(|error| failed(&path, error))?;
        let (length, digest) = (bytes.len() as u64, digest(&bytes));
        stored.push(Thumbnail { path, size: encoded.size, format: encoded.format, bytes: length, digest });
    }
    made.times.add(Step::Store, started.elapsed());
    Ok(Outcome::Written(Box::new(made.into_written(format, facts.len, stored))))
}
