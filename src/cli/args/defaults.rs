//! Reads defaults of the arguments from files and the environment.
//!
//! A value comes from `THUMBS_…` in the environment, or else from `thumbs.toml` in the current directory, or else from
//! `thumbs/thumbs.toml` in the user's directory of configurations. What is typed precedes them all.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsString;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use clap::error::ContextKind;
use clap::{ArgAction, Command};

use super::variable::{self, Variable};

/// The name of the file.
const FILE: &str = "thumbs.toml";

/// The greatest length in bytes of the file.
const LONGEST: u64 = 1 << 20;

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

/// The defaults that were found.
#[derive(Debug, Default)]
pub(super) struct Defaults {
    /// The defaults by the long names of options.
    found: BTreeMap<String, Value>,
    /// Warnings about variables that are ignored.
    ignored: Vec<String>,
}

/// A default of an option.
#[derive(Debug, Clone)]
struct Value {
    texts: Vec<String>,
    /// The variable or the line of a file that it comes from, as messages name it.
    origin: String,
}

impl Defaults {
    /// Reads all defaults of `command`.
    ///
    /// # Errors
    /// A file can't be read, or names no option, or one that must be typed. Or a variable is not Unicode.
    pub(super) fn read(command: &Command) -> Result<Self, String> {
        let mut defaults = Self::default();
        let files = [directory_of_user().map(|directory| directory.join("thumbs").join(FILE)), Some(FILE.into())];
        for file in files.into_iter().flatten() {
            let shown = file.display().to_string();
            match read_file(&file) {
                Ok(text) => defaults.add(&text, &shown, command).map_err(|reason| format!("{shown}: {reason}"))?,
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                Err(error) => return Err(format!("can't read {shown}: {error}")),
            }
        }
        defaults.add_variables(command, std::env::vars_os())?;
        Ok(defaults)
    }

    /// Adds the values of the file `file`.
    fn add(&mut self, text: &str, file: &str, command: &Command) -> Result<(), String> {
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
            let origin = format!("{name} in {file}");
            self.found.insert(name, Value { texts, origin });
        }
        Ok(())
    }

    /// Adds the values of variables. Commas divide them if the option takes several.
    fn add_variables(
        &mut self,
        command: &Command,
        variables: impl IntoIterator<Item = (OsString, OsString)>,
    ) -> Result<(), String> {
        for (key, value) in variables {
            match variable::read(key, value, command, &TYPED_ONLY)? {
                Variable::Value { name, texts, key } => {
                    self.found.insert(name, Value { texts, origin: key });
                }
                Variable::Ignored(warning) => self.ignored.push(warning),
                Variable::Other => {}
            }
        }
        Ok(())
    }

    /// Returns the reason why a command line is invalid if a default is to blame: where it comes from, and what is wrong.
    pub(super) fn blame(&self, command: &Command, error: &clap::Error) -> Option<String> {
        let facts = |error: &clap::Error| {
            [ContextKind::InvalidArg, ContextKind::InvalidValue].map(|kind| error.get(kind).map(ToString::to_string))
        };
        self.found.iter().find_map(|(name, value)| {
            let alone = Self { found: BTreeMap::from([(name.clone(), value.clone())]), ..Self::default() };
            let own = alone.apply(command.clone()).0.try_get_matches_from(["thumbs", "."]).err()?;
            (facts(&own) == facts(error)).then(|| format!("{}: {}", value.origin, reason_of(&own)))
        })
    }

    /// Returns the warnings about variables that are ignored.
    pub(super) fn into_ignored(self) -> Vec<String> {
        self.ignored
    }

    /// Makes them the defaults of a command; help shows them then. Returns the ids of these arguments, too.
    pub(super) fn apply(&self, command: Command) -> (Command, BTreeSet<String>) {
        let mut ids = BTreeSet::new();
        let command = command.mut_args(|argument| {
            let Some(values) = argument.get_long().and_then(|name| self.found.get(name)) else { return argument };
            let values = &values.texts;
            ids.insert(argument.get_id().to_string());
            let is_list = matches!(argument.get_action(), ArgAction::Append);
            let values = if is_list { values.clone() } else { vec![values.join(",")] };
            argument.default_values(values)
        });
        (command, ids)
    }
}

/// Returns the text of an invalid value's error, without the option that nobody typed.
fn reason_of(error: &clap::Error) -> String {
    let text = error.to_string();
    let text = text.split("\n\nFor more information").next().unwrap_or_default().trim_start_matches("error: ");
    let option = error.get(ContextKind::InvalidArg).map(|option| format!(" for '{option}'")).unwrap_or_default();
    text.replacen(&option, "", 1)
}

/// Reads a file as a whole. A pipe would wait for a writer forever, and a device may never end.
fn read_file(path: &Path) -> io::Result<String> {
    let metadata = fs::metadata(path)?;
    if !metadata.is_file() {
        return Err(io::Error::other("it is not a regular file"));
    }
    if metadata.len() > LONGEST {
        return Err(io::Error::other("it is longer than 1 MiB"));
    }
    fs::read_to_string(path)
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
    use thumbs::options::Light;

    use super::super::Args;
    use super::*;

    fn defaults_of(text: &str, variables: &[(&str, &str)]) -> Result<Defaults, String> {
        let command = Args::command();
        let mut defaults = Defaults::default();
        defaults.add(text, "thumbs.toml", &command)?;
        defaults.add_variables(&command, variables.iter().map(|(key, value)| (key.into(), value.into())))?;
        Ok(defaults)
    }

    fn parse(text: &str, variables: &[(&str, &str)], words: &[&str]) -> Result<thumbs::Config, String> {
        let defaults = defaults_of(text, variables)?;
        let args = Args::try_read(&defaults, [&["thumbs"], words].concat())
            .map_err(|error| defaults.blame(&Args::command(), &error).unwrap_or_else(|| error.to_string()))?;
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
    fn a_wrong_value_is_blamed_on_where_it_stands() {
        let wrong = |file, variables: &[_], words: &[&str]| parse(file, variables, words).unwrap_err();
        let size = wrong("", &[("THUMBS_SIZE", "256,0")], &["in"]);
        assert!(size.starts_with("THUMBS_SIZE: invalid value '0': "), "{size}");
        let size = wrong("size = 0", &[], &["in"]);
        assert!(size.starts_with("size in thumbs.toml: invalid value '0': "), "{size}");
        let fit = wrong("fit = \"round\"\nquality = 70", &[("THUMBS_QUALITY", "80")], &["in"]);
        assert!(fit.starts_with("fit in thumbs.toml: invalid value 'round'") && !fit.contains("--fit"), "{fit}");
        let typed = wrong("quality = 70", &[], &["in", "-q", "0"]);
        assert!(typed.contains("'0' for '--quality <1-100>'"), "{typed}");
        assert!(parse("size = 0", &[], &["in", "-s", "20"]).is_ok());
    }

    #[test]
    fn a_variable_that_has_no_effect_is_mentioned() {
        let ignored = |key: &str| defaults_of("", &[(key, "1")]).unwrap().into_ignored().concat();
        assert_eq!(ignored("THUMBS_FORCE"), "THUMBS_FORCE is ignored; the option can only be typed, as --force");
        assert_eq!(
            ignored("THUMBS_QUALTY"),
            "THUMBS_QUALTY is ignored; there is no option --qualty (did you mean THUMBS_QUALITY?)"
        );
        for other in ["THUMBS_QUALITY", "THUMBS_CORPUS", "THUMBS_VERSION", "QUALTY"] {
            assert_eq!(ignored(other), "");
        }
    }

    #[test]
    fn variables_of_switches_are_set_as_elsewhere_and_empty_ones_are_not_set() {
        let light = |value| parse("", &[("THUMBS_LINEAR", value)], &["in"]).map(|config| config.options.light);
        for (value, wanted) in
            [("1", Light::Linear), ("true", Light::Linear), ("0", Light::Encoded), ("", Light::Encoded)]
        {
            assert_eq!(light(value).unwrap(), wanted, "{value}");
        }
        assert!(light("maybe").unwrap_err().starts_with("THUMBS_LINEAR: invalid value 'maybe'"));
        assert_eq!(parse("", &[("THUMBS_QUALITY", "")], &["in"]).unwrap().options.quality, 80);
    }

    #[test]
    fn help_shows_the_values_in_force() {
        let defaults = defaults_of("quality = 66", &[]).unwrap();
        let help = defaults.apply(Args::command()).0.render_long_help().to_string();
        assert!(help.contains("[default: 66]"), "{help}");
    }
}
