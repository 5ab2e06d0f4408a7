//! Decodes SVG and SVGZ.

#[cfg(feature = "svg")]
mod decode;
mod markup;
pub(crate) mod renderer;

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

#[cfg(feature = "svg")]
pub(super) use decode::perform;
