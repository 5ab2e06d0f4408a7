//! Writes the report of a run in one of several forms, and reads it back. Each form receives the records one by one, as
//! files finish, and sends its output to a given writer. NDJSON and text keep that order. JSON and CSV follow the plan,
//! and hold back only the records that came early. `remedy` adds to errors the options that help. `read` returns the parts of
//! a report that a later run needs. `line` is one line of NDJSON, which is also the format of an output directory's ledger.

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
mod remedy;
mod text;
mod wire;
mod writer;

pub use escape::escape_controls;
pub use form::{Form, MARKED_WITHIN, Report, is_report};
pub use line::{Line, ThumbnailLine, read_line, write_line};
pub use ndjson::NdJson;
pub use plural::counted;
pub use read::{Reading, Scope, Unreadable, read_earlier};
pub use remedy::Explain;
pub use text::{Destination, Detail, Text};
pub use wire::{Hex, PathText};

#[cfg(test)]
mod tests;
