//! Serves the process that renders drawings and pages.

use std::io;

#[cfg(feature = "svg")]
use super::svg::renderer::{Answer, Fonts, Task, serve};

/// Serves rendering requests from `input` until it ends. A program started with
/// [`SERVE_WORD`](super::svg::renderer::SERVE_WORD) calls it. From then on this process prints no panics and leaves no core
/// dumps.
///
/// # Errors
/// If `output` can't be written, or `input` holds an invalid request.
pub fn serve_renderings(input: &mut impl io::Read, output: &mut impl io::Write) -> io::Result<()> {
    #[cfg(feature = "svg")]
    return serve(input, output, perform);
    #[cfg(not(feature = "svg"))]
    return io::copy(input, output).and(Err(io::ErrorKind::Unsupported.into()));
}

/// Performs a task on a file of any format that is rendered.
#[cfg(feature = "svg")]
fn perform(task: Task, bytes: &[u8], fonts: &Fonts) -> Answer {
    #[cfg(feature = "pdf")]
    if super::pdf::sniff(bytes, bytes.len() as u64).is_some() {
        return super::pdf::perform(task, bytes);
    }
    super::svg::perform(task, bytes, fonts)
}
