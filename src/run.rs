//! The public verbs: one picture in memory, one folder, one folder twice for comparison. Each is its phases in order.

use std::collections::HashMap;
use std::fs::File;
use std::io;
use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::time::Instant;

use crate::error::{Cause, Error, Failure, Step};
use crate::execute::{Cancel, Done, execute};
use crate::options::{Config, Options};
use crate::outcome::{Comparison, Ending, Outcome, Record, SkipReason, Totals};
use crate::plan::{Found, Job, Plan};
use crate::thumbnail::{self, Fonts, Made, Scratch};

/// Is told what a run does while it does it, on the thread that runs it.
pub trait Observer {
    /// The walk is over; so many sources, of so many bytes together, were found.
    fn planned(&mut self, _sources: usize, _bytes: u64) {}

    /// One source had its turn. Records come in plan order, whatever order the work was done in.
    fn finished(&mut self, record: &Record);
}

impl<F: FnMut(&Record)> Observer for F {
    fn finished(&mut self, record: &Record) {
        self(record);
    }
}

/// Why a picture in memory has no thumbnail.
#[derive(Debug, thiserror::Error)]
pub enum PictureError {
    /// The bytes are of no known format.
    #[error("not a picture")]
    NotAPicture,
    /// A step failed.
    #[error("{}: {cause}", step.name())]
    Failed {
        /// The step that failed.
        step: Step,
        /// What went wrong there.
        cause: Cause,
    },
}

impl From<Failure> for PictureError {
    fn from(Failure { step, cause }: Failure) -> Self {
        Self::Failed { step, cause }
    }
}

/// Makes the thumbnails of one picture in memory, one for each size of `options`.
///
/// # Errors
/// The bytes are not a picture, are damaged, or are more than the options allow.
pub fn make_thumbnails(bytes: &[u8], options: &Options) -> Result<Made, PictureError> {
    let format = thumbnail::tell_format(bytes).ok_or(PictureError::NotAPicture)?;
    Ok(thumbnail::make(bytes, format, options, &mut Scratch::default())?)
}

/// Makes the thumbnails of everything under the inputs of `config`.
///
/// # Errors
/// Only what keeps the run from starting; what is wrong with a file is the outcome of that file.
pub fn run(config: &Config, cancel: &Cancel, observer: &mut dyn Observer) -> Result<Totals, Error> {
    let started = Instant::now();
    let plan = make_plan(config)?;
    observer.planned(plan.jobs().len(), plan.jobs().iter().map(Job::bytes).sum());
    let mut totals = carry_out(&plan, config, config.workers, cancel, |record| observer.finished(&record))?;
    totals.wall = started.elapsed();
    Ok(totals)
}

/// Runs everything with one worker, then with all of them, and compares the thumbnails byte for byte (by a digest of
/// 64 bits). Every file is read once before, so that both runs find it in memory. The records that the observer gets,
/// and the totals, are those of the second run.
///
/// # Errors
/// As [`run`].
pub fn compare(config: &Config, cancel: &Cancel, observer: &mut dyn Observer) -> Result<Totals, Error> {
    let plan = make_plan(config)?;
    observer.planned(plan.jobs().len(), plan.jobs().iter().map(Job::bytes).sum());
    warm_up(&plan, cancel);

    let mut alone = HashMap::new();
    let started = Instant::now();
    carry_out(&plan, config, NonZeroUsize::MIN, cancel, |record| {
        alone.insert(record.source.clone(), fingerprint(&record.outcome));
    })?;
    let mut comparison = Comparison { sequential: started.elapsed(), ..Comparison::default() };

    let started = Instant::now();
    let mut totals = carry_out(&plan, config, config.workers, cancel, |record| {
        // An interrupted run left files out of either pass, which says nothing of their bytes.
        if !cancel.is_set() && alone.get(&record.source) != Some(&fingerprint(&record.outcome)) {
            comparison.differing.push(record.source.clone());
        }
        observer.finished(&record);
    })?;
    comparison.parallel = started.elapsed();
    totals.wall = comparison.parallel;
    totals.comparison = Some(comparison);
    Ok(totals)
}

fn make_plan(config: &Config) -> Result<Plan, Error> {
    Plan::make(config, thumbnail::tell_format_of_file)
}

fn carry_out(
    plan: &Plan,
    config: &Config,
    workers: NonZeroUsize,
    cancel: &Cancel,
    mut report: impl FnMut(Record),
) -> Result<Totals, Error> {
    let mut totals = Totals { workers: workers.get(), ..Totals::default() };
    let fonts = Fonts::default();
    let work = |scratch: &mut Scratch, job: &Job| {
        scratch.share_fonts(&fonts);
        work_on(plan, job, config, scratch)
    };
    execute(plan.jobs(), Job::bytes, workers, cancel, work, |job, done| {
        let source = plan.source(job);
        let (outcome, worker) = match done {
            Done::Finished { result, worker } => (result, Some(worker)),
            Done::Panicked { message, worker } => {
                let error = Cause::Panic(message).in_step(Step::Decode).at(&source);
                (Outcome::Failed(Box::new(error)), Some(worker))
            }
            Done::Cancelled => {
                totals.ending = Ending::Interrupted;
                (Outcome::Skipped(SkipReason::Interrupted), None)
            }
        };
        totals.count(&outcome);
        report(Record { source, outcome, worker });
    })?;
    Ok(totals)
}

fn work_on(plan: &Plan, job: &Job, config: &Config, scratch: &mut Scratch) -> Outcome {
    let source = plan.source(job);
    match &job.found {
        Found::Skipped(reason) => Outcome::Skipped((**reason).clone()),
        Found::Failed(error) => Outcome::Failed(error.clone()),
        Found::File { .. } => {
            let below_output = plan.below_output(job);
            let name_targets = |from, to| plan.naming.targets(&below_output, from, to);
            thumbnail::thumbnail_file(&source, &config.options, config.existing, name_targets, scratch)
                .unwrap_or_else(|failure| Outcome::Failed(Box::new(failure.at(&source))))
        }
    }
}

/// What of an outcome must be the same in two runs.
fn fingerprint(outcome: &Outcome) -> (&'static str, Vec<(PathBuf, u64, u64)>) {
    let thumbnails = match outcome {
        Outcome::Written(written) => written.thumbnails.iter().map(|t| (t.path.clone(), t.bytes, t.digest)).collect(),
        _ => Vec::new(),
    };
    (outcome.name(), thumbnails)
}

/// Reads every file once; one that can't be read says so when its turn comes.
fn warm_up(plan: &Plan, cancel: &Cancel) {
    let files = plan.jobs().iter().filter(|job| matches!(job.found, Found::File { .. }));
    for job in files.take_while(|_| !cancel.is_set()) {
        let _ = File::open(plan.source(job)).and_then(|mut file| io::copy(&mut file, &mut io::sink()));
    }
}
