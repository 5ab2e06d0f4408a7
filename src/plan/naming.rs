//! Where thumbnails go: a thumbnail has its source's file name where the format stays; where it changes, the new
//! format's suffix is appended, so that `a.png` and `a.jpg` never meet. What would meet all the same is refused.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use super::{Found, Job, Plan};
use crate::error::Error;
use crate::geometry::Size;
use crate::options::{Config, Format, Target};

/// The rule by which the thumbnails of a run are named.
#[derive(Debug, Default)]
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
    by_name.sort_by(|a, b| plan.place(a).cmp(&plan.place(b)));
    let collision = |first: &Job, second: &Job, name: &Path| {
        Err(Error::Collision {
            first: plan.source(first),
            second: plan.source(second),
            target: plan.naming.output.join(name),
        })
    };

    for pair in by_name.windows(2) {
        if plan.place(pair[0]) == plan.place(pair[1]) && pair.iter().all(|job| tell_format(&plan.source(job)).is_some())
        {
            return collision(pair[0], pair[1], &plan.below_output(pair[0]));
        }
    }
    // `a.heic` and `a.heic.jpg` meet where the first becomes a JPEG and the second stays one.
    for job in &by_name {
        for format in plan.naming.appended_formats() {
            let Some(longer) = stem_of(job, *format) else { continue };
            let folder = &plan.folder(job).below_output;
            let Ok(index) = by_name.binary_search_by(|other| plan.place(other).cmp(&(&**folder, &*longer))) else {
                continue;
            };
            let formats = (tell_format(&plan.source(by_name[index])), tell_format(&plan.source(job)));
            if let (Some(shorter), Some(own)) = formats
                && !plan.naming.keeps_name(shorter)
                && plan.naming.keeps_name(own)
            {
                return collision(by_name[index], job, &plan.below_output(job));
            }
        }
    }
    Ok(())
}

/// The name without the suffix that `format` appends, where it ends in that.
fn stem_of(job: &Job, format: Format) -> Option<Box<std::ffi::OsStr>> {
    let name = Path::new(&*job.name);
    (name.extension()? == format.suffix()).then(|| name.file_stem().map(Box::from))?
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
