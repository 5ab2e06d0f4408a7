//! Feeds a file to the decoder as it is, or as one of level 10 (ISO/IEC 18181-1, annex M), whatever it states.
//!
//! The crate restricts bare codestreams, and containers without a statement, to level 5, the decoding duty of a small
//! device. Other decoders show everything, and the limits on pixels and memory are the run's own.

use std::io::{Error, IoSliceMut};

use jxl::api::JxlBitstreamInput;

/// Signature and file type of a container (18181-2, 9.1 and 9.2).
const CONTAINER: &[u8] = b"\0\0\0\x0cJXL \r\n\x87\n\0\0\0\x14ftypjxl \0\0\0\0jxl ";

/// The box that states level 10.
const LEVEL: &[u8] = b"\0\0\0\x09jxll\x0a";

/// The same, and the start of a codestream box that takes the rest of the file.
const LEVEL_AND_CODESTREAM: &[u8] = b"\0\0\0\x09jxll\x0a\0\0\0\0jxlc";

/// Most boxes searched for the codestream.
const MAX_BOXES: usize = 1024;

/// A file in pieces, of which the second one states the level.
#[derive(Clone, Copy, Debug)]
pub(super) struct Stream<'a>([&'a [u8]; 3]);

impl<'a> Stream<'a> {
    /// Returns the file as it is.
    pub(super) const fn of(file: &'a [u8]) -> Self {
        Self([file, &[], &[]])
    }

    /// Returns the file with a statement of level 10.
    pub(super) fn of_level_10(file: &'a [u8]) -> Self {
        if !file.starts_with(&CONTAINER[..12]) {
            return Self([CONTAINER, LEVEL_AND_CODESTREAM, file]);
        }
        match split(file) {
            Some((before, after)) => Self([before, LEVEL, after]),
            None => Self::of(file),
        }
    }

    /// Returns the stream up to a length.
    pub(super) fn up_to(self, length: usize) -> Self {
        let mut left = length;
        Self(self.0.map(|piece| {
            let part = &piece[..piece.len().min(left)];
            left -= part.len();
            part
        }))
    }

    /// Advances by `wanted` bytes, or to the end, and passes each piece to `take`.
    fn advance(&mut self, wanted: usize, mut take: impl FnMut(usize, &[u8])) -> usize {
        let mut at = 0;
        for piece in &mut self.0 {
            let (part, rest) = piece.split_at(piece.len().min(wanted - at));
            take(at, part);
            at += part.len();
            *piece = rest;
        }
        at
    }
}

impl JxlBitstreamInput for Stream<'_> {
    fn available_bytes(&mut self) -> Result<usize, Error> {
        Ok(self.0.iter().map(|piece| piece.len()).sum())
    }

    fn read(&mut self, buffers: &mut [IoSliceMut<'_>]) -> Result<usize, Error> {
        let mut total = 0;
        for buffer in buffers {
            total += self.advance(buffer.len(), |at, part| buffer[at..at + part.len()].copy_from_slice(part));
        }
        Ok(total)
    }

    fn skip(&mut self, bytes: usize) -> Result<usize, Error> {
        Ok(self.advance(bytes, |_, _| {}))
    }
}

/// Splits a container at the box of its level, or at the place for that box. `None` if the box is in another place,
/// where a second one would be an error.
fn split(file: &[u8]) -> Option<(&[u8], &[u8])> {
    let type_end = box_at(file, 12).filter(|(name, _)| name == b"ftyp")?.1;
    let (before, after) = file.split_at_checked(type_end)?;
    let mut at = type_end;
    for _ in 0..MAX_BOXES {
        match box_at(file, at) {
            Some((name, end)) if &name == b"jxll" => {
                return (at == type_end).then(|| Some((before, file.get(end..)?)))?;
            }
            Some((name, end)) if !matches!(&name, b"jxlc" | b"jxlp") => at = end,
            _ => break,
        }
    }
    Some((before, after))
}

/// Returns name and end of the box at `at`.
fn box_at(file: &[u8], at: usize) -> Option<([u8; 4], usize)> {
    let [l3, l2, l1, l0, name @ ..]: [u8; 8] = *file.get(at..)?.first_chunk()?;
    let length = match u32::from_be_bytes([l3, l2, l1, l0]) {
        0 => return None,
        1 => u64::from_be_bytes(*file.get(at + 8..)?.first_chunk()?),
        length => u64::from(length),
    };
    let end = at.checked_add(usize::try_from(length).ok().filter(|length| *length >= 8)?)?;
    Some((name, end))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(mut stream: Stream<'_>) -> Vec<u8> {
        let mut bytes = vec![0; stream.available_bytes().unwrap()];
        let (first, second) = bytes.split_at_mut(20);
        let count = stream.read(&mut [IoSliceMut::new(first), IoSliceMut::new(second)]).unwrap();
        assert_eq!((count, stream.available_bytes().unwrap()), (bytes.len(), 0));
        bytes
    }

    #[test]
    fn a_bare_codestream_gets_a_container_of_level_10() {
        let bytes = all(Stream::of_level_10(b"\xff\x0acode"));
        assert_eq!(bytes, [CONTAINER, LEVEL, b"\0\0\0\0jxlc\xff\x0acode"].concat());
        let mut stream = Stream::of_level_10(b"\xff\x0acode");
        assert_eq!(stream.skip(CONTAINER.len() + LEVEL_AND_CODESTREAM.len() + 2).unwrap(), 51);
        assert_eq!(stream.available_bytes().unwrap(), 4);
    }

    #[test]
    fn a_container_states_level_10_once() {
        let (exif, codestream) = (b"\0\0\0\x0cExif\0\0\0\0".as_slice(), b"\0\0\0\0jxlccode".as_slice());
        let wanted = [CONTAINER, LEVEL, exif, codestream].concat();
        for level in [&[], LEVEL, b"\0\0\0\x09jxll\x05"] {
            assert_eq!(all(Stream::of_level_10(&[CONTAINER, level, exif, codestream].concat())), wanted);
        }
        let late = [CONTAINER, exif, LEVEL, codestream].concat();
        assert_eq!(all(Stream::of_level_10(&late)), late, "left as it is");
    }

    #[test]
    fn a_container_may_end_anywhere() {
        let file = [CONTAINER, LEVEL, b"\0\0\0\x01jxlc\xff\xff\xff\xff\xff\xff\xff\xffcode".as_slice()].concat();
        for end in CONTAINER.len()..file.len() {
            assert!(all(Stream::of_level_10(&file[..end])).starts_with(CONTAINER), "{end}");
        }
    }
}
