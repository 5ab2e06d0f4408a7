//! Reports on a run: prints lines and errors around the progress bar, and writes the report file.

use std::io::{self, IsTerminal, Write};
use std::path::Path;

use thumbs::error::{Cause, Error};
use thumbs::internal::report::{Destination, Explain, Report, Text};
use thumbs::options::Effect;
use thumbs::{Config, Observer, Record, Totals};

use super::args::{Args, ReportTarget, Shown};
use super::color::Color;
use super::progress::{AboveBar, Bar};
use super::report_file::{ReportFile, make_directory};

/// An observer that passes every record to the printed lines and to the report file.
pub struct Reporter {
    bar: Bar,
    text: Text<AboveBar<Box<dyn Write>>, AboveBar<io::Stderr>>,
    effect: Effect,
    /// The stream of the lines.
    printed_to: &'static str,
    file: Option<ReportFile>,
    /// The first error of the report file, after which nothing more is written to it.
    file_error: Option<Error>,
    /// The first error of the printed lines.
    text_error: Option<io::Error>,
}

impl Reporter {
    /// Opens every output, before the work starts.
    ///
    /// # Errors
    /// The report's target can't be written.
    pub fn open(args: &Args, config: &Config) -> Result<Self, Error> {
        let bar = if args.shown() == Shown::LinesAndBar { Bar::on_terminal() } else { Bar::hidden() };
        let is_stdout_taken = args.report().is_some_and(ReportTarget::is_stdout);
        let (lines, is_terminal): (Box<dyn Write>, _) = match is_stdout_taken {
            true => (Box::new(io::stderr()), io::stderr().is_terminal()),
            false => (Box::new(io::stdout()), io::stdout().is_terminal()),
        };
        let destination = if is_terminal { Destination::Terminal } else { Destination::Pipe };
        let lines = (args.shown() != Shown::Errors).then(|| AboveBar::new(lines, bar.clone(), Color::Plain));
        let errors = AboveBar::new(io::stderr(), bar.clone(), args.error_color());
        let text = Text::new(lines, destination, args.detail(), errors, terminal_rows());
        let earlier = args.earlier_report().map(|(report, _)| report.path.as_path());
        if let Some(target) = args.report().filter(|target| !target.is_stdout()) {
            make_directory(target, &config.output)?;
        }
        let mut file = args.report().map(|target| ReportFile::open(target, earlier, config.foreign)).transpose()?;
        if let Some(file) = &mut file {
            file.report.begin(config).map_err(|error| file.refuse(error))?;
        }
        let printed_to = if is_stdout_taken { "stderr" } else { "stdout" };
        Ok(Self { bar, text, effect: config.effect, printed_to, file, file_error: None, text_error: None })
    }

    /// Writes the totals and closes everything.
    ///
    /// # Errors
    /// The report or a printed line could not be written. A reader of lines that has seen enough is no error.
    pub fn close(mut self, totals: &Totals) -> Result<(), Error> {
        self.bar.clear();
        self.write_to_file(|report| report.end(totals));
        let ended = self.text.end(totals);
        self.note(ended);
        match (self.file_error, self.file) {
            (Some(error), _) => return Err(error),
            (None, Some(file)) => file.close()?,
            (None, None) => {}
        }
        self.text_error.map_or(Ok(()), |source| Err(Error::Thumbnail { path: self.printed_to.into(), source }))
    }

    /// Notes a failure to print, which does not stop the run.
    fn note(&mut self, printed: io::Result<()>) {
        self.text_error = self.text_error.take().or(printed.err());
    }

    fn write_to_file(&mut self, write: impl FnOnce(&mut dyn Report) -> io::Result<()>) {
        if let (Some(file), None) = (&mut self.file, &self.file_error) {
            let written = file.begin().and_then(|()| write(&mut *file.report).map_err(|error| file.refuse(error)));
            self.file_error = written.err();
        }
    }
}

impl Observer for Reporter {
    fn planned(&mut self, sources: usize, bytes: u64) {
        self.bar.expect(sources as u64, bytes);
        self.write_to_file(|_| Ok(()));
    }

    fn finished(&mut self, record: &Record) {
        let printed = self.text.record(record);
        self.note(printed);
        self.write_to_file(|report| report.record(record));
        self.bar.advance(record.bytes);
    }

    fn removed(&mut self, thumbnail: &Path) {
        let printed = self.text.removed(thumbnail, self.effect);
        self.note(printed);
        self.write_to_file(|report| report.removed(thumbnail));
    }

    fn page_failed(&mut self, kind: &str, cause: &Cause) {
        self.warned(&format!("can't write a {kind}: {}", cause.explain()));
    }

    fn warned(&mut self, message: &str) {
        let printed = self.text.warn(message);
        self.note(printed);
    }
}

/// Returns the number of rows of the terminal, or 24, the most common one.
fn terminal_rows() -> usize {
    terminal_size::terminal_size_of(io::stderr()).map_or(24, |(_, height)| height.0.into())
}
