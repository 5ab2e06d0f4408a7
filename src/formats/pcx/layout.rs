//! Reads the header of a PCX, and its palette.

use super::mark::DCX;
use crate::formats::error::{DecodeError, damaged, ends_too_early, unsupported};
use crate::geometry::Size;
use crate::pixels::Model;

/// Bytes of the header, and of the palette of 256 colours at the end of the file, behind its mark.
const HEADER: usize = 128;
const PALETTE: usize = 768;
const PALETTE_MARK: u8 = 12;

/// The colours of the graphics cards of the time, for version 3, which has no palette.
const USUAL_COLORS: [[u8; 3]; 16] = [
    [0, 0, 0],
    [0, 0, 170],
    [0, 170, 0],
    [0, 170, 170],
    [170, 0, 0],
    [170, 0, 170],
    [170, 85, 0],
    [170, 170, 170],
    [85, 85, 85],
    [85, 85, 255],
    [85, 255, 85],
    [85, 255, 255],
    [255, 85, 85],
    [255, 85, 255],
    [255, 255, 85],
    [255, 255, 255],
];

/// The structure of a file.
#[derive(Debug)]
pub(super) struct Layout {
    pub(super) size: Size,
    /// Offset of the rows.
    pub(super) offset: usize,
    pub(super) storage: Storage,
    /// Bits of a sample, and samples of a pixel, each in a plane of its own.
    pub(super) bits: u8,
    pub(super) planes: usize,
    /// Bytes of a row of one plane.
    pub(super) stride: usize,
    pub(super) colors: Colors,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Storage {
    Plain,
    Runs,
}

/// The meaning of samples.
#[derive(Debug)]
pub(super) enum Colors {
    /// Indices, whose bits the planes share.
    Indexed(Box<[[u8; 3]; 256]>),
    Grey,
    Rgb,
    Rgba,
}

impl Layout {
    pub(super) const fn model(&self) -> Model {
        match self.colors {
            Colors::Grey => Model::Grey,
            Colors::Indexed(_) | Colors::Rgb => Model::Rgb,
            Colors::Rgba => Model::RgbAlpha,
        }
    }

    /// Reads the header of a PCX, or of the first one in a DCX.
    pub(super) fn read(bytes: &[u8]) -> Result<Self, DecodeError> {
        let start = match bytes.strip_prefix(&DCX) {
            Some(rest) => u32::from_le_bytes(*rest.first_chunk::<4>().ok_or_else(ends_too_early)?) as usize,
            None => 0,
        };
        let header = bytes.get(start..).and_then(|rest| rest.first_chunk::<HEADER>()).ok_or_else(ends_too_early)?;
        let word = |at: usize| u16::from_le_bytes([header[at], header[at + 1]]);
        let side = |from: u16, to: u16| to.checked_sub(from).map(|last| u32::from(last) + 1);
        let (Some(width), Some(height)) = (side(word(4), word(8)), side(word(6), word(10))) else {
            return Err(damaged("the image header is invalid"));
        };
        let (bits, planes, stride) = (header[3], usize::from(header[65]), usize::from(word(66)));
        let colors = match (bits, planes) {
            (1, 1) => Colors::Indexed(two_colors(header)),
            (1, 2..=4) | (2 | 4, 1) => Colors::Indexed(few_colors(header)),
            (8, 1) => palette_of(bytes, header[68]),
            (8, 3) => Colors::Rgb,
            (8, 4) => Colors::Rgba,
            _ => return Err(unsupported(format!("{planes} planes of {bits} bits"))),
        };
        if stride < (width as usize * usize::from(bits)).div_ceil(8) {
            return Err(damaged("its rows are shorter than the image is wide"));
        }
        let storage = if header[2] == 0 { Storage::Plain } else { Storage::Runs };
        Ok(Self { size: Size::new(width, height), offset: start + HEADER, storage, bits, planes, stride, colors })
    }
}

/// Returns the colours of a single bit: black and white, unless the header has two others.
fn two_colors(header: &[u8; HEADER]) -> Box<[[u8; 3]; 256]> {
    let stated = [[header[16], header[17], header[18]], [header[19], header[20], header[21]]];
    let mut colors = Box::new([[0; 3]; 256]);
    (colors[0], colors[1]) = if stated[0] == stated[1] { ([0; 3], [255; 3]) } else { (stated[0], stated[1]) };
    colors
}

fn few_colors(header: &[u8; HEADER]) -> Box<[[u8; 3]; 256]> {
    let mut colors = Box::new([[0; 3]; 256]);
    let stated = header[16..64].as_chunks::<3>().0;
    let is_stated = header[1] != 3 && stated.iter().any(|color| *color != stated[0]);
    colors[..16].copy_from_slice(if is_stated { stated } else { &USUAL_COLORS });
    colors
}

/// Returns the palette at the end of the file. Samples are grey without one.
fn palette_of(bytes: &[u8], kind: u8) -> Colors {
    let tail = bytes.len().checked_sub(PALETTE + 1).map(|at| &bytes[at..]);
    match tail {
        Some([PALETTE_MARK, palette @ ..]) if kind != 2 => {
            let mut colors = Box::new([[0; 3]; 256]);
            colors.copy_from_slice(palette.as_chunks::<3>().0);
            Colors::Indexed(colors)
        }
        _ => Colors::Grey,
    }
}
