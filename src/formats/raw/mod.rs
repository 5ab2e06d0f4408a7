//! Decodes RAW files of cameras through their embedded previews, or from the sensor's data where no preview will do.

mod open;
mod sensor;

use super::codec::Codec;
use super::evidence::Evidence;

pub(crate) use open::open_preview;
pub(crate) use sensor::SensorImage;

/// The codec.
#[cfg_attr(not(feature = "raw"), allow(dead_code, reason = "the registry leaves it out"))]
pub(crate) const CODEC: &dyn Codec = &open::RawCodec;

/// Returns `None`: a RAW file may start like any TIFF, and only its directories identify it.
pub(super) const fn sniff(_: &[u8], _: u64) -> Option<Evidence> {
    None
}
