//! Decompresses the rows of a strip or tile one by one. Their samples are restored to plain numbers.

use std::io;

use super::coding::Compression;
use super::compressed::Compressed;
use super::deflate::Inflate;
use super::fax::{FaxRows, Row};
use super::layout::Layout;
use super::log_luv::LogLuvRows;
use super::lzw::{self, Strip};
use super::pack_bits::PackBits;
use super::samples;
#[cfg(feature = "webp")]
use super::webp::Frame;
use super::xz::Xz;
use super::zstandard::Zstandard;
use crate::container::{Input, Span};

/// A strip or tile during decompression.
#[derive(Debug)]
pub(super) struct Chunk<'a> {
    layout: &'a Layout,
    compressed: Compressed,
    codec: Codec,
    is_broken: bool,
}

#[derive(Debug)]
enum Codec {
    None,
    PackBits(PackBits),
    Lzw(Strip),
    Inflate(Inflate),
    Fax(FaxRows),
    Xz(Xz),
    Zstandard(Zstandard),
    LogLuv(LogLuvRows),
    #[cfg(feature = "webp")]
    WebP(Frame),
}

impl Codec {
    fn new(layout: &Layout) -> Self {
        match layout.compression {
            // JPEGs are not decoded row by row, and have a path of their own.
            Compression::None | Compression::Jpeg | Compression::OldJpeg => Self::None,
            Compression::PackBits => Self::PackBits(PackBits::default()),
            Compression::Lzw => Self::Lzw(Strip::new()),
            Compression::Deflate => Self::Inflate(Inflate::new()),
            Compression::Fax(coding) => Self::Fax(FaxRows::new(coding, layout.fax_options)),
            Compression::Xz => Self::Xz(Xz::default()),
            Compression::Zstandard => Self::Zstandard(Zstandard::default()),
            Compression::LogLuv(coding) => Self::LogLuv(LogLuvRows::new(coding)),
            #[cfg(feature = "webp")]
            Compression::WebP => Self::WebP(Frame::default()),
            #[cfg(not(feature = "webp"))]
            Compression::WebP => Self::None,
        }
    }
}

/// Estimates the memory that decompressing a chunk takes beside its row.
pub(super) fn working_memory(layout: &Layout) -> u64 {
    let chunks = &layout.chunks;
    match layout.compression {
        Compression::Xz => super::xz::MEMORY,
        Compression::Zstandard => super::zstandard::working_memory(chunks.plain_bytes()),
        // The file, the decoded frame, and its copy with the page's number of samples.
        Compression::WebP => chunks.longest().saturating_add(chunks.plain_bytes().saturating_mul(4)),
        _ => 0,
    }
}

impl<'a> Chunk<'a> {
    pub(super) fn new(layout: &'a Layout) -> Self {
        Self { layout, compressed: Compressed::default(), codec: Codec::new(layout), is_broken: false }
    }

    /// Returns whether a row that was read was incomplete.
    pub(super) const fn is_broken(&self) -> bool {
        self.is_broken
    }

    /// Begins a chunk of `rows` rows at a place in the file. Without a place it is broken.
    pub(super) fn open(&mut self, input: &mut dyn Input, place: Option<Span>, rows: usize) -> io::Result<()> {
        let Some(place) = place else {
            self.is_broken = true;
            return Ok(());
        };
        self.is_broken = false;
        let compressed = &mut self.compressed;
        compressed.seek(place, self.layout.is_reversed);
        let chunks = &self.layout.chunks;
        let plain = (chunks.row_bytes as u64).saturating_mul(rows as u64);
        match &mut self.codec {
            Codec::None => {}
            Codec::PackBits(state) => *state = PackBits::default(),
            Codec::Lzw(strip) => {
                compressed.fill(input)?;
                strip.start(compressed.bytes());
            }
            Codec::Inflate(inflate) => inflate.start(input, compressed, plain)?,
            Codec::Xz(xz) => xz.start(),
            Codec::Zstandard(zstandard) => {
                compressed.fill(input)?;
                zstandard.start(compressed.bytes_mut(), plain);
            }
            Codec::LogLuv(_) => {}
            Codec::Fax(fax) => {
                compressed.fill_whole(input)?;
                fax.start(compressed.bytes());
            }
            #[cfg(feature = "webp")]
            Codec::WebP(frame) => {
                compressed.fill_whole(input)?;
                frame.start(compressed.bytes(), (chunks.width, rows), self.layout.samples);
            }
        }
        Ok(())
    }

    /// Reads a row and restores its numbers. Returns whether any of it was present.
    pub(super) fn read_row(&mut self, input: &mut dyn Input, row: &mut [u8]) -> io::Result<bool> {
        if self.is_broken && !self.goes_on_broken() {
            return Ok(false);
        }
        let written = self.decompress(input, row)?;
        if written < row.len() {
            self.is_broken = true;
            row[written..].fill(self.layout.blank_byte());
            // If less than half is decoded, all of it may be noise.
            if written < row.len().div_ceil(2) {
                return Ok(false);
            }
        }
        let layout = self.layout;
        samples::restore(row, layout.kind, layout.samples_in_chunk, layout.order, layout.predictor);
        Ok(true)
    }

    /// Returns whether rows may follow a broken one. Those of a fax begin with a mark of their own.
    const fn goes_on_broken(&self) -> bool {
        matches!(self.codec, Codec::Fax(_))
    }

    /// Decompresses a row and returns the number of bytes present.
    fn decompress(&mut self, input: &mut dyn Input, row: &mut [u8]) -> io::Result<usize> {
        let compressed = &mut self.compressed;
        match &mut self.codec {
            Codec::Inflate(inflate) => inflate.decode(input, compressed, row),
            Codec::Xz(xz) => xz.decode(input, compressed, row),
            Codec::Zstandard(zstandard) => zstandard.decode(input, compressed, row),
            Codec::LogLuv(rows) => rows.decode(input, compressed, row),
            #[cfg(feature = "webp")]
            Codec::WebP(frame) => Ok(frame.decode(row)),
            Codec::Fax(fax) => {
                let there = fax.decode(self.layout.chunks.width, row);
                self.is_broken |= there != Row::Whole;
                Ok(if there == Row::Missing { 0 } else { row.len() })
            }
            Codec::None => decode_in_pieces(input, compressed, row, |bytes, _, out| lzw::Progress::copy(bytes, out)),
            Codec::Lzw(strip) => {
                decode_in_pieces(input, compressed, row, |bytes, is_last, out| strip.decode(bytes, is_last, out))
            }
            Codec::PackBits(state) => {
                decode_in_pieces(input, compressed, row, |bytes, _, out| state.decode(bytes, out))
            }
        }
    }
}

/// Decodes until the row is full or no progress is made. Returns the number of bytes written.
fn decode_in_pieces(
    input: &mut dyn Input,
    compressed: &mut Compressed,
    row: &mut [u8],
    mut decode: impl FnMut(&[u8], bool, &mut [u8]) -> lzw::Progress,
) -> io::Result<usize> {
    let mut written = 0;
    while written < row.len() {
        let progress = decode(compressed.bytes(), compressed.is_last(), &mut row[written..]);
        compressed.consume(progress.consumed);
        written += progress.written;
        if written < row.len() {
            // Without progress despite enough bytes, the data have ended or are corrupt.
            let has_enough = compressed.is_last() || compressed.bytes().len() > lzw::LEFT_OVER;
            if has_enough && progress.written == 0 && progress.consumed == 0 {
                break;
            }
            compressed.fill(input)?;
        }
    }
    Ok(written)
}
