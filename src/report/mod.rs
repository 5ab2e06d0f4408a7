//! Outcomes → a writer, in one of several forms. Pure: each form is handed the records one by one, in plan order, and
//! writes to the writer it was given; none holds more than it must, so a million files are reported in the memory of
//! one. The way back is `read`: a report on disk → what a later run goes by.

mod csv;
mod entry;
mod escape;
mod json;
mod ndjson;
mod plural;
mod read;
mod text;

use std::io::{self, Write};

use crate::options::Config;
use crate::outcome::{Record, Totals};

pub use csv::Csv;
pub use escape::escape_controls;
pub use json::Json;
pub use ndjson::NdJson;
pub use plural::counted;
pub use read::{Reading, Unreadable, Wanted, read_earlier};
pub use text::{Destination, Text};

/// Version of the fields in the JSON, NDJSON and CSV reports. It grows when a field changes its meaning or goes.
pub const SCHEMA: &str = "thumbs-report/1";

/// A form of report: begun once, given every record in plan order, ended once.
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
    pub fn of_name(name: &std::path::Path) -> Option<Self> {
        match name.extension()?.to_str()?.to_ascii_lowercase().as_str() {
            "json" => Some(Self::Json),
            "ndjson" | "jsonl" => Some(Self::NdJson),
            "csv" => Some(Self::Csv),
            _ => None,
        }
    }

    /// A report of this form into `writer`.
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
