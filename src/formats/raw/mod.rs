//! RAW files of cameras, through the previews inside.

mod open;

use super::codec::Codec;
use super::evidence::Evidence;

pub(crate) use open::open_preview;

/// The codec.
#[cfg_attr(not(feature = "raw"), allow(dead_code, reason = "the registry leaves it out"))]
pub(crate) const CODEC: &dyn Codec = &open::RawCodec;

/// Tells nothing: a RAW file may start like any TIFF, and its directories tell.
pub(super) const fn sniff(_: &[u8], _: u64) -> Option<Evidence> {
    None
}
