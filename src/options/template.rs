//! Defines templates for the paths of thumbnails.

use std::ffi::{OsStr, OsString};
use std::fmt;
use std::path::{Component, Path, PathBuf};
use std::str::FromStr;

use crate::digest::digest;
use crate::format::Format;
use crate::geometry::{Bounds, Size};

/// The name of the ledger's directory in the output directory. No template may name it.
pub(crate) const DIRECTORY_OF_LEDGER: &str = ".thumbs";

/// A template for the paths of thumbnails below the output directory, such as `{dir}/{stem}-{width}w.{ext}`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Template {
    text: String,
    parts: Vec<Part>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Part {
    Text(String),
    Field(Field),
}

/// A field of a template.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Field {
    /// The directory of the source below its input.
    Dir,
    /// The name of the source without its suffix.
    Stem,
    /// The suffix of the thumbnail's format.
    Ext,
    /// The suffix of the source's name.
    SourceExt,
    /// The requested width and height in px.
    Width,
    Height,
    /// The requested size.
    Size,
    /// 16 digits that stand for the path of the source below its input.
    Hash,
    /// The number of the source, with four digits or more.
    Index,
}

impl Field {
    const ALL: [(&'static str, Self); 9] = [
        ("dir", Self::Dir),
        ("stem", Self::Stem),
        ("ext", Self::Ext),
        ("source-ext", Self::SourceExt),
        ("width", Self::Width),
        ("height", Self::Height),
        ("size", Self::Size),
        ("hash", Self::Hash),
        ("index", Self::Index),
    ];

    fn read(name: &str) -> Result<Self, String> {
        let known = Self::ALL.iter().find(|(known, _)| *known == name);
        let names = || Self::ALL.map(|(name, _)| format!("{{{name}}}")).join(" ");
        known.map(|(_, field)| *field).ok_or_else(|| format!("{{{name}}} is no field; choose from {}", names()))
    }
}

/// The reason why thumbnails can't be named as asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NameProblem {
    /// The template names several sizes alike.
    #[error("several sizes need {{width}}, {{height}} or {{size}} in the template of names")]
    SizesUntold,
    /// The template names a side that a size leaves open.
    #[error("a size without this side has no {{width}} or {{height}} for the template of names; use {{size}}")]
    NoSide,
    /// The template names a side that two sizes share.
    #[error("two sizes have the same {{width}} or {{height}}; use {{size}} in the template of names")]
    SameSide,
    /// The template has numbers, and the run has a share of the images only.
    #[error("the shards of a run can't number images together; use {{hash}} or {{stem}} in place of {{index}}")]
    NumbersInShards,
    /// A size is none of those in the cache of desktops.
    #[error("the cache of desktops holds thumbnails of 128, 256, 512 and 1024 px only")]
    DesktopSize,
}

/// A source as far as the names of its thumbnails depend on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct SourceName<'a> {
    /// Its path below its input.
    pub below: &'a Path,
    /// Its number in the output directory. Without `{index}` in a template, all sources have 0.
    pub number: u32,
}

impl Template {
    /// Returns whether names contain the numbers of sources.
    #[must_use]
    pub fn has_numbers(&self) -> bool {
        self.parts.contains(&Part::Field(Field::Index))
    }

    /// Returns why thumbnails of these sizes could not be told apart, or have no name, if so.
    #[must_use]
    pub fn problem_with(&self, sizes: &[Bounds]) -> Option<NameProblem> {
        let has = |field| self.parts.contains(&Part::Field(field));
        let tells_sizes = has(Field::Width) || has(Field::Height) || has(Field::Size);
        if sizes.len() > 1 && !tells_sizes {
            return Some(NameProblem::SizesUntold);
        }
        let mut names = sizes.iter().map(|size| self.fields_of_size(*size));
        let mut seen = Vec::new();
        names.find_map(|name| match name {
            None => Some(NameProblem::NoSide),
            Some(name) if seen.contains(&name) => Some(NameProblem::SameSide),
            Some(name) => {
                seen.push(name);
                None
            }
        })
    }

    /// Returns the values of all fields that tell sizes apart; `None` if one has no value.
    fn fields_of_size(&self, size: Bounds) -> Option<Vec<String>> {
        let fields = self.parts.iter().filter_map(|part| match part {
            Part::Field(field @ (Field::Width | Field::Height | Field::Size)) => Some(value_of_size(*field, size)),
            _ => None,
        });
        fields.collect()
    }

    /// Returns the path of a thumbnail of `source`, whose path is relative.
    #[must_use]
    pub(crate) fn path(&self, source: SourceName<'_>, size: Bounds, format: Format) -> PathBuf {
        self.render(source, size, format.suffix())
    }

    /// Returns a path that two sources share if their thumbnails could have the same name in any format.
    #[must_use]
    pub(crate) fn path_in_any_format(&self, source: SourceName<'_>, size: Bounds) -> PathBuf {
        self.render(source, size, "")
    }

    fn render(&self, SourceName { below, number }: SourceName<'_>, size: Bounds, suffix: &str) -> PathBuf {
        let mut path = OsString::new();
        for part in &self.parts {
            match part {
                Part::Text(text) => path.push(text),
                Part::Field(Field::Dir) => path.push(below.parent().unwrap_or(Path::new(""))),
                Part::Field(Field::Stem) => path.push(below.file_stem().unwrap_or(OsStr::new(""))),
                Part::Field(Field::Ext) => path.push(suffix),
                Part::Field(Field::SourceExt) => path.push(below.extension().unwrap_or(OsStr::new(""))),
                Part::Field(Field::Hash) => path.push(format!("{:016x}", digest(below.as_os_str().as_encoded_bytes()))),
                Part::Field(Field::Index) => path.push(format!("{number:04}")),
                Part::Field(field) => path.push(value_of_size(*field, size).unwrap_or_default()),
            }
        }
        // The directory of a source may be empty.
        let is_name = |part: &Component<'_>| matches!(part, Component::Normal(_));
        Path::new(&path).components().filter(is_name).collect()
    }
}

fn value_of_size(field: Field, size: Bounds) -> Option<String> {
    match (field, size) {
        (Field::Width, Bounds::Box(Size { width: side, .. }) | Bounds::Width { width: side })
        | (Field::Height, Bounds::Box(Size { height: side, .. }) | Bounds::Height { height: side }) => {
            Some(side.to_string())
        }
        (Field::Size, size) => Some(size.folder()),
        _ => None,
    }
}

impl fmt::Display for Template {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl FromStr for Template {
    type Err = String;

    /// Parses a relative path with fields in braces, which ends in `.{ext}`.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let mut parts = Vec::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once('{') {
            let (name, after) = after.split_once('}').ok_or("a { has no }")?;
            parts.push(Part::Text(before.to_string()));
            parts.push(Part::Field(Field::read(name)?));
            rest = after;
        }
        let ends_in_suffix = rest.is_empty() && text.ends_with(".{ext}");
        parts.retain(|part| *part != Part::Text(String::new()));
        let leads_away = |part: Component<'_>| !matches!(part, Component::Normal(_) | Component::CurDir);
        // Some file systems ignore case.
        let is_ledger = |part: Component<'_>| part.as_os_str().eq_ignore_ascii_case(DIRECTORY_OF_LEDGER);
        match Path::new(text).components().any(leads_away) {
            _ if Path::new(text).components().any(is_ledger) => {
                Err(format!("{DIRECTORY_OF_LEDGER} is the directory of the ledger; choose another name"))
            }
            true => Err("the path starts at the output directory, and has no ..".to_string()),
            false if !ends_in_suffix => Err("the template ends in .{ext}".to_string()),
            false => Ok(Self { text: text.to_string(), parts }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn path(template: &str, below: &str, size: &str) -> String {
        let template: Template = template.parse().unwrap();
        let size = size.parse().unwrap();
        assert_eq!(template.problem_with(&[size]), None);
        let source = SourceName { below: below.as_ref(), number: 12 };
        template.path(source, size, Format::WebP).display().to_string()
    }

    #[test]
    fn fields_have_the_values_of_the_source_and_the_size() {
        assert_eq!(path("{dir}/{stem}-{width}w.{ext}", "x/y/a.b.JPG", "320x"), "x/y/a.b-320w.webp");
        assert_eq!(path("{dir}/{stem}.{ext}", "a.jpg", "50x40"), "a.webp");
        assert_eq!(path("{width}/{height}/{stem}.{source-ext}.{ext}", "x/a.heic", "50x40"), "50/40/a.heic.webp");
        assert_eq!(path("t_{size}/{stem}.{ext}", "x/a.heic", "50%"), "t_50pct/a.webp");
        assert_eq!(path("{dir}/{index}_{stem}.{ext}", "x/a.jpg", "50"), "x/0012_a.webp");
        let hashed = path("{hash}.{ext}", "x/a.jpg", "50");
        assert_eq!(hashed.len(), 16 + ".webp".len());
        assert_ne!(hashed, path("{hash}.{ext}", "y/a.jpg", "50"));
    }

    #[test]
    fn what_would_lead_away_or_has_no_suffix_is_refused() {
        for (text, reason) in [
            ("{stem}", "ends in .{ext}"),
            ("{stem}.jpg", "ends in .{ext}"),
            ("{stem}.{ext}x", "ends in .{ext}"),
            ("../{stem}.{ext}", "has no .."),
            ("/tmp/{stem}.{ext}", "starts at the output directory"),
            (".thumbs/{stem}.{ext}", "is the directory of the ledger"),
            ("{dir}/.Thumbs/{stem}.{ext}", "is the directory of the ledger"),
            ("{name}.{ext}", "{name} is no field; choose from {dir} {stem}"),
            ("{stem.ext", "has no }"),
        ] {
            let error = text.parse::<Template>().unwrap_err();
            assert!(error.contains(reason), "{text}: {error}");
        }
    }

    #[test]
    fn sizes_that_a_template_cannot_tell_apart_are_a_problem() {
        let problem = |template: &str, sizes: &[&str]| {
            let sizes: Vec<Bounds> = sizes.iter().map(|size| size.parse().unwrap()).collect();
            template.parse::<Template>().unwrap().problem_with(&sizes).map(|problem| problem.to_string())
        };
        assert!(problem("{stem}.{ext}", &["50", "60"]).unwrap().contains("several sizes"));
        assert!(problem("{stem}-{width}.{ext}", &["50x", "x60"]).unwrap().contains("without this side"));
        assert!(problem("{stem}-{width}.{ext}", &["50x20", "50x30"]).unwrap().contains("the same"));
        assert_eq!(problem("{stem}-{size}.{ext}", &["50x", "x60", "10%"]), None);
        assert_eq!(problem("{stem}-{width}-{height}.{ext}", &["50x20", "50x30"]), None);
    }
}
