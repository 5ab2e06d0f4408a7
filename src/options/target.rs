//! Defines the formats of thumbnails.

use std::fmt;
use std::str::FromStr;

use crate::format::Format;

/// Format of the thumbnails.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Target {
    /// The source's own format. If it can't be written, or only on request: JPEG, or PNG for an image with alpha.
    #[default]
    Same,
    /// This format for all.
    Always(Format),
}

impl Target {
    /// Returns the format of the thumbnail of an image in `source` format.
    #[must_use]
    pub const fn for_source(self, source: Format, has_alpha: bool) -> Format {
        match self {
            Self::Always(format) => format,
            Self::Same if source.stays() => source,
            Self::Same if has_alpha => Format::Png,
            Self::Same => Format::Jpeg,
        }
    }
}

impl From<Format> for Target {
    fn from(format: Format) -> Self {
        Self::Always(format)
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Same => f.write_str("same"),
            Self::Always(format) => f.write_str(format.name()),
        }
    }
}

impl FromStr for Target {
    type Err = String;

    /// Parses `same`, or a format by its name or a file suffix. Accepts upper and lower case.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text.eq_ignore_ascii_case("same") {
            return Ok(Self::Same);
        }
        let writable = || {
            let names = Format::ALL.into_iter().filter(|format| format.is_writable()).map(Format::name);
            ["same"].into_iter().chain(names).collect::<Vec<_>>().join(", ")
        };
        match Format::of_suffix(text.strip_prefix('.').unwrap_or(text)) {
            Some(format) if format.is_writable() => Ok(Self::Always(format)),
            Some(format) => Err(format!("{} can't be written; choose one of {}", format.label(), writable())),
            None => Err(format!("unknown format; choose one of {}", writable())),
        }
    }
}

/// The formats of thumbnails: at least one, each once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Targets(Vec<Target>);

impl Targets {
    /// Creates them from a list, without repetitions. An empty one stands for [`Target::Same`].
    #[must_use]
    pub fn new(targets: &[Target]) -> Self {
        let mut distinct: Vec<Target> = Vec::new();
        for target in targets {
            if !distinct.contains(target) {
                distinct.push(*target);
            }
        }
        if distinct.is_empty() { Self::default() } else { Self(distinct) }
    }

    /// Returns them in their order.
    #[must_use]
    pub fn as_slice(&self) -> &[Target] {
        &self.0
    }

    /// Returns the formats of the thumbnails of an image in `source` format, each once.
    #[must_use]
    pub fn for_source(&self, source: Format, has_alpha: bool) -> Vec<Format> {
        let mut formats: Vec<Format> = Vec::new();
        for target in &self.0 {
            let format = target.for_source(source, has_alpha);
            if !formats.contains(&format) {
                formats.push(format);
            }
        }
        formats
    }

    /// Returns the formats for an image that has no alpha, and for one that has, if they differ.
    #[must_use]
    pub fn alternatives(&self, source: Format) -> Vec<Vec<Format>> {
        let mut alternatives = vec![self.for_source(source, false), self.for_source(source, true)];
        alternatives.dedup();
        alternatives
    }
}

impl Default for Targets {
    fn default() -> Self {
        Self(vec![Target::default()])
    }
}

impl From<Target> for Targets {
    fn from(target: Target) -> Self {
        Self(vec![target])
    }
}

impl fmt::Display for Targets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<String> = self.0.iter().map(Target::to_string).collect();
        f.write_str(&names.join(","))
    }
}

impl FromStr for Targets {
    type Err = String;

    /// Parses formats with commas between them.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let targets = text.split(',').map(|name| name.trim().parse()).collect::<Result<Vec<Target>, _>>()?;
        Ok(Self::new(&targets))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_format_that_cannot_be_written_becomes_jpeg_or_png_with_alpha() {
        assert_eq!(Target::Same.for_source(Format::Gif, true), Format::Gif);
        assert_eq!(Target::Same.for_source(Format::Ico, false), Format::Jpeg);
        assert_eq!(Target::Same.for_source(Format::Ico, true), Format::Png);
        assert_eq!(Target::Same.for_source(Format::Raw, false), Format::Jpeg);
        assert_eq!(Target::Always(Format::WebP).for_source(Format::Ico, true), Format::WebP);
    }

    #[test]
    fn every_writable_format_is_chosen_by_its_name() {
        for format in Format::ALL {
            for name in [format.name().to_string(), format.name().to_uppercase()] {
                assert_eq!(name.parse::<Target>().is_ok(), format.is_writable(), "{name}");
            }
        }
    }

    #[test]
    fn a_format_is_chosen_by_any_of_its_suffixes_in_either_case() {
        for (text, wanted) in [
            ("JPG", Format::Jpeg),
            ("Jpeg", Format::Jpeg),
            (".jpe", Format::Jpeg),
            ("tif", Format::Tiff),
            ("TIFF", Format::Tiff),
            ("ppm", Format::Pnm),
            ("pgm", Format::Pnm),
            ("pbm", Format::Pnm),
            ("dib", Format::Bmp),
        ] {
            let wanted = if wanted.is_writable() { Ok(Target::Always(wanted)) } else { continue };
            assert_eq!(text.parse(), wanted, "{text}");
        }
        assert_eq!("SAME".parse(), Ok(Target::Same));
        assert!("bitmap".parse::<Target>().unwrap_err().starts_with("unknown format; choose one of same, jpeg, png"));
        assert!("heif".parse::<Target>().unwrap_err().starts_with("HEIC can't be written; choose one of same, jpeg"));
    }

    #[test]
    fn formats_come_in_their_order_and_each_once() {
        let targets: Targets = "same, webp,jpg,same".parse().unwrap();
        assert_eq!(targets.to_string(), "same,webp,jpeg");
        assert_eq!(targets.for_source(Format::Png, true), [Format::Png, Format::WebP, Format::Jpeg]);
        assert_eq!(targets.for_source(Format::Jpeg, false), [Format::Jpeg, Format::WebP]);
        let heic = targets.alternatives(Format::Heic);
        assert_eq!(heic, [vec![Format::Jpeg, Format::WebP], vec![Format::Png, Format::WebP, Format::Jpeg]]);
        assert_eq!(targets.alternatives(Format::Gif).len(), 1);
        assert!("same,heic".parse::<Targets>().is_err() && "".parse::<Targets>().is_err());
        assert_eq!(Targets::new(&[]), Targets::default());
    }
}
