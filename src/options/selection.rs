//! Defines the files of the input directories that a run takes.

use std::fmt;
use std::str::FromStr;
use std::time::{Duration, SystemTime};

use ignore::gitignore::GitignoreBuilder;

use super::shard::Shard;

/// The files of the input directories that a run takes. All conditions must hold. Files named as inputs are taken
/// whatever their names.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Selection {
    /// Patterns of which a file, or a directory that it lies in, must match one. Default: none, which takes all.
    pub include: Vec<Pattern>,
    /// Patterns of files and directories that are left out. Default: none.
    pub exclude: Vec<Pattern>,
    /// Suffixes of which a file must have one, without the dot, in upper or lower case. Default: none, which takes all.
    pub suffixes: Vec<String>,
    /// The number of levels of directories that are searched; 1 is the input directory itself. Default: all.
    pub max_depth: Option<usize>,
    /// The time after which a file must have been modified. Default: none.
    pub newer_than: Option<SystemTime>,
    /// The time for which a file must not have been modified. One with a time in the future is taken. Default: none. Reports do not
    /// note it.
    pub resting: Option<Duration>,
    /// The share of all files that is taken, those named as inputs included. Default: none, which takes all.
    pub shard: Option<Shard>,
    /// The treatment of hidden files. Default: [`Hidden::LeftOut`].
    pub hidden: Hidden,
}

/// The treatment of files that programs keep for themselves: hidden files and directories, the thumbnails and indexes of
/// other programs, and directories with a file `.nomedia`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "kebab-case"))]
pub enum Hidden {
    /// They are left out.
    #[default]
    LeftOut,
    /// They are taken.
    Taken,
}

/// A pattern of paths below an input directory, in the syntax of `.gitignore`. Upper and lower case are the same.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pattern(String);

impl Pattern {
    /// Returns the pattern as it was written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for Pattern {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let mut builder = GitignoreBuilder::new("");
        let added = builder.add_line(None, text).and_then(|builder| builder.build());
        added.map(|_| Self(text.to_string())).map_err(|error| error.to_string())
    }
}

/// Reads a time: how long ago, such as `90m`, `12h`, `7d` or `2weeks`, or a date such as `2026-11-01` or
/// `2026-11-01 18:30:00`, in UTC.
///
/// # Errors
/// The text is neither.
pub fn read_time(text: &str) -> Result<SystemTime, String> {
    let text = text.trim();
    let ago = |ago: Duration| SystemTime::now().checked_sub(ago);
    let is_date = text.len() == "2026-11-01".len() && text.matches('-').count() == 2;
    let date = if is_date { format!("{text} 00:00:00") } else { text.to_string() };
    let time = match humantime::parse_duration(text) {
        Ok(duration) => ago(duration),
        Err(_) => humantime::parse_rfc3339_weak(&date).ok(),
    };
    time.ok_or_else(|| "expected how long ago, such as 12h or 7d, or a date such as 2026-11-01".to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_a_duration_or_a_date() {
        let at = |text| read_time(text).unwrap().duration_since(SystemTime::UNIX_EPOCH).unwrap().as_secs();
        assert_eq!(at("1970-01-02"), 86_400);
        assert_eq!(at("1970-01-02 00:01:00"), 86_460);
        assert_eq!(at("1970-01-02T00:01:00Z"), 86_460);
        let ago = SystemTime::now().duration_since(read_time("2h 30m").unwrap()).unwrap();
        assert!(ago.as_secs().abs_diff(9000) <= 2, "{ago:?}");
        for wrong in ["", "yesterday", "2026-13-01", "7", "-3d", "999999999999years"] {
            assert!(read_time(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_pattern_that_can_match_nothing_is_refused() {
        assert!("*.{jpg,heic}".parse::<Pattern>().is_ok());
        assert!("{a,b".parse::<Pattern>().is_err());
    }
}
