//! Holds the sums of all blocks of an image that is stored in vertical slices, of which the last one ends the first row.

use super::blocks::Blocks;
use super::chunk::Chunk;
use super::rows::Tally;
use crate::container::{Area, Input, Sensor, Slices};
use crate::formats::error::DecodeError;

/// The sums of an image's blocks.
#[derive(Debug)]
pub(super) struct Held {
    /// Three for each block, row by row.
    pub(super) sums: Vec<[u16; 3]>,
    /// The means of the masked samples by colour, if there are any.
    pub(super) black: Option<[f64; 3]>,
    pub(super) tally: Tally,
}

/// The sums of masked samples, and their number.
#[derive(Clone, Copy, Debug, Default)]
struct Dark {
    sums: [u64; 3],
    counts: [u64; 3],
}

/// Returns the bytes that are held.
pub(super) fn memory(blocks: &Blocks) -> usize {
    let size = blocks.size();
    size_of::<[u16; 3]>() * size.width as usize * size.height as usize
}

impl Held {
    /// Reads a sensor's image in these slices.
    pub(super) fn read(
        input: &mut dyn Input,
        sensor: &Sensor,
        blocks: &Blocks,
        slices: Slices,
    ) -> Result<Self, DecodeError> {
        let mut sums = Vec::new();
        let count = memory(blocks) / size_of::<[u16; 3]>();
        let too_large = |_| DecodeError::Limit("its sensor data don't fit in memory".to_string());
        sums.try_reserve_exact(count).map_err(too_large)?;
        sums.resize(count, [0; 3]);
        let (width, height) = (sensor.size.0 as usize, sensor.size.1);
        let mut chunk = Chunk::open(input, sensor, sensor.places[0], (width, height as usize), width)?;
        let mut place = Place { slice: 0, x: 0, y: 0 };
        let (mut row, mut dark, mut tally) = (vec![0; width], Dark::default(), Tally::default());
        for _ in 0..height {
            let is_whole = chunk.read(input, &mut row)?;
            tally.add(is_whole);
            let mut rest = &row[..];
            while !rest.is_empty() && place.slice <= slices.count {
                let of_slice = if place.slice == slices.count { slices.last } else { slices.width };
                let count = u32::try_from(rest.len()).unwrap_or(u32::MAX).min(of_slice - place.x);
                let (run, behind) = rest.split_at(count as usize);
                let column = place.slice * slices.width + place.x;
                blocks.add_run((column, place.y), run, &mut sums);
                if let Some(masked) = sensor.masked.filter(|_| is_whole) {
                    dark.add(sensor, masked, (column, place.y), run);
                }
                rest = behind;
                place.advance(count, of_slice, height);
            }
        }
        Ok(Self { sums, black: dark.means(), tally })
    }
}

/// The place of the next sample.
#[derive(Clone, Copy, Debug)]
struct Place {
    slice: u32,
    /// Column and row in the slice.
    x: u32,
    y: u32,
}

impl Place {
    const fn advance(&mut self, samples: u32, width: u32, height: u32) {
        self.x += samples;
        if self.x == width {
            (self.x, self.y) = (0, self.y + 1);
        }
        if self.y == height {
            (self.y, self.slice) = (0, self.slice + 1);
        }
    }
}

impl Dark {
    /// Adds the samples of a run that are masked.
    fn add(&mut self, sensor: &Sensor, masked: Area, (column, y): (u32, u32), run: &[u16]) {
        if y < masked.top || y >= masked.top + masked.height {
            return;
        }
        let (pattern, columns) = (&sensor.pattern, masked.left..masked.left + masked.width);
        let line = (y % pattern.size.1 * pattern.size.0) as usize;
        for (x, sample) in (column..columns.end).zip(run).filter(|(x, _)| columns.contains(x)) {
            let color = usize::from(pattern.colors[line + (x % pattern.size.0) as usize]);
            self.sums[color] += u64::from(*sample);
            self.counts[color] += 1;
        }
    }

    #[expect(clippy::cast_precision_loss, reason = "samples of a sensor's margin")]
    fn means(&self) -> Option<[f64; 3]> {
        let has_all = self.counts.iter().all(|count| *count > 0);
        has_all.then(|| [0, 1, 2].map(|color| self.sums[color] as f64 / self.counts[color] as f64))
    }
}
