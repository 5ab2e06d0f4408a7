//! The command line: words typed → config, what is seen while it runs, and the exit status. Binary only.

mod allocator;
pub mod args;
mod exit;
mod progress;
mod renderer;
mod report_file;
mod reporter;

pub use args::Args;
pub use exit::Exit;
pub use renderer::is_asked_to_serve;
pub use reporter::Reporter;

use std::io::{self, Write};
use std::panic;
use std::path::Path;

use thumbs::error::Error;
use thumbs::options::Memory;
use thumbs::report::{Wanted, escape_controls};
use thumbs::{Cancel, Totals};

use args::Mode;

/// Does what the arguments ask for.
///
/// # Errors
/// What keeps the run from starting.
pub fn run(args: &Args) -> Result<Exit, Error> {
    let mut config = args.to_config();
    // Before a report of the same name is opened anew.
    if let Some((report, wanted)) = args.earlier_report(&config.options) {
        let reading = report_file::read(report, wanted)?;
        if matches!(wanted, Wanted::Failed) && !reading.is_whole {
            warn_of_unfinished(&report.path);
        }
        config.earlier = reading.earlier;
    }
    // A bound in bytes is held to; a share of what is free has room for what the allocator keeps, which is faster.
    if matches!(config.memory, Memory::Bytes(_)) {
        allocator::give_memory_back();
    }
    // After the program may have started itself again, so that it is said once.
    args.workers().1.iter().for_each(|warning| say(&format!("warning: {warning}")));
    let mut reporter = Reporter::open(args, &config)?;
    let cancel = cancel_on_signal();
    silence_worker_panics();
    let totals = match args.mode() {
        Mode::Once => thumbs::run(&config, &cancel, &mut reporter),
        Mode::Compare => thumbs::compare(&config, &cancel, &mut reporter),
    }?;
    let exit = exit_for(&totals);
    Ok(match reporter.close(&totals) {
        Ok(()) => exit,
        Err(error) => {
            complain(&error);
            exit.at_least_failed()
        }
    })
}

/// Tells of an error that no file is to blame for.
pub fn complain(error: &Error) {
    say(&format!("error: {error}"));
}

/// A killed run has no line for what it did not come to.
fn warn_of_unfinished(report: &Path) {
    let report = report.display();
    say(&format!(
        "warning: {report} is of a run that did not come to its end, and does not say what it did not come to; \
         --resume={report} does that, too"
    ));
}

fn say(text: &str) {
    let _ = writeln!(io::stderr(), "{}", escape_controls(text));
}

fn exit_for(totals: &Totals) -> Exit {
    let differing = totals.comparison.as_ref().map_or(0, |comparison| comparison.differing.len());
    Exit::of_run(totals.ending, totals.failed, differing)
}

/// The first signal asks the run to stop, the second ends the process.
fn cancel_on_signal() -> Cancel {
    let cancel = Cancel::default();
    let asked = cancel.clone();
    let installed = ctrlc::set_handler(move || {
        if asked.set() {
            std::process::exit(Exit::Interrupted.into());
        }
    });
    if let Err(error) = installed {
        // The run works without; only an interrupt will be abrupt.
        say(&format!("warning: can't listen for signals: {error}"));
    }
    cancel
}

/// A decoder's panic is the outcome of its file and is reported there, so it is not printed as well.
fn silence_worker_panics() {
    let print = panic::take_hook();
    panic::set_hook(Box::new(move |info| {
        let on_worker =
            std::thread::current().name().is_some_and(|name| name.starts_with(thumbs::execute::WORKER_NAME));
        if !on_worker {
            print(info);
        }
    }));
}
