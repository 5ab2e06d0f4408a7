//! Decodes still images coded as HEVC (ITU-T H.265), and passes rows of planes to a sink during decoding.

#![forbid(unsafe_code)]
#![allow(
    clippy::cast_possible_truncation,
    clippy::cast_possible_wrap,
    clippy::cast_sign_loss,
    reason = "samples and coefficients are clamped before they are cast, sides have 17 bits"
)]
#![cfg_attr(test, allow(clippy::unwrap_used, reason = "a test may fail"))]

mod bits;
mod cabac;
mod canvas;
mod error;
mod filters;
mod image;
mod intra;
mod nal;
mod parameters;
mod picture;
mod sample;
mod scan;
mod slice;
mod stop;
mod transform;
mod tree;
mod walk;

pub use error::Error;
pub use image::{Band, BandPlane, Filtering, Image, Samples};
pub use parameters::ColorDescription;
pub use stop::Stop;
