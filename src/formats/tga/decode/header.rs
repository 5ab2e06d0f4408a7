//! Reads a TGA's header (Truevision TGA 2.0, C.2), colour map (C.4), and declaration of alpha (C.7.24). The latter is
//! in the extension area.

use crate::formats::error::{DecodeError, damaged, ends_too_early};
use crate::geometry::Size;

/// Bytes of the header.
const LENGTH: usize = 18;

/// Offset of the attributes type in the extension area.
const ATTRIBUTES_TYPE: usize = 494;

/// The fields of the header.
#[derive(Debug)]
pub(super) struct Header {
    pub(super) size: Size,
    pub(super) kind: Kind,
    pub(super) packing: Packing,
    pub(super) rows: Rows,
    pub(super) columns: Columns,
    pub(super) alpha: Alpha,
    /// The offset of the pixels, after the header, the identification and the map.
    data: usize,
}

/// The kind of a stored pixel.
#[derive(Debug)]
pub(super) enum Kind {
    Grey,
    GreyAlpha,
    /// 5 bits of each colour, and one of alpha.
    Packed,
    Bgr,
    Bgra,
    /// An index of this many bytes into a map of red, green, blue and alpha, and the first index in the map.
    Mapped {
        bytes: usize,
        first: usize,
        colors: Vec<[u8; 4]>,
    },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Packing {
    Plain,
    RunLength,
}

/// The order of the rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Rows {
    BottomUp,
    TopDown,
}

/// The order of the pixels in a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Columns {
    FromLeft,
    FromRight,
}

/// The file's declaration of alpha.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Alpha {
    Declared,
    Denied,
    /// No declaration. Many programs write alpha without declaring it, and as many write a meaningless fourth channel.
    Unsaid,
}

impl Header {
    /// Returns the stored pixels.
    pub(super) fn data<'a>(&self, bytes: &'a [u8]) -> &'a [u8] {
        bytes.get(self.data..).unwrap_or_default()
    }
}

impl Kind {
    /// Returns the bytes of a stored pixel.
    pub(super) const fn bytes(&self) -> usize {
        match self {
            Self::Grey => 1,
            Self::GreyAlpha | Self::Packed => 2,
            Self::Bgr => 3,
            Self::Bgra => 4,
            Self::Mapped { bytes, .. } => *bytes,
        }
    }
}

/// Reads the header of a file.
pub(super) fn read(bytes: &[u8]) -> Result<Header, DecodeError> {
    let Some((fields, rest)) = bytes.split_first_chunk::<LENGTH>() else {
        return Err(damaged("its header is truncated"));
    };
    let [id, has_map, kind, first0, first1, count0, count1, map_bits, _, _, _, _, w0, w1, h0, h1, bits, descriptor] =
        *fields;
    let map_count = if has_map == 0 { 0 } else { usize::from(u16::from_le_bytes([count0, count1])) };
    let map_entry = usize::from(map_bits.div_ceil(8));
    let rest = rest.get(usize::from(id)..).unwrap_or_default();
    let (map, data) = rest.split_at_checked(map_count * map_entry).ok_or_else(ends_too_early)?;
    let kind = match (kind & 7, bits) {
        (1, 8 | 16) if has_map == 1 => Kind::Mapped {
            bytes: usize::from(bits / 8),
            first: u16::from_le_bytes([first0, first1]).into(),
            colors: read_map(map, map_bits)?,
        },
        (2, 15 | 16) => Kind::Packed,
        (2, 24) => Kind::Bgr,
        (2, 32) => Kind::Bgra,
        (3, 8) => Kind::Grey,
        (3, 16) => Kind::GreyAlpha,
        _ => return Err(damaged("its pixels have an unknown number of bits")),
    };
    let alpha = match attributes_type(bytes) {
        Some(3 | 4) => Alpha::Declared,
        Some(_) => Alpha::Denied,
        None if descriptor & 0x0f != 0 => Alpha::Declared,
        None => Alpha::Unsaid,
    };
    Ok(Header {
        size: Size::new(u16::from_le_bytes([w0, w1]).into(), u16::from_le_bytes([h0, h1]).into()),
        kind,
        packing: if fields[2] & 8 == 0 { Packing::Plain } else { Packing::RunLength },
        rows: if descriptor & 0x20 == 0 { Rows::BottomUp } else { Rows::TopDown },
        columns: if descriptor & 0x10 == 0 { Columns::FromLeft } else { Columns::FromRight },
        alpha,
        data: bytes.len() - data.len(),
    })
}

fn read_map(map: &[u8], bits: u8) -> Result<Vec<[u8; 4]>, DecodeError> {
    let opaque = |[r, g, b, _]: [u8; 4]| [r, g, b, 255];
    Ok(match bits {
        15 | 16 => map.as_chunks().0.iter().map(|entry| opaque(unpack(*entry))).collect(),
        24 => map.as_chunks().0.iter().map(|[b, g, r]| [*r, *g, *b, 255]).collect(),
        32 => map.as_chunks().0.iter().map(|[b, g, r, a]| [*r, *g, *b, *a]).collect(),
        _ => return Err(damaged("its colour map has an unknown number of bits")),
    })
}

/// Returns red, green, blue and alpha of a pixel of 16 bits. Its highest bit is 1 if it is transparent, as in Pillow and
/// ImageMagick.
pub(super) fn unpack(pixel: [u8; 2]) -> [u8; 4] {
    let pixel = u16::from_le_bytes(pixel);
    let [r, g, b] = [10, 5, 0].map(|shift| {
        let [_, five] = (pixel >> shift & 0x1f).to_be_bytes();
        five << 3 | five >> 2
    });
    [r, g, b, if pixel >> 15 == 0 { 255 } else { 0 }]
}

/// Reads the attributes type of the extension area. The offset is stored 26 bytes before the end of the file.
fn attributes_type(bytes: &[u8]) -> Option<u8> {
    let (_, footer) = bytes.split_last_chunk::<26>()?;
    let offset = footer.first_chunk::<4>().filter(|_| footer.ends_with(b"TRUEVISION-XFILE.\0"))?;
    let area = usize::try_from(u32::from_le_bytes(*offset)).ok().filter(|offset| *offset > 0)?;
    bytes.get(area.checked_add(ATTRIBUTES_TYPE)?).copied()
}
