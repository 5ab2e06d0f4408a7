//! The headers of a coded image, and the bytes of its tiles.

use crate::bits::Bits;
use crate::error::Error;
use crate::frame::Frame;
use crate::sequence::Sequence;
use crate::units;

/// A coded image.
#[derive(Debug)]
pub(crate) struct Coded<'a> {
    pub(crate) sequence: Sequence,
    pub(crate) frame: Frame,
    /// The tiles, row by row.
    pub(crate) tiles: Vec<&'a [u8]>,
}

impl<'a> Coded<'a> {
    /// Reads the headers of an item that holds a single frame.
    pub(crate) fn read(mut data: &'a [u8]) -> Result<Self, Error> {
        let (mut sequence, mut frame, mut tiles) = (None, None, Vec::new());
        while !data.is_empty() {
            let unit = units::split(&mut data)?;
            if unit.is_of_higher_layer {
                return Err(Error::Unsupported("a picture of several layers"));
            }
            match unit.kind {
                units::SEQUENCE_HEADER => {
                    let read = Sequence::read(unit.content)?;
                    if sequence.get_or_insert(read.clone()) != &read {
                        return Err(Error::Unsupported("a second sequence"));
                    }
                }
                units::FRAME_HEADER | units::FRAME => {
                    let sequence = sequence.as_ref().ok_or(Error::Invalid("a frame without a sequence"))?;
                    if frame.is_some() {
                        return Err(Error::Unsupported("a second frame"));
                    }
                    let mut bits = Bits::new(unit.content);
                    let read = frame.insert(Frame::read(&mut bits, sequence)?);
                    if unit.kind == units::FRAME {
                        read_tiles(bits.rest(), read, &mut tiles)?;
                    }
                }
                units::TILE_GROUP => {
                    let frame = frame.as_ref().ok_or(Error::Invalid("tiles without a frame"))?;
                    read_tiles(unit.content, frame, &mut tiles)?;
                }
                units::TILE_LIST => return Err(Error::Unsupported("a list of tiles")),
                _ => {}
            }
        }
        let (sequence, frame) = sequence.zip(frame).ok_or(Error::Truncated("the headers"))?;
        if tiles.len() < frame.tiles.across() * frame.tiles.down() {
            return Err(Error::Truncated("the tiles"));
        }
        Ok(Self { sequence, frame, tiles })
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
