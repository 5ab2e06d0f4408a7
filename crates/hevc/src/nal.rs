//! Finds NAL units and removes their emulation prevention (ITU-T H.265, 7.3.1; ISO/IEC 14496-15, 8.3).

use crate::error::Error;

/// Kinds of NAL units that are read (ITU-T H.265, table 7-1).
pub(crate) const IDR: std::ops::RangeInclusive<u8> = 19..=20;
pub(crate) const RANDOM_ACCESS: std::ops::RangeInclusive<u8> = 16..=21;
pub(crate) const SLICES: std::ops::RangeInclusive<u8> = 0..=21;
pub(crate) const SEQUENCE: u8 = 33;
pub(crate) const PICTURE: u8 = 34;

/// A NAL unit of the base layer, as stored.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Unit<'a> {
    pub(crate) kind: u8,
    payload: &'a [u8],
}

impl<'a> Unit<'a> {
    /// Reads a unit. `None` for one of another layer, or without a header.
    fn read(bytes: &'a [u8]) -> Option<Self> {
        let (head, payload) = bytes.split_first_chunk::<2>()?;
        let layer = (head[0] & 1) << 5 | head[1] >> 3;
        (layer == 0).then_some(Self { kind: head[0] >> 1 & 0x3f, payload })
    }

    /// Returns the payload without emulation prevention.
    pub(crate) fn unescape(&self) -> Vec<u8> {
        unescape(self.payload)
    }

    /// Returns the start of the payload, which holds a slice's header, without emulation prevention.
    pub(crate) fn start(&self) -> Vec<u8> {
        unescape(&self.payload[..self.payload.len().min(HEADER)])
    }
}

/// Bytes that hold a slice's header up to its quantiser.
const HEADER: usize = 512;

fn unescape(payload: &[u8]) -> Vec<u8> {
    let mut clean = Vec::with_capacity(payload.len());
    let mut rest = payload;
    while let Some(at) = find_prevention(rest) {
        clean.extend_from_slice(&rest[..at]);
        rest = &rest[at + 1..];
    }
    clean.extend_from_slice(rest);
    clean
}

/// Returns the index of the first 3 that follows two zeros.
fn find_prevention(bytes: &[u8]) -> Option<usize> {
    let mut from = 2;
    while from < bytes.len() {
        // A byte that is no zero can't stand before the end of a pattern either.
        match bytes[from] {
            3 if bytes[from - 1] == 0 && bytes[from - 2] == 0 => return Some(from),
            0 => from += 1,
            _ => from += 3,
        }
    }
    None
}

/// Finds the units of a decoder configuration record and of the data that it describes.
pub(crate) fn of_item<'a>(configuration: &'a [u8], data: &'a [u8]) -> Result<Vec<Unit<'a>>, Error> {
    const NAME: &str = "the decoder configuration";
    let head = configuration.first_chunk::<23>().ok_or(Error::Truncated(NAME))?;
    let mut units = Vec::new();
    let mut rest = &configuration[23..];
    for _ in 0..head[22] {
        let (head, after) = rest.split_first_chunk::<3>().ok_or(Error::Truncated(NAME))?;
        rest = after;
        for _ in 0..u16::from_be_bytes([head[1], head[2]]) {
            let (length, after) = rest.split_first_chunk::<2>().ok_or(Error::Truncated(NAME))?;
            let length = usize::from(u16::from_be_bytes(*length));
            let (unit, after) = after.split_at_checked(length).ok_or(Error::Truncated(NAME))?;
            units.extend(Unit::read(unit));
            rest = after;
        }
    }
    let width = usize::from(head[21] & 3) + 1;
    let mut rest = data;
    while let Some((length, after)) = rest.split_at_checked(width) {
        let length = length.iter().fold(0, |length, byte| length << 8 | usize::from(*byte));
        let (unit, after) = after.split_at(length.min(after.len()));
        units.extend(Unit::read(unit));
        rest = after;
    }
    Ok(units)
}

/// Finds the units of a byte stream (ITU-T H.265, annex B).
pub(crate) fn of_stream(bytes: &[u8]) -> Vec<Unit<'_>> {
    let mut units = Vec::new();
    let mut start = None;
    let mut at = 0;
    while at + 3 <= bytes.len() {
        if bytes[at..at + 3] == [0, 0, 1] {
            units.extend(start.and_then(|start: usize| Unit::read(&bytes[start..at])));
            at += 3;
            start = Some(at);
        } else {
            at += 1;
        }
    }
    units.extend(start.and_then(|start| Unit::read(&bytes[start..])));
    units
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Removes emulation prevention byte by byte.
    fn unescape_slowly(bytes: &[u8]) -> Vec<u8> {
        let (mut clean, mut zeros) = (Vec::new(), 0);
        for byte in bytes {
            if zeros >= 2 && *byte == 3 {
                zeros = 0;
                continue;
            }
            zeros = if *byte == 0 { zeros + 1 } else { 0 };
            clean.push(*byte);
        }
        clean
    }

    #[test]
    fn every_short_payload_is_unescaped_as_slowly() {
        let symbols = [0, 1, 3, 7];
        for number in 0..4_usize.pow(8) {
            let payload: Vec<u8> = (0..8).map(|place| symbols[number >> (2 * place) & 3]).collect();
            let unit = Unit { kind: 0, payload: &payload };
            assert_eq!(unit.unescape(), unescape_slowly(&payload), "{payload:?}");
        }
    }

    #[test]
    fn units_are_found_between_start_codes_and_by_their_lengths() {
        let stream = [0, 0, 0, 1, 0x42, 1, 9, 0, 0, 1, 0x26, 1, 8, 7, 0, 0, 1, 0x26, 9, 5];
        let units = of_stream(&stream);
        assert_eq!(
            units.iter().map(|unit| (unit.kind, unit.payload)).collect::<Vec<_>>(),
            [(33, [9].as_slice()), (19, &[8, 7])]
        );
        let mut configuration = vec![0; 23];
        configuration[21] = 1;
        configuration[22] = 1;
        configuration.extend([33, 0, 1, 0, 3, 0x42, 1, 9]);
        let units = of_item(&configuration, &[0, 4, 0x26, 1, 8, 7, 0, 3, 0x26, 9, 5, 0, 9, 0x26, 1]).unwrap();
        assert_eq!(units.iter().map(|unit| unit.kind).collect::<Vec<_>>(), [33, 19, 19]);
        assert!(of_item(&configuration[..25], &[]).is_err());
    }
}
