//! Parses the boxes of ISO base media files (ISO/IEC 14496-12, 4.2). CR3, HEIF and AVIF are made of them.

use super::input::Reader;
use super::span::Span;

/// A box.
pub(super) struct Part {
    pub(super) name: [u8; 4],
    /// Offsets at which its content begins and ends.
    pub(super) content: u64,
    pub(super) end: u64,
}

/// Reads the box at `at`. `None` from `end` on, or if its length is shorter than its header.
pub(super) fn next_box(reader: &mut Reader<'_>, at: u64, end: u64) -> Option<Part> {
    if at >= end {
        return None;
    }
    let [l3, l2, l1, l0, n3, n2, n1, n0]: [u8; 8] = reader.array(at)?;
    let (header, length) = match u32::from_be_bytes([l3, l2, l1, l0]) {
        0 => (8, end - at),
        1 => (16, u64::from_be_bytes(reader.array(at + 8)?)),
        length => (8, u64::from(length)),
    };
    (length >= header).then_some(Part {
        name: [n3, n2, n1, n0],
        content: at.checked_add(header)?,
        end: at.checked_add(length)?.min(end),
    })
}

/// Lists the boxes from `at` to `end`, at most `limit`.
pub(super) fn list_boxes(reader: &mut Reader<'_>, mut at: u64, end: u64, limit: usize) -> Vec<Part> {
    let mut parts = Vec::new();
    while let Some(part) = next_box(reader, at, end) {
        if parts.len() >= limit {
            break;
        }
        at = part.end;
        parts.push(part);
    }
    parts
}

/// The fields of a box, in order, big endian. Reads past its end return `None`.
pub(super) struct Fields<'r, 'i> {
    reader: &'r mut Reader<'i>,
    pub(super) at: u64,
    pub(super) end: u64,
}

impl<'r, 'i> Fields<'r, 'i> {
    pub(super) fn of(reader: &'r mut Reader<'i>, part: &Part) -> Self {
        Self { reader, at: part.content, end: part.end }
    }

    /// Reads the version and flags with which a full box begins (4.2).
    pub(super) fn version(&mut self) -> Option<(u8, u32)> {
        let word = self.u32()?;
        Some((word.to_be_bytes()[0], word & 0xff_ffff))
    }

    pub(super) fn array<const N: usize>(&mut self) -> Option<[u8; N]> {
        let next = self.at.checked_add(N as u64).filter(|next| *next <= self.end)?;
        let bytes = self.reader.array(self.at)?;
        self.at = next;
        Some(bytes)
    }

    pub(super) fn u8(&mut self) -> Option<u8> {
        self.array().map(u8::from_be_bytes)
    }

    pub(super) fn u16(&mut self) -> Option<u16> {
        self.array().map(u16::from_be_bytes)
    }

    pub(super) fn u32(&mut self) -> Option<u32> {
        self.array().map(u32::from_be_bytes)
    }

    pub(super) fn u64(&mut self) -> Option<u64> {
        self.array().map(u64::from_be_bytes)
    }

    /// Reads a text up to its terminating zero, or up to the end of the box. `None` if it is longer than `longest`.
    pub(super) fn text(&mut self, longest: usize) -> Option<Vec<u8>> {
        let mut text = Vec::new();
        while self.at < self.end {
            match self.u8()? {
                0 => return Some(text),
                _ if text.len() == longest => return None,
                byte => text.push(byte),
            }
        }
        Some(text)
    }

    /// Reads a number of 4 bytes if `is_long`, otherwise of 2.
    pub(super) fn short_or_long(&mut self, is_long: bool) -> Option<u32> {
        if is_long { self.u32() } else { self.u16().map(u32::from) }
    }

    /// Reads a number of 0, 2, 4 or 8 bytes. `None` for other sizes.
    pub(super) fn sized(&mut self, bytes: u8) -> Option<u64> {
        match bytes {
            0 => Some(0),
            2 => self.u16().map(u64::from),
            4 => self.u32().map(u64::from),
            8 => self.u64(),
            _ => None,
        }
    }
}

/// Returns the place of a track's first sample, given the boxes of its `stbl`.
pub(super) fn first_sample(reader: &mut Reader<'_>, table: &[Part]) -> Option<Span> {
    let (mut offset, mut length) = (None, None);
    for part in table {
        // Version and flags are 4 bytes. `stsz`: one size for all samples, or 0 and a table behind a count.
        match &part.name {
            b"stsz" => {
                let size = reader.array(part.content + 4).map(u32::from_be_bytes);
                length = match size {
                    Some(0) => reader.array(part.content + 12).map(u32::from_be_bytes),
                    size => size,
                };
            }
            b"co64" => offset = reader.array(part.content + 8).map(u64::from_be_bytes),
            b"stco" => offset = reader.array(part.content + 8).map(|four| u64::from(u32::from_be_bytes(four))),
            _ => {}
        }
    }
    Some(Span { offset: offset?, len: length?.into() })
}
