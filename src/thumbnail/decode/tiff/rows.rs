//! Strips and tiles → rows. In: the file and its layout. Out: one plane's rows of bytes from the top, restored to plain
//! numbers. Strips are decompressed row by row, so that a single strip of any size needs the memory of a row; of tiles
//! a row of them is held.

use std::io;

use super::compressed::Compressed;
use super::deflate::Inflate;
use super::fax::FaxRows;
use super::layout::{Compression, Layout};
use super::lzw::Lzw;
use super::pack_bits::PackBits;
use super::samples;
use crate::container::Input;
use crate::outcome::Damage;

/// The rows of one plane, or of all samples where they are interleaved.
#[derive(Debug)]
pub(super) struct Rows<'a> {
    layout: &'a Layout,
    plane: usize,
    chunk: Chunk<'a>,
    /// The rows at hand: one, or those of a row of tiles side by side.
    band: Vec<u8>,
    /// Which rows of the picture come next, counted in rows as they are stored.
    next: usize,
    /// Whether something of the band was there.
    is_there: bool,
    pub(super) tally: Tally,
}

/// How much of a picture was there.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Tally {
    /// Strips or tiles that were to be read, and that were not there whole.
    pub(super) chunks: u64,
    pub(super) broken: u64,
    /// Rows of strips or tiles that were to be read, and that were there, if only in part; of JPEGs, pixels.
    pub(super) parts: u64,
    pub(super) parts_there: u64,
}

impl Tally {
    /// Returns `None` if every strip or tile was there whole.
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

    /// The next row; none where nothing of it is there. A row that is there in part is 0 in the rest.
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
            self.tally.broken += u64::from(self.chunk.is_broken);
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
                    row.fill(0);
                }
            }
            self.tally.broken += u64::from(self.chunk.is_broken);
        }
        Ok(())
    }
}

/// The strip or tile that is being decompressed.
#[derive(Debug)]
struct Chunk<'a> {
    layout: &'a Layout,
    compressed: Compressed,
    codec: Codec,
    is_broken: bool,
}

#[derive(Debug)]
enum Codec {
    None,
    PackBits(PackBits),
    Lzw(Lzw),
    Inflate(Inflate),
    Fax(FaxRows),
}

impl<'a> Chunk<'a> {
    fn new(layout: &'a Layout) -> Self {
        let codec = match layout.compression {
            // JPEGs are no rows, and have a way of their own.
            Compression::None | Compression::Jpeg | Compression::OldJpeg => Codec::None,
            Compression::PackBits => Codec::PackBits(PackBits::default()),
            Compression::Lzw => Codec::Lzw(Lzw::new()),
            Compression::Deflate => Codec::Inflate(Inflate::new()),
            Compression::Fax(coding) => Codec::Fax(FaxRows::new(coding, layout.fax_options)),
        };
        Self { layout, compressed: Compressed::default(), codec, is_broken: false }
    }

    /// Begins a chunk of so many rows at a place in the file, if it has one.
    fn open(&mut self, input: &mut dyn Input, place: Option<(u64, u64)>, rows: usize) -> io::Result<()> {
        let Some((at, length)) = place else {
            self.is_broken = true;
            return Ok(());
        };
        self.is_broken = false;
        self.compressed.seek(at, length, self.layout.is_reversed);
        match &mut self.codec {
            Codec::None => {}
            Codec::PackBits(state) => *state = PackBits::default(),
            Codec::Lzw(lzw) => lzw.reset(),
            Codec::Inflate(inflate) => {
                let length = (self.layout.chunks.row_bytes as u64).saturating_mul(rows as u64);
                inflate.start(input, &mut self.compressed, length)?;
            }
            Codec::Fax(fax) => {
                self.compressed.fill_whole(input)?;
                fax.start(self.compressed.bytes());
            }
        }
        Ok(())
    }

    /// Reads a row and restores its numbers; whether there was one, if only in part.
    fn read_row(&mut self, input: &mut dyn Input, row: &mut [u8]) -> io::Result<bool> {
        if self.is_broken {
            return Ok(false);
        }
        let written = self.decompress(input, row)?;
        if written < row.len() {
            self.is_broken = true;
            row[written..].fill(0);
            if written == 0 {
                return Ok(false);
            }
        }
        let layout = self.layout;
        samples::restore(row, layout.kind, layout.samples_in_chunk, layout.order, layout.predictor);
        Ok(true)
    }

    /// Returns how many bytes of the row there were.
    fn decompress(&mut self, input: &mut dyn Input, row: &mut [u8]) -> io::Result<usize> {
        let compressed = &mut self.compressed;
        match &mut self.codec {
            Codec::Inflate(inflate) => return inflate.decode(input, compressed, row),
            Codec::Fax(fax) => {
                let is_there = fax.decode(self.layout.chunks.width, row).is_some();
                return Ok(if is_there { row.len() } else { 0 });
            }
            _ => {}
        }
        let mut written = 0;
        while written < row.len() {
            let (bytes, out) = (compressed.bytes(), &mut row[written..]);
            let progress = match &mut self.codec {
                Codec::Lzw(lzw) => lzw.decode(bytes, compressed.is_last(), out),
                Codec::PackBits(state) => state.decode(bytes, out),
                _ => super::lzw::Progress::copy(bytes, out),
            };
            compressed.consume(progress.consumed);
            written += progress.written;
            if written < row.len() {
                // Where nothing moves though there are bytes enough, the data have ended or are broken.
                let has_enough = compressed.is_last() || compressed.bytes().len() > super::lzw::LEFT_OVER;
                if has_enough && progress.written == 0 && progress.consumed == 0 {
                    break;
                }
                compressed.fill(input)?;
            }
        }
        Ok(written)
    }
}
