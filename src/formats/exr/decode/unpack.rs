//! Unpacks a block of subsampled scan lines with the crate's decompressors. They support subsampling, while the crate's
//! checks around them do not.

use std::ops::Range;

use exr::compression::Compression;
use exr::error::Error;
use exr::math::Vec2;
use exr::meta::BlockDescription;
use exr::meta::attribute::{ChannelDescription, IntegerBounds, LineOrder, SampleType};
use exr::meta::header::Header as Layer;
use exr::prelude::SmallVec;

use super::b44::{self, Scale};
use super::dwa;

/// Returns the row of a line of the data window in the file's coordinates.
pub(super) fn row(layer: &Layer, line: usize) -> i32 {
    layer.own_attributes.layer_position.y().saturating_add(i32::try_from(line).unwrap_or(i32::MAX))
}

/// Returns the samples of a block in native byte order. They are ordered by line, and by channel within a line.
pub(super) fn unpack(layer: &Layer, lines: Range<usize>, packed: &[u8]) -> Result<Vec<u8>, Error> {
    let width = layer.layer_size.width();
    let size_of = |channel: &ChannelDescription| {
        let rows = lines.clone().filter(|line| line % channel.sampling.y() == 0).count();
        (width / channel.sampling.x() * rows).saturating_mul(channel.sample_type.bytes_per_sample())
    };
    let sizes: Vec<usize> = layer.channels.list.iter().map(size_of).collect();
    let total = sizes.iter().fold(0_usize, |sum, size| sum.saturating_add(*size));
    if packed.len() == total || layer.compression == Compression::Uncompressed {
        return Ok(to_native(layer, lines, packed.to_vec()));
    }
    match layer.compression {
        // These compressions are independent of channels.
        Compression::RLE | Compression::ZIP1 | Compression::ZIP16 => {
            let mut bytes = unpack_halves(layer.compression, Vec2(total / 2, 1), packed.to_vec())?;
            bytes.as_chunks_mut().0.iter_mut().for_each(|pair| *pair = u16::from_ne_bytes(*pair).to_le_bytes());
            Ok(to_native(layer, lines, bytes))
        }
        Compression::B44 | Compression::B44A => unpack_b44(layer, lines, packed),
        _ => {
            let area = width.saturating_mul(lines.len());
            let is_aligned = layer.channels.list.iter().all(|channel| {
                lines.start.is_multiple_of(channel.sampling.y()) && lines.len().is_multiple_of(channel.sampling.y())
            });
            // The crate derives the size of a block from a whole number of bytes per pixel.
            if !is_aligned || area == 0 || total % area != 0 {
                return Err(Error::NotSupported("channel sampling with this compression".into()));
            }
            dwa::check(layer, Vec2(width, lines.len()), packed)?;
            let mut layer = layer.clone();
            layer.channels.bytes_per_pixel = total / area;
            let position = Vec2(layer.own_attributes.layer_position.x(), row(&layer, lines.start));
            let section = IntegerBounds::new(position, Vec2(width, lines.len()));
            layer.compression.decompress_image_section_from_le(&layer, packed.to_vec(), section, false)
        }
    }
}

/// Unpacks samples of 16 bits as a layer of one line.
fn unpack_halves(compression: Compression, size: Vec2<usize>, packed: Vec<u8>) -> Result<Vec<u8>, Error> {
    let channel = ChannelDescription::new("Y", SampleType::F16, false);
    let layer = Layer::new("".into(), size, SmallVec::from_iter([channel]));
    let layer = layer.with_encoding(compression, BlockDescription::ScanLines, LineOrder::Increasing);
    compression.decompress_image_section_from_le(&layer, packed, IntegerBounds::from_dimensions(size), false)
}

/// Converts the bytes of samples from little-endian to native order.
fn to_native(layer: &Layer, lines: Range<usize>, mut bytes: Vec<u8>) -> Vec<u8> {
    let mut rest = bytes.as_mut_slice();
    for (y, channel) in lines.flat_map(|y| layer.channels.list.iter().map(move |channel| (y, channel))) {
        if y % channel.sampling.y() != 0 {
            continue;
        }
        let size = channel.sample_type.bytes_per_sample();
        let length = (layer.layer_size.width() / channel.sampling.x() * size).min(rest.len());
        let (row, behind) = rest.split_at_mut(length);
        match size {
            2 => row.as_chunks_mut().0.iter_mut().for_each(|two| *two = u16::from_le_bytes(*two).to_ne_bytes()),
            _ => row.as_chunks_mut().0.iter_mut().for_each(|four| *four = u32::from_le_bytes(*four).to_ne_bytes()),
        }
        rest = behind;
    }
    bytes
}

/// Unpacks a block of B44. Its channels follow each other, those of 16 bits in blocks of 4 by 4 samples, the others
/// uncompressed.
fn unpack_b44(layer: &Layer, lines: Range<usize>, packed: &[u8]) -> Result<Vec<u8>, Error> {
    let missing = || Error::Invalid("missing bytes".into());
    let mut rest = packed;
    let mut planes = Vec::new();
    for channel in &layer.channels.list {
        let width = layer.layer_size.width() / channel.sampling.x();
        let height = lines.clone().filter(|line| line % channel.sampling.y() == 0).count();
        let line = width * channel.sample_type.bytes_per_sample();
        if channel.sample_type != SampleType::F16 || height == 0 {
            let mut words = rest.split_off(..line * height).ok_or_else(missing)?.to_vec();
            words.as_chunks_mut().0.iter_mut().for_each(|four| *four = u32::from_le_bytes(*four).to_ne_bytes());
            planes.push((line, words));
            continue;
        }
        let scale = if channel.quantize_linearly { Scale::Exponentials } else { Scale::AsTheyAre };
        let samples = b44::unpack(&mut rest, width, height, scale).ok_or_else(missing)?;
        planes.push((line, samples.into_iter().flat_map(u16::to_ne_bytes).collect()));
    }
    let mut rows: Vec<_> = planes.iter().map(|(line, plane)| plane.chunks_exact((*line).max(1))).collect();
    let mut bytes = Vec::with_capacity(planes.iter().map(|(_, plane)| plane.len()).sum());
    for y in lines {
        for (channel, rows) in layer.channels.list.iter().zip(&mut rows) {
            if y % channel.sampling.y() == 0 {
                bytes.extend_from_slice(rows.next().ok_or_else(missing)?);
            }
        }
    }
    Ok(bytes)
}
