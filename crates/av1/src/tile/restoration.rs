//! Reads past the units of loop restoration (AV1 bitstream specification, 5.11.57 and 5.11.58).

use super::Walk;
use crate::frame::UnitKind;
use crate::symbols::Symbols;
use crate::transform::Transformed;

/// Least coefficient of each kind, and the bits of the lowest steps.
const WIENER: [(i32, u32); 3] = [(-5, 1), (-23, 2), (-17, 3)];
const SELF_GUIDED: [(i32, u32); 2] = [(-96, 4), (-32, 4)];

/// Sets of the self-guided filter that lack one of its two parts: those from 10 on lack the first, the last two the second.
const WITHOUT_FIRST: std::ops::Range<u32> = 10..14;
const WITHOUT_SECOND: std::ops::Range<u32> = 14..16;

/// Most of the second weight of a self-guided filter.
const MOST_SECOND: i32 = 95;

impl<T: Transformed> Walk<'_, '_, '_, T> {
    /// Reads the units that begin in a superblock.
    pub(super) fn read_restoration(&mut self, column: usize, row: usize) {
        let (sequence, frame) = (self.shared.sequence, self.shared.frame);
        let side = 1 << sequence.superblock_log2();
        for plane in 0..sequence.planes() {
            let kind = frame.restoration.kinds[plane];
            if kind == UnitKind::None {
                continue;
            }
            let (across, down) = sequence.shifts_of(plane);
            let log2 = frame.restoration.log2[plane];
            let count = |samples: u32, shift: u32| {
                let samples = (samples + (1 << shift >> 1)) >> shift;
                (((samples + (1 << log2 >> 1)) >> log2) as usize).max(1)
            };
            let first = |block: usize, shift: u32| (block * (4 >> shift)).div_ceil(1 << log2);
            let rows = first(row, down)..first(row + side, down).min(count(frame.size.1, down));
            let columns = first(column, across)..first(column + side, across).min(count(frame.size.0, across));
            for _ in 0..rows.len() * columns.len() {
                self.read_unit(plane, kind);
            }
        }
    }

    fn read_unit(&mut self, plane: usize, kind: UnitKind) {
        let tile = &mut *self.tile;
        let (symbols, contexts) = (&mut tile.symbols, &mut *tile.contexts);
        let kind = match kind {
            UnitKind::Wiener if symbols.coin(&mut contexts.wiener) => UnitKind::Wiener,
            UnitKind::SelfGuided if symbols.coin(&mut contexts.self_guided) => UnitKind::SelfGuided,
            UnitKind::Any => match symbols.symbol::<3, 4>(&mut contexts.restorations) {
                0 => UnitKind::None,
                1 => UnitKind::Wiener,
                _ => UnitKind::SelfGuided,
            },
            _ => UnitKind::None,
        };
        let reference = &mut tile.restored[plane];
        match kind {
            UnitKind::Wiener => {
                for taps in &mut reference.wiener {
                    for (tap, (least, bits)) in taps.iter_mut().zip(WIENER).skip(usize::from(plane > 0)) {
                        *tap = read_near(symbols, *tap, least, bits);
                    }
                }
            }
            UnitKind::SelfGuided => {
                let set = symbols.bits(4);
                let [first, second] = &mut reference.self_guided;
                let has_first = !WITHOUT_FIRST.contains(&set);
                *first = if has_first { read_near(symbols, *first, SELF_GUIDED[0].0, SELF_GUIDED[0].1) } else { 0 };
                *second = if WITHOUT_SECOND.contains(&set) {
                    MOST_SECOND
                } else {
                    read_near(symbols, *second, SELF_GUIDED[1].0, SELF_GUIDED[1].1)
                };
            }
            UnitKind::None | UnitKind::Any => {}
        }
    }
}

/// Reads a coefficient near the last one: of eight steps, the lowest has `bits` bits.
fn read_near(symbols: &mut Symbols<'_>, last: i32, least: i32, bits: u32) -> i32 {
    let (count, reference) = (8 << bits, last - least);
    let (mut width, mut base) = (bits, 0);
    if symbols.bit() {
        if symbols.bit() {
            width += 1 + u32::from(symbols.bit());
        }
        base = 1 << width;
    }
    let value = symbols.bits(width) as i32 + base;
    let around = |reference: i32| match value {
        value if value > 2 * reference => value,
        value if value & 1 == 1 => reference - ((value + 1) >> 1),
        value => reference + (value >> 1),
    };
    least + if 2 * reference <= count { around(reference) } else { count - 1 - around(count - 1 - reference) }
}
