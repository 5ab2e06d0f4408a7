//! Writes the report as one JSON object: `schema`, `options`, `files`, `removed`, `totals`. Files are in the order of
//! the plan. They are written during the run, one per line, so the report is never in memory as a whole.

use std::io::{self, Write};
use std::path::Path;

use super::entry::{FileEntry, RemovedEntry, TotalsEntry};
use super::form::{Report, SCHEMA};
use super::options::OptionsEntry;
use super::order::InOrder;
use crate::options::Config;
use crate::outcome::{Record, Totals};

/// A writer of one JSON object.
#[derive(Debug)]
pub struct Json<W> {
    writer: W,
    early: InOrder<FileEntry>,
    removed: Vec<RemovedEntry>,
    /// The text before the next file.
    separator: &'static str,
}

impl<W: Write> Json<W> {
    /// Returns a report that writes to `writer`.
    pub fn new(writer: W) -> Self {
        Self { writer, early: InOrder::default(), removed: Vec::new(), separator: "\n" }
    }

    fn write(&mut self, entry: &FileEntry) -> io::Result<()> {
        self.writer.write_all(self.separator.as_bytes())?;
        self.separator = ",\n";
        Ok(serde_json::to_writer(&mut self.writer, entry)?)
    }
}

impl<W: Write> Report for Json<W> {
    fn begin(&mut self, config: &Config) -> io::Result<()> {
        write!(self.writer, "{{\"schema\":\"{SCHEMA}\",\n\"options\":")?;
        serde_json::to_writer(&mut self.writer, &OptionsEntry::of(config))?;
        write!(self.writer, ",\n\"files\":[")
    }

    fn record(&mut self, record: &Record) -> io::Result<()> {
        self.early.put(record.index, FileEntry::of(record));
        while let Some(entry) = self.early.next() {
            self.write(&entry)?;
        }
        Ok(())
    }

    fn removed(&mut self, thumbnail: &Path) -> io::Result<()> {
        self.removed.push(RemovedEntry::of(thumbnail));
        Ok(())
    }

    fn end(&mut self, totals: &Totals) -> io::Result<()> {
        for entry in self.early.rest() {
            self.write(&entry)?;
        }
        write!(self.writer, "\n],\n\"removed\":")?;
        serde_json::to_writer(&mut self.writer, &self.removed)?;
        write!(self.writer, ",\n\"totals\":")?;
        serde_json::to_writer(&mut self.writer, &TotalsEntry::of(totals))?;
        writeln!(self.writer, "}}")?;
        self.writer.flush()
    }
}
