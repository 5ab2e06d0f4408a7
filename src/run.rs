//! The public verbs: one picture in memory, one folder, one folder twice for comparison. Each is its phases in order.

use std::fs::File;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io;
use std::num::NonZeroUsize;
use std::sync::{Arc, OnceLock};
use std::time::Instant;

use crate::earlier::Formats;
use crate::error::{Cause, Error, Failure, Step};
use crate::execute::{Budget, Cancel, Done, Listener, Refused, execute, free_memory};
use crate::options::{Config, Options};
use crate::outcome::{Comparison, Ending, Outcome, Record, SkipReason, Totals};
use crate::plan::{Found, Job, Plan};
use crate::thumbnail::{self, Fonts, Ground, Made, Scratch, Staging};
use crate::watch::{Hung, Patience, Watch};

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
    let task = Arc::new(Task::new(plan, config)?);
    let totals = carry_out(&task, config.workers, cancel, |_, record| observer.finished(&record));
    task.staging.close();
    let mut totals = totals?;
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

    let task = Arc::new(Task::new(plan, config)?);
    let mut alone = Vec::new();
    let started = Instant::now();
    carry_out(&task, NonZeroUsize::MIN, cancel, |_, record| alone.push(fingerprint(&record.outcome)))?;
    let mut comparison = Comparison { sequential: started.elapsed(), ..Comparison::default() };

    let started = Instant::now();
    let mut totals = carry_out(&task, config.workers, cancel, |index, record| {
        // An interrupted run left files out of either pass, which says nothing of their bytes.
        if !cancel.is_set() && alone.get(index) != Some(&fingerprint(&record.outcome)) {
            comparison.differing.push(record.source.clone());
        }
        observer.finished(&record);
    })?;
    task.staging.close();
    comparison.parallel = started.elapsed();
    totals.wall = comparison.parallel;
    totals.comparison = Some(comparison);
    Ok(totals)
}

fn make_plan(config: &Config) -> Result<Plan, Error> {
    Plan::make(config, thumbnail::tell_format_of_file)
}

/// What the workers of a run share.
struct Task {
    plan: Plan,
    config: Config,
    budget: Arc<Budget>,
    /// What each worker may keep in memory from file to file.
    kept: usize,
    fonts: Fonts,
    staging: Staging,
    /// Is set where the run can't go on: what made one file fail would make all others fail, too.
    stop: Cancel,
    /// What that was.
    stopped_by: OnceLock<String>,
}

/// The share of the memory that workers may keep from file to file, which spares the system handing it out again.
const KEPT_SHARE: u64 = 4;

/// Workers that may be given up before the run stops. What they read from is dead then, and each has a thread still.
const HANGS: usize = 64;

impl Task {
    fn new(plan: Plan, config: &Config) -> Result<Self, Error> {
        let staging =
            Staging::open(&config.output).map_err(|source| Error::Output { path: config.output.clone(), source })?;
        let free = free_memory();
        let limit = config.memory.of_free(free);
        let kept = limit / KEPT_SHARE;
        let budget = Budget::new(limit - kept, free.max(limit));
        let kept = usize::try_from(kept / config.workers.get() as u64).unwrap_or(usize::MAX);
        Ok(Self {
            plan,
            config: config.clone(),
            budget,
            kept,
            fonts: Fonts::default(),
            staging,
            stop: Cancel::default(),
            stopped_by: OnceLock::new(),
        })
    }

    /// Ends the run for this reason, or for an earlier one.
    fn stop(&self, reason: String) {
        let _ = self.stopped_by.set(reason);
        self.stop.set();
    }

    fn stopped_by(&self) -> Option<String> {
        self.stopped_by.get().cloned()
    }

    /// What became of the job `index`.
    fn work_on(&self, scratch: &mut Scratch, watch: &Watch, index: usize) -> Outcome {
        scratch.share_fonts(&self.fonts);
        let job = &self.plan.jobs()[index];
        match &job.found {
            Found::Skipped(reason) => Outcome::Skipped((**reason).clone()),
            Found::Failed(error) => Outcome::Failed(error.clone()),
            Found::File { .. } => {
                let outcome = self.work_on_file(job, scratch, watch);
                scratch.keep_at_most(self.kept);
                outcome
            }
        }
    }

    fn work_on_file(&self, job: &Job, scratch: &mut Scratch, watch: &Watch) -> Outcome {
        let source = self.plan.source(job);
        let below_output = self.plan.below_output(job);
        let name_targets = |from, to| self.plan.naming.targets(&below_output, from, to);
        if let Found::File { written: Some(Formats { source: from, thumbnails: to }), .. } = job.found
            && thumbnail::is_up_to_date(&source, &name_targets(from, to), watch)
        {
            return Outcome::UpToDate;
        }
        let ground = Ground { admit: &|bytes| self.admit(bytes, watch), watch, staging: &self.staging };
        let made = thumbnail::thumbnail_file(
            &source,
            &self.config.options,
            self.config.existing,
            name_targets,
            ground,
            scratch,
        );
        made.unwrap_or_else(|failure| match failure.cause {
            Cause::NotBegun => Outcome::Skipped(SkipReason::Interrupted),
            _ => {
                let error = failure.at(&source);
                if error.ends_run() {
                    self.stop(error.to_string());
                }
                Outcome::Failed(Box::new(error))
            }
        })
    }

    /// Waits for memory.
    fn admit(&self, bytes: u64, watch: &Watch) -> Result<(), Cause> {
        watch.wait(|| match Budget::acquire(&self.budget, bytes) {
            Ok(permit) => Ok(Box::new(permit) as _),
            Err(Refused::TooMuch(free)) => Err(Cause::TooMuchMemory { needed: bytes, free }),
            Err(Refused::Closed) => Err(Cause::NotBegun),
        })
    }
}

fn carry_out(
    task: &Arc<Task>,
    workers: NonZeroUsize,
    cancel: &Cancel,
    mut report: impl FnMut(usize, Record),
) -> Result<Totals, Error> {
    let mut totals = Totals { workers: workers.get(), ..Totals::default() };
    let mut hangs = 0;
    // Who waits for memory when the run is to end has not begun.
    let closed: Arc<Listener> = {
        let task = Arc::downgrade(task);
        Arc::new(move || task.upgrade().iter().for_each(|task| task.budget.close()))
    };
    cancel.on_set(&closed);
    task.stop.on_set(&closed);
    let weight = {
        let task = Arc::clone(task);
        move |index: usize| task.plan.jobs()[index].bytes()
    };
    let work = {
        let task = Arc::clone(task);
        move |scratch: &mut Scratch, watch: &Watch, index| task.work_on(scratch, watch, index)
    };
    let patience = Patience::new(task.config.timeout);
    execute(task.plan.jobs().len(), weight, workers, patience, &[cancel, &task.stop], work, |index, done| {
        let source = task.plan.source(&task.plan.jobs()[index]);
        let (outcome, worker) = match done {
            Done::Finished { result, worker } => (result, Some(worker)),
            Done::Panicked { message, worker } => {
                (Outcome::Failed(Box::new(Cause::Panic(message).in_step(Step::Decode).at(&source))), Some(worker))
            }
            Done::Hung { at, worker } => {
                hangs += 1;
                if hangs == HANGS {
                    task.stop(format!("{HANGS} workers hang; what they read from does not answer"));
                }
                (Outcome::Failed(Box::new(describe_hang(at, patience).at(&source))), Some(worker))
            }
            Done::Cancelled => (Outcome::Skipped(SkipReason::Interrupted), None),
        };
        let outcome = match outcome {
            Outcome::Skipped(SkipReason::Interrupted) if task.stop.is_set() => Outcome::Skipped(SkipReason::Stopped),
            Outcome::Skipped(SkipReason::Interrupted) => {
                totals.ending = Ending::Interrupted;
                Outcome::Skipped(SkipReason::Interrupted)
            }
            // Others may have met the same before they learnt of it.
            Outcome::Failed(error) if error.ends_run() && task.stopped_by() != Some(error.to_string()) => {
                Outcome::Skipped(SkipReason::Stopped)
            }
            other => other,
        };
        totals.count(&outcome);
        report(index, Record { source, outcome, worker });
    })?;
    totals.stopped_by = task.stopped_by();
    if totals.stopped_by.is_some() {
        totals.ending = Ending::Stopped;
    }
    Ok(totals)
}

fn describe_hang(at: Hung, patience: Patience) -> Failure {
    let (step, what, limit) = match at {
        Hung::Reading => (Step::Read, "a read hung", patience.reading),
        Hung::Working => (Step::Decode, "it took", patience.working),
    };
    let text = format!("{what} for more than {} s; --timeout allows more", limit.as_secs_f64());
    Cause::Hung(text).in_step(step)
}

/// What of an outcome must be the same in two runs.
fn fingerprint(outcome: &Outcome) -> u64 {
    let mut hasher = DefaultHasher::new();
    outcome.name().hash(&mut hasher);
    if let Outcome::Written(written) = outcome {
        written.thumbnails.iter().for_each(|made| (&made.path, made.bytes, made.digest).hash(&mut hasher));
    }
    hasher.finish()
}

/// Reads every file once; one that can't be read says so when its turn comes.
fn warm_up(plan: &Plan, cancel: &Cancel) {
    let files = plan.jobs().iter().filter(|job| matches!(job.found, Found::File { .. }));
    for job in files.take_while(|_| !cancel.is_set()) {
        let _ = File::open(plan.source(job)).and_then(|mut file| io::copy(&mut file, &mut io::sink()));
    }
}
