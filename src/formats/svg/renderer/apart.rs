//! Manages the rendering processes of a run, and the limits of each drawing. A process that has answered waits for the
//! next drawing, and keeps the fonts that it found.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::process::Process;
use super::wire::{Answer, Request, Task, Then};

/// Processor time for a small drawing: to be measured, and to be rendered.
const MEASURING: Duration = Duration::from_millis(500);
const RENDERING: Duration = Duration::from_millis(1500);

/// The read timeout that these times apply to. A longer timeout extends them.
const USUAL_PATIENCE: Duration = Duration::from_secs(60);

/// Attempts to start a process if the system lacks resources, and the pause between them.
const TRIALS: u32 = 50;
const PAUSE: Duration = Duration::from_millis(100);

#[derive(Debug)]
pub(super) struct Apart {
    program: PathBuf,
    patience: Option<Duration>,
    idle: Mutex<Vec<Process>>,
}

impl Apart {
    pub(super) fn new(program: &Path, patience: Option<Duration>) -> Self {
        Self { program: program.to_path_buf(), patience, idle: Mutex::default() }
    }

    pub(super) fn ask(&self, task: Task, bytes: &[u8], memory: u64) -> Option<Answer> {
        let mut process = match self.take_idle().map_or_else(|| self.start(), |process| Ok(Some(process))) {
            Ok(process) => process?,
            Err(error) => return Some(Err(error.into())),
        };
        let request = Request { task, time: self.time_for(task, bytes.len() as u64), memory, bytes: bytes.into() };
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

    /// Starts a process. `None` if the program does not exist, or no process can be started at all.
    fn start(&self) -> io::Result<Option<Process>> {
        use io::ErrorKind::{NotFound, PermissionDenied, Unsupported};
        let mut trial = 1;
        loop {
            match Process::start(&self.program) {
                Ok(process) => return Ok(Some(process)),
                Err(error) if matches!(error.kind(), NotFound | PermissionDenied | Unsupported) => return Ok(None),
                Err(error) if trial == TRIALS => return Err(error),
                Err(_) => std::thread::sleep(PAUSE),
            }
            trial += 1;
        }
    }

    /// Returns the processor time for a file of this many bytes, in ms. Each MiB of it and each 2²⁰ px of the grid add
    /// the same again.
    fn time_for(&self, task: Task, length: u64) -> Option<u64> {
        let (time, pixels) = match task {
            Task::Measure => (MEASURING, 0),
            Task::Render(grid) => (RENDERING, grid.pixels()),
        };
        let patience = self.patience?.max(USUAL_PATIENCE).as_millis();
        let times = u128::from(1 + (length >> 20) + (pixels >> 20));
        u64::try_from(time.as_millis() * times * patience / USUAL_PATIENCE.as_millis()).ok()
    }

    /// Ends the idle processes.
    pub(super) fn close(&self) {
        self.idle().clear();
    }

    /// Returns an idle process that is still alive.
    fn take_idle(&self) -> Option<Process> {
        std::iter::from_fn(|| self.idle().pop()).find_map(Process::if_alive)
    }

    fn idle(&self) -> MutexGuard<'_, Vec<Process>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
