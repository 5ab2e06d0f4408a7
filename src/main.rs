//! The command `thumbs`: parse, run, exit.

#![forbid(unsafe_code)]

mod cli;

use std::io::Write;

use clap::Parser;

fn main() {
    let args = cli::Args::parse();
    let exit = cli::run(&args).unwrap_or_else(|error| {
        let text = format!("error: {error}");
        let _ = writeln!(std::io::stderr(), "{}", thumbs::report::escape_controls(&text));
        cli::Exit::NothingDone
    });
    std::process::exit(exit.into());
}
