//! Decodes coded items into planes, each with the decoder of its codec.

#[cfg(feature = "avif")]
use super::av1;
#[cfg(feature = "video")]
use super::avc;
#[cfg(any(feature = "heic", feature = "avif"))]
use super::coded::Collected;
use super::coded::{CodedPicture, Decoded, Extent, Receiver, check_covers};
#[cfg(feature = "heic")]
use super::hevc;
#[cfg(feature = "avif")]
use super::key_frame;
use super::plain;
use crate::container::{Codec, CodedItem, Input, read_piece};
use crate::formats::error::{DecodeError, damaged};
use crate::formats::sharing::LeftToRead;
use crate::geometry::Factors;

/// Bytes per pixel that the codecs hold beside its samples (measured as for `OpenedImage::memory`).
const AV1_BESIDE: u64 = 2;

/// A decoder of the items of one file.
pub(super) struct Decoder<'i> {
    input: &'i mut dyn Input,
    #[cfg_attr(
        not(any(feature = "heic", feature = "avif")),
        expect(dead_code, reason = "only video is decoded by it")
    )]
    factors: Factors,
    left_to_read: LeftToRead,
}

impl<'i> Decoder<'i> {
    /// Creates a decoder whose images will be reduced by `factors`.
    pub(super) fn new(input: &'i mut dyn Input, factors: Factors) -> Self {
        let left_to_read = LeftToRead::of(input.length());
        Self { input, factors, left_to_read }
    }

    /// Decodes one item as a whole.
    pub(super) fn decode(&mut self, item: &CodedItem) -> Result<CodedPicture, DecodeError> {
        let picture = match &item.codec {
            #[cfg(feature = "heic")]
            Codec::Hevc => {
                let mut collected = Collected::default();
                let decoded = self.pass_hevc(item, &mut collected)?;
                let picture = collected.finish(decoded.continue_value().flatten());
                picture.ok_or_else(|| damaged("a coded image without rows"))?
            }
            #[cfg(feature = "avif")]
            Codec::Av1 => {
                let data = self.read(item)?;
                let mut collected = Collected::default();
                match self.pass_key_frame(&data, item, &mut collected)? {
                    Some(decoded) => {
                        let picture = collected.finish(decoded.continue_value().flatten());
                        picture.ok_or_else(|| damaged("a coded image without rows"))?
                    }
                    None => av1::decode(data, item, self.factors)?,
                }
            }
            #[cfg(feature = "video")]
            Codec::Avc => avc::decode(&self.configuration(item)?, &self.read(item)?, item.size)?,
            Codec::Jpeg => plain::decode_jpeg(&[self.configuration(item)?, self.read(item)?].concat(), item.size)?,
            Codec::Uncompressed(layout) => plain::decode_raw(&self.read(item)?, layout, item.size)?,
            #[cfg(not(all(feature = "heic", feature = "avif", feature = "video")))]
            other => {
                let detail = format!("this build has no decoder for {other:?}");
                return Err(crate::formats::error::unsupported(detail));
            }
        };
        check_covers(picture.shape.size, item.size)?;
        Ok(picture)
    }

    /// Decodes one item and passes its rows on, as soon as they are decoded where the codec can do that.
    pub(super) fn pass(&mut self, item: &CodedItem, receiver: &mut dyn Receiver) -> Result<Decoded, DecodeError> {
        #[cfg(feature = "heic")]
        if item.codec == Codec::Hevc {
            return self.pass_hevc(item, receiver);
        }
        #[cfg(feature = "avif")]
        if item.codec == Codec::Av1 {
            return self.pass_av1(item, receiver);
        }
        let picture = self.decode(item)?;
        Ok(picture.pass(receiver)?.map_continue(|()| picture.damage))
    }

    #[cfg(feature = "avif")]
    fn pass_av1(&mut self, item: &CodedItem, receiver: &mut dyn Receiver) -> Result<Decoded, DecodeError> {
        let data = self.read(item)?;
        if let Some(decoded) = self.pass_key_frame(&data, item, receiver)? {
            return Ok(decoded);
        }
        let picture = av1::decode(data, item, self.factors)?;
        check_covers(picture.shape.size, item.size)?;
        Ok(picture.pass(receiver)?.map_continue(|()| picture.damage))
    }

    /// Decodes a key frame that is reduced and whose features are simple enough.
    #[cfg(feature = "avif")]
    fn pass_key_frame(
        &self,
        data: &[u8],
        item: &CodedItem,
        receiver: &mut dyn Receiver,
    ) -> Result<Option<Decoded>, DecodeError> {
        if key_frame::may_decode(item, self.factors) { key_frame::decode(data, item.size, receiver) } else { Ok(None) }
    }

    #[cfg(feature = "heic")]
    fn pass_hevc(&mut self, item: &CodedItem, receiver: &mut dyn Receiver) -> Result<Decoded, DecodeError> {
        let own = (self.configuration(item)?, self.read(item)?);
        let source = match &item.predicted_from {
            Some(source) => Some((self.configuration(source)?, self.read(source)?)),
            None => None,
        };
        hevc::decode(&own, source.as_ref(), item.size, self.factors, receiver)
    }

    fn configuration(&mut self, item: &CodedItem) -> Result<Vec<u8>, DecodeError> {
        Ok(read_piece(self.input, item.configuration)?)
    }

    fn read(&mut self, item: &CodedItem) -> Result<Vec<u8>, DecodeError> {
        let length = item.data.iter().fold(0_u64, |sum, place| sum.saturating_add(place.len));
        if !self.left_to_read.take(length.min(self.input.length())) {
            return Err(DecodeError::Limit("its tiles share their bytes too often".to_string()));
        }
        let mut data = Vec::new();
        for place in &item.data {
            // The codec detects a truncated item.
            let there = place.within(self.input.length());
            data.extend(read_piece(self.input, there)?);
        }
        if data.is_empty() {
            return Err(damaged("the file ends before the image"));
        }
        Ok(data)
    }
}

/// Longest configuration that is read for an estimate.
const MOST_CONFIGURATION: u64 = 1 << 12;

/// Estimates the memory of decoding an item: its bytes, its samples, and the codec's own buffers.
#[cfg_attr(
    not(any(feature = "heic", feature = "avif")),
    allow(unused_variables, reason = "only video depends on them")
)]
pub(super) fn working_memory(input: &mut dyn Input, item: &CodedItem, extent: Extent, factors: Factors) -> u64 {
    let pixels = u64::from(item.size.0).saturating_mul(item.size.1.into());
    let data: u64 = item.data.iter().map(|place| place.len).fold(0, u64::saturating_add).min(input.length());
    let told = read_configuration(input, item);
    let of_pixels = match &item.codec {
        // Samples of 4 bytes, before and after; the coefficients may take as much.
        Codec::Jpeg => pixels.saturating_mul(3 * (4 + 4 + 4)),
        Codec::Uncompressed(layout) => pixels.saturating_mul(4 * layout.components.len() as u64),
        #[cfg(feature = "heic")]
        Codec::Hevc => hevc::working_memory(&told, item.size, extent),
        #[cfg(not(feature = "heic"))]
        Codec::Hevc => 0,
        #[cfg(feature = "video")]
        Codec::Avc => pixels.saturating_mul(2 * 3 + avc::BESIDE),
        #[cfg(not(feature = "video"))]
        Codec::Avc => 0,
        Codec::Av1 => memory_of_av1(input, item, (extent, factors), &told),
    };
    let source = item.predicted_from.as_ref().map_or(0, |source| working_memory(input, source, Extent::Whole, factors));
    of_pixels.saturating_add(data.saturating_mul(3)).saturating_add(source)
}

/// Estimates the memory of an AV1 item's samples and of its decoder.
#[cfg_attr(not(feature = "avif"), allow(unused_variables, reason = "only our own decoder depends on them"))]
fn memory_of_av1(
    input: &mut dyn Input,
    item: &CodedItem,
    (extent, factors): (Extent, Factors),
    configuration: &[u8],
) -> u64 {
    #[cfg(feature = "avif")]
    if extent == Extent::Bands
        && key_frame::may_decode(item, factors)
        && let Some(bands) = key_frame::working_memory(&read_start(input, item))
    {
        return bands;
    }
    // AV1 in ISOBMFF, 2.3.3: more than 8 bits, no chroma, chroma of half the width, and of half the height.
    let flags = configuration.get(2).copied().unwrap_or(0x40);
    let samples_of_two = match (flags & 0x10 != 0, flags & 0x08 != 0, flags & 0x04 != 0) {
        (true, ..) => 2,
        (_, true, true) => 3,
        (_, true, false) => 4,
        _ => 6,
    };
    let bytes = if flags & 0x40 != 0 { 2 } else { 1 };
    let pixels = u64::from(item.size.0).saturating_mul(item.size.1.into());
    pixels.saturating_mul(samples_of_two * bytes / 2 + AV1_BESIDE)
}

/// Returns the matrix that a HEVC item's configuration states.
#[cfg_attr(not(feature = "heic"), allow(unused_variables, reason = "only HEVC depends on them"))]
pub(super) fn matrix_of(input: &mut dyn Input, item: &CodedItem) -> Option<u16> {
    #[cfg(feature = "heic")]
    if item.codec == Codec::Hevc {
        return hevc::matrix_of(&read_configuration(input, item));
    }
    None
}

/// Reads the start of an item, in which its headers are.
#[cfg(feature = "avif")]
fn read_start(input: &mut dyn Input, item: &CodedItem) -> Vec<u8> {
    let mut start = Vec::new();
    for place in &item.data {
        let head = place.first(key_frame::START - start.len() as u64);
        // An item that can't be read is not decoded.
        start.extend(read_piece(input, head).unwrap_or_default());
        if start.len() as u64 >= key_frame::START {
            break;
        }
    }
    start
}

fn read_configuration(input: &mut dyn Input, item: &CodedItem) -> Vec<u8> {
    read_piece(input, item.configuration.first(MOST_CONFIGURATION)).unwrap_or_default()
}
