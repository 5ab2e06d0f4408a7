//! Renders drawings (vector images). Many places in a renderer let a drawing exhaust time or memory, or end the process
//! by a stack overflow or a double panic. Therefore it runs in a separate process, which may crash without harm to the
//! run. Users of the library who name no program render in their own process.
//!
//! | module | purpose |
//! |---|---|
//! | `apart` | the processes of a run: who is asked next, and with which limits |
//! | `fonts` | the fonts of the machine |
//! | `process` | a process that renders: started, asked, ended, and the meaning of its end |
//! | `wire` | the encoding of requests and answers as bytes |
//! | `server` | the other side: requests in, answers out, each within its limits |
//! | `limits` | time and memory that such a process holds itself to |

#[cfg(feature = "svg")]
mod apart;
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
mod word;

use std::path::Path;
use std::time::Duration;

pub use word::SERVE_WORD;
#[cfg(feature = "svg")]
pub(crate) use {
    fonts::Fonts,
    server::serve,
    wire::{Answer, Task},
};

/// A handle to the renderer of drawings. Clones share its processes and fonts.
#[derive(Debug, Clone, Default)]
pub struct Renderer {
    #[cfg(feature = "svg")]
    pub(super) fonts: Fonts,
    #[cfg(feature = "svg")]
    apart: Option<std::sync::Arc<apart::Apart>>,
    /// Bytes that the current file was admitted with, and that no process may exceed for it. `None` for no limit.
    pub(crate) memory: Option<u64>,
}

#[cfg_attr(not(feature = "svg"), allow(unused_variables, reason = "there are no drawings"))]
impl Renderer {
    /// Renders in processes of `program`, which serves when it is started with [`SERVE_WORD`]. A drawing may take 2 s
    /// of processor time, more if it is large, and more if `patience` exceeds a minute.
    #[must_use]
    pub fn apart(program: &Path, patience: Option<Duration>) -> Self {
        Self {
            #[cfg(feature = "svg")]
            fonts: Fonts::default(),
            #[cfg(feature = "svg")]
            apart: Some(apart::Apart::new(program, patience).into()),
            memory: None,
        }
    }

    /// Ends the idle processes.
    pub fn close(&self) {
        #[cfg(feature = "svg")]
        self.apart.iter().for_each(|apart| apart.close());
    }
}

#[cfg(feature = "svg")]
impl Renderer {
    /// Sends a drawing to a separate process. `None` if none is wanted or none can be started.
    pub(crate) fn ask(&self, task: Task, bytes: &[u8]) -> Option<Answer> {
        self.apart.as_ref()?.ask(task, bytes, self.memory.unwrap_or(u64::MAX))
    }

    /// Renders in this process, with these fonts.
    #[cfg(test)]
    pub(super) fn here(fonts: Fonts) -> Self {
        Self { fonts, apart: None, memory: None }
    }
}
