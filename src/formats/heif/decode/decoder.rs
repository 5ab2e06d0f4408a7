//! Decodes coded items into planes, each with the decoder of its codec.

#[cfg(feature = "avif")]
use super::av1;
use super::coded::CodedPicture;
#[cfg(feature = "heic")]
use super::hevc;
use super::plain;
use crate::container::{Codec, CodedItem, Input, read_piece};
use crate::formats::error::{DecodeError, damaged};
use crate::formats::sharing::LeftToRead;
use crate::geometry::Factors;

/// Bytes per pixel that the codecs hold beside its samples (measured as for `OpenedImage::memory`).
const HEVC_BESIDE: u64 = 4;
const AV1_BESIDE: u64 = 2;

/// A decoder of the items of one file.
pub(super) struct Decoder<'i> {
    input: &'i mut dyn Input,
    #[cfg_attr(not(feature = "avif"), expect(dead_code, reason = "only AV1 is decoded by it"))]
    factors: Factors,
    left_to_read: LeftToRead,
}

impl<'i> Decoder<'i> {
    /// Creates a decoder whose images will be reduced by `factors`.
    pub(super) fn new(input: &'i mut dyn Input, factors: Factors) -> Self {
        let left_to_read = LeftToRead::of(input.length());
        Self { input, factors, left_to_read }
    }

    /// Decodes one item.
    pub(super) fn decode(&mut self, item: &CodedItem) -> Result<CodedPicture, DecodeError> {
        let data = self.read(item)?;
        let picture = match &item.codec {
            #[cfg(feature = "heic")]
            Codec::Hevc => {
                let mut parts = vec![(self.configuration(item)?, data)];
                if let Some(source) = &item.predicted_from {
                    parts.push((self.configuration(source)?, self.read(source)?));
                }
                hevc::decode(&parts, item.size)?
            }
            #[cfg(feature = "avif")]
            Codec::Av1 => av1::decode(data, item, self.factors)?,
            Codec::Jpeg => plain::decode_jpeg(&[self.configuration(item)?, data].concat(), item.size)?,
            Codec::Uncompressed(layout) => plain::decode_raw(&data, layout, item.size)?,
            #[cfg(not(all(feature = "heic", feature = "avif")))]
            other => {
                let detail = format!("this build has no decoder for {other:?}");
                return Err(crate::formats::error::unsupported(detail));
            }
        };
        let (width, height) = (item.size.0 as usize, item.size.1 as usize);
        if picture.planes[0].width < width || picture.planes[0].height < height {
            return Err(damaged("a coded image is smaller than the container says"));
        }
        Ok(picture)
    }

    fn configuration(&mut self, item: &CodedItem) -> Result<Vec<u8>, DecodeError> {
        Ok(read_piece(self.input, item.configuration.offset, item.configuration.length)?)
    }

    fn read(&mut self, item: &CodedItem) -> Result<Vec<u8>, DecodeError> {
        let length = item.data.iter().fold(0_u64, |sum, place| sum.saturating_add(place.length));
        if !self.left_to_read.take(length.min(self.input.length())) {
            return Err(DecodeError::Limit("its tiles share their bytes too often".to_string()));
        }
        let mut data = Vec::new();
        for place in &item.data {
            // The codec detects a truncated item.
            let there = self.input.length().saturating_sub(place.offset).min(place.length);
            data.extend(read_piece(self.input, place.offset, there)?);
        }
        if data.is_empty() {
            return Err(damaged("the file ends before the image"));
        }
        Ok(data)
    }
}

/// Estimates the memory of decoding an item: its bytes, its samples, and the codec's own buffers.
pub(super) fn working_memory(input: &mut dyn Input, item: &CodedItem) -> u64 {
    let pixels = u64::from(item.size.0).saturating_mul(item.size.1.into());
    let data: u64 = item.data.iter().map(|place| place.length).fold(0, u64::saturating_add).min(input.length());
    let configuration = read_piece(input, item.configuration.offset, item.configuration.length.min(32));
    let told = configuration.unwrap_or_default();
    let of_pixels = match &item.codec {
        // Samples of 4 bytes, before and after; the coefficients may take as much.
        Codec::Jpeg => pixels.saturating_mul(3 * (4 + 4 + 4)),
        Codec::Uncompressed(layout) => pixels.saturating_mul(4 * layout.components.len() as u64),
        Codec::Hevc => {
            // ISO/IEC 14496-15, 8.3.2.1: the chroma format. Every sample takes 2 bytes in the codec and 4 in its
            // output.
            let samples_of_two = match told.get(16).map(|byte| byte & 3) {
                Some(0) => 2,
                Some(1) => 3,
                Some(2) => 4,
                _ => 6,
            };
            pixels.saturating_mul(samples_of_two * (2 + 4) / 2 + HEVC_BESIDE)
        }
        Codec::Av1 => {
            // AV1 in ISOBMFF, 2.3.3: more than 8 bits, no chroma, chroma of half the width, and of half the height.
            let flags = told.get(2).copied().unwrap_or(0x40);
            let samples_of_two = match (flags & 0x10 != 0, flags & 0x08 != 0, flags & 0x04 != 0) {
                (true, ..) => 2,
                (_, true, true) => 3,
                (_, true, false) => 4,
                _ => 6,
            };
            let bytes = if flags & 0x40 != 0 { 2 } else { 1 };
            pixels.saturating_mul(samples_of_two * bytes / 2 + AV1_BESIDE)
        }
    };
    let source = item.predicted_from.as_ref().map_or(0, |source| working_memory(input, source));
    of_pixels.saturating_add(data.saturating_mul(3)).saturating_add(source)
}
