//! Reads the headers of a BMP, after Microsoft's "Bitmap Storage" (wingdi.h: BITMAPCOREHEADER to BITMAPV5HEADER). Headers
//! of 16 and 64 bytes are OS/2's.

use crate::container::{Input, Span};
use crate::formats::error::{DecodeError, damaged};
use crate::geometry::Size;

/// Bytes before the header, which states its own size.
const FILE_HEADER: usize = 14;

/// Bytes of the longest header, BITMAPV5HEADER.
const LONGEST: usize = 124;

/// The place and the format of the rows.
#[derive(Debug)]
#[cfg_attr(not(feature = "ico"), allow(dead_code, reason = "only icons need all fields"))]
pub(crate) struct Layout {
    pub(crate) size: Size,
    pub(crate) order: Order,
    pub(crate) coding: Coding,
    pub(crate) pixels: Pixels,
    /// Bits of a pixel.
    pub(crate) bits: u16,
    /// Offset of the rows, and the bytes of each unless they are runs.
    pub(crate) offset: u64,
    pub(crate) stride: usize,
    /// End of the palette. An icon's rows begin there.
    pub(crate) behind_colors: u64,
    /// Offset and length of an ICC profile.
    pub(crate) icc: Option<Span>,
}

/// The order of the rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Order {
    BottomUp,
    TopDown,
}

/// The coding of the rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Coding {
    Plain,
    /// Runs of indices (RLE8, RLE4).
    Runs,
}

/// The meaning of a row's bits.
#[derive(Debug)]
pub(crate) enum Pixels {
    /// Indices of `bits` bits, and the palette. An index beyond it is black.
    Indexed { bits: u8, colors: Box<[[u8; 3]; 256]> },
    /// Blue, green, red.
    Bgr,
    /// Two or four bytes, the lower first, with masks for red, green, blue and alpha.
    Masked { bytes: usize, fields: [Field; 4] },
}

/// The bits of one channel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Field {
    pub(crate) mask: u32,
    pub(crate) shift: u32,
}

impl Field {
    /// Returns the field of a mask. It is empty if the mask has a gap.
    pub(crate) fn new(mask: u32) -> Self {
        let shift = if mask == 0 { 0 } else { mask.trailing_zeros() };
        let is_whole = (mask >> shift).checked_add(1).is_none_or(u32::is_power_of_two);
        if is_whole { Self { mask, shift } } else { Self { mask: 0, shift: 0 } }
    }

    /// Returns the channel of a pixel, from 0 to 65535.
    pub(crate) fn of(self, pixel: u32) -> u16 {
        let most = u64::from((self.mask >> self.shift).max(1));
        let value = u64::from((pixel & self.mask) >> self.shift);
        u16::try_from((value * 65535 + most / 2) / most).unwrap_or(u16::MAX)
    }
}

/// Little-endian fields of the headers, at their offset in the file. They are 0 beyond the header's end.
struct Fields {
    bytes: [u8; FILE_HEADER + LONGEST + 4],
}

impl Fields {
    fn u16(&self, at: usize) -> u16 {
        u16::from_le_bytes([self.bytes[at], self.bytes[at + 1]])
    }

    fn u32(&self, at: usize) -> u32 {
        u32::from(self.u16(at)) | u32::from(self.u16(at + 2)) << 16
    }
}

/// Reads the headers. `None` if the rows are a JPEG, a PNG or a fax.
pub(crate) fn read(input: &mut dyn Input) -> Result<Option<Layout>, DecodeError> {
    let mut fields = Fields { bytes: [0; FILE_HEADER + LONGEST + 4] };
    let there = input.read_at(0, &mut fields.bytes)?;
    let length = fields.u32(14) as usize;
    if there < FILE_HEADER + length.min(40) || !fields.bytes.starts_with(b"BM") {
        return Err(damaged("its header is truncated"));
    }
    let is_core = length == 12;
    if !is_core && !matches!(length, 16..=64 | 108 | 124) {
        return Err(damaged("its header has an unknown length"));
    }
    // With BITFIELDS, three or four masks follow a header of 40 bytes, and are part of a longer one.
    let (compression, is_os2) = if length > 16 { (fields.u32(30), length == 64) } else { (0, is_core) };
    let (coding, masks) = match compression {
        0 => (Coding::Plain, 0),
        1 | 2 => (Coding::Runs, 0),
        3 if !is_os2 => (Coding::Plain, 3),
        6 if !is_os2 => (Coding::Plain, 4),
        _ => return Ok(None),
    };
    // Bytes beyond the header are not part of it, except those masks.
    let end = FILE_HEADER + if length == 40 { 40 + 4 * masks } else { length };
    fields.bytes[end..].fill(0);
    let (size, order) = size(&fields, is_core)?;
    let bits = fields.u16(if is_core { 24 } else { 28 });
    let palette = FILE_HEADER + length + if length == 40 { 4 * masks } else { 0 };
    if coding == Coding::Runs && (compression, bits) != (1, 8) && (compression, bits) != (2, 4) {
        return Err(damaged("its pixels can't be stored as runs"));
    }
    let mut behind_colors = palette as u64;
    let pixels = match (bits, masks) {
        (1 | 2 | 4 | 8, 0) => {
            let used = if length > 32 { fields.u32(46) } else { 0 };
            let entry = if is_core { 3 } else { 4 };
            let bits = u8::try_from(bits).unwrap_or(8);
            behind_colors += (entry * count_colors(used, bits)) as u64;
            Pixels::Indexed { bits, colors: read_colors(input, palette as u64, used, bits, entry)? }
        }
        (24, 0) => Pixels::Bgr,
        (16, 0) => Pixels::Masked { bytes: 2, fields: [0x7c00, 0x03e0, 0x001f, 0].map(Field::new) },
        (32, 0) => Pixels::Masked { bytes: 4, fields: [0x00ff_0000, 0xff00, 0x00ff, 0].map(Field::new) },
        (16 | 32, _) => {
            // Of masks after the header, only declared ones count.
            let alpha = if length >= 56 || masks == 4 { fields.u32(66) } else { 0 };
            let masks = [fields.u32(54), fields.u32(58), fields.u32(62), alpha];
            Pixels::Masked { bytes: usize::from(bits / 8), fields: masks.map(Field::new) }
        }
        _ => return Err(damaged("its pixels have an unknown number of bits")),
    };
    let stride = (u64::from(size.width) * u64::from(bits)).div_ceil(32) * 4;
    let stride = usize::try_from(stride).map_err(|_| damaged("its rows do not fit in memory"))?;
    // The offset of a version 5 header's profile counts from the header. "MBED" means an embedded profile.
    let has_icc = length == LONGEST && fields.u32(70) == u32::from_be_bytes(*b"MBED");
    let icc =
        has_icc.then(|| Span { offset: FILE_HEADER as u64 + u64::from(fields.u32(126)), len: fields.u32(130).into() });
    Ok(Some(Layout { size, order, coding, pixels, bits, offset: fields.u32(10).into(), stride, behind_colors, icc }))
}

fn size(fields: &Fields, is_core: bool) -> Result<(Size, Order), DecodeError> {
    if is_core {
        return Ok((Size::new(fields.u16(18).into(), fields.u16(20).into()), Order::BottomUp));
    }
    let (width, height) = (fields.u32(18).cast_signed(), fields.u32(22).cast_signed());
    let width = u32::try_from(width).map_err(|_| damaged("its width is negative"))?;
    let order = if height < 0 { Order::TopDown } else { Order::BottomUp };
    Ok((Size::new(width, height.unsigned_abs()), order))
}

/// Returns the number of palette entries. If a header declares 0, it is the number that `bits` can index.
fn count_colors(used: u32, bits: u8) -> usize {
    let most = 1_usize << bits;
    if used == 0 { most } else { most.min(used as usize) }
}

fn read_colors(
    input: &mut dyn Input,
    offset: u64,
    used: u32,
    bits: u8,
    entry: usize,
) -> Result<Box<[[u8; 3]; 256]>, DecodeError> {
    let count = count_colors(used, bits);
    let mut bytes = [0; 4 * 256];
    let there = input.read_at(offset, &mut bytes[..count * entry])?;
    let mut colors = Box::new([[0; 3]; 256]);
    for (color, entry) in colors.iter_mut().zip(bytes[..there].chunks_exact(entry)) {
        *color = [entry[2], entry[1], entry[0]];
    }
    Ok(colors)
}
