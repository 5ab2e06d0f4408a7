//! The report for people: a line for each source on one writer, what failed on another, the totals last, and after them
//! what failed once more.

use std::io::{self, Write};
use std::path::Path;

use super::Report;
use super::escape::escape_controls;
use super::plural::counted;
use crate::options::Config;
use crate::outcome::{DecodedFrom, Ending, Outcome, Record, SkipReason, Totals};

/// Where the lines go, which decides how file names are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Destination {
    /// A person's screen: control characters in names are escaped.
    Terminal,
    /// A pipe or file: names are written byte for byte.
    Pipe,
}

/// Writes lines of text.
#[derive(Debug)]
pub struct Text<W, E> {
    lines: Option<W>,
    destination: Destination,
    errors: E,
    failed: Vec<String>,
}

impl<W: Write, E: Write> Text<W, E> {
    /// A report of lines into `lines` (none where only errors are wanted) and of errors into `errors`.
    pub const fn new(lines: Option<W>, destination: Destination, errors: E) -> Self {
        Self { lines, destination, errors, failed: Vec::new() }
    }

    fn warn(&mut self, record: &Record, text: &str) -> io::Result<()> {
        let text = format!("warning: {}: {text}", record.source.display());
        writeln!(self.errors, "{}", escape_controls(&text))
    }

    fn write_line(&mut self, record: &Record) -> io::Result<()> {
        let destination = self.destination;
        // Ten thousand lines would say no more than the totals.
        if let Outcome::Skipped(SkipReason::Interrupted | SkipReason::Stopped) = record.outcome {
            return Ok(());
        }
        let Some(lines) = &mut self.lines else { return Ok(()) };
        let mut line = name(&record.source, destination);
        match &record.outcome {
            Outcome::Written(written) => {
                let ms = written.times.total().as_secs_f64() * 1e3;
                for (index, thumbnail) in written.thumbnails.iter().enumerate() {
                    line.extend_from_slice(if index == 0 { b" -> " } else { b", " });
                    line.extend(name(&thumbnail.path, destination));
                }
                let sizes: Vec<_> = written.thumbnails.iter().map(|thumbnail| thumbnail.size.to_string()).collect();
                let source = written.orientation.apply_to(written.size);
                write!(line, "  {source} -> {}  {ms:.1} ms", sizes.join(", "))?;
                if written.decoded_from != DecodedFrom::Main {
                    write!(line, ", from its {}", written.decoded_from.name())?;
                }
            }
            Outcome::UpToDate => line.extend_from_slice(b": up to date"),
            Outcome::Skipped(reason) => write!(line, ": skipped: {}", escape_controls(&reason.to_string()))?,
            // It goes to the errors.
            Outcome::Failed(_) => return Ok(()),
        }
        line.push(b'\n');
        lines.write_all(&line)
    }
}

impl<W: Write, E: Write> Report for Text<W, E> {
    fn begin(&mut self, _config: &Config) -> io::Result<()> {
        Ok(())
    }

    fn record(&mut self, record: &Record) -> io::Result<()> {
        match &record.outcome {
            // It is what the run ends with, and is told then.
            Outcome::Failed(error) if error.ends_run() => {}
            Outcome::Failed(error) => {
                let message = escape_controls(&error.to_string()).into_owned();
                writeln!(self.errors, "error: {message}")?;
                self.failed.push(message);
            }
            Outcome::Skipped(reason @ (SkipReason::NotAPicture(Some(_)) | SkipReason::Foreign(_))) => {
                self.warn(record, &reason.to_string())?;
            }
            Outcome::Written(written) => {
                if let Some(damage) = &written.damage {
                    self.warn(record, &format!("damaged: {damage}"))?;
                }
            }
            _ => {}
        }
        self.write_line(record)
    }

    fn end(&mut self, totals: &Totals) -> io::Result<()> {
        if let Some(lines) = &mut self.lines {
            write_totals(lines, totals)?;
        }
        if !self.failed.is_empty() {
            writeln!(self.errors, "{} failed:", self.failed.len())?;
            for message in &self.failed {
                writeln!(self.errors, "  {message}")?;
            }
        }
        if let Some(reason) = &totals.stopped_by {
            let text = format!("error: the run stopped: {reason}; what it left is done with --resume");
            writeln!(self.errors, "{}", escape_controls(&text))?;
        }
        self.errors.flush()
    }
}

fn write_totals(lines: &mut impl Write, totals: &Totals) -> io::Result<()> {
    writeln!(
        lines,
        "{} in {:.3} s, {:.1} files/s, {}: {} written, {} up to date, {} skipped, {} failed{}",
        counted(totals.found, "file"),
        totals.wall.as_secs_f64(),
        totals.files_per_second(),
        counted(totals.workers as u64, "worker"),
        totals.written,
        totals.up_to_date,
        totals.skipped,
        totals.failed,
        match totals.ending {
            Ending::Complete => "",
            Ending::Interrupted => " (interrupted)",
            Ending::Stopped => " (stopped)",
        },
    )?;
    if let Some(comparison) = &totals.comparison {
        writeln!(
            lines,
            "1 worker {:.3} s, {} {:.3} s: {:.2} times as fast, {}",
            comparison.sequential.as_secs_f64(),
            counted(totals.workers as u64, "worker"),
            comparison.parallel.as_secs_f64(),
            comparison.speed_up(),
            match comparison.differing.len() {
                0 => "with identical bytes".to_string(),
                1 => "but 1 file differs".to_string(),
                n => format!("but {n} files differ"),
            },
        )?;
        for path in &comparison.differing {
            writeln!(lines, "  {}", escape_controls(&path.display().to_string()))?;
        }
    }
    lines.flush()
}

fn name(path: &Path, destination: Destination) -> Vec<u8> {
    match destination {
        Destination::Terminal => escape_controls(&path.display().to_string()).into_owned().into_bytes(),
        Destination::Pipe => path.as_os_str().as_encoded_bytes().to_vec(),
    }
}
