//! A process that renders: requests to its input, answers from its output, and what it means when it ends before it has
//! answered.

use std::io::{self, BufReader, BufWriter, Read};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, ExitStatus, Stdio};

use super::SERVE_WORD;
use super::wire::{Answer, Request, Then, read_answer};
use crate::error::Cause;

/// What is kept of its last words.
const LAST_WORDS: u64 = 1000;

/// What the standard library says before it aborts for want of memory.
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
        // Its last words are to be few.
        command.env("RUST_BACKTRACE", "0");
        // An interrupt at the keyboard asks the run to end, which lets the drawings under way be finished.
        #[cfg(unix)]
        std::os::unix::process::CommandExt::process_group(&mut command, 0);
        let mut child = command.spawn()?;
        match (child.stdin.take(), child.stdout.take()) {
            (Some(to), Some(from)) => Ok(Self { child, to: BufWriter::new(to), from: BufReader::new(from) }),
            _ => Err(io::ErrorKind::BrokenPipe.into()),
        }
    }

    /// The process, unless it has come to its end.
    pub(super) fn if_alive(mut self) -> Option<Self> {
        matches!(self.child.try_wait(), Ok(None)).then_some(self)
    }

    /// What became of a drawing; an error where the process did not live to tell.
    pub(super) fn ask(&mut self, request: &Request<'_>) -> io::Result<(Answer, Then)> {
        request.write(&mut self.to)?;
        read_answer(request.grid, &mut self.from)
    }

    /// What it ended of, at this request.
    pub(super) fn end(mut self, request: &Request<'_>) -> Cause {
        // It may have ended only its answers.
        let _ = self.child.kill();
        let status = self.child.wait();
        let mut words = Vec::new();
        if let Some(errors) = &mut self.child.stderr {
            let _ = errors.take(LAST_WORDS).read_to_end(&mut words);
        }
        let words = String::from_utf8_lossy(&words);
        let words = words.trim();
        if status.as_ref().is_ok_and(is_out_of_time) {
            let seconds = request.seconds.unwrap_or_default();
            return Cause::Limit(format!(
                "rendering it takes more than {seconds} s of processor time; --timeout allows more"
            ));
        }
        if words.contains(OUT_OF_MEMORY) {
            let most = request.memory >> 20;
            return Cause::Limit(format!("rendering it takes more than the {most} MiB that its length lets expect"));
        }
        let status = status.map_or_else(|error| error.to_string(), |status| status.to_string());
        Cause::Panic(format!("its process ended with {status}: {}", words.lines().next().unwrap_or("no last words")))
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // Both do nothing to one that has ended.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[cfg(unix)]
fn is_out_of_time(status: &ExitStatus) -> bool {
    std::os::unix::process::ExitStatusExt::signal(status) == Some(libc::SIGXCPU)
}

#[cfg(not(unix))]
fn is_out_of_time(_: &ExitStatus) -> bool {
    false
}
