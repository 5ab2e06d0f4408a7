//! Reads previews of RAW files that are TIFF images or JPEG XL (DNG 1.7).

use super::found::side;
use super::input::Reader;
use super::preview::{Kind, Preview};
use super::span::Span;
use super::tag::{
    BITS, COMPRESSION, HEIGHT, NEW_SUBFILE_TYPE, PHOTOMETRIC, SAMPLES, STRIP_BYTES, STRIP_OFFSETS, TILE_BYTES,
    TILE_OFFSETS, WIDTH,
};
use super::tiff::{Directory, Tiff};

/// Limit of strips and tiles read per preview.
const MAX_CHUNKS: usize = 4096;

/// JPEG XL's number in DNG 1.7.
const JPEG_XL: u64 = 52546;

/// A preview as its directory describes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Page {
    /// Offset of its directory, or of the only strip or tile of JPEG XL, with its length.
    at: u64,
    length: u64,
    size: (u32, u32),
    kind: Kind,
    /// Expected end of its data.
    pub(super) end: u64,
}

impl Page {
    /// Reads the directory at `at`. `None` unless it describes a smaller version of the image that can be decoded.
    pub(super) fn read(reader: &mut Reader<'_>, tiff: Tiff, directory: &Directory, at: u64) -> Option<Self> {
        // A smaller version, or another one of those (DNG 1.7, "NewSubFileType").
        if !matches!(directory.number(reader, NEW_SUBFILE_TYPE), Some(1 | 0x1_0001)) {
            return None;
        }
        let size = size_of_page(reader, directory)?;
        let (offsets, lengths) =
            if directory.has(TILE_OFFSETS) { (TILE_OFFSETS, TILE_BYTES) } else { (STRIP_OFFSETS, STRIP_BYTES) };
        let offsets = directory.numbers(reader, offsets, MAX_CHUNKS);
        let lengths = directory.numbers(reader, lengths, MAX_CHUNKS);
        let ends = offsets.iter().zip(&lengths).map(|(offset, length)| offset.saturating_add(*length));
        let end = tiff.base.saturating_add(ends.max()?);
        match directory.number(reader, COMPRESSION).unwrap_or(1) {
            JPEG_XL => match (&offsets[..], &lengths[..]) {
                ([offset], [length]) => {
                    let at = tiff.base.checked_add(*offset)?;
                    Some(Self { at, length: *length, size, kind: Kind::RawJxl, end })
                }
                // Each would be a JPEG XL of its own.
                _ => None,
            },
            // Files that were emptied for tests or by damage name data that they lack.
            1 if lengths.iter().fold(0, |sum: u64, length| sum.saturating_add(*length)) < least_bytes(size) => None,
            // None, LZW, JPEG in several strips, Deflate, PackBits; grey, RGB, YCbCr.
            1 | 5 | 7 | 8 | 32773 | 32946 if is_shown(reader, directory) => {
                Some(Self { at: tiff.base.checked_add(at)?, length: 0, size, kind: Kind::RawPage, end })
            }
            _ => None,
        }
    }

    /// Returns the preview. `None` if the file lacks a part of it.
    pub(super) fn preview(self, reader: &mut Reader<'_>) -> Option<Preview> {
        let is_there = self.end <= reader.length();
        let begins = match self.kind {
            // A codestream, or boxes.
            Kind::RawJxl => reader
                .array::<8>(self.at)
                .is_some_and(|head| head.starts_with(&[0xff, 0x0a]) || head == *b"\0\0\0\x0cJXL "),
            _ => true,
        };
        let Self { at: offset, length: len, size, kind, .. } = self;
        (is_there && begins).then_some(Preview { span: Span { offset, len }, size: Some(size), kind })
    }
}

/// Returns the minimum bytes of an uncompressed image: one for each pixel.
const fn least_bytes((width, height): (u32, u32)) -> u64 {
    width as u64 * height as u64
}

/// Returns whether a page has samples of 8 bits, grey or of three colours.
fn is_shown(reader: &mut Reader<'_>, directory: &Directory) -> bool {
    let samples = directory.number(reader, SAMPLES).unwrap_or(1);
    let photometric = directory.number(reader, PHOTOMETRIC);
    directory.number(reader, BITS) == Some(8) && matches!((photometric, samples), (Some(0 | 1), 1) | (Some(2 | 6), 3))
}

/// Returns width and height in px of a directory's image.
pub(super) fn size_of_page(reader: &mut Reader<'_>, directory: &Directory) -> Option<(u32, u32)> {
    size_of(reader, directory, WIDTH, HEIGHT)
}

pub(super) fn size_of(reader: &mut Reader<'_>, directory: &Directory, width: u16, height: u16) -> Option<(u32, u32)> {
    let width = directory.number(reader, width).and_then(side)?;
    Some((width, directory.number(reader, height).and_then(side)?))
}
