//! Records, options and totals as the reports show them: every field named with its unit, every duration in ms.

use std::path::Path;
use std::time::Duration;

use serde::Serialize;

use crate::error::Step;
use crate::geometry::{Orientation, Size};
use crate::options::{Config, Damaged, Exactness, Existing, Filter, Format, Links, Previews};
use crate::outcome::{Comparison, Ending, Outcome, Record, Times, Totals};

/// A path as text, and where it is not valid Unicode, its bytes too.
#[derive(Debug, Serialize)]
pub(super) struct Name {
    pub(super) text: String,
    pub(super) hex: Option<String>,
}

impl Name {
    pub(super) fn of(path: &Path) -> Self {
        match path.to_str() {
            Some(text) => Self { text: text.to_string(), hex: None },
            None => Self {
                text: path.to_string_lossy().into_owned(),
                hex: Some(path.as_os_str().as_encoded_bytes().iter().map(|byte| format!("{byte:02x}")).collect()),
            },
        }
    }
}

/// One source.
#[derive(Debug, Serialize)]
pub(super) struct FileEntry {
    pub(super) source: String,
    /// The source's bytes in hexadecimal, where its name is not valid Unicode and `source` shows it only roughly.
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
    pub(super) working_grid_factor: Option<u32>,
    pub(super) decoded_from: Option<&'static str>,
    pub(super) damage: Option<String>,
    pub(super) thumbnails: Vec<ThumbnailEntry>,
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

/// The steps of a file, in ms.
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

/// A duration in ms, to the microsecond.
pub(super) fn milliseconds(duration: Duration) -> f64 {
    (duration.as_secs_f64() * 1e6).round() / 1e3
}

impl FileEntry {
    pub(super) fn of(record: &Record) -> Self {
        let name = Name::of(&record.source);
        let mut entry = Self {
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
            working_grid_factor: None,
            decoded_from: None,
            damage: None,
            thumbnails: Vec::new(),
            milliseconds: None,
            worker: record.worker,
        };
        match &record.outcome {
            Outcome::UpToDate => {}
            Outcome::Skipped(reason) => entry.reason = Some(reason.to_string()),
            Outcome::Failed(error) => {
                entry.reason = Some(error.cause.to_string());
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
                entry.damage.clone_from(&written.damage);
                entry.milliseconds = Some(Milliseconds::of(&written.times));
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

/// What the run was asked to do.
#[derive(Debug, Serialize)]
pub(super) struct OptionsEntry {
    version: &'static str,
    inputs: Vec<String>,
    output: String,
    sizes: Vec<Size>,
    blur_px: f64,
    filter: Filter,
    format: String,
    quality: u8,
    background: String,
    exactness: Exactness,
    previews: Previews,
    max_pixels: u64,
    max_file_size: u64,
    damaged: Damaged,
    existing: Existing,
    links: Links,
    workers: usize,
    max_memory: String,
    timeout_seconds: Option<f64>,
}

impl OptionsEntry {
    pub(super) fn of(config: &Config) -> Self {
        let options = &config.options;
        Self {
            version: env!("CARGO_PKG_VERSION"),
            inputs: config.inputs.iter().map(|input| Name::of(input).text).collect(),
            output: Name::of(&config.output).text,
            sizes: options.sizes.clone(),
            blur_px: options.blur,
            filter: options.filter,
            format: options.target.to_string(),
            quality: options.quality,
            background: options.background.to_string(),
            exactness: options.exactness,
            previews: options.previews,
            max_pixels: options.max_pixels,
            max_file_size: options.max_file_size,
            damaged: options.damaged,
            existing: config.existing,
            links: config.links,
            workers: config.workers.get(),
            max_memory: config.memory.to_string(),
            timeout_seconds: config.timeout.map(|timeout| timeout.as_secs_f64()),
        }
    }
}

/// The sums of the run.
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
    pub(super) thumbnails: u64,
    pub(super) bytes_in: u64,
    pub(super) bytes_out: u64,
    pub(super) workers: usize,
    pub(super) wall_seconds: f64,
    pub(super) files_per_second: f64,
    /// Summed over all workers.
    pub(super) milliseconds: Milliseconds,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) comparison: Option<ComparisonEntry>,
}

/// What `--compare` found.
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
            thumbnails: totals.thumbnails,
            bytes_in: totals.bytes_in,
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
