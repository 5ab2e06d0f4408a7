//! Reads the text of a file's document, inflated if necessary. Pairs of colours become the light one, and the size
//! takes a form that the renderer's parser understands.

use std::borrow::Cow;
use std::io::{ErrorKind, Read};

use flate2::read::MultiGzDecoder;

use super::{expansion, schemes};
use crate::formats::error::{DecodeError, damaged, ends_too_early};
use crate::formats::svg::markup::{decode_text, is_compressed};

/// Longest text of an image. Maps of whole countries have some tens of megabytes, and the tree takes several times the
/// size of its text.
const LONGEST_TEXT: u64 = 64 << 20;

/// Default size in px of an image that states none (CSS 2.2, 10.3.2 and 10.6.2).
const DEFAULT_SIZE: [(&str, f64); 2] = [("width", 300.0), ("height", 150.0)];

/// Reads the text of a file, ready to be parsed.
pub(super) fn read(bytes: &[u8]) -> Result<Cow<'_, str>, DecodeError> {
    give_size(schemes::take_light_colors(inflate(bytes)?))
}

/// Returns the document's text, inflated if it is compressed.
pub(super) fn inflate(bytes: &[u8]) -> Result<Cow<'_, str>, DecodeError> {
    if !is_compressed(bytes) {
        let is_short = bytes.len() as u64 <= LONGEST_TEXT;
        return if is_short { Ok(decode_text(bytes)) } else { Err(too_long()) };
    }
    let mut inflated = Vec::new();
    let read = MultiGzDecoder::new(bytes).take(LONGEST_TEXT + 1).read_to_end(&mut inflated);
    read.map_err(|error| match error.kind() {
        ErrorKind::OutOfMemory => DecodeError::Limit("decompressing it takes more memory than estimated".to_string()),
        ErrorKind::UnexpectedEof => ends_too_early(),
        _ => damaged("the compressed data are corrupt".to_string()),
    })?;
    if inflated.len() as u64 > LONGEST_TEXT {
        return Err(too_long());
    }
    Ok(decode_text(&inflated).into_owned().into())
}

/// Adds width and height in px to a root element without a view box. They are added if it omits them or states shares of a
/// page: the parser knows no page, and would take 100 px.
pub(super) fn give_size(text: Cow<'_, str>) -> Result<Cow<'_, str>, DecodeError> {
    let mut edits = Vec::new();
    {
        let document = expansion::parse(&text)?;
        let root = document.root_element();
        let start = root.range().start;
        let name_end = text[start..].find(|c: char| c.is_whitespace() || matches!(c, '>' | '/')).map(|at| start + at);
        let Some(name_end) = name_end.filter(|_| root.attribute("viewBox").is_none()) else { return Ok(text) };
        for (name, default) in DEFAULT_SIZE {
            match root.attribute_node(name) {
                None => edits.push((name_end..name_end, format!(" {name}=\"{default}\""))),
                Some(attribute) => {
                    let share = attribute.value().trim().strip_suffix('%').and_then(|share| share.parse::<f64>().ok());
                    edits.extend(share.map(|share| (attribute.range_value(), (default * share / 100.0).to_string())));
                }
            }
        }
    }
    let mut sized = text.into_owned();
    edits.sort_by_key(|(range, _)| std::cmp::Reverse(range.start));
    for (range, value) in edits {
        sized.replace_range(range, &value);
    }
    Ok(sized.into())
}

fn too_long() -> DecodeError {
    DecodeError::Limit(format!("the text of the image is longer than {} MiB", LONGEST_TEXT >> 20))
}
