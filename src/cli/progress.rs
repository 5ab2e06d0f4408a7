//! Shows a progress bar on a terminal, and prints lines above it.

mod line;

use std::borrow::Cow;
use std::env;
use std::fmt;
use std::io::{self, IsTerminal, Write};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use indicatif::style::ProgressTracker;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressState, ProgressStyle};

use super::color::Color;
use line::Progress;

/// The time between two drawings of the bar while no file is finished.
const TICK: Duration = Duration::from_millis(200);

/// The width of a terminal, in columns, if it is unknown.
const USUAL_WIDTH: usize = 80;

/// A progress bar on stderr. It leaves the screen when its last clone is dropped.
#[derive(Debug, Clone)]
pub struct Bar(Option<Arc<Drawn>>);

#[derive(Debug)]
struct Drawn {
    bar: ProgressBar,
    counts: Counts,
}

/// The shared counts, read by the thread that redraws the bar.
#[derive(Debug, Clone, Default)]
struct Counts(Arc<Mutex<(Progress, Option<Instant>)>>);

impl Bar {
    /// Returns a bar that is never shown.
    pub const fn hidden() -> Self {
        Self(None)
    }

    /// Returns a bar if stderr is a terminal with a movable cursor. The first [`expect`](Self::expect) shows it.
    pub fn on_terminal() -> Self {
        if !io::stderr().is_terminal() || env::var_os("TERM").is_some_and(|term| term == "dumb") {
            return Self::hidden();
        }
        let counts = Counts::default();
        let style = ProgressStyle::with_template("{line}").expect("the template is well-formed");
        let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::hidden())
            .with_style(style.with_key("line", counts.clone()));
        Self(Some(Arc::new(Drawn { bar, counts })))
    }

    /// Sets the number of files and of their bytes, 0 if that is unknown. Both may grow later.
    pub fn expect(&self, files: u64, bytes: u64) {
        let Some(drawn) = &self.0 else { return };
        let is_first = drawn.counts.change(|(progress, started)| {
            (progress.files, progress.bytes) = (files, bytes);
            started.replace(started.unwrap_or_else(Instant::now)).is_none()
        });
        if is_first {
            drawn.bar.set_draw_target(ProgressDrawTarget::stderr());
            drawn.bar.enable_steady_tick(TICK);
        }
    }

    /// Counts a finished file, and the bytes read from it.
    pub fn advance(&self, bytes: u64) {
        if let Some(drawn) = &self.0 {
            drawn.counts.change(|(progress, _)| {
                progress.files_done += 1;
                progress.bytes_done += bytes;
            });
            drawn.bar.inc(1);
        }
    }

    /// Removes the bar from the screen for good.
    pub fn clear(&self) {
        if let Some(drawn) = &self.0 {
            drawn.bar.finish_and_clear();
        }
    }

    /// Removes the bar from the screen while `print` writes to the terminal.
    fn suspend<R>(&self, print: impl FnOnce() -> R) -> R {
        match &self.0 {
            Some(drawn) => drawn.bar.suspend(print),
            None => print(),
        }
    }
}

impl Drop for Drawn {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}

impl Counts {
    fn change<R>(&self, change: impl FnOnce(&mut (Progress, Option<Instant>)) -> R) -> R {
        change(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl ProgressTracker for Counts {
    fn clone_box(&self) -> Box<dyn ProgressTracker> {
        Box::new(self.clone())
    }

    fn tick(&mut self, _state: &ProgressState, _now: Instant) {}

    fn reset(&mut self, _state: &ProgressState, _now: Instant) {}

    fn write(&self, _state: &ProgressState, line: &mut dyn fmt::Write) {
        let width = terminal_size::terminal_size_of(io::stderr()).map_or(USUAL_WIDTH, |(width, _)| width.0.into());
        let progress = self.change(|(progress, started)| {
            progress.elapsed = started.map_or(Duration::ZERO, |started| started.elapsed());
            *progress
        });
        // An error of the screen itself can't be shown anywhere.
        let _ = line.write_str(&line::compose(width, &progress));
    }
}

/// A stream that writes whole lines above the bar. Once its reader is gone, it discards its input, since the thumbnails
/// are still wanted.
#[derive(Debug)]
pub struct AboveBar<W: Write> {
    stream: Option<W>,
    bar: Bar,
    color: Color,
    /// The start of an unfinished line.
    open: Vec<u8>,
}

impl<W: Write> AboveBar<W> {
    /// Returns a stream that writes lines to `stream`, above `bar`.
    pub const fn new(stream: W, bar: Bar, color: Color) -> Self {
        Self { stream: Some(stream), bar, color, open: Vec::new() }
    }

    /// Writes the first `length` buffered bytes in one piece.
    fn write_held(&mut self, length: usize) -> io::Result<()> {
        let held: Vec<u8> = self.open.drain(..length).collect();
        let painted: Vec<Cow<'_, [u8]>> =
            held.split_inclusive(|byte| *byte == b'\n').map(|line| self.color.paint(line)).collect();
        let painted = painted.concat();
        self.attempt(|stream| stream.write_all(&painted))
    }

    fn attempt(&mut self, write: impl FnOnce(&mut W) -> io::Result<()>) -> io::Result<()> {
        let Some(stream) = &mut self.stream else { return Ok(()) };
        match self.bar.suspend(|| write(stream)) {
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => {
                self.stream = None;
                Ok(())
            }
            other => other,
        }
    }
}

impl<W: Write> Write for AboveBar<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let start = self.open.len();
        self.open.extend_from_slice(bytes);
        if let Some(end) = bytes.iter().rposition(|byte| *byte == b'\n') {
            self.write_held(start + end + 1)?;
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        if !self.open.is_empty() {
            self.write_held(self.open.len())?;
        }
        self.attempt(Write::flush)
    }
}

impl<W: Write> Drop for AboveBar<W> {
    fn drop(&mut self) {
        // An error can't be reported from here.
        let _ = self.flush();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Records each write separately.
    #[derive(Default)]
    struct Writes(Arc<Mutex<Vec<String>>>);

    impl Write for Writes {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().push(String::from_utf8(bytes.to_vec()).unwrap());
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn a_line_of_many_pieces_is_one_write_and_its_start_is_painted() {
        let writes = Arc::default();
        let mut lines = AboveBar::new(Writes(Arc::clone(&writes)), Bar::hidden(), Color::Ansi);
        let number = 1;
        write!(lines, "error: a: {number}").unwrap();
        assert!(writes.lock().unwrap().is_empty());
        write!(lines, " and\nmore").unwrap();
        lines.flush().unwrap();
        write!(lines, "the end").unwrap();
        drop(lines);
        assert_eq!(*writes.lock().unwrap(), ["\u{1b}[1;31merror:\u{1b}[0m a: 1 and\n", "more", "the end"]);
    }

    #[test]
    fn several_lines_together_are_one_write_and_each_is_painted() {
        let writes = Arc::default();
        let mut lines = AboveBar::new(Writes(Arc::clone(&writes)), Bar::hidden(), Color::Ansi);
        lines.write_all(b"a\nwarning: b\n").unwrap();
        assert_eq!(*writes.lock().unwrap(), ["a\n\u{1b}[1;33mwarning:\u{1b}[0m b\n"]);
    }

    #[test]
    fn a_reader_that_is_gone_ends_the_lines_and_not_the_run() {
        struct Gone;
        impl Write for Gone {
            fn write(&mut self, _bytes: &[u8]) -> io::Result<usize> {
                Err(io::ErrorKind::BrokenPipe.into())
            }

            fn flush(&mut self) -> io::Result<()> {
                panic!("it is not tried again")
            }
        }
        let mut lines = AboveBar::new(Gone, Bar::hidden(), Color::Plain);
        lines.write_all(b"a\n").unwrap();
        lines.write_all(b"b\n").unwrap();
    }
}
