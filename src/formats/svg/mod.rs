//! Decodes SVG and SVGZ.

#[cfg(feature = "svg")]
mod decode;
mod markup;
pub(crate) mod renderer;

use std::io;

#[cfg(feature = "svg")]
use super::codec::Codec;
use super::evidence::Evidence;

/// The codec.
#[cfg(feature = "svg")]
pub(crate) const CODEC: &dyn Codec = &decode::Svg;

/// Detects the format from the start of a file.
pub(super) fn sniff(head: &[u8], _: u64) -> Option<Evidence> {
    (markup::tell(head) == markup::Start::Svg).then_some(Evidence::Structure)
}

/// Returns whether the head belongs to a document whose first element lies further on.
pub(crate) fn is_prolog(head: &[u8]) -> bool {
    markup::tell(head) == markup::Start::Prolog
}

/// Serves rendering requests from `input` until it ends. A program started with [`SERVE_WORD`](renderer::SERVE_WORD)
/// calls it. From then on this process prints no panics and leaves no core dumps.
///
/// # Errors
/// If `output` can't be written, or `input` holds an invalid request.
pub fn serve_renderings(input: &mut impl io::Read, output: &mut impl io::Write) -> io::Result<()> {
    #[cfg(feature = "svg")]
    return renderer::serve(input, output, decode::perform);
    #[cfg(not(feature = "svg"))]
    return io::copy(input, output).and(Err(io::ErrorKind::Unsupported.into()));
}
