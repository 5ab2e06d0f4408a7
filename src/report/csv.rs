//! The report as comma-separated values (RFC 4180): a row for each thumbnail, one for each source that has none, and a
//! last one with the totals. The column `record` tells them apart.

use std::io::{self, Write};

use serde::Serialize;

use super::entry::{FileEntry, Milliseconds, ThumbnailEntry, TotalsEntry};
use super::{Report, SCHEMA};
use crate::options::Config;
use crate::outcome::{Record, Totals};

/// Writes rows.
#[derive(Debug)]
pub struct Csv<W: Write> {
    writer: csv::Writer<W>,
}

#[derive(Serialize, Default)]
struct Row<'a> {
    schema: &'static str,
    record: &'static str,
    source: &'a str,
    source_hex: Option<&'a str>,
    outcome: &'a str,
    reason: Option<&'a str>,
    failed_step: Option<crate::error::Step>,
    format: Option<&'static str>,
    width_px: Option<u32>,
    height_px: Option<u32>,
    orientation: Option<crate::geometry::Orientation>,
    bytes: Option<u64>,
    working_grid_factor: Option<u32>,
    decoded_from: Option<&'static str>,
    damage: Option<&'a str>,
    thumbnail: Option<&'a str>,
    thumbnail_hex: Option<&'a str>,
    thumbnail_format: Option<&'static str>,
    thumbnail_width_px: Option<u32>,
    thumbnail_height_px: Option<u32>,
    thumbnail_bytes: Option<u64>,
    worker: Option<usize>,
    read_ms: Option<f64>,
    decode_ms: Option<f64>,
    resize_ms: Option<f64>,
    encode_ms: Option<f64>,
    store_ms: Option<f64>,
    total_ms: Option<f64>,
}

impl<'a> Row<'a> {
    fn of(entry: &'a FileEntry, thumbnail: Option<&'a ThumbnailEntry>) -> Self {
        Self {
            schema: SCHEMA,
            record: "file",
            source: &entry.source,
            source_hex: entry.source_hex.as_deref(),
            outcome: entry.outcome,
            reason: entry.reason.as_deref(),
            failed_step: entry.failed_step,
            format: entry.format.map(crate::options::Format::name),
            width_px: entry.width_px,
            height_px: entry.height_px,
            orientation: entry.orientation,
            bytes: entry.bytes,
            working_grid_factor: entry.working_grid_factor,
            decoded_from: entry.decoded_from,
            damage: entry.damage.as_deref(),
            thumbnail: thumbnail.map(|thumbnail| thumbnail.path.as_str()),
            thumbnail_hex: thumbnail.and_then(|thumbnail| thumbnail.path_hex.as_deref()),
            thumbnail_format: thumbnail.map(|thumbnail| thumbnail.format.name()),
            thumbnail_width_px: thumbnail.map(|thumbnail| thumbnail.width_px),
            thumbnail_height_px: thumbnail.map(|thumbnail| thumbnail.height_px),
            thumbnail_bytes: thumbnail.map(|thumbnail| thumbnail.bytes),
            worker: entry.worker,
            ..Self::default()
        }
        .with_times(entry.milliseconds.as_ref())
    }

    fn with_times(self, times: Option<&Milliseconds>) -> Self {
        Self {
            read_ms: times.map(|times| times.read),
            decode_ms: times.map(|times| times.decode),
            resize_ms: times.map(|times| times.resize),
            encode_ms: times.map(|times| times.encode),
            store_ms: times.map(|times| times.store),
            total_ms: times.map(|times| times.total),
            ..self
        }
    }
}

impl<W: Write> Csv<W> {
    /// A report into `writer`.
    pub fn new(writer: W) -> Self {
        Self { writer: csv::Writer::from_writer(writer) }
    }
}

impl<W: Write> Report for Csv<W> {
    fn begin(&mut self, _config: &Config) -> io::Result<()> {
        Ok(())
    }

    fn record(&mut self, record: &Record) -> io::Result<()> {
        let entry = FileEntry::of(record);
        if entry.thumbnails.is_empty() {
            self.writer.serialize(Row::of(&entry, None))?;
        }
        for thumbnail in &entry.thumbnails {
            self.writer.serialize(Row::of(&entry, Some(thumbnail)))?;
        }
        Ok(())
    }

    fn end(&mut self, totals: &Totals) -> io::Result<()> {
        let totals = TotalsEntry::of(totals);
        let sums = format!(
            "{} found, {} written, {} up to date, {} skipped, {} failed; {} workers, {:.3} s",
            totals.found,
            totals.written,
            totals.up_to_date,
            totals.skipped,
            totals.failed,
            totals.workers,
            totals.wall_seconds
        );
        let row = Row {
            schema: SCHEMA,
            record: "totals",
            outcome: totals.ending,
            reason: Some(&sums),
            bytes: Some(totals.bytes_in),
            thumbnail_bytes: Some(totals.bytes_out),
            ..Row::default()
        };
        self.writer.serialize(row.with_times(Some(&totals.milliseconds)))?;
        self.writer.flush()
    }
}
