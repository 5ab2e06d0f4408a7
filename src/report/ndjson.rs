//! Writes the report as one JSON object per line: first the run, then each file as it finishes, last the totals. Every
//! line is flushed, so that the file on disk can be parsed line by line during the run.

use std::io::{self, Write};
use std::path::Path;

use serde::Serialize;

use super::entry::{FileEntry, RemovedEntry, TotalsEntry};
use super::form::{Report, SCHEMA};
use super::line::write_line;
use super::options::OptionsEntry;
use crate::options::Config;
use crate::outcome::{Record, Totals};

/// Capacity in bytes that is enough for most lines.
const USUAL_LINE: usize = 1024;

/// A writer of one JSON object per line. The field `record` names its kind.
#[derive(Debug)]
pub struct NdJson<W> {
    writer: W,
}

#[derive(Serialize)]
#[serde(tag = "record", rename_all = "lowercase")]
enum Line {
    Run { schema: &'static str, options: Box<OptionsEntry> },
    File(Box<FileEntry>),
    Removed(RemovedEntry),
    Totals(Box<TotalsEntry>),
}

impl<W: Write> NdJson<W> {
    /// Returns a report that writes to `writer`.
    pub const fn new(writer: W) -> Self {
        Self { writer }
    }

    fn put(&mut self, line: &Line) -> io::Result<()> {
        let mut bytes = Vec::with_capacity(USUAL_LINE);
        write_line(&mut bytes, line)?;
        self.writer.write_all(&bytes)?;
        self.writer.flush()
    }
}

impl<W: Write> Report for NdJson<W> {
    fn begin(&mut self, config: &Config) -> io::Result<()> {
        self.put(&Line::Run { schema: SCHEMA, options: Box::new(OptionsEntry::of(config)) })
    }

    fn record(&mut self, record: &Record) -> io::Result<()> {
        self.put(&Line::File(Box::new(FileEntry::of(record))))
    }

    fn removed(&mut self, thumbnail: &Path) -> io::Result<()> {
        self.put(&Line::Removed(RemovedEntry::of(thumbnail)))
    }

    fn end(&mut self, totals: &Totals) -> io::Result<()> {
        self.put(&Line::Totals(Box::new(TotalsEntry::of(totals))))
    }
}
