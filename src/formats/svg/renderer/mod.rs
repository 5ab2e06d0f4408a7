//! Where drawings (vector pictures) are rendered. A renderer has many places that a drawing can be made for to take all
//! time or memory there is, or to end the process by a stack overflow or a panic inside a panic. So it runs in a process
//! apart, which a drawing may end without harm to the run; a library's user who names no program has it in his own.
//!
//! | module | what it does |
//! |---|---|
//! | `apart` | the processes of a run: who is asked next, and with which limits |
//! | `fonts` | the fonts of the machine |
//! | `process` | a process that renders: started, asked, ended, and what its end means |
//! | `wire` | requests and answers ↔ bytes |
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
pub(super) use {
    fonts::Fonts,
    server::serve,
    wire::{Answer, Task},
};

/// A handle to what renders drawings; clones share its processes and fonts.
#[derive(Debug, Clone, Default)]
pub struct Renderer {
    #[cfg(feature = "svg")]
    pub(super) fonts: Fonts,
    #[cfg(feature = "svg")]
    apart: Option<std::sync::Arc<apart::Apart>>,
    /// Bytes that the file under way was let in with: no process may take more for it.
    pub(crate) memory: u64,
}

#[cfg_attr(not(feature = "svg"), allow(unused_variables, reason = "there are no drawings"))]
impl Renderer {
    /// Renders in processes of `program`, which serves when it is started with [`SERVE_WORD`]. A drawing may take 2 s of
    /// processor time, more if it is large, and more where `patience` is more than a minute.
    #[must_use]
    pub fn apart(program: &Path, patience: Option<Duration>) -> Self {
        Self {
            #[cfg(feature = "svg")]
            fonts: Fonts::default(),
            #[cfg(feature = "svg")]
            apart: Some(apart::Apart::new(program, patience).into()),
            memory: 0,
        }
    }

    /// Ends the processes that wait for drawings.
    pub fn close(&self) {
        #[cfg(feature = "svg")]
        self.apart.iter().for_each(|apart| apart.close());
    }
}

#[cfg(feature = "svg")]
impl Renderer {
    /// What a process apart makes of a drawing; nothing where there is to be none or none can be started.
    pub(super) fn ask(&self, task: Task, bytes: &[u8]) -> Option<Answer> {
        self.apart.as_ref()?.ask(task, bytes, self.memory)
    }

    /// Renders in this process, with these fonts.
    #[cfg(test)]
    pub(super) fn here(fonts: Fonts) -> Self {
        Self { fonts, apart: None, memory: 0 }
    }
}
