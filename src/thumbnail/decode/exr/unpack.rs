//! Unpacks a block of subsampled scan lines through the crate, whose decompressors know of subsampling, while what it holds
//! them to does not.

use std::ops::Range;

use exr::compression::Compression;
use exr::error::Error;
use exr::math::Vec2;
use exr::meta::BlockDescription;
use exr::meta::attribute::{ChannelDescription, IntegerBounds, LineOrder, SampleType};
use exr::meta::header::Header as Layer;
use exr::prelude::SmallVec;

/// Bytes of 4 by 4 samples of B44, and where all are the same; and the third byte from which on they are.
const B44_BLOCK: usize = 14;
const B44_FLAT: usize = 3;
const B44_FLAT_MARK: u8 = 13 << 2;

/// The row of a line of the data window, counted as the file does.
pub(super) fn row(layer: &Layer, line: usize) -> i32 {
    layer.own_attributes.layer_position.y().saturating_add(i32::try_from(line).unwrap_or(i32::MAX))
}

/// Returns the samples of a block, line by line, and in each channel by channel, as the machine orders their bytes.
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
        // These know bytes only.
        Compression::RLE | Compression::ZIP1 | Compression::ZIP16 => {
            let channel = ChannelDescription::new("Y", SampleType::F16, false);
            let mut bytes = unpack_alone(layer.compression, channel, Vec2(total / 2, 1), packed.to_vec())?;
            bytes.as_chunks_mut().0.iter_mut().for_each(|pair| *pair = u16::from_ne_bytes(*pair).to_le_bytes());
            Ok(to_native(layer, lines, bytes))
        }
        Compression::B44 | Compression::B44A => unpack_b44(layer, lines, packed),
        _ => {
            let area = width.saturating_mul(lines.len());
            let is_aligned = layer
                .channels
                .list
                .iter()
                .all(|channel| lines.start % channel.sampling.y() == 0 && lines.len() % channel.sampling.y() == 0);
            // The crate takes the size of a block from a whole number of bytes for each pixel.
            if !is_aligned || area == 0 || total % area != 0 {
                return Err(Error::NotSupported("channel sampling with this compression".into()));
            }
            let mut layer = layer.clone();
            layer.channels.bytes_per_pixel = total / area;
            let position = Vec2(layer.own_attributes.layer_position.x(), row(&layer, lines.start));
            let section = IntegerBounds::new(position, Vec2(width, lines.len()));
            layer.compression.decompress_image_section_from_le(&layer, packed.to_vec(), section, false)
        }
    }
}

/// Unpacks samples of 16 bits as if they were all of a layer's.
fn unpack_alone(
    compression: Compression,
    channel: ChannelDescription,
    size: Vec2<usize>,
    packed: Vec<u8>,
) -> Result<Vec<u8>, Error> {
    let channel = ChannelDescription { sampling: Vec2(1, 1), ..channel };
    let layer = Layer::new("".into(), size, SmallVec::from_iter([channel]));
    let layer = layer.with_encoding(compression, BlockDescription::ScanLines, LineOrder::Increasing);
    compression.decompress_image_section_from_le(&layer, packed, IntegerBounds::from_dimensions(size), false)
}

/// Orders the bytes of samples, the lowest first, as the machine does.
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

/// Channels stand one behind the other, those of 16 bits in blocks of 4 by 4 samples, the others as they are.
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
        let mut length = 0;
        for _ in 0..width.div_ceil(4) * height.div_ceil(4) {
            let is_flat = *rest.get(length + 2).ok_or_else(missing)? >= B44_FLAT_MARK;
            length += if is_flat { B44_FLAT } else { B44_BLOCK };
        }
        let mut own = rest.split_off(..length).ok_or_else(missing)?.to_vec();
        // What is as long as its samples would pass for them.
        if own.len() == line * height {
            own.push(0);
        }
        planes.push((line, unpack_alone(layer.compression, channel.clone(), Vec2(width, height), own)?));
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
