//! Composes the command that continues an interrupted run.

use std::ffi::OsString;

/// Returns the command `words`, quoted for a shell. Adds `--update` unless it continues the run without.
pub fn to_go_on(words: impl IntoIterator<Item = OsString>, goes_on: bool) -> String {
    let mut words = words.into_iter();
    let program = words.next().unwrap_or_else(|| "thumbs".into());
    let mut typed: Vec<String> =
        std::iter::once(program).chain(words).map(|word| quote(&word.to_string_lossy())).collect();
    if !goes_on {
        // After `--` it would be an input.
        let at = typed.iter().position(|word| word == "--").unwrap_or(typed.len());
        typed.insert(at, "--update".to_string());
    }
    typed.join(" ")
}

/// Quotes a word if a shell would change it.
fn quote(word: &str) -> String {
    let is_plain = |c: char| c.is_alphanumeric() || "-_./=:,+%@".contains(c);
    if !word.is_empty() && word.chars().all(is_plain) {
        return word.to_string();
    }
    format!("'{}'", word.replace('\'', "'\\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_is_the_one_typed_and_update() {
        let go_on = |words: &[&str], goes_on| to_go_on(words.iter().map(OsString::from), goes_on);
        assert_eq!(go_on(&["./thumbs", "my photos", "-s", "256"], false), "./thumbs 'my photos' -s 256 --update");
        assert_eq!(go_on(&["thumbs", "a", "--resume=r.json"], true), "thumbs a --resume=r.json");
        assert_eq!(go_on(&["thumbs", "--", "-odd"], false), "thumbs --update -- -odd");
        assert_eq!(go_on(&["thumbs", "it's"], true), "thumbs 'it'\\''s'");
    }
}
