//! Reads the levels of coefficients, from the last one to the first.
//!
//! A level of up to 15 is held in the lower bits of a byte, and the same level of up to 3 in the upper bits, so that the
//! contexts of both are sums of bytes.

use super::scan::Step;
use crate::symbols::Symbols;

/// Room for a block's levels, and for those after it that contexts read.
pub(super) const LEVELS: usize = 2048;

/// Shift of the level of up to 3, and the byte of level 1.
const LOW: u32 = 6;
const ONE: u8 = 1 | 1 << LOW;

/// Greatest level of each kind.
const MOST_LOW: usize = 3;
pub(super) const MOST: u32 = 15;

/// Steps in the rows of the levels of transforms in one dimension.
const ROW: usize = 16;

/// The contexts of a block's levels.
pub(super) struct LevelContexts<'a> {
    pub(super) last: &'a mut [[u16; 4]; 4],
    pub(super) base: &'a mut [[u16; 4]; 41],
    pub(super) range: &'a mut [[u16; 4]; 21],
}

/// The levels of a block, and the positions of those that are not zero, from the last one on.
#[derive(Debug)]
pub(super) struct Levels {
    bytes: Box<[u8; LEVELS]>,
    /// The position among coefficients and among levels.
    positions: Box<[(u16, u16); 1024]>,
    pub(super) count: usize,
}

#[inline(always)]
fn low_context(sum: u32) -> usize {
    // Lower bits carry only where the sum is large anyway.
    (((sum + (1 << LOW)) >> (LOW + 1)) as usize).min(4)
}

#[inline(always)]
fn range_context(sum: u32) -> usize {
    ((((sum & ((1 << LOW) - 1)) + 1) >> 1) as usize).min(6)
}

/// Reads a level from 3 on.
#[inline(always)]
fn read_range(symbols: &mut Symbols<'_>, context: &mut [u16; 4]) -> u8 {
    let mut level = MOST_LOW;
    for _ in 0..4 {
        let more = symbols.symbol_of_4(context);
        level += more;
        if more < 3 {
            break;
        }
    }
    level as u8 | (MOST_LOW as u8) << LOW
}

impl Levels {
    pub(super) fn new() -> Self {
        Self { bytes: Box::new([0; LEVELS]), positions: Box::new([(0, 0); 1024]), count: 0 }
    }

    /// Returns the positions and levels of coefficients other than zero, from the first one on.
    #[inline(always)]
    pub(super) fn iter(&self) -> impl Iterator<Item = (usize, u32)> {
        let positions = self.positions[..self.count].iter().rev();
        positions.map(|(position, at)| {
            let level = self.bytes[usize::from(*at) & (LEVELS - 1)] & ((1 << LOW) - 1);
            (usize::from(*position), u32::from(level))
        })
    }

    #[inline(always)]
    fn put(&mut self, position: usize, at: usize, level: u8) {
        self.bytes[at & (LEVELS - 1)] = level;
        self.positions[self.count & 1023] = (position as u16, at as u16);
        self.count += usize::from(level > 0);
    }

    /// Reads a single level.
    pub(super) fn read_first(&mut self, symbols: &mut Symbols<'_>, contexts: &mut LevelContexts<'_>) {
        self.count = 0;
        let low = symbols.symbol::<3, 4>(&mut contexts.last[0]) + 1;
        let level = if low == MOST_LOW { read_range(symbols, &mut contexts.range[0]) } else { low as u8 * ONE };
        self.put(0, 0, level);
    }

    /// Reads the levels up to `last`, in the order of a scan of columns of `1 << LOG_HEIGHT`.
    #[inline(always)]
    pub(super) fn read_square<const LOG_HEIGHT: usize>(
        &mut self,
        symbols: &mut Symbols<'_>,
        contexts: &mut LevelContexts<'_>,
        scan: &[Step],
        (last, context): (usize, usize),
    ) {
        let height = 1 << LOG_HEIGHT;
        self.bytes[..scan.len() + 2 * height + 2].fill(0);
        self.count = 0;
        let step = scan[last];
        let low = symbols.symbol::<3, 4>(&mut contexts.last[context]) + 1;
        let level =
            if low == MOST_LOW { read_range(symbols, &mut contexts.range[step.range()]) } else { low as u8 * ONE };
        self.put(step.position(), step.position(), level);
        for step in scan[..last].iter().rev() {
            let at = step.position();
            let around = |offset: usize| u32::from(self.bytes[at + offset]);
            let near = around(1) + around(height) + around(height + 1);
            let sum = near + around(2) + around(2 * height);
            // The DC coefficient has contexts of its own.
            let context = if at == 0 { 0 } else { step.base() + low_context(sum) };
            let low = symbols.symbol_of_4(&mut contexts.base[context.min(40)]);
            let level = if low == MOST_LOW {
                let first = if at == 0 { 0 } else { step.range() };
                read_range(symbols, &mut contexts.range[first + range_context(near)])
            } else {
                low as u8 * ONE
            };
            self.put(at, at, level);
        }
    }

    /// Reads the levels up to `last` of a transform along one dimension, all positions `across` it first.
    #[inline(always)]
    pub(super) fn read_line(
        &mut self,
        symbols: &mut Symbols<'_>,
        contexts: &mut LevelContexts<'_>,
        (across, position): (u32, impl Fn(usize, usize) -> usize),
        (last, context): (usize, usize),
    ) {
        let mask = (1 << across) - 1;
        self.bytes[..(ROW << across) + 2 * ROW].fill(0);
        self.count = 0;
        let (x, y) = (last & mask, last >> across);
        let low = symbols.symbol::<3, 4>(&mut contexts.last[context]) + 1;
        let first = if y > 0 { 14 } else { 7 };
        let level = if low == MOST_LOW { read_range(symbols, &mut contexts.range[first]) } else { low as u8 * ONE };
        self.put(position(x, y), x * ROW + y, level);
        for index in (0..last).rev() {
            let (x, y) = (index & mask, index >> across);
            let at = (x * ROW + y) & (LEVELS / 2 - 1);
            let around = |offset: usize| u32::from(self.bytes[at + offset]);
            let near = around(1) + around(ROW) + around(2);
            let sum = near + around(3) + around(4);
            let context = 26 + 5 * y.min(2) + low_context(sum);
            let low = symbols.symbol_of_4(&mut contexts.base[context.min(40)]);
            let level = if low == MOST_LOW {
                let first = match (index, y) {
                    (0, _) => 0,
                    (_, 0) => 7,
                    _ => 14,
                };
                read_range(symbols, &mut contexts.range[first + range_context(near)])
            } else {
                low as u8 * ONE
            };
            self.put(position(x, y), at, level);
        }
    }
}
