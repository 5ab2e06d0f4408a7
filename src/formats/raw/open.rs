//! Opens RAW files: locates their previews and reads their common properties. Sensor data are read only once they are decoded.

use crate::container::{self, Input, Kind, Preview, Raw, read_piece};
use crate::formats::codec::{Access, Codec, Embedded, OpenedImage, Plan, Tools};
use crate::formats::decoded::Decoded;
use crate::formats::error::{DecodeError, unsupported};
use crate::formats::header::Header;
use crate::formats::inside::open_inside;
use crate::formats::jpeg;
use crate::formats::metadata::Packets;
use crate::formats::start::Start;
use crate::geometry::{Factors, Orientation, Size};
use crate::options::Format;

/// The codec of RAW files.
#[derive(Debug)]
pub(crate) struct RawCodec;

/// An opened RAW file.
#[derive(Debug)]
struct Opened {
    header: Header,
    raw: Raw,
}

impl Codec for RawCodec {
    fn access(&self) -> Access {
        Access::Pieces
    }

    fn open(&self, input: &mut dyn Input, _: &mut Tools<'_>) -> Result<Box<dyn OpenedImage>, DecodeError> {
        // Telling the kind takes the same walk through the directories as reading them.
        let start = Start::read(input)?;
        let input = &mut start.before(input);
        let raw = match container::sniff_raw(input)? {
            Some(kind) => container::read_raw(input, kind)?,
            None => Raw::default(),
        };
        let largest =
            raw.previews.iter().filter_map(|preview| preview.size).max_by_key(|(w, h)| u64::from(*w) * u64::from(*h));
        let (width, height) = raw.size.or(largest).ok_or_else(no_preview)?;
        let orientation = raw.orientation.and_then(Orientation::from_exif).unwrap_or_default();
        let header = Header { format: Format::Raw, size: Size::new(width, height), orientation, has_alpha: false };
        Ok(Box::new(Opened { header, raw }))
    }

    fn packets(&self, input: &mut dyn Input) -> Result<Packets, DecodeError> {
        Ok(container::read_tiff_metadata(input)?.into())
    }
}

impl OpenedImage for Opened {
    fn header(&self) -> &Header {
        &self.header
    }

    fn memory(&self, _: &mut dyn Input, _: Factors) -> u64 {
        0
    }

    fn decode(&self, _: &mut dyn Input, _: &Plan<'_>, _: &mut Tools<'_>) -> Result<Decoded, DecodeError> {
        Err(no_preview())
    }

    fn embedded(&self) -> Embedded<'_> {
        Embedded::Only(&self.raw)
    }
}

fn no_preview() -> DecodeError {
    unsupported("it contains no preview")
}

/// Opens a preview of a RAW file, even a truncated one.
pub(crate) fn open_preview(
    input: &mut dyn Input,
    preview: &Preview,
    tools: &mut Tools<'_>,
) -> Result<Box<dyn OpenedImage>, DecodeError> {
    let codec = match preview.kind {
        Kind::RawPage => return open_page(input, preview.span.offset),
        Kind::RawJxl => codec_of_jxl()?,
        _ => jpeg::CODEC,
    };
    let there = preview.span.within(input.length());
    open_inside(codec, read_piece(input, there)?, tools)
}

#[cfg(feature = "jxl")]
#[expect(clippy::unnecessary_wraps, reason = "a build without it has no codec")]
fn codec_of_jxl() -> Result<&'static dyn Codec, DecodeError> {
    Ok(crate::formats::jxl::CODEC)
}

#[cfg(not(feature = "jxl"))]
fn codec_of_jxl() -> Result<&'static dyn Codec, DecodeError> {
    let detail = "this build has no decoder for it".to_string();
    Err(unsupported(detail))
}

/// Opens an image that is stored like a page of a TIFF, with its directory at an offset.
#[cfg(feature = "tiff")]
fn open_page(input: &mut dyn Input, offset: u64) -> Result<Box<dyn OpenedImage>, DecodeError> {
    crate::formats::tiff::open_page(input, offset)
}

#[cfg(not(feature = "tiff"))]
fn open_page(_: &mut dyn Input, _: u64) -> Result<Box<dyn OpenedImage>, DecodeError> {
    let detail = "this build has no decoder for its preview, which is stored like a TIFF".to_string();
    Err(unsupported(detail))
}
