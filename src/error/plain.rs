//! Words the errors of the system and of panics.

use std::any::Any;
use std::fmt;
use std::io;

/// Returns a system error in the system's own words: in lower case, without its number, and without the path and the text
/// that crates add to it.
#[must_use]
pub fn plain(error: impl fmt::Display) -> String {
    const CODE: &str = "(os error ";
    let text = error.to_string();
    let code = text.split_once(CODE).and_then(|(_, rest)| rest.split_once(')')?.0.parse().ok());
    let Some(code) = code else { return text };
    let words = io::Error::from_raw_os_error(code).to_string();
    let words = words.split(CODE).next().unwrap_or_default().trim_end().trim_end_matches('.');
    let mut letters = words.chars();
    letters.next().map_or_else(String::new, |first| first.to_lowercase().chain(letters).collect())
}

/// Returns the message of a caught panic.
#[must_use]
pub fn panic_message(payload: &(dyn Any + Send)) -> String {
    let text = payload.downcast_ref::<&str>().copied();
    text.or_else(|| payload.downcast_ref::<String>().map(String::as_str)).unwrap_or("no message").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_without_a_number_of_the_system_stay() {
        assert_eq!(plain(io::Error::other("broken symbolic link")), "broken symbolic link");
        assert_eq!(plain("line 3: expected value (os error unknown)"), "line 3: expected value (os error unknown)");
    }
}
