//! The headers of a coded image, and the bytes of its tiles.

use crate::bits::Bits;
use crate::error::Error;
use crate::frame::Frame;
use crate::sequence::Sequence;
use crate::units::{self, Extent};

/// The headers of a coded image.
#[derive(Debug, Clone)]
pub(crate) struct CodedHeaders {
    pub(crate) sequence: Sequence,
    pub(crate) frame: Frame,
}

/// A coded image.
#[derive(Debug)]
pub(crate) struct Coded<'a> {
    pub(crate) headers: CodedHeaders,
    /// The tiles, row by row.
    pub(crate) tiles: Vec<&'a [u8]>,
}

impl CodedHeaders {
    /// Reads the headers of the first frame, and returns the tiles that its unit holds after them. What follows it stays in
    /// `data`.
    pub(crate) fn read<'a>(data: &mut &'a [u8], extent: Extent) -> Result<(Self, Option<&'a [u8]>), Error> {
        let mut sequence = None;
        while !data.is_empty() {
            let unit = units::split(data, extent)?;
            if unit.is_of_higher_layer {
                return Err(Error::Unsupported("a picture of several layers"));
            }
            match unit.kind {
                units::SEQUENCE_HEADER => sequence = Some(Sequence::read(unit.content)?),
                units::FRAME_HEADER | units::FRAME => {
                    let sequence = sequence.ok_or(Error::Invalid("a frame without a sequence"))?;
                    let mut bits = Bits::new(unit.content);
                    let frame = Frame::read(&mut bits, &sequence)?;
                    let tiles = (unit.kind == units::FRAME).then(|| bits.rest());
                    return Ok((Self { sequence, frame }, tiles));
                }
                _ => {}
            }
        }
        Err(Error::Truncated("the headers"))
    }
}

impl<'a> Coded<'a> {
    /// Reads the headers and tiles of the first frame.
    pub(crate) fn read(mut data: &'a [u8]) -> Result<Self, Error> {
        let (headers, group) = CodedHeaders::read(&mut data, Extent::Whole)?;
        let frame = &headers.frame;
        let count = frame.tiles.across() * frame.tiles.down();
        let mut tiles = Vec::with_capacity(count);
        if let Some(group) = group {
            read_tiles(group, frame, &mut tiles)?;
        }
        while tiles.len() < count {
            if data.is_empty() {
                return Err(Error::Truncated("the tiles"));
            }
            let unit = units::split(&mut data, Extent::Whole)?;
            match unit.kind {
                units::TILE_GROUP => read_tiles(unit.content, frame, &mut tiles)?,
                units::FRAME_HEADER | units::FRAME => return Err(Error::Invalid("a frame inside another")),
                _ => {}
            }
        }
        Ok(Self { headers, tiles })
    }
}

/// Splits a group of tiles (5.11.1).
fn read_tiles<'a>(data: &'a [u8], frame: &Frame, tiles: &mut Vec<&'a [u8]>) -> Result<(), Error> {
    const END: Error = Error::Truncated("a group of tiles");
    let count = frame.tiles.across() * frame.tiles.down();
    let mut bits = Bits::new(data);
    let (mut first, mut last) = (0, count - 1);
    if count > 1 && bits.flag()? {
        first = bits.take(frame.tiles.number_bits)? as usize;
        last = bits.take(frame.tiles.number_bits)? as usize;
    }
    if first != tiles.len() || last < first || last >= count {
        return Err(Error::Invalid("the order of tiles"));
    }
    let mut rest = if count > 1 { bits.rest() } else { data };
    for number in first..=last {
        let size = if number == last {
            rest.len()
        } else {
            let (size, after) = rest.split_at_checked(frame.tiles.size_bytes).ok_or(END)?;
            rest = after;
            size.iter().rev().fold(0, |size, byte| size << 8 | usize::from(*byte)) + 1
        };
        let (tile, after) = rest.split_at_checked(size).ok_or(END)?;
        if tile.is_empty() {
            return Err(END);
        }
        tiles.push(tile);
        rest = after;
    }
    Ok(())
}
