//! Reads the blocks of a GIF up to the data of its first frame (GIF89a, 17 to 26). Blocks of unknown kinds are skipped,
//! as GIF89a asks for extensions and GIF87a for everything else.

use crate::formats::error::{DecodeError, damaged, ends_too_early};
use crate::geometry::Size;

/// Longest ICC profile that is read, in bytes. The largest met is 4 MiB.
const LONGEST_PROFILE: usize = 16 << 20;

/// The fields of a file before the pixels of its first frame.
#[derive(Debug)]
pub(super) struct Start {
    /// Size of the screen, which a frame may exceed.
    pub(super) screen: Size,
    pub(super) frame: Frame,
    /// Red, green and blue of each index, or `None` if the file has no colours.
    pub(super) palette: Option<Vec<[u8; 3]>>,
    pub(super) icc: Option<Vec<u8>>,
    /// Bits of an index in the compressed data, and the offset of the data.
    pub(super) index_bits: u8,
    pub(super) data: usize,
}

/// Position of a frame on the screen, and the order of its rows.
#[derive(Debug, Clone, Copy)]
pub(super) struct Frame {
    pub(super) left: usize,
    pub(super) top: usize,
    pub(super) width: usize,
    pub(super) height: usize,
    pub(super) order: Order,
    /// The transparent index.
    pub(super) transparent: Option<u8>,
}

/// The order in which rows are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Order {
    TopDown,
    Interlaced,
}

/// Bytes read field by field.
struct Fields<'a>(&'a [u8]);

impl<'a> Fields<'a> {
    fn take(&mut self, count: usize) -> Result<&'a [u8], DecodeError> {
        let (taken, rest) = self.0.split_at_checked(count).ok_or_else(ends_too_early)?;
        self.0 = rest;
        Ok(taken)
    }

    fn byte(&mut self) -> Result<u8, DecodeError> {
        Ok(self.take(1)?[0])
    }

    fn word(&mut self) -> Result<u16, DecodeError> {
        let bytes = self.take(2)?;
        Ok(u16::from_le_bytes([bytes[0], bytes[1]]))
    }

    /// Reads the palette if `flags` announce one.
    fn palette(&mut self, flags: u8) -> Result<Option<&'a [[u8; 3]]>, DecodeError> {
        if flags & 0x80 == 0 {
            return Ok(None);
        }
        Ok(Some(self.take(3 * (2 << (flags & 7)))?.as_chunks().0))
    }

    /// Reads the next sub-block. An empty one ends the sequence.
    fn sub_block(&mut self) -> Result<&'a [u8], DecodeError> {
        let length = self.byte()?;
        self.take(length.into())
    }
}

/// Reads the blocks up to the first frame's data.
pub(super) fn read(bytes: &[u8]) -> Result<Start, DecodeError> {
    let mut fields = Fields(bytes);
    if !matches!(fields.take(6)?, b"GIF87a" | b"GIF89a") {
        return Err(damaged("the image header is invalid"));
    }
    let screen = Size::new(fields.word()?.into(), fields.word()?.into());
    let flags = fields.byte()?;
    fields.take(2)?;
    let shared = fields.palette(flags)?;
    let (mut transparent, mut icc) = (None, None);
    let mut is_strange = false;
    loop {
        let introducer = fields.byte();
        // An end after blocks of unknown kinds means corruption rather than truncation.
        match introducer.map_err(|cause| if is_strange { damaged("a block is corrupt") } else { cause })? {
            b',' => break,
            b';' => return Err(damaged("it contains no image")),
            b'!' => read_extension(&mut fields, &mut transparent, &mut icc)?,
            _ => is_strange = true,
        }
    }
    let [left, top, width, height] = [fields.word()?, fields.word()?, fields.word()?, fields.word()?].map(usize::from);
    let flags = fields.byte()?;
    let palette = fields.palette(flags)?.or(shared).map(<[_]>::to_vec);
    let order = if flags & 0x40 == 0 { Order::TopDown } else { Order::Interlaced };
    // Browsers replace a side of 0 by the screen's.
    let side = |side, of_screen: u32| if side == 0 { of_screen as usize } else { side };
    let (width, height) = (side(width, screen.width), side(height, screen.height));
    let frame = Frame { left, top, width, height, order, transparent };
    let index_bits = fields.byte()?;
    Ok(Start { screen, frame, palette, icc, index_bits, data: bytes.len() - fields.0.len() })
}

/// Reads an extension to its end, and stores its transparent index or ICC profile.
fn read_extension(
    fields: &mut Fields<'_>,
    transparent: &mut Option<u8>,
    icc: &mut Option<Vec<u8>>,
) -> Result<(), DecodeError> {
    const CONTROL: u8 = 0xf9;
    const APPLICATION: u8 = 0xff;
    let label = fields.byte()?;
    let first = fields.sub_block()?;
    if first.is_empty() {
        return Ok(());
    }
    let mut profile = (label == APPLICATION && first == b"ICCRGBG1012").then(Vec::new);
    if let (CONTROL, [flags, _, _, index, ..]) = (label, first) {
        *transparent = (flags & 1 != 0).then_some(*index);
    }
    loop {
        let block = fields.sub_block()?;
        if block.is_empty() {
            break;
        }
        if let Some(profile) = profile.as_mut().filter(|profile| profile.len() < LONGEST_PROFILE) {
            profile.extend_from_slice(block);
        }
    }
    *icc = icc.take().or(profile);
    Ok(())
}

/// The compressed data of a frame, as bits.
#[derive(Debug)]
pub(super) struct SubBlocks<'a> {
    /// The unread bytes of the present block, and the bytes after it.
    block: &'a [u8],
    rest: &'a [u8],
    end: End,
}

/// The end of the blocks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum End {
    /// Not reached yet.
    Ahead,
    /// An empty block.
    Block,
    /// The end of the file.
    File,
}

impl<'a> SubBlocks<'a> {
    pub(super) const fn new(rest: &'a [u8]) -> Self {
        Self { block: &[], rest, end: End::Ahead }
    }

    /// Returns whether the file ended within a block.
    pub(super) fn are_cut(&self) -> bool {
        self.end == End::File
    }

    /// Adds whole bytes above the `count` lowest of `bits`. It stops if they are full or the data end.
    #[inline]
    pub(super) fn refill(&mut self, bits: &mut u64, count: &mut u32) {
        if let Some(bytes) = self.block.first_chunk::<8>() {
            *bits |= u64::from_le_bytes(*bytes) << *count;
            let taken = (63 - *count) / 8;
            *count += 8 * taken;
            // Bits beyond the counted bytes are read again.
            *bits &= u64::MAX >> (64 - *count);
            self.block = &self.block[taken as usize..];
            return;
        }
        while *count <= 56 {
            let Some(byte) = self.next_byte() else { return };
            *bits |= u64::from(byte) << *count;
            *count += 8;
        }
    }

    fn next_byte(&mut self) -> Option<u8> {
        if self.block.is_empty() {
            self.open_block();
        }
        let (byte, rest) = self.block.split_first()?;
        self.block = rest;
        Some(*byte)
    }

    fn open_block(&mut self) {
        if self.end != End::Ahead {
            return;
        }
        match self.rest {
            [] => self.end = End::File,
            [0, ..] => self.end = End::Block,
            [length, rest @ ..] => {
                (self.block, self.rest) = rest.split_at(rest.len().min((*length).into()));
            }
        }
    }
}
