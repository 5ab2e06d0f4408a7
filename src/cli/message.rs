//! Prints messages about the whole run.

use std::io::{self, Write};

use thumbs::error::Error;
use thumbs::internal::report::{Explain, escape_controls};

use super::color::Color;

/// Prints an error of the whole run.
pub fn complain(error: &Error, color: Color) {
    say(&format!("error: {}", error.explain()), color);
}

/// Prints a line on stderr.
pub(super) fn say(text: &str, color: Color) {
    let line = format!("{}\n", escape_controls(text));
    let _ = io::stderr().write_all(&color.paint(line.as_bytes()));
}
