//! Writes what a run did, in one of several forms, and reads it again. Each form receives the records one by one, as files
//! are done, and writes to the writer it was given. NDJSON and text come in that order; JSON and CSV in that of the plan,
//! for which they hold back what came early, and no more. `read` returns what a later run goes by; `line` is one line of
//! NDJSON, which the ledger of an output directory consists of, too.

mod csv;
mod entry;
mod escape;
mod form;
mod json;
mod line;
mod ndjson;
mod options;
mod order;
mod plural;
mod read;
mod text;
mod wire;
mod writer;

pub use csv::Csv;
pub use escape::escape_controls;
pub use form::{Form, Report, SCHEMA};
pub use json::Json;
pub use line::{Line, ThumbnailLine, read_line, write_line};
pub use ndjson::NdJson;
pub use options::OptionsEntry;
pub use plural::counted;
pub use read::{Reading, Scope, Unreadable, read_earlier};
pub use text::{Destination, Detail, Text};
pub use wire::{Hex, PathText, Text as LineText};

#[cfg(test)]
mod tests;
