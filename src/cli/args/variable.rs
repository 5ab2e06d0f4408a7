//! Reads the variables of the environment that set options.

use std::ffi::OsString;

use clap::{ArgAction, Command};

/// The prefix of variables.
const PREFIX: &str = "THUMBS_";

/// Names that are other programs' business, such as the version in a script that installs this program.
const UNMENTIONED: [&str; 4] = ["completions", "help", "man", "version"];

/// A variable of the environment.
#[derive(Debug)]
pub(super) enum Variable {
    /// The default of the option of this long name.
    Value { name: String, texts: Vec<String>, key: String },
    /// A variable that is ignored, with a warning.
    Ignored(String),
    /// Anything else.
    Other,
}

/// Reads a variable. Those of the options `typed_only` are ignored, as are those that resemble the name of an option.
///
/// # Errors
/// The value is not Unicode.
pub(super) fn read(key: OsString, value: OsString, command: &Command, typed_only: &[&str]) -> Result<Variable, String> {
    let Some(key) = key.into_string().ok().filter(|key| !value.is_empty() && is_key(key)) else {
        return Ok(Variable::Other);
    };
    let name = key[PREFIX.len()..].replace('_', "-").to_ascii_lowercase();
    if typed_only.contains(&name.as_str()) {
        let warning = || format!("{key} is ignored; the option can only be typed, as --{name}");
        let is_mentioned = !UNMENTIONED.contains(&name.as_str());
        return Ok(if is_mentioned { Variable::Ignored(warning()) } else { Variable::Other });
    }
    let Some(argument) = command.get_arguments().find(|argument| argument.get_long() == Some(&name)) else {
        let mut options = command.get_arguments().filter_map(|argument| argument.get_long());
        let near = options.find(|option| !typed_only.contains(option) && is_misspelled(&name, option));
        let warning = |near| {
            let near = key_of(near);
            format!("{key} is ignored; there is no option --{name} (did you mean {near}?)")
        };
        return Ok(near.map_or(Variable::Other, |near| Variable::Ignored(warning(near))));
    };
    let value = value.into_string().map_err(|_| format!("{key}: the value is not valid Unicode"))?;
    let texts = value.split(',').map(|text| text.trim().to_string()).collect();
    let texts = if matches!(argument.get_action(), ArgAction::SetTrue) { vec![switch(&value)] } else { texts };
    Ok(Variable::Value { name, texts, key })
}

/// Returns whether a variable's name has the form of those that set options.
fn is_key(key: &str) -> bool {
    key.strip_prefix(PREFIX).is_some_and(|name| !name.is_empty() && !name.contains(|c: char| c.is_ascii_lowercase()))
}

/// Returns the name of the variable that sets an option.
fn key_of(option: &str) -> String {
    format!("{PREFIX}{}", option.replace('-', "_").to_ascii_uppercase())
}

/// Returns the value of a switch as the parser knows it.
fn switch(value: &str) -> String {
    match value.trim().to_ascii_lowercase().as_str() {
        "1" | "yes" | "on" => "true".to_string(),
        "0" | "no" | "off" => "false".to_string(),
        other => other.to_string(),
    }
}

/// Returns whether one letter is missing, added or another one, or two neighbours have changed places.
fn is_misspelled(name: &str, option: &str) -> bool {
    let (name, option) = (name.as_bytes(), option.as_bytes());
    // Short words resemble others by chance.
    if option.len() < 4 {
        return false;
    }
    let start = name.iter().zip(option).take_while(|(one, other)| one == other).count();
    let (name, option) = (&name[start..], &option[start..]);
    match (name, option) {
        ([_, rest @ ..], _) if rest == option => true,
        (_, [_, rest @ ..]) if rest == name => true,
        ([_, one @ ..], [_, other @ ..]) if one == other => true,
        ([a, b, one @ ..], [c, d, other @ ..]) => (a, b, one) == (d, c, other),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_misspelled_by_one_slip() {
        for slip in ["qualty", "quallity", "qualitx", "qaulity", "qualit", "qualityy"] {
            assert!(is_misspelled(slip, "quality"), "{slip}");
        }
        for other in ["corpus", "qual", "quantity-x", "", "qualms"] {
            assert!(!is_misspelled(other, "quality") && !is_misspelled(other, "crop"), "{other}");
        }
        assert!(!is_misspelled("exe", "ext"));
    }
}
