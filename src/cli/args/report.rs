//! Defines the arguments that decide what is printed and reported.

use std::path::{Path, PathBuf};

use thumbs::internal::report::Form;
use thumbs::options::{Config, ContactSheet, Gallery, PlaceholderKind};

use super::typed::Typed;
use crate::cli::color::When;

/// Arguments that decide what is printed and reported.
#[derive(Debug, Clone, clap::Args)]
#[command(next_help_heading = "Reports")]
pub(super) struct Reporting {
    /// Write a report of every file's outcome, times and sizes, and the totals, to FILE (.json, .ndjson or .csv); - writes
    /// NDJSON to stdout, and text to stderr
    ///
    /// An existing file is replaced only if it is empty or a report, or with --force
    #[arg(long, value_name = "FILE", value_parser = read_report)]
    pub(super) report: Option<ReportTarget>,

    /// Write a page, index.html, into each directory of thumbnails, which shows all images there
    ///
    /// It shows the thumbnails of earlier runs, too, and links to the originals. It needs no network, and uses placeholders and
    /// several sizes or formats if there are any. A page that thumbs did not write, or that was changed since, is kept, unless with
    /// --force
    #[arg(long, conflicts_with = "compare")]
    pub(super) gallery: bool,

    /// Write a contact sheet, pages of thumbnails with the names of their images, to FILE (.jpg, .png or .pdf)
    ///
    /// It shows the thumbnails of earlier runs, too, directory by directory. Several pages are one PDF, or images FILE-1, FILE-2, … An
    /// existing file is replaced only if it is an unchanged contact sheet, or with --force
    #[arg(hide_short_help = true, long, value_name = "FILE", value_parser = read_sheet, conflicts_with_all = ["compare", "watch"])]
    pub(super) contact_sheet: Option<ContactSheet>,

    /// Add a placeholder of each image to the report: thumbhash, blurhash or color, the mean colour
    ///
    /// A page shows it until the thumbnail is loaded. It is computed from the pixels of the thumbnail
    #[arg(hide_short_help = true, long, value_name = "KIND", value_enum, hide_possible_values = true)]
    pub(super) placeholder: Option<PlaceholderKind>,

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

impl Reporting {
    /// Sets the values that were typed.
    pub(super) fn apply(&self, config: &mut Config, typed: &Typed) {
        if typed.has("placeholder") {
            config.options.placeholder = self.placeholder;
        }
        if self.gallery {
            config.gallery = Gallery::On;
        }
        config.contact_sheet.clone_from(&self.contact_sheet);
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

fn read_sheet(text: &str) -> Result<ContactSheet, String> {
    if !cfg!(feature = "contact-sheet") {
        return Err("this build makes no contact sheets".to_string());
    }
    ContactSheet::of(text.into()).ok_or_else(|| "the name of a contact sheet ends in .jpg, .png or .pdf".to_string())
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
