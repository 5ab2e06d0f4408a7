//! The shrink-on-load WebP decoder: bytes in, rows of planes out as they are decoded. It knows nothing of the rest of the
//! crate. Container and lossless bit stream: RFC 9649; lossy bit stream, a key frame of VP8: RFC 6386.
//!
//! The lossy decoder leaves the loop filter out: prediction inside a key frame reads the samples before filtering, so
//! nothing drifts, and what the filter moves across the edges of blocks is lost in the means of a reduced picture. Who
//! needs every pixel decodes elsewhere.

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
