//! Reads TIFF's directories and the values of their entries (TIFF 6.0, section 2; BigTIFF).

use super::input::Reader;
use super::span::Span;

/// Limit of entries read per directory; EXIF's largest have about a hundred.
const MAX_ENTRIES: usize = 512;

/// Tag of the orientation (TIFF 6.0, section 8; EXIF 2.32, 4.6.4 A).
const ORIENTATION: u16 = 274;

/// Limit of digits read of a number written as text.
const MAX_DIGITS: usize = 8;

/// The byte order of numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// Little endian: "II" at the start of the header.
    Little,
    /// Big endian: "MM".
    Big,
}

impl Order {
    /// The order of the machine that the program runs on.
    pub const NATIVE: Self = if cfg!(target_endian = "little") { Self::Little } else { Self::Big };

    /// Returns the order that a header's first two bytes name.
    pub(super) fn of(mark: &[u8]) -> Option<Self> {
        match mark {
            b"II" => Some(Self::Little),
            b"MM" => Some(Self::Big),
            _ => None,
        }
    }

    /// Returns the bytes of a number of 4 bytes.
    pub(super) const fn bytes(self, number: u32) -> [u8; 4] {
        match self {
            Self::Little => number.to_le_bytes(),
            Self::Big => number.to_be_bytes(),
        }
    }

    /// Returns the bytes of a number of 2 bytes.
    pub(super) const fn short(self, number: u16) -> [u8; 2] {
        match self {
            Self::Little => number.to_le_bytes(),
            Self::Big => number.to_be_bytes(),
        }
    }

    pub(super) fn number(self, bytes: &[u8]) -> u64 {
        let join = |number: u64, byte: &u8| number << 8 | u64::from(*byte);
        match self {
            Self::Little => bytes.iter().rev().fold(0, join),
            Self::Big => bytes.iter().fold(0, join),
        }
    }
}

/// A TIFF header: base, byte order and width of the offsets of its directories.
///
/// BigTIFF has offsets of 8 bytes, all others of 4.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tiff {
    /// Base of offsets, in bytes from the start of the input.
    pub(super) base: u64,
    /// The byte order of all numbers.
    pub order: Order,
    /// Whether counts and offsets have 8 bytes instead of 4.
    big: bool,
}

/// A directory's entry.
#[derive(Clone, Copy, Debug)]
pub(super) struct Entry {
    tag: u16,
    kind: u16,
    count: u64,
    /// Offset of its values, in bytes from the start of the input.
    pub(super) at: u64,
    /// The values themselves, if they fit in.
    value: [u8; 8],
    is_inside: bool,
}

/// The values of an entry, as the file holds them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Value {
    pub(super) tag: u16,
    pub(super) kind: u16,
    pub(super) count: u32,
    pub(super) bytes: Vec<u8>,
}

impl Entry {
    /// Returns the bytes of all values.
    pub(super) fn length(&self) -> u64 {
        self.count.saturating_mul(size_of_kind(self.kind))
    }

    /// Returns the place of all values.
    pub(super) fn place(&self) -> Span {
        Span { offset: self.at, len: self.length() }
    }

    /// Returns the bytes of at most `at_most` values of `size` bytes each.
    fn values(&self, reader: &mut Reader<'_>, size: usize, at_most: usize) -> Vec<u8> {
        let count = usize::try_from(self.count).unwrap_or(usize::MAX).min(at_most);
        if self.is_inside {
            self.value[..(count * size).min(self.value.len())].to_vec()
        } else {
            reader.up_to(self.at, count * size).unwrap_or_default()
        }
    }
}

/// A directory: the entries that describe an image, by their tags.
///
/// At most 512 entries are read.
#[derive(Clone, Debug)]
pub struct Directory {
    tiff: Tiff,
    entries: Vec<Entry>,
    /// Offset of the next one of the chain in bytes from the TIFF header; 0 at the end.
    pub next: u64,
}

impl Tiff {
    /// Describes directories without a header of their own.
    pub(super) const fn bare(base: u64, order: Order) -> Self {
        Self { base, order, big: false }
    }

    /// Reads the header at `base`; returns it with the offset of its first directory, in bytes from there.
    ///
    /// `None` if no header is there. Some makers' RAW files have other values than TIFF's 42, which are accepted: "RO", "RS"
    /// and "OR" at Olympus, "U" at Panasonic.
    #[must_use]
    pub fn open(reader: &mut Reader<'_>, base: u64) -> Option<(Self, u64)> {
        let head: [u8; 8] = reader.array(base)?;
        let order = Order::of(&head[..2])?;
        match (order.number(&head[2..4]), &head[..4]) {
            (42, _) | (_, b"IIRO" | b"IIRS" | b"MMOR" | b"IIU\0") => {
                Some((Self { base, order, big: false }, order.number(&head[4..])))
            }
            (43, _) => {
                let first: [u8; 8] = reader.array(base.checked_add(8)?)?;
                Some((Self { base, order, big: true }, order.number(&first)))
            }
            _ => None,
        }
    }

    /// Reads the directory at `offset`, in bytes from the header.
    ///
    /// A truncated one has only the entries that are there. `None` if it ends before them, or the budget of `reader` does.
    #[must_use]
    pub fn directory(self, reader: &mut Reader<'_>, offset: u64) -> Option<Directory> {
        let at = self.base.checked_add(offset)?;
        let (count_bytes, entry_bytes, offset_bytes) = if self.big { (8, 20, 8) } else { (2, 12, 4) };
        let count = self.order.number(&reader.bytes(at, count_bytes)?);
        let looked_at = usize::try_from(count).unwrap_or(usize::MAX).min(MAX_ENTRIES);
        let first = at.checked_add(count_bytes as u64)?;
        let bytes = reader.up_to(first, looked_at * entry_bytes + offset_bytes)?;
        let next = bytes.get(looked_at * entry_bytes..).filter(|next| next.len() == offset_bytes);
        // A directory that was not read to its end ends the chain.
        let next = next.filter(|_| looked_at as u64 == count).map_or(0, |next| self.order.number(next));
        let entries = (first..)
            .step_by(entry_bytes)
            .zip(bytes.chunks_exact(entry_bytes).take(looked_at))
            .filter_map(|(at, entry)| self.entry(at, entry))
            .collect();
        Some(Directory { tiff: self, entries, next })
    }

    /// Parses the entry at `at`.
    fn entry(self, at: u64, bytes: &[u8]) -> Option<Entry> {
        let [tag, kind] = [0, 2].map(|at| u16::try_from(self.order.number(&bytes[at..at + 2])));
        let (tag, kind) = (tag.ok()?, kind.ok()?);
        let (count, field) = bytes[4..].split_at((bytes.len() - 4) / 2);
        let count = self.order.number(count);
        let is_inside = count.saturating_mul(size_of_kind(kind)) <= field.len() as u64;
        let mut value = [0; 8];
        value[..field.len()].copy_from_slice(field);
        let at = if is_inside {
            at + (bytes.len() - field.len()) as u64
        } else {
            self.base.checked_add(self.order.number(field))?
        };
        Some(Entry { tag, kind, count, at, value, is_inside })
    }
}

impl Directory {
    /// Returns whether there is an entry with this tag.
    #[must_use]
    pub fn has(&self, tag: u16) -> bool {
        self.find(tag).is_some()
    }

    /// Returns the first entry with this tag.
    pub(super) fn find(&self, tag: u16) -> Option<&Entry> {
        self.entries.iter().find(|entry| entry.tag == tag)
    }

    /// Returns the first value of the entry with this tag. `None` if it is missing, or no whole number.
    #[must_use]
    pub fn number(&self, reader: &mut Reader<'_>, tag: u16) -> Option<u64> {
        self.numbers(reader, tag, 1).first().copied()
    }

    /// Returns the values of all entries that are whole and have no more than `longest` bytes. Those of types that only
    /// BigTIFF has are left out.
    pub(super) fn values(&self, reader: &mut Reader<'_>, longest: u64) -> Vec<Value> {
        let value = |entry: &Entry| {
            let length = entry.length();
            if !(1..=13).contains(&entry.kind) || length == 0 || length > longest {
                return None;
            }
            let bytes = entry.values(reader, usize::try_from(size_of_kind(entry.kind)).ok()?, usize::MAX);
            let count = u32::try_from(entry.count).ok()?;
            (bytes.len() as u64 == length).then_some(Value { tag: entry.tag, kind: entry.kind, count, bytes })
        };
        self.entries.iter().filter_map(value).collect()
    }

    /// Returns the orientation, 1 to 8. The standards want one SHORT; cameras and programs have written every other
    /// type, several values, and digits.
    #[must_use]
    pub fn orientation(&self, reader: &mut Reader<'_>) -> Option<u16> {
        let entry = self.find(ORIENTATION)?;
        let value = match entry.kind {
            2 => of_text(&entry.values(reader, 1, MAX_DIGITS)),
            5 | 10 => {
                let pair = entry.values(reader, 8, 1);
                let [above, below] = [pair.get(..4)?, pair.get(4..8)?].map(|four| self.tiff.order.number(four));
                above.checked_div(below).filter(|whole| whole.checked_mul(below) == Some(above))
            }
            _ => self.number(reader, ORIENTATION),
        };
        value.and_then(|value| u16::try_from(value).ok()).filter(|value| (1..=8).contains(value))
    }

    /// Returns the place of an entry's values.
    #[must_use]
    pub fn place(&self, tag: u16) -> Option<Span> {
        self.find(tag).map(Entry::place)
    }

    /// Returns at most `at_most` values of an entry, if they are fractions. Whole numbers, which some writers store
    /// instead, have a denominator of 1.
    #[must_use]
    pub fn fractions(&self, reader: &mut Reader<'_>, tag: u16, at_most: usize) -> Vec<f32> {
        let Some(entry) = self.find(tag) else { return Vec::new() };
        if entry.kind != 5 {
            #[expect(clippy::cast_precision_loss, reason = "24 bits are more than a colour needs")]
            return self.numbers(reader, tag, at_most).into_iter().map(|number| number as f32).collect();
        }
        let count = usize::try_from(entry.count).unwrap_or(usize::MAX).min(at_most);
        let bytes = if entry.is_inside { Some(entry.value.to_vec()) } else { reader.up_to(entry.at, count * 8) };
        #[expect(clippy::cast_precision_loss, reason = "24 bits of each are more than a colour needs")]
        let quotient =
            |pair: &[u8]| self.tiff.order.number(&pair[..4]) as f32 / self.tiff.order.number(&pair[4..]) as f32;
        bytes.unwrap_or_default().chunks_exact(8).take(count).map(quotient).collect()
    }

    /// Returns at most `at_most` values of an entry of numbers of any kind. A fraction may be infinite or not a number.
    pub(super) fn reals(&self, reader: &mut Reader<'_>, tag: u16, at_most: usize) -> Vec<f64> {
        let Some(entry) = self.find(tag) else { return Vec::new() };
        let (size, order) = (usize::try_from(size_of_kind(entry.kind)).unwrap_or(1), self.tiff.order);
        let unsigned = |bytes: &[u8]| u32::try_from(order.number(bytes)).unwrap_or(0);
        let signed = |bytes: &[u8]| f64::from(unsigned(bytes).cast_signed());
        let real: &dyn Fn(&[u8]) -> f64 = match entry.kind {
            1 | 3 | 4 => &|bytes| f64::from(unsigned(bytes)),
            5 => &|bytes| f64::from(unsigned(&bytes[..4])) / f64::from(unsigned(&bytes[4..])),
            6 => &|bytes| f64::from(bytes[0].cast_signed()),
            8 => &|bytes| f64::from(u16::try_from(order.number(bytes)).unwrap_or(0).cast_signed()),
            9 => &|bytes| signed(bytes),
            10 => &|bytes| signed(&bytes[..4]) / signed(&bytes[4..]),
            11 => &|bytes| f64::from(f32::from_bits(unsigned(bytes))),
            12 => &|bytes| f64::from_bits(order.number(bytes)),
            _ => return Vec::new(),
        };
        entry.values(reader, size, at_most).chunks_exact(size).map(real).collect()
    }

    /// Returns the first value of an entry of signed fractions.
    pub(super) fn signed_fraction(&self, reader: &mut Reader<'_>, tag: u16) -> Option<f32> {
        let entry = self.find(tag).filter(|entry| entry.kind == 10)?;
        let pair = entry.values(reader, 8, 1);
        let number = |four: &[u8]| u32::try_from(self.tiff.order.number(four)).ok().map(u32::cast_signed);
        let (above, below) = (number(pair.get(..4)?)?, number(pair.get(4..8)?)?);
        #[expect(clippy::cast_precision_loss, reason = "24 bits are more than brightness needs")]
        let quotient = above as f32 / below as f32;
        quotient.is_finite().then_some(quotient)
    }

    /// Returns at most `at_most` values of an entry, if they are whole numbers.
    #[must_use]
    pub fn numbers(&self, reader: &mut Reader<'_>, tag: u16, at_most: usize) -> Vec<u64> {
        let Some(entry) = self.find(tag) else { return Vec::new() };
        // BYTE, ASCII, SBYTE, UNDEFINED; SHORT, SSHORT; LONG, SLONG, IFD; LONG8, SLONG8, IFD8. Valid files have no
        // negative values.
        let size = match entry.kind {
            1 | 2 | 6 | 7 => 1,
            3 | 8 => 2,
            4 | 9 | 13 => 4,
            16..=18 => 8,
            _ => return Vec::new(),
        };
        let bytes = entry.values(reader, size, at_most);
        bytes.chunks_exact(size).map(|value| self.tiff.order.number(value)).collect()
    }
}

/// Parses the digits of a text; without digits, returns its first byte.
fn of_text(text: &[u8]) -> Option<u64> {
    let digits: Vec<u8> = text.trim_ascii_start().iter().copied().take_while(u8::is_ascii_digit).collect();
    match std::str::from_utf8(&digits).ok()?.parse() {
        Ok(number) => Some(number),
        Err(_) => text.first().map(|byte| u64::from(*byte)),
    }
}

/// Returns the bytes of a value (TIFF 6.0, section 2; 13 is IFD, 16 to 18 are BigTIFF's). An unknown kind counts as one
/// of bytes.
const fn size_of_kind(kind: u16) -> u64 {
    match kind {
        3 | 8 => 2,
        4 | 9 | 11 | 13 => 4,
        5 | 10 | 12 | 16..=18 => 8,
        _ => 1,
    }
}
