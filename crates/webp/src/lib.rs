//! Decodes WebP for thumbnails: passes rows of planes to a sink during decoding.
//!
//! - [`read_container`] finds the coded image and its metadata in a file, as a [`Container`].
//! - [`Frame`] decodes a lossy image into a [`Band`] of luma and chroma for each 16 rows.
//! - [`decode_alpha`] decodes the opacity of a lossy image.
//! - [`decode_lossless`] passes each row of a lossless image to a sink.
//! - [`lossy_memory`] and [`lossless_memory`] estimate the memory that decoding takes.
//! - [`embed_metadata`] adds a colour profile, EXIF and XMP to an encoded file.
//!
//! The lossy decoder omits the loop filter. Prediction inside a key frame reads unfiltered samples, so errors don't
//! accumulate, and the filter's changes at the edges of blocks vanish in the means of a reduced image. Callers that need
//! every pixel use another decoder.
//!
//! Truncated images are decoded as far as possible, and [`Stop`] says how far.
//!
//! # Examples
//!
//! ```
//! use webp_shrink::{Coding, Frame, read_container};
//!
//! # let bytes = include_bytes!("../tests/data/lossy.webp");
//! let container = read_container(bytes)?;
//! let Coding::Lossy { frame, .. } = container.coding else { panic!("not lossy") };
//! let (mut sum, mut count) = (0, 0);
//! let stop = Frame::read(frame)?.decode(&mut |band| {
//!     for row in band.luma.chunks(band.luma_stride) {
//!         let row = &row[..container.size.0 as usize];
//!         sum += row.iter().map(|sample| u64::from(*sample)).sum::<u64>();
//!         count += row.len() as u64;
//!     }
//! });
//! assert_eq!(stop, None);
//! println!("mean luma: {}", sum / count);
//! # Ok::<(), webp_shrink::Error>(())
//! ```
//!
//! # Data flow
//!
//! `riff` finds the chunks of a file (RFC 9649). `lossy` decodes a key frame of VP8 (RFC 6386), `lossless` the bit stream
//! of VP8L (RFC 9649, section 3), and `alpha` the opacity, whose samples may be a lossless stream of their own.

#![forbid(unsafe_code)]
#![allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "samples are clamped before they are cast, sides have 14 bits"
)]
#![cfg_attr(test, allow(clippy::unwrap_used, reason = "a test may fail"))]

mod alpha;
mod error;
mod lossless;
mod lossy;
mod riff;
mod stop;

pub use alpha::decode_alpha;
pub use error::Error;
pub use lossless::{decode_lossless, lossless_memory};
pub use lossy::{Band, Frame, lossy_memory};
pub use riff::{Coding, Container, Metadata, embed_metadata, read_container};
pub use stop::Stop;
