//! Writes the report for people: a line for each source to one writer, failures to another, and the totals last. Failures
//! that have scrolled off the screen by then are listed again.

use std::io::{self, Write};
use std::path::Path;
use std::time::Duration;

use super::escape::escape_controls;
use super::form::Report;
use super::plural::counted;
use super::remedy::Explain;
use crate::options::{Config, Effect};
use crate::outcome::{Current, DecodedFrom, Ending, Outcome, Record, SkipReason, Totals, Written};

/// The target of the lines, which decides how file names are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Destination {
    /// A terminal: control characters in names are escaped.
    Terminal,
    /// A pipe or file: names are written byte for byte.
    Pipe,
}

/// The level of detail of a file's line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Detail {
    /// The thumbnails, and the time that they took.
    #[default]
    Total,
    /// The time of each step, too.
    Steps,
}

/// A writer of text lines.
#[derive(Debug)]
pub struct Text<W, E> {
    lines: Option<W>,
    destination: Destination,
    detail: Detail,
    errors: E,
    /// Number of lines on the screen. Failures above them are listed again at the end.
    screen: usize,
    /// Number of lines written so far.
    written: usize,
    failed: Vec<Failed>,
}

/// A failure, and the position of its line.
#[derive(Debug)]
struct Failed {
    index: usize,
    message: String,
    at: usize,
}

impl<W: Write, E: Write> Text<W, E> {
    /// Returns a report that writes lines to `lines` and failures to `errors`. `lines` is `None` if only failures are
    /// wanted. `screen` is the number of lines that a reader can see.
    pub const fn new(lines: Option<W>, destination: Destination, detail: Detail, errors: E, screen: usize) -> Self {
        Self { lines, destination, detail, errors, screen, written: 0, failed: Vec::new() }
    }

    /// Writes a warning, unless only failures are wanted.
    ///
    /// # Errors
    /// The writer failed.
    pub fn warn(&mut self, text: &str) -> io::Result<()> {
        if self.lines.is_none() {
            return Ok(());
        }
        self.written += 1;
        write_line(&mut self.errors, &format!("warning: {}", escape_controls(text)))
    }

    /// Writes that a thumbnail was removed, or would be in a dry run.
    ///
    /// # Errors
    /// The writer failed.
    pub fn removed(&mut self, thumbnail: &Path, effect: Effect) -> io::Result<()> {
        let Some(lines) = &mut self.lines else { return Ok(()) };
        self.written += 1;
        let mut line = match effect {
            Effect::Write => b"removed ".to_vec(),
            Effect::DryRun => b"would remove ".to_vec(),
        };
        line.extend(name(thumbnail, self.destination));
        line.extend_from_slice(b": its source is gone\n");
        lines.write_all(&line)
    }

    fn warn_of(&mut self, record: &Record, text: &str) -> io::Result<()> {
        self.warn(&format!("{}: {text}", record.source.display()))
    }

    fn write_outcome(&mut self, record: &Record) -> io::Result<()> {
        let destination = self.destination;
        let Some(lines) = &mut self.lines else { return Ok(()) };
        let mut line = name(&record.source, destination);
        match &record.outcome {
            Outcome::Written(written) => {
                let paths: Vec<&Path> = written.thumbnails.iter().map(|thumbnail| thumbnail.path.as_path()).collect();
                push_targets(&mut line, &paths, destination);
                push_made(&mut line, written, self.detail)?;
            }
            Outcome::Planned(planned) => {
                let paths: Vec<&Path> = planned.iter().map(|planned| planned.path.as_path()).collect();
                push_targets(&mut line, &paths, destination);
                let replaces = planned.iter().any(|planned| planned.replaces);
                write!(line, "  {}", if replaces { "would replace" } else { "would write" })?;
            }
            Outcome::UpToDate(Current::Unchanged) => line.extend_from_slice(b": up to date"),
            Outcome::UpToDate(Current::Renamed(from) | Current::ToRename(from)) => {
                line.extend_from_slice(match &record.outcome {
                    Outcome::UpToDate(Current::Renamed(_)) => b": up to date, renamed from ",
                    _ => b": up to date, would be renamed from ",
                });
                let from: Vec<Vec<u8>> = from.iter().map(|path| name(path, destination)).collect();
                line.extend(from.join(&b", "[..]));
            }
            // Interrupted files are counted in the totals, where a line each adds nothing. Failures go to the error writer.
            Outcome::Skipped(SkipReason::Interrupted | SkipReason::Stopped) | Outcome::Failed(_) => return Ok(()),
            Outcome::Skipped(reason) => write!(line, ": skipped: {}", escape_controls(&reason.explain()))?,
        }
        line.push(b'\n');
        self.written += 1;
        lines.write_all(&line)
    }
}

/// Appends the paths of the thumbnails.
fn push_targets(line: &mut Vec<u8>, paths: &[&Path], destination: Destination) {
    for (index, path) in paths.iter().enumerate() {
        line.extend_from_slice(if index == 0 { b" -> " } else { b", " });
        line.extend(name(path, destination));
    }
}

/// Appends the thumbnails of a source, and the time that they took.
fn push_made(line: &mut Vec<u8>, written: &Written, detail: Detail) -> io::Result<()> {
    let milliseconds = |duration: Duration| duration.as_secs_f64() * 1e3;
    let sizes: Vec<_> = written.thumbnails.iter().map(|thumbnail| thumbnail.size.to_string()).collect();
    let source = written.orientation.apply_to(written.size);
    write!(line, "  {source} -> {}  {:.1} ms", sizes.join(", "), milliseconds(written.times.total()))?;
    if detail == Detail::Steps {
        let steps = written.times.by_step().map(|(step, took)| format!("{} {:.1}", step.name(), milliseconds(took)));
        write!(line, " ({})", steps.join(", "))?;
    }
    if written.decoded_from != DecodedFrom::Main {
        write!(line, ", from its {}", written.decoded_from.name())?;
    }
    if let Some(animation) = written.animation.description() {
        write!(line, ", {animation}")?;
    }
    if let Some(gain_map) = written.gain_map.description() {
        write!(line, ", gain map {gain_map}")?;
    }
    Ok(())
}

/// Writes a line with a single call, so that no other output can split it.
fn write_line(writer: &mut impl Write, text: &str) -> io::Result<()> {
    writer.write_all(format!("{text}\n").as_bytes())
}

impl<W: Write, E: Write> Report for Text<W, E> {
    fn begin(&mut self, _config: &Config) -> io::Result<()> {
        Ok(())
    }

    fn record(&mut self, record: &Record) -> io::Result<()> {
        match &record.outcome {
            // This error ends the run, and is printed then.
            Outcome::Failed(error) if error.ends_run() => {}
            Outcome::Failed(error) => {
                let message = escape_controls(&error.explain()).into_owned();
                self.written += 1;
                write_line(&mut self.errors, &format!("error: {message}"))?;
                self.failed.push(Failed { index: record.index, message, at: self.written });
            }
            Outcome::Skipped(
                reason @ (SkipReason::NotAnImage(Some(_)) | SkipReason::Foreign(_) | SkipReason::NotBuiltIn(_)),
            ) => {
                return self.warn_of(record, &reason.explain());
            }
            Outcome::Written(written) => {
                if let Some(damage) = &written.damage {
                    self.warn_of(record, &format!("damaged: {damage}"))?;
                }
            }
            _ => {}
        }
        self.write_outcome(record)
    }

    fn end(&mut self, totals: &Totals) -> io::Result<()> {
        let seen_from = self.written.saturating_sub(self.screen);
        if let Some(lines) = &mut self.lines {
            write_totals(lines, totals)?;
        }
        self.failed.retain(|failed| failed.at <= seen_from);
        self.failed.sort_by_key(|failed| failed.index);
        if !self.failed.is_empty() {
            let listed: Vec<String> = self.failed.iter().map(|failed| format!("\n  {}", failed.message)).collect();
            write_line(&mut self.errors, &format!("{} failed further up:{}", listed.len(), listed.concat()))?;
        }
        if let Some(reason) = &totals.stopped_by {
            let text = format!("error: the run stopped: {reason}; run again with --update to go on");
            write_line(&mut self.errors, &escape_controls(&text))?;
        }
        self.errors.flush()
    }
}

fn write_totals(lines: &mut impl Write, totals: &Totals) -> io::Result<()> {
    let files = match totals.ending {
        Ending::Complete => counted(totals.found, "file"),
        Ending::Interrupted | Ending::Stopped => format!("{} of {}", totals.done(), counted(totals.found, "file")),
    };
    let mut text = format!(
        "{files} in {:.3} s, {:.1} files/s, {}: {} {}, {} up to date, {} skipped, {} failed",
        totals.wall.as_secs_f64(),
        totals.files_per_second(),
        counted(totals.workers as u64, "worker"),
        totals.written,
        match totals.effect {
            Effect::Write => "written",
            Effect::DryRun => "would be written",
        },
        totals.up_to_date,
        totals.skipped - totals.not_begun,
        totals.failed,
    );
    if totals.removed > 0 {
        let verb = if totals.effect == Effect::DryRun { "would be removed" } else { "removed" };
        text.push_str(&format!(", {} {verb}", counted(totals.removed, "thumbnail")));
    }
    if totals.pages > 0 {
        text.push_str(&format!(", {} written", counted(totals.pages, "page")));
    }
    if totals.bytes_fetched > 0 {
        text.push_str(&format!(", {} MB fetched", totals.bytes_fetched.div_ceil(1_000_000)));
    }
    text.push_str(match totals.ending {
        Ending::Complete => "",
        Ending::Interrupted => " (interrupted)",
        Ending::Stopped => " (stopped)",
    });
    write_line(lines, &text)?;
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
