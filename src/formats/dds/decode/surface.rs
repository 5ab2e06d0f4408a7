//! Presents a DDS to the crate `dds` as one surface with a repaired header.

use std::io::{self, Read, Seek, SeekFrom};

/// Bytes of the header with its magic number, and of the longer one with a DXGI format.
pub(super) const HEADER: usize = 128;
pub(super) const LONG_HEADER: usize = 148;

/// Bytes of a block whose colours follow 8 bytes of alpha.
const BLOCK: usize = 16;

/// The reading of blocks whose two named colours are in either order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Blocks {
    AsStored,
    /// Four colours, as Direct3D reads BC2 and BC3. The crate reads three and black, as in BC1.
    FourColours,
}

/// A stream of a DDS's largest level, followed by zeros.
#[derive(Debug)]
pub(super) struct Surface<'a> {
    header: Vec<u8>,
    data: &'a [u8],
    pub(super) blocks: Blocks,
    at: u64,
}

impl<'a> Surface<'a> {
    /// Returns the largest level of the first face, image or slice. `None` if the header is incomplete.
    ///
    /// Many programs write flags, pitches, counts and depths of 0, or of another kind of texture, and Direct3D accepts
    /// them.
    pub(super) fn new(bytes: &'a [u8]) -> Option<Self> {
        let is_long = bytes.get(84..88)? == b"DX10" && field(bytes, 80) & 4 != 0;
        let (header, data) = bytes.split_at_checked(if is_long { LONG_HEADER } else { HEADER })?;
        let mut header = header.to_vec();
        let mut put = |at: usize, value: u32| header[at..at + 4].copy_from_slice(&value.to_le_bytes());
        if has_header_size(bytes) {
            put(4, 124);
        }
        // The flags of caps, height, width and pixel format.
        put(8, 0x1007);
        // Depth, number of levels, size of the pixel format, caps.
        [(24, 0), (28, 1), (76, 32), (108, 0x1000), (112, 0)].into_iter().for_each(|(at, value)| put(at, value));
        if is_long {
            // A texture of two dimensions, no cube, one image.
            [(132, 3), (136, 0), (140, 1)].into_iter().for_each(|(at, value)| put(at, value));
        }
        Some(Self { header, data, blocks: Blocks::AsStored, at: 0 })
    }

    /// Returns the same level without a header, from its pixels.
    pub(super) const fn of_pixels(data: &'a [u8], blocks: Blocks) -> Self {
        Self { header: Vec::new(), data, blocks, at: 0 }
    }

    /// Returns the pixels after the header.
    pub(super) const fn data(&self) -> &'a [u8] {
        self.data
    }

    /// Copies bytes from `at` on and returns their number. They end with a part of the stream.
    fn piece(&self, at: usize, piece: &mut [u8; BLOCK]) -> usize {
        if let Some(rest) = self.header.get(at..).filter(|rest| !rest.is_empty()) {
            let count = rest.len().min(BLOCK);
            piece[..count].copy_from_slice(&rest[..count]);
            return count;
        }
        let place = at - self.header.len();
        let start = place / BLOCK * BLOCK;
        *piece = [0; BLOCK];
        let stored = self.data.get(start..).unwrap_or_default();
        let count = stored.len().min(BLOCK);
        piece[..count].copy_from_slice(&stored[..count]);
        if self.blocks == Blocks::FourColours {
            order_colours(piece);
        }
        piece.copy_within(place - start.., 0);
        BLOCK - (place - start)
    }
}

/// Puts the larger of a block's colours first. Its indices are adapted to keep the same four colours.
fn order_colours(block: &mut [u8; BLOCK]) {
    let [a0, a1, b0, b1] = [block[8], block[9], block[10], block[11]];
    let [first, second] = [[a0, a1], [b0, b1]].map(u16::from_le_bytes);
    if first < second {
        [block[8], block[9], block[10], block[11]] = [b0, b1, a0, a1];
        block[12..].iter_mut().for_each(|indices| *indices ^= 0x55);
    } else if first == second {
        block[12..].fill(0);
    }
}

impl Read for Surface<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let mut filled = 0;
        let mut piece = [0; BLOCK];
        while filled < buffer.len() {
            let at = usize::try_from(self.at).map_err(|_| io::Error::from(io::ErrorKind::UnexpectedEof))?;
            let count = self.piece(at, &mut piece).min(buffer.len() - filled);
            buffer[filled..filled + count].copy_from_slice(&piece[..count]);
            filled += count;
            self.at += count as u64;
        }
        Ok(filled)
    }
}

impl Seek for Surface<'_> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let at = match to {
            SeekFrom::Start(at) => Some(at),
            SeekFrom::Current(distance) => self.at.checked_add_signed(distance),
            SeekFrom::End(distance) => ((self.header.len() + self.data.len()) as u64).checked_add_signed(distance),
        };
        self.at = at.ok_or(io::ErrorKind::InvalidInput)?;
        Ok(self.at)
    }
}

/// Returns whether the header's size is right, or wrong in a known way.
pub(super) fn has_header_size(bytes: &[u8]) -> bool {
    matches!(field(bytes, 4), 124 | 24 | 0)
}

/// Returns the number at `at`, or 0 beyond the end.
pub(super) fn field(bytes: &[u8], at: usize) -> u32 {
    bytes.get(at..at + 4).and_then(|four| four.first_chunk()).map_or(0, |four| u32::from_le_bytes(*four))
}
