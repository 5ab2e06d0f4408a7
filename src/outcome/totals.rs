//! Counts the outcomes of a run.

use std::path::PathBuf;
use std::time::Duration;

use super::record::Outcome;
use super::skip::SkipReason;
use super::times::Times;
use crate::options::Effect;

/// The ending of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Ending {
    /// Every source was processed.
    #[default]
    Complete,
    /// The run was interrupted before that.
    Interrupted,
    /// The run could not go on, as the failure of one file would have repeated for all others.
    Stopped,
}

/// The totals of a run.
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct Totals {
    /// Number of sources found.
    pub found: u64,
    /// Sources whose thumbnails were written, or would be in a dry run.
    pub written: u64,
    /// Sources whose thumbnails existed already.
    pub up_to_date: u64,
    /// Sources skipped.
    pub skipped: u64,
    /// Sources that should have a thumbnail and have none.
    pub failed: u64,
    /// Skipped sources that the run did not reach.
    pub not_begun: u64,
    /// Thumbnails that were removed because their source is gone, or would be in a dry run.
    pub removed: u64,
    /// Pages that were written.
    pub pages: u64,
    /// Pages that could not be written.
    pub failed_pages: u64,
    /// Whether thumbnails were written.
    pub effect: Effect,
    /// Thumbnails written; the same as `written` if one size was requested.
    pub thumbnails: u64,
    /// Bytes of the sources of written thumbnails.
    pub bytes_in: u64,
    /// Bytes of all sources that came from a store. Files have none.
    pub bytes_fetched: u64,
    /// Bytes of the thumbnails.
    pub bytes_out: u64,
    /// Time of each step, added up over all workers.
    pub times: Times,
    /// Wall time of the whole run.
    pub wall: Duration,
    /// Number of workers.
    pub workers: usize,
    /// The ending of the run.
    pub ending: Ending,
    /// The reason, if the run [was stopped](Ending::Stopped).
    pub stopped_by: Option<String>,
    /// The result of `--compare`, if it was given.
    pub comparison: Option<Comparison>,
}

/// A comparison of one worker with all workers, over the same sources.
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct Comparison {
    /// Wall time with one worker.
    pub sequential: Duration,
    /// Wall time with all workers.
    pub parallel: Duration,
    /// Sources whose outcome or bytes differ between the two.
    pub differing: Vec<PathBuf>,
}

impl Comparison {
    /// Returns the speed-up of all workers over one.
    #[must_use]
    pub fn speed_up(&self) -> f64 {
        self.sequential.as_secs_f64() / self.parallel.as_secs_f64().max(f64::MIN_POSITIVE)
    }
}

impl Totals {
    /// Counts one source.
    pub fn count(&mut self, outcome: &Outcome) {
        self.found += 1;
        match outcome {
            Outcome::Written(written) => {
                self.written += 1;
                self.thumbnails += written.thumbnails.len() as u64;
                self.bytes_in += written.bytes;
                self.bytes_out += written.thumbnails.iter().map(|t| t.bytes).sum::<u64>();
                for (step, took) in written.times.by_step() {
                    self.times.add(step, took);
                }
            }
            Outcome::Planned(planned) => {
                self.written += 1;
                self.thumbnails += planned.len() as u64;
            }
            Outcome::UpToDate(_) => self.up_to_date += 1,
            Outcome::Skipped(reason) => {
                self.skipped += 1;
                self.not_begun += u64::from(matches!(reason, SkipReason::Interrupted | SkipReason::Stopped));
            }
            Outcome::Failed(_) => self.failed += 1,
        }
    }

    /// Adds the totals of a run over other sources.
    pub(crate) fn add(&mut self, other: &Self) {
        self.found += other.found;
        self.written += other.written;
        self.up_to_date += other.up_to_date;
        self.skipped += other.skipped;
        self.failed += other.failed;
        self.not_begun += other.not_begun;
        self.thumbnails += other.thumbnails;
        self.bytes_in += other.bytes_in;
        self.bytes_fetched += other.bytes_fetched;
        self.bytes_out += other.bytes_out;
        for (step, took) in other.times.by_step() {
            self.times.add(step, took);
        }
        self.wall += other.wall;
        self.workers = other.workers;
        self.effect = other.effect;
        self.ending = other.ending;
        self.stopped_by.clone_from(&other.stopped_by);
    }

    /// Returns the number of sources that were processed.
    #[must_use]
    pub const fn done(&self) -> u64 {
        self.found - self.not_begun
    }

    /// Returns the number of processed sources per second of wall time.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "a count of files is far below 2^52")]
    pub fn files_per_second(&self) -> f64 {
        self.done() as f64 / self.wall.as_secs_f64().max(f64::MIN_POSITIVE)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Step;
    use crate::geometry::Size;
    use crate::outcome::Current;

    #[test]
    fn the_four_kinds_add_up_to_what_was_found() {
        let mut totals = Totals::default();
        let outcomes = [
            Outcome::UpToDate(Current::Unchanged),
            Outcome::Skipped(SkipReason::EmptyFile),
            Outcome::Skipped(SkipReason::NotAnImage(None)),
            Outcome::Failed(Box::new(
                crate::error::Cause::Empty(Size::new(0, 1)).in_step(Step::Probe).at("a".as_ref()),
            )),
        ];
        for outcome in &outcomes {
            totals.count(outcome);
        }
        assert_eq!(totals.found, 4);
        assert_eq!(totals.written + totals.up_to_date + totals.skipped + totals.failed, totals.found);
        assert_eq!(totals.skipped, 2);
    }
}
