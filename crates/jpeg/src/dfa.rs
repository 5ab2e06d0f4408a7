//! Reads sequential scans with a state machine that has no unpredictable branches.
//!
//! The end of a block is nearly random, so a loop over a block's symbols ends with a misprediction, which costs as much
//! as two look-ups. Here every step does the same (T.81, F.2.2): look up the window in the current state's table,
//! consume, advance, store, choose the next state. A state is a block of the MCU and the content due in it: its DC
//! difference, a wanted AC value (and the end of the block, if the window holds it too), or AC symbols to skip, as many
//! as the window holds. Without branches, the steps of two streams overlap in the processor (see `dual_stream`).

use std::hint::select_unpredictable;

use super::bits::Bits;
use super::huffman::{Code, Lookup, Word, extend};
use super::idct::ZIGZAG;
use super::scan::{Layout, Part};
use super::tables::Codes;
use crate::header::MAX_COMPONENTS;
use crate::scale::Scale;

/// Bits of the stream that index a table. With 32-bit entries, 12 beat 11 by 8 % and 10 by 16 % (48 KiB of first-level
/// cache).
const WINDOW: u32 = 12;
const SIZE: usize = 1 << WINDOW;
/// Number of tables: four for DC, four to skip AC symbols, four for AC values, rounded up to a power of two.
const TABLES: usize = 16;
const SKIP: usize = 4;
const VALUES: usize = 8;
/// Advance that an end of block adds to that of the coefficients before it. With k coefficients passed before the step
/// and n in the entry, the sum's bits in [`SOUND`] are k + n + 1, which is at most 64 in a valid block.
const END: u32 = 512 + 1;
/// Summand of an advance that marks an entry without a value to store.
const NOTHING: u32 = 128;
/// Bits of an advance that count coefficients, and the bit that no valid entry sets.
const SOUND: u32 = 256 + 127;
/// Advance of entries whose window does not hold a whole symbol, which is never valid. The bits below it are the
/// [`Known`] word.
const UNSETTLED: u32 = 300;
/// Position of an entry's advance, above 16 bits of value and 6 of bits to consume.
const ADVANCE: u32 = 22;
/// Maximum bits that an entry may consume, so that three steps fit a refill of 56 and the third still has its window.
const MOST: u32 = 18;
/// Number of steps that fit a refill.
pub(crate) const STEPS: u64 = 3;
/// Maximum bits that a rare plain step may consume.
pub(crate) const PLAIN_MOST: u64 = 32;

/// A stream and its position in the MCU.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Lane<'a, const KEPT: usize> {
    pub(crate) bits: Bits<'a>,
    /// Number of coefficients of the current block that were passed; 0 at the start of a block.
    pub(crate) k: u32,
    /// Index of the block in the MCU << 16 | the first entry of the current table.
    pub(crate) state: u32,
    /// Number of blocks. With one value per block, those begun, since the position of each is then known beforehand;
    /// otherwise those read to their end.
    pub(crate) count: usize,
    /// Number of blocks begun when an invalid code was last read; 0 = never.
    pub(crate) bad: usize,
}

impl<const KEPT: usize> Lane<'_, KEPT> {
    /// Returns the number of blocks that were read to their end.
    #[inline(always)]
    pub(crate) fn complete(&self) -> usize {
        if KEPT == 1 { self.count - usize::from(self.k > 0) } else { self.count }
    }

    /// Returns the number of blocks begun.
    #[inline(always)]
    pub(crate) fn begun(&self) -> usize {
        if KEPT == 1 { self.count } else { self.count + usize::from(self.k > 0) }
    }
}

/// An entry that names the code word at the start of its window, so that a plain step need not search for it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Known(u32);

impl Known {
    /// An entry for an unknown window.
    pub(crate) const NONE: Self = Self(UNSETTLED << ADVANCE);

    const fn of(word: Word) -> Self {
        Self(Self::NONE.0 | (word.symbol as u32) << 5 | word.length)
    }

    /// Consumes the word and returns its symbol; `None` if the entry names none.
    #[inline(always)]
    fn read(self, bits: &mut Bits<'_>) -> Option<u32> {
        let length = self.0 & 31;
        (self.0 >> ADVANCE == UNSETTLED && length > 0).then(|| {
            bits.consume(length);
            self.0 >> 5 & 255
        })
    }
}

/// The successors of a state.
#[derive(Clone, Copy, Debug, Default)]
struct Ways {
    /// High half: first state of the next block. Low half: skipping state of this block.
    done_or_skip: u64,
    /// High half: number of wanted coefficients of this block. Low half: AC value state of this block.
    wanted_and_values: u64,
}

/// The tables and states of a scan.
///
/// `KEPT` is the number of values per block in the output: 1 (the DC difference), 4, 16 or 64 (also the AC coefficients
/// that as many samples depend on, in columns). The output must be 0 beforehand.
#[derive(Debug)]
pub(crate) struct Machine<const KEPT: usize> {
    /// Entries: advance << 22 | value << 6 | bits to consume.
    entries: Box<[u32; TABLES * SIZE]>,
    ways: [Ways; 16],
    lookups: [Option<Lookup>; 8],
    /// State at the start of an MCU.
    pub(crate) start: u32,
}

impl<const KEPT: usize> Machine<KEPT> {
    /// Builds the tables of a scan; `None` if a code is missing.
    pub(crate) fn new(layout: &Layout, codes: &Codes, scales: &[Scale; MAX_COMPONENTS]) -> Option<Self> {
        // Pages of tables that no part names are never touched.
        let entries = vec![0; TABLES * SIZE].into_boxed_slice().try_into().ok()?;
        let mut machine = Self { entries, ways: [Ways::default(); 16], lookups: [const { None }; 8], start: 0 };
        let state = |slot: usize, table: usize| ((slot << 16) | (table * SIZE)) as u32;
        let both = |high: u32, low: u32| u64::from(high) << 32 | u64::from(low);
        let parts: Vec<Part> = layout.slots.iter().map(|s| s.part).collect();
        for (i, part) in parts.iter().enumerate() {
            let next = (i + 1) % parts.len();
            machine.prepare(codes, part, scales[part.component])?;
            machine.ways[i] = Ways {
                done_or_skip: both(state(next, parts[next].dc), state(i, SKIP + part.ac)),
                wanted_and_values: both(scales[part.component].kept() as u32, state(i, VALUES + part.ac)),
            };
        }
        machine.start = state(0, parts.first()?.dc);
        Some(machine)
    }

    /// Fills the tables that a part needs, unless they are filled already.
    fn prepare(&mut self, codes: &Codes, part: &Part, scale: Scale) -> Option<()> {
        if self.lookups[part.dc].is_none() {
            let code = codes.dc[part.dc].as_ref()?;
            self.lookups[part.dc] = Some(Lookup::new(code));
            dc_entries(code, self.table(part.dc, code));
        }
        if self.lookups[SKIP + part.ac].is_none() {
            let code = codes.ac[part.ac].as_ref()?;
            self.lookups[SKIP + part.ac] = Some(Lookup::new(code));
            skip_entries(code, self.table(SKIP + part.ac, code));
            if KEPT > 1 {
                value_entries(code, self.table(VALUES + part.ac, code));
            }
        }
        debug_assert!(scale.samples() * scale.samples() <= KEPT, "not made for {scale:?}");
        Some(())
    }

    /// Returns the table of a code, with only the code words known.
    fn table(&mut self, index: usize, code: &Code) -> &mut [u32] {
        let table = &mut self.entries[index * SIZE..(index + 1) * SIZE];
        table.fill(Known::NONE.0);
        for word in code.words().filter(|word| word.length <= WINDOW) {
            let free = WINDOW - word.length;
            let first = (word.bits << free) as usize;
            table[first..first + (1 << free)].fill(Known::of(word).0);
        }
        table
    }

    /// Reads one window. The stream must hold [`MOST`] bits, and at least [`WINDOW`].
    #[inline(always)]
    pub(crate) fn step(&self, lane: &mut Lane<'_, KEPT>, out: &mut [i16]) {
        let index = (lane.state as usize & ((TABLES - 1) * SIZE)) | lane.bits.peek(WINDOW) as usize;
        let entry = self.entries[index];
        let k = lane.k + (entry >> ADVANCE);
        if k & SOUND > 64 {
            *lane = self.plain_step(*lane, Known(entry), out);
            return;
        }
        let ways = self.ways[(lane.state >> 16 & 15) as usize];
        store::<KEPT>(out, lane, k, (entry >> 6) as i16);
        lane.bits.consume_low(entry);
        let done = k >= 64;
        lane.count += usize::from(if KEPT == 1 { lane.k == 0 } else { done });
        let mut stay = ways.done_or_skip as u32;
        if KEPT == 64 {
            // All values are read: skipping the few unwanted ones would not pay.
            stay = ways.wanted_and_values as u32;
        } else if KEPT > 1 {
            let wanted = k < (ways.wanted_and_values >> 32) as u32;
            stay = select_unpredictable(wanted, ways.wanted_and_values as u32, stay);
        }
        lane.state = select_unpredictable(done, (ways.done_or_skip >> 32) as u32, stay);
        lane.k = select_unpredictable(done, 0, k);
    }

    /// Reads one symbol the plain way. Refills before and after, so it may replace any step.
    #[cold]
    #[inline(never)]
    pub(crate) fn plain_step<'a>(&self, mut lane: Lane<'a, KEPT>, known: Known, out: &mut [i16]) -> Lane<'a, KEPT> {
        lane.bits.refill();
        let ways = self.ways[(lane.state >> 16 & 15) as usize];
        let table = (lane.state as usize & ((TABLES - 1) * SIZE)) / SIZE;
        let symbol = known.read(&mut lane.bits).unwrap_or_else(|| {
            let lookup = self.lookups[if table < VALUES { table } else { table - SKIP } & 7].as_ref();
            lookup.map_or(0, |l| u32::from(l.symbol(&mut lane.bits)))
        });
        let (run, size) = if lane.k == 0 { (0, symbol.min(16)) } else { (symbol >> 4, symbol & 15) };
        let value = extend(lane.bits.take(size), size);
        let end = lane.k > 0 && size == 0 && run != 15;
        let k = if end { 64 } else { (lane.k + run + 1).min(64) };
        // A run beyond the last coefficient stores nothing in this block, and skipped values are unwanted.
        if !end && lane.k + run < 64 && (lane.k == 0 || table >= VALUES) {
            store::<KEPT>(out, &lane, k, value as i16);
        }
        let out_of_block = size > 0 && lane.k + run > 63;
        if lane.bits.take_bad() || out_of_block {
            lane.bad = lane.complete() + 1;
        }
        let wanted = k < (ways.wanted_and_values >> 32) as u32;
        let stay = if wanted || KEPT == 64 { ways.wanted_and_values } else { ways.done_or_skip };
        lane.state = if k == 64 { (ways.done_or_skip >> 32) as u32 } else { stay as u32 };
        lane.count += usize::from(if KEPT == 1 { lane.k == 0 } else { k == 64 });
        lane.k = if k == 64 { 0 } else { k };
        lane.bits.refill();
        lane
    }
}

/// Returns the positions of values in a block of SIDE×SIDE, by the coefficients passed after a step.
///
/// Values are in columns. For a coefficient that is not kept, the position is that of the next block's DC difference.
const fn places<const SIDE: u8>() -> [u8; 1024] {
    let mut places = [SIDE * SIDE; 1024];
    let mut k = 0;
    while k < 64 {
        let (x, y) = ZIGZAG[k];
        if x < SIDE && y < SIDE {
            places[k + 1] = SIDE * x + y;
            // The same, with the end of the block after it.
            places[END as usize + k + 1] = SIDE * x + y;
        }
        k += 1;
    }
    places
}

static OF_FOUR: [u8; 1024] = places::<2>();
static OF_SIXTEEN: [u8; 1024] = places::<4>();
static OF_SIXTY_FOUR: [u8; 1024] = places::<8>();

/// Stores the value of a step; `k` is the number of coefficients passed after it.
#[inline(always)]
fn store<const KEPT: usize>(out: &mut [i16], lane: &Lane<'_, KEPT>, k: u32, value: i16) {
    let places = match KEPT {
        4 => &OF_FOUR,
        16 => &OF_SIXTEEN,
        _ => &OF_SIXTY_FOUR,
    };
    let index = if KEPT == 1 {
        // Steps within a block store a meaningless value where the next block will store its difference.
        lane.begun()
    } else {
        lane.complete() * KEPT + usize::from(places[k as usize & 1023])
    };
    if let Some(place) = out.get_mut(index) {
        *place = value;
    }
}

/// Fills the entries of all code words whose magnitudes fit the window.
fn settle(code: &Code, table: &mut [u32], advance: impl Fn(Word) -> (u32, u32)) {
    for word in code.words() {
        let (advance, size) = advance(word);
        let length = word.length + size;
        if length > WINDOW {
            continue;
        }
        let free = WINDOW - length;
        for magnitude in 0..1_u32 << size {
            let first = ((word.bits << size | magnitude) << free) as usize;
            let value = u32::from(extend(magnitude, size) as u16);
            let entry = advance << ADVANCE | value << 6 | length;
            table[first..first + (1 << free)].fill(entry);
        }
    }
}

fn dc_entries(code: &Code, table: &mut [u32]) {
    settle(code, table, |word| (1, u32::from(word.symbol)));
}

fn value_entries(code: &Code, table: &mut [u32]) {
    settle(code, table, |word| match (u32::from(word.symbol >> 4), u32::from(word.symbol & 15)) {
        (15, 0) => (16, 0),
        (_, 0) => (END + NOTHING, 0),
        (run, size) => (run + 1, size),
    });
    end_with_values(code, table);
}

/// Adds the end of the block to entries of values that it follows in the window.
fn end_with_values(code: &Code, table: &mut [u32]) {
    let ends: Vec<Word> = code.words().filter(|word| word.symbol == 0).collect();
    for (window, entry) in table.iter_mut().enumerate() {
        let (bits, advance) = (*entry & 63, *entry >> ADVANCE);
        if advance == UNSETTLED || advance > END || *entry >> 6 & 0xFFFF == 0 {
            continue;
        }
        let is_next = |end: &&Word| {
            bits + end.length <= WINDOW
                && (window as u32) >> (WINDOW - bits - end.length) & ((1 << end.length) - 1) == end.bits
        };
        if let Some(end) = ends.iter().find(is_next) {
            *entry += END << ADVANCE | end.length;
        }
    }
}

fn skip_entries(code: &Code, table: &mut [u32]) {
    let mut first = [None; SIZE];
    for word in code.words().filter(|w| w.length <= WINDOW) {
        let free = WINDOW - word.length;
        let at = (word.bits << free) as usize;
        first[at..at + (1 << free)].fill(Some(word));
    }
    for (window, entry) in table.iter_mut().enumerate() {
        let (mut bits, mut advance) = (0, 0);
        while bits < WINDOW {
            let Some(word) = first[window << bits & (SIZE - 1)] else { break };
            let (run, size) = (u32::from(word.symbol >> 4), u32::from(word.symbol & 15));
            if word.length > WINDOW - bits || bits + word.length + size > MOST {
                break;
            }
            if size == 0 && run != 15 {
                (bits, advance) = (bits + word.length, advance + END + NOTHING);
                break;
            }
            // More would reach the bit beside those that count coefficients.
            if advance + run + 1 > 63 {
                break;
            }
            (bits, advance) = (bits + word.length + size, advance + run + 1);
        }
        if bits > 0 {
            *entry = advance << ADVANCE | bits;
        }
    }
}
