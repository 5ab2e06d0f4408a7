//! Reads sequential scans with a state machine that has no unpredictable branches.
//!
//! The end of a block is nearly random, so a loop over a block's symbols ends with a misprediction, which costs as much
//! as two look-ups. Here every step does the same (T.81, F.2.2): look up the window in the current state's table,
//! consume, look up the next state, store. A state is a block of the MCU, the coefficients passed in it, and the
//! content due: its DC difference, a wanted AC value, or AC symbols to skip, as many as the window holds. The end of
//! the block and, after the DC difference, unwanted AC symbols are read in the same step if the window holds them, too.
//! A magnitude that the window does not hold is read in a step of its own. Without branches, the steps of two streams
//! overlap in the processor (see `dual_stream`).

mod entries;
mod states;
mod window;

use std::collections::BTreeSet;

use super::bits::Bits;
use super::huffman::{Lookup, extend};
use super::scan::{Layout, Part};
use super::tables::Codes;
use crate::header::MAX_COMPONENTS;
use crate::scale::Scale;
pub(crate) use entries::Entry;
pub(crate) use states::State;
use states::{Slot, Steps};
use window::{SIZE, WINDOW};

/// Maximum number of tables, rounded up to a power of two: three for each of four components, and those of magnitudes.
const TABLES: usize = 32;
/// Number of steps that fit a refill.
pub(crate) const STEPS: u64 = 3;
/// Maximum bits that a rare plain step may consume.
pub(crate) const PLAIN_MOST: u64 = 32;

/// A stream and its position in the MCU.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Lane<'a, const KEPT: usize> {
    pub(crate) bits: Bits<'a>,
    pub(crate) state: State,
    /// Number of values of the blocks that were read to their end.
    pub(crate) values: usize,
    /// Number of blocks begun when an invalid code was last read; 0 = never.
    pub(crate) bad: usize,
}

impl<const KEPT: usize> Lane<'_, KEPT> {
    /// Returns the number of blocks that were read to their end.
    #[inline(always)]
    pub(crate) fn complete(&self) -> usize {
        self.values / KEPT
    }

    /// Returns the number of blocks begun.
    #[inline(always)]
    pub(crate) fn begun(&self) -> usize {
        self.complete() + usize::from(self.state.passed() > 0)
    }
}

/// The content of a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Table {
    /// DC differences by a code, before AC symbols by another, wanted or not.
    Differences { dc: usize, ac: usize, are_ac_wanted: bool },
    /// AC values by a code.
    Values(usize),
    /// AC symbols to skip by a code.
    Skips(usize),
    /// Magnitudes of a size.
    Magnitudes(u32),
}

/// The tables and states of a scan.
///
/// `KEPT` is the number of values per block in the output: 1 (the DC difference), 4, 16 or 64 (also the AC coefficients
/// that as many samples depend on, in columns). The output must be 0 beforehand.
#[derive(Debug)]
pub(crate) struct Machine<const KEPT: usize> {
    entries: Box<[Entry; TABLES * SIZE]>,
    steps: Steps,
    /// The content of each table, and a decoder of its code.
    tables: Vec<(Table, Option<Lookup>)>,
    /// State at the start of an MCU.
    pub(crate) start: State,
}

impl<const KEPT: usize> Machine<KEPT> {
    /// Builds the tables of a scan; `None` if a code is missing.
    pub(crate) fn new(layout: &Layout, codes: &Codes, scales: &[Scale; MAX_COMPONENTS]) -> Option<Self> {
        // Pages of unused tables are never touched.
        let mut entries: Box<[Entry; TABLES * SIZE]> =
            vec![Entry::default(); TABLES * SIZE].into_boxed_slice().try_into().ok()?;
        let mut tables = Vec::new();
        let mut slots = Vec::with_capacity(layout.slots.len());
        let mut sizes = BTreeSet::new();
        for slot in &layout.slots {
            let Part { component, dc, ac } = slot.part;
            let scale = scales[component];
            debug_assert!(scale.samples() * scale.samples() <= KEPT, "not made for {scale:?}");
            let wanted = scale.kept();
            let mut number = |table| number_of(table, codes, &mut tables, &mut entries);
            let start = number(Table::Differences { dc, ac, are_ac_wanted: KEPT == 64 || wanted > 1 })?;
            let values = if KEPT == 64 || wanted > 1 { Some(number(Table::Values(ac))?) } else { None };
            let skip = if KEPT == 64 { None } else { Some(number(Table::Skips(ac))?) };
            let [values, skip] = [values.or(skip)?, skip.or(values)?];
            slots.push(Slot { start, skip, values, wanted });
            sizes.extend(entries::late_sizes(codes.dc[dc].as_ref()?, |word| word.symbol.into()));
            if KEPT == 64 || wanted > 1 {
                sizes.extend(entries::late_sizes(codes.ac[ac].as_ref()?, |word| u32::from(word.symbol & 15)));
            }
        }
        let number = |size| Some((size, number_of(Table::Magnitudes(size), codes, &mut tables, &mut entries)?));
        let magnitudes = sizes.into_iter().map(number).collect::<Option<Vec<_>>>()?;
        let start = Steps::start(&slots)?;
        Some(Self { entries, steps: Steps::new(&slots, &magnitudes, KEPT)?, tables, start })
    }

    /// Reads one window. The stream must hold [`entries::MOST`] bits.
    #[inline(always)]
    pub(crate) fn step(&self, lane: &mut Lane<'_, KEPT>, out: &mut [i16]) {
        let entry = self.entries[lane.state.first_entry() | lane.bits.peek(WINDOW) as usize];
        let state = self.steps.after(lane.state, entry.advance);
        if !state.is_valid() {
            *lane = self.plain_step(*lane, entry, out);
            return;
        }
        if let Some(place) = out.get_mut(lane.values + state.place()) {
            *place = entry.value();
        }
        lane.bits.consume_low(u32::from(entry.content));
        lane.values += state.finished(KEPT);
        lane.state = state;
    }

    /// Reads one symbol the plain way. Refills before and after, so it may replace any step.
    #[cold]
    #[inline(never)]
    pub(crate) fn plain_step<'a>(&self, mut lane: Lane<'a, KEPT>, entry: Entry, out: &mut [i16]) -> Lane<'a, KEPT> {
        lane.bits.refill();
        let table = self.tables.get(lane.state.first_entry() / SIZE);
        let symbol = match (entry.word(), table) {
            (Some((symbol, length)), _) => {
                lane.bits.consume(length);
                symbol
            }
            (None, Some((_, Some(lookup)))) => u32::from(lookup.symbol(&mut lane.bits)),
            (None, Some((Table::Magnitudes(size), _))) => *size,
            (None, _) => 0,
        };
        let passed = lane.state.passed();
        let (run, size) = if passed == 0 { (0, symbol.min(16)) } else { (symbol >> 4, symbol & 15) };
        let value = extend(lane.bits.take(size), size);
        let is_end = passed > 0 && size == 0 && run != 15;
        let is_beyond = passed + run >= 64;
        let now = if is_end { passed } else { (passed + run + 1).min(64) };
        let state = self.steps.at(lane.state, now, is_end);
        // A run beyond the last coefficient stores nothing in this block, and skipped values are unwanted.
        let is_stored = !is_end && !is_beyond && !matches!(table, Some((Table::Skips(_), _)));
        if is_stored && let Some(place) = out.get_mut(lane.values + state.place()) {
            *place = value as i16;
        }
        if lane.bits.take_bad() || size > 0 && is_beyond {
            lane.bad = lane.complete() + 1;
        }
        lane.values += state.finished(KEPT);
        lane.state = state;
        lane.bits.refill();
        lane
    }
}

/// Returns the number of a table, which is filled unless it was already. `None` if its code is missing.
fn number_of(
    table: Table,
    codes: &Codes,
    tables: &mut Vec<(Table, Option<Lookup>)>,
    entries: &mut [Entry; TABLES * SIZE],
) -> Option<usize> {
    if let Some(number) = tables.iter().position(|(other, _)| *other == table) {
        return Some(number);
    }
    let number = tables.len();
    let room = entries.get_mut(number * SIZE..(number + 1) * SIZE)?;
    let code = match table {
        Table::Differences { dc, ac, are_ac_wanted } => {
            let code = codes.dc[dc].as_ref()?;
            entries::differences(code, codes.ac[ac].as_ref()?, are_ac_wanted, room);
            code
        }
        Table::Values(ac) => {
            let code = codes.ac[ac].as_ref()?;
            entries::values(code, room);
            code
        }
        Table::Skips(ac) => {
            let code = codes.ac[ac].as_ref()?;
            entries::skips(code, room);
            code
        }
        Table::Magnitudes(size) => {
            entries::magnitudes(size, room);
            tables.push((table, None));
            return Some(number);
        }
    };
    tables.push((table, Some(Lookup::new(code))));
    Some(number)
}
