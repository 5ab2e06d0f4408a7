//! Parses the command line, one group of the help in each file. Types of clap stay within this module.

mod defaults;
mod encoding;
mod limits;
mod output;
mod report;
mod setup;
mod single;
mod source;
mod thumbnail;
mod typed;
mod variable;

use std::ffi::OsString;
use std::io;
use std::path::PathBuf;

use clap::error::ErrorKind;
use clap::parser::ValueSource;
use clap::{CommandFactory, FromArgMatches, Parser};
use thumbs::internal::report::{Detail, Scope};
use thumbs::internal::storage::local;
use thumbs::options::{Config, Memory, Target, desktop_cache};

use super::color::Color;
use super::list::List;
use defaults::Defaults;
pub use report::ReportTarget;
#[allow(unused_imports, reason = "the example that packs the man page calls it")]
pub use setup::write_manual;
use typed::Typed;

/// Makes thumbnails of whole directories of images, on every core at once.
///
/// Blurs and shrinks every image, turns it upright, and writes its thumbnail below the output directory, which keeps the
/// structure of each input. Damaged files are reported and never stop the run.
#[derive(Debug, Parser)]
#[command(
    name = "thumbs",
    version,
    max_term_width = 100,
    arg_required_else_help = true,
    after_help = "--help describes these options and the others.",
    after_long_help = EXAMPLES
)]
pub struct Args {
    #[command(flatten)]
    source: source::Source,
    #[command(flatten)]
    thumbnail: thumbnail::Thumbnail,
    #[command(flatten)]
    encoding: encoding::Encoding,
    #[command(flatten)]
    output: output::Output,
    #[command(flatten)]
    limits: limits::Limits,
    #[command(flatten)]
    reporting: report::Reporting,
    #[command(flatten)]
    setup: setup::Setup,
    #[arg(skip)]
    typed: Typed,
    #[arg(skip)]
    start: Start,
    /// Warnings about defaults that are ignored.
    #[arg(skip)]
    ignored: Vec<String>,
}

/// The start of the program.
#[derive(Debug, Clone, Default)]
pub struct Start {
    /// The words of the command line, beginning with the program's name.
    pub words: Vec<OsString>,
    /// The program whose processes render vector images.
    pub renderer: Option<PathBuf>,
}

const EXAMPLES: &str = "\
Examples:
  thumbs photos                            50x50 thumbnails of all images below photos, in thumbs
  thumbs photos -o web -s 256 --update     only those that are new or changed
  thumbs photos --srcset 320,640,1280 --format webp
  thumbs photos -s 200 --crop=smart        squares of the part that people look at
  thumbs photo.heic -o small.jpg -s 800x   one image, 800 pixels wide
  thumbs photos.tar -o small.tar -s 256    an archive of thumbnails, with the other files of the first one
  curl -s example.com/a.png | thumbs - -s 64 > a.png
  git ls-files -z | thumbs --files0-from - --ext jpg,png

Exit status:
  0    all done
  1    some files failed, or the report or the lines on stdout could not be written
  2    nothing could be done
  130  interrupted";

/// The number of times the work is done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    Once,
    Watching,
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
    pub fn read(start: Start) -> Self {
        let defaults = Defaults::read(&Self::command())
            .unwrap_or_else(|reason| Self::command().error(ErrorKind::InvalidValue, reason).exit());
        let args = Self::try_read(&defaults, &start.words).unwrap_or_else(|error| {
            match defaults.blame(&Self::command(), &error) {
                Some(reason) => Self::command().error(ErrorKind::InvalidValue, reason).exit(),
                None => error.exit(),
            }
        });
        let args = Self { start, ignored: defaults.into_ignored(), ..args };
        if args.setup.print(Self::command()) {
            std::process::exit(0);
        }
        args
    }

    /// Reads words without regard to defaults from files and the environment. The first word is the program's name.
    ///
    /// # Errors
    /// The words are no valid command line.
    #[allow(dead_code, reason = "the Python module reads its options through it")]
    pub fn of_words(words: &[OsString]) -> Result<Self, clap::Error> {
        Self::try_read(&Defaults::default(), words)
    }

    fn try_read(
        defaults: &Defaults,
        words: impl IntoIterator<Item = impl Into<OsString> + Clone>,
    ) -> Result<Self, clap::Error> {
        let (command, set) = defaults.apply(Self::command());
        let matches = command.try_get_matches_from(words)?;
        let typed = |id: &clap::Id| matches.value_source(id.as_str()) == Some(ValueSource::CommandLine);
        let typed = matches.ids().filter(|id| typed(id)).map(ToString::to_string).collect();
        Ok(Self { typed: Typed::new(typed, set), ..Self::from_arg_matches(&matches)? })
    }

    /// Returns the configuration: the values of `earlier`, or else the defaults, replaced by those that were typed.
    pub fn to_config(&self, earlier: Option<Config>) -> Config {
        // The options of an earlier run precede defaults.
        let is_continued = earlier.is_some();
        let mut config = earlier.unwrap_or_else(|| Config::new(Vec::new()));
        let typed = &if is_continued { self.typed.without_defaults() } else { self.typed.clone() };
        self.source.apply(&mut config, typed);
        self.thumbnail.apply(&mut config, typed);
        self.encoding.apply(&mut config, typed);
        self.output.apply(&mut config, typed);
        if !self.output.freedesktop.is_empty() {
            self.output.apply_desktop(find_desktop_cache(), &mut config, typed);
        }
        self.limits.apply(&mut config, typed);
        self.reporting.apply(&mut config, typed);
        if let Some(format) = self.single_format().filter(|_| !typed.has("format")) {
            config.options.targets = Target::Always(format).into();
        }
        config.renderer.clone_from(&self.start.renderer);
        let paths = config.inputs.iter_mut().chain([&mut config.output]);
        paths.for_each(|path| *path = local(path));
        config
    }

    /// Sets the start of the program, for arguments that are no command line.
    #[allow(dead_code, reason = "the Python module reads its options through it")]
    pub fn set_start(&mut self, start: Start) {
        self.start = start;
    }

    /// Returns the words of the command line.
    pub fn words(&self) -> &[OsString] {
        &self.start.words
    }

    /// Returns the lists of files to read.
    pub fn lists(&self) -> impl Iterator<Item = List<'_>> {
        self.source.lists()
    }

    /// Returns warnings about arguments and defaults that do not have their effect, unless only errors are wanted.
    pub fn warnings(&self) -> Vec<String> {
        if self.shown() == Shown::Errors {
            return Vec::new();
        }
        let own = self.limits.workers().1.into_iter().chain(self.thumbnail.warning());
        own.chain(self.ignored.iter().cloned()).collect()
    }

    /// Decides whether messages on stderr are coloured.
    pub fn error_color(&self) -> Color {
        self.reporting.color.on(&io::stderr())
    }

    /// Returns the memory budget that was asked for.
    pub const fn max_memory(&self) -> Memory {
        self.limits.max_memory
    }

    /// Returns whether the work is done once, again and again, or for comparison.
    pub const fn mode(&self) -> Mode {
        match (self.limits.compare, self.output.watch) {
            (true, _) => Mode::Compare,
            (false, true) => Mode::Watching,
            (false, false) => Mode::Once,
        }
    }

    /// Returns the output during the run.
    pub const fn shown(&self) -> Shown {
        match (self.reporting.quiet, self.reporting.no_progress) {
            (true, _) => Shown::Errors,
            (false, true) => Shown::Lines,
            (false, false) => Shown::LinesAndBar,
        }
    }

    /// Returns the detail of the lines about each file.
    pub const fn detail(&self) -> Detail {
        if self.reporting.verbose { Detail::Steps } else { Detail::Total }
    }

    /// Returns the report of an earlier run to resume, and which of its sources to process.
    pub fn earlier_report(&self) -> Option<(&ReportTarget, Scope)> {
        match (&self.output.resume, &self.output.retry_failed) {
            (Some(Some(report)), _) => Some((report, Scope::All)),
            (_, Some(report)) => Some((report, Scope::Failed)),
            _ => None,
        }
    }

    /// Returns whether the same command continues an interrupted run.
    pub const fn goes_on(&self) -> bool {
        self.output.goes_on()
    }

    /// Returns the target of the report, if one was asked for.
    pub const fn report(&self) -> Option<&ReportTarget> {
        self.reporting.report.as_ref()
    }
}

/// Returns the directory of the desktop's cache. Ends the process with a message if the environment does not tell it.
fn find_desktop_cache() -> PathBuf {
    let variable = |name| std::env::var_os(name).map(PathBuf::from);
    desktop_cache(variable("XDG_CACHE_HOME").as_deref(), variable("HOME").as_deref()).unwrap_or_else(|| {
        let problem = "--freedesktop needs XDG_CACHE_HOME or HOME to find the cache";
        Args::command().error(ErrorKind::MissingRequiredArgument, problem).exit()
    })
}

#[cfg(test)]
mod tests;
