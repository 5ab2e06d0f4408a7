//! Reads layers of scan lines with subsampled channels. These have samples for every second column and row only, or
//! fewer. The crate parses their headers and unpacks their compressions, but does not assemble their lines (OpenEXR file
//! layout, "Scan Line Blocks").

use std::collections::VecDeque;
use std::ops::Range;

use exr::error::Error;
use exr::meta::attribute::{ChannelDescription, SampleType};
use exr::meta::header::Header as Layer;
use exr::meta::{BlockDescription, MetaData, compute_chunk_count};
use exr::prelude::Vec2;

use super::channels::{Channels, read_samples};
use super::unpack;

/// Largest subsampling: one sample for this many columns or rows. Most channels have one for two.
const MOST_SAMPLING: usize = 16;

/// Returns whether any layer has a subsampled channel.
pub(super) fn has_any(meta: &MetaData) -> bool {
    meta.headers.iter().flat_map(|layer| &layer.channels.list).any(|channel| channel.sampling != Vec2(1, 1))
}

/// Checks a layer's header, which the crate does for other layers only.
pub(super) fn check(layer: &Layer) -> Result<(), Error> {
    let data = layer.data_window();
    if layer.blocks != BlockDescription::ScanLines {
        return Err(Error::NotSupported("channel sampling of tiles".into()));
    }
    if layer.layer_size.area() == 0 || layer.shared_attributes.display_window.size.area() == 0 {
        return Err(Error::Invalid("empty window".into()));
    }
    for ChannelDescription { sampling: Vec2(x, y), .. } in &layer.channels.list {
        if *x > MOST_SAMPLING || *y > MOST_SAMPLING {
            return Err(Error::NotSupported("channel sampling".into()));
        }
        let divides = |step: usize, from: i32, side: usize| {
            i32::try_from(step).is_ok_and(|whole| whole > 0 && from % whole == 0) && side.is_multiple_of(step)
        };
        if !divides(*x, data.position.x(), data.size.width()) || !divides(*y, data.position.y(), data.size.height()) {
            return Err(Error::Invalid("data window".into()));
        }
    }
    Ok(())
}

/// The blocks of a layer, from the top down.
pub(super) struct Blocks<'a> {
    bytes: &'a [u8],
    layer: &'a Layer,
    /// Offsets of the blocks, 8 bytes each.
    table: &'a [[u8; 8]],
    /// The number that precedes each block, in a file of several layers.
    part: Option<usize>,
}

impl<'a> Blocks<'a> {
    /// Finds the blocks of the layer `index`. The tables of offsets begin at `table`.
    pub(super) fn find(bytes: &'a [u8], meta: &'a MetaData, index: usize, table: usize) -> Result<Self, Error> {
        let layer = &meta.headers[index];
        let count = compute_chunk_count(layer.compression, layer.layer_size, layer.blocks);
        let before = meta.headers[..index].iter().fold(0_usize, |sum, layer| sum.saturating_add(layer.chunk_count));
        let table = bytes.get(before.saturating_mul(8).saturating_add(table)..).unwrap_or_default().as_chunks().0;
        if count != layer.chunk_count || table.len() < count {
            return Err(Error::Invalid("offset table".into()));
        }
        let part = meta.requirements.has_multiple_layers.then_some(index);
        Ok(Self { bytes, layer, table: &table[..count], part })
    }

    pub(super) const fn count(&self) -> usize {
        self.table.len()
    }

    /// Returns the lines of a block, counted within the data window.
    pub(super) fn lines(&self, block: usize) -> Range<usize> {
        let each = self.layer.compression.scan_lines_per_block();
        block * each..(block * each + each).min(self.layer.layer_size.height())
    }

    /// Reads and unpacks a block.
    fn read(&self, block: usize) -> Result<Vec<u8>, Error> {
        let invalid = || Error::Invalid("chunk".into());
        let at = usize::try_from(u64::from_le_bytes(self.table[block])).map_err(|_| invalid())?;
        let mut rest = self.bytes.get(at..).ok_or_else(ends_too_early)?;
        let mut next = || -> Result<i32, Error> {
            let (number, behind) = rest.split_first_chunk().ok_or_else(ends_too_early)?;
            rest = behind;
            Ok(i32::from_le_bytes(*number))
        };
        if let Some(part) = self.part
            && usize::try_from(next()?) != Ok(part)
        {
            return Err(invalid());
        }
        let lines = self.lines(block);
        let top = unpack::row(self.layer, lines.start);
        if next()? != top {
            return Err(invalid());
        }
        let length = usize::try_from(next()?).map_err(|_| invalid())?;
        let packed = rest.get(..length).ok_or_else(ends_too_early)?;
        unpack::unpack(self.layer, lines, packed)
    }

    /// Adds the lines of a block to `lines`, and passes on complete ones.
    pub(super) fn push_to(
        &self,
        block: usize,
        channels: &Channels,
        lines: &mut Lines,
        take: &mut impl FnMut(usize, &[Vec<f32>]),
    ) -> Result<(), Error> {
        let unpacked = self.read(block)?;
        let mut rest = unpacked.as_slice();
        for y in self.lines(block) {
            let mut planes: Vec<Option<Vec<f32>>> = vec![None; channels.model().planes()];
            for (index, channel) in self.layer.channels.list.iter().enumerate() {
                if y % channel.sampling.y() != 0 {
                    continue;
                }
                let count = self.layer.layer_size.width() / channel.sampling.x();
                let row =
                    rest.split_off(..count * channel.sample_type.bytes_per_sample()).ok_or_else(ends_too_early)?;
                if let Some(plane) = channels.plane_of(index) {
                    planes[plane] = Some(widen(&read_line(channel.sample_type, row, count), channel.sampling.x()));
                }
            }
            lines.push(y, planes, take);
        }
        Ok(())
    }
}

fn ends_too_early() -> Error {
    Error::Invalid("missing bytes".into())
}

fn read_line(kind: SampleType, row: &[u8], count: usize) -> Vec<f32> {
    let mut line = Vec::with_capacity(count);
    read_samples(kind, row, &mut line);
    line
}

/// Interpolates linearly between the samples of every `step`th column.
fn widen(samples: &[f32], step: usize) -> Vec<f32> {
    if step == 1 {
        return samples.to_vec();
    }
    let pairs = samples.iter().zip(samples.iter().skip(1).chain(samples.last()));
    pairs.flat_map(|(from, to)| (0..step).map(move |at| between(*from, *to, at, step))).collect()
}

#[expect(clippy::cast_precision_loss, reason = "at most 16")]
fn between(from: f32, to: f32, at: usize, steps: usize) -> f32 {
    // Equal samples, even infinite ones, need no interpolation.
    if at == 0 || from == to { from } else { (to - from).mul_add(at as f32 / steps as f32, from) }
}

/// Lines that wait for the next samples of a vertically subsampled channel.
#[derive(Default)]
pub(super) struct Lines {
    /// The last line with samples of each plane.
    last: Vec<Option<(usize, Vec<f32>)>>,
    waiting: VecDeque<(usize, Vec<Option<Vec<f32>>>)>,
}

impl Lines {
    fn push(&mut self, y: usize, planes: Vec<Option<Vec<f32>>>, take: &mut impl FnMut(usize, &[Vec<f32>])) {
        self.last.resize(planes.len(), None);
        for (plane, row) in planes.iter().enumerate() {
            let Some(row) = row else { continue };
            let (from, above) = self.last[plane].take().unwrap_or_else(|| (y, row.clone()));
            for (at, line) in &mut self.waiting {
                let mix = |(above, below): (&f32, &f32)| between(*above, *below, *at - from, y - from);
                line[plane].get_or_insert_with(|| above.iter().zip(row).map(mix).collect());
            }
            self.last[plane] = Some((y, row.clone()));
        }
        self.waiting.push_back((y, planes));
        self.give(take);
    }

    /// Passes on the lines that still wait, filled with the last samples.
    pub(super) fn finish(mut self, take: &mut impl FnMut(usize, &[Vec<f32>])) {
        for (_, line) in &mut self.waiting {
            for (row, last) in line.iter_mut().zip(&self.last) {
                if let Some((_, last)) = last {
                    row.get_or_insert_with(|| last.clone());
                }
            }
        }
        self.give(take);
    }

    fn give(&mut self, take: &mut impl FnMut(usize, &[Vec<f32>])) {
        while self.waiting.front().is_some_and(|(_, line)| line.iter().all(Option::is_some)) {
            let Some((y, line)) = self.waiting.pop_front() else { return };
            let line: Vec<Vec<f32>> = line.into_iter().flatten().collect();
            take(y, &line);
        }
    }
}
