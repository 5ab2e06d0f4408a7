//! The processes of a run that render, and the limits that each drawing has there. A process that has answered waits for
//! the next drawing, with the fonts that it found.

use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::process::Process;
use super::wire::{Answer, Request, Then};
use crate::geometry::Size;

/// What a drawing may take of the time that a read may hang: 2 s of the processor by default, and as much again for each MiB
/// of its text and each 2²⁰ px of its grid.
const SHARE_OF_PATIENCE: u32 = 30;

#[derive(Debug)]
pub(super) struct Apart {
    program: PathBuf,
    /// Of the processor, for a small drawing.
    time: Option<Duration>,
    idle: Mutex<Vec<Process>>,
}

impl Apart {
    pub(super) fn new(program: &Path, patience: Option<Duration>) -> Self {
        let time = patience.map(|patience| patience / SHARE_OF_PATIENCE);
        Self { program: program.to_path_buf(), time, idle: Mutex::default() }
    }

    pub(super) fn ask(&self, text: &str, grid: Size, memory: u64) -> Option<Answer> {
        let mut process = self.take_idle().or_else(|| Process::start(&self.program).ok())?;
        let begun = 1 + (text.len() as u64 >> 20) + (grid.pixels() >> 20);
        let times = u32::try_from(begun).unwrap_or(u32::MAX);
        let seconds = self.time.map(|time| time.saturating_mul(times).as_secs().max(1));
        let request = Request { grid, seconds, memory, text: text.into() };
        Some(match process.ask(&request) {
            Ok((answer, then)) => {
                if then == Then::Serve {
                    self.idle().push(process);
                }
                answer
            }
            Err(_) => Err(process.end(&request)),
        })
    }

    /// Ends the processes that wait.
    pub(super) fn close(&self) {
        self.idle().clear();
    }

    /// A process that waits and is still alive.
    fn take_idle(&self) -> Option<Process> {
        std::iter::from_fn(|| self.idle().pop()).find_map(Process::if_alive)
    }

    fn idle(&self) -> MutexGuard<'_, Vec<Process>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
