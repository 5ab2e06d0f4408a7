//! Reads scan headers (T.81, B.2.3 and A.2) and iterates over the data between restart markers.
//!
//! [`Layout`] is the order of blocks, and [`run`] passes the data to a [`Decoder`] of MCUs.

use super::bits::Bits;
use super::damage::Tally;
use super::header::{Coding, Header};
use super::unstuff::{Feed, PADDING, Rest};

/// Tables that scans with arithmetic codes choose from. The standard allows 4; libjpeg allows 16, the range of the
/// 4-bit number.
pub(crate) const ARITHMETIC_TABLES: usize = 16;

/// A component's part in a scan.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Part {
    /// Index into the frame's components.
    pub(crate) component: usize,
    /// DC table, 0 to 3, or 0 to 15 for arithmetic codes.
    pub(crate) dc: usize,
    /// AC table, in the same range.
    pub(crate) ac: usize,
}

/// The content of an SOS segment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Scan {
    pub(crate) parts: Vec<Part>,
    /// First and last coefficient in zigzag order.
    pub(crate) band: (u8, u8),
    /// Bit positions of successive approximation: high (0 in a first scan) and low.
    pub(crate) high: u8,
    pub(crate) low: u8,
}

impl Scan {
    /// Reads an SOS payload; `None` if it is truncated or names an unknown component or table.
    pub(crate) fn read(payload: &[u8], header: &Header) -> Option<Self> {
        let (&count, rest) = payload.split_first()?;
        let (names, rest) = rest.split_at_checked(2 * usize::from(count))?;
        let mut parts: Vec<Part> = Vec::new();
        for name in names.chunks_exact(2) {
            let free = |i: &usize| header.components[*i].id == name[0] && parts.iter().all(|p| p.component != *i);
            let component = (0..header.components.len()).find(free)?;
            parts.push(Part { component, dc: usize::from(name[1] >> 4), ac: usize::from(name[1] & 15) });
        }
        // Some cameras omit the spectral fields or fill them with garbage; only progressive scans use them.
        let (start, end, approximation) = match rest {
            &[start, end, approximation, ..] => (start, end, approximation),
            _ => (0, 63, 0),
        };
        let tables = if header.coding == Coding::Arithmetic { ARITHMETIC_TABLES } else { 4 };
        let tables_exist = parts.iter().all(|p| p.dc < tables && p.ac < tables);
        (!parts.is_empty() && tables_exist).then_some(Self {
            parts,
            band: (start, end),
            high: approximation >> 4,
            low: approximation & 15,
        })
    }

    /// Returns whether a progressive frame may have this scan (G.1.1.1).
    pub(crate) fn is_progressive(&self) -> bool {
        let (start, end) = self.band;
        let band = if start == 0 { end == 0 } else { start <= end && end < 64 && self.parts.len() == 1 };
        band && self.low < 14 && (self.high == 0 || self.high == self.low + 1)
    }

    /// Returns the order of blocks; `None` if an MCU would have more than the ten that the standard allows.
    pub(crate) fn layout(&self, header: &Header) -> Option<Layout> {
        let mut slots = Vec::new();
        let (across, down) = match self.parts[..] {
            [part] => {
                slots.push(Slot { part, step: (1, 1), offset: (0, 0) });
                header.own_blocks(part.component)
            }
            _ => {
                for &part in &self.parts {
                    let c = header.components[part.component];
                    let (h, v) = (usize::from(c.h), usize::from(c.v));
                    slots.extend((0..h * v).map(|i| Slot { part, step: (h, v), offset: (i % h, i / h) }));
                }
                header.mcus()
            }
        };
        (slots.len() <= 10).then_some(Layout { slots, across, down })
    }
}

/// A block of an MCU.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Slot {
    pub(crate) part: Part,
    /// Number of the component's blocks in an MCU, across and down.
    pub(crate) step: (usize, usize),
    /// Position of this block among them.
    offset: (usize, usize),
}

impl Slot {
    /// Returns the block's position in its component, in blocks.
    #[inline(always)]
    pub(crate) fn place(&self, x: usize, y: usize) -> (usize, usize) {
        (x * self.step.0 + self.offset.0, y * self.step.1 + self.offset.1)
    }
}

/// The MCUs of a scan.
#[derive(Clone, Debug)]
pub(crate) struct Layout {
    /// Blocks of an MCU in order.
    pub(crate) slots: Vec<Slot>,
    /// MCUs in a row.
    pub(crate) across: usize,
    /// Rows of MCUs.
    pub(crate) down: usize,
}

/// Consecutive MCUs without a restart marker between them.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Interval {
    /// The first MCU, counted in rows from the top left.
    pub(crate) first: usize,
    /// Number of MCUs.
    pub(crate) count: usize,
    /// Bits of data.
    pub(crate) bits: u64,
}

/// A decoder of the MCUs of one kind of scan.
pub(crate) trait Decoder {
    /// Decodes an interval with fresh predictions; returns the number of MCUs read before the data ended.
    fn interval(&mut self, bits: &mut Bits<'_>, interval: Interval) -> usize;

    /// Records MCUs that could not be read.
    fn lost(&mut self, first: usize, count: usize);
}

/// The data of consecutive MCUs without a restart marker between them.
#[derive(Debug)]
pub(crate) struct Stretch {
    /// The first MCU, counted in rows from the top left.
    pub(crate) first: usize,
    /// Number of MCUs.
    pub(crate) count: usize,
    /// Data with [`PADDING`] after them; `None` if they are lost.
    pub(crate) data: Option<Vec<u8>>,
    /// Whether more data are to be loaded.
    pub(crate) rest: Rest,
    /// Whether the scan's data end with this stretch; valid once all data are loaded.
    last: bool,
}

impl Stretch {
    /// Returns whether all data are loaded.
    pub(crate) fn is_there_whole(&self) -> bool {
        self.rest == Rest::None && self.data.is_some()
    }

    /// Returns the number of bits of the loaded data.
    pub(crate) fn bits(&self) -> u64 {
        self.data.as_ref().map_or(0, |data| (data.len() - PADDING) as u64 * 8)
    }

    /// Returns the data without padding; `None` if they are lost.
    pub(crate) fn bytes(&self) -> Option<&[u8]> {
        self.data.as_ref().map(|data| &data[..data.len() - PADDING])
    }

    /// Records the number of MCUs read.
    pub(crate) fn account(&self, read: usize, tally: &mut Tally) {
        tally.wanted += self.count as u64;
        tally.read += read as u64;
        // Data that just end are missing; MCUs missing before others are corruption.
        tally.short |= read < self.count && self.last;
        tally.corrupt |= read < self.count && !self.last;
    }
}

/// An iterator over the stretches of a scan.
#[derive(Debug)]
pub(crate) struct Stretches<'a> {
    feed: Feed<'a>,
    /// Number of MCUs of the scan, and of a stretch.
    total: usize,
    interval: usize,
    first: usize,
    /// Number of restart markers that should have come.
    restarts: usize,
}

impl<'a> Stretches<'a> {
    /// Returns the stretches of a scan of `total` MCUs whose data begin at byte `at`. A restart interval of 0 means
    /// none.
    pub(crate) fn new(bytes: &'a [u8], at: usize, total: usize, restart_interval: usize) -> Self {
        let interval = if restart_interval == 0 { total } else { restart_interval };
        Self { feed: Feed::new(bytes, at), total, interval, first: 0, restarts: 0 }
    }

    /// Returns the mean bits per MCU if the file ends with the scan.
    pub(crate) fn bits_per_mcu(&self) -> u64 {
        8 * self.feed.left() as u64 / self.total.max(1) as u64
    }

    /// Returns the next stretch with all its data, in `room`. MCUs lost at the end of the scan are one stretch.
    pub(crate) fn next(&mut self, room: Vec<u8>) -> Option<Stretch> {
        self.begin(room, usize::MAX)
    }

    /// Returns the next stretch with at most `most` bytes of its data. The buffer is one of the workspace's.
    pub(crate) fn begin_in(&mut self, rooms: &mut Vec<Vec<u8>>, most: usize) -> Option<Stretch> {
        // A buffer taken for nothing would be lost to the next image.
        if self.first >= self.total { None } else { self.begin(rooms.pop().unwrap_or_default(), most) }
    }

    fn begin(&mut self, mut room: Vec<u8>, most: usize) -> Option<Stretch> {
        let first = self.first;
        if first >= self.total {
            return None;
        }
        let loaded = if first == 0 {
            room.clear();
            Some(self.feed.load(&mut room, most))
        } else {
            self.restarts += 1;
            self.feed.restart((self.restarts - 1) as u8 & 7, &mut room, most)
        };
        let last = loaded != Some(Rest::Some) && self.feed.ended();
        let left = self.total - first;
        let count = if last && loaded.is_none() { left } else { self.interval.min(left) };
        self.first += count;
        let data = loaded.is_some().then_some(room);
        Some(Stretch { first, count, data, rest: loaded.unwrap_or(Rest::None), last })
    }

    /// Drops a stretch's data before byte `from` and loads more, up to `most` bytes in all.
    pub(crate) fn go_on(&mut self, stretch: &mut Stretch, from: usize, most: usize) {
        let (Rest::Some, Some(data)) = (stretch.rest, &mut stretch.data) else { return };
        data.truncate(data.len() - PADDING);
        data.drain(..from.min(data.len()));
        stretch.rest = self.feed.load(data, most);
        stretch.last = stretch.rest == Rest::None && self.feed.ended();
    }

    /// Skips the data of a stretch that were not loaded.
    pub(crate) fn pass(&mut self, stretch: &mut Stretch) {
        if let (Rest::Some, Some(data)) = (stretch.rest, &mut stretch.data) {
            self.feed.pass(Rest::Some, data);
            stretch.rest = Rest::None;
            stretch.last = self.feed.ended();
        }
    }

    /// Returns whether the last stretch ended with the file instead of a marker.
    pub(crate) fn is_at_end_of_file(&self) -> bool {
        self.feed.is_at_end_of_file()
    }

    /// Returns the offset of the scan's end: that of the first marker that does not belong to it.
    pub(crate) fn end(&self) -> usize {
        self.feed.end()
    }
}

/// Runs a decoder over all stretches of a scan; returns the offset of its end.
pub(crate) fn run(mut stretches: Stretches<'_>, decoder: &mut impl Decoder, tally: &mut Tally) -> usize {
    let mut room = Vec::new();
    while let Some(stretch) = stretches.next(std::mem::take(&mut room)) {
        let mut read = 0;
        if let Some(data) = &stretch.data {
            let interval = Interval { first: stretch.first, count: stretch.count, bits: stretch.bits() };
            let mut bits = Bits::new(data, 0);
            read = decoder.interval(&mut bits, interval);
            tally.corrupt |= bits.take_bad();
        }
        stretch.account(read, tally);
        if read < stretch.count {
            decoder.lost(stretch.first + read, stretch.count - read);
        }
        room = stretch.data.unwrap_or_default();
    }
    stretches.end()
}
