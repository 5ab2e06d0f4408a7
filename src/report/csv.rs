//! Writes the report as comma-separated values (RFC 4180): a row for each thumbnail, and one for each source without any,
//! in the order of the plan. A comment follows, a line that begins with `#`: the options and the totals as JSON.

use std::io::{self, Write};

use serde::Serialize;

use super::entry::{FileEntry, Milliseconds, ThumbnailEntry, TotalsEntry};
use super::form::{Report, SCHEMA};
use super::options::OptionsEntry;
use super::order::InOrder;
use crate::options::Config;
use crate::outcome::{Placeholder, Record, Totals};

/// The start of the comment after the rows.
pub(super) const COMMENT: &str = "# ";

/// A writer of rows.
#[derive(Debug)]
pub struct Csv<W> {
    writer: W,
    has_header: bool,
    early: InOrder<FileEntry>,
    options: Option<OptionsEntry>,
    columns: Columns,
}

/// The columns of the report.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Columns {
    /// Those of every report.
    Usual,
    /// The placeholder, too.
    WithPlaceholder,
}

/// The last column, if placeholders were asked for.
#[derive(Serialize)]
struct OfPlaceholder<'a> {
    placeholder: Option<&'a str>,
}

/// The comment after the rows.
#[derive(Serialize)]
struct Comment<'a> {
    schema: &'static str,
    options: Option<&'a OptionsEntry>,
    totals: TotalsEntry,
}

#[derive(Serialize, Default)]
struct Row<'a> {
    schema: &'static str,
    index: usize,
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
    animation: Option<&'a str>,
    gain_map: Option<&'a str>,
}

impl<'a> Row<'a> {
    fn of(entry: &'a FileEntry, thumbnail: Option<&'a ThumbnailEntry>) -> Self {
        Self {
            schema: SCHEMA,
            index: entry.index,
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
            animation: entry.animation.as_deref(),
            gain_map: entry.gain_map.as_deref(),
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
    /// Returns a report that writes to `writer`.
    pub fn new(writer: W) -> Self {
        Self { writer, has_header: false, early: InOrder::default(), options: None, columns: Columns::Usual }
    }
}

impl<W: Write> Csv<W> {
    fn write(&mut self, entry: &FileEntry) -> io::Result<()> {
        let mut rows = csv::WriterBuilder::new().has_headers(!self.has_header).from_writer(&mut self.writer);
        let thumbnails = entry.thumbnails.iter().map(Some);
        for thumbnail in thumbnails.chain(entry.thumbnails.is_empty().then_some(None)) {
            let row = Row::of(entry, thumbnail);
            let placeholder = entry.placeholder.as_ref().map(Placeholder::text);
            match self.columns {
                Columns::Usual => rows.serialize(row)?,
                Columns::WithPlaceholder => rows.serialize((row, OfPlaceholder { placeholder }))?,
            }
        }
        self.has_header = true;
        rows.flush()
    }
}

impl<W: Write> Report for Csv<W> {
    fn begin(&mut self, config: &Config) -> io::Result<()> {
        self.options = Some(OptionsEntry::of(config));
        if config.options.placeholder.is_some() {
            self.columns = Columns::WithPlaceholder;
        }
        Ok(())
    }

    fn record(&mut self, record: &Record) -> io::Result<()> {
        self.early.put(record.index, FileEntry::of(record));
        while let Some(entry) = self.early.next() {
            self.write(&entry)?;
        }
        Ok(())
    }

    fn end(&mut self, totals: &Totals) -> io::Result<()> {
        for entry in self.early.rest() {
            self.write(&entry)?;
        }
        let comment = Comment { schema: SCHEMA, options: self.options.as_ref(), totals: TotalsEntry::of(totals) };
        writeln!(self.writer, "{COMMENT}{}", serde_json::to_string(&comment)?)?;
        self.writer.flush()
    }
}
