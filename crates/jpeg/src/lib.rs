//! Decodes JPEG images at reduced sizes, row by row, and encodes JPEG.
//!
//! - [`read_header`] returns the [`Header`] of a file.
//! - [`decode()`] returns one [`Plane`] per component.
//! - [`decode_rows`] passes the rows of each component to a [`Rows`] sink during decoding.
//! - [`segments`] iterates over the marker segments, such as EXIF data and ICC profiles.
//! - [`sample_spectra`] estimates the detail that a coarser scale would lose, from a sample of the file.
//! - [`Prefix`] decides whether the start of a progressive file is enough for a decode.
//! - [`encode()`] writes baseline files from planes of 8-bit samples, [`encode_progressive`] progressive ones, and
//!   [`encode_small`] the smallest ones, in more time.
//!
//! Each component has its own [`Scale`], from 1/8 to 6/8 or full size. Samples are `f32`, nominally 0 to 255, neither
//! upsampled nor converted to RGB. Truncated and corrupt files are decoded as far as possible, and [`Damage`] says how
//! far.
//!
//! # Examples
//!
//! ```
//! use jpeg_shrink::{Options, Scale, decode};
//!
//! # let bytes = include_bytes!("../tests/data/jpeg/big-420.jpg");
//! let image = decode(bytes, &Options::at(Scale::Quarter))?;
//! let luma = &image.planes[0];
//! assert_eq!(luma.width, image.header.width.div_ceil(4) as usize);
//! assert_eq!(luma.samples.len(), luma.width * luma.height);
//! # Ok::<(), jpeg_shrink::Error>(())
//! ```
//!
//! # Data flow
//!
//! `marker` iterates over the segments, `header` and `frame` describe the image, and `decode` walks the scans.
//! `unstuff` extracts the bytes of a scan, and `scan` defines the order of its blocks. The kind of scan decides on the
//! reader:
//!
//! - Sequential: `sequential`, with the state machine `dfa`, on a `dual_stream`; `render` turns blocks into samples.
//! - Progressive: `progressive`, with the tables of `huffman` and `values`, into a `store`.
//! - Arithmetic codes: `arithmetic`.
//! - Lossless: `lossless`.
//!
//! `idct` transforms coefficients into samples, `plane` passes on their rows, and `depth` converts 12-bit samples to 8
//! bits.

#![forbid(unsafe_code)]
#![allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "casts extract the fields of a bit stream; sizes have 16 bits"
)]
#![cfg_attr(test, allow(clippy::unwrap_used, reason = "a test may fail"))]

mod arithmetic;
mod bits;
mod damage;
mod decode;
mod depth;
mod detail;
mod dfa;
mod dual_stream;
mod encode;
mod error;
mod frame;
mod header;
mod huffman;
mod idct;
mod lossless;
mod marker;
mod memory;
mod options;
mod plane;
mod prefix;
mod progressive;
mod render;
mod scale;
mod scan;
mod sequential;
mod store;
mod tables;
mod turn;
mod unstuff;
mod values;
mod workspace;

pub use damage::{Damage, DamageKind};
pub use decode::{decode, decode_rows, decode_with};
pub use detail::{Spectrum, sample_spectra};
pub use encode::{
    Channel, Channels, ChromaResolution, EncodeError, MAX_SIDE, Order, encode, encode_progressive, encode_small,
    quantization_tables,
};
pub use error::{Error, Limit, Unsupported};
pub use frame::read_header;
pub use header::{Coding, ColorModel, Component, Header, Process};
pub use lossless::LosslessRows;
pub use marker::{Segment, Segments, segments};
pub use options::Options;
pub use plane::{Image, Plane, Rows};
pub use prefix::Prefix;
pub use scale::Scale;
pub use workspace::Workspace;
