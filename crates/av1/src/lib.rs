//! Decodes still images coded as AV1, and passes rows of planes to a sink during decoding.
//!
//! - [`Image::read`] reads the headers of an item of an AVIF file.
//! - [`Image::decode`] passes the planes on, a [`Band`] of rows at a time.
//! - [`Headers`] estimates the memory of decoding before the whole item is read.
//!
//! A single key frame is decoded, as it is in AVIF: profiles Main, High and Professional, 8 to 12 bits, chroma of full size,
//! of half width, of half size, or none. Copies inside a frame, super-resolution and frames that depend on others are errors.
//!
//! The in-loop filters and film grain are left out. Prediction inside a frame reads samples before the filters, so errors
//! don't accumulate without them. In a reduced image they hardly show.
//!
//! # Examples
//!
//! ```
//! use av1_still::{Image, Samples};
//!
//! # let stream = include_bytes!("../tests/data/plain.obu");
//! let image = Image::read(stream)?;
//! let (mut sum, mut count) = (0, 0);
//! let stop = image.decode(&mut |band| {
//!     let luma = band.planes[0];
//!     if let Samples::Bytes(bytes) = luma.samples {
//!         for row in bytes.chunks(luma.stride) {
//!             sum += row[..luma.width].iter().map(|sample| u64::from(*sample)).sum::<u64>();
//!             count += luma.width as u64;
//!         }
//!     }
//! });
//! assert_eq!(stop, None);
//! println!("mean luma: {}", sum / count);
//! # Ok::<(), av1_still::Error>(())
//! ```
//!
//! # Data flow
//!
//! `units` finds the units of the data, `sequence` and `frame` read their headers. `picture` goes through rows of superblocks,
//! tile by tile. For each block, `tile` reads modes and coefficients with `symbols`, whose probabilities are in `contexts`,
//! `intra` predicts samples from those beside them, and `transform` adds the residual that `residual` read. `canvas` holds one
//! band of samples and the row above it.

#![forbid(unsafe_code)]
#![allow(
    clippy::cast_possible_truncation,
    clippy::cast_possible_wrap,
    clippy::cast_sign_loss,
    reason = "samples and coefficients are clamped before they are cast, sides have 16 bits"
)]
#![cfg_attr(test, allow(clippy::unwrap_used, reason = "a test may fail"))]

mod bits;
mod block;
mod canvas;
mod coded;
mod contexts;
mod error;
mod frame;
mod headers;
mod image;
mod intra;
mod memory;
mod picture;
mod residual;
mod sample;
mod sequence;
mod stop;
mod symbols;
mod tile;
mod transform;
mod units;

pub use error::Error;
pub use headers::Headers;
pub use image::{Band, BandPlane, Image};
pub use sample::Samples;
pub use stop::Stop;
