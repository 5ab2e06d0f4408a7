//! The header of an SGI file, and where it has each row of each channel.

use crate::formats::error::{DecodeError, damaged, ends_too_early, unsupported};
use crate::geometry::Size;
use crate::pixels::Model;

/// Bytes of the header, most of which are unused.
const HEADER: usize = 512;

/// The structure of a file.
#[derive(Debug)]
pub(super) struct Layout {
    pub(super) size: Size,
    pub(super) model: Model,
    pub(super) depth: Depth,
    storage: Storage,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Storage {
    /// All rows of the first channel, then those of the next.
    Verbatim,
    /// Runs, in the places that a table names.
    Runs,
}

/// The bytes of a sample.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Depth {
    One,
    Two,
}

/// A row of a channel, as it is stored.
#[derive(Debug, Clone, Copy)]
pub(super) enum Row<'a> {
    Samples(&'a [u8]),
    Runs(&'a [u8]),
}

impl Depth {
    pub(super) const fn bytes(self) -> usize {
        match self {
            Self::One => 1,
            Self::Two => 2,
        }
    }
}

impl Layout {
    /// Reads the header.
    pub(super) fn read(bytes: &[u8]) -> Result<Self, DecodeError> {
        let header = bytes.first_chunk::<HEADER>().ok_or_else(ends_too_early)?;
        let short = |at: usize| u16::from_be_bytes([header[at], header[at + 1]]);
        let storage = match header[2] {
            0 => Storage::Verbatim,
            1 => Storage::Runs,
            _ => return Err(damaged("the image header is invalid")),
        };
        let depth = match header[3] {
            1 => Depth::One,
            2 => Depth::Two,
            _ => return Err(damaged("the image header is invalid")),
        };
        // Fields beyond the number of dimensions may be anything.
        let (height, channels) = match short(4) {
            1 => (1, 1),
            2 => (short(8), 1),
            3 => (short(8), short(10)),
            _ => return Err(damaged("the image header is invalid")),
        };
        let model = match channels {
            1 => Model::Grey,
            2 => Model::GreyAlpha,
            3 => Model::Rgb,
            4 => Model::RgbAlpha,
            0 => return Err(damaged("it has no channels")),
            _ => return Err(unsupported(format!("{channels} channels"))),
        };
        // Packed colours, indices of a map, and a map itself: obsolete when the format was written down.
        if header[104..108] != [0; 4] {
            return Err(unsupported("colours of an obsolete kind".to_string()));
        }
        Ok(Self { size: Size::new(short(6).into(), height.into()), model, depth, storage })
    }

    /// Returns row `y`, from below, of a channel; `None` where the file ends before it does.
    pub(super) fn row<'a>(&self, bytes: &'a [u8], channel: usize, y: usize) -> Option<Row<'a>> {
        let (width, height) = (self.size.width as usize, self.size.height as usize);
        let index = channel * height + y;
        if self.storage == Storage::Verbatim {
            let length = width * self.depth.bytes();
            let start = HEADER.checked_add(index.checked_mul(length)?)?;
            return bytes.get(start..start.checked_add(length)?).map(Row::Samples);
        }
        let entry = |table: usize| {
            let at = HEADER + 4 * (table * height * self.model.planes() + index);
            let four = bytes.get(at..at + 4)?.first_chunk::<4>()?;
            usize::try_from(u32::from_be_bytes(*four)).ok()
        };
        let (start, length) = (entry(0)?, entry(1)?);
        bytes.get(start..start.checked_add(length)?).map(Row::Runs)
    }
}
