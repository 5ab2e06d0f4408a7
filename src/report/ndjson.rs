//! The report as one JSON object a line: first the run, then each file as it is delivered, last the totals. Every line
//! is flushed, so that the file on disk parses line by line while the run goes on.

use std::io::{self, Write};

use serde::Serialize;

use super::entry::{FileEntry, OptionsEntry, TotalsEntry};
use super::{Report, SCHEMA};
use crate::options::Config;
use crate::outcome::{Record, Totals};

/// Writes one JSON object a line; the field `record` tells its kind.
#[derive(Debug)]
pub struct NdJson<W> {
    writer: W,
}

#[derive(Serialize)]
#[serde(tag = "record", rename_all = "lowercase")]
enum Line {
    Run { schema: &'static str, options: OptionsEntry },
    File(Box<FileEntry>),
    Totals(TotalsEntry),
}

impl<W: Write> NdJson<W> {
    /// A report into `writer`.
    pub const fn new(writer: W) -> Self {
        Self { writer }
    }

    fn put(&mut self, line: &Line) -> io::Result<()> {
        let mut bytes = serde_json::to_vec(line)?;
        bytes.push(b'\n');
        self.writer.write_all(&bytes)?;
        self.writer.flush()
    }
}

impl<W: Write> Report for NdJson<W> {
    fn begin(&mut self, config: &Config) -> io::Result<()> {
        self.put(&Line::Run { schema: SCHEMA, options: OptionsEntry::of(config) })
    }

    fn record(&mut self, record: &Record) -> io::Result<()> {
        self.put(&Line::File(Box::new(FileEntry::of(record))))
    }

    fn end(&mut self, totals: &Totals) -> io::Result<()> {
        self.put(&Line::Totals(TotalsEntry::of(totals)))
    }
}
