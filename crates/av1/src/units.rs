//! Finds the open bitstream units of an item (AV1 bitstream specification, 5.3).

use crate::error::Error;

/// A unit: its kind and its content.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Unit<'a> {
    pub(crate) kind: u8,
    pub(crate) content: &'a [u8],
    /// Whether the unit belongs to a layer other than the first.
    pub(crate) is_of_higher_layer: bool,
}

/// The part of an item that is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Extent {
    Whole,
    Start,
}

/// Kinds of units (6.2.2).
pub(crate) const SEQUENCE_HEADER: u8 = 1;
pub(crate) const FRAME_HEADER: u8 = 3;
pub(crate) const TILE_GROUP: u8 = 4;
pub(crate) const FRAME: u8 = 6;

/// Splits the first unit off. The last one may lack a size, and of the start of data, its end.
pub(crate) fn split<'a>(data: &mut &'a [u8], extent: Extent) -> Result<Unit<'a>, Error> {
    const END: Error = Error::Truncated("a unit");
    let (&head, mut rest) = data.split_first().ok_or(END)?;
    if head & 0x80 != 0 {
        return Err(Error::Invalid("a unit's header"));
    }
    let mut is_of_higher_layer = false;
    if head & 4 != 0 {
        let (&layers, after) = rest.split_first().ok_or(END)?;
        is_of_higher_layer = layers >> 3 != 0;
        rest = after;
    }
    let size = if head & 2 != 0 { read_size(&mut rest)? } else { rest.len() };
    let there = if extent == Extent::Start { size.min(rest.len()) } else { size };
    let (content, after) = rest.split_at_checked(there).ok_or(END)?;
    *data = after;
    Ok(Unit { kind: head >> 3 & 15, content, is_of_higher_layer })
}

/// Reads a LEB128 integer (4.10.5).
fn read_size(data: &mut &[u8]) -> Result<usize, Error> {
    let mut value = 0_u64;
    for shift in 0..8 {
        let (byte, rest) = data.split_first().ok_or(Error::Truncated("a unit's size"))?;
        *data = rest;
        value |= u64::from(byte & 0x7f) << (7 * shift);
        if byte & 0x80 == 0 {
            return usize::try_from(value).map_err(|_| Error::Invalid("a unit's size"));
        }
    }
    Err(Error::Invalid("a unit's size"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_with_and_without_a_size_are_split_off() {
        let mut data: &[u8] = &[SEQUENCE_HEADER << 3 | 2, 2, 10, 11, FRAME << 3 | 4, 0x20, 12, 13];
        let first = split(&mut data, Extent::Whole).unwrap();
        assert_eq!((first.kind, first.content), (SEQUENCE_HEADER, &[10, 11][..]));
        let second = split(&mut data, Extent::Whole).unwrap();
        assert_eq!((second.kind, second.content), (FRAME, &[12, 13][..]));
        assert!(second.is_of_higher_layer && data.is_empty());
    }

    #[test]
    fn a_unit_longer_than_the_data_is_an_error() {
        let mut data: &[u8] = &[FRAME << 3 | 2, 3, 1, 2];
        assert!(split(&mut &*data, Extent::Whole).is_err());
        assert_eq!(split(&mut data, Extent::Start).unwrap().content, &[1, 2]);
    }
}
