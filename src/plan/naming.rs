//! Where thumbnails go: a thumbnail has its source's file name where the format stays; where it changes, the new
//! format's suffix is appended, so that `a.png` and `a.jpg` never meet. What would meet all the same is refused.

use std::cmp::Ordering;
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};

use super::{Found, Job, Plan};
use crate::error::Error;
use crate::geometry::Size;
use crate::options::{Config, Format, Target};

/// The rule by which the thumbnails of a run are named.
#[derive(Debug, Clone, Default)]
pub struct Naming {
    output: PathBuf,
    target: Target,
    /// One folder for each size where there are several, else the output folder itself.
    size_folders: Vec<PathBuf>,
}

impl Naming {
    pub(super) fn new(config: &Config) -> Self {
        let sizes = &config.options.sizes;
        let folder = |size: &Size| if sizes.len() > 1 { PathBuf::from(size.to_string()) } else { PathBuf::new() };
        Self {
            output: config.output.clone(),
            target: config.options.target,
            size_folders: sizes.iter().map(folder).collect(),
        }
    }

    /// The paths of the thumbnails of one source, one for each size. `below_output` is the source's own way below the
    /// output folder.
    #[must_use]
    pub fn targets(&self, below_output: &Path, source: Format, target: Format) -> Vec<PathBuf> {
        let name = if source == target { below_output.to_path_buf() } else { append(below_output, target) };
        self.size_folders.iter().map(|folder| self.output.join(folder).join(&name)).collect()
    }

    /// Every path below `output` that a thumbnail of this source could take, whatever its content turns out to be.
    pub(super) fn possible_targets(&self, output: &Path, below_output: &Path) -> Vec<PathBuf> {
        let names = std::iter::once(below_output.to_path_buf())
            .chain(self.appended_formats().iter().map(|format| append(below_output, *format)));
        names.flat_map(|name| self.size_folders.iter().map(move |folder| output.join(folder).join(&name))).collect()
    }

    /// The formats whose suffix this run may append.
    fn appended_formats(&self) -> &[Format] {
        match &self.target {
            Target::Same => &[Format::Jpeg, Format::Png],
            Target::Always(format) => std::slice::from_ref(format),
        }
    }

    /// Whether the thumbnail of a source in this format keeps the source's name.
    fn keeps_name(&self, source: Format) -> bool {
        match self.target {
            Target::Same => source.is_writable(),
            Target::Always(format) => format == source,
        }
    }
}

fn append(path: &Path, format: Format) -> PathBuf {
    let mut name = OsString::from(path);
    name.push(".");
    name.push(format.suffix());
    name.into()
}

/// Refuses a plan in which two sources would have the same thumbnail.
pub(super) fn refuse_collisions(plan: &Plan, tell_format: impl Fn(&Path) -> Option<Format>) -> Result<(), Error> {
    let mut by_name: Vec<&Job> = plan.jobs.iter().filter(|job| matches!(job.found, Found::File { .. })).collect();
    // Compared as bytes, not by component: the order does not matter, and it is taken a million times.
    let place = |job| {
        let (folder, name) = plan.place(job);
        (folder.as_os_str(), name)
    };
    by_name.sort_by(|a, b| place(a).cmp(&place(b)));
    let check = |first: &Job, second: &Job| {
        let longer = std::cmp::max_by_key(first, second, |job| job.name.len());
        let [first, second] = [first, second].map(|job| plan.source(job));
        let formats = [&first, &second].map(|source| tell_format(source));
        if share_thumbnail(&plan.naming, (&first, formats[0]), (&second, formats[1])) {
            let target = plan.naming.output.join(plan.below_output(longer));
            return Err(Error::Collision { first, second, target });
        }
        Ok(())
    };
    for pair in by_name.windows(2).filter(|pair| place(pair[0]) == place(pair[1])) {
        check(pair[0], pair[1])?;
    }
    for job in &by_name {
        let (folder, name) = place(job);
        for shorter in shorter_names(&plan.naming, name) {
            if let Ok(index) = by_name.binary_search_by(|other| place(other).cmp(&(folder, shorter))) {
                check(by_name[index], job)?;
            }
        }
    }
    Ok(())
}

/// Whether two sources, of these formats, have one thumbnail, given that their names can meet: both have the same name, or
/// one has the other's and a suffix behind it.
pub(super) fn share_thumbnail(
    naming: &Naming,
    first: (&Path, Option<Format>),
    second: (&Path, Option<Format>),
) -> bool {
    let (Some(first_format), Some(second_format)) = (first.1, second.1) else { return false };
    let length = |path: &Path| path.file_name().map_or(0, OsStr::len);
    match length(first.0).cmp(&length(second.0)) {
        // `a.heic` and `a.heic.jpg` meet where the first becomes a JPEG and the second stays one.
        Ordering::Less => !naming.keeps_name(first_format) && naming.keeps_name(second_format),
        Ordering::Equal => true,
        Ordering::Greater => naming.keeps_name(first_format) && !naming.keeps_name(second_format),
    }
}

/// The names whose thumbnails could be called as that of a source of this `name`: its own, with a suffix that the run
/// appends, and without one.
pub(super) fn names_that_meet(naming: &Naming, name: &OsStr) -> Vec<OsString> {
    let longer = naming.appended_formats().iter().map(|format| append(Path::new(name), *format).into_os_string());
    std::iter::once(name.to_os_string()).chain(longer).chain(shorter_names(naming, name).map(OsString::from)).collect()
}

/// The name without a suffix that the run appends, where it ends in one.
fn shorter_names<'a>(naming: &'a Naming, name: &'a OsStr) -> impl Iterator<Item = &'a OsStr> {
    let path = Path::new(name);
    let has_suffix = |format: &&Format| path.extension().is_some_and(|suffix| suffix == format.suffix());
    naming.appended_formats().iter().filter(has_suffix).filter_map(|_| path.file_stem())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn naming(target: Target, sizes: Vec<Size>) -> Naming {
        let mut config = Config::new(vec![]);
        config.output = PathBuf::from("out");
        config.options.target = target;
        config.options.sizes = sizes;
        Naming::new(&config)
    }

    #[test]
    fn a_name_stays_where_the_format_stays_and_grows_where_it_changes() {
        let size = vec![Size::new(50, 50)];
        let same = naming(Target::Same, size.clone());
        assert_eq!(same.targets("x/a.JPG".as_ref(), Format::Jpeg, Format::Jpeg), [PathBuf::from("out/x/a.JPG")]);
        let png = naming(Target::Always(Format::Png), size);
        assert_eq!(png.targets("x/a.JPG".as_ref(), Format::Jpeg, Format::Png), [PathBuf::from("out/x/a.JPG.png")]);
        assert_eq!(png.targets("a.png".as_ref(), Format::Png, Format::Png), [PathBuf::from("out/a.png")]);
    }

    #[test]
    fn several_sizes_have_a_folder_each() {
        let both = naming(Target::Same, vec![Size::new(50, 50), Size::new(256, 128)]);
        let targets = both.targets("a.jpg".as_ref(), Format::Jpeg, Format::Jpeg);
        assert_eq!(targets, [PathBuf::from("out/50x50/a.jpg"), PathBuf::from("out/256x128/a.jpg")]);
    }
}
