//! Tabulates the states of a scan's machine and the steps between them.

use std::ops::RangeInclusive;

use super::window::SIZE;
use crate::idct::ZIGZAG;

/// Sizes of magnitudes that have a table, in bits. Words with larger ones are read by plain steps.
pub(super) const MAGNITUDES: RangeInclusive<u32> = 4..=9;

/// The share of a block's end in the advance of an entry with a value, and of one without.
pub(super) const END: u16 = 128;
pub(super) const END_ALONE: u16 = 256;
/// Advance of entries whose window does not hold a whole symbol. No position has a step there.
pub(super) const UNSETTLED: u16 = 1 << 15;

/// Position of the start of a block among those of its slot. Before it are, by the number of coefficients passed, those
/// within the block, those after a value and the end, and those after an end alone.
const START: u16 = 384;
/// Advance of an AC value's code word alone. Its run and the share of its size are added.
const LATE_VALUE: u16 = START + END + 64;
/// The share of a size. Runs beyond the block stay within it.
const LATE: u16 = 128;
/// Advance of a DC difference's code word alone. The size of its magnitude is added.
const LATE_DIFFERENCE: u16 = 64;
/// Length of a slot's positions.
const SPAN: u16 = LATE_VALUE + LATE * (*MAGNITUDES.end() - *MAGNITUDES.start() + 1) as u16;
/// Maximum number of blocks of an MCU.
const SLOTS: usize = 10;
/// More than the sum of any position and advance.
const POSITIONS: usize = (1 << (32 - AT)) + (1 << 16);

/// Bit of a step from which on it has the next position. From bit 12 to 16 it has the index of the next table's first
/// entry, below a flag and the place of the value.
const AT: u32 = 18;
/// Flag of a step that reads a block to its end.
const FINISHES: u32 = 256;
/// Bits of a step that name the next state.
const NEXT: u32 = u32::MAX << 12;

/// A state of the machine: the table to use, and a position.
///
/// The position stands for a block of the MCU and the number of its coefficients passed. The state also tells what the
/// step to it does to the output.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct State(u32);

impl PartialEq for State {
    fn eq(&self, other: &Self) -> bool {
        (self.0 ^ other.0) & NEXT == 0
    }
}

impl State {
    const fn new(slot: usize, position: u16, table: usize) -> Self {
        Self((slot as u32 * SPAN as u32 + position as u32) << AT | (table * SIZE) as u32)
    }

    /// Returns the index of the first entry of the state's table.
    #[inline(always)]
    pub(super) const fn first_entry(self) -> usize {
        (self.0 & 0x1_F000) as usize
    }

    /// Returns the number of coefficients of the block that were passed; 0 at its start.
    pub(crate) const fn passed(self) -> u32 {
        let position = (self.0 >> AT) % SPAN as u32;
        if position < START as u32 { position } else { 0 }
    }

    /// Returns whether a valid step led to the state.
    #[inline(always)]
    pub(super) const fn is_valid(self) -> bool {
        self.0 != 0
    }

    /// Returns the place of the step's value among those of its block. The place after them is that of no value.
    #[inline(always)]
    pub(super) const fn place(self) -> usize {
        (self.0 & 127) as usize
    }

    /// Returns `kept` if the step read a block to its end, else 0.
    #[inline(always)]
    pub(super) const fn finished(self, kept: usize) -> usize {
        (self.0 & FINISHES) as usize / (FINISHES as usize / kept)
    }
}

/// Returns the advance of an entry with a code word alone.
///
/// With a run of zeros it is that of an AC value, else of a DC difference. `None` if magnitudes of this size have no
/// table.
pub(super) fn late(run: Option<u32>, size: u32) -> Option<u16> {
    MAGNITUDES.contains(&size).then(|| match run {
        Some(run) => LATE_VALUE + LATE * (size - MAGNITUDES.start()) as u16 + run as u16,
        None => LATE_DIFFERENCE + size as u16,
    })
}

/// A block of the MCU: its tables, and the number of its coefficients that are wanted.
#[derive(Clone, Copy, Debug)]
pub(super) struct Slot {
    pub(super) start: usize,
    pub(super) skip: usize,
    pub(super) values: usize,
    pub(super) wanted: usize,
}

/// All steps between states.
#[derive(Debug)]
pub(super) struct Steps(Box<[u32; POSITIONS]>);

impl Steps {
    /// Tabulates the steps through an MCU, with blocks of `kept` values. `None` if there are too many blocks.
    ///
    /// `magnitudes` are the tables of magnitudes, with their sizes.
    pub(super) fn new(slots: &[Slot], magnitudes: &[(u32, usize)], kept: usize) -> Option<Self> {
        if slots.len() > SLOTS {
            return None;
        }
        // Pages without steps are never touched.
        let mut steps = Self(vec![0; POSITIONS].into_boxed_slice().try_into().ok()?);
        for (index, slot) in slots.iter().enumerate() {
            let next = (index + 1) % slots.len();
            let done = State::new(next, START, slots[next].start).0 | FINISHES;
            let first = index * usize::from(SPAN);
            let mut set = |position: u16, state: u32, place: usize| {
                steps.0[first + usize::from(position)] = state | place as u32;
            };
            for &(size, table) in magnitudes {
                let at = |advance: Option<u16>, from: u16, to: u16| {
                    advance.map(|advance| (from + advance, State::new(index, to, table).0))
                };
                let differences = at(late(None, size), START, START);
                let values = (1..64).filter_map(|passed| at(late(Some(0), size), passed, passed));
                differences.into_iter().for_each(|(position, state)| set(position, state, 0));
                values.for_each(|(position, state)| set(position, state, kept));
            }
            for passed in 1..=64_u16 {
                let place = place(kept, usize::from(passed) - 1);
                if passed == 64 {
                    set(passed, done, place);
                    set(START + passed, done, 0);
                    break;
                }
                // Skipping the few unwanted values of a block whose others are kept would not pay.
                let is_wanted = kept == 64 || usize::from(passed) < slot.wanted;
                let within = State::new(index, passed, if is_wanted { slot.values } else { slot.skip }).0;
                set(passed, within, place);
                set(START + passed, within, 0);
                set(END + passed, done, place);
                set(END_ALONE + passed, done, kept);
                set(START + END + passed, done, 0);
            }
        }
        Some(steps)
    }

    /// Returns the state at the start of an MCU.
    pub(super) fn start(slots: &[Slot]) -> Option<State> {
        Some(State::new(0, START, slots.first()?.start))
    }

    /// Returns the state after an advance. It is not valid if the advance is not.
    #[inline(always)]
    pub(super) fn after(&self, state: State, advance: u16) -> State {
        State(self.0[(state.0 >> AT) as usize + usize::from(advance)])
    }

    /// Returns the state of a block after `passed` coefficients, at most 64, and its end if it `ends`.
    pub(super) fn at(&self, state: State, passed: u32, ends: bool) -> State {
        let first = (state.0 >> AT) / u32::from(SPAN) * u32::from(SPAN);
        let end = if ends { END_ALONE } else { 0 };
        State(self.0[(first + passed + u32::from(end)) as usize])
    }
}

/// Returns the place of coefficient `k`, in columns. That of one that is not kept is the next block's first.
fn place(kept: usize, k: usize) -> usize {
    let side = kept.isqrt();
    let (x, y) = ZIGZAG[k];
    let (x, y) = (usize::from(x), usize::from(y));
    if x < side && y < side { side * x + y } else { kept }
}
