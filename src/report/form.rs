//! The forms of reports, and what each is told.

use std::io;
use std::path::Path;

use crate::options::Config;
use crate::outcome::{Record, Totals};

/// Version of the fields in the JSON, NDJSON and CSV reports. It grows when a field changes its meaning or goes.
pub const SCHEMA: &str = "thumbs-report/2";

/// A form of report: begun once, given every record once, ended once.
pub trait Report {
    /// The run begins.
    ///
    /// # Errors
    /// The writer refused.
    fn begin(&mut self, config: &Config) -> io::Result<()>;

    /// One source had its turn.
    ///
    /// # Errors
    /// The writer refused.
    fn record(&mut self, record: &Record) -> io::Result<()>;

    /// A thumbnail was removed because its source is gone, or would be in a dry run.
    ///
    /// # Errors
    /// The writer refused.
    fn removed(&mut self, _thumbnail: &Path) -> io::Result<()> {
        Ok(())
    }

    /// The run is over.
    ///
    /// # Errors
    /// The writer refused.
    fn end(&mut self, totals: &Totals) -> io::Result<()>;
}

/// The forms that a report file can have, told by its suffix.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// One JSON object.
    Json,
    /// One JSON object a line.
    NdJson,
    /// Comma-separated values, RFC 4180.
    Csv,
}

impl Form {
    /// The form that a file name asks for.
    #[must_use]
    pub fn of_name(name: &Path) -> Option<Self> {
        match name.extension()?.to_str()?.to_ascii_lowercase().as_str() {
            "json" => Some(Self::Json),
            "ndjson" | "jsonl" => Some(Self::NdJson),
            "csv" => Some(Self::Csv),
            _ => None,
        }
    }
}
