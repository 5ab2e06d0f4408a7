//! The bar on a terminal, and lines that go round it.

use std::io::{self, IsTerminal, Write};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};

/// How often the bar is redrawn while nothing is finished.
const TICK: Duration = Duration::from_millis(200);

/// A bar on stderr where that is a terminal, hidden elsewhere.
#[derive(Debug, Clone)]
pub struct Bar(Option<ProgressBar>);

impl Bar {
    /// No bar.
    pub const fn hidden() -> Self {
        Self(None)
    }

    /// A bar, where there is a terminal to draw it on.
    pub fn on_terminal() -> Self {
        if !io::stderr().is_terminal() {
            return Self::hidden();
        }
        let style = ProgressStyle::with_template("{bar:32} {pos}/{len} files  {per_sec}  {eta} left")
            .expect("the template is well-formed");
        let bar = ProgressBar::new(0).with_style(style);
        bar.enable_steady_tick(TICK);
        Self(Some(bar))
    }

    /// How many files there are.
    pub fn expect_files(&self, files: usize) {
        if let Some(bar) = &self.0 {
            bar.set_length(files as u64);
        }
    }

    /// One more is done.
    pub fn advance(&self) {
        if let Some(bar) = &self.0 {
            bar.inc(1);
        }
    }

    /// Takes the bar away.
    pub fn clear(&self) {
        if let Some(bar) = &self.0 {
            bar.finish_and_clear();
        }
    }
}

/// A stream whose lines are written above the bar. Once its reader is gone, it swallows what comes: the thumbnails are
/// still wanted.
#[derive(Debug)]
pub struct AboveBar<W> {
    stream: Option<W>,
    bar: Bar,
}

impl<W: Write> AboveBar<W> {
    /// Lines to `stream` above `bar`.
    pub const fn new(stream: W, bar: Bar) -> Self {
        Self { stream: Some(stream), bar }
    }

    fn attempt(&mut self, write: impl FnOnce(&mut W) -> io::Result<()>) -> io::Result<()> {
        let Some(stream) = &mut self.stream else { return Ok(()) };
        let written = match &self.bar.0 {
            Some(bar) => bar.suspend(|| write(stream)),
            None => write(stream),
        };
        match written {
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
        self.attempt(|stream| stream.write_all(bytes))?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.attempt(Write::flush)
    }
}
