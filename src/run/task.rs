//! Holds the state that the workers share. It ties together jobs, records and the end of a run.

use std::io;
use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};
use std::thread;

use super::pack::Pack;
use super::source::Source;
use crate::archive::Archives;
use crate::desktop::Cache;
use crate::error::{Cause, Error, Failure, Step};
use crate::execute::watchdog::{Hung, Patience, Watch};
use crate::execute::{Budget, Cancel, Done, Listener, Queue, Refused, Seats, execute, free_memory};
use crate::ledger::Ledger;
use crate::options::Config;
use crate::outcome::{Ending, Outcome, Record, SkipReason, Totals};
use crate::plan::{Job, Naming, Plan, Rest};
use crate::storage;
use crate::thumbnail::{self, Renderer, Workbench};

/// State shared by the workers of a run.
pub(super) struct Task {
    /// The plan, which grows while the walk goes on.
    plan: RwLock<Plan>,
    pub(super) naming: Naming,
    pub(super) config: Config,
    pub(super) ledger: Ledger,
    /// The archives among the inputs.
    pub(super) archives: Archives,
    /// The archive that thumbnails go to, if it is one. Then the ledger writes nothing.
    pub(super) pack: Option<Pack>,
    /// The cache of the desktop, if thumbnails go there. Then the ledger writes nothing.
    pub(super) desktop: Option<Cache>,
    budget: Arc<Budget>,
    /// Bytes that each worker may keep in memory from file to file.
    pub(super) kept: usize,
    pub(super) renderer: Renderer,
    /// The switch for the end of a run that can't go on. The cause of one failure would make all other files fail, too.
    stop: Cancel,
    /// The reason for that end.
    stopped_by: OnceLock<String>,
}

/// The divisor for the memory share that workers may keep from file to file. It spares the system handing that memory
/// out again.
const KEPT_SHARE: u64 = 4;

const WALKER_NAME: &str = "thumbs-walker";

/// The workers of a run over objects, most of which wait for answers of the store. Each has one request under way.
const WAITING: NonZeroUsize = NonZeroUsize::MIN.saturating_add(47);

/// The number of abandoned workers that stops the run. The device that they read from is dead then, and each still has
/// a thread.
const HANGS: usize = 64;

impl Task {
    pub(super) fn new(plan: Plan, (ledger, pack): (Ledger, Option<Pack>), archives: Archives, config: &Config) -> Self {
        let free = free_memory();
        let limit = config.memory.of_free(free);
        let kept = limit / KEPT_SHARE;
        let budget = Budget::new(limit - kept, free.max(limit));
        let kept = usize::try_from(kept / threads_of(config, config.workers).get() as u64).unwrap_or(usize::MAX);
        Self {
            naming: plan.naming.clone(),
            plan: RwLock::new(plan),
            config: config.clone(),
            ledger,
            archives,
            pack,
            desktop: Cache::of(config),
            budget,
            kept,
            renderer: config
                .renderer
                .as_ref()
                .map_or_else(Renderer::default, |program| Renderer::apart(program, config.timeout)),
            stop: Cancel::default(),
            stopped_by: OnceLock::new(),
        }
    }

    /// Stops the run for this reason, or for an earlier one.
    pub(super) fn stop(&self, reason: String) {
        let _ = self.stopped_by.set(reason);
        self.stop.set();
    }

    fn stopped_by(&self) -> Option<String> {
        self.stopped_by.get().cloned()
    }

    /// Waits until the memory budget admits `bytes`.
    pub(super) fn admit(&self, bytes: u64, watch: &Watch) -> Result<(), Cause> {
        watch.wait(|| match Budget::acquire(&self.budget, bytes) {
            Ok(permit) => Ok(Box::new(permit) as _),
            Err(Refused::TooMuch(free)) => Err(Cause::TooMuchMemory { needed: bytes, free }),
            Err(Refused::Closed) => Err(Cause::NotBegun),
        })
    }

    /// Executes the jobs of `queue`, and reports each as it is done.
    pub(super) fn carry_out(
        self: &Arc<Self>,
        queue: &Arc<Queue>,
        workers: NonZeroUsize,
        cancel: &Cancel,
        mut report: impl FnMut(Record),
    ) -> Result<Totals, Error> {
        let mut totals = Totals { workers: workers.get(), effect: self.config.effect, ..Totals::default() };
        let mut hangs = 0;
        // A job that waits for memory when the run ends has not started.
        let closed: Arc<Listener> = {
            let task = Arc::downgrade(self);
            Arc::new(move || task.upgrade().iter().for_each(|task| task.budget.close()))
        };
        cancel.on_set(&closed);
        self.stop.on_set(&closed);
        let weight = {
            let task = Arc::clone(self);
            move |index: usize| {
                let plan = task.plan();
                let job = &plan.jobs()[index];
                // An archive is read from its start to its end.
                if task.archives.find(&plan.source(job)).is_some() { 0 } else { job.bytes() }
            }
        };
        let threads = threads_of(&self.config, workers);
        let seats = (threads > workers).then(|| Seats::new(workers.get()));
        let work = {
            let task = Arc::clone(self);
            move |worker: &mut Worker, watch: &Watch, index| {
                seats.iter().for_each(|seats| watch.sit(seats));
                let source = task.source(index);
                let outcome = task.work_on(&source, worker, watch);
                (outcome, watch.take_fetched())
            }
        };
        let cores = thread::available_parallelism().map_or(1, NonZeroUsize::get);
        let sharing = u32::try_from(workers.get().div_ceil(cores)).unwrap_or(u32::MAX);
        let patience = Patience::new(self.config.timeout).shared_by(sharing);
        execute(queue, weight, threads, patience, &[cancel, &self.stop], work, |index, done| {
            let found = self.source(index);
            let source = found.path.clone();
            let mut fetched = 0;
            let (outcome, worker) = match done {
                Done::Finished { result: (outcome, bytes), worker } => {
                    fetched = bytes;
                    (outcome, Some(worker))
                }
                Done::Panicked { message, worker } => {
                    (Outcome::Failed(Box::new(Cause::Panic(message).in_step(Step::Decode).at(&source))), Some(worker))
                }
                Done::Hung { at, worker } => {
                    hangs += 1;
                    if hangs == HANGS {
                        self.stop(format!(
                            "{HANGS} workers hang: the disk or network that they read from does not respond"
                        ));
                    }
                    (Outcome::Failed(Box::new(describe_hang(at, patience).at(&source))), Some(worker))
                }
                Done::Cancelled => (Outcome::Skipped(SkipReason::Interrupted), None),
            };
            let outcome = match outcome {
                Outcome::Skipped(SkipReason::Interrupted) if self.stop.is_set() => {
                    Outcome::Skipped(SkipReason::Stopped)
                }
                Outcome::Skipped(SkipReason::Interrupted) => {
                    totals.ending = Ending::Interrupted;
                    Outcome::Skipped(SkipReason::Interrupted)
                }
                // Others may have met the same error before the run stopped.
                Outcome::Failed(error) if error.ends_run() && self.stopped_by() != Some(error.to_string()) => {
                    Outcome::Skipped(SkipReason::Stopped)
                }
                other => other,
            };
            if let Outcome::Failed(error) = &outcome {
                self.note_failure(&found, &error.cause);
                self.pack.iter().for_each(|pack| pack.leave_out((found.root, &found.below_root)));
            }
            totals.count(&outcome);
            totals.bytes_fetched += fetched;
            report(Record { index, source, bytes: found.bytes(), fetched, outcome, worker });
        })?;
        totals.stopped_by = self.stopped_by();
        if totals.stopped_by.is_some() {
            totals.ending = Ending::Stopped;
        }
        Ok(totals)
    }

    /// Supplies the jobs of the plan, then those that `rest` finds. The walk goes on in a thread of its own.
    pub(super) fn fill_queue(self: &Arc<Self>, queue: &Arc<Queue>, rest: Option<Rest>) -> Result<Walking, Error> {
        queue.grow_to(self.plan().jobs().len());
        let walking = Walking::default();
        let Some(mut rest) = rest else {
            queue.close();
            walking.end();
            return Ok(walking);
        };
        let (task, closing, at) = (Arc::clone(self), Closing(Arc::clone(queue)), walking.clone());
        let walk_on = move || {
            let is_stopped = || closing.0.is_closed();
            while let Some(portion) = rest.read_on(&is_stopped) {
                let known = task.plan().jobs().len();
                task.plan_to_change().grow(portion);
                let clashes =
                    rest.find_clashes(&task.plan(), known, |path| thumbnail::sniff_among(path, &task.archives));
                task.plan_to_change().fail(clashes);
                closing.0.grow_to(task.plan().jobs().len());
            }
            if !is_stopped() {
                at.end();
            }
        };
        let refused = |error: io::Error| Error::Workers { workers: 1, reason: error.to_string() };
        thread::Builder::new().name(WALKER_NAME.to_string()).spawn(walk_on).map_err(refused)?;
        Ok(walking)
    }

    /// Closes the renderer and the ledger, and returns the ledger's error. A worker that hangs may keep `self` alive
    /// longer than the run.
    pub(super) fn close(&self) -> Result<(), Cause> {
        self.renderer.close();
        self.ledger.close()
    }

    /// Returns the plan's entry for the job `index`.
    fn source(&self, index: usize) -> Source {
        Source::of(&self.plan(), index)
    }

    /// Returns the sum of the bytes of the jobs from `first` to `end`, excluded.
    pub(super) fn bytes_of(&self, first: usize, end: usize) -> u64 {
        self.plan().jobs()[first..end].iter().map(Job::bytes).sum()
    }

    pub(super) fn plan(&self) -> RwLockReadGuard<'_, Plan> {
        self.plan.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn plan_to_change(&self) -> RwLockWriteGuard<'_, Plan> {
        self.plan.write().unwrap_or_else(PoisonError::into_inner)
    }
}

/// State that a worker keeps from file to file.
#[derive(Debug, Default)]
pub(super) struct Worker {
    pub(super) bench: Workbench,
    /// The directory that it stored into last.
    pub(super) directory: PathBuf,
}

/// A flag, shared by its clones, for the end of the walk.
#[derive(Debug, Clone, Default)]
pub(super) struct Walking(Arc<AtomicBool>);

impl Walking {
    /// Returns whether the walk has found everything.
    pub(super) fn is_over(&self) -> bool {
        self.0.load(Ordering::SeqCst)
    }

    fn end(&self) {
        self.0.store(true, Ordering::SeqCst);
    }
}

/// A guard that closes a queue, also if its thread panics.
struct Closing(Arc<Queue>);

impl Drop for Closing {
    fn drop(&mut self) {
        self.0.close();
    }
}

/// Returns the number of threads that do the work of this many workers.
fn threads_of(config: &Config, workers: NonZeroUsize) -> NonZeroUsize {
    let mut paths = config.inputs.iter().chain(&config.listed).chain([&config.output]);
    if paths.any(|path| storage::is_url(path)) { workers.max(WAITING) } else { workers }
}

fn describe_hang(at: Hung, patience: Patience) -> Failure {
    let (step, what, limit) = match at {
        Hung::Reading => (Step::Read, "reading hung for", patience.reading),
        Hung::Working => (Step::Decode, "decoding took", patience.working),
    };
    let text = format!("{what} more than {} s", limit.as_secs_f64());
    Cause::Hung(text).in_step(step)
}
