//! Represents records, options and totals in reports. Every field is named with its unit; every duration is in ms.

use std::path::Path;
use std::time::Duration;

use serde::{Serialize, Serializer};

use super::remedy::Explain;
use super::wire::Name;
use crate::error::Step;
use crate::geometry::Orientation;
use crate::options::{Effect, Format};
use crate::outcome::{Comparison, Current, Ending, Outcome, Placeholder, Planned, Record, Times, Totals};

/// One source.
#[derive(Debug, Serialize)]
pub(super) struct FileEntry {
    pub(super) index: usize,
    pub(super) source: String,
    /// The source's path in hexadecimal, if it is not valid Unicode and `source` is only approximate.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) source_hex: Option<String>,
    pub(super) outcome: &'static str,
    pub(super) reason: Option<String>,
    pub(super) failed_step: Option<Step>,
    pub(super) format: Option<Format>,
    pub(super) width_px: Option<u32>,
    pub(super) height_px: Option<u32>,
    pub(super) orientation: Option<Orientation>,
    pub(super) bytes: Option<u64>,
    /// Bytes that came from a store.
    #[serde(skip_serializing_if = "is_zero")]
    pub(super) bytes_fetched: u64,
    pub(super) working_grid_factor: Option<u32>,
    pub(super) decoded_from: Option<&'static str>,
    pub(super) damage: Option<String>,
    pub(super) thumbnails: Vec<ThumbnailEntry>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) placeholder: Option<Placeholder>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) animation: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) gain_map: Option<String>,
    /// The thumbnails that a dry run would write.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) planned: Vec<PlannedEntry>,
    pub(super) milliseconds: Option<Milliseconds>,
    pub(super) worker: Option<usize>,
}

/// One thumbnail of a source.
#[derive(Debug, Serialize)]
pub(super) struct ThumbnailEntry {
    pub(super) path: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) path_hex: Option<String>,
    pub(super) format: Format,
    pub(super) width_px: u32,
    pub(super) height_px: u32,
    pub(super) bytes: u64,
}

/// One thumbnail that a dry run would write.
#[derive(Debug, Serialize)]
pub(super) struct PlannedEntry {
    pub(super) path: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) path_hex: Option<String>,
    pub(super) replaces: bool,
}

impl PlannedEntry {
    fn of(planned: &Planned) -> Self {
        let Name { text, hex } = Name::of(&planned.path);
        Self { path: text, path_hex: hex, replaces: planned.replaces }
    }
}

/// A thumbnail that was removed.
#[derive(Debug, Serialize)]
pub(super) struct RemovedEntry {
    path: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    path_hex: Option<String>,
}

impl RemovedEntry {
    pub(super) fn of(thumbnail: &Path) -> Self {
        let Name { text, hex } = Name::of(thumbnail);
        Self { path: text, path_hex: hex }
    }
}

/// The times of a file's steps, in ms.
#[derive(Debug, Serialize)]
pub(super) struct Milliseconds {
    pub(super) read: f64,
    pub(super) decode: f64,
    pub(super) resize: f64,
    pub(super) encode: f64,
    pub(super) store: f64,
    pub(super) total: f64,
}

impl Milliseconds {
    pub(super) fn of(times: &Times) -> Self {
        Self {
            read: milliseconds(times.read),
            decode: milliseconds(times.decode),
            resize: milliseconds(times.resize),
            encode: milliseconds(times.encode),
            store: milliseconds(times.store),
            total: milliseconds(times.total()),
        }
    }
}

/// Converts a duration to ms, rounded to the microsecond.
pub(super) fn milliseconds(duration: Duration) -> f64 {
    (duration.as_secs_f64() * 1e6).round() / 1e3
}

/// Serializes a record as the reports in JSON have it.
impl Serialize for Record {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        FileEntry::of(self).serialize(serializer)
    }
}

impl FileEntry {
    pub(super) fn of(record: &Record) -> Self {
        let name = Name::of(&record.source);
        let mut entry = Self {
            index: record.index,
            source: name.text,
            source_hex: name.hex,
            outcome: record.outcome.name(),
            reason: None,
            failed_step: None,
            format: None,
            width_px: None,
            height_px: None,
            orientation: None,
            bytes: None,
            bytes_fetched: record.fetched,
            working_grid_factor: None,
            decoded_from: None,
            damage: None,
            thumbnails: Vec::new(),
            placeholder: None,
            animation: None,
            gain_map: None,
            planned: Vec::new(),
            milliseconds: None,
            worker: record.worker,
        };
        match &record.outcome {
            Outcome::UpToDate(Current::Unchanged) => {}
            Outcome::UpToDate(Current::Renamed(from)) => entry.reason = Some(format!("renamed from {}", listed(from))),
            Outcome::UpToDate(Current::ToRename(from)) => {
                entry.reason = Some(format!("would be renamed from {}", listed(from)));
            }
            Outcome::Planned(planned) => entry.planned = planned.iter().map(PlannedEntry::of).collect(),
            Outcome::Skipped(reason) => entry.reason = Some(reason.explain()),
            Outcome::Failed(error) => {
                entry.reason = Some(error.cause.explain());
                entry.failed_step = Some(error.step);
            }
            Outcome::Written(written) => {
                entry.format = Some(written.format);
                entry.width_px = Some(written.size.width);
                entry.height_px = Some(written.size.height);
                entry.orientation = Some(written.orientation);
                entry.bytes = Some(written.bytes);
                entry.working_grid_factor = Some(written.factor);
                entry.decoded_from = Some(written.decoded_from.name());
                entry.damage = written.damage.as_ref().map(ToString::to_string);
                entry.milliseconds = Some(Milliseconds::of(&written.times));
                entry.animation = written.animation.description();
                entry.gain_map = written.gain_map.description();
                entry.placeholder.clone_from(&written.placeholder);
                entry.thumbnails = written.thumbnails.iter().map(ThumbnailEntry::of).collect();
            }
        }
        entry
    }
}

impl ThumbnailEntry {
    fn of(thumbnail: &crate::outcome::Thumbnail) -> Self {
        let name = Name::of(&thumbnail.path);
        Self {
            path: name.text,
            path_hex: name.hex,
            format: thumbnail.format,
            width_px: thumbnail.size.width,
            height_px: thumbnail.size.height,
            bytes: thumbnail.bytes,
        }
    }
}

/// The totals of the run.
#[derive(Debug, Serialize)]
pub(super) struct TotalsEntry {
    pub(super) ending: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) stopped_by: Option<String>,
    pub(super) found: u64,
    pub(super) written: u64,
    pub(super) up_to_date: u64,
    pub(super) skipped: u64,
    pub(super) failed: u64,
    pub(super) not_begun: u64,
    pub(super) removed: u64,
    #[serde(skip_serializing_if = "is_zero")]
    pub(super) pages: u64,
    #[serde(skip_serializing_if = "is_zero")]
    pub(super) failed_pages: u64,
    pub(super) effect: Effect,
    pub(super) thumbnails: u64,
    pub(super) bytes_in: u64,
    #[serde(skip_serializing_if = "is_zero")]
    pub(super) bytes_fetched: u64,
    pub(super) bytes_out: u64,
    pub(super) workers: usize,
    pub(super) wall_seconds: f64,
    pub(super) files_per_second: f64,
    /// The times of all workers, added up.
    pub(super) milliseconds: Milliseconds,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) comparison: Option<ComparisonEntry>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "the signature is serde's")]
const fn is_zero(number: &u64) -> bool {
    *number == 0
}

/// The result of `--compare`.
#[derive(Debug, Serialize)]
pub(super) struct ComparisonEntry {
    sequential_seconds: f64,
    parallel_seconds: f64,
    speed_up: f64,
    identical: bool,
    differing: Vec<String>,
}

impl TotalsEntry {
    pub(super) fn of(totals: &Totals) -> Self {
        Self {
            ending: match totals.ending {
                Ending::Complete => "complete",
                Ending::Interrupted => "interrupted",
                Ending::Stopped => "stopped",
            },
            stopped_by: totals.stopped_by.clone(),
            found: totals.found,
            written: totals.written,
            up_to_date: totals.up_to_date,
            skipped: totals.skipped,
            failed: totals.failed,
            not_begun: totals.not_begun,
            removed: totals.removed,
            pages: totals.pages,
            failed_pages: totals.failed_pages,
            effect: totals.effect,
            thumbnails: totals.thumbnails,
            bytes_in: totals.bytes_in,
            bytes_fetched: totals.bytes_fetched,
            bytes_out: totals.bytes_out,
            workers: totals.workers,
            wall_seconds: totals.wall.as_secs_f64(),
            files_per_second: (totals.files_per_second() * 10.0).round() / 10.0,
            milliseconds: Milliseconds::of(&totals.times),
            comparison: totals.comparison.as_ref().map(ComparisonEntry::of),
        }
    }
}

impl ComparisonEntry {
    fn of(comparison: &Comparison) -> Self {
        Self {
            sequential_seconds: comparison.sequential.as_secs_f64(),
            parallel_seconds: comparison.parallel.as_secs_f64(),
            speed_up: comparison.speed_up(),
            identical: comparison.differing.is_empty(),
            differing: comparison.differing.iter().map(|path| Name::of(path).text).collect(),
        }
    }
}

/// Returns paths as a list in text.
fn listed(paths: &[std::path::PathBuf]) -> String {
    let paths: Vec<String> = paths.iter().map(|path| path.display().to_string()).collect();
    paths.join(", ")
}
