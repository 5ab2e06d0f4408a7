//! Implements the command line: parses arguments, shows progress and returns the exit status. Part of the binary only.

mod allocator;
pub mod args;
mod color;
mod command;
mod exit;
mod list;
mod message;
mod progress;
mod renderer;
mod report_file;
mod reporter;
mod single;
mod stream;
mod watch;

pub use args::{Args, Start};
pub use exit::Exit;
pub use message::complain;
pub use renderer::{is_asked_to_serve, program};
pub use reporter::Reporter;

use std::panic;
use std::path::Path;

use thumbs::error::Error;
use thumbs::internal::report::Scope;
use thumbs::internal::storage::is_url;
use thumbs::options::{Memory, NoInput};
use thumbs::outcome::Ending;
use thumbs::{Cancel, Config};

use args::Mode;
use color::Color;
use message::say;

/// Runs the command with the given arguments.
///
/// # Errors
/// The reason for which the run could not start.
pub fn run(args: &Args) -> Result<Exit, Error> {
    let color = args.error_color();
    // Only a budget in bytes is a hard limit. A percentage leaves room for memory that the allocator keeps, which is
    // faster. Prints nothing before this point, as the program may restart itself here.
    if matches!(args.max_memory(), Memory::Bytes(_)) {
        allocator::give_memory_back();
    }
    let config = read_config(args, color)?;
    for warning in args.warnings() {
        say(&format!("warning: {warning}"), color);
    }
    if let Some(job) = args.single(&config) {
        return single::run(&job, args, &config);
    }
    let cancel = cancel_on_signal(color);
    silence_worker_panics();
    if args.mode() == Mode::Watching {
        return watch::run(args, &config, &cancel, color);
    }
    let mut reporter = Reporter::open(args, &config)?;
    let totals = match args.mode() {
        Mode::Once | Mode::Watching => thumbs::run_with(&config, &cancel, &mut reporter),
        Mode::Compare => thumbs::internal::compare(&config, &cancel, &mut reporter),
    }?;
    let exit = Exit::of(&totals);
    let closed = reporter.close(&totals);
    if totals.ending == Ending::Interrupted && args.shown() != args::Shown::Errors {
        let command = command::to_go_on(args.words().iter().cloned(), args.goes_on());
        say(&format!("continue with: {command}"), color);
    }
    Ok(match closed {
        Ok(()) => exit,
        Err(error) => {
            complain(&error, color);
            exit.at_least_failed()
        }
    })
}

/// Returns the configuration from the arguments and the report of an earlier run, if any.
fn read_config(args: &Args, color: Color) -> Result<Config, Error> {
    // This comes before the new report, which may have the same name, is opened.
    let listed = args.lists().map(list::read).collect::<Result<Vec<_>, Error>>()?.concat();
    let has_list = args.lists().next().is_some();
    let with_list = |mut config: Config| {
        config.no_input = if has_list { NoInput::Accept } else { NoInput::Refuse };
        if !listed.is_empty() {
            config.listed = listed;
        }
        config
    };
    let Some((report, scope)) = args.earlier_report() else { return Ok(with_list(args.to_config(None))) };
    let reading = report_file::read(report, scope)?;
    if scope == Scope::Failed && !reading.is_whole {
        warn_of_unfinished(&report.path, color);
    }
    if let Some(directory) = reading.config.as_ref().and_then(other_directory) {
        let reason = format!("its paths start from {}; run thumbs there", directory.display());
        return Err(Error::EarlierReport { path: report.path.clone(), reason });
    }
    let mut config = with_list(args.to_config(reading.config));
    config.previous_run = reading.previous_run;
    Ok(config)
}

/// Returns an earlier run's working directory if it differs and matters for relative paths.
fn other_directory(earlier: &Config) -> Option<&Path> {
    let mut paths = earlier.inputs.iter().chain(&earlier.listed).chain([&earlier.output]);
    let here = Config::new(Vec::new()).directory;
    let is_elsewhere = earlier.directory.to_string_lossy() != here.to_string_lossy();
    (is_elsewhere && paths.any(|path| path.is_relative() && !is_url(path))).then_some(earlier.directory.as_path())
}

/// Warns of a killed run's report. It has no lines for the files that the run did not reach.
fn warn_of_unfinished(report: &Path, color: Color) {
    let report = report.display();
    let text = format!(
        "warning: {report} comes from a killed run and doesn't list unprocessed files; use --resume={report} to process \
         them, too"
    );
    say(&text, color);
}

/// Installs a signal handler. The first signal asks the run to stop; the second ends the process.
fn cancel_on_signal(color: Color) -> Cancel {
    let cancel = Cancel::default();
    let asked = cancel.clone();
    let installed = ctrlc::set_handler(move || {
        if asked.set() {
            std::process::exit(Exit::Interrupted.into());
        }
    });
    if let Err(error) = installed {
        // Without a handler, the run still works, but an interrupt is abrupt.
        say(&format!("warning: can't listen for signals: {error}"), color);
    }
    cancel
}

/// Silences the panic messages of workers. A decoder's panic is already reported as the outcome of its file.
fn silence_worker_panics() {
    let print = panic::take_hook();
    panic::set_hook(Box::new(move |info| {
        let on_worker =
            std::thread::current().name().is_some_and(|name| name.starts_with(thumbs::internal::execute::WORKER_NAME));
        if !on_worker {
            print(info);
        }
    }));
}
