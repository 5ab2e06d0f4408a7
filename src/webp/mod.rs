//! Decodes WebP with shrink-on-load: passes rows of planes to a sink as they are decoded. It depends on nothing else in
//! the crate. The container and the lossless bit stream follow RFC 9649; the lossy bit stream, a key frame of VP8,
//! follows RFC 6386.
//!
//! The lossy decoder omits the loop filter. Prediction inside a key frame reads unfiltered samples, so errors don't
//! accumulate, and the filter's changes at the edges of blocks vanish in the means of a reduced image. Callers that need
//! every pixel use another decoder.

#![allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "samples are clamped before they are cast, sides have 14 bits"
)]

mod alpha;
mod error;
mod lossless;
mod lossy;
mod riff;
mod stop;

pub use alpha::decode_alpha;
pub use error::Error;
pub use lossless::{decode_lossless, lossless_memory};
pub use lossy::{Band, Picture};
pub use riff::{Coding, Container, embed_icc, read_container};
pub use stop::Stop;

#[cfg(test)]
mod tests;
