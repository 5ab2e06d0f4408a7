//! Keeps thumbnails up to date while files appear and change.
//!
//! After the first run, each change leads to one with `--update`. It leaves out files that changed a moment ago, such as those that
//! are still being copied; they have their turn in the next one.

mod inputs;

use std::collections::HashSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::time::{Duration, Instant};

use notify::EventKind;
use thumbs::error::{Cause, Error};
use thumbs::internal::archive::has_name_of_archive;
use thumbs::internal::storage::is_url;
use thumbs::options::Existing;
use thumbs::outcome::{Ending, Outcome, Record, Totals};
use thumbs::{Cancel, Config, Observer};

use self::inputs::Inputs;
use super::args::Args;
use super::color::Color;
use super::exit::Exit;
use super::message::{complain, say};
use super::reporter::Reporter;

/// The time for which a file must not have changed. A copy in progress changes more often.
const REST: Duration = Duration::from_secs(1);

/// The longest time between a change and the run after it, while others go on.
const LONGEST_WAIT: Duration = Duration::from_secs(10);

/// The time between two looks at the signal to stop.
const TICK: Duration = Duration::from_millis(200);

/// Makes the thumbnails, then those of files that appear or change, until the program is interrupted.
///
/// # Errors
/// An input that can't be watched, and those of a run.
pub(super) fn run(args: &Args, config: &Config, cancel: &Cancel, color: Color) -> Result<Exit, Error> {
    if let Some(url) = config.inputs.iter().chain([&config.output]).find(|path| is_url(path)) {
        return Err(Error::Storage { path: url.clone(), reason: "only directories are watched".to_string() });
    }
    if let Some(archive) = config.inputs.iter().chain([&config.output]).find(|path| has_name_of_archive(path)) {
        return Err(Error::Storage { path: archive.clone(), reason: "only directories are watched".to_string() });
    }
    let (sender, events) = mpsc::channel();
    let mut inputs = Inputs::watch(&config.inputs, sender)?;
    let mut told = HashSet::new();
    let mut config = config.clone();
    config.selection.resting = Some(REST);
    let mut run_once = |config: &Config, is_first: bool| -> Result<Option<Exit>, Error> {
        let reporter = Reporter::open(args, config)?;
        let mut observer = News { reporter, told: &mut told, is_first, is_any: is_first };
        let totals = thumbs::run_with(config, cancel, &mut observer)?;
        let News { reporter, is_any, .. } = observer;
        if is_any || totals.removed > 0 {
            reporter.close(&totals).unwrap_or_else(|error| complain(&error, color));
        }
        let is_end = totals.ending != Ending::Complete || cancel.is_set();
        Ok(is_end.then(|| end(&totals)))
    };
    if let Some(exit) = run_once(&config, true)? {
        return Ok(exit);
    }
    say("watching for changes; press Ctrl-C to end", color);
    // The output directory is there now, so its path can be resolved.
    let mut changes = Changes::new(events, &config);
    config.existing = Existing::Update;
    while changes.wait(&mut inputs, cancel) {
        match run_once(&config, false) {
            Ok(Some(exit)) => return Ok(exit),
            Ok(None) => {}
            // It may come back.
            Err(error @ Error::Input { .. }) => complain(&error, color),
            Err(error) => return Err(error),
        }
    }
    Ok(Exit::Interrupted)
}

/// Returns the exit status of a run that was the last one.
fn end(totals: &Totals) -> Exit {
    match totals.ending {
        Ending::Complete => Exit::Interrupted,
        Ending::Interrupted | Ending::Stopped => Exit::of(totals),
    }
}

/// The changes below the inputs, apart from those in the output directory.
struct Changes {
    events: Receiver<notify::Result<notify::Event>>,
    /// The output directory, absolute and without links.
    output: PathBuf,
    /// Whether images lie in the output directory, so that changes there count.
    is_output_watched: bool,
    last: Option<Instant>,
}

impl Changes {
    fn new(events: Receiver<notify::Result<notify::Event>>, config: &Config) -> Self {
        let real = |path: &Path| fs::canonicalize(path).unwrap_or_else(|_| path.to_path_buf());
        let output = real(&config.output);
        let is_output_watched = config.inputs.iter().any(|input| real(input).starts_with(&output));
        // Files that rested too short a time for the first run come next.
        Self { events, output, is_output_watched, last: Some(Instant::now()) }
    }

    /// Waits for changes and for rest after them. Returns whether there is something to do, and not the end.
    fn wait(&mut self, inputs: &mut Inputs, cancel: &Cancel) -> bool {
        let mut first = self.last;
        while !cancel.is_set() {
            let is_change = match self.events.recv_timeout(TICK) {
                Ok(event) => self.counts(event.as_ref().ok()),
                Err(RecvTimeoutError::Timeout) => inputs.renew(),
                Err(RecvTimeoutError::Disconnected) => return false,
            };
            if is_change {
                self.last = Some(Instant::now());
                first = first.or(self.last);
            }
            let has_rested = self.last.is_some_and(|last| last.elapsed() > REST);
            if has_rested {
                self.last = None;
                return true;
            }
            if first.is_some_and(|first| first.elapsed() > LONGEST_WAIT) {
                // What still changes comes after another rest.
                return true;
            }
        }
        false
    }

    /// Returns whether an event may change a thumbnail. Lost events may have been any.
    fn counts(&self, event: Option<&notify::Event>) -> bool {
        let Some(event) = event else { return true };
        let is_inside = |path: &PathBuf| {
            path.starts_with(&self.output) && !self.is_output_watched
                || path.components().any(|part| part.as_os_str() == thumbs::internal::ledger::DIRECTORY)
        };
        !matches!(event.kind, EventKind::Access(_)) && (event.paths.is_empty() || !event.paths.iter().all(is_inside))
    }
}

/// An observer that passes on everything of the first run, and news of later ones.
struct News<'a> {
    reporter: Reporter,
    /// The failures that were reported.
    told: &'a mut HashSet<String>,
    is_first: bool,
    is_any: bool,
}

impl Observer for News<'_> {
    fn planned(&mut self, sources: usize, bytes: u64) {
        if self.is_first {
            self.reporter.planned(sources, bytes);
        }
    }

    fn finished(&mut self, record: &Record) {
        let is_news = match &record.outcome {
            Outcome::Failed(error) => self.told.insert(error.to_string()),
            Outcome::Written(_) => true,
            _ => self.is_first,
        };
        if is_news {
            self.is_any = true;
            self.reporter.finished(record);
        }
    }

    fn removed(&mut self, thumbnail: &Path) {
        self.reporter.removed(thumbnail);
    }

    fn page_failed(&mut self, kind: &str, cause: &Cause) {
        if self.told.insert(cause.to_string()) {
            self.reporter.page_failed(kind, cause);
        }
    }

    fn warned(&mut self, warning: &str) {
        if self.told.insert(warning.to_string()) {
            self.reporter.warned(warning);
        }
    }
}
