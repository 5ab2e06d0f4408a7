//! A report on disk → what a later run goes by. Reports of all three forms are read record by record, so that none stands
//! in memory as a whole; one of a run that was killed is read as far as it goes.

use std::collections::{HashMap, HashSet};
use std::fmt;
use std::io::{self, BufRead, Read};
use std::path::PathBuf;
use std::sync::Arc;

use serde::Deserialize;
use serde::de::{DeserializeSeed, Error as _, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::{Form, SCHEMA};
use crate::earlier::{Earlier, Formats};
use crate::geometry::{Orientation, Size};
use crate::options::{Format, Options, Target};
use crate::outcome::SkipReason;

/// What is wanted of an earlier report.
#[derive(Debug, Clone, Copy)]
pub enum Wanted<'a> {
    /// The sources that have the thumbnails that these options make.
    Written(&'a Options),
    /// The sources that failed, and those that the run did not come to before it was ended.
    Failed,
}

/// Why a report can't be read.
#[derive(Debug, thiserror::Error)]
pub enum Unreadable {
    /// The system refused.
    #[error("{0}")]
    Io(#[from] io::Error),
    /// It is no report of ours, or damaged.
    #[error("{0}")]
    Damaged(String),
}

/// Bytes of one line of NDJSON at the most; the longest path of Linux, twice in hexadecimal, takes some 20 000.
const LONGEST_LINE: u64 = 16 << 20;

/// What a report says.
#[derive(Debug)]
pub struct Reading {
    /// What a later run goes by.
    pub earlier: Earlier,
    /// Whether the run came to its end. One that was killed says nothing of what it did not come to.
    pub is_whole: bool,
}

/// Reads a report of this form. Where a source comes twice, its last record counts.
///
/// # Errors
/// It can't be read to its end, or is no report of ours. A last line that a killed run did not finish is no error.
pub fn read_earlier(reader: impl BufRead, form: Form, wanted: Wanted<'_>) -> Result<Reading, Unreadable> {
    let mut collected = Collected { wanted, written: HashMap::new(), failed: HashSet::new() };
    let is_whole = match form {
        // One that is cut off is no JSON.
        Form::Json => read_json(reader, &mut collected).map(|()| true),
        Form::NdJson => read_ndjson(reader, &mut collected),
        Form::Csv => read_csv(reader, &mut collected),
    }?;
    let earlier = match wanted {
        Wanted::Written(_) => Earlier::Written(Arc::new(collected.written)),
        Wanted::Failed => Earlier::Failed(Arc::new(collected.failed)),
    };
    Ok(Reading { earlier, is_whole })
}

/// The fields of a source that are read again.
#[derive(Debug, Deserialize)]
struct Entry {
    source: String,
    #[serde(default)]
    source_hex: Option<String>,
    outcome: String,
    #[serde(default)]
    reason: Option<String>,
    format: Option<Format>,
    width_px: Option<u32>,
    height_px: Option<u32>,
    orientation: Option<Orientation>,
    thumbnails: Vec<Made>,
}

#[derive(Debug, Deserialize)]
struct Made {
    format: Format,
    width_px: u32,
    height_px: u32,
}

impl Entry {
    fn path(&self) -> PathBuf {
        match self.source_hex.as_deref().and_then(read_hex) {
            Some(path) => path,
            None => PathBuf::from(&self.source),
        }
    }

    /// Whether the run ended before its turn.
    fn was_not_begun(&self) -> bool {
        let ends = [SkipReason::Interrupted, SkipReason::Stopped];
        self.reason.as_ref().is_some_and(|reason| ends.iter().any(|end| end.to_string() == *reason))
    }

    /// The formats, where the thumbnails are those that `options` make of such a source.
    fn formats(&self, options: &Options) -> Option<Formats> {
        let (source, size) = (self.format?, Size::new(self.width_px?, self.height_px?));
        let upright = self.orientation?.apply_to(size);
        let thumbnails = self.thumbnails.first()?.format;
        let may_be = match options.target {
            Target::Always(format) => format == thumbnails,
            Target::Same => [false, true].iter().any(|alpha| Target::Same.for_source(source, *alpha) == thumbnails),
        };
        let sizes = self.thumbnails.iter().map(|made| (made.format, Size::new(made.width_px, made.height_px)));
        let wanted = options.sizes.iter().map(|bounds| (thumbnails, upright.fit_into(*bounds)));
        (may_be && upright.pixels() > 0 && sizes.eq(wanted)).then_some(Formats { source, thumbnails })
    }
}

#[cfg(unix)]
fn read_hex(digits: &str) -> Option<PathBuf> {
    let byte = |pair: &[u8]| u8::from_str_radix(str::from_utf8(pair).ok()?, 16).ok();
    let (pairs, rest) = digits.as_bytes().as_chunks::<2>();
    let bytes = pairs.iter().map(|pair| byte(pair)).collect::<Option<Vec<u8>>>()?;
    rest.is_empty().then(|| PathBuf::from(<std::ffi::OsString as std::os::unix::ffi::OsStringExt>::from_vec(bytes)))
}

/// Other systems don't say what the bytes of a name mean.
#[cfg(not(unix))]
fn read_hex(_digits: &str) -> Option<PathBuf> {
    None
}

struct Collected<'a> {
    wanted: Wanted<'a>,
    written: HashMap<PathBuf, Formats>,
    failed: HashSet<PathBuf>,
}

impl Collected<'_> {
    fn take(&mut self, entry: &Entry) {
        match (self.wanted, entry.outcome.as_str()) {
            (Wanted::Failed, "failed") => drop(self.failed.insert(entry.path())),
            (Wanted::Failed, "skipped") if entry.was_not_begun() => drop(self.failed.insert(entry.path())),
            (Wanted::Failed, _) => drop(self.failed.remove(&entry.path())),
            // Nothing new is known of it.
            (Wanted::Written(_), "up-to-date") => {}
            (Wanted::Written(options), outcome) => match entry.formats(options).filter(|_| outcome == "written") {
                Some(formats) => drop(self.written.insert(entry.path(), formats)),
                None => drop(self.written.remove(&entry.path())),
            },
        }
    }
}

fn no_report() -> Unreadable {
    Unreadable::Damaged(format!("it is no report of the version {SCHEMA}"))
}

/// One line of NDJSON.
#[derive(Deserialize)]
#[serde(tag = "record", rename_all = "lowercase")]
enum Line {
    Run { schema: String },
    File(Box<Entry>),
    Totals {},
}

/// Whether the totals are the last of it.
fn read_ndjson(mut reader: impl BufRead, collected: &mut Collected<'_>) -> Result<bool, Unreadable> {
    let (mut line, mut number, mut is_ours, mut is_whole) = (Vec::new(), 0_u64, false, false);
    loop {
        line.clear();
        number += 1;
        if (&mut reader).take(LONGEST_LINE).read_until(b'\n', &mut line)? == 0 {
            return if is_ours { Ok(is_whole) } else { Err(no_report()) };
        }
        let read = serde_json::from_slice(&line);
        is_whole = matches!(read, Ok(Line::Totals {}));
        match read {
            Ok(Line::Run { schema }) if schema == SCHEMA => is_ours = true,
            Ok(Line::File(entry)) if is_ours => collected.take(&entry),
            Ok(Line::Totals {}) if is_ours => {}
            // The run was killed, or still goes on.
            Err(_) if is_ours && line.last() != Some(&b'\n') && (line.len() as u64) < LONGEST_LINE => return Ok(false),
            Err(error) if is_ours => return Err(Unreadable::Damaged(format!("line {number}: {error}"))),
            _ => return Err(no_report()),
        }
    }
}

fn read_json(reader: impl BufRead, collected: &mut Collected<'_>) -> Result<(), Unreadable> {
    let mut deserializer = serde_json::Deserializer::from_reader(reader);
    Whole(collected)
        .deserialize(&mut deserializer)
        .and_then(|()| deserializer.end())
        .map_err(|error| Unreadable::Damaged(error.to_string()))
}

/// The one object of a JSON report.
struct Whole<'a, 'b>(&'a mut Collected<'b>);

impl<'de> DeserializeSeed<'de> for Whole<'_, '_> {
    type Value = ();

    fn deserialize<D: serde::Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Whole<'_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a report of the version {SCHEMA}")
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
                "options" | "totals" if is_ours => drop(map.next_value::<IgnoredAny>()?),
                _ => return Err(A::Error::custom(no_report())),
            }
        }
        if has_files { Ok(()) } else { Err(A::Error::custom(no_report())) }
    }
}

/// The array of a JSON report's sources.
struct Files<'a, 'b>(&'a mut Collected<'b>);

impl<'de> DeserializeSeed<'de> for Files<'_, '_> {
    type Value = ();

    fn deserialize<D: serde::Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for Files<'_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of sources")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut entries: A) -> Result<(), A::Error> {
        while let Some(entry) = entries.next_element::<Entry>()? {
            self.0.take(&entry);
        }
        Ok(())
    }
}

/// One row of a CSV report: a source and one of its thumbnails, if it has any.
#[derive(Debug, Deserialize)]
struct Row {
    schema: String,
    record: String,
    source: String,
    source_hex: Option<String>,
    outcome: String,
    reason: Option<String>,
    format: Option<Format>,
    width_px: Option<u32>,
    height_px: Option<u32>,
    orientation: Option<Orientation>,
    thumbnail_format: Option<Format>,
    thumbnail_width_px: Option<u32>,
    thumbnail_height_px: Option<u32>,
}

impl Row {
    /// The source with its first thumbnail.
    fn into_entry(self) -> Entry {
        let thumbnails = self.made().into_iter().collect();
        Entry {
            source: self.source,
            source_hex: self.source_hex,
            outcome: self.outcome,
            reason: self.reason,
            format: self.format,
            width_px: self.width_px,
            height_px: self.height_px,
            orientation: self.orientation,
            thumbnails,
        }
    }

    fn made(&self) -> Option<Made> {
        Some(Made {
            format: self.thumbnail_format?,
            width_px: self.thumbnail_width_px?,
            height_px: self.thumbnail_height_px?,
        })
    }
}

/// Whether the totals are the last of it.
fn read_csv(reader: impl BufRead, collected: &mut Collected<'_>) -> Result<bool, Unreadable> {
    let mut reader = csv::Reader::from_reader(reader);
    let mut open: Option<Entry> = None;
    let (mut rows, mut is_whole) = (0_u64, false);
    for row in reader.deserialize::<Row>() {
        let row = row.map_err(|error| Unreadable::Damaged(error.to_string()))?;
        rows += 1;
        if row.schema != SCHEMA {
            return Err(no_report());
        }
        is_whole = row.record == "totals";
        if row.record != "file" {
            continue;
        }
        match &mut open {
            Some(entry) if entry.source == row.source && entry.source_hex == row.source_hex => {
                entry.thumbnails.extend(row.made());
            }
            _ => {
                if let Some(entry) = open.replace(row.into_entry()) {
                    collected.take(&entry);
                }
            }
        }
    }
    open.iter().for_each(|entry| collected.take(entry));
    if rows > 0 { Ok(is_whole) } else { Err(no_report()) }
}

#[cfg(test)]
mod tests;
