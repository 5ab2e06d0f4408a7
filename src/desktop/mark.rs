//! Defines the texts of a thumbnail that say of which source, and of which state of it, it is.

use std::fs::File;
use std::io::BufReader;
use std::path::Path;

use super::uri::{name_of, uri_of};
use crate::facts::Facts;
use crate::formats::png::{read_texts, with_texts};
use crate::geometry::Size;

const URI: &str = "Thumb::URI";
const TIME: &str = "Thumb::MTime";
const LENGTH: &str = "Thumb::Size";

/// A source as the cache identifies it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Mark {
    uri: String,
    /// Modification time in whole seconds since 1970.
    time: i64,
    bytes: u64,
}

impl Mark {
    /// Returns the mark of the file at an absolute path.
    pub(crate) fn of(path: &Path, facts: &Facts) -> Self {
        Self { uri: uri_of(path), time: facts.modified_ns.div_euclid(1_000_000_000), bytes: facts.len }
    }

    /// Returns the name of its thumbnails.
    pub(super) fn name(&self) -> String {
        name_of(&self.uri)
    }

    /// Returns a PNG with the texts of the mark. `size` is that of the upright source.
    pub(super) fn apply_to(&self, file: &[u8], size: Option<Size>) -> Vec<u8> {
        let (time, bytes) = (self.time.to_string(), self.bytes.to_string());
        let sides = size.map(|size| (size.width.to_string(), size.height.to_string()));
        let mut texts = vec![(URI, self.uri.as_str()), (TIME, &time), (LENGTH, &bytes)];
        if let Some((width, height)) = &sides {
            texts.extend([("Thumb::Image::Width", width.as_str()), ("Thumb::Image::Height", height)]);
        }
        texts.push(("Software", concat!("thumbs ", env!("CARGO_PKG_VERSION"))));
        with_texts(file, &texts)
    }

    /// Returns whether the file at `path` is a thumbnail of this state of the source, whichever program made it.
    pub(super) fn is_on(&self, path: &Path) -> bool {
        let texts = File::open(path).ok().and_then(|file| read_texts(BufReader::new(file)));
        let Some(texts) = texts else { return false };
        let text = |key| texts.iter().find(|(name, _)| name == key).map(|(_, text)| text.as_str());
        let number = |key| text(key).and_then(|text| text.parse::<i64>().ok());
        // Files change within a second, too. Not every program notes the length.
        let has_other_length = number(LENGTH).is_some_and(|length| u64::try_from(length) != Ok(self.bytes));
        text(URI) == Some(&self.uri) && number(TIME) == Some(self.time) && !has_other_length
    }
}
