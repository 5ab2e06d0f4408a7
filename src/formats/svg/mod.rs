//! SVG and SVGZ.

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

/// Tells the format by the start of a file.
pub(super) fn sniff(head: &[u8], _: u64) -> Option<Evidence> {
    (markup::tell(head) == markup::Start::Svg).then_some(Evidence::Structure)
}

/// Tells whether a document starts whose first element lies further on.
pub(crate) fn is_prolog(head: &[u8]) -> bool {
    markup::tell(head) == markup::Start::Prolog
}

/// Renders what is asked for on `input`, until that ends: what a program does that was started with
/// [`SERVE_WORD`](renderer::SERVE_WORD). From then on this process prints no panics and leaves no core dumps.
///
/// # Errors
/// `output` can't be written, or `input` holds what is no request.
pub fn serve_renderings(input: &mut impl io::Read, output: &mut impl io::Write) -> io::Result<()> {
    #[cfg(feature = "svg")]
    return renderer::serve(input, output, decode::perform);
    #[cfg(not(feature = "svg"))]
    return io::copy(input, output).and(Err(io::ErrorKind::Unsupported.into()));
}
