//! Controls a rendering process: writes requests to its input, reads answers from its output, and explains its end
//! before an answer.

use std::io::{self, BufReader, BufWriter, Read};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, ExitStatus, Stdio};
use std::time::Duration;

use super::limits::OUT_OF_TIME;
use super::wire::{Answer, Request, Task, Then, read_answer};
use super::word::SERVE_WORD;
use crate::formats::error::DecodeError;

/// Most bytes kept of its error output.
const LAST_WORDS: u64 = 1000;

/// Checks for its end after it has closed its output.
const LOOKS: u32 = 50;
const LOOK: Duration = Duration::from_millis(10);

/// The standard library's message when it aborts for lack of memory.
const OUT_OF_MEMORY: &str = "memory allocation of";

#[derive(Debug)]
pub(super) struct Process {
    child: Child,
    to: BufWriter<ChildStdin>,
    from: BufReader<ChildStdout>,
}

impl Process {
    pub(super) fn start(program: &Path) -> io::Result<Self> {
        let mut command = Command::new(program);
        command.arg(SERVE_WORD).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        // Its error output should be short.
        command.env("RUST_BACKTRACE", "0");
        // An interrupt at the keyboard asks the run to end, which lets the current drawings finish.
        #[cfg(unix)]
        std::os::unix::process::CommandExt::process_group(&mut command, 0);
        let mut child = command.spawn()?;
        match (child.stdin.take(), child.stdout.take()) {
            (Some(to), Some(from)) => Ok(Self { child, to: BufWriter::new(to), from: BufReader::new(from) }),
            _ => Err(io::ErrorKind::BrokenPipe.into()),
        }
    }

    /// Returns the process if it has not ended.
    pub(super) fn if_alive(mut self) -> Option<Self> {
        matches!(self.child.try_wait(), Ok(None)).then_some(self)
    }

    /// Returns the answer to a request. `Err` if the process ended before it.
    pub(super) fn ask(&mut self, request: &Request<'_>) -> io::Result<(Answer, Then)> {
        request.write(&mut self.to)?;
        read_answer(&mut self.from)
    }

    /// Waits for the process to end, and kills it if only its output has ended.
    fn wait(&mut self) -> io::Result<ExitStatus> {
        for _ in 0..LOOKS {
            if let Some(status) = self.child.try_wait()? {
                return Ok(status);
            }
            std::thread::sleep(LOOK);
        }
        let _ = self.child.kill();
        self.child.wait()?;
        Err(io::Error::other("nonsense"))
    }

    /// Returns the cause of its end during this request.
    pub(super) fn end(mut self, request: &Request<'_>) -> DecodeError {
        let status = self.wait();
        let mut words = Vec::new();
        if let Some(errors) = &mut self.child.stderr {
            let _ = errors.take(LAST_WORDS).read_to_end(&mut words);
        }
        let words = String::from_utf8_lossy(&words);
        let words = words.trim();
        if status.as_ref().is_ok_and(|status| status.code() == Some(OUT_OF_TIME)) {
            let seconds = Duration::from_millis(request.time.unwrap_or_default()).as_secs_f64();
            let task = if request.task == Task::Measure { "reading" } else { "rendering" };
            return DecodeError::TooSlow(format!("{task} it takes more than {seconds} s of processor time"));
        }
        if words.contains(OUT_OF_MEMORY) {
            let most = request.memory >> 20;
            return DecodeError::Limit(format!("rendering it takes more than the estimated {most} MiB"));
        }
        if status.as_ref().is_ok_and(is_killed) {
            return DecodeError::Limit("the process that rendered it was killed from outside".to_string());
        }
        let status = status.map_or_else(|error| error.to_string(), |status| status.to_string());
        DecodeError::Panic(format!(
            "its process ended with {status}: {}",
            words.lines().next().unwrap_or("no last words")
        ))
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // Both have no effect on an ended process.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Returns whether another process killed it, maybe the system for lack of memory.
#[cfg(unix)]
fn is_killed(status: &ExitStatus) -> bool {
    std::os::unix::process::ExitStatusExt::signal(status) == Some(libc::SIGKILL)
}

#[cfg(not(unix))]
const fn is_killed(_: &ExitStatus) -> bool {
    false
}
