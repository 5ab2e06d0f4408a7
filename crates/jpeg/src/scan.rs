//! Scans (T.81, B.2.3 and A.2): which components, in which order of blocks, from one restart marker to the next.
//! In: an SOS segment, or entropy-coded data. Out: a [`Scan`], or calls to a decoder of MCUs.

use super::bits::Bits;
use super::damage::Tally;
use super::header::{Coding, Header};
use super::unstuff::{Feed, PADDING, Rest};

/// Tables that scans with arithmetic codes choose from: the standard allows 4, libjpeg as many as there are numbers.
pub(crate) const ARITHMETIC_TABLES: usize = 16;

/// A component's part in a scan.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Part {
    /// Index into the frame's components.
    pub(crate) component: usize,
    /// DC table, 0 to 3, or to 15 for arithmetic codes.
    pub(crate) dc: usize,
    /// AC table, the same.
    pub(crate) ac: usize,
}

/// An SOS segment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Scan {
    pub(crate) parts: Vec<Part>,
    /// First and last coefficient in zigzag order.
    pub(crate) band: (u8, u8),
    /// Bit positions of successive approximation, high (0 in a first scan) and low.
    pub(crate) high: u8,
    pub(crate) low: u8,
}

impl Scan {
    /// Reads an SOS payload; `None` if it is too short or names what the frame does not have.
    pub(crate) fn read(payload: &[u8], header: &Header) -> Option<Self> {
        let (&count, rest) = payload.split_first()?;
        let (names, rest) = rest.split_at_checked(2 * usize::from(count))?;
        let mut parts: Vec<Part> = Vec::new();
        for name in names.chunks_exact(2) {
            let free = |i: &usize| header.components[*i].id == name[0] && parts.iter().all(|p| p.component != *i);
            let component = (0..header.components.len()).find(free)?;
            parts.push(Part { component, dc: usize::from(name[1] >> 4), ac: usize::from(name[1] & 15) });
        }
        // Some cameras leave the spectral fields out, or fill them with nonsense; only progressive scans use them.
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

    /// Whether a progressive frame may have such a scan (G.1.1.1).
    pub(crate) fn is_progressive(&self) -> bool {
        let (start, end) = self.band;
        let band = if start == 0 { end == 0 } else { start <= end && end < 64 && self.parts.len() == 1 };
        band && self.low < 14 && (self.high == 0 || self.high == self.low + 1)
    }

    /// The order of blocks. `None` if an MCU would have more than the ten blocks that the standard allows.
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

/// One block of an MCU.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Slot {
    pub(crate) part: Part,
    /// How many blocks of this component an MCU has across and down.
    pub(crate) step: (usize, usize),
    /// Which one of them this is.
    offset: (usize, usize),
}

impl Slot {
    /// The block's place in its component's plane, in blocks.
    #[inline(always)]
    pub(crate) fn place(&self, x: usize, y: usize) -> (usize, usize) {
        (x * self.step.0 + self.offset.0, y * self.step.1 + self.offset.1)
    }
}

/// The MCUs of a scan.
#[derive(Clone, Debug)]
pub(crate) struct Layout {
    /// The blocks of one MCU in order.
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
    /// How many.
    pub(crate) count: usize,
    /// Bits of data there are.
    pub(crate) bits: u64,
}

/// What decodes the MCUs of one kind of scan.
pub(crate) trait Decoder {
    /// Decodes an interval with fresh predictions; returns how many MCUs were read before the data ended.
    fn interval(&mut self, bits: &mut Bits<'_>, interval: Interval) -> usize;

    /// Takes note that MCUs could not be read.
    fn lost(&mut self, first: usize, count: usize);
}

/// The data of consecutive MCUs without a restart marker between them.
#[derive(Debug)]
pub(crate) struct Stretch {
    /// The first MCU, counted in rows from the top left.
    pub(crate) first: usize,
    /// How many MCUs.
    pub(crate) count: usize,
    /// The data with [`PADDING`] behind them; `None` if they are lost.
    pub(crate) data: Option<Vec<u8>>,
    /// Whether all of the data are there.
    pub(crate) rest: Rest,
    /// Whether the scan's data end with this stretch; known once all of them were there.
    last: bool,
}

impl Stretch {
    /// Whether all its data are there.
    pub(crate) fn is_there_whole(&self) -> bool {
        self.rest == Rest::None && self.data.is_some()
    }

    /// Bits of data there are.
    pub(crate) fn bits(&self) -> u64 {
        self.data.as_ref().map_or(0, |data| (data.len() - PADDING) as u64 * 8)
    }

    /// The data without what stands behind them; `None` if they are lost.
    pub(crate) fn bytes(&self) -> Option<&[u8]> {
        self.data.as_ref().map(|data| &data[..data.len() - PADDING])
    }

    /// Takes note of how many MCUs were read.
    pub(crate) fn account(&self, read: usize, tally: &mut Tally) {
        tally.wanted += self.count as u64;
        tally.read += read as u64;
        // Data that just end are missing; MCUs missing in the midst of others are corruption.
        tally.short |= read < self.count && self.last;
        tally.corrupt |= read < self.count && !self.last;
    }
}

/// Goes through a scan's stretches.
#[derive(Debug)]
pub(crate) struct Stretches<'a> {
    feed: Feed<'a>,
    /// MCUs of the scan, and of a stretch.
    total: usize,
    interval: usize,
    first: usize,
    /// How many restart markers should have come.
    restarts: usize,
}

impl<'a> Stretches<'a> {
    /// The stretches of a scan of `total` MCUs whose data begin at byte `at`; a restart interval of 0 means none.
    pub(crate) fn new(bytes: &'a [u8], at: usize, total: usize, restart_interval: usize) -> Self {
        let interval = if restart_interval == 0 { total } else { restart_interval };
        Self { feed: Feed::new(bytes, at), total, interval, first: 0, restarts: 0 }
    }

    /// How many bits an MCU has if the file ends with the scan.
    pub(crate) fn bits_per_mcu(&self) -> u64 {
        8 * self.feed.left() as u64 / self.total.max(1) as u64
    }

    /// The next stretch, its data in `room`. What is lost at the end of the scan is one stretch.
    pub(crate) fn next(&mut self, room: Vec<u8>) -> Option<Stretch> {
        self.begin(room, usize::MAX)
    }

    /// Returns the next stretch, with at most this many bytes of its data, in a room of the workspace.
    pub(crate) fn begin_in(&mut self, rooms: &mut Vec<Vec<u8>>, most: usize) -> Option<Stretch> {
        // A room handed over for nothing would be lost to the next image.
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

    /// Loads more of a stretch's data behind those from byte `from` on, up to `most` bytes in all.
    pub(crate) fn go_on(&mut self, stretch: &mut Stretch, from: usize, most: usize) {
        let (Rest::Some, Some(data)) = (stretch.rest, &mut stretch.data) else { return };
        data.truncate(data.len() - PADDING);
        data.drain(..from.min(data.len()));
        stretch.rest = self.feed.load(data, most);
        stretch.last = stretch.rest == Rest::None && self.feed.ended();
    }

    /// Passes the data of a stretch that were not loaded.
    pub(crate) fn pass(&mut self, stretch: &mut Stretch) {
        if let (Rest::Some, Some(data)) = (stretch.rest, &mut stretch.data) {
            self.feed.pass(Rest::Some, data);
            stretch.rest = Rest::None;
            stretch.last = self.feed.ended();
        }
    }

    /// Whether the last stretch ended with the file, and not at a marker.
    pub(crate) fn is_at_end_of_file(&self) -> bool {
        self.feed.is_at_end_of_file()
    }

    /// Where the scan ends: at the marker that does not belong to it.
    pub(crate) fn end(&self) -> usize {
        self.feed.end()
    }
}

/// Runs a decoder over all stretches of a scan.
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
