//! The words typed, and what they mean. No type of clap's goes past this page.

use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::Parser;
use thumbs::geometry::Size;
use thumbs::options::{
    Background, Config, Damaged, Exactness, Existing, Filter, Light, Links, Memory, Options, Previews, Profiles,
    Target, read_bytes,
};
use thumbs::report::{Form, Wanted};

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
    #[arg(required = true, value_name = "INPUT")]
    inputs: Vec<PathBuf>,

    /// Where thumbnails go; the tree under each input folder is mirrored in it
    #[arg(short, long, value_name = "DIR", default_value = "thumbs")]
    output: PathBuf,

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
    #[arg(long, conflicts_with_all = ["sequential", "resume", "retry_failed"])]
    compare: bool,

    /// Decode in full and blur with a true Gaussian: slow, and what the fast way is held to
    #[arg(long)]
    exact: bool,

    /// Let a picture's own preview stand in for it where it is large enough and agrees with it: a JPEG's EXIF thumbnail or
    /// MPF preview, the smallest preview of a RAW file that will do. Reads only the start of a JPEG
    #[arg(long, conflicts_with = "exact")]
    previews: bool,

    /// Keep thumbnails that are newer than their pictures, make the others. With the report of an earlier run, what it has
    /// as written is not even opened
    #[arg(long, value_name = "REPORT", num_args = 0..=1, require_equals = true, value_parser = read_report)]
    resume: Option<Option<ReportTarget>>,

    /// Do only what failed according to the report of an earlier run, or was not begun
    #[arg(long, value_name = "REPORT", conflicts_with = "resume", value_parser = read_report)]
    retry_failed: Option<ReportTarget>,

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

    /// Write every file with its times, sizes and outcome, and the totals, to FILE (.json, .ndjson or .csv)
    #[arg(long, value_name = "FILE", value_parser = read_report)]
    report: Option<ReportTarget>,

    /// Print errors and no more
    #[arg(long)]
    quiet: bool,

    /// No progress bar; there is one on a terminal only
    #[arg(long)]
    no_progress: bool,
}

/// Where a report goes, or lies, and what form it has.
#[derive(Debug, Clone)]
pub struct ReportTarget {
    pub path: PathBuf,
    pub form: Form,
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
    /// The decided values.
    pub fn to_config(&self) -> Config {
        let mut config = Config::new(self.inputs.clone());
        config.output.clone_from(&self.output);
        config.options = Options {
            sizes: self.distinct_sizes(),
            blur: self.blur,
            filter: self.filter,
            target: self.format,
            quality: self.quality,
            background: self.background,
            profiles: if self.keep_profile { Profiles::Keep } else { Profiles::Convert },
            light: if self.linear { Light::Linear } else { Light::Encoded },
            exactness: if self.exact { Exactness::Exact } else { Exactness::Fast },
            previews: if self.previews { Previews::Used } else { Previews::Ignored },
            max_pixels: self.max_pixels,
            max_file_size: self.max_file_size,
            damaged: self.damaged,
        };
        if let Some(workers) = if self.sequential { Some(NonZeroUsize::MIN) } else { self.jobs } {
            config.workers = workers;
        }
        config.existing = if self.resume.is_some() { Existing::KeepNewer } else { Existing::Replace };
        config.memory = self.max_memory;
        config.timeout = (self.timeout > 0).then(|| Duration::from_secs(self.timeout.into()));
        config.renderer = super::renderer::program();
        config.links = if self.follow { Links::All } else { Links::WithinTree };
        config
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

    /// The report of an earlier run that this one goes by, and what is wanted of it.
    pub fn earlier_report<'a>(&'a self, options: &'a Options) -> Option<(&'a ReportTarget, Wanted<'a>)> {
        match (&self.resume, &self.retry_failed) {
            (Some(Some(report)), _) => Some((report, Wanted::Written(options))),
            (_, Some(report)) => Some((report, Wanted::Failed)),
            _ => None,
        }
    }

    /// Where the report of an earlier run lies that this one goes by.
    pub fn earlier_place(&self) -> Option<&Path> {
        let resumed = self.resume.as_ref().and_then(Option::as_ref);
        resumed.or(self.retry_failed.as_ref()).map(|report| report.path.as_path())
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
const MAX_SIGMA: f64 = 1000.0;

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
        Args::try_parse_from([&["thumbs"], words].concat())
    }

    #[test]
    fn the_definition_of_the_arguments_is_sound() {
        Args::command().debug_assert();
    }

    #[test]
    fn defaults_are_those_of_the_library() {
        let config = parse(&["images"]).unwrap().to_config();
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
        let config = args.to_config();
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
        assert_eq!((config.workers.get(), config.existing, config.links), (1, Existing::KeepNewer, Links::All));
        assert_eq!(args.report().unwrap().form, Form::NdJson);
        assert_eq!((args.shown(), args.mode()), (Shown::Errors, Mode::Once));
    }

    #[test]
    fn previews_stand_in_only_where_they_are_asked_for() {
        assert_eq!(parse(&["in"]).unwrap().to_config().options.previews, Previews::Ignored);
        assert_eq!(parse(&["in", "--previews"]).unwrap().to_config().options.previews, Previews::Used);
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
