//! Reads a report for a later run to continue. Reports of all three forms are read record by record, so that none is in
//! memory as a whole. The report of a killed run is read as far as it goes.

use std::collections::HashMap;
use std::fmt;
use std::io::{self, BufRead, Read};
use std::path::PathBuf;
use std::sync::Arc;

use serde::Deserialize;
use serde::de::{DeserializeSeed, Error as _, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::csv::COMMENT;
use super::form::{Form, SCHEMA};
use super::line::{Line, read_line};
use super::options::OptionsEntry;
use crate::options::Config;
use crate::outcome::SkipReason;
use crate::previous_run::{PreviousRun, Was};

/// The sources of an earlier report that a run processes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// All sources.
    All,
    /// Sources that failed, and those that the run did not reach.
    Failed,
}

/// The reason for which a report can't be read.
#[derive(Debug, thiserror::Error)]
pub enum Unreadable {
    /// The system failed to read it.
    #[error("{0}")]
    Io(#[from] io::Error),
    /// It is not a report of this program, or it is corrupt.
    #[error("{0}")]
    Damaged(String),
}

/// Maximum length of a line of NDJSON, in bytes. The longest path of Linux, twice in hexadecimal, takes some 20 000.
const LONGEST_LINE: u64 = 16 << 20;

/// The contents of a report.
#[derive(Debug)]
pub struct Reading {
    /// The data that a later run needs.
    pub previous_run: PreviousRun,
    /// The inputs, output and options of the run. `None` if the report was cut off before them.
    pub config: Option<Config>,
    /// Whether the run finished. The report of a killed run does not list the files that it did not reach.
    pub is_whole: bool,
}

/// Reads a report of this form. If a source occurs twice, its last record counts.
///
/// # Errors
/// The report can't be read to its end, or is not a report of this program. An unfinished last line, as a killed run leaves
/// it, is no error.
pub fn read_earlier(reader: impl BufRead, form: Form, scope: Scope) -> Result<Reading, Unreadable> {
    let mut collected = Collected { scope, all: Vec::new(), by_source: HashMap::new(), options: None };
    let is_whole = match form {
        // A truncated report is not JSON.
        Form::Json => read_json(reader, &mut collected).map(|()| true),
        Form::NdJson => read_ndjson(reader, &mut collected),
        Form::Csv => read_csv(reader, &mut collected),
    }?;
    let previous_run = match scope {
        Scope::All => PreviousRun::All(Arc::new(collected.all)),
        Scope::Failed => PreviousRun::Failed(Arc::new(collected.by_source)),
    };
    Ok(Reading { previous_run, config: collected.options.and_then(|options| options.to_config()), is_whole })
}

struct Collected {
    scope: Scope,
    all: Vec<PathBuf>,
    by_source: HashMap<PathBuf, Was>,
    options: Option<Box<OptionsEntry>>,
}

impl Collected {
    fn take(&mut self, line: &Line<'_>) -> Result<(), String> {
        let (Some(source), Some(outcome)) = (line.source_path(), &line.outcome) else {
            return Err("a file lacks its source or outcome".to_string());
        };
        match self.scope {
            Scope::All => self.all.push(source),
            Scope::Failed => {
                let was = was(&outcome.0, line.reason.as_ref().map(|text| &*text.0));
                self.by_source.insert(source, was);
            }
        }
        Ok(())
    }
}

fn was(outcome: &str, reason: Option<&str>) -> Was {
    let ends = [SkipReason::Interrupted, SkipReason::Stopped];
    match (outcome, reason.unwrap_or_default()) {
        ("written" | "up-to-date", _) => Was::Done,
        ("skipped", reason) if !ends.iter().any(|end| end.to_string() == reason) => Was::Skipped(reason.into()),
        _ => Was::Failed,
    }
}

fn not_a_report() -> Unreadable {
    Unreadable::Damaged(format!("it is not a report of version {SCHEMA}"))
}

/// Reads an NDJSON report, and returns whether it ends with the totals.
fn read_ndjson(mut reader: impl BufRead, collected: &mut Collected) -> Result<bool, Unreadable> {
    let (mut bytes, mut number, mut is_ours, mut is_whole) = (Vec::new(), 0_u64, false, false);
    loop {
        bytes.clear();
        number += 1;
        if (&mut reader).take(LONGEST_LINE).read_until(b'\n', &mut bytes)? == 0 {
            return if is_ours { Ok(is_whole) } else { Err(not_a_report()) };
        }
        let damaged = |error: String| Unreadable::Damaged(format!("line {number}: {error}"));
        let mut line = match read_line(&bytes) {
            Ok(line) => line,
            // The run was killed, or is still running.
            Err(_) if is_ours && bytes.last() != Some(&b'\n') && (bytes.len() as u64) < LONGEST_LINE => {
                return Ok(false);
            }
            Err(error) if is_ours => return Err(damaged(error.to_string())),
            Err(_) => return Err(not_a_report()),
        };
        is_whole = line.record.0 == "totals";
        match &*line.record.0 {
            "run" if line.schema.as_ref().is_some_and(|schema| schema.0 == SCHEMA) => {
                is_ours = true;
                collected.options = line.options.take().or(collected.options.take());
            }
            "file" if is_ours => collected.take(&line).map_err(damaged)?,
            "totals" | "removed" if is_ours => {}
            _ => return Err(not_a_report()),
        }
    }
}

fn read_json(reader: impl BufRead, collected: &mut Collected) -> Result<(), Unreadable> {
    let mut deserializer = serde_json::Deserializer::from_reader(reader);
    Whole(collected)
        .deserialize(&mut deserializer)
        .and_then(|()| deserializer.end())
        .map_err(|error| Unreadable::Damaged(error.to_string()))
}

/// The object of a JSON report.
struct Whole<'a>(&'a mut Collected);

impl<'de> DeserializeSeed<'de> for Whole<'_> {
    type Value = ();

    fn deserialize<D: serde::Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Whole<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a report of version {SCHEMA}")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let (mut is_ours, mut has_files) = (false, false);
        while let Some(key) = map.next_key::<String>()? {
            match key.as_str() {
                "schema" if map.next_value::<String>()? == SCHEMA => is_ours = true,
                "files" if is_ours => {
                    map.next_value_seed(Files(self.0))?;
                    has_files = true;
                }
                "options" if is_ours => self.0.options = Some(map.next_value()?),
                "totals" | "removed" if is_ours => drop(map.next_value::<IgnoredAny>()?),
                _ => return Err(A::Error::custom(not_a_report())),
            }
        }
        if has_files { Ok(()) } else { Err(A::Error::custom(not_a_report())) }
    }
}

/// The array of the sources in a JSON report.
struct Files<'a>(&'a mut Collected);

impl<'de> DeserializeSeed<'de> for Files<'_> {
    type Value = ();

    fn deserialize<D: serde::Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for Files<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of sources")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut entries: A) -> Result<(), A::Error> {
        while let Some(line) = entries.next_element::<Line<'_>>()? {
            self.0.take(&line).map_err(A::Error::custom)?;
        }
        Ok(())
    }
}

/// The comment after the rows of a CSV report.
#[derive(Debug, Deserialize)]
struct Comment {
    schema: String,
    options: Option<Box<OptionsEntry>>,
}

/// Reads a CSV report, and returns whether it ends with the totals.
fn read_csv(reader: impl BufRead, collected: &mut Collected) -> Result<bool, Unreadable> {
    let damaged = |error: csv::Error| Unreadable::Damaged(error.to_string());
    let mut last_line = Vec::new();
    let noted = NoteLastLine { reader, line: &mut last_line, ended: true };
    let mut reader = csv::ReaderBuilder::new().comment(COMMENT.bytes().next()).from_reader(noted);
    let header = reader.headers().map_err(damaged)?.clone();
    let columns = ["schema", "source", "source_hex", "outcome", "reason"]
        .map(|name| header.iter().position(|title| title == name));
    let mut is_ours = false;
    for row in reader.records() {
        let row = row.map_err(damaged)?;
        let field = |at: usize| columns[at].and_then(|column| row.get(column)).filter(|text| !text.is_empty());
        if field(0) != Some(SCHEMA) {
            return Err(not_a_report());
        }
        is_ours = true;
        let text = |at: usize| field(at).map(Into::into);
        // The rows of a source's other thumbnails repeat these fields.
        let line = Line { source: text(1), source_hex: text(2), outcome: text(3), reason: text(4), ..Line::default() };
        collected.take(&line).map_err(Unreadable::Damaged)?;
    }
    drop(reader);
    let comment = last_line.strip_prefix(COMMENT.as_bytes()).and_then(|json| serde_json::from_slice(json).ok());
    match comment {
        Some(Comment { schema, options }) if schema == SCHEMA => {
            collected.options = options;
            Ok(true)
        }
        _ if is_ours => Ok(false),
        _ => Err(not_a_report()),
    }
}

/// A reader that remembers the last line of its bytes.
struct NoteLastLine<'a, R> {
    reader: R,
    line: &'a mut Vec<u8>,
    /// Whether `line` ends with its newline, so that the next byte begins another one.
    ended: bool,
}

impl<R: Read> Read for NoteLastLine<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.reader.read(buffer)?;
        for piece in buffer[..count].split_inclusive(|byte| *byte == b'\n') {
            if self.ended {
                self.line.clear();
            }
            self.line.extend_from_slice(piece);
            self.ended = piece.ends_with(b"\n");
        }
        Ok(count)
    }
}

#[cfg(test)]
mod tests;
