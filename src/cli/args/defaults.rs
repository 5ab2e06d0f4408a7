//! Reads defaults of the arguments from files and the environment.
//!
//! A value comes from `THUMBS_…` in the environment, or else from `thumbs.toml` in the current directory, or else from
//! `thumbs/thumbs.toml` in the user's directory of configurations. What is typed precedes them all.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use clap::{ArgAction, Command};

/// The name of the file.
const FILE: &str = "thumbs.toml";

/// The prefix of variables in the environment.
const PREFIX: &str = "THUMBS_";

/// Options of a single run, or ones that remove or replace files: a file in some directory must not decide them.
const TYPED_ONLY: [&str; 15] = [
    "force",
    "prune",
    "resume",
    "retry-failed",
    "report",
    "contact-sheet",
    "compare",
    "sequential",
    "files-from",
    "files0-from",
    "completions",
    "man",
    "help",
    "version",
    "no-ledger",
];

/// The defaults that were found, by the long names of options.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Defaults(BTreeMap<String, Vec<String>>);

impl Defaults {
    /// Reads all defaults of `command`.
    ///
    /// # Errors
    /// A file can't be read, or names no option, or one that must be typed.
    pub(super) fn read(command: &Command) -> Result<Self, String> {
        let mut defaults = Self::default();
        let files = [directory_of_user().map(|directory| directory.join("thumbs").join(FILE)), Some(FILE.into())];
        for file in files.into_iter().flatten() {
            match fs::read_to_string(&file) {
                Ok(text) => defaults.add(&text, command).map_err(|reason| format!("{}: {reason}", file.display()))?,
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                Err(error) => return Err(format!("can't read {}: {error}", file.display())),
            }
        }
        defaults.add_variables(command, |name| std::env::var(name).ok());
        Ok(defaults)
    }

    /// Adds the values of a file.
    fn add(&mut self, text: &str, command: &Command) -> Result<(), String> {
        let table: toml::Table = text.parse().map_err(|error: toml::de::Error| error.message().to_string())?;
        for (name, value) in table {
            if TYPED_ONLY.contains(&name.as_str()) {
                return Err(format!("{name} can only be typed, as --{name}"));
            }
            if !command.get_arguments().any(|argument| argument.get_long() == Some(&name)) {
                return Err(format!("there is no option --{name}"));
            }
            let texts = match value {
                toml::Value::Array(values) => values.into_iter().map(text_of).collect::<Option<Vec<_>>>(),
                value => text_of(value).map(|text| vec![text]),
            };
            let texts = texts.ok_or_else(|| format!("{name} has a value that no option takes"))?;
            self.0.insert(name, texts);
        }
        Ok(())
    }

    /// Adds the values of variables. Commas divide them if the option takes several.
    fn add_variables(&mut self, command: &Command, variable: impl Fn(&str) -> Option<String>) {
        for name in command.get_arguments().filter_map(|argument| argument.get_long()) {
            let key = format!("{PREFIX}{}", name.replace('-', "_").to_ascii_uppercase());
            if !TYPED_ONLY.contains(&name)
                && let Some(value) = variable(&key)
            {
                self.0.insert(name.to_string(), value.split(',').map(|value| value.trim().to_string()).collect());
            }
        }
    }

    /// Makes them the defaults of a command; help shows them then. Returns the ids of these arguments, too.
    pub(super) fn apply(&self, command: Command) -> (Command, BTreeSet<String>) {
        let mut ids = BTreeSet::new();
        let command = command.mut_args(|argument| {
            let Some(values) = argument.get_long().and_then(|name| self.0.get(name)) else { return argument };
            ids.insert(argument.get_id().to_string());
            let is_list = matches!(argument.get_action(), ArgAction::Append);
            let values = if is_list { values.clone() } else { vec![values.join(",")] };
            argument.default_values(values)
        });
        (command, ids)
    }
}

fn text_of(value: toml::Value) -> Option<String> {
    match value {
        toml::Value::String(text) => Some(text),
        toml::Value::Integer(number) => Some(number.to_string()),
        toml::Value::Float(number) => Some(number.to_string()),
        toml::Value::Boolean(is_set) => Some(is_set.to_string()),
        _ => None,
    }
}

/// Returns the directory of the user's configurations.
fn directory_of_user() -> Option<PathBuf> {
    let directory = |name: &str| std::env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
    if cfg!(windows) {
        return directory("APPDATA");
    }
    directory("XDG_CONFIG_HOME").or_else(|| Some(directory("HOME")?.join(Path::new(".config"))))
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::super::Args;
    use super::*;

    fn parse(text: &str, variables: &[(&str, &str)], words: &[&str]) -> Result<thumbs::Config, String> {
        let command = Args::command();
        let mut defaults = Defaults::default();
        defaults.add(text, &command)?;
        defaults.add_variables(&command, |name| {
            variables.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_string())
        });
        let args = Args::try_read(&defaults, [&["thumbs"], words].concat()).map_err(|error| error.to_string())?;
        Ok(args.to_config(None))
    }

    #[test]
    fn a_value_comes_from_the_nearest_place() {
        let file =
            "size = [256, \"800x\"]\nquality = 70\nformat = \"webp\"\nblur = 0.5\nupdate = true\nexclude = [\"raw/\"]";
        let config = parse(file, &[("THUMBS_QUALITY", "75"), ("THUMBS_EXT", "jpg,png")], &["in"]).unwrap();
        let sizes: Vec<String> = config.options.sizes.iter().map(ToString::to_string).collect();
        assert_eq!(sizes, ["256x256", "800x"]);
        assert_eq!((config.options.quality, config.options.targets.to_string()), (75, "webp".to_string()));
        assert!((config.options.blur - 0.5).abs() < 1e-9);
        assert_eq!(config.existing, thumbs::options::Existing::Update);
        assert_eq!(config.selection.suffixes, ["jpg", "png"]);
        assert_eq!(config.selection.exclude.len(), 1);

        let config = parse(file, &[("THUMBS_QUALITY", "75")], &["in", "-q", "90", "-s", "20"]).unwrap();
        assert_eq!((config.options.quality, config.options.sizes.len()), (90, 1));
        let config = parse("srcset = [320, 640]", &[], &["in"]).unwrap();
        assert_eq!(config.options.sizes.len(), 2);
        let config = parse("srcset = [320, 640]", &[], &["in", "-s", "20"]).unwrap();
        assert_eq!(config.options.sizes.len(), 1);
    }

    #[test]
    fn what_a_file_must_not_decide_or_misspells_is_refused() {
        for (file, reason) in [
            ("force = true", "force can only be typed"),
            ("prune = true", "prune can only be typed"),
            ("sise = 20", "there is no option --sise"),
            ("size = {width = 3}", "size has a value that no option takes"),
            ("quality = 200", "quality is a number from 1 to 100"),
            ("quality", "key with no value"),
        ] {
            let error = parse(file, &[], &["in"]).unwrap_err();
            assert!(error.contains(reason), "{file}: {error}");
        }
    }

    #[test]
    fn help_shows_the_values_in_force() {
        let command = Args::command();
        let mut defaults = Defaults::default();
        defaults.add("quality = 66", &command).unwrap();
        let help = defaults.apply(command).0.render_long_help().to_string();
        assert!(help.contains("[default: 66]"), "{help}");
    }
}
