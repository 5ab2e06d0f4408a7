//! The public verbs: one picture in memory, one folder, one folder twice for comparison. Each is its phases in order.

mod task;

use std::fs::File;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io;
use std::num::NonZeroUsize;
use std::sync::Arc;
use std::time::Instant;

use crate::error::{Cause, Error, Failure, Step};
use crate::execute::{Cancel, Supply};
use crate::options::{Config, Options};
use crate::outcome::{Comparison, Ending, Outcome, Record, Totals};
use crate::plan::{Found, Plan};
use crate::thumbnail::{self, Made, Scratch};

use task::Task;

/// Is told what a run does while it does it, on the thread that runs it.
pub trait Observer {
    /// The walk has found so many sources. It is told once before the work begins, and of a large folder again as the walk
    /// goes on.
    fn planned(&mut self, _sources: usize) {}

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
    #[error("not an image")]
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
    let (plan, rest) = Plan::begin(config, thumbnail::tell_format_of_file, &|| cancel.is_set())?;
    let mut planned = plan.jobs().len();
    observer.planned(planned);
    let supply = Arc::new(Supply::default());
    let task = Arc::new(Task::new(plan, config)?);
    let walk = task.supply_from(&supply, rest)?;
    let totals = task.carry_out(&supply, config.workers, cancel, |_, record| {
        if supply.jobs() > planned {
            planned = supply.jobs();
            observer.planned(planned);
        }
        observer.finished(&record);
    });
    task.close();
    let mut totals = totals?;
    // No job may tell of it.
    if cancel.is_set() && !walk.is_over() {
        totals.ending = Ending::Interrupted;
    }
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
    let plan = Plan::make(config, thumbnail::tell_format_of_file, &|| cancel.is_set())?;
    let all = Arc::new(Supply::of(plan.jobs().len()));
    observer.planned(all.jobs());
    warm_up(&plan, cancel);

    let task = Arc::new(Task::new(plan, config)?);
    let mut alone = Vec::new();
    let started = Instant::now();
    task.carry_out(&all, NonZeroUsize::MIN, cancel, |_, record| alone.push(fingerprint(&record.outcome)))?;
    let mut comparison = Comparison { sequential: started.elapsed(), ..Comparison::default() };

    let started = Instant::now();
    let all = Arc::new(Supply::of(all.jobs()));
    let mut totals = task.carry_out(&all, config.workers, cancel, |index, record| {
        // An interrupted run left files out of either pass, which says nothing of their bytes.
        if !cancel.is_set() && alone.get(index) != Some(&fingerprint(&record.outcome)) {
            comparison.differing.push(record.source.clone());
        }
        observer.finished(&record);
    })?;
    task.close();
    comparison.parallel = started.elapsed();
    totals.wall = comparison.parallel;
    totals.comparison = Some(comparison);
    Ok(totals)
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
