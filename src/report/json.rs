//! The report as one JSON object: `schema`, `options`, `files`, `totals`. It is written as the run goes, one file a
//! line, so that it never stands in memory as a whole.

use std::io::{self, Write};

use super::entry::{FileEntry, OptionsEntry, TotalsEntry};
use super::{Report, SCHEMA};
use crate::options::Config;
use crate::outcome::{Record, Totals};

/// Writes one JSON object.
#[derive(Debug)]
pub struct Json<W> {
    writer: W,
    /// What stands before the next file.
    separator: &'static str,
}

impl<W: Write> Json<W> {
    /// A report into `writer`.
    pub const fn new(writer: W) -> Self {
        Self { writer, separator: "\n" }
    }
}

impl<W: Write> Report for Json<W> {
    fn begin(&mut self, config: &Config) -> io::Result<()> {
        write!(self.writer, "{{\"schema\":\"{SCHEMA}\",\n\"options\":")?;
        serde_json::to_writer(&mut self.writer, &OptionsEntry::of(config))?;
        write!(self.writer, ",\n\"files\":[")
    }

    fn record(&mut self, record: &Record) -> io::Result<()> {
        self.writer.write_all(self.separator.as_bytes())?;
        self.separator = ",\n";
        Ok(serde_json::to_writer(&mut self.writer, &FileEntry::of(record))?)
    }

    fn end(&mut self, totals: &Totals) -> io::Result<()> {
        write!(self.writer, "\n],\n\"totals\":")?;
        serde_json::to_writer(&mut self.writer, &TotalsEntry::of(totals))?;
        writeln!(self.writer, "}}")?;
        self.writer.flush()
    }
}
