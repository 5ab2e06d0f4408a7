//! Describes the flaws of drawings for people.

use crate::formats::error::{DecodeError, damaged};

/// Reports the place of malformed XML. The parser quotes the text, which may be of any characters.
pub(super) fn malformed(error: &resvg::usvg::roxmltree::Error) -> DecodeError {
    let words = error.to_string();
    let is_readable = !words.chars().any(|character| character.is_control() || matches!(character, '{' | '}'));
    damaged(if is_readable { words } else { format!("the XML is malformed at {}", error.pos()) })
}
