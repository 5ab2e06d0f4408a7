//! A JPEG decoder that decodes only as much as a smaller image needs, and streams its rows; and a baseline encoder.
//!
//! [`read_header`] reads a file's [`Header`]. [`decode_rows`] hands the rows of each component to a [`Rows`] sink while the file
//! is decoded, at a [`Scale`] of its own: any number of eighths of its size but seven. [`decode`] collects them into [`Plane`]s.
//! Samples are `f32` around 128 in the range 0 to 255, without upsampling and without colour conversion. Damaged files
//! are decoded as far as they go, and [`Damage`] says how far. [`sample_spectra`] estimates how much detail a coarser scale would
//! lose, from a sample of the file. [`encode`] writes baseline files from planes of 8 bits.
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
//! `marker` walks the segments, `header` and `frame` read what the image is, `decode` goes through the scans; `unstuff`
//! takes a scan's bytes out of the file, `scan` knows their order of blocks. Sequential scans are read by `sequential`, with
//! two `lanes` of the state `machine`, and `render` makes samples of them; progressive scans by `progressive` into a `store`,
//! with the tables of `huffman` and `values`; scans with arithmetic codes by `arithmetic`, and lossless ones by `lossless`. `idct`
//! turns coefficients into samples, `plane` hands on their rows, `depth` brings samples of 12 bits to 8.

#![forbid(unsafe_code)]
#![allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "fields of a bit stream are cut out by casts; sizes have 16 bits"
)]
#![cfg_attr(test, allow(clippy::unwrap_used, reason = "a test may fail"))]

mod arithmetic;
mod bits;
mod damage;
mod decode;
mod depth;
mod detail;
mod encode;
mod error;
mod frame;
mod header;
mod huffman;
mod idct;
mod lanes;
mod lossless;
mod machine;
mod marker;
mod memory;
mod options;
mod plane;
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
pub use encode::{Channel, Channels, EncodeError, MAX_SIDE, encode};
pub use error::{Error, Limit, Unsupported};
pub use frame::read_header;
pub use header::{Coding, ColorModel, Component, Header, Process};
pub use marker::{Segment, Segments, segments};
pub use options::Options;
pub use plane::{Image, Plane, Rows};
pub use scale::Scale;
pub use workspace::Workspace;
