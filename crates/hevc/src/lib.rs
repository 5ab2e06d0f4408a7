//! Decodes still images coded as HEVC (ITU-T H.265), and passes rows of planes to a sink during decoding.
//!
//! - [`Image::read`] reads the headers of an item of a HEIF file, [`Image::read_stream`] those of a byte stream.
//! - [`Image::decode`] passes the planes on, a [`Band`] of rows at a time.
//! - [`Configuration`] estimates the memory of decoding before an item's data are read.
//!
//! The first image that stands alone is decoded, as it is in HEIC: profiles Main, Main 10 and `Main Still Picture`, and of
//! the range extensions 8 to 12 bits, and chroma of full size, of half width, or none. [`Image::read_predicted`] adds a
//! image that is predicted from one other, as an item of a HEIF file may be.
//!
//! [`Filtering`] selects the in-loop filters. Prediction inside an image reads samples before the filters, so errors
//! don't accumulate without them. In a reduced image they hardly show.
//!
//! Truncated images are decoded as far as possible, and [`Stop`] says how far.
//!
//! # Examples
//!
//! ```
//! use hevc_still::{Filtering, Image, Samples};
//!
//! # let stream = include_bytes!("../tests/data/plain.hevc");
//! let image = Image::read_stream(stream)?;
//! let (mut sum, mut count) = (0, 0);
//! let stop = image.decode(Filtering::None, &mut |band| {
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
//! # Ok::<(), hevc_still::Error>(())
//! ```
//!
//! # Data flow
//!
//! `nal` finds the units of the data, `parameters` and `slice` read their headers. `picture` goes through the coding tree
//! blocks in the order of `walk`. For each, `tree` reads syntax elements by `cabac`, `intra` predicts blocks from the
//! samples beside them, and `transform` adds residuals. `canvas` holds one band of samples and the row above it. `filters`
//! follow behind, on copies. `prediction` reads the motion of blocks that come from another image, and interpolates them.

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
mod coded;
mod configuration;
mod error;
mod filtering;
mod filters;
mod image;
mod intra;
mod marks;
mod memory;
mod nal;
mod offsets;
mod parameters;
mod picture;
mod plane;
mod prediction;
mod sample;
mod scan;
mod slice;
mod stop;
mod surroundings;
mod transform;
mod tree;
mod walk;

pub use configuration::Configuration;
pub use error::Error;
pub use filtering::Filtering;
pub use image::{Band, BandPlane, Image};
pub use parameters::ColorDescription;
pub use sample::Samples;
pub use stop::Stop;
