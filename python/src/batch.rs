//! Runs over files and folders, and passes on a record of each file.

use std::num::NonZeroUsize;
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::thread;
use std::time::Duration;

use pyo3::prelude::*;
use thumbs::internal::report::{NdJson, Report};
use thumbs::{Cancel, Config, Observer, Record};

use crate::failure::exception_of_run;
use crate::options::Options;

/// The time between two looks for signals, such as that of Ctrl-C.
const TICK: Duration = Duration::from_millis(50);

/// Runs over the inputs of the options. Calls `on_line` with each line of an NDJSON report, on the calling thread, and `on_warning`
/// with each warning. An exception in either, or a signal that raises one, ends the run as Ctrl-C ends the command.
#[pyfunction]
#[pyo3(signature = (options, on_line, on_warning, workers=None))]
pub(crate) fn run(
    py: Python<'_>,
    options: &Options,
    on_line: Py<PyAny>,
    on_warning: Py<PyAny>,
    workers: Option<NonZeroUsize>,
) -> PyResult<()> {
    let mut config = options.config.clone();
    config.workers = workers.unwrap_or(config.workers);
    let cancel = Cancel::default();
    py.detach(|| {
        thread::scope(|scope| {
            let (sender, messages) = mpsc::channel();
            let running = scope.spawn(|| work(&config, &cancel, sender));
            let mut problem = None;
            loop {
                let received = messages.recv_timeout(TICK);
                let is_over = matches!(received, Err(RecvTimeoutError::Disconnected));
                let passed_on = Python::attach(|py| match received {
                    Ok(Message::Line(line)) => on_line.call1(py, (line,)).map(drop),
                    Ok(Message::Warning(text)) => on_warning.call1(py, (text,)).map(drop),
                    Err(_) => py.check_signals(),
                });
                if let Err(error) = passed_on {
                    cancel.set();
                    problem.get_or_insert(error);
                }
                if is_over {
                    break;
                }
            }
            let ended = running.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
            problem.map_or(Ok(()), Err)?;
            ended.map_err(|error| exception_of_run(&error))
        })
    })
}

enum Message {
    Line(String),
    Warning(String),
}

/// Runs, and sends the lines of a report.
fn work(config: &Config, cancel: &Cancel, sender: Sender<Message>) -> Result<(), thumbs::Error> {
    let mut lines = Lines(sender);
    let totals = thumbs::run_with(config, cancel, &mut lines)?;
    lines.send(|report| report.end(&totals));
    Ok(())
}

/// An observer that sends the lines of a report. A receiver that is gone wants no more.
struct Lines(Sender<Message>);

impl Lines {
    fn send(&self, write: impl FnOnce(&mut NdJson<&mut Vec<u8>>) -> std::io::Result<()>) {
        let mut line = Vec::new();
        if write(&mut NdJson::new(&mut line)).is_ok()
            && let Ok(line) = String::from_utf8(line)
        {
            let _ = self.0.send(Message::Line(line));
        }
    }
}

impl Observer for Lines {
    fn finished(&mut self, record: &Record) {
        self.send(|report| report.record(record));
    }

    fn removed(&mut self, thumbnail: &std::path::Path) {
        self.send(|report| report.removed(thumbnail));
    }

    fn warned(&mut self, message: &str) {
        let _ = self.0.send(Message::Warning(message.to_string()));
    }
}
