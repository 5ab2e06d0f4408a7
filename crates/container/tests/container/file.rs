//! Builds directories, JPEG heads and boxes byte by byte.

use Value::{Bytes, Longs, Shorts};

/// The value of an entry: numbers of 2 or 4 bytes, or bytes.
#[derive(Clone)]
pub(super) enum Value {
    Shorts(Vec<u16>),
    Longs(Vec<u32>),
    Bytes(Vec<u8>),
}

pub(super) fn long(number: u32) -> Value {
    Longs(vec![number])
}

pub(super) fn short(number: u16) -> Value {
    Shorts(vec![number])
}

/// A file under construction, little or big endian.
pub(super) struct File {
    pub(super) bytes: Vec<u8>,
    is_big_endian: bool,
}

impl File {
    pub(super) fn new(magic: &[u8; 4]) -> Self {
        Self { bytes: [magic.as_slice(), &[0; 4]].concat(), is_big_endian: magic[0] == b'M' }
    }

    pub(super) fn number(&self, number: u32, size: usize) -> Vec<u8> {
        if self.is_big_endian {
            number.to_be_bytes()[4 - size..].to_vec()
        } else {
            number.to_le_bytes()[..size].to_vec()
        }
    }

    /// Appends bytes; returns their offset.
    pub(super) fn append(&mut self, bytes: &[u8]) -> u32 {
        let at = self.bytes.len() as u32;
        self.bytes.extend_from_slice(bytes);
        at
    }

    /// Appends a directory whose offsets count from `base`; returns its own offset from there.
    pub(super) fn directory_from(&mut self, base: u32, entries: &[(u16, Value)], next: u32) -> u32 {
        let at = self.bytes.len() as u32;
        let mut values_at = at + 2 + 12 * entries.len() as u32 + 4;
        let mut values = Vec::new();
        let mut table = self.number(entries.len() as u32, 2);
        for (tag, value) in entries {
            let (kind, count, data) = match value {
                Shorts(numbers) => {
                    (3, numbers.len(), numbers.iter().flat_map(|n| self.number((*n).into(), 2)).collect())
                }
                Longs(numbers) => (4, numbers.len(), numbers.iter().flat_map(|n| self.number(*n, 4)).collect()),
                Bytes(bytes) => (7, bytes.len(), bytes.clone()),
            };
            table.extend([self.number((*tag).into(), 2), self.number(kind, 2), self.number(count as u32, 4)].concat());
            if data.len() <= 4 {
                table.extend([data.as_slice(), &[0; 4][data.len()..]].concat());
            } else {
                table.extend(self.number(values_at - base, 4));
                values_at += data.len() as u32;
                values.extend(data);
            }
        }
        table.extend(self.number(next, 4));
        self.append(&table);
        self.append(&values);
        at - base
    }

    pub(super) fn directory(&mut self, entries: &[(u16, Value)], next: u32) -> u32 {
        self.directory_from(0, entries, next)
    }

    /// Writes the offset of the first directory into the header.
    pub(super) fn finish(mut self, first: u32) -> Vec<u8> {
        let first = self.number(first, 4);
        self.bytes[4..8].copy_from_slice(&first);
        self.bytes
    }
}

/// Builds the head of a JPEG of this size, with some bytes behind it.
pub(super) fn jpeg(width: u16, height: u16) -> Vec<u8> {
    frame(0xc0, width, height)
}

pub(super) fn frame(marker: u8, width: u16, height: u16) -> Vec<u8> {
    let comment = b"\xff\xfe\0\x06xxxx";
    let head = [b"\xff\xd8".as_slice(), comment, &[0xff, marker, 0, 17, 8]].concat();
    [&head[..], &height.to_be_bytes(), &width.to_be_bytes(), &[3, 1, 0x22, 0, 2, 0x11, 0, 3, 0x11, 0], &[0; 40]]
        .concat()
}

/// Builds a box of a CR3.
pub(super) fn part(name: &[u8; 4], content: &[u8]) -> Vec<u8> {
    [&(content.len() as u32 + 8).to_be_bytes(), name.as_slice(), content].concat()
}
