//! Decodes and encodes JPEG (ITU-T T.81) through a crate of this repository.
//!
//! | file | from | to |
//! |---|---|---|
//! | `sniff` | the start of a file | whether it is one |
//! | `open` | the segments before the first scan | header, colours, previews |
//! | `profile` | APP2 chunks, EXIF's colour space | the meaning of the colours |
//! | `margins`, `scale` | sizes of thumbnails; the detail of the image | the scale of each component |
//! | `scans` | an object of a store | the start that a decode needs |
//! | `memory` | the frame header | the memory that the rest takes |
//! | `decode` | the file | thumbnails row by row, or a working grid |
//! | `encode` | samples | a file |
//! | `gain_map` | an image behind the main one | parameters of a gain map; a file of both |
//! | `grid` | components | planes of the working grid |

mod decode;
mod encode;
#[cfg(feature = "metadata")]
pub(crate) mod gain_map;
pub(super) mod grid;
pub(super) mod margins;
mod memory;
mod open;
mod profile;
mod scale;
mod scans;
mod sniff;

use super::codec::{Codec, Encoder};

pub(super) use sniff::sniff;

/// The codec.
pub(crate) const CODEC: &dyn Codec = &open::Jpeg;

/// The encoder.
pub(crate) const ENCODER: &dyn Encoder = &encode::Jpeg;
