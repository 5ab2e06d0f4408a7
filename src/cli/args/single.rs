//! Decides whether the arguments ask for the thumbnail of a single image.

use clap::CommandFactory;
use clap::error::ErrorKind;
use thumbs::internal::archive::has_name_of_archive;
use thumbs::internal::storage::is_url;
use thumbs::options::{Config, Format, Target};

use super::Args;
use crate::cli::stream::{Job, Stream};

impl Args {
    /// Returns the job of a single image, if its thumbnail goes to a file or to stdout. Ends the process with a message if other
    /// arguments make no sense then.
    pub fn single(&self, config: &Config) -> Option<Job> {
        let job = self.single_job()?;
        let listing = self.lists().next().map(|_| "--files-from");
        let flags = [
            (self.limits.compare, "--compare"),
            (self.goes_on(), "--update, --resume or --retry-failed"),
            (self.output.prune, "--prune"),
            (!self.output.freedesktop.is_empty(), "--freedesktop"),
            (self.output.dry_run, "--dry-run"),
            (self.reporting.report.is_some(), "--report"),
            (self.typed.is_typed("gallery"), "--gallery"),
            (self.reporting.contact_sheet.is_some(), "--contact-sheet"),
        ];
        let flag = flags.iter().find(|(is_given, _)| *is_given).map(|(_, flag)| *flag).or(listing);
        let problem = match (flag, self.source.inputs.len(), config.options.sizes.len()) {
            (Some(flag), ..) => format!("{flag} needs a directory of thumbnails"),
            (None, 2.., _) => "one file or stdout holds the thumbnail of one image only".to_string(),
            _ if config.options.targets.as_slice().len() > 1 => {
                "several formats need a directory of thumbnails".to_string()
            }
            (None, _, 2..) => "several sizes need a directory of thumbnails".to_string(),
            _ if matches!(&job.from, Stream::File(input) if input.is_dir()) => {
                format!(
                    "{} is a directory, and stdout takes the thumbnail of one image",
                    self.source.inputs[0].display()
                )
            }
            _ => match self.problem_of_name(config) {
                Some(problem) => problem,
                None => return Some(job),
            },
        };
        Self::command()
            .error(ErrorKind::ArgumentConflict, format!("{problem}; choose a directory with --output"))
            .exit()
    }

    /// Returns why the output's name does not fit the thumbnail, if so.
    fn problem_of_name(&self, config: &Config) -> Option<String> {
        let claimed = self.output.format()?;
        let output = self.output.output.display();
        match config.options.targets.as_slice() {
            _ if !claimed.is_writable() => {
                Some(format!("{output} would be {}, which can't be written", claimed.label()))
            }
            [Target::Always(format)] if *format != claimed => {
                Some(format!("{output} would be {} by its name, and {} by --format", claimed.label(), format.label()))
            }
            _ => None,
        }
    }

    /// Returns whether the output is an archive by its name, or each input becomes one.
    fn is_archive(&self) -> bool {
        self.output.tar || has_name_of_archive(&self.output.output)
    }

    fn single_job(&self) -> Option<Job> {
        let from = self.source.inputs.first().map(|input| Stream::of(input))?;
        let is_output_given = self.typed.is_typed("output");
        let to = match &from {
            Stream::Standard if !is_output_given => Stream::Standard,
            _ => Stream::of(&self.output.output),
        };
        let is_single = match (&from, &to) {
            (Stream::Standard, _) | (_, Stream::Standard) => true,
            (Stream::File(input), Stream::File(_)) => {
                let is_file = self.output.format().is_some() || self.output.output.is_file();
                // A URL of an output is a prefix, whatever its name.
                let is_file = is_file && !is_url(&self.output.output) && !self.is_archive();
                let is_image =
                    input.is_file() || is_url(input) && !input.as_os_str().as_encoded_bytes().ends_with(b"/");
                self.source.inputs.len() == 1 && is_image && is_file
            }
        };
        is_single.then_some(Job { from, to })
    }

    /// Returns the format that the name of a single thumbnail claims, if it can be written.
    pub(super) fn single_format(&self) -> Option<Format> {
        let format = self.output.format().filter(|format| format.is_writable())?;
        self.single_job().map(|_| format)
    }
}
