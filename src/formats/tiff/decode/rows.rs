//! Reads rows of one plane from strips and tiles, restored to plain numbers. They come from the top down. Strips are
//! decompressed row by row, so that a single strip of any size needs the memory of a row. Of tiles a row of them is
//! held.

use std::io;

use super::chunk::Chunk;
use super::layout::Layout;
use crate::container::Input;
use crate::outcome::Damage;

/// The rows of one plane, or of all samples if they are interleaved.
#[derive(Debug)]
pub(super) struct Rows<'a> {
    layout: &'a Layout,
    plane: usize,
    chunk: Chunk<'a>,
    /// The current rows: one, or those of a row of tiles side by side.
    band: Vec<u8>,
    /// Index of the next rows of the image, counted in stored rows.
    next: usize,
    /// Whether any part of the band is present.
    is_there: bool,
    pub(super) tally: Tally,
}

/// Counts of the present parts of an image.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Tally {
    /// Strips or tiles to be read, and those that were incomplete.
    pub(super) chunks: u64,
    pub(super) broken: u64,
    /// Rows of strips or tiles to be read, and those present at least in part. For JPEGs, pixels.
    pub(super) parts: u64,
    pub(super) parts_there: u64,
}

impl Tally {
    /// Returns the damage, or `None` if every strip or tile was complete.
    pub(super) fn damage(self) -> Option<Damage> {
        (self.broken > 0).then(|| {
            let detail = format!("{} of {} strips or tiles are cut off or broken", self.broken, self.chunks);
            Damage::of_part(detail, self.parts_there, self.parts)
        })
    }

    const fn count_row(&mut self, is_there: bool) {
        self.parts += 1;
        self.parts_there += is_there as u64;
    }

    pub(super) const fn add(&mut self, other: Self) {
        self.chunks += other.chunks;
        self.broken += other.broken;
        self.parts += other.parts;
        self.parts_there += other.parts_there;
    }
}

impl<'a> Rows<'a> {
    pub(super) fn new(layout: &'a Layout, plane: usize) -> Self {
        Self {
            layout,
            plane,
            chunk: Chunk::new(layout),
            band: Vec::new(),
            next: 0,
            is_there: false,
            tally: Tally::default(),
        }
    }

    /// Returns the next row. `None` if no part of it is present. The missing rest of a row is blank.
    pub(super) fn next(&mut self, input: &mut dyn Input) -> io::Result<Option<&[u8]>> {
        let chunks = &self.layout.chunks;
        let in_chunk = chunks.height.div_ceil(chunks.rows_at_once);
        let (down, row) = (self.next / in_chunk, self.next % in_chunk);
        let left = (self.layout.size.height as usize).div_ceil(chunks.rows_at_once) - self.next;
        let rows = in_chunk.min(left + row);
        self.next += 1;
        if chunks.across > 1 {
            if row == 0 {
                self.read_tiles(input, down, rows)?;
            }
            let stride = chunks.row_bytes * chunks.across;
            return Ok(self.is_there.then(|| &self.band[row * stride..][..stride]));
        }
        if row == 0 {
            self.open(input, down, 0, rows)?;
            self.band.resize(chunks.row_bytes, 0);
        }
        let is_there = self.chunk.read_row(input, &mut self.band)?;
        self.tally.count_row(is_there);
        if row + 1 == rows {
            self.tally.broken += u64::from(self.chunk.is_broken());
        }
        Ok(is_there.then_some(&self.band[..]))
    }

    fn open(&mut self, input: &mut dyn Input, down: usize, across: usize, rows: usize) -> io::Result<()> {
        self.tally.chunks += 1;
        let chunks = &self.layout.chunks;
        let stored = if chunks.are_tiles { chunks.height.div_ceil(chunks.rows_at_once) } else { rows };
        self.chunk.open(input, chunks.place(self.plane, down, across), stored)
    }

    /// Reads a row of tiles.
    fn read_tiles(&mut self, input: &mut dyn Input, down: usize, rows: usize) -> io::Result<()> {
        let chunks = &self.layout.chunks;
        let stride = chunks.row_bytes * chunks.across;
        self.band.resize(stride * rows, 0);
        self.is_there = false;
        for across in 0..chunks.across {
            self.open(input, down, across, rows)?;
            for line in self.band.chunks_exact_mut(stride) {
                let row = &mut line[across * chunks.row_bytes..][..chunks.row_bytes];
                let is_there = self.chunk.read_row(input, row)?;
                self.tally.count_row(is_there);
                self.is_there |= is_there;
                if !is_there {
                    row.fill(self.layout.blank_byte());
                }
            }
            self.tally.broken += u64::from(self.chunk.is_broken());
        }
        Ok(())
    }
}
