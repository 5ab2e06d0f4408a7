//! Represents one line of NDJSON, as it is read from reports, and as the ledger of an output directory writes and reads it. Field names
//! and meanings are those of the NDJSON report; strings are borrowed from the line wherever JSON allows it.

use std::borrow::Cow;
use std::fmt;
use std::path::{Path, PathBuf};

use serde::de::{SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};

use super::options::OptionsEntry;
use super::wire::{Hex, PathText, Text, bytes_of, path_of};
use crate::geometry::Orientation;
use crate::options::Format;

/// Any line: the field `record` tells which of the others it has.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Line<'a> {
    /// `run`, `file`, `removed` or `totals`.
    #[serde(borrow, default)]
    pub record: Text<'a>,
    /// Of a run: the version of the fields.
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub schema: Option<Text<'a>>,
    /// Of a run in a report: what it was asked to do.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub options: Option<Box<OptionsEntry>>,
    /// Of a run in a ledger: its inputs, as paths from the output directory.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub roots: Vec<PathText<'a>>,
    /// The source: as it was named in a report, below its root in a ledger.
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub source: Option<Text<'a>>,
    /// The exact bytes of `source` where it is not valid Unicode.
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub source_hex: Option<Text<'a>>,
    /// The index of the source's root among those of its run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub root: Option<u32>,
    /// `written`, `up-to-date`, `skipped` or `failed`.
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub outcome: Option<Text<'a>>,
    /// Why it was skipped or failed.
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<Text<'a>>,
    /// The source's format.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub format: Option<Format>,
    /// The source's width before turning, px.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub width_px: Option<u32>,
    /// The source's height before turning, px.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub height_px: Option<u32>,
    /// How the source was turned.
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
    /// The digest of the source's content, where it was read as a whole.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub content: Option<Hex>,
    /// When the line was written, ns since 1970: of two lines about one thumbnail the later one counts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at_ns: Option<i64>,
    /// The source's thumbnails. The totals of a run have their number under this name, which is left out.
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
    /// Its path: as it was written in a report, below the output directory in a ledger.
    #[serde(borrow)]
    pub path: Text<'a>,
    /// The exact bytes of `path` where it is not valid Unicode.
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub path_hex: Option<Text<'a>>,
    /// Its format.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub format: Option<Format>,
    /// Its length in bytes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bytes: Option<u64>,
    /// Its modification time, ns since 1970.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub modified_ns: Option<i64>,
    /// The digest of its bytes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub digest: Option<Hex>,
    /// The digest of the thumbnail that it takes the place of, which is there until the new one has its name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub replaces: Option<Hex>,
    /// The digest of the options it was made with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub made_with: Option<Hex>,
}

impl Line<'_> {
    /// The source's path.
    #[must_use]
    pub fn source_path(&self) -> Option<PathBuf> {
        self.source.as_ref().map(|text| path_of(text, self.source_hex.as_ref()))
    }

    /// The bytes of the source's path.
    #[must_use]
    pub fn source_bytes(&self) -> Option<Cow<'_, [u8]>> {
        self.source.as_ref().map(|text| bytes_of(text, self.source_hex.as_ref()))
    }
}

impl<'a> ThumbnailLine<'a> {
    /// A thumbnail at `path` of which nothing else is known.
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
    /// The thumbnail's path.
    #[must_use]
    pub fn file(&self) -> PathBuf {
        path_of(&self.path, self.path_hex.as_ref())
    }

    /// The bytes of the thumbnail's path.
    #[must_use]
    pub fn path_bytes(&self) -> Cow<'_, [u8]> {
        bytes_of(&self.path, self.path_hex.as_ref())
    }
}

/// Appends `line` and a newline to `bytes`.
///
/// # Errors
/// None that memory allows; the signature is serde's.
pub fn write_line(bytes: &mut Vec<u8>, line: &impl Serialize) -> serde_json::Result<()> {
    serde_json::to_writer(&mut *bytes, line)?;
    bytes.push(b'\n');
    Ok(())
}

/// Reads one line.
///
/// # Errors
/// It is not JSON, or lacks a field that its kind must have.
pub fn read_line(bytes: &[u8]) -> serde_json::Result<Line<'_>> {
    serde_json::from_slice(bytes)
}
