//! Reads the sections of a file up to its flattened image: header, colour table, resources, and whether layers are
//! transparent.

use super::resources::{self, Resources};
use crate::container::{Input, Reader};
use crate::formats::error::{DecodeError, damaged, ends_too_early, unsupported};
use crate::formats::start::Start;
use crate::geometry::Size;
use crate::pixels::Model;

/// Bytes of the header.
const HEADER: usize = 26;

/// Bytes of a table of 256 colours: all reds, then all greens and blues.
const COLOR_TABLE: usize = 768;

/// Most parts after the layers that are looked at for the transparency of the flattened image.
const MOST_PARTS: usize = 256;

/// The structure of a file.
#[derive(Debug)]
pub(super) struct Layout {
    pub(super) size: Size,
    pub(super) depth: Depth,
    pub(super) colors: Colors,
    pub(super) transparency: Transparency,
    pub(super) storage: Storage,
    /// Offset of the image's bytes, behind their kind of compression.
    pub(super) offset: u64,
    pub(super) resources: Resources,
}

/// The size of a sample.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Depth {
    Bit,
    Byte,
    Word,
    /// Light as `f32`.
    Float,
}

/// The colour mode.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Colors {
    /// A set bit is black.
    Bitmap,
    /// Also duotones, whose inks are not described.
    Grey,
    Indexed(Box<[[u8; 3]; 256]>),
    Rgb,
    /// 0 is full ink, as in all modes of inks.
    Cmyk,
    /// Cyan, magenta and yellow, each of a channel of its own.
    Cmy,
    Lab,
}

/// The transparency of the flattened image.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Transparency {
    Opaque,
    /// The first channel after the colours, which are mixed with white.
    Channel,
    /// An entry of the colour table.
    Index(u8),
}

/// The storage of the channels, one after the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Storage {
    Plain,
    /// Rows of PackBits behind a table of their lengths, which have this many bytes each, and as many entries as all
    /// channels have rows.
    Runs {
        length_bytes: usize,
        rows: u64,
    },
    /// One stream of deflated data, in which samples may be differences from their left neighbours.
    Deflated {
        is_predicted: bool,
    },
}

impl Depth {
    /// Returns the bytes of a row of this many samples.
    pub(super) const fn row_bytes(self, width: usize) -> usize {
        match self {
            Self::Bit => width.div_ceil(8),
            Self::Byte => width,
            Self::Word => width * 2,
            Self::Float => width * 4,
        }
    }
}

impl Layout {
    /// Returns the channels that are read.
    pub(super) fn channels(&self) -> usize {
        self.colors.channels() + usize::from(self.transparency == Transparency::Channel)
    }

    pub(super) fn model(&self) -> Model {
        match (&self.colors, self.transparency) {
            (Colors::Bitmap | Colors::Grey, Transparency::Channel) => Model::GreyAlpha,
            (Colors::Bitmap | Colors::Grey, _) => Model::Grey,
            (Colors::Indexed(_), Transparency::Index(_)) | (Colors::Rgb, Transparency::Channel) => Model::RgbAlpha,
            (Colors::Indexed(_) | Colors::Rgb | Colors::Lab, _) => Model::Rgb,
            (Colors::Cmyk | Colors::Cmy, _) => Model::CmykInverted,
        }
    }
}

impl Colors {
    const fn channels(&self) -> usize {
        match self {
            Self::Bitmap | Self::Grey | Self::Indexed(_) => 1,
            Self::Rgb | Self::Cmy | Self::Lab => 3,
            Self::Cmyk => 4,
        }
    }
}

/// Reads the structure of a file.
pub(super) fn read(input: &mut dyn Input) -> Result<Layout, DecodeError> {
    let start = Start::read(input)?;
    let input = &mut start.before(input);
    let mut reader = Reader::new(input);
    let layout = read_sections(&mut reader);
    reader.finish(layout)?
}

fn read_sections(reader: &mut Reader<'_>) -> Result<Layout, DecodeError> {
    let header: [u8; HEADER] = reader.array(0).ok_or_else(ends_too_early)?;
    let [four, two] =
        [[4, 12], [22, 24]].map(|places| places.map(|at| u16::from_be_bytes([header[at], header[at + 1]])));
    let ([version, stored], [depth, mode]) = (four, two);
    let side = |at: usize| u32::from_be_bytes([header[at], header[at + 1], header[at + 2], header[at + 3]]);
    let size = Size::new(side(18), side(14));
    let is_big = version == 2;
    let depth = match depth {
        1 => Depth::Bit,
        8 => Depth::Byte,
        16 => Depth::Word,
        32 => Depth::Float,
        _ => return Err(damaged("the image header is invalid")),
    };
    let mut sections = Sections { reader, at: HEADER as u64 };
    let (table, _) = sections.next(false)?;
    let (described, end) = sections.next(false)?;
    let resources = resources::read(sections.reader, described, end);
    let (layers, end) = sections.next(is_big)?;
    let colors = match (mode, depth) {
        (0, Depth::Bit) => Colors::Bitmap,
        (2, Depth::Byte) => Colors::Indexed(read_colors(sections.reader, table)?),
        (3, _) => Colors::Rgb,
        (4, Depth::Byte | Depth::Word) => Colors::Cmyk,
        (7, Depth::Byte | Depth::Word) if stored >= 4 => Colors::Cmyk,
        (7, Depth::Byte | Depth::Word) if stored == 3 => Colors::Cmy,
        (1 | 8, _) | (7, Depth::Byte | Depth::Word) => Colors::Grey,
        (9, Depth::Byte | Depth::Word) => Colors::Lab,
        _ => return Err(unsupported(format!("colour mode {mode} with samples of this size"))),
    };
    if colors != Colors::Bitmap && depth == Depth::Bit {
        return Err(damaged("the image header is invalid"));
    }
    if usize::from(stored) < colors.channels() {
        return Err(damaged(format!("{stored} channels where its colours need {}", colors.channels())));
    }
    let has_alpha_channel = matches!(colors, Colors::Grey | Colors::Rgb)
        && usize::from(stored) > colors.channels()
        && is_transparent(sections.reader, (layers, end), is_big);
    let transparency = match (&colors, resources.transparent_index) {
        (Colors::Indexed(_), Some(index)) => Transparency::Index(index),
        _ if has_alpha_channel => Transparency::Channel,
        _ => Transparency::Opaque,
    };
    let kind = sections.reader.array(sections.at).map(u16::from_be_bytes).ok_or_else(ends_too_early)?;
    let storage = match kind {
        0 => Storage::Plain,
        1 => {
            let rows = u64::from(stored) * u64::from(size.height);
            Storage::Runs { length_bytes: if is_big { 4 } else { 2 }, rows }
        }
        kind @ (2 | 3) => Storage::Deflated { is_predicted: kind == 3 },
        _ => return Err(damaged("the compression of its image is unknown")),
    };
    let offset = sections.at + 2;
    Ok(Layout { size, depth, colors, transparency, storage, offset, resources })
}

/// The sections between header and image: lengths, and what follows each.
struct Sections<'r, 'i> {
    reader: &'r mut Reader<'i>,
    at: u64,
}

impl Sections<'_, '_> {
    /// Returns where the content of the next section begins and ends.
    fn next(&mut self, has_long_length: bool) -> Result<(u64, u64), DecodeError> {
        let length = read_length(self.reader, self.at, has_long_length).ok_or_else(ends_too_early)?;
        let start = self.at + if has_long_length { 8 } else { 4 };
        self.at = start.checked_add(length).filter(|end| *end < self.reader.length()).ok_or_else(ends_too_early)?;
        Ok((start, self.at))
    }
}

fn read_length(reader: &mut Reader<'_>, at: u64, is_long: bool) -> Option<u64> {
    match is_long {
        true => reader.array(at).map(u64::from_be_bytes),
        false => reader.array(at).map(|four| u32::from_be_bytes(four).into()),
    }
}

fn read_colors(reader: &mut Reader<'_>, at: u64) -> Result<Box<[[u8; 3]; 256]>, DecodeError> {
    let table = reader.array::<COLOR_TABLE>(at).ok_or_else(ends_too_early)?;
    let mut colors = Box::new([[0; 3]; 256]);
    colors.iter_mut().enumerate().for_each(|(i, color)| *color = [table[i], table[256 + i], table[512 + i]]);
    Ok(colors)
}

/// Returns whether the first channel after the colours is the flattened image's transparency: then the number of layers is
/// negative, or a part of its own says so.
fn is_transparent(reader: &mut Reader<'_>, (start, end): (u64, u64), is_big: bool) -> bool {
    let of_length = if is_big { 8 } else { 4 };
    let Some(length) = read_length(reader, start, is_big) else { return false };
    if length > 0 {
        return start < end && counts_below_zero(reader, start + of_length);
    }
    // Samples of 16 and 32 bits have their layers among the parts that follow, behind those of the whole image's mask.
    let mask = start + of_length;
    let Some(length) = read_length(reader, mask, false) else { return false };
    let mut at = mask.saturating_add(4).saturating_add(length);
    for _ in 0..MOST_PARTS {
        if at >= end {
            break;
        }
        let Some([b'8', b'B', b'I' | b'6', b'M' | b'4', name @ ..]) = reader.array::<8>(at) else { break };
        let is_long = is_big && LONG_PARTS.contains(&&name);
        let Some(length) = read_length(reader, at + 8, is_long) else { break };
        let content = at + if is_long { 16 } else { 12 };
        match &name {
            b"Mt16" | b"Mt32" | b"Mtrn" => return true,
            b"Lr16" | b"Lr32" => return counts_below_zero(reader, content),
            _ => {}
        }
        at = content.saturating_add(length).saturating_add((4 - length % 4) % 4);
    }
    false
}

/// Parts whose length has 8 bytes in a PSB.
const LONG_PARTS: [&[u8; 4]; 13] = [
    b"LMsk", b"Lr16", b"Lr32", b"Layr", b"Mt16", b"Mt32", b"Mtrn", b"Alph", b"FMsk", b"lnk2", b"FEid", b"FXid", b"PxSD",
];

fn counts_below_zero(reader: &mut Reader<'_>, at: u64) -> bool {
    reader.array(at).map(i16::from_be_bytes).is_some_and(|layers| layers < 0)
}
