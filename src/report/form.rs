//! Defines the forms of reports and the data that each receives.

use std::io;
use std::path::Path;

use crate::options::Config;
use crate::outcome::{Record, Totals};

/// Version of the fields in the JSON, NDJSON and CSV reports. It grows when a field changes its meaning or is removed.
pub const SCHEMA: &str = "thumbs-report/2";

/// The starts of reports in each form, of any version. A CSV without rows has only its comment.
const STARTS: [&str; 4] = [
    "{\"schema\":\"thumbs-report/",
    "{\"record\":\"run\",\"schema\":\"thumbs-report/",
    "schema,index,source,source_hex,outcome,",
    "# {\"schema\":\"thumbs-report/",
];

/// Number of bytes that tell a report from other files.
pub const MARKED_WITHIN: usize = 64;

/// Returns whether a file that starts like this is a report, whole or cut off.
#[must_use]
pub fn is_report(start: &[u8]) -> bool {
    STARTS.iter().any(|report| start.starts_with(report.as_bytes()))
}

/// A form of report. It is begun once, receives every record once, and is ended once.
pub trait Report {
    /// Begins the report of a run.
    ///
    /// # Errors
    /// The writer failed.
    fn begin(&mut self, config: &Config) -> io::Result<()>;

    /// Reports the outcome of one source.
    ///
    /// # Errors
    /// The writer failed.
    fn record(&mut self, record: &Record) -> io::Result<()>;

    /// Reports a removed thumbnail, or one that a dry run would remove. Its source is gone.
    ///
    /// # Errors
    /// The writer failed.
    fn removed(&mut self, _thumbnail: &Path) -> io::Result<()> {
        Ok(())
    }

    /// Ends the report with the totals.
    ///
    /// # Errors
    /// The writer failed.
    fn end(&mut self, totals: &Totals) -> io::Result<()>;
}

/// The form of a report file, determined by its suffix.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// One JSON object.
    Json,
    /// One JSON object per line.
    NdJson,
    /// Comma-separated values, RFC 4180.
    Csv,
}

impl Form {
    /// Returns the form for a file name, or `None` if its suffix is unknown.
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
