//! Defines the arguments that decide where thumbnails go and which are made.

use std::path::PathBuf;

use thumbs::geometry::Shape;
use thumbs::options::{
    Bookkeeping, Config, DesktopSize, Effect, Existing, Foreign, Format, Layout, Orphans, Packing, Target, Template,
};

use super::report::{ReportTarget, read_earlier_report};
use super::typed::Typed;

/// Arguments that the cache of desktops leaves no choice of, and those that need a ledger.
const NOT_FOR_DESKTOP: [&str; 17] = [
    "output",
    "keep_parents",
    "flat",
    "template",
    "sizes",
    "srcset",
    "fit",
    "crop",
    "enlarge",
    "format",
    "animated",
    "hdr",
    "gallery",
    "contact_sheet",
    "compare",
    "prune",
    "resume",
];

/// Arguments that decide where thumbnails go and which are made.
#[derive(Debug, Clone, clap::Args)]
#[command(next_help_heading = "Output")]
pub(super) struct Output {
    /// Directory for the thumbnails; keeps the structure of each input directory
    ///
    /// A name that ends with .tar is an archive of all thumbnails. If the images come from archives, too, it keeps the other files of
    /// these in their order. For one image, also a file, such as small.webp, or - for stdout. In builds with the feature cloud, also the URL of a prefix
    #[arg(short, long, value_name = "PATH", default_value = "thumbs")]
    pub(super) output: PathBuf,

    /// Keep the directories in the names of inputs: a/b.jpg becomes DIR/a/b.jpg
    ///
    /// Useful for lists of files, as from find | xargs
    #[arg(hide_short_help = true, long)]
    pub(super) keep_parents: bool,

    /// Put all thumbnails into one directory
    ///
    /// Of two images whose thumbnails would have the same name, the later one fails
    #[arg(long, conflicts_with = "keep_parents", hide_short_help = true)]
    pub(super) flat: bool,

    /// Names of the thumbnails, such as '{dir}/{stem}-{width}w.{ext}'
    ///
    /// Fields are {dir}, {stem} and {source-ext} of the image's path below its input, {width}, {height} or {size} as asked
    /// for, {hash}, 16 digits that stand for the image's path, {index}, the image's number in the output directory, which it
    /// keeps in later runs, and {ext}, the suffix of the thumbnail's format, at the end.
    /// Of two images whose thumbnails would have the same name, the later one fails
    #[arg(long = "name", value_name = "TEMPLATE")]
    pub(super) template: Option<Template>,

    /// Fill the thumbnail cache of Linux desktops, so that file managers show all images at once
    ///
    /// SIZES are normal (128 px), large (256), x-large (512) and xx-large (1024), in ~/.cache/thumbnails or
    /// $XDG_CACHE_HOME/thumbnails. Current thumbnails are kept, whichever program made them, and images that failed before
    /// are skipped, unless --force is given. There is no blur unless --blur is given
    #[arg(hide_short_help = true, long, value_name = "SIZES", num_args = 0..=1, require_equals = true, value_enum,
        value_delimiter = ',', default_missing_value = "normal,large", conflicts_with_all = NOT_FOR_DESKTOP)]
    pub(super) freedesktop: Vec<DesktopSize>,

    /// Make an archive of each input in the output directory: shards/a.tar becomes DIR/a.tar
    ///
    /// Inputs are archives and directories. Files that are not images are kept, in their order, as in WebDataset's shards. With
    /// --shard, each machine takes whole archives
    #[arg(hide_short_help = true, long, conflicts_with_all = ["keep_parents", "flat", "update", "resume", "retry_failed", "watch", "compare", "prune", "gallery", "contact_sheet", "freedesktop"])]
    pub(super) tar: bool,

    /// Make only thumbnails that are missing, or whose image or options have changed
    ///
    /// If an image was moved or renamed, its thumbnail is renamed
    #[arg(long)]
    pub(super) update: bool,

    /// Keep running, and make thumbnails of images as they appear or change, until interrupted
    ///
    /// A file is processed once it has not changed for a second. With --prune, the thumbnails of deleted images are removed
    #[arg(long, conflicts_with_all = ["compare", "dry_run", "report", "resume", "retry_failed", "files_from", "files0_from"])]
    pub(super) watch: bool,

    /// Same as --update; with =REPORT, continue that run
    ///
    /// Its inputs, output and options are used, unless others are given
    #[arg(long, value_name = "REPORT", num_args = 0..=1, require_equals = true, value_parser = read_earlier_report)]
    pub(super) resume: Option<Option<ReportTarget>>,

    /// Process only files that failed or were not reached in an earlier run
    ///
    /// Its inputs, output and options are used, unless others are given. The new report lists its other files, too
    #[arg(long, value_name = "REPORT", conflicts_with_all = ["resume", "update"], value_parser = read_earlier_report)]
    pub(super) retry_failed: Option<ReportTarget>,

    /// Replace files that were not made by thumbs, or were changed since, or are thumbnails of other images, with thumbnails,
    /// pages or a report
    ///
    /// This loses them; only the images being processed are never replaced
    #[arg(long)]
    pub(super) force: bool,

    /// Remove thumbnails whose image is gone, and directories that become empty
    ///
    /// Removes nothing but thumbnails made by thumbs from the given inputs, and none of an input that is empty
    #[arg(hide_short_help = true, long, conflicts_with = "retry_failed")]
    pub(super) prune: bool,

    /// Show what would be written, replaced, kept and removed; write nothing, or at most a report
    #[arg(short = 'n', long)]
    pub(super) dry_run: bool,

    /// Write no ledger, to measure what it costs
    #[arg(long, hide = true)]
    pub(super) no_ledger: bool,
}

impl Output {
    /// Sets the values that were typed, and those that an earlier run does not decide.
    pub(super) fn apply(&self, config: &mut Config, typed: &Typed) {
        if typed.has("output") {
            config.output.clone_from(&self.output);
        }
        if self.keep_parents {
            config.layout = Layout::KeepParents;
        }
        if self.flat {
            config.layout = Layout::Flat;
        }
        if self.tar {
            config.packing = Packing::Each;
        }
        if let Some(template) = &self.template {
            config.template = Some(template.clone());
        }
        if self.goes_on() {
            config.existing = Existing::Update;
        }
        config.foreign = if self.force { Foreign::Replace } else { Foreign::Refuse };
        config.orphans = if self.prune { Orphans::Remove } else { Orphans::Keep };
        config.bookkeeping = if self.no_ledger { Bookkeeping::Off } else { Bookkeeping::On };
        config.effect = if self.dry_run { Effect::DryRun } else { Effect::Write };
    }

    /// Sets what the cache of desktops, in the directory `cache`, decides.
    pub(super) fn apply_desktop(&self, cache: PathBuf, config: &mut Config, typed: &Typed) {
        config.output = cache;
        config.layout = Layout::DesktopCache;
        let options = &mut config.options;
        options.sizes = self.freedesktop.iter().map(|size| size.bounds()).collect();
        options.shape = Shape::default();
        options.targets = Target::Always(Format::Png).into();
        if !typed.has("blur") {
            options.blur = 0.0;
        }
    }

    /// Returns whether the same command continues an interrupted run.
    pub(super) const fn goes_on(&self) -> bool {
        self.update || self.resume.is_some() || self.retry_failed.is_some()
    }

    /// Returns the format that the output's name claims, unless it is a directory's.
    pub(super) fn format(&self) -> Option<Format> {
        let is_directory = self.output.is_dir() || self.output.as_os_str().as_encoded_bytes().ends_with(b"/");
        Format::claimed_by(&self.output).filter(|_| !is_directory)
    }
}
