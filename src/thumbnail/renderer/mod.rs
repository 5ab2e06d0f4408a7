//! Where drawings (vector pictures) are rendered. A renderer has many places that a drawing can be made for to take all
//! time or memory there is, or to end the process by a stack overflow or a panic inside a panic. So it runs in a process
//! apart, which a drawing may end without harm to the run; a library's user who names no program has it in his own.
//!
//! | module | what it does |
//! |---|---|
//! | `fonts` | the fonts of the machine |
//! | `process` | a process that renders: started, asked, ended, and what its end means |
//! | `wire` | requests and answers ↔ bytes |
//! | `server` | the other side: requests in, answers out, each within its limits |
//! | `limits` | time and memory that such a process holds itself to |

#[cfg(feature = "svg")]
mod fonts;
#[cfg(feature = "svg")]
mod limits;
#[cfg(feature = "svg")]
mod process;
#[cfg(feature = "svg")]
mod server;
#[cfg(all(feature = "svg", test))]
mod tests;
#[cfg(feature = "svg")]
mod wire;

use std::path::Path;
use std::time::Duration;

#[cfg(feature = "svg")]
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

#[cfg(feature = "svg")]
pub(super) use fonts::Fonts;
#[cfg(feature = "svg")]
pub(super) use server::serve;
#[cfg(feature = "svg")]
pub(super) use wire::{Answer, Rendering, Request};

#[cfg(feature = "svg")]
use crate::geometry::Size;
#[cfg(feature = "svg")]
use process::Process;
#[cfg(feature = "svg")]
use wire::Then;

/// The first word on the command line of a process that is to [serve](super::serve_renderings).
pub const SERVE_WORD: &str = "--serve-renderings";

/// What a drawing may take of the time that a read may hang: 2 s of the processor by default, and as much again for each MiB
/// of its text and each 2²⁰ px of its grid.
#[cfg(feature = "svg")]
const SHARE_OF_PATIENCE: u32 = 30;

/// A handle to what renders drawings; clones share its processes and fonts.
#[derive(Debug, Clone, Default)]
pub struct Renderer {
    #[cfg(feature = "svg")]
    pub(super) fonts: Fonts,
    #[cfg(feature = "svg")]
    apart: Option<Arc<Apart>>,
}

#[cfg(feature = "svg")]
#[derive(Debug)]
struct Apart {
    program: std::path::PathBuf,
    /// Of the processor, for a small drawing.
    time: Option<Duration>,
    idle: Mutex<Vec<Process>>,
}

impl Renderer {
    /// Renders in processes of `program`, which serves when it is started with [`SERVE_WORD`]. A drawing may take a 30th of
    /// `patience` in processor time, and more if it is large.
    #[must_use]
    #[cfg_attr(not(feature = "svg"), allow(unused_variables, reason = "there are no drawings"))]
    pub fn apart(program: &Path, patience: Option<Duration>) -> Self {
        Self {
            #[cfg(feature = "svg")]
            fonts: Fonts::default(),
            #[cfg(feature = "svg")]
            apart: Some(Arc::new(Apart {
                program: program.to_path_buf(),
                time: patience.map(|patience| patience / SHARE_OF_PATIENCE),
                idle: Mutex::default(),
            })),
        }
    }

    /// Renders in this process, with these fonts.
    #[cfg(all(feature = "svg", test))]
    pub(super) fn here(fonts: Fonts) -> Self {
        Self { fonts, apart: None }
    }

    /// Ends the processes that wait for drawings.
    pub fn close(&self) {
        #[cfg(feature = "svg")]
        if let Some(apart) = &self.apart {
            apart.idle().clear();
        }
    }
}

#[cfg(feature = "svg")]
impl Renderer {
    /// What a process apart makes of a drawing's text, on a grid of this size and with so many bytes of memory; nothing where
    /// there is to be none or none can be started.
    pub(super) fn ask(&self, text: &str, grid: Size, memory: u64) -> Option<Answer> {
        let apart = self.apart.as_ref()?;
        let begun = 1 + (text.len() as u64 >> 20) + (grid.pixels() >> 20);
        let times = u32::try_from(begun).unwrap_or(u32::MAX);
        let seconds = apart.time.map(|time| time.saturating_mul(times).as_secs().max(1));
        let request = Request { grid, seconds, memory, text: text.into() };
        let mut process = match apart.take_idle() {
            Some(process) => process,
            None => Process::start(&apart.program).ok()?,
        };
        Some(match process.ask(&request) {
            Ok((answer, then)) => {
                if then == Then::Serve {
                    apart.idle().push(process);
                }
                answer
            }
            Err(_) => Err(process.end(&request)),
        })
    }
}

#[cfg(feature = "svg")]
impl Apart {
    fn idle(&self) -> MutexGuard<'_, Vec<Process>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A process that waits and is still alive.
    fn take_idle(&self) -> Option<Process> {
        std::iter::from_fn(|| self.idle().pop()).find_map(Process::if_alive)
    }
}
