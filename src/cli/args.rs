//! The words typed, and what they mean. No type of clap's goes past this page.

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::parser::ValueSource;
use clap::{CommandFactory, FromArgMatches, Parser};
use thumbs::geometry::Size;
use thumbs::options::{
    Background, Bookkeeping, Config, Damaged, Effect, Exactness, Existing, Filter, Foreign, Layout, Light, Links,
    Memory, Orphans, Previews, Profiles, Target, read_bytes,
};
use thumbs::report::{Detail, Form, Scope};

/// Makes thumbnails of whole folders of pictures, on every core at once.
///
/// Walks the folders, blurs and shrinks every picture, turns it upright, writes the thumbnails under the output folder,
/// where the tree of each input folder is mirrored, and reports what each file and the whole run took. What is damaged
/// is reported and never ends the run.
#[derive(Debug, Parser)]
#[command(
    version,
    max_term_width = 100,
    after_help = "Exit status: 0 all done, 1 some files failed or the report could not be written, \
                  2 nothing could be done, 130 interrupted."
)]
pub struct Args {
    /// Files and folders; folders are walked recursively
    #[arg(required_unless_present_any = ["resume", "retry_failed"], value_name = "INPUT")]
    inputs: Vec<PathBuf>,

    /// Where thumbnails go; the tree under each input folder is mirrored in it
    #[arg(short, long, value_name = "DIR", default_value = "thumbs")]
    output: PathBuf,

    /// Keep the directories that inputs are named with: a/b.jpg gets DIR/a/b.jpg. For lists of files, as of find | xargs
    #[arg(long)]
    keep_parents: bool,

    /// Box to fit in: 50x50, or 256 for 256x256; given several times, each has a folder of its own
    #[arg(short, long = "size", value_name = "WxH", default_value = "50x50")]
    sizes: Vec<Size>,

    /// Standard deviation of the Gaussian blur in source pixels, 0 for none. A picture that is not made smaller is not
    /// blurred; from its full size down to half of it the blur fades in
    #[arg(long, value_name = "SIGMA", default_value_t = 2.0, value_parser = read_sigma)]
    blur: f64,

    /// Kernel of the resize
    #[arg(long, value_name = "NAME", value_enum, default_value_t)]
    filter: Filter,

    /// Format of the thumbnails: same, jpeg, png, webp, gif, tiff, bmp, pnm, qoi or tga; with 'same', what can't be
    /// written becomes JPEG, or PNG with alpha
    #[arg(long, value_name = "FMT", default_value = "same")]
    format: Target,

    /// Quality of lossy formats, 1 to 100
    #[arg(short, long, value_name = "1-100", default_value_t = 80, value_parser = clap::value_parser!(u8).range(1..=100))]
    quality: u8,

    /// Colour behind transparent pixels where the thumbnail's format has none: white, black or #rrggbb
    #[arg(long, value_name = "COLOUR", default_value = "white")]
    background: Background,

    /// Embed the picture's colour profile in the thumbnail and leave its colours as they are, where the format can carry
    /// it (JPEG, PNG, WebP, TIFF); without this, thumbnails are sRGB
    #[arg(long)]
    keep_profile: bool,

    /// Blur and resize light instead of samples as they are coded: fine bright detail keeps its brightness
    #[arg(long)]
    linear: bool,

    /// Pictures worked on at once [default: all cores]
    #[arg(short, long, value_name = "N")]
    jobs: Option<NonZeroUsize>,

    /// One picture at a time: the same as --jobs 1
    #[arg(long, conflicts_with = "jobs")]
    sequential: bool,

    /// Run with one worker, then with all of them; check that the bytes agree and print the speed-up
    #[arg(long, conflicts_with_all = ["sequential", "update", "resume", "retry_failed", "dry_run", "prune"])]
    compare: bool,

    /// Decode in full and blur with a true Gaussian: slow, and what the fast way is held to
    #[arg(long)]
    exact: bool,

    /// Let a picture's own preview stand in for it where it is large enough and agrees with it: a JPEG's EXIF thumbnail or
    /// MPF preview, the smallest preview of a RAW file that will do. Reads only the start of a JPEG
    #[arg(long, conflicts_with = "exact")]
    previews: bool,

    /// Make only what is new or changed: another source, other options, a thumbnail that is missing. A source that was
    /// renamed or moved has its thumbnail renamed
    #[arg(long)]
    update: bool,

    /// The same as --update. With the report of an earlier run it does what that run was asked to do, where nothing else is
    /// given
    #[arg(long, value_name = "REPORT", num_args = 0..=1, require_equals = true, value_parser = read_earlier_report)]
    resume: Option<Option<ReportTarget>>,

    /// Process only files that failed in an earlier run or were not reached, by its report, with its inputs, output and options
    /// where none are given
    #[arg(long, value_name = "REPORT", conflicts_with_all = ["resume", "update"], value_parser = read_earlier_report)]
    retry_failed: Option<ReportTarget>,

    /// Replace files in the output directory that are not thumbnails made by thumbs, or were changed since; a source of the
    /// run is never replaced
    #[arg(long)]
    force: bool,

    /// Remove thumbnails whose source is gone, and directories that become empty; nothing but thumbnails made by thumbs
    #[arg(long, conflicts_with = "retry_failed")]
    prune: bool,

    /// Say what would be written, replaced, kept and removed, and write nothing
    #[arg(short = 'n', long)]
    dry_run: bool,

    /// Follow links to folders and out of the inputs; none into the output folder, and 200
    /// into one folder at the most
    #[arg(long)]
    follow: bool,

    /// Refuse pictures of more pixels than this; k, M and G may follow the number
    #[arg(long, value_name = "N", default_value = "500M", value_parser = read_count)]
    max_pixels: u64,

    /// Refuse files of more bytes than this; k, M and G may follow the number, in powers of 1024
    #[arg(long, value_name = "SIZE", default_value = "4G", value_parser = read_bytes)]
    max_file_size: u64,

    /// Memory that the pictures under way share, each by what its header lets expect: 128M, 2G, or a share of what is
    /// free. One that takes more runs alone if the machine has it
    #[arg(long, value_name = "SIZE", default_value = "50%")]
    max_memory: Memory,

    /// Give a file up whose reading hangs for so long, or whose decoding takes 10 times as long (again as many
    /// times as there are workers to a core); a vector picture may take 2 s of a processor, more if it is large, and more
    /// if this is more than 60; 0 for no limit
    #[arg(long, value_name = "SECONDS", default_value_t = 60)]
    timeout: u32,

    /// What becomes of a picture that is cut off or broken inside: auto keeps it if at least half is there, else takes a
    /// preview from the same file, else lets it fail; keep takes whatever is there
    #[arg(long, value_name = "WHAT", value_enum, default_value_t)]
    damaged: Damaged,

    /// Write every file with its times, sizes and outcome, and the totals, to FILE (.json, .ndjson or .csv); - writes NDJSON
    /// to stdout, and lines to stderr
    #[arg(long, value_name = "FILE", value_parser = read_report)]
    report: Option<ReportTarget>,

    /// Print failures and nothing else
    #[arg(long, conflicts_with = "verbose")]
    quiet: bool,

    /// Print the time of each step of each file
    #[arg(short, long)]
    verbose: bool,

    /// No progress bar; there is one on a terminal only
    #[arg(long)]
    no_progress: bool,

    /// Write no ledger: to measure what it costs
    #[arg(long, hide = true)]
    no_ledger: bool,

    /// The options that were typed; the others have their defaults.
    #[arg(skip)]
    typed: BTreeSet<String>,
}

/// Where a report goes, or lies, and what form it has.
#[derive(Debug, Clone)]
pub struct ReportTarget {
    pub path: PathBuf,
    pub form: Form,
}

impl ReportTarget {
    /// Whether it goes to stdout.
    pub fn is_stdout(&self) -> bool {
        self.path == Path::new("-")
    }
}

/// How often the work is done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    Once,
    Compare,
}

/// What is shown while the run goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shown {
    /// Errors and no more.
    Errors,
    /// A line for each file.
    Lines,
    /// A line for each file, and a bar on a terminal.
    LinesAndBar,
}

impl Args {
    /// Reads the command line. Where it makes no sense, or asks for help, that is printed and the process ends.
    pub fn read() -> Self {
        Self::try_read(std::env::args_os()).unwrap_or_else(|error| error.exit())
    }

    fn try_read(words: impl IntoIterator<Item = impl Into<OsString> + Clone>) -> Result<Self, clap::Error> {
        let matches = Self::command().try_get_matches_from(words)?;
        let typed = |id: &clap::Id| matches.value_source(id.as_str()) == Some(ValueSource::CommandLine);
        let typed = matches.ids().filter(|id| typed(id)).map(ToString::to_string).collect();
        Ok(Self { typed, ..Self::from_arg_matches(&matches)? })
    }

    /// Returns the decided values: those of `earlier`, or the defaults, and in their place what was typed.
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
        self.set_options(&mut config);
        if let Some(workers) = if self.sequential { Some(NonZeroUsize::MIN) } else { self.jobs } {
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
        config.timeout = (self.timeout > 0).then(|| Duration::from_secs(self.timeout.into()));
        config.renderer = super::renderer::program();
        if self.follow {
            config.links = Links::All;
        }
        config
    }

    /// Sets the options of each image that were typed.
    fn set_options(&self, config: &mut Config) {
        let options = &mut config.options;
        let typed = |id: &str| self.typed.contains(id);
        if typed("sizes") {
            options.sizes = self.distinct_sizes();
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
        if typed("quality") {
            options.quality = self.quality;
        }
        if typed("background") {
            options.background = self.background;
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
        if self.keep_profile {
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

    /// Whether the work is done once or for comparison.
    pub const fn mode(&self) -> Mode {
        if self.compare { Mode::Compare } else { Mode::Once }
    }

    /// What is shown.
    pub const fn shown(&self) -> Shown {
        match (self.quiet, self.no_progress) {
            (true, _) => Shown::Errors,
            (false, true) => Shown::Lines,
            (false, false) => Shown::LinesAndBar,
        }
    }

    /// How much is said of each file.
    pub const fn detail(&self) -> Detail {
        if self.verbose { Detail::Steps } else { Detail::Total }
    }

    /// The report of an earlier run that this one goes by, and which of its sources are tried.
    pub fn earlier_report(&self) -> Option<(&ReportTarget, Scope)> {
        match (&self.resume, &self.retry_failed) {
            (Some(Some(report)), _) => Some((report, Scope::All)),
            (_, Some(report)) => Some((report, Scope::Failed)),
            _ => None,
        }
    }

    /// Whether an interrupted run goes on where the same words are typed again.
    pub const fn goes_on(&self) -> bool {
        self.update || self.resume.is_some() || self.retry_failed.is_some()
    }

    /// The report that was asked for.
    pub const fn report(&self) -> Option<&ReportTarget> {
        self.report.as_ref()
    }

    fn distinct_sizes(&self) -> Vec<Size> {
        let mut sizes: Vec<Size> = Vec::new();
        for size in &self.sizes {
            if !sizes.contains(size) {
                sizes.push(*size);
            }
        }
        sizes
    }
}

/// The largest blur: beyond it every thumbnail of a camera's picture is one colour.
const MAX_SIGMA: f64 = thumbs::Options::MAX_BLUR;

fn read_sigma(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(sigma) if (0.0..=MAX_SIGMA).contains(&sigma) => Ok(sigma),
        Ok(sigma) => Err(format!("{sigma} is not between 0 and {MAX_SIGMA}")),
        Err(_) => Err(format!("'{text}' is not a number")),
    }
}

fn read_count(text: &str) -> Result<u64, String> {
    let (digits, unit) = match text.char_indices().last() {
        Some((at, 'k' | 'K')) => (&text[..at], 1_000),
        Some((at, 'm' | 'M')) => (&text[..at], 1_000_000),
        Some((at, 'g' | 'G')) => (&text[..at], 1_000_000_000),
        _ => (text, 1),
    };
    let number: u64 = digits.parse().map_err(|_| format!("'{text}' is not a number such as 500M"))?;
    number.checked_mul(unit).filter(|count| *count > 0).ok_or_else(|| format!("{text} is out of range"))
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
        None => Err("a report's name ends in .json, .ndjson or .csv".to_string()),
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    fn parse(words: &[&str]) -> Result<Args, clap::Error> {
        Args::try_read([&["thumbs"], words].concat())
    }

    #[test]
    fn the_definition_of_the_arguments_is_sound() {
        Args::command().debug_assert();
    }

    #[test]
    fn defaults_are_those_of_the_library() {
        let config = parse(&["images"]).unwrap().to_config(None);
        let wanted = Config::new(vec!["images".into()]);
        assert_eq!(config.options, wanted.options);
        assert_eq!((config.output, config.workers), (wanted.output, wanted.workers));
        assert_eq!((config.existing, config.links), (wanted.existing, wanted.links));
        assert_eq!((config.memory, config.timeout), (wanted.memory, wanted.timeout));
    }

    #[test]
    fn words_become_decided_values() {
        let words = "in -o out -s 50x40 -s 256 -s 256x256 --blur 0 --filter lanczos3 --format jpg -q 95 --background #000 \
                     --sequential --exact --resume --follow --max-pixels 2k --max-memory 128M --max-file-size 1k --timeout 0 --damaged fail --report r.NDJSON --quiet";
        let args = parse(&words.split_whitespace().collect::<Vec<_>>()).unwrap();
        let config = args.to_config(None);
        assert_eq!(config.options.sizes, [Size::new(50, 40), Size::new(256, 256)]);
        assert_eq!(config.options.filter, Filter::Lanczos3);
        assert_eq!(config.options.target.to_string(), "jpeg");
        assert_eq!((config.options.quality, config.options.max_pixels), (95, 2000));
        assert_eq!(
            (config.options.max_file_size, config.memory, config.timeout),
            (1024, Memory::Bytes(128 << 20), None)
        );
        assert_eq!(config.options.damaged, Damaged::Fail);
        assert_eq!(config.options.exactness, Exactness::Exact);
        assert_eq!((config.workers.get(), config.existing, config.links), (1, Existing::Update, Links::All));
        assert_eq!(args.report().unwrap().form, Form::NdJson);
        assert_eq!((args.shown(), args.mode()), (Shown::Errors, Mode::Once));
    }

    #[test]
    fn previews_stand_in_only_where_they_are_asked_for() {
        assert_eq!(parse(&["in"]).unwrap().to_config(None).options.previews, Previews::Ignored);
        assert_eq!(parse(&["in", "--previews"]).unwrap().to_config(None).options.previews, Previews::Used);
    }

    #[test]
    fn what_makes_no_sense_is_refused_with_a_reason() {
        for (words, reason) in [
            ("", "required"),
            ("in -s 0x5", "side of 0"),
            ("in -q 0", "1..=100"),
            ("in -j 0", "non-zero"),
            ("in --blur -1", "unexpected argument"),
            ("in --blur=-1", "between 0"),
            ("in --blur NaN", "between 0"),
            ("in --format heic", "choose same"),
            ("in --report out.txt", ".ndjson"),
            ("in --exact --previews", "cannot be used"),
            ("in --sequential --jobs 2", "cannot be used"),
            ("in --max-pixels lots", "such as 500M"),
            ("in --background red-ish", "not a colour"),
            ("in --max-memory 0", "out of range"),
            ("in --max-memory 200%", "between 1% and 100%"),
            ("in --max-file-size some", "such as 128M"),
        ] {
            let error = parse(&words.split_whitespace().collect::<Vec<_>>()).unwrap_err().to_string();
            assert!(error.contains(reason), "'{words}' says: {error}");
        }
    }
}
