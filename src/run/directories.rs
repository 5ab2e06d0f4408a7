//! Runs over directories: once, or twice to compare.

use std::fs::File;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io;
use std::num::NonZeroUsize;
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use super::archives::{self, Joined};
use super::observer::Observer;
use super::pack::Pack;
#[cfg(feature = "contact-sheet")]
use super::sheet;
use super::task::Task;
use super::{desktop, pages, urls};
use crate::archive::Archives;
use crate::error::Error;
use crate::execute::{Cancel, Queue};
use crate::facts::Facts;
use crate::ledger::Ledger;
use crate::options::{Config, Effect, Foreign, Layout, NameProblem, NoInput, Orphans, Packing, Template};
use crate::outcome::{Comparison, Ending, Outcome, Record, Totals};
use crate::plan::{Files, Found, Places, Plan, goes_to_archive};
use crate::thumbnail;

/// Makes the thumbnails of everything under the inputs of `config`, and calls `on_record` as files are done.
///
/// # Examples
///
/// ```no_run
/// use thumbs::{Cancel, Config, run};
///
/// let totals = run(&Config::new(vec!["images".into()]), &Cancel::default(), |record| {
///     println!("{}: {}", record.source.display(), record.outcome.name());
/// })?;
/// println!("{} written", totals.written);
/// # Ok::<(), thumbs::Error>(())
/// ```
///
/// # Errors
/// Only obstacles to the start of the run. A bad file is the outcome of that file.
pub fn run(config: &Config, cancel: &Cancel, mut on_record: impl FnMut(&Record)) -> Result<Totals, Error> {
    run_with(config, cancel, &mut on_record)
}

/// Makes the thumbnails of everything under the inputs of `config`, and reports to `observer`.
///
/// # Errors
/// As [`run`].
pub fn run_with(config: &Config, cancel: &Cancel, observer: &mut dyn Observer) -> Result<Totals, Error> {
    let config = &*urls::with_local_paths(config);
    match archives::each(config)? {
        Some(runs) => run_each(&runs, cancel, observer),
        None => run_once(config, cancel, observer),
    }
}

/// Performs several runs, one after the other, as if they were one.
fn run_each(runs: &[Config], cancel: &Cancel, observer: &mut dyn Observer) -> Result<Totals, Error> {
    let mut joined = Joined::of(observer);
    let mut totals = Totals::default();
    for (number, config) in runs.iter().enumerate() {
        match run_once(config, cancel, &mut joined) {
            Ok(of_run) => totals.add(&of_run),
            Err(error) if number == 0 => return Err(error),
            Err(Error::Interrupted) => totals.ending = Ending::Interrupted,
            Err(error) => (totals.ending, totals.stopped_by) = (Ending::Stopped, Some(error.to_string())),
        }
        if totals.ending != Ending::Complete {
            break;
        }
        joined.go_on();
    }
    Ok(totals)
}

fn run_once(config: &Config, cancel: &Cancel, observer: &mut dyn Observer) -> Result<Totals, Error> {
    let started = Instant::now();
    let (places, ledger) = open(config)?;
    let walk = |files: Files<'_>| Plan::begin(config, &places, files, &|| cancel.is_set());
    let (plan, rest) = plan_beside(config, (&ledger, &places), observer, walk)?;
    let is_packed = goes_to_archive(config) && config.effect == Effect::Write;
    let pack = is_packed.then(|| Pack::open(config, &places)).transpose()?;
    let task = begin(plan, (ledger, pack), places.archives, config, observer);
    let mut planned = 0;
    let mut bytes = 0;
    let queue = Arc::new(Queue::default());
    let walk = task.fill_queue(&queue, rest)?;
    let mut plan_on = |observer: &mut dyn Observer| {
        let jobs = queue.jobs();
        if jobs > planned || jobs == 0 {
            bytes += task.bytes_of(planned, jobs);
            planned = jobs;
            observer.planned(planned, bytes);
        }
    };
    plan_on(observer);
    let totals = task.carry_out(&queue, config.workers, cancel, |record| {
        plan_on(observer);
        observer.finished(&record);
    });
    let mut totals = totals.inspect_err(|_| drop(task.close()))?;
    // No job may report an interrupt in the walk.
    if cancel.is_set() && !walk.is_over() {
        totals.ending = Ending::Interrupted;
    }
    if config.orphans == Orphans::Remove && totals.ending == Ending::Complete {
        prune(&task, &mut totals, observer);
    }
    if let Some(pack) = &task.pack {
        finish(pack, &task, &mut totals, observer);
    }
    if totals.ending == Ending::Complete && config.effect == Effect::Write {
        pages::keep(&task.ledger, config, &mut totals, observer);
    }
    end(&task, observer);
    totals.wall = started.elapsed();
    Ok(totals)
}

/// Opens the inputs and the output, and starts to read the ledger.
fn open(config: &Config) -> Result<(Places, Ledger), Error> {
    config.options.check()?;
    if config.inputs.is_empty() && config.listed.is_empty() && config.no_input == NoInput::Refuse {
        return Err(Error::NoInput);
    }
    if let Some(template) = &config.template {
        let sharded = template.has_numbers() && config.selection.shard.is_some();
        let problem = sharded.then_some(NameProblem::NumbersInShards);
        if let Some(reason) = problem.or_else(|| template.problem_with(&config.options.sizes)) {
            return Err(Error::Names { reason });
        }
    }
    urls::check(config)?;
    archives::check(config)?;
    #[cfg(feature = "contact-sheet")]
    sheet::check(config)?;
    desktop::prepare(config)?;
    let places = Places::open(config)?;
    // The cache of a desktop has no ledger, nor has an archive.
    let has_none = config.layout == Layout::DesktopCache || goes_to_archive(config);
    let effect = if has_none { Effect::DryRun } else { config.effect };
    let manner = (config.foreign, effect, config.bookkeeping);
    let ledger = Ledger::open(&places.output, &config.output, &places.roots, manner)
        .map_err(|source| Error::Output { path: config.output.clone(), source })?;
    Ok((places, ledger))
}

/// Plans by `walk`, which leaves out the thumbnails that the ledger names, and keeps the numbers that it has. If either is
/// needed, the ledger is read first.
fn plan_beside<T>(
    config: &Config,
    (ledger, places): (&Ledger, &Places),
    observer: &mut dyn Observer,
    walk: impl FnOnce(Files<'_>) -> Result<T, Error>,
) -> Result<T, Error> {
    let has_numbers = config.template.as_ref().is_some_and(Template::has_numbers);
    if places.lie_in_output() || has_numbers {
        ledger.wait().iter().for_each(|flaw| observer.warned(flaw));
    }
    let is_thumbnail = |target: &Path, facts: &Facts| ledger.holds(target, facts);
    let earlier_number = |root, below: &Path| ledger.number_of(root, below);
    let last_number = if has_numbers { ledger.last_number() } else { 0 };
    walk(Files {
        format: &|path| thumbnail::sniff_among(path, &places.archives),
        is_thumbnail: &is_thumbnail,
        earlier_number: &earlier_number,
        last_number,
    })
}

/// Builds the state shared by the workers.
fn begin(
    plan: Plan,
    (mut ledger, pack): (Ledger, Option<Pack>),
    archives: Archives,
    config: &Config,
    observer: &mut dyn Observer,
) -> Arc<Task> {
    if config.foreign == Foreign::Replace {
        ledger.protect(plan.sources_by_inode());
    }
    for flaw in ledger.wait() {
        observer.warned(&flaw);
    }
    Arc::new(Task::new(plan, (ledger, pack), archives, config))
}

fn prune(task: &Task, totals: &mut Totals, observer: &mut dyn Observer) {
    match task.ledger.prune(task.config.effect, &|root, member| task.archives.has_member(root, member)) {
        Ok(pruned) => {
            totals.removed = pruned.removed.len() as u64;
            pruned.removed.iter().for_each(|thumbnail| observer.removed(thumbnail));
            for thumbnail in pruned.kept {
                let thumbnail = thumbnail.display();
                observer.warned(&format!("{thumbnail}: kept: its source is gone, but it was changed since"));
            }
            for (input, kept) in pruned.unclear.into_iter().filter(|(_, kept)| *kept > 0) {
                let state = if input.is_dir() { "empty, as if a drive were not mounted" } else { "empty or damaged" };
                let input = input.display();
                observer.warned(&format!("{input}: {state}; thumbnails of images that it lacks are kept ({kept})"));
            }
        }
        Err(cause) => {
            totals.ending = Ending::Stopped;
            totals.stopped_by = Some(format!("can't remove thumbnails: {cause}"));
        }
    }
}

/// Writes the archive of a run that came to its end.
fn finish(pack: &Pack, task: &Task, totals: &mut Totals, observer: &mut dyn Observer) {
    if totals.ending != Ending::Complete {
        return observer.warned("the archive is not written, as the run did not come to its end");
    }
    if let Err(cause) = pack.finish(&task.plan(), &task.archives) {
        totals.ending = Ending::Stopped;
        totals.stopped_by = Some(cause.to_string());
    }
}

fn end(task: &Task, observer: &mut dyn Observer) {
    if let Err(cause) = task.close() {
        observer.warned(&format!("can't merge the ledger: {cause}"));
    }
}

/// Runs everything with one worker, then with all, and compares the thumbnails by 64-bit digests. Every file is read
/// once before, so that both runs find it in memory. Records and totals are those of the second run.
///
/// # Errors
/// As [`run`].
pub fn compare(config: &Config, cancel: &Cancel, observer: &mut dyn Observer) -> Result<Totals, Error> {
    let config = &*urls::with_local_paths(config);
    urls::check_comparison(config)?;
    if config.packing == Packing::Each || goes_to_archive(config) {
        let reason = "two runs are compared over directories only".to_string();
        return Err(Error::Storage { path: config.output.clone(), reason });
    }
    let (places, ledger) = open(config)?;
    let walk = |files: Files<'_>| Plan::make(config, &places, files, &|| cancel.is_set());
    let plan = plan_beside(config, (&ledger, &places), observer, walk)?;
    let all = Arc::new(Queue::of(plan.jobs().len()));
    warm_up(&plan, cancel);

    let task = begin(plan, (ledger, None), places.archives, config, observer);
    observer.planned(all.jobs(), task.bytes_of(0, all.jobs()));
    let mut alone = vec![0; all.jobs()];
    let started = Instant::now();
    task.carry_out(&all, NonZeroUsize::MIN, cancel, |record| alone[record.index] = fingerprint(&record.outcome))?;
    let mut comparison = Comparison { sequential: started.elapsed(), ..Comparison::default() };

    let started = Instant::now();
    let all = Arc::new(Queue::of(all.jobs()));
    let mut differing = Vec::new();
    let mut totals = task.carry_out(&all, config.workers, cancel, |record| {
        // An interrupted run left files out of either pass, so a difference proves nothing.
        if !cancel.is_set() && alone[record.index] != fingerprint(&record.outcome) {
            differing.push((record.index, record.source.clone()));
        }
        observer.finished(&record);
    })?;
    comparison.parallel = started.elapsed();
    differing.sort();
    comparison.differing = differing.into_iter().map(|(_, source)| source).collect();
    end(&task, observer);
    totals.wall = comparison.parallel;
    totals.comparison = Some(comparison);
    Ok(totals)
}

/// Computes a digest of the part of an outcome that two runs must share.
fn fingerprint(outcome: &Outcome) -> u64 {
    let mut hasher = DefaultHasher::new();
    outcome.name().hash(&mut hasher);
    if let Outcome::Written(written) = outcome {
        written.thumbnails.iter().for_each(|made| (&made.path, made.bytes, made.digest).hash(&mut hasher));
    }
    hasher.finish()
}

/// Reads every file once. A file that can't be read fails when its turn comes.
fn warm_up(plan: &Plan, cancel: &Cancel) {
    let files = plan.jobs().iter().filter(|job| matches!(job.found, Found::File { .. }));
    for job in files.take_while(|_| !cancel.is_set()) {
        let _ = File::open(plan.source(job)).and_then(|mut file| io::copy(&mut file, &mut io::sink()));
    }
}
