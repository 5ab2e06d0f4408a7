//! Names thumbnails. A thumbnail keeps its source's file name if that has a suffix of the thumbnail's format. Else the
//! format's suffix is appended, so that `a.png` and `a.jpg` never meet and no suffix is wrong.

use std::borrow::Cow;
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};

use crate::digest::digest;
use crate::geometry::Bounds;
use crate::options::{Config, Format, Layout, SourceName, Target, Targets, Template};

/// The rule for the names of a run's thumbnails. All paths are below the output directory.
#[derive(Debug, Clone, Default)]
pub struct Naming {
    targets: Targets,
    sizes: Vec<Bounds>,
    template: Option<Template>,
    /// One directory for each size, or the output directory itself for a single one.
    size_folders: Vec<PathBuf>,
    /// The possible formats of thumbnails.
    formats: Vec<Format>,
    layout: Layout,
}

impl Naming {
    pub(super) fn new(config: &Config) -> Self {
        let sizes = &config.options.sizes;
        let folder = |size: &Bounds| if sizes.len() > 1 { PathBuf::from(size.folder()) } else { PathBuf::new() };
        let targets = config.options.targets.clone();
        let formats = Format::ALL.into_iter().filter(|format| match targets.as_slice().contains(&Target::Same) {
            true => format.stays(),
            false => targets.as_slice().contains(&Target::Always(*format)),
        });
        let formats = formats.collect();
        let size_folders = sizes.iter().map(folder).collect();
        Self {
            targets,
            sizes: sizes.clone(),
            template: config.template.clone(),
            size_folders,
            formats,
            layout: config.layout,
        }
    }

    /// Returns whether two sources could have the same names for their thumbnails. In the cache of a desktop, the whole path
    /// of a source decides.
    pub(super) fn may_meet(&self) -> bool {
        self.layout != Layout::DesktopCache
    }

    /// Returns whether thumbnails have the paths of their sources.
    pub(super) fn mirrors(&self) -> bool {
        self.template.is_none() && self.layout != Layout::Flat
    }

    /// Returns whether names contain the numbers of sources.
    pub(super) fn has_numbers(&self) -> bool {
        self.template.as_ref().is_some_and(Template::has_numbers)
    }

    /// Returns the paths of one source's thumbnails, all sizes of one format after the other. The source's own path is the one
    /// below the output directory, `formats` those of the thumbnails.
    #[must_use]
    pub(crate) fn targets(&self, source: SourceName<'_>, formats: &[Format]) -> Vec<PathBuf> {
        formats.iter().flat_map(|format| self.targets_in(source, *format)).collect()
    }

    fn targets_in(&self, source: SourceName<'_>, format: Format) -> Vec<PathBuf> {
        if let Some(template) = &self.template {
            return self.sizes.iter().map(|size| template.path(source, *size, format)).collect();
        }
        let below = source.below;
        let name = if Format::claimed_by(below) == Some(format) { below.to_path_buf() } else { append(below, format) };
        self.in_size_folders(&name)
    }

    /// Returns every possible thumbnail path of a source of this format. Only its alpha is not known.
    #[must_use]
    pub(crate) fn possible_targets(&self, source: SourceName<'_>, format: Format) -> Vec<PathBuf> {
        let alternatives = self.targets.alternatives(format);
        alternatives.iter().flat_map(|formats| self.targets(source, formats)).collect()
    }

    /// Lists the possible formats of one source's thumbnails with their paths, the likeliest first. The source's content
    /// does not matter.
    pub(crate) fn candidates(&self, source: SourceName<'_>) -> impl Iterator<Item = (Vec<Format>, Vec<PathBuf>)> {
        let claimed = Format::claimed_by(source.below).filter(|claimed| self.formats.contains(claimed));
        let others = self.formats.iter().copied().filter(move |format| Some(*format) != claimed);
        let mut seen: Vec<Vec<Format>> = Vec::new();
        // The source has the format of `Target::Same`, or one that becomes it.
        let formats = claimed.into_iter().chain(others).filter_map(move |format| {
            let formats = self.targets.for_source(format, false);
            let is_new = !seen.contains(&formats);
            if is_new {
                seen.push(formats.clone());
            }
            is_new.then_some(formats)
        });
        formats.map(move |formats| {
            let paths = self.targets(source, &formats);
            (formats, paths)
        })
    }

    fn in_size_folders(&self, name: &Path) -> Vec<PathBuf> {
        self.size_folders.iter().map(|folder| folder.join(name)).collect()
    }

    /// Returns the key under which a source is noted, and those under which sources are noted whose thumbnails could
    /// share a name with its own. Equal keys only hint at equal names.
    pub(super) fn keys(&self, source: SourceName<'_>) -> (u64, Vec<u64>) {
        if let (Some(template), Some(size)) = (&self.template, self.sizes.first()) {
            let key = digest(template.path_in_any_format(source, *size).as_os_str().as_encoded_bytes());
            return (key, vec![key]);
        }
        let below = source.below;
        let folder = digest(below.parent().unwrap_or(Path::new("")).as_os_str().as_encoded_bytes());
        let name = below.file_name().unwrap_or_default();
        let key = |name: &[u8]| folder.rotate_left(23) ^ digest(name);
        (key(name.as_encoded_bytes()), self.names_that_meet(name).map(|name| key(&name)).collect())
    }

    /// Lists the source names whose thumbnails could share a name with that of `name`. As bytes, they are `name`
    /// itself, the one without a suffix that the run may append, and those with each suffix.
    fn names_that_meet<'a>(&'a self, name: &'a OsStr) -> impl Iterator<Item = Cow<'a, [u8]>> {
        let bytes = name.as_encoded_bytes();
        let path = Path::new(name);
        let is_suffix =
            |suffix: &OsStr| self.formats.iter().any(|format| suffix.as_encoded_bytes() == format.suffix().as_bytes());
        let shorter = path.extension().filter(|suffix| is_suffix(suffix)).and_then(|_| path.file_stem());
        let longer = self.formats.iter().map(move |format| [bytes, b".", format.suffix().as_bytes()].concat());
        let as_they_are = std::iter::once(bytes).chain(shorter.map(OsStr::as_encoded_bytes));
        as_they_are.map(Cow::Borrowed).chain(longer.map(Cow::Owned))
    }
}

fn append(path: &Path, format: Format) -> PathBuf {
    let mut name = OsString::from(path);
    name.push(".");
    name.push(format.suffix());
    name.into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::geometry::Size;

    fn unnumbered(below: &str) -> SourceName<'_> {
        SourceName { below: below.as_ref(), number: 0 }
    }

    fn naming(target: Target, sizes: Vec<Bounds>) -> Naming {
        let mut config = Config::new(vec![]);
        config.options.targets = target.into();
        config.options.sizes = sizes;
        Naming::new(&config)
    }

    #[test]
    fn a_name_stays_where_its_suffix_is_the_formats_and_grows_elsewhere() {
        let size = vec![Size::new(50, 50).into()];
        let same = naming(Target::Same, size.clone());
        for (name, format, wanted) in [
            ("x/a.JPG", Format::Jpeg, "x/a.JPG"),
            ("x/a.jfif", Format::Jpeg, "x/a.jfif"),
            ("a.png", Format::Jpeg, "a.png.jpg"),
            ("a", Format::Jpeg, "a.jpg"),
            ("a.ppm", Format::Pnm, "a.ppm"),
            ("a.heic", Format::Jpeg, "a.heic.jpg"),
        ] {
            assert_eq!(same.targets(unnumbered(name), &[format]), [PathBuf::from(wanted)]);
        }
        let png = naming(Target::Always(Format::Png), size);
        assert_eq!(png.targets(unnumbered("x/a.JPG"), &[Format::Png]), [PathBuf::from("x/a.JPG.png")]);
    }

    #[test]
    fn several_sizes_have_a_folder_each() {
        let both = naming(Target::Same, vec![Size::new(50, 50).into(), Size::new(256, 128).into()]);
        let targets = both.targets(unnumbered("a.jpg"), &[Format::Jpeg]);
        assert_eq!(targets, [PathBuf::from("50x50/a.jpg"), PathBuf::from("256x128/a.jpg")]);
    }

    #[test]
    fn the_candidates_hold_every_possible_name_and_begin_with_the_likeliest() {
        let same = naming(Target::Same, vec![Size::new(50, 50).into()]);
        for name in ["a.jpg", "a.png", "a.heic", "a", "a.tar.gz"] {
            let candidates: Vec<PathBuf> = same.candidates(unnumbered(name)).flat_map(|(_, paths)| paths).collect();
            for format in Format::ALL {
                let possible = same.possible_targets(unnumbered(name), format);
                assert!(possible.iter().all(|target| candidates.contains(target)), "{name} {format:?}");
            }
        }
        assert_eq!(same.candidates(unnumbered("a.jpg")).next().unwrap().1, [PathBuf::from("a.jpg")]);
    }
}
