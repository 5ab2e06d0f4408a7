//! Processes one source of the plan. It is left alone, renamed, made and stored, or, in a dry run, foreseen.

use std::path::PathBuf;
use std::time::Instant;

use super::source::Source;
use super::task::{Task, Worker};
use crate::error::{Cause, Failure, Step};
use crate::execute::watchdog::Watch;
use crate::facts::Facts;
use crate::ledger::{Expected, Finished, Foreseen, Moved, Origin, made_with};
use crate::options::{Effect, Existing, Format};
use crate::outcome::{Current, Outcome, Planned, SkipReason};
use crate::plan::Found;
use crate::previous_run::Was;
use crate::storage;
use crate::thumbnail::{self, FileThumbnails, FromFile, JobContext};

impl Task {
    /// Processes one source and returns its outcome.
    pub(super) fn work_on(&self, source: &Source, worker: &mut Worker, watch: &Watch) -> Outcome {
        worker.bench.share_renderer(&self.renderer);
        let outcome = match &source.found {
            Found::Skipped(reason) => Outcome::Skipped((**reason).clone()),
            Found::Failed(error) => Outcome::Failed(error.clone()),
            Found::Before(was) => match &**was {
                Was::Skipped(reason) => Outcome::Skipped(SkipReason::Before(reason.to_string())),
                Was::Done | Was::Failed => Outcome::UpToDate(Current::Unchanged),
            },
            Found::File(facts) => {
                let outcome = self.work_on_file(source, facts, worker, watch);
                worker.bench.keep_at_most(self.kept);
                outcome.unwrap_or_else(|failure| self.fail(source, failure))
            }
        };
        match outcome {
            // A file named as an input should have a thumbnail, so a skip is a failure.
            Outcome::Skipped(reason) if source.is_named && reason.is_of_the_file() => {
                let cause = Cause::NoThumbnail(reason);
                Outcome::Failed(Box::new(cause.in_step(Step::Probe).at(&source.path)))
            }
            other => other,
        }
    }

    fn fail(&self, source: &Source, failure: Failure) -> Outcome {
        if let Cause::NotBegun = failure.cause {
            return Outcome::Skipped(SkipReason::Interrupted);
        }
        let error = failure.at(&source.path);
        if error.ends_run() {
            self.stop(error.to_string());
        }
        Outcome::Failed(Box::new(error))
    }

    fn work_on_file(
        &self,
        source: &Source,
        facts: &Facts,
        worker: &mut Worker,
        watch: &Watch,
    ) -> Result<Outcome, Failure> {
        if let Some(cache) = &self.desktop {
            return self.work_for_desktop(cache, (source, facts), worker, watch);
        }
        if self.config.existing == Existing::Update
            && let Some(current) = self.find_current(source, facts, watch)?
        {
            return Ok(Outcome::UpToDate(current));
        }
        if self.config.effect == Effect::DryRun {
            return self.foresee(source, worker, watch);
        }
        let archives = Some(&self.archives);
        let context = JobContext { admit: &|bytes| self.admit(bytes, watch), watch, archives };
        match thumbnail::make_file(&source.path, &self.config.options, context, &mut worker.bench)? {
            FromFile::Image(thumbnails) => self.store(source, thumbnails, worker, watch),
            FromFile::Other(reason) => Ok(Outcome::Skipped(reason)),
        }
    }

    /// Returns `Current` if all thumbnails are up to date, after renaming a moved source's.
    fn find_current(&self, source: &Source, facts: &Facts, watch: &Watch) -> Result<Option<Current>, Failure> {
        // An object of a list was not looked at yet.
        let is_unknown = *facts == Facts::default() && storage::is_url(&source.path);
        let looked_up = is_unknown.then(|| watch.away(|| storage::facts(&source.path))).transpose();
        let looked_up = looked_up.map_err(|error| Cause::from(error).in_step(Step::Walk))?;
        let facts = looked_up.as_ref().unwrap_or(facts);
        if !self.is_output_in_store() {
            return Ok(self.find_among_known(source, facts, watch));
        }
        watch
            .away(|| Ok(self.find_among_known(source, facts, watch)))
            .map_err(|error: Cause| error.in_step(Step::Store))
    }

    fn is_output_in_store(&self) -> bool {
        storage::is_url(&self.config.output)
    }

    fn find_among_known(&self, source: &Source, facts: &Facts, watch: &Watch) -> Option<Current> {
        let Source { root, below_root, .. } = source;
        let is_known = |target: &PathBuf| self.ledger.names(*root, below_root, target);
        // A thumbnail may have another name from when the source had another format.
        let candidates = self.naming.candidates(source.name());
        let mut known = candidates.filter(|(_, targets)| targets.iter().any(is_known)).peekable();
        if known.peek().is_some() {
            let is_current = |(formats, targets): (Vec<Format>, Vec<PathBuf>)| {
                let made_with = made_with(&self.config.options, &formats);
                self.ledger.is_current(*root, below_root, facts, &made_with, &targets)
            };
            return known.any(is_current).then_some(Current::Unchanged);
        }
        let renamed = self.ledger.rename_moved(
            Moved { root: *root, below: below_root, number: source.number(), facts },
            self.config.effect,
            &mut || {
                let context = JobContext { admit: &|_| Ok(()), watch, archives: Some(&self.archives) };
                thumbnail::digest_file(&source.path, context)
            },
            &|format| self.expect(source, format),
        );
        renamed.map(match self.config.effect {
            Effect::Write => Current::Renamed,
            Effect::DryRun => Current::ToRename,
        })
    }

    /// Lists the thumbnails that the source would have in each way that a format allows.
    fn expect(&self, source: &Source, format: Format) -> Vec<Vec<Expected>> {
        let options = &self.config.options;
        let expected = |formats: &Vec<Format>| {
            let targets = self.naming.targets(source.name(), formats);
            let of_thumbnails = formats.iter().flat_map(|format| options.sizes.iter().map(|_| *format));
            let made_with = made_with(options, formats);
            let parts = targets.into_iter().zip(of_thumbnails).zip(made_with);
            parts.map(|((target, format), made_with)| Expected { target, format, made_with }).collect()
        };
        options.targets.alternatives(format).iter().map(expected).collect()
    }

    fn store(
        &self,
        source: &Source,
        thumbnails: FileThumbnails,
        worker: &mut Worker,
        watch: &Watch,
    ) -> Result<Outcome, Failure> {
        let FileThumbnails { format, facts, content, mut made } = thumbnails;
        // An abandoned worker has failed and must not write any more.
        watch.mark().map_err(|error| Cause::from(error).in_step(Step::Store))?;
        let formats = self.config.options.targets.for_source(format, made.header.has_alpha);
        let made_with = made_with(&self.config.options, &formats);
        let placeholder = made.placeholder.clone();
        let placeholder = placeholder.as_ref();
        let (below, number) = (source.below_root.as_path(), source.number());
        let origin = Origin { root: source.root, below, number, facts, format, content, placeholder };
        let mut times = made.times;
        let mut stored = Vec::with_capacity(made.thumbnails.len());
        let targets = self.naming.targets(source.name(), &formats);
        for ((encoded, target), made_with) in
            std::mem::take(&mut made.thumbnails).into_iter().zip(targets).zip(made_with)
        {
            let started = Instant::now();
            let digest = encoded.digest();
            let finished =
                Finished { bytes: &encoded.bytes, digest, format: encoded.format, target: &target, made_with };
            let mut store = || match &self.pack {
                Some(pack) => pack.store((source.root, &source.below_root), &target, &encoded.bytes),
                None => self.ledger.store(&finished, &origin, &mut worker.directory),
            };
            match self.is_output_in_store() {
                true => watch.away(|| Ok(store())).map_err(|error: Cause| error.in_step(Step::Store))??,
                false => store()?,
            }
            times.add(Step::Store, started.elapsed());
            stored.push(encoded.stored_at(self.config.output.join(&target)));
        }
        made.times = times;
        Ok(Outcome::Written(Box::new(made.into_written(format, facts.len, stored))))
    }

    /// Predicts the outcome of a source. It is decoded only if an unknown file is in the place of its thumbnail.
    fn foresee(&self, source: &Source, worker: &mut Worker, watch: &Watch) -> Result<Outcome, Failure> {
        let archives = Some(&self.archives);
        let context = JobContext { admit: &|bytes| self.admit(bytes, watch), watch, archives };
        let options = &self.config.options;
        let formats = match thumbnail::probe_file(&source.path, options, context, &mut worker.bench)? {
            FromFile::Image(probed) => probed.targets,
            FromFile::Other(reason) => return Ok(Outcome::Skipped(reason)),
        };
        let mut made = None;
        let mut planned = Vec::new();
        for (number, target) in self.naming.targets(source.name(), &formats).into_iter().enumerate() {
            let mut has_same_bytes = |path: &std::path::Path| {
                let made =
                    made.get_or_insert_with(|| thumbnail::make_file(&source.path, options, context, &mut worker.bench));
                let Ok(FromFile::Image(thumbnails)) = made else { return false };
                let encoded = thumbnails.made.thumbnails.get(number);
                let there = || match storage::is_url(path) {
                    true => storage::read(path).map(|(bytes, _)| bytes),
                    false => std::fs::read(path),
                };
                encoded.is_some_and(|encoded| there().is_ok_and(|there| there == encoded.bytes))
            };
            let origin = (source.root, source.below_root.as_path());
            let replaces = match self.ledger.foresee(origin, &target, &mut has_same_bytes) {
                Foreseen::New => false,
                Foreseen::Replace => true,
                Foreseen::Refuse(cause) => return Err(cause.in_step(Step::Store)),
            };
            planned.push(Planned { path: self.config.output.join(&target), replaces });
        }
        Ok(Outcome::Planned(planned))
    }
}
