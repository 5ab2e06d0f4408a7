//! Decides whether messages are coloured, and colours them.

use std::borrow::Cow;
use std::env;
use std::ffi::OsStr;
use std::io::IsTerminal;

use clap::ValueEnum;

/// The condition for colouring messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum When {
    /// On a terminal, unless NO_COLOR is set or the terminal is dumb
    #[default]
    Auto,
    /// Also in files and pipes
    Always,
    /// Nowhere
    Never,
}

/// The style of messages on one stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Color {
    /// Plain text.
    Plain,
    /// ANSI escape sequences.
    Ansi,
}

const RESET: &[u8] = b"\x1b[0m";

/// The starts of lines that are coloured, and their colours: bold red for errors, bold yellow for warnings.
const STARTS: [(&[u8], &[u8]); 2] = [(b"error:", b"\x1b[1;31m"), (b"warning:", b"\x1b[1;33m")];

impl When {
    /// Decides for a stream, by the current environment.
    pub fn on(self, stream: &impl IsTerminal) -> Color {
        let (no_color, term) = (env::var_os("NO_COLOR"), env::var_os("TERM"));
        self.decide(stream.is_terminal(), no_color.as_deref(), term.as_deref())
    }

    /// Decides by the values of NO_COLOR and TERM. An empty NO_COLOR counts as unset (no-color.org).
    fn decide(self, is_terminal: bool, no_color: Option<&OsStr>, term: Option<&OsStr>) -> Color {
        let is_allowed = no_color.is_none_or(OsStr::is_empty) && term.is_none_or(|term| term != "dumb");
        match self {
            Self::Always => Color::Ansi,
            Self::Auto if is_terminal && is_allowed => Color::Ansi,
            Self::Auto | Self::Never => Color::Plain,
        }
    }
}

impl Color {
    /// Colours the start of an error or a warning.
    pub fn paint(self, line: &[u8]) -> Cow<'_, [u8]> {
        let found = STARTS.iter().find(|(start, _)| line.starts_with(start));
        match (self, found) {
            (Self::Ansi, Some((start, color))) => [color, start, RESET, &line[start.len()..]].concat().into(),
            _ => line.into(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_are_for_terminals_that_have_them_and_people_who_want_them() {
        let set = |text: &'static str| Some(OsStr::new(text));
        for (when, is_terminal, no_color, term, wanted) in [
            (When::Auto, true, None, set("xterm"), Color::Ansi),
            (When::Auto, true, set(""), None, Color::Ansi),
            (When::Auto, true, set("1"), set("xterm"), Color::Plain),
            (When::Auto, true, None, set("dumb"), Color::Plain),
            (When::Auto, false, None, set("xterm"), Color::Plain),
            (When::Always, false, set("1"), set("dumb"), Color::Ansi),
            (When::Never, true, None, set("xterm"), Color::Plain),
        ] {
            assert_eq!(when.decide(is_terminal, no_color, term), wanted, "{when:?}, {no_color:?}, {term:?}");
        }
    }

    #[test]
    fn only_the_start_of_an_error_or_a_warning_is_painted() {
        assert_eq!(*Color::Ansi.paint(b"error: no"), *b"\x1b[1;31merror:\x1b[0m no");
        assert_eq!(*Color::Ansi.paint(b"warning: a"), *b"\x1b[1;33mwarning:\x1b[0m a");
        assert_eq!(*Color::Ansi.paint(b"2 failed:"), *b"2 failed:");
        assert_eq!(*Color::Plain.paint(b"error: no"), *b"error: no");
    }
}
