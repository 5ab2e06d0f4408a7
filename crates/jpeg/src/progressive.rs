//! Progressive scans (T.81, annex G). In: a stream for each scan that matters. Out: the coefficients in a [`Store`].
//!
//! Of coefficients that nobody needs only one bit is kept, whether they are zero, because refinement scans
//! have a correction bit for each one that is not.

use pulp::{Arch, NullaryFnOnce};

use super::bits::Bits;
use super::scan::{Decoder, Interval, Layout, Scan};
use super::store::{Order, Store};
use super::tables::Tables;
use super::values::ValueTable;
use crate::header::MAX_COMPONENTS;

/// A DC scan, first or refining (G.1.2.1), interleaved or not.
#[derive(Debug)]
pub(crate) struct DcScan<'a> {
    pub(crate) scan: &'a Scan,
    pub(crate) layout: &'a Layout,
    pub(crate) tables: &'a Tables,
    pub(crate) stores: &'a mut [Store],
}

impl DcScan<'_> {
    fn first(&mut self, bits: &mut Bits<'_>, prediction: &mut [i32; MAX_COMPONENTS], x: usize, y: usize) {
        for slot in &self.layout.slots {
            let component = slot.part.component;
            let Some(table) = &self.tables.dc[slot.part.dc] else {
                continue;
            };
            bits.refill();
            let dc = prediction[component].wrapping_add(table.difference(bits));
            prediction[component] = dc;
            let (bx, by) = slot.place(x, y);
            self.stores[component].set_dc(bx, by, dc.wrapping_shl(self.scan.low.into()) as i16);
        }
    }

    fn refine(&mut self, bits: &mut Bits<'_>, x: usize, y: usize) {
        bits.refill();
        for slot in &self.layout.slots {
            let (bx, by) = slot.place(x, y);
            let bit = (bits.take(1) as i16).wrapping_shl(self.scan.low.into());
            let store = &mut self.stores[slot.part.component];
            store.set_dc(bx, by, store.dc(bx, by) | bit);
        }
    }
}

impl Decoder for DcScan<'_> {
    fn interval(&mut self, bits: &mut Bits<'_>, interval: Interval) -> usize {
        let mut prediction = [0; MAX_COMPONENTS];
        let (mut x, mut y) = (interval.first % self.layout.across, interval.first / self.layout.across);
        for done in 0..interval.count {
            if self.scan.high == 0 {
                self.first(bits, &mut prediction, x, y);
            } else {
                self.refine(bits, x, y);
            }
            if bits.position() > interval.bits {
                return done;
            }
            x += 1;
            if x == self.layout.across {
                (x, y) = (0, y + 1);
            }
        }
        interval.count
    }

    fn lost(&mut self, _first: usize, _count: usize) {}
}

/// An AC scan of one component (G.1.2.2 and G.1.2.3).
#[derive(Debug)]
pub(crate) struct AcScan<'a> {
    pub(crate) scan: &'a Scan,
    pub(crate) layout: &'a Layout,
    pub(crate) table: &'a ValueTable,
    pub(crate) store: &'a mut Store,
}

impl Decoder for AcScan<'_> {
    fn interval(&mut self, bits: &mut Bits<'_>, interval: Interval) -> usize {
        Arch::new().dispatch(Run { scan: self, bits, interval })
    }

    fn lost(&mut self, _first: usize, _count: usize) {}
}

/// Decodes an interval of an AC scan; compiled once for each kind of processor, so everything in it is inlined.
struct Run<'r, 'a, 'b> {
    scan: &'r mut AcScan<'a>,
    bits: &'r mut Bits<'b>,
    interval: Interval,
}

impl NullaryFnOnce for Run<'_, '_, '_> {
    type Output = usize;

    #[inline(always)]
    fn call(self) -> usize {
        let Self { scan, bits, interval } = self;
        // In registers.
        let mut stream = *bits;
        let done = match scan.scan.high {
            0 => scan.first_of_all(&mut stream, interval),
            _ => scan.refine_all(&mut stream, interval),
        };
        *bits = stream;
        done
    }
}

impl AcScan<'_> {
    /// Decodes the blocks of a first scan; returns how many were read.
    #[inline(always)]
    fn first_of_all(&mut self, bits: &mut Bits<'_>, interval: Interval) -> usize {
        let order = self.store.order;
        let mut mcus = Mcus::new(self.layout, self.store, interval);
        let mut done = 0;
        while done < interval.count {
            // Blocks after this one that are empty.
            let mut empty = 0;
            if let Some((values, nonzero)) = self.store.block(mcus.block()) {
                empty = first(self.scan, self.table, bits, values, nonzero, &order);
            }
            if bits.position() > interval.bits {
                return done;
            }
            done += 1 + empty;
            mcus.pass(1 + empty);
        }
        interval.count
    }

    /// Decodes the blocks of a refining scan; returns how many were read.
    #[inline(always)]
    fn refine_all(&mut self, bits: &mut Bits<'_>, interval: Interval) -> usize {
        let order = self.store.order;
        let mut mcus = Mcus::new(self.layout, self.store, interval);
        // Blocks still to come of a run of blocks that have correction bits only.
        let mut run = 0;
        for done in 0..interval.count {
            if let Some((values, nonzero)) = self.store.block(mcus.block()) {
                refine(self.scan, self.table, bits, (values, nonzero), &mut run, &order);
            }
            if bits.position() > interval.bits {
                return done;
            }
            mcus.pass(1);
        }
        interval.count
    }
}

/// Walks over the MCUs of a scan of one component, each of which is a block.
struct Mcus {
    /// Blocks of the scan in a row, and of the store.
    across: usize,
    stride: usize,
    x: usize,
    /// The place in the store of the row.
    row: usize,
}

impl Mcus {
    fn new(layout: &Layout, store: &Store, interval: Interval) -> Self {
        let (across, stride) = (layout.across.max(1), store.across());
        Self { across, stride, x: interval.first % across, row: interval.first / across * stride }
    }

    #[inline(always)]
    fn block(&self) -> usize {
        self.row + self.x
    }

    #[inline(always)]
    fn pass(&mut self, count: usize) {
        self.x += count;
        if self.x >= self.across {
            self.row += self.x / self.across * self.stride;
            self.x %= self.across;
        }
    }
}

/// Decodes one block of a first scan; returns how many blocks after it are empty.
#[inline(always)]
fn first(
    scan: &Scan,
    table: &ValueTable,
    bits: &mut Bits<'_>,
    values: &mut [i16],
    nonzero: &mut u64,
    order: &Order,
) -> usize {
    let (mut k, end) = (u32::from(scan.band.0), u32::from(scan.band.1));
    let mut met = 0_u64;
    let mut run = 0;
    while k <= end {
        bits.refill();
        let symbol = table.symbol(bits);
        if symbol.value != 0 {
            k += symbol.run;
            if k > end {
                // A run leads out of the band.
                bits.set_bad();
                break;
            }
            met |= 1 << (k & 63);
            if let Some(value) = values.get_mut(usize::from(order.place[k as usize & 63])) {
                *value = (symbol.value << scan.low) as i16;
            }
            k += 1;
        } else if symbol.run == 15 {
            k += 16;
        } else {
            run = (1 << symbol.run) - 1 + bits.take(symbol.run) as usize;
            break;
        }
    }
    *nonzero |= met;
    run
}

/// Decodes one block of a refining scan; `run` counts blocks that have correction bits only, this one included.
#[inline(always)]
fn refine(
    scan: &Scan,
    table: &ValueTable,
    bits: &mut Bits<'_>,
    (values, nonzero): (&mut [i16], &mut u64),
    run: &mut usize,
    order: &Order,
) {
    let (mut k, end) = (u32::from(scan.band.0), u32::from(scan.band.1) + 1);
    let step = 1_i16 << scan.low;
    while *run == 0 && k < end {
        bits.refill();
        let symbol = table.symbol(bits);
        if symbol.value == 0 && symbol.run < 15 {
            *run = (1 << symbol.run) + bits.take(symbol.run) as usize;
            break;
        }
        if symbol.value.abs() > 1 {
            // A new coefficient has one bit at this precision.
            bits.set_bad();
        }
        // The new coefficient's place: behind as many zeros as the run says, among which mostly nothing else lies.
        let mut place = k + symbol.run;
        if *nonzero >> k & ((2 << symbol.run) - 1) != 0 {
            let mut zeros = !*nonzero & (u64::MAX << k);
            for _ in 0..symbol.run {
                zeros &= zeros.wrapping_sub(1);
            }
            place = zeros.trailing_zeros();
            correct(bits, values, *nonzero & between(k, place.min(end)), step, order);
        }
        place = place.min(end);
        if symbol.value != 0 && place == end {
            bits.set_bad();
        }
        if symbol.value != 0 && place < end {
            *nonzero |= 1 << place;
            if let Some(value) = values.get_mut(usize::from(order.place[place as usize & 63])) {
                *value = if symbol.value > 0 { step } else { -step };
            }
        }
        k = place + 1;
    }
    if *run > 0 {
        *run -= 1;
        if k < end {
            correct(bits, values, *nonzero & between(k, end), step, order);
        }
    }
}

/// Bits `from` to `to`, the latter not included; `from` is below 64.
#[inline(always)]
fn between(from: u32, to: u32) -> u64 {
    let below = if to < 64 { (1 << to) - 1 } else { u64::MAX };
    below & (u64::MAX << from)
}

/// Takes a correction bit for each coefficient in `which`; for those that nobody uses they only pass by.
#[inline(always)]
fn correct(bits: &mut Bits<'_>, values: &mut [i16], which: u64, step: i16, order: &Order) {
    if which == 0 {
        return;
    }
    if which.count_ones() > 32 {
        let (rest, low) = (which & !0 << 32, which & !0 >> 32);
        correct_some(bits, values, low, step, order);
        correct_some(bits, values, rest, step, order);
    } else {
        correct_some(bits, values, which, step, order);
    }
}

/// The same for 1 to 32 coefficients.
#[inline(always)]
fn correct_some(bits: &mut Bits<'_>, values: &mut [i16], which: u64, step: i16, order: &Order) {
    let count = which.count_ones();
    bits.refill();
    let taken = bits.peek(count);
    bits.consume(count);
    let mut left = which & order.used;
    while left != 0 {
        let k = left.trailing_zeros();
        left &= left - 1;
        // The first coefficient's bit is the highest.
        let behind = (which >> k).count_ones() - 1;
        let Some(value) = values.get_mut(usize::from(order.place[k as usize & 63])) else { continue };
        let is_due = (taken >> behind) as i16 & i16::from(*value & step == 0) & 1;
        *value = value.wrapping_add(if *value >= 0 { step } else { -step } * is_due);
    }
}
