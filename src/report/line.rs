//! Represents one line of NDJSON, for reading reports and for reading and writing ledgers. Names and meanings of the fields are those
//! of the NDJSON report. Strings are borrowed from the line if JSON allows it.

use std::borrow::Cow;
use std::fmt;
use std::path::{Path, PathBuf};

use serde::de::{SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};

use super::options::OptionsEntry;
use super::wire::{Hex, PathText, Text, bytes_of, path_of};
use crate::geometry::Orientation;
use crate::options::Format;
use crate::outcome::Placeholder;

/// A line of any kind. The field `record` names the kind, which decides which of the other fields exist.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Line<'a> {
    /// `run`, `file`, `removed` or `totals`.
    #[serde(borrow, default)]
    pub record: Text<'a>,
    /// The version of the fields, for a run.
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub schema: Option<Text<'a>>,
    /// The inputs, output and options, for a run in a report.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub options: Option<Box<OptionsEntry>>,
    /// The inputs as paths from the output directory, for a run in a ledger.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub roots: Vec<PathText<'a>>,
    /// The source's path: as it was named in a report, below its root in a ledger.
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub source: Option<Text<'a>>,
    /// The exact bytes of `source`, if it is not valid Unicode.
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub source_hex: Option<Text<'a>>,
    /// The index of the source's root among those of its run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub root: Option<u32>,
    /// `written`, `up-to-date`, `skipped` or `failed`.
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub outcome: Option<Text<'a>>,
    /// The reason for which it was skipped or failed.
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<Text<'a>>,
    /// The source's format.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub format: Option<Format>,
    /// The source's width in px, before it is turned.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub width_px: Option<u32>,
    /// The source's height in px, before it is turned.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub height_px: Option<u32>,
    /// The orientation that was applied to the source.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub orientation: Option<Orientation>,
    /// The source's length in bytes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bytes: Option<u64>,
    /// The source's modification time, ns since 1970.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub modified_ns: Option<i64>,
    /// The source's inode.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub inode: Option<u64>,
    /// The source's number, where names have numbers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub number: Option<u32>,
    /// The digest of the source's content, if all of it was read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub content: Option<Hex>,
    /// The source's placeholder.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub placeholder: Option<Placeholder>,
    /// The time of writing, ns since 1970. Of two lines about one thumbnail, the later one counts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at_ns: Option<i64>,
    /// The source's thumbnails. A run's totals use this name for their number, which is ignored.
    #[serde(borrow, default, skip_serializing_if = "Vec::is_empty", deserialize_with = "read_thumbnails")]
    pub thumbnails: Vec<ThumbnailLine<'a>>,
}

fn read_thumbnails<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<ThumbnailLine<'de>>, D::Error> {
    struct ListOrNumber;

    impl<'de> Visitor<'de> for ListOrNumber {
        type Value = Vec<ThumbnailLine<'de>>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a list of thumbnails")
        }

        fn visit_u64<E>(self, _number: u64) -> Result<Self::Value, E> {
            Ok(Vec::new())
        }

        fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
            let mut thumbnails = Vec::new();
            while let Some(thumbnail) = list.next_element()? {
                thumbnails.push(thumbnail);
            }
            Ok(thumbnails)
        }
    }

    deserializer.deserialize_any(ListOrNumber)
}

/// One thumbnail of a source.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ThumbnailLine<'a> {
    /// The thumbnail's path: as it was written in a report, below the output directory in a ledger.
    #[serde(borrow)]
    pub path: Text<'a>,
    /// The exact bytes of `path`, if it is not valid Unicode.
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub path_hex: Option<Text<'a>>,
    /// The thumbnail's format.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub format: Option<Format>,
    /// The thumbnail's length in bytes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bytes: Option<u64>,
    /// The thumbnail's modification time, ns since 1970.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub modified_ns: Option<i64>,
    /// The digest of the thumbnail's bytes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub digest: Option<Hex>,
    /// The digest of the thumbnail that it replaces, which exists until the new one is renamed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub replaces: Option<Hex>,
    /// The digest of the options it was made with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub made_with: Option<Hex>,
}

impl Line<'_> {
    /// Returns the source's path, if the line has one.
    #[must_use]
    pub fn source_path(&self) -> Option<PathBuf> {
        self.source.as_ref().map(|text| path_of(text, self.source_hex.as_ref()))
    }

    /// Returns the bytes of the source's path, if the line has one.
    #[must_use]
    pub fn source_bytes(&self) -> Option<Cow<'_, [u8]>> {
        self.source.as_ref().map(|text| bytes_of(text, self.source_hex.as_ref()))
    }
}

impl<'a> ThumbnailLine<'a> {
    /// Returns a thumbnail of which only the path is known.
    #[must_use]
    pub fn at(path: &'a Path) -> Self {
        let PathText { text, hex } = PathText::of(path);
        Self {
            path: text,
            path_hex: hex,
            format: None,
            bytes: None,
            modified_ns: None,
            digest: None,
            replaces: None,
            made_with: None,
        }
    }
}

impl ThumbnailLine<'_> {
    /// Returns the thumbnail's path.
    #[must_use]
    pub fn file(&self) -> PathBuf {
        path_of(&self.path, self.path_hex.as_ref())
    }

    /// Returns the bytes of the thumbnail's path.
    #[must_use]
    pub fn path_bytes(&self) -> Cow<'_, [u8]> {
        bytes_of(&self.path, self.path_hex.as_ref())
    }
}

/// Appends `line` and a newline to `bytes`.
///
/// # Errors
/// Only a lack of memory; the signature is serde's.
pub fn write_line(bytes: &mut Vec<u8>, line: &impl Serialize) -> serde_json::Result<()> {
    serde_json::to_writer(&mut *bytes, line)?;
    bytes.push(b'\n');
    Ok(())
}

/// Reads one line.
///
/// # Errors
/// The line is not JSON, or lacks a field that its kind requires.
pub fn read_line(bytes: &[u8]) -> serde_json::Result<Line<'_>> {
    serde_json::from_slice(bytes)
}
