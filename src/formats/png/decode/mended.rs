//! Presents a damaged PNG to the decoder as a sound stream. Its chunks are in order, its data inflated as far as possible and
//! stored in uncompressed blocks. The data end before the first row with an invalid filter.

use std::io::{self, BufRead, Read, Seek, SeekFrom};

use flate2::{Decompress, FlushDecompress, Status};

use super::survey::{Dialect, Survey, put_chunk, put_right};
use crate::container::Input;

/// Compressed bytes read at a time, and the bytes that they inflate to: at most one stored block.
const COMPRESSED: usize = 16 << 10;
const BLOCK: usize = 32 << 10;

/// An empty last block, and a checksum that the decoder ignores.
const LAST_BLOCK: [u8; 9] = [1, 0, 0, 0xff, 0xff, 0, 0, 0, 0];

/// The largest filter type (PNG, third edition, 9.1).
const LAST_FILTER: u8 = 4;

/// The end of the data.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum End {
    /// The stream ends, and its checksum is right.
    Right,
    /// The stream ends or has all rows, and its checksum is wrong or missing.
    Unchecked,
    /// The file ends before the stream does.
    Missing,
    Corrupt,
    /// A row has an invalid filter.
    BadRow,
}

/// A repaired stream.
pub(super) struct Mended<'a> {
    input: &'a mut dyn Input,
    survey: &'a Survey,
    inflater: Decompress,
    /// The chunk that is being read, and the bytes read of it.
    chunk: usize,
    read: u64,
    compressed: Vec<u8>,
    taken_in: usize,
    rows: Rows,
    adler: Adler,
    end: Option<End>,
    /// Whether the end of the chunks was returned.
    is_closed: bool,
    /// The bytes to return, and the number of those returned.
    out: Vec<u8>,
    taken: usize,
}

impl<'a> Mended<'a> {
    pub(super) fn new(input: &'a mut dyn Input, survey: &'a Survey) -> Self {
        let mut mended = Self {
            input,
            survey,
            inflater: Decompress::new(false),
            chunk: 0,
            read: 0,
            compressed: Vec::new(),
            taken_in: 0,
            rows: Rows::of_header(&survey.head),
            adler: Adler { low: 1, high: 0 },
            end: None,
            is_closed: false,
            out: survey.head.clone(),
            taken: 0,
        };
        // Nothing in zlib's header matters (RFC 1950, 2.2).
        let header = if survey.dialect == Dialect::Standard { 2 } else { 0 };
        // An error recurs where the data are read.
        let _ = mended.skip(header);
        // A zlib header for the stored blocks.
        put_chunk(&mut mended.out, b"IDAT", &[0x78, 0x01]);
        mended
    }

    /// Reads to the end of the data and returns how they end.
    pub(super) fn finish(&mut self) -> io::Result<End> {
        loop {
            if let Some(end) = self.end {
                return Ok(end);
            }
            self.inflate_block()?;
        }
    }

    fn skip(&mut self, count: usize) -> io::Result<()> {
        for _ in 0..count {
            self.next_compressed()?;
        }
        Ok(())
    }

    /// Returns the next compressed byte, or `None` at the end.
    fn next_compressed(&mut self) -> io::Result<Option<u8>> {
        if self.taken_in == self.compressed.len() && !self.read_compressed()? {
            return Ok(None);
        }
        self.taken_in += 1;
        Ok(Some(self.compressed[self.taken_in - 1]))
    }

    /// Reads more compressed bytes. Returns false at the end.
    fn read_compressed(&mut self) -> io::Result<bool> {
        self.taken_in = 0;
        self.compressed.clear();
        while let Some(span) = self.survey.data.get(self.chunk) {
            let left = usize::try_from(span.len - self.read).unwrap_or(COMPRESSED).min(COMPRESSED);
            let offset = span.offset + self.read;
            self.compressed.resize(left, 0);
            let there = self.input.read_at(offset, &mut self.compressed)?;
            self.compressed.truncate(there);
            self.read += there as u64;
            if there > 0 {
                put_right(&mut self.compressed, offset, &self.survey.flips);
                return Ok(true);
            }
            self.chunk += 1;
            self.read = 0;
        }
        Ok(false)
    }

    /// Inflates the next block into `out`, or sets the end.
    fn inflate_block(&mut self) -> io::Result<()> {
        let has_more = self.taken_in < self.compressed.len() || self.read_compressed()?;
        let mut block = vec![0; BLOCK];
        let (before_in, before_out) = (self.inflater.total_in(), self.inflater.total_out());
        let status = self.inflater.decompress(&self.compressed[self.taken_in..], &mut block, FlushDecompress::None);
        self.taken_in += usize::try_from(self.inflater.total_in() - before_in).unwrap_or(0);
        block.truncate(usize::try_from(self.inflater.total_out() - before_out).unwrap_or(0));
        self.adler.add(&block);
        let good = self.rows.take(&block);
        if good > 0 {
            self.put_block(&block[..good]);
        }
        let is_complete = self.rows.are_complete();
        if good < block.len() && !is_complete {
            self.end = Some(End::BadRow);
            return Ok(());
        }
        self.end = match status {
            Ok(Status::StreamEnd) => Some(self.judge_end()?),
            // The inflater has returned all bytes it still held at the end of the file.
            Ok(_) if block.is_empty() && !has_more => Some(if is_complete { End::Unchecked } else { End::Missing }),
            Ok(_) if block.is_empty() && self.taken_in < self.compressed.len() => Some(End::Corrupt),
            // Bytes beyond the last row need no inflating.
            Ok(_) if is_complete && good < block.len() => Some(End::Unchecked),
            Ok(_) => None,
            Err(_) if is_complete => Some(End::Unchecked),
            Err(_) => Some(End::Corrupt),
        };
        Ok(())
    }

    fn judge_end(&mut self) -> io::Result<End> {
        if !self.rows.are_complete() {
            return Ok(End::Missing);
        }
        let mut stored = 0;
        for _ in 0..4 {
            let Some(byte) = self.next_compressed()? else { return Ok(End::Unchecked) };
            stored = stored << 8 | u32::from(byte);
        }
        Ok(if stored == self.adler.sum() { End::Right } else { End::Unchecked })
    }

    /// Appends bytes as a stored block (RFC 1951, 3.2.4) in a chunk of its own.
    fn put_block(&mut self, bytes: &[u8]) {
        let length = u16::try_from(bytes.len()).unwrap_or(u16::MAX);
        let data = [&[0], &length.to_le_bytes()[..], &(!length).to_le_bytes(), bytes].concat();
        put_chunk(&mut self.out, b"IDAT", &data);
    }
}

impl Read for Mended<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.fill_buf()?.read(buffer)?;
        self.consume(count);
        Ok(count)
    }
}

impl BufRead for Mended<'_> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.taken == self.out.len() {
            self.out.clear();
            self.taken = 0;
            while self.out.is_empty() && self.end.is_none() {
                self.inflate_block()?;
            }
            if self.out.is_empty() && self.rows.are_complete() && !self.is_closed {
                self.is_closed = true;
                put_chunk(&mut self.out, b"IDAT", &LAST_BLOCK);
                put_chunk(&mut self.out, b"IEND", &[]);
            }
        }
        Ok(&self.out[self.taken..])
    }

    fn consume(&mut self, count: usize) {
        self.taken = (self.taken + count).min(self.out.len());
    }
}

impl Seek for Mended<'_> {
    /// Fails always. The decoder asks for it and does without.
    fn seek(&mut self, _: SeekFrom) -> io::Result<u64> {
        Err(io::ErrorKind::Unsupported.into())
    }
}

/// Positions of the rows in the inflated data, each with its filter byte.
#[derive(Debug)]
struct Rows {
    /// Bytes of a row, and the number of rows, of the remaining passes, the next one last.
    passes: Vec<(u64, u64)>,
    /// Bytes left of the current row.
    left: u64,
}

impl Rows {
    /// Returns the rows of the image header that follows the signature.
    fn of_header(head: &[u8]) -> Self {
        const ADAM7: [[u64; 4]; 7] =
            [[0, 0, 8, 8], [4, 0, 8, 8], [0, 4, 4, 8], [2, 0, 4, 4], [0, 2, 2, 4], [1, 0, 2, 2], [0, 1, 1, 2]];
        let number =
            |at: usize| head.get(at..at + 4).map_or(0, |four| four.iter().fold(0, |n, byte| n << 8 | u64::from(*byte)));
        let (width, height) = (number(16), number(20));
        let [depth, color, _, _, interlace] = *head.get(24..29).and_then(|five| five.first_chunk()).unwrap_or(&[0; 5]);
        let samples = match color {
            2 => 3,
            4 => 2,
            6 => 4,
            _ => 1,
        };
        let row = |pixels: u64| 1 + (pixels * samples * u64::from(depth)).div_ceil(8);
        let passes: &[[u64; 4]] = if interlace == 1 { &ADAM7 } else { &[[0, 0, 1, 1]] };
        let mut passes: Vec<(u64, u64)> = passes
            .iter()
            .map(|[left, top, across, down]| {
                (width.saturating_sub(*left).div_ceil(*across), height.saturating_sub(*top).div_ceil(*down))
            })
            .filter(|(width, height)| *width > 0 && *height > 0)
            .map(|(width, height)| (row(width), height))
            .collect();
        passes.reverse();
        Self { passes, left: 0 }
    }

    fn are_complete(&self) -> bool {
        self.passes.is_empty() && self.left == 0
    }

    /// Consumes the next bytes and returns the number of those in rows with valid filters.
    fn take(&mut self, bytes: &[u8]) -> usize {
        let mut at = 0;
        while let Some(first) = bytes.get(at) {
            if self.left == 0 {
                let Some((length, rows)) = self.passes.last_mut() else { break };
                if *first > LAST_FILTER {
                    break;
                }
                self.left = *length;
                *rows -= 1;
                if *rows == 0 {
                    self.passes.pop();
                }
            }
            let count = usize::try_from(self.left).unwrap_or(usize::MAX).min(bytes.len() - at);
            at += count;
            self.left -= count as u64;
        }
        at
    }
}

/// The checksum of zlib (RFC 1950, 8.2).
#[derive(Debug)]
struct Adler {
    low: u32,
    high: u32,
}

impl Adler {
    /// Number of bytes whose sums fit in 32 bits.
    const MOST: usize = 5552;

    fn add(&mut self, bytes: &[u8]) {
        for piece in bytes.chunks(Self::MOST) {
            for byte in piece {
                self.low += u32::from(*byte);
                self.high += self.low;
            }
            self.low %= 65_521;
            self.high %= 65_521;
        }
    }

    const fn sum(&self) -> u32 {
        self.high << 16 | self.low
    }
}
