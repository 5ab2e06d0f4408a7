//! Joins the rows of strips, and of tiles side by side. Tiles of a row are decoded at once, so that none is held.

use std::io;

use super::chunk::{self, Chunk};
use crate::container::{Input, Sensor};
use crate::outcome::Damage;

/// The rows of a sensor's image, from the top down.
#[derive(Debug)]
pub(super) struct Rows<'s> {
    sensor: &'s Sensor,
    chunks: Vec<Chunk>,
    next: u32,
    pub(super) tally: Tally,
}

/// Counts of the rows of strips or tiles.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Tally {
    parts: u64,
    pub(super) parts_there: u64,
}

impl Tally {
    /// Counts a row.
    pub(super) fn add(&mut self, is_whole: bool) {
        self.parts += 1;
        self.parts_there += u64::from(is_whole);
    }

    /// Returns the damage; `None` if every row is whole.
    pub(super) fn damage(self) -> Option<Damage> {
        let detail = || "its sensor data are cut off or broken".to_string();
        (self.parts_there < self.parts).then(|| Damage::of_part(detail(), self.parts_there, self.parts))
    }
}

/// Estimates the peak memory in bytes of the strips or tiles that are decoded at once.
pub(super) fn memory(sensor: &Sensor) -> usize {
    let across = sensor.size.0.div_ceil(sensor.chunk.0) as usize;
    across.saturating_mul(chunk::memory(sensor.chunk.0 as usize * sensor.samples as usize))
}

impl<'s> Rows<'s> {
    pub(super) fn new(sensor: &'s Sensor) -> Self {
        Self { sensor, chunks: Vec::new(), next: 0, tally: Tally::default() }
    }

    /// Reads the next row. Missing parts are 0.
    pub(super) fn next(&mut self, input: &mut dyn Input, row: &mut [u16]) -> io::Result<()> {
        if self.next.is_multiple_of(self.sensor.chunk.1) {
            self.open(input)?;
        }
        let samples = self.sensor.chunk.0 as usize * self.sensor.samples as usize;
        for (chunk, part) in self.chunks.iter_mut().zip(row.chunks_mut(samples)) {
            self.tally.add(chunk.read(input, part)?);
        }
        self.next += 1;
        Ok(())
    }

    /// Opens the strips or tiles that begin at the next row.
    fn open(&mut self, input: &mut dyn Input) -> io::Result<()> {
        let Sensor { size, chunk, samples, .. } = *self.sensor;
        let across = size.0.div_ceil(chunk.0);
        let first = (self.next / chunk.1) as usize * across as usize;
        self.chunks.clear();
        for x in 0..across {
            let visible = chunk.0.min(size.0 - x * chunk.0) as usize * samples as usize;
            let whole = (chunk.0 as usize * samples as usize, chunk.1 as usize);
            let place = self.sensor.places[first + x as usize];
            self.chunks.push(Chunk::open(input, self.sensor, place, whole, visible)?);
        }
        Ok(())
    }
}
