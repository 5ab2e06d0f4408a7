//! Reads the tags of the storage of samples: compression, predictor, size and kind of numbers.

use super::tag;
use crate::container::{Directory, Reader};
use crate::formats::error::{DecodeError, unsupported};

/// Compression of strips and tiles: the values of tag 259.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Compression {
    None,
    /// CCITT's codings of black and white.
    Fax(Fax),
    Lzw,
    /// JPEG as in TIFF 6.0, section 22.
    OldJpeg,
    Jpeg,
    Deflate,
    PackBits,
    /// An `.xz` stream.
    Xz,
    Zstandard,
    /// A WebP file in each strip or tile.
    WebP,
    LogLuv(LogLuv),
}

/// A CCITT coding.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fax {
    /// Modified Huffman of TIFF 6.0, section 10: rows begin at bytes, without ends of lines.
    Huffman,
    /// T.4, in one or two dimensions.
    Group3,
    /// T.6.
    Group4,
}

/// A coding of light by Ward Larson ("LogLuv Encoding for Full Gamut, High Dynamic Range Images", 1998).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum LogLuv {
    /// 16 bits of luminance.
    Luminance,
    /// 16 bits of luminance, 8 of u′ and 8 of v′.
    Wide,
    /// 10 bits of luminance, 14 of colour, uncompressed.
    Packed,
}

/// The prediction of rows before compression: the values of tag 317.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Predictor {
    None,
    Horizontal,
    Float,
}

/// The storage of a sample.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct SampleKind {
    pub(super) bits: usize,
    pub(super) numbers: Numbers,
}

/// The format of a sample: the values of tag 339.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Numbers {
    Unsigned,
    Signed,
    Float,
}

impl Compression {
    /// Returns whether strips and tiles are JPEGs, which are not decoded row by row.
    pub(super) const fn is_jpeg(self) -> bool {
        matches!(self, Self::Jpeg | Self::OldJpeg)
    }

    /// Returns whether pixels may be lost.
    pub(super) const fn is_lossy(self) -> bool {
        matches!(self, Self::Jpeg | Self::OldJpeg | Self::WebP)
    }

    /// Returns whether each pixel may be predicted from its left neighbour.
    const fn takes_predictor(self) -> bool {
        matches!(self, Self::Lzw | Self::Deflate | Self::Xz | Self::Zstandard)
    }
}

pub(super) fn read_compression(reader: &mut Reader<'_>, page: &Directory) -> Result<Compression, DecodeError> {
    let mut number = |tag| page.number(reader, tag).unwrap_or(1);
    Ok(match number(tag::COMPRESSION) {
        1 => Compression::None,
        2 => Compression::Fax(Fax::Huffman),
        3 => Compression::Fax(Fax::Group3),
        4 => Compression::Fax(Fax::Group4),
        5 => Compression::Lzw,
        6 => Compression::OldJpeg,
        7 => match number(tag::BITS) {
            2..=16 => Compression::Jpeg,
            bits => return Err(unsupported(format!("JPEG of {bits} bits"))),
        },
        8 | 32946 => Compression::Deflate,
        32773 => Compression::PackBits,
        34676 if number(tag::PHOTOMETRIC) == LOG_L => Compression::LogLuv(LogLuv::Luminance),
        34676 => Compression::LogLuv(LogLuv::Wide),
        34677 => Compression::LogLuv(LogLuv::Packed),
        34712 => return Err(unsupported("JPEG 2000 compression".to_string())),
        34887 => return Err(unsupported("LERC compression".to_string())),
        34925 => Compression::Xz,
        50000 => Compression::Zstandard,
        50001 if cfg!(feature = "webp") => Compression::WebP,
        50001 => {
            return Err(unsupported("WebP compression, for which this build has no decoder".to_string()));
        }
        50002 | 52546 => return Err(unsupported("JPEG XL compression".to_string())),
        other => return Err(unsupported(format!("compression {other}"))),
    })
}

/// Photometric interpretations of LogLuv without and with colour.
pub(super) const LOG_L: u64 = 32844;
pub(super) const LOG_LUV: u64 = 32845;

pub(super) fn read_predictor(
    reader: &mut Reader<'_>,
    page: &Directory,
    compression: Compression,
) -> Result<Predictor, DecodeError> {
    match page.number(reader, tag::PREDICTOR).unwrap_or(1) {
        _ if !compression.takes_predictor() => Ok(Predictor::None),
        1 => Ok(Predictor::None),
        2 => Ok(Predictor::Horizontal),
        3 => Ok(Predictor::Float),
        other => Err(unsupported(format!("predictor {other}"))),
    }
}

pub(super) fn read_sample_kind(
    reader: &mut Reader<'_>,
    page: &Directory,
    samples: usize,
) -> Result<SampleKind, DecodeError> {
    let bits = page.numbers(reader, tag::BITS, samples);
    let first = bits.first().copied().unwrap_or(1);
    if bits.iter().any(|bits| *bits != first) {
        return Err(unsupported("samples of different sizes".to_string()));
    }
    let numbers = match page.number(reader, tag::SAMPLE_FORMAT).unwrap_or(1) {
        // Bytes marked as signed come from programs that write photographs with the wrong tag. libtiff's own readers,
        // Pillow and ImageMagick show them as unsigned.
        2 if first == 8 => Numbers::Unsigned,
        2 => Numbers::Signed,
        3 => Numbers::Float,
        // 4 is "undefined", which libtiff writes for plain bytes.
        1 | 4 => Numbers::Unsigned,
        _ => return Err(unsupported("complex samples".to_string())),
    };
    match (numbers, first) {
        (Numbers::Unsigned, 1..=15) | (_, 16 | 24 | 32 | 64) => {
            Ok(SampleKind { bits: usize::try_from(first).expect("at most 64"), numbers })
        }
        _ => Err(unsupported(format!("samples of {first} bits"))),
    }
}
