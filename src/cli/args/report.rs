//! Defines the arguments that decide what is printed and reported.

use std::path::{Path, PathBuf};

use thumbs::report::Form;

use crate::cli::color::When;

/// Arguments that decide what is printed and reported.
#[derive(Debug, Clone, clap::Args)]
#[command(next_help_heading = "Reports")]
pub(super) struct Reporting {
    /// Write a report of every file's outcome, times and sizes, and the totals, to FILE (.json, .ndjson or .csv); - writes
    /// NDJSON to stdout, and text to stderr
    #[arg(long, value_name = "FILE", value_parser = read_report)]
    pub(super) report: Option<ReportTarget>,

    /// Print the time of each step of each file
    #[arg(short, long)]
    pub(super) verbose: bool,

    /// Print failures and nothing else
    #[arg(long, conflicts_with = "verbose")]
    pub(super) quiet: bool,

    /// Hide the progress bar, which only a terminal shows
    #[arg(hide_short_help = true, long)]
    pub(super) no_progress: bool,

    /// When to colour errors and warnings
    #[arg(hide_short_help = true, long, value_name = "WHEN", value_enum, default_value_t)]
    pub(super) color: When,
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

fn read_report(text: &str) -> Result<ReportTarget, String> {
    if text == "-" {
        return Ok(ReportTarget { path: text.into(), form: Form::NdJson });
    }
    read_earlier_report(text)
}

pub(super) fn read_earlier_report(text: &str) -> Result<ReportTarget, String> {
    let path = PathBuf::from(text);
    match Form::of_name(&path) {
        Some(form) => Ok(ReportTarget { path, form }),
        None => Err("the name of a report ends in .json, .ndjson or .csv".to_string()),
    }
}
