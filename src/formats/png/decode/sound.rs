//! Decodes sound images of 8-bit red, green and blue, with or without alpha: photographs. Anything unusual is left to the crate
//! `png`, which takes twice the time, most of it for filters.

use std::io;

use fdeflate::Decompressor;
use flate2::Crc;

use super::unfilter::{ROWS, Rows};
use crate::container::Input;
use crate::geometry::Size;
use crate::pixels::shrink::BoxReducer;

/// Bytes of the signature, of a chunk's length and type, and of its checksum (5.2 and 5.3).
const SIGNATURE: u64 = 8;
const HEAD: u64 = 8;
const CHECKSUM: u64 = 4;

/// Chunks searched for the pixels.
const MAX_CHUNKS: usize = 4096;

/// Most bytes read at once.
const PIECE: usize = 64 << 10;

/// Bytes that a distance reaches back (RFC 1951, 2).
const REACH: usize = 32 << 10;

/// Most bytes of a row. Rows of a header's claim alone would take long to be cleared.
const LONGEST: usize = 1 << 20;

/// Bytes inflated at once, beside those of two rows.
const STRETCH: usize = 96 << 10;

/// Bytes of room below which the window moves.
const LEAST_ROOM: usize = 16 << 10;

/// Pushes the rows of an image whose pixels have `PIXEL` bytes. `None` if the image is not sound throughout.
pub(super) fn push_rows<const PIXEL: usize>(
    input: &mut dyn Input,
    size: Size,
    reducer: &mut BoxReducer<'_>,
) -> io::Result<Option<()>> {
    let Some(mut pieces) = Pieces::find(input)? else { return Ok(None) };
    let length = size.width as usize * PIXEL;
    let rows = if length <= LONGEST { Rows::of_length(length) } else { None };
    let Some(rows) = rows else { return Ok(None) };
    let window = vec![0; REACH + 2 * (length + 1) + STRETCH];
    let mut window = Window { bytes: window, from: 0, to: 0 };
    let mut bundle = Bundle { rows, there: 0, left: size.height };
    let mut decompressor = Decompressor::new();
    // The checksums of the chunks are enough.
    decompressor.ignore_adler32();
    let mut is_last = false;
    while bundle.left > 0 {
        if pieces.piece().is_empty() && !is_last {
            match pieces.advance()? {
                Step::Piece => {}
                Step::End => is_last = true,
                Step::Wrong => return Ok(None),
            }
        }
        window.make_room();
        let Ok((used, made)) = decompressor.read(pieces.piece(), &mut window.bytes, window.to, is_last) else {
            return Ok(None);
        };
        // The compressed data end before the last row.
        if made == 0 && used == 0 && (is_last || !pieces.piece().is_empty()) {
            return Ok(None);
        }
        pieces.consume(used);
        window.to += made;
        while bundle.left > 0
            && let Some(row) = window.take(length + 1)
        {
            if bundle.push::<PIXEL>(row, reducer).is_none() {
                return Ok(None);
            }
        }
    }
    loop {
        match pieces.advance()? {
            Step::Piece => pieces.consume(usize::MAX),
            Step::End => return Ok(Some(())),
            Step::Wrong => return Ok(None),
        }
    }
}

/// Rows that wait for others.
struct Bundle {
    rows: Rows,
    there: usize,
    /// Rows of the image that are still to come.
    left: u32,
}

impl Bundle {
    /// Takes a filtered row. `None` if its filter is unknown.
    fn push<const PIXEL: usize>(&mut self, row: &[u8], reducer: &mut BoxReducer<'_>) -> Option<()> {
        self.rows.set(self.there, row)?;
        self.there += 1;
        self.left -= 1;
        if self.there == ROWS || self.left == 0 {
            self.rows.unfilter::<PIXEL>();
            (0..self.there).for_each(|row| reducer.push_bytes(self.rows.row(row)));
            self.rows.advance();
            self.there = 0;
        }
        Some(())
    }
}

/// The latest inflated bytes.
struct Window {
    bytes: Vec<u8>,
    /// The part that was not yet taken.
    from: usize,
    to: usize,
}

impl Window {
    /// Drops bytes that are beyond reach, if there is little room for others.
    fn make_room(&mut self) {
        if self.bytes.len() - self.to < LEAST_ROOM {
            let kept = self.from.min(self.to.saturating_sub(REACH));
            self.bytes.copy_within(kept..self.to, 0);
            (self.from, self.to) = (self.from - kept, self.to - kept);
        }
    }

    /// Takes the next bytes. `None` if there are fewer.
    fn take(&mut self, count: usize) -> Option<&[u8]> {
        let bytes = self.bytes[..self.to].get(self.from..self.from + count)?;
        self.from += count;
        Some(bytes)
    }
}

/// The compressed bytes in consecutive chunks, piece by piece.
struct Pieces<'i> {
    input: &'i mut dyn Input,
    /// The offset of the next bytes, and their number in the chunk.
    at: u64,
    left: u64,
    checksum: Crc,
    piece: Vec<u8>,
    consumed: usize,
}

enum Step {
    Piece,
    /// Another kind of chunk follows, or the file ends.
    End,
    /// A checksum is wrong, or the file ends within a chunk.
    Wrong,
}

impl<'i> Pieces<'i> {
    /// Finds the first chunk of pixels.
    fn find(input: &'i mut dyn Input) -> io::Result<Option<Self>> {
        let mut at = SIGNATURE;
        for _ in 0..MAX_CHUNKS {
            let Some((length, kind)) = head_of(input, at)? else { return Ok(None) };
            if &kind == b"IDAT" {
                let mut checksum = Crc::new();
                checksum.update(&kind);
                return Ok(Some(Self { input, at: at + HEAD, left: length, checksum, piece: Vec::new(), consumed: 0 }));
            }
            at += HEAD + length + CHECKSUM;
        }
        Ok(None)
    }

    /// Returns the bytes that were not yet consumed.
    fn piece(&self) -> &[u8] {
        &self.piece[self.consumed..]
    }

    fn consume(&mut self, count: usize) {
        self.consumed = self.consumed.saturating_add(count).min(self.piece.len());
    }

    /// Reads the next piece.
    fn advance(&mut self) -> io::Result<Step> {
        self.piece.clear();
        self.consumed = 0;
        while self.left == 0 {
            let mut stored = [0; 4];
            if self.input.read_at(self.at, &mut stored)? < stored.len()
                || u32::from_be_bytes(stored) != self.checksum.sum()
            {
                return Ok(Step::Wrong);
            }
            match head_of(self.input, self.at + CHECKSUM)? {
                Some((length, kind)) if &kind == b"IDAT" => {
                    self.at += CHECKSUM + HEAD;
                    self.left = length;
                    self.checksum = Crc::new();
                    self.checksum.update(&kind);
                }
                _ => return Ok(Step::End),
            }
        }
        let count = usize::try_from(self.left).unwrap_or(PIECE).min(PIECE);
        self.piece.resize(count, 0);
        if self.input.read_at(self.at, &mut self.piece)? < count {
            return Ok(Step::Wrong);
        }
        self.checksum.update(&self.piece);
        self.at += count as u64;
        self.left -= count as u64;
        Ok(Step::Piece)
    }
}

/// Returns the length and the type of the chunk at an offset. `None` if the file ends there.
fn head_of(input: &mut dyn Input, at: u64) -> io::Result<Option<(u64, [u8; 4])>> {
    let mut head = [0; 8];
    if input.read_at(at, &mut head)? < head.len() {
        return Ok(None);
    }
    let [l3, l2, l1, l0, kind @ ..] = head;
    Ok(Some((u32::from_be_bytes([l3, l2, l1, l0]).into(), kind)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::geometry::Factors;
    use crate::pixels::Model;

    /// Returns an image of 9 px in width and `rows` rows.
    fn image(rows: u32) -> Vec<u8> {
        let mut file = Vec::new();
        let mut encoder = png::Encoder::new(&mut file, 9, rows);
        encoder.set_color(png::ColorType::Rgb);
        let samples: Vec<u8> = (0..9 * 3 * rows).map(|i| (i % 251) as u8).collect();
        encoder.write_header().unwrap().write_image_data(&samples).unwrap();
        file
    }

    fn is_whole(file: &[u8]) -> bool {
        let size = Size::new(9, 7);
        let mut reducer = BoxReducer::new(size, Model::Rgb, Factors::ONE);
        push_rows::<3>(&mut { file }, size, &mut reducer).unwrap().is_some()
    }

    #[test]
    fn an_image_is_whole_unless_rows_or_bytes_are_missing_or_wrong() {
        let whole = image(7);
        assert!(is_whole(&whole));
        // The data end, though the chunk may not.
        assert!(!is_whole(&image(6)));
        // Without the chunk that ends the image, which holds no pixels, it is whole.
        let pixels_end = whole.len() - 12;
        for end in 0..pixels_end {
            assert!(!is_whole(&whole[..end]), "{end}");
        }
        let start = whole.windows(4).position(|kind| kind == b"IDAT").unwrap();
        for at in start + 4..pixels_end {
            let mut wrong = whole.clone();
            wrong[at] ^= 0x10;
            assert!(!is_whole(&wrong), "{at}");
        }
    }
}
