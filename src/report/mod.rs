//! Writes the report of a run in one of several forms, and reads it back. Each form receives the records one by one, as
//! files finish, and sends its output to a given writer. NDJSON and text keep that order. JSON and CSV follow the plan,
//! and hold back only the records that came early. `read` returns the parts of a report that a later run needs. `line` is
//! one line of NDJSON, which is also the format of an output directory's ledger.

mod csv;
mod entry;
mod escape;
mod json;
mod line;
mod ndjson;
mod options;
mod order;
mod plural;
mod read;
mod text;
mod wire;

use std::io::{self, Write};
use std::path::Path;

use crate::options::Config;
use crate::outcome::{Record, Totals};

pub use csv::Csv;
pub use escape::escape_controls;
pub use json::Json;
pub use line::{Line, ThumbnailLine, read_line, write_line};
pub use ndjson::NdJson;
pub use options::OptionsEntry;
pub use plural::counted;
pub use read::{Reading, Scope, Unreadable, read_earlier};
pub use text::{Destination, Detail, Text};
pub use wire::{Hex, PathText, Text as LineText};

/// Version of the fields in the JSON, NDJSON and CSV reports. It grows when a field changes its meaning or is removed.
pub const SCHEMA: &str = "thumbs-report/2";

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

    /// Returns a report of this form that writes to `writer`.
    #[must_use]
    pub fn into_writer<'a>(self, writer: Box<dyn Write + 'a>) -> Box<dyn Report + 'a> {
        match self {
            Self::Json => Box::new(Json::new(writer)),
            Self::NdJson => Box::new(NdJson::new(writer)),
            Self::Csv => Box::new(Csv::new(writer)),
        }
    }
}

#[cfg(test)]
mod tests;
