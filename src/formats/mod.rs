//! Detects, opens, decodes and encodes each format, in a directory of its own. `crate::format` is their registry.
//!
//! | file | purpose |
//! |---|---|
//! | `codec` | defines the interfaces of codecs, opened images and encoders |
//! | `header`, `decoded` | define the results of opening and decoding |
//! | `error`, `damage` | define errors that know no format, and describe missing rows |
//! | `evidence` | ranks the evidence for a format |
//! | `unsupported` | names unsupported formats |
//! | `metadata` | filters the metadata that thumbnails keep |
//! | `inside` | opens files inside files |
//! | `raster` | decodes whole frames through the crate `image` |
//! | `reduction` | reduces rows during decoding |
//! | `picture` | passes samples to the encoders of the crate `image` |
//! | `pieces`, `sharing` | read files piece by piece, within a bound |
//! | `animation` | decodes and encodes animations, frame by frame |
//! | `whole` | joins the codecs of files that are held whole |
//! | `start` | keeps the first piece of a file |
//! | `lab` | converts L*a*b* |
//! | `lzw` | decodes LZW |
//! | `rendered`, `serving` | join drawings and pages, and serve the process that renders them |

#[cfg_attr(
    not(all(feature = "formats", feature = "animation")),
    allow(dead_code, unused_imports, unused_variables, reason = "only some formats are animated")
)]
pub(crate) mod animation;
#[cfg_attr(not(feature = "cli"), allow(dead_code, reason = "some options need only a part"))]
pub(crate) mod codec;
#[cfg_attr(not(feature = "formats"), allow(dead_code, reason = "some formats need only a part"))]
mod damage;
pub(crate) mod decoded;
pub(crate) mod error;
mod evidence;
pub(crate) mod header;
pub(crate) mod inside;
#[cfg(any(feature = "tiff", feature = "psd"))]
mod lab;
#[cfg(any(feature = "gif", feature = "tiff"))]
#[cfg_attr(not(all(feature = "gif", feature = "tiff")), allow(dead_code, reason = "each needs only a part"))]
mod lzw;
#[cfg_attr(not(feature = "metadata"), allow(dead_code, reason = "nothing is kept"))]
pub(crate) mod metadata;
#[cfg_attr(not(feature = "formats"), allow(dead_code, reason = "some formats have no grey"))]
mod picture;
#[cfg_attr(not(feature = "formats"), allow(dead_code, reason = "some formats need only a part"))]
mod pieces;
#[cfg(feature = "image")]
#[cfg_attr(not(feature = "formats"), allow(dead_code, reason = "some formats need only a part"))]
pub(crate) mod raster;
#[cfg_attr(not(feature = "formats"), allow(dead_code, reason = "some formats need only a part"))]
mod reduction;
#[cfg(feature = "svg")]
mod rendered;
mod serving;
#[cfg(any(feature = "tiff", feature = "heic", feature = "avif"))]
mod sharing;
mod start;
#[cfg(test)]
mod tests;
pub(crate) mod unsupported;
#[cfg_attr(not(feature = "formats"), allow(dead_code, reason = "only some formats are held whole"))]
mod whole;

use codec::{Access, Codec, Encoder, OpenedImage, Settings, Tools};
use evidence::Evidence;
use metadata::Packets;

use crate::color::Samples;
use crate::container::{Input, sniff_raw};
use crate::error::Cause;
use crate::format::each_format;
use crate::geometry::Size;
use crate::options::{Encoding, Format, Kept};

pub use serving::serve_renderings;
pub(crate) use svg::is_prolog;

/// Names the encoder in a folder, by the access of its format.
macro_rules! encoder {
    (Read $folder:ident) => {
        None
    };
    ($access:ident $folder:ident) => {
        Some($folder::ENCODER)
    };
}

macro_rules! folders {
    ($(
        $format:ident $folder:ident $name:literal $label:literal ($($built:tt)*) [$($suffix:literal),*] $alpha:ident $access:ident $(($($writer:tt)*))?;
    )*) => {
        $(
            #[cfg_attr(
                not(feature = "formats"),
                allow(dead_code, unused_imports, reason = "formats lend each other parts")
            )]
            pub(crate) mod $folder;
        )*

        /// Returns the codec of a format, if this build has it.
        fn codec_of(format: Format) -> Option<&'static dyn Codec> {
            match format {
                $(
                    #[cfg($($built)*)]
                    Format::$format => Some($folder::CODEC),
                )*
                #[allow(unreachable_patterns, reason = "all formats may be built in")]
                _ => None,
            }
        }

        /// Returns the encoder of a format, if this build has it.
        fn encoder_of(format: Format) -> Option<&'static dyn Encoder> {
            match format {
                $(
                    #[cfg(all($($built)*, $($($writer)*)?))]
                    Format::$format => encoder!($access $folder),
                )*
                #[allow(unreachable_patterns, reason = "all formats may be built in")]
                _ => None,
            }
        }

        /// Detectors of the formats, from the first bytes of a file and its length.
        const SNIFFERS: [(Format, fn(&[u8], u64) -> Option<Evidence>); Format::ALL.len()] =
            [$((Format::$format, $folder::sniff)),*];
    };
}

each_format!(folders);

/// Detects a known format from the content.
#[must_use]
pub fn sniff_format(bytes: &[u8]) -> Option<Format> {
    let is_raw = matches!(sniff_raw(&mut { bytes }), Ok(Some(_)));
    if is_raw { Some(Format::Raw) } else { sniff(bytes, bytes.len() as u64) }
}

/// Detects the most certain format from the first bytes of a file of `len` bytes.
pub(crate) fn sniff(head: &[u8], len: u64) -> Option<Format> {
    let mut best: Option<(Evidence, Format)> = None;
    for (format, sniff) in SNIFFERS {
        match sniff(head, len) {
            Some(Evidence::Signature) => return Some(format),
            Some(evidence) if best.is_none_or(|(other, _)| evidence < other) => best = Some((evidence, format)),
            _ => {}
        }
    }
    best.map(|(_, format)| format)
}

/// Returns the access pattern of a format's decoder.
pub(crate) fn access(format: Format) -> Access {
    codec_of(format).map_or(Access::Pieces, Codec::access)
}

/// Estimates the memory of opening a file, beside its own bytes, from its first bytes and its length.
pub(crate) fn memory_to_open(format: Format, head: &[u8], length: u64) -> u64 {
    codec_of(format).map_or(0, |codec| codec.memory_to_open(head, length))
}

/// Opens a file: parses its structure, but decodes nothing.
pub(crate) fn open(
    input: &mut dyn Input,
    format: Format,
    tools: &mut Tools<'_>,
) -> Result<Box<dyn OpenedImage>, Cause> {
    let codec = codec_of(format).ok_or_else(|| {
        let detail = format!("this build lacks the feature {}", format.name());
        Cause::Unsupported { format, detail }
    })?;
    let opened = codec.open(input, tools).map_err(|error| error.of(format))?;
    match opened.header().size {
        size if size.pixels() == 0 => Err(Cause::Empty(size)),
        _ => Ok(opened),
    }
}

/// Reads the metadata of these kinds. What can't be read is left out.
pub(crate) fn packets(input: &mut dyn Input, format: Format, kept: &Kept) -> Packets {
    match codec_of(format) {
        Some(codec) if !kept.is_empty() => codec.packets(input).map(|packets| packets.keep(kept)).unwrap_or_default(),
        _ => Packets::default(),
    }
}

/// Reads all metadata of a file. What can't be read is left out.
#[cfg(feature = "metadata")]
pub(crate) fn all_packets(input: &mut dyn Input, format: Format) -> Packets {
    codec_of(format).and_then(|codec| codec.packets(input).ok()).unwrap_or_default()
}

/// Estimates the memory of encoding a thumbnail, beside its samples and the file.
pub(crate) fn memory_to_encode(format: Format, size: Size, encoding: Encoding) -> u64 {
    encoder_of(format).map_or(0, |encoder| encoder.memory(size, encoding))
}

/// Encodes a thumbnail as a file.
pub(crate) fn encode(samples: Samples, format: Format, settings: &Settings<'_>) -> Result<Vec<u8>, Cause> {
    let encoder = encoder_of(format).ok_or_else(|| "this build has no encoder for it".to_string());
    encoder.and_then(|encoder| encoder.encode(samples, settings)).map_err(|detail| Cause::Encode { format, detail })
}
