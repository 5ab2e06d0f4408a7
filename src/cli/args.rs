//! Parses the command line. Types of clap stay within this file.

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::io;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use clap::error::ErrorKind;
use clap::parser::ValueSource;
use clap::{CommandFactory, FromArgMatches, Parser};
use thumbs::geometry::{Bounds, Enlargement, Fit, Gravity};
use thumbs::options::{
    Background, Bookkeeping, Config, Damaged, Effect, Effort, Exactness, Existing, Exposure, Filter, Foreign, Format,
    Hidden, Layout, Light, Links, Loss, Memory, Metadata, Orphans, Pattern, Previews, Profiles, Scans, Selection,
    Target, read_bytes, read_duration, read_pixels, read_time,
};
use thumbs::report::{Detail, Form, Scope};

use super::color::{Color, When};
use super::list::List;
use super::single::{Job, Stream};

/// Makes thumbnails of whole directories of images, on every core at once.
///
/// Blurs and shrinks every image, turns it upright, and writes its thumbnail below the output directory, which keeps the
/// structure of each input. Damaged files are reported and never stop the run.
#[derive(Debug, Parser)]
#[command(
    version,
    max_term_width = 100,
    after_help = "Exit status: 0 all done, 1 some files failed or the report could not be written, \
                  2 nothing could be done, 130 interrupted."
)]
pub struct Args {
    /// Images and directories; directories are searched recursively. - reads one image from stdin
    #[arg(required_unless_present_any = ["resume", "retry_failed", "files_from", "files0_from"], value_name = "INPUT")]
    inputs: Vec<PathBuf>,

    /// Read the paths of images from FILE, one a line; - reads stdin. Thumbnails keep the directories of these paths. A path
    /// that does not exist fails by itself
    #[arg(long, value_name = "FILE")]
    files_from: Option<PathBuf>,

    /// Same as --files-from, for paths that end with a NUL byte, as from find -print0
    #[arg(long, value_name = "FILE")]
    files0_from: Option<PathBuf>,

    /// Take only files that match GLOB, or lie in a directory that does, in the syntax of .gitignore; repeat for several.
    /// Paths start from the input directory, and upper and lower case are the same. Files named as inputs are always taken
    #[arg(long, value_name = "GLOB")]
    include: Vec<Pattern>,

    /// Leave out files and directories that match GLOB; repeat for several. A file .thumbsignore in a directory does the
    /// same for its content
    #[arg(long, value_name = "GLOB")]
    exclude: Vec<Pattern>,

    /// Take only files with one of these suffixes, such as jpg,heic
    #[arg(long = "ext", value_name = "SUFFIXES", value_delimiter = ',')]
    suffixes: Vec<String>,

    /// Search at most N levels of directories; 1 is the input directory itself
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    max_depth: Option<u32>,

    /// Take only files modified after TIME: how long ago, such as 12h or 7d, or a date such as 2026-11-01 (UTC)
    #[arg(long, value_name = "TIME", value_parser = read_time)]
    newer_than: Option<SystemTime>,

    /// Take hidden files and directories, too, files that programs keep for themselves (@eaDir, Thumbs.db, …), and
    /// directories with a file .nomedia
    #[arg(long)]
    hidden: bool,

    /// Directory for the thumbnails; keeps the structure of each input directory. For one image, also a file, such as
    /// small.webp, or - for stdout
    #[arg(short, long, value_name = "PATH", default_value = "thumbs")]
    output: PathBuf,

    /// Keep the directories that inputs are named with: a/b.jpg becomes DIR/a/b.jpg. For lists of files, as from find | xargs
    #[arg(long)]
    keep_parents: bool,

    /// Size of the thumbnails in pixels: 800x600, 800 for 800x800, 800x or x600 for one side, or 50% of the image; repeat
    /// for several sizes, one subdirectory each
    #[arg(short, long = "size", value_name = "SIZE", default_value = "50x50")]
    sizes: Vec<Bounds>,

    /// Widths of the thumbnails in pixels, such as 320,640,1280; same as --size 320x --size 640x …
    #[arg(long, value_name = "WIDTHS", value_delimiter = ',', value_parser = read_width, conflicts_with = "sizes")]
    srcset: Vec<Bounds>,

    /// How an image fills the size: contain shows all of it within the size; cover crops it to the size; fill stretches it;
    /// pad adds margins in the background colour
    #[arg(long, value_name = "HOW", value_enum, default_value_t)]
    fit: Fit,

    /// The part that a crop keeps, or the side that pad moves the image to; smart keeps what people look at
    #[arg(long, value_name = "WHERE", value_enum, default_value_t, hide_possible_values = true)]
    gravity: Gravity,

    /// Crop to the size; same as --fit cover, with --gravity WHERE if given: center, north, northeast, east, southeast,
    /// south, southwest, west, northwest or smart
    #[arg(long, value_name = "WHERE", value_enum, num_args = 0..=1, require_equals = true, conflicts_with_all = ["fit", "gravity"])]
    crop: Option<Option<Gravity>>,

    /// Enlarge images that are smaller than the size. Drawings are always rendered in the size
    #[arg(long)]
    enlarge: bool,

    /// Standard deviation of the Gaussian blur in source pixels; 0 disables it. An image that is not made smaller is not
    /// blurred; from full size down to half of it the blur fades in
    #[arg(long, value_name = "SIGMA", default_value_t = 2.0, value_parser = read_sigma, allow_negative_numbers = true)]
    blur: f64,

    /// Resampling filter
    #[arg(long, value_name = "NAME", value_enum, default_value_t)]
    filter: Filter,

    /// Format of the thumbnails: same, jpeg, png, webp, gif, tiff, bmp, pnm, qoi, tga or jxl, or one of their file suffixes.
    /// With 'same', JPEG XL and formats that can't be written become JPEG, or PNG if there is transparency. JPEG XL is
    /// lossless
    #[cfg_attr(feature = "avif-out", arg(help = FORMATS_WITH_AVIF))]
    #[arg(long, value_name = "FMT", default_value = "same")]
    format: Target,

    /// Quality of lossy formats, 1 to 100
    #[arg(short, long, value_name = "1-100", default_value_t = 80, value_parser = read_quality, allow_negative_numbers = true)]
    quality: u8,

    /// Trade-off between time and bytes: fast or small instead of the default. For JPEG, small takes several times as long
    /// and implies --progressive; for WebP, both apply
    #[arg(long, value_name = "HOW", value_enum, default_value_t)]
    effort: Effort,

    /// Make progressive JPEGs: smaller, and shown whole before all of it is there; encoding takes longer
    #[arg(long)]
    progressive: bool,

    /// Make WebP without loss; --quality does not apply then
    #[arg(long)]
    lossless: bool,

    /// Colour behind transparent pixels if the thumbnail's format has no transparency: any opaque CSS colour, such as
    /// black, #ff8800 or 'rgb(255, 136, 0)'
    #[arg(long, value_name = "COLOUR", default_value = "white")]
    background: Background,

    /// Embed the image's colour profile and keep its colours, if the format can carry a profile (JPEG, PNG, WebP, TIFF);
    /// by default, thumbnails are sRGB
    #[arg(long)]
    keep_profile: bool,

    /// Keep metadata of these kinds, of which all is dropped by default: copyright (artist and copyright in EXIF), exif, xmp,
    /// icc (same as --keep-profile), and gps, the places in exif and xmp, which are dropped otherwise; in JPEG, PNG and
    /// WebP, from these formats. Thumbnails never carry embedded previews, and need no orientation
    #[arg(long, value_name = "KINDS", value_delimiter = ',', value_enum, hide_possible_values = true)]
    keep: Vec<Keep>,

    /// Blur and resize in linear light: fine bright detail keeps its brightness
    #[arg(long)]
    linear: bool,

    /// Brightness of scene-linear images, such as OpenEXR and Radiance HDR: as-is shows a sample of 1 as white and clips
    /// brighter light; auto exposes by the mean of the image if any light exceeds white
    #[arg(long, value_name = "HOW", value_enum, default_value_t)]
    exposure: Exposure,

    /// Number of images to process at the same time, at most 1024 [default: one per core]
    #[arg(short, long, value_name = "N", value_parser = read_jobs, allow_negative_numbers = true)]
    jobs: Option<NonZeroUsize>,

    /// Process one image at a time; same as --jobs 1
    #[arg(long, conflicts_with = "jobs")]
    sequential: bool,

    /// Benchmark one worker against all of them, and check that the output is identical
    #[arg(long, conflicts_with_all = ["sequential", "update", "resume", "retry_failed", "dry_run", "prune"])]
    compare: bool,

    /// Slow reference mode: decode in full and blur with a true Gaussian
    #[arg(long)]
    exact: bool,

    /// Use the embedded preview if it is large enough and matches the image: the EXIF thumbnail or MPF preview of a JPEG,
    /// the smallest sufficient preview of a RAW file. Reads only the start of a JPEG
    #[arg(long, conflicts_with = "exact")]
    previews: bool,

    /// Make only new or changed thumbnails: of another source, with other options, or missing. If an image was moved or
    /// renamed, its thumbnail is renamed
    #[arg(long)]
    update: bool,

    /// Same as --update. With =REPORT, use the inputs, output and options of that run, unless they are given
    #[arg(long, value_name = "REPORT", num_args = 0..=1, require_equals = true, value_parser = read_earlier_report)]
    resume: Option<Option<ReportTarget>>,

    /// Process only files that failed or were not reached, according to the report of an earlier run, with its inputs,
    /// output and options, unless they are given
    #[arg(long, value_name = "REPORT", conflicts_with_all = ["resume", "update"], value_parser = read_earlier_report)]
    retry_failed: Option<ReportTarget>,

    /// Replace files in the output directory that are not thumbnails made by thumbs, or were changed since. This loses
    /// them; only the images being processed are never replaced
    #[arg(long)]
    force: bool,

    /// Remove thumbnails whose image is gone, and directories that become empty. Removes nothing but thumbnails made by
    /// thumbs from the given inputs
    #[arg(long, conflicts_with = "retry_failed")]
    prune: bool,

    /// Show what would be written, replaced, kept and removed; write nothing
    #[arg(short = 'n', long)]
    dry_run: bool,

    /// Follow symbolic links to directories and out of the inputs, at most 200 into one directory and none into the output
    /// directory
    #[arg(long)]
    follow: bool,

    /// Fail images of more pixels than this, such as 1.5M or 500MP (k, M and G are powers of 1000)
    #[arg(long, value_name = "N", default_value = "500M", value_parser = read_pixels, allow_negative_numbers = true)]
    max_pixels: u64,

    /// Fail files larger than SIZE, such as 512MiB, 1.5G or 100KB (K, M, G, T and KiB, MiB, … are powers of 1024; KB, MB,
    /// … powers of 1000)
    #[arg(long, value_name = "SIZE", default_value = "4G", value_parser = read_bytes, allow_negative_numbers = true)]
    max_file_size: u64,

    /// Memory budget for the images in progress, estimated from their headers: a size such as 128M or 1.5GB, or a
    /// percentage of the free memory. An image that needs more is processed alone if the machine has the memory
    #[arg(long, value_name = "SIZE", default_value = "50%", allow_negative_numbers = true)]
    max_memory: Memory,

    /// Give up on a file after TIME stuck reading, or 10 times that decoding (longer if workers share a core): 10s, 2m,
    /// 500ms, or a number of seconds; 0 disables. Vector images have 2s of processor time, more if they are large or TIME
    /// is more than 60s
    #[arg(long, value_name = "TIME", default_value = "60s", value_parser = read_duration, allow_negative_numbers = true)]
    timeout: Duration,

    /// Treatment of truncated or corrupt images: auto keeps one if at least half of it is readable, else uses an intact
    /// preview from the same file, else fails it; keep uses whatever is readable
    #[arg(long, value_name = "WHAT", value_enum, default_value_t)]
    damaged: Damaged,

    /// Write a report of every file's outcome, times and sizes, and the totals, to FILE (.json, .ndjson or .csv); - writes
    /// NDJSON to stdout, and text to stderr
    #[arg(long, value_name = "FILE", value_parser = read_report)]
    report: Option<ReportTarget>,

    /// Print failures and nothing else
    #[arg(long, conflicts_with = "verbose")]
    quiet: bool,

    /// Print the time of each step of each file
    #[arg(short, long)]
    verbose: bool,

    /// Hide the progress bar, which only a terminal shows
    #[arg(long)]
    no_progress: bool,

    /// When to colour errors and warnings
    #[arg(long, value_name = "WHEN", value_enum, default_value_t)]
    color: When,

    /// Write no ledger, to measure what it costs
    #[arg(long, hide = true)]
    no_ledger: bool,

    /// The options that were typed; the others have their defaults.
    #[arg(skip)]
    typed: BTreeSet<String>,
}

/// The help of `--format` in builds that write AVIF.
#[cfg(feature = "avif-out")]
const FORMATS_WITH_AVIF: &str = "Format of the thumbnails: same, jpeg, png, webp, gif, tiff, bmp, pnm, qoi, tga, avif or jxl, \
     or one of their file suffixes. With 'same', AVIF, JPEG XL and formats that can't be written become JPEG, or PNG if there \
     is transparency. AVIF takes about 1 s of a core per megapixel; JPEG XL is lossless";

/// A kind of metadata to keep.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Keep {
    Copyright,
    Exif,
    Xmp,
    Icc,
    Gps,
}

impl Keep {
    /// Returns the kind. `None` for profiles, which are an option of their own.
    const fn metadata(self) -> Option<Metadata> {
        match self {
            Self::Copyright => Some(Metadata::Copyright),
            Self::Exif => Some(Metadata::Exif),
            Self::Xmp => Some(Metadata::Xmp),
            Self::Gps => Some(Metadata::Gps),
            Self::Icc => None,
        }
    }
}

/// The path and the form of a report.
#[derive(Debug, Clone)]
pub struct ReportTarget {
    pub path: PathBuf,
    pub form: Form,
}

impl ReportTarget {
    /// Returns whether the report goes to stdout.
    pub fn is_stdout(&self) -> bool {
        self.path == Path::new("-")
    }
}

/// The number of times the work is done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    Once,
    Compare,
}

/// The output during a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shown {
    /// Only errors.
    Errors,
    /// A line for each file.
    Lines,
    /// A line for each file, and a bar on a terminal.
    LinesAndBar,
}

impl Args {
    /// Reads the command line. If it is invalid or asks for help, prints a message and ends the process.
    pub fn read() -> Self {
        Self::try_read(std::env::args_os()).unwrap_or_else(|error| error.exit())
    }

    fn try_read(words: impl IntoIterator<Item = impl Into<OsString> + Clone>) -> Result<Self, clap::Error> {
        let matches = Self::command().try_get_matches_from(words)?;
        let typed = |id: &clap::Id| matches.value_source(id.as_str()) == Some(ValueSource::CommandLine);
        let typed = matches.ids().filter(|id| typed(id)).map(ToString::to_string).collect();
        Ok(Self { typed, ..Self::from_arg_matches(&matches)? })
    }

    /// Returns the configuration: the values of `earlier`, or else the defaults, replaced by those that were typed.
    pub fn to_config(&self, earlier: Option<Config>) -> Config {
        let mut config = earlier.unwrap_or_else(|| Config::new(Vec::new()));
        let typed = |id: &str| self.typed.contains(id);
        if !self.inputs.is_empty() {
            config.inputs.clone_from(&self.inputs);
        }
        if typed("output") {
            config.output.clone_from(&self.output);
        }
        if self.keep_parents {
            config.layout = Layout::KeepParents;
        }
        self.set_selection(&mut config.selection);
        self.set_options(&mut config);
        if let (Some(workers), _) = self.workers() {
            config.workers = workers;
        }
        if self.update || self.resume.is_some() || self.retry_failed.is_some() {
            config.existing = Existing::Update;
        }
        config.foreign = if self.force { Foreign::Replace } else { Foreign::Refuse };
        config.orphans = if self.prune { Orphans::Remove } else { Orphans::Keep };
        config.bookkeeping = if self.no_ledger { Bookkeeping::Off } else { Bookkeeping::On };
        config.effect = if self.dry_run { Effect::DryRun } else { Effect::Write };
        config.memory = self.max_memory;
        config.timeout = (!self.timeout.is_zero()).then_some(self.timeout);
        config.renderer = super::renderer::program();
        if self.follow {
            config.links = Links::All;
        }
        config
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
        if self.hidden {
            selection.hidden = Hidden::Taken;
        }
    }

    /// Sets the options of each image that were typed.
    fn set_options(&self, config: &mut Config) {
        let options = &mut config.options;
        let typed = |id: &str| self.typed.contains(id);
        if typed("sizes") || typed("srcset") {
            options.sizes = self.distinct_sizes();
        }
        if typed("fit") {
            options.shape.fit = self.fit;
        }
        if typed("gravity") {
            options.shape.gravity = self.gravity;
        }
        if let Some(gravity) = self.crop {
            options.shape.fit = Fit::Cover;
            options.shape.gravity = gravity.unwrap_or(options.shape.gravity);
        }
        if self.enlarge {
            options.shape.enlargement = Enlargement::Allowed;
        }
        if typed("blur") {
            options.blur = self.blur;
        }
        if typed("filter") {
            options.filter = self.filter;
        }
        if typed("format") {
            options.target = self.format;
        }
        if let Some(format) = self.output_format().filter(|format| format.is_writable() && self.single_job().is_some())
            && !typed("format")
        {
            options.target = Target::Always(format);
        }
        if typed("quality") {
            options.quality = self.quality;
        }
        if typed("effort") {
            options.encoding.effort = self.effort;
        }
        if self.progressive {
            options.encoding.scans = Scans::Progressive;
        }
        if self.lossless {
            options.encoding.loss = Loss::Never;
        }
        if typed("background") {
            options.background = self.background;
        }
        if typed("exposure") {
            options.exposure = self.exposure;
        }
        if typed("max_pixels") {
            options.max_pixels = self.max_pixels;
        }
        if typed("max_file_size") {
            options.max_file_size = self.max_file_size;
        }
        if typed("damaged") {
            options.damaged = self.damaged;
        }
        if !self.keep.is_empty() {
            options.keep = self.keep.iter().copied().filter_map(Keep::metadata).collect();
        }
        if self.keep_profile || self.keep.contains(&Keep::Icc) {
            options.profiles = Profiles::Keep;
        }
        if self.linear {
            options.light = Light::Linear;
        }
        if self.exact {
            options.exactness = Exactness::Exact;
        }
        if self.previews {
            options.previews = Previews::Used;
        }
    }

    /// Returns the job of a single image, if its thumbnail goes to a file or to stdout. Ends the process with a message if other
    /// arguments make no sense then.
    pub fn single(&self, config: &Config) -> Option<Job> {
        let job = self.single_job()?;
        let listing = self.lists().next().map(|_| "--files-from");
        let flags = [
            (self.compare, "--compare"),
            (self.goes_on(), "--update, --resume or --retry-failed"),
            (self.prune, "--prune"),
            (self.dry_run, "--dry-run"),
            (self.report.is_some(), "--report"),
        ];
        let flag = flags.iter().find(|(is_given, _)| *is_given).map(|(_, flag)| *flag).or(listing);
        let problem = match (flag, self.inputs.len(), config.options.sizes.len()) {
            (Some(flag), ..) => format!("{flag} needs a directory of thumbnails"),
            (None, 2.., _) => "one file or stdout holds the thumbnail of one image only".to_string(),
            (None, _, 2..) => "several sizes need a directory of thumbnails".to_string(),
            _ => match self.problem_of_name(config) {
                Some(problem) => problem,
                None => return Some(job),
            },
        };
        Self::command().error(ErrorKind::ArgumentConflict, format!("{problem}; choose one with --output")).exit()
    }

    /// Returns why the output's name does not fit the thumbnail, if so.
    fn problem_of_name(&self, config: &Config) -> Option<String> {
        let claimed = self.output_format()?;
        let output = self.output.display();
        match config.options.target {
            _ if !claimed.is_writable() => {
                Some(format!("{output} would be {}, which can't be written", claimed.label()))
            }
            Target::Always(format) if format != claimed => {
                Some(format!("{output} would be {} by its name, and {} by --format", claimed.label(), format.label()))
            }
            _ => None,
        }
    }

    fn single_job(&self) -> Option<Job> {
        let from = self.inputs.first().map(|input| Stream::of(input))?;
        let is_output_given = self.typed.contains("output");
        let to = match &from {
            Stream::Standard if !is_output_given => Stream::Standard,
            _ => Stream::of(&self.output),
        };
        let is_single = match (&from, &to) {
            (Stream::Standard, _) | (_, Stream::Standard) => true,
            (Stream::File(input), Stream::File(_)) => {
                self.inputs.len() == 1 && input.is_file() && self.output_format().is_some()
            }
        };
        is_single.then_some(Job { from, to })
    }

    /// Returns the format that the output's name claims, unless it is a directory's.
    fn output_format(&self) -> Option<Format> {
        let is_directory = self.output.is_dir() || self.output.as_os_str().as_encoded_bytes().ends_with(b"/");
        Format::claimed_by(&self.output).filter(|_| !is_directory)
    }

    /// Returns the lists of files to read.
    pub fn lists(&self) -> impl Iterator<Item = List<'_>> {
        let lines = self.files_from.iter().map(|path| List { path, separator: b'\n' });
        lines.chain(self.files0_from.iter().map(|path| List { path, separator: 0 }))
    }

    /// Returns the number of workers asked for, at most [`MAX_WORKERS`], and a warning if more were asked for.
    pub fn workers(&self) -> (Option<NonZeroUsize>, Option<String>) {
        match self.jobs {
            _ if self.sequential => (Some(NonZeroUsize::MIN), None),
            Some(asked) if asked > MAX_WORKERS => {
                let warning = format!("{asked} workers are too many; using {MAX_WORKERS}, the most --jobs allows");
                (Some(MAX_WORKERS), Some(warning))
            }
            workers => (workers, None),
        }
    }

    /// Decides whether messages on stderr are coloured.
    pub fn error_color(&self) -> Color {
        self.color.on(&io::stderr())
    }

    /// Returns the memory budget that was asked for.
    pub const fn max_memory(&self) -> Memory {
        self.max_memory
    }

    /// Returns whether the work is done once or for comparison.
    pub const fn mode(&self) -> Mode {
        if self.compare { Mode::Compare } else { Mode::Once }
    }

    /// Returns the output during the run.
    pub const fn shown(&self) -> Shown {
        match (self.quiet, self.no_progress) {
            (true, _) => Shown::Errors,
            (false, true) => Shown::Lines,
            (false, false) => Shown::LinesAndBar,
        }
    }

    /// Returns the detail of the lines about each file.
    pub const fn detail(&self) -> Detail {
        if self.verbose { Detail::Steps } else { Detail::Total }
    }

    /// Returns the report of an earlier run to resume, and which of its sources to process.
    pub fn earlier_report(&self) -> Option<(&ReportTarget, Scope)> {
        match (&self.resume, &self.retry_failed) {
            (Some(Some(report)), _) => Some((report, Scope::All)),
            (_, Some(report)) => Some((report, Scope::Failed)),
            _ => None,
        }
    }

    /// Returns whether the same command continues an interrupted run.
    pub const fn goes_on(&self) -> bool {
        self.update || self.resume.is_some() || self.retry_failed.is_some()
    }

    /// Returns the target of the report, if one was asked for.
    pub const fn report(&self) -> Option<&ReportTarget> {
        self.report.as_ref()
    }

    fn distinct_sizes(&self) -> Vec<Bounds> {
        let mut sizes: Vec<Bounds> = Vec::new();
        for size in if self.srcset.is_empty() { &self.sizes } else { &self.srcset } {
            if !sizes.contains(size) {
                sizes.push(*size);
            }
        }
        sizes
    }
}

/// The maximum number of workers. Each is a thread with a decoder's buffers, useless once the disk and every core are busy:
/// the largest servers have a few hundred cores, while 100 000 threads exceed the default limits of Linux.
const MAX_WORKERS: NonZeroUsize = NonZeroUsize::new(1024).expect("it is not 0");

/// The largest blur. Beyond it, every thumbnail of a camera's image is a single colour.
const MAX_SIGMA: f64 = thumbs::Options::MAX_BLUR;

fn read_sigma(text: &str) -> Result<f64, String> {
    let sigma = text.parse().ok().filter(|sigma| (0.0..=MAX_SIGMA).contains(sigma));
    sigma.ok_or_else(|| format!("the blur is a number from 0 to {MAX_SIGMA}"))
}

fn read_width(text: &str) -> Result<Bounds, String> {
    let width = text.trim().parse().ok().map(|width| Bounds::Width { width });
    width.filter(|width| width.is_valid()).ok_or_else(|| "expected widths such as 320,640,1280".to_string())
}

fn read_quality(text: &str) -> Result<u8, String> {
    let quality = text.parse().ok().filter(|quality| (1..=100).contains(quality));
    quality.ok_or_else(|| "quality is a number from 1 to 100".to_string())
}

fn read_jobs(text: &str) -> Result<NonZeroUsize, String> {
    use std::num::IntErrorKind::{PosOverflow, Zero};
    match text.parse::<NonZeroUsize>() {
        Ok(workers) => Ok(workers),
        Err(error) if *error.kind() == PosOverflow => Ok(NonZeroUsize::MAX),
        Err(error) if *error.kind() == Zero => Err("at least 1 worker is needed".to_string()),
        Err(_) => Err("the number of workers is a number from 1".to_string()),
    }
}

fn read_report(text: &str) -> Result<ReportTarget, String> {
    if text == "-" {
        return Ok(ReportTarget { path: text.into(), form: Form::NdJson });
    }
    read_earlier_report(text)
}

fn read_earlier_report(text: &str) -> Result<ReportTarget, String> {
    let path = PathBuf::from(text);
    match Form::of_name(&path) {
        Some(form) => Ok(ReportTarget { path, form }),
        None => Err("the name of a report ends in .json, .ndjson or .csv".to_string()),
    }
}

#[cfg(test)]
mod tests;
