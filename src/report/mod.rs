//! Writes what a run did, in one of several forms, and reads it again. Each form receives the records one by one, as files
//! are done, and writes to the writer it was given. NDJSON and text come in that order; JSON and CSV in that of the plan,
//! for which they hold back what came early, and no more. `read` returns what a later run goes by; `line` is one line of
//! NDJSON, which the ledger of an output directory consists of, too.

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
