//! Defines the description of a sensor's image.

use super::colors::SensorColors;
use crate::span::Span;

/// The image of a sensor, as a RAW file stores it.
#[derive(Clone, Debug, PartialEq)]
pub struct Sensor {
    /// Stored columns and rows.
    pub size: (u32, u32),
    /// The part to be shown, within the stored image.
    pub crop: Area,
    /// The part whose mean is black, if the file does not state the levels. It lies to the left of `crop`.
    pub masked: Option<Area>,
    /// The coding of samples.
    pub coding: SensorCoding,
    /// Samples of a pixel: 1, or 3 if each pixel has all colours.
    pub samples: u32,
    /// Bits of a stored sample.
    pub bits: u32,
    /// Columns and rows of a strip or tile.
    pub chunk: (u32, u32),
    /// Offset and length in bytes of each strip or tile, in reading order.
    pub places: Vec<Span>,
    /// The colours of samples.
    pub pattern: Pattern,
    /// The samples that are black and white.
    pub levels: Levels,
    /// The colours of the camera.
    pub colors: SensorColors,
    /// The EXIF orientation, 1 to 8.
    pub orientation: Option<u16>,
}

/// A rectangle of pixels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Area {
    /// Its first column.
    pub left: u32,
    /// Its first row.
    pub top: u32,
    /// Its columns.
    pub width: u32,
    /// Its rows.
    pub height: u32,
}

/// The coding of samples.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SensorCoding {
    /// Bits without gaps, the most significant first; each row begins with a byte.
    Packed,
    /// Samples of 16 bits, the least significant byte first.
    LittleEndian,
    /// Bits without gaps, the least significant first; each row has a multiple of 16 bytes.
    PackedLow,
    /// Lossless JPEG (T.81, annex H).
    LosslessJpeg,
    /// A lossless JPEG of Canon's vertical slices: all rows of the first one, then all of the next.
    Sliced(Slices),
    /// Nikon's differences, which are coded like those of lossless JPEG.
    Differences(Differences),
    /// Sony's blocks of 16 samples of one colour, in 16 bytes.
    Blocks,
}

/// The vertical slices of an image.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Slices {
    /// The number of slices before the last one.
    pub count: u32,
    /// The columns of each.
    pub width: u32,
    /// The columns of the last one.
    pub last: u32,
}

/// Nikon's coding of differences.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Differences {
    /// Whether the samples are those of the sensor, and not steps of a curve.
    pub is_lossless: bool,
    /// The predictions of the first two samples, of even and of odd rows.
    pub first: [[u16; 2]; 2],
    /// The row from which on the code is another one.
    pub split: Option<u32>,
}

/// The colours of samples, which repeat across and down.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pattern {
    /// Columns and rows until it repeats.
    pub size: (u32, u32),
    /// The stored pixel at which it begins.
    pub origin: (u32, u32),
    /// 0 for red, 1 for green and 2 for blue, row by row; empty if each pixel has all colours.
    pub colors: Vec<u8>,
}

/// The samples that are black and white.
#[derive(Clone, Debug, PartialEq)]
pub struct Levels {
    /// The linear values of stored samples; empty if they are linear.
    pub linear: Vec<u16>,
    /// Columns and rows until the black levels repeat, from the origin of the pattern.
    pub repeat: (u32, u32),
    /// The level of each pixel's each sample, row by row.
    pub black: Vec<f32>,
    /// The level of each of a pixel's samples.
    pub white: Vec<f32>,
}
