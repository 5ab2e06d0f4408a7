//! Defines the arguments that choose the images.

use std::path::PathBuf;
use std::time::SystemTime;

use thumbs::options::{Config, Damaged, Hidden, Links, Pattern, Previews, Selection, Shard, read_time};

use super::typed::Typed;
use crate::cli::list::List;

/// Arguments that choose the images.
#[derive(Debug, Clone, clap::Args)]
#[command(next_help_heading = "What to read")]
pub(super) struct Source {
    /// Images and directories; directories are searched recursively. - reads one image from stdin
    ///
    /// Archives named .tar, .tar.gz or .tgz are read as directories, without unpacking them.
    ///
    /// In builds with the feature cloud, also URLs of objects and of prefixes: s3://, gs://, az://, http(s)://. Credentials come
    /// from the environment, as AWS_ACCESS_KEY_ID
    #[arg(required_unless_present_any = ["resume", "retry_failed", "files_from", "files0_from", "completions", "man"], value_name = "INPUT")]
    pub(super) inputs: Vec<PathBuf>,

    /// Read the paths of images from FILE, one a line; - reads stdin
    ///
    /// Thumbnails keep the directories of these paths. A path that does not exist does not stop the others
    #[arg(long, value_name = "FILE")]
    pub(super) files_from: Option<PathBuf>,

    /// Same as --files-from, for paths that end with a NUL byte, as from find -print0
    #[arg(hide_short_help = true, long, value_name = "FILE")]
    pub(super) files0_from: Option<PathBuf>,

    /// Take only files that match GLOB, or lie in a directory that does, in the syntax of .gitignore; repeat for several
    ///
    /// Paths start from the input directory, and case is ignored. Files named as inputs are always included
    #[arg(hide_short_help = true, long, value_name = "GLOB")]
    pub(super) include: Vec<Pattern>,

    /// Leave out files and directories that match GLOB; repeat for several
    ///
    /// A file .thumbsignore in a directory does the same for its content
    #[arg(hide_short_help = true, long, value_name = "GLOB")]
    pub(super) exclude: Vec<Pattern>,

    /// Take only files with one of these suffixes, such as jpg,heic
    #[arg(long = "ext", value_name = "SUFFIXES", value_delimiter = ',')]
    pub(super) suffixes: Vec<String>,

    /// Search at most N levels of directories; 1 is the input directory itself
    #[arg(hide_short_help = true, long, value_name = "N", value_parser = read_depth, allow_negative_numbers = true)]
    pub(super) max_depth: Option<u32>,

    /// Take only files modified after TIME: how long ago, such as 12h or 7d, or a date such as 2026-11-01 (UTC)
    #[arg(hide_short_help = true, long, value_name = "TIME", value_parser = read_time)]
    pub(super) newer_than: Option<SystemTime>,

    /// Take only one of N shares of all files, so that N machines can share the work: 1/N, 2/N, …
    ///
    /// Paths decide which share a file is in, so the machines need no coordination. Files whose names differ only after the first
    /// dot are in the same share
    #[arg(hide_short_help = true, long, value_name = "I/N")]
    pub(super) shard: Option<Shard>,

    /// Include hidden files and directories, the files that other programs keep for themselves (@eaDir, Thumbs.db, …), and
    /// directories with a file .nomedia
    #[arg(hide_short_help = true, long)]
    pub(super) hidden: bool,

    /// Follow symbolic links to directories and out of the inputs, at most 200 into one directory and none into the output
    /// directory
    #[arg(hide_short_help = true, long)]
    pub(super) follow: bool,

    /// Use the embedded preview if it is large enough and matches the image: the EXIF thumbnail or MPF preview of a JPEG, the
    /// smallest sufficient preview of a RAW file
    ///
    /// Reads only the start of a JPEG
    #[arg(hide_short_help = true, long, conflicts_with = "exact")]
    pub(super) previews: bool,

    /// Treatment of truncated or corrupt images: auto keeps one if at least half of it is readable, else uses an intact
    /// preview from the same file, else fails it; keep uses whatever is readable
    #[arg(hide_short_help = true, long, value_name = "WHAT", value_enum, default_value_t)]
    pub(super) damaged: Damaged,
}

impl Source {
    /// Sets the values that were typed.
    pub(super) fn apply(&self, config: &mut Config, typed: &Typed) {
        if !self.inputs.is_empty() {
            config.inputs.clone_from(&self.inputs);
        }
        if self.follow {
            config.links = Links::All;
        }
        if typed.has("damaged") {
            config.options.damaged = self.damaged;
        }
        if self.previews {
            config.options.previews = Previews::Used;
        }
        self.set_selection(&mut config.selection);
    }

    /// Sets the conditions on files that were typed.
    fn set_selection(&self, selection: &mut Selection) {
        if !self.include.is_empty() {
            selection.include.clone_from(&self.include);
        }
        if !self.exclude.is_empty() {
            selection.exclude.clone_from(&self.exclude);
        }
        if !self.suffixes.is_empty() {
            let plain = |suffix: &String| suffix.trim().trim_start_matches('.').to_string();
            selection.suffixes = self.suffixes.iter().map(plain).collect();
        }
        if let Some(depth) = self.max_depth {
            selection.max_depth = Some(depth as usize);
        }
        selection.newer_than = self.newer_than.or(selection.newer_than);
        selection.shard = self.shard.or(selection.shard);
        if self.hidden {
            selection.hidden = Hidden::Taken;
        }
    }

    /// Returns the lists of files to read.
    pub(super) fn lists(&self) -> impl Iterator<Item = List<'_>> {
        let lines = self.files_from.iter().map(|path| List { path, separator: b'\n' });
        lines.chain(self.files0_from.iter().map(|path| List { path, separator: 0 }))
    }
}

fn read_depth(text: &str) -> Result<u32, String> {
    let depth = text.parse().ok().filter(|depth| *depth > 0);
    depth.ok_or_else(|| "the depth is a number from 1; 1 is the input directory itself".to_string())
}
