//! Progressive scans (T.81, G.1.3), which fill the same [`Store`] as those with Huffman codes.

use super::super::scan::{Layout, Scan};
use super::super::store::{Order, Store};
use super::super::tables::Conditioning;
use super::coder::Coder;
use super::decoder::Decoder;
use super::model::Model;

/// A DC scan, first or refining, interleaved or not.
#[derive(Debug)]
pub(crate) struct DcScan<'a> {
    scan: &'a Scan,
    layout: &'a Layout,
    stores: &'a mut [Store],
    model: Model,
}

impl<'a> DcScan<'a> {
    pub(crate) fn new(
        scan: &'a Scan,
        layout: &'a Layout,
        conditioning: &Conditioning,
        stores: &'a mut [Store],
    ) -> Self {
        Self { scan, layout, stores, model: Model::new(conditioning.clone()) }
    }
}

impl Decoder for DcScan<'_> {
    fn restart(&mut self) {
        self.model.restart();
    }

    fn mcu(&mut self, coder: &mut Coder<'_>, x: usize, y: usize) -> Option<()> {
        for slot in &self.layout.slots {
            let store = &mut self.stores[slot.part.component];
            let (x, y) = slot.place(x, y);
            let value = if self.scan.high == 0 {
                self.model.dc(coder, slot.part)?.wrapping_shl(self.scan.low.into()) as i16
            } else {
                store.dc(x, y) | i16::from(coder.bit()).wrapping_shl(self.scan.low.into())
            };
            store.set_dc(x, y, value);
        }
        Some(())
    }

    fn lost(&mut self, _x: usize, _y: usize) {}
}

/// An AC scan of one component, first or refining.
#[derive(Debug)]
pub(crate) struct AcScan<'a> {
    scan: &'a Scan,
    store: &'a mut Store,
    model: Model,
}

impl<'a> AcScan<'a> {
    pub(crate) fn new(scan: &'a Scan, conditioning: &Conditioning, store: &'a mut Store) -> Self {
        Self { scan, store, model: Model::new(conditioning.clone()) }
    }
}

impl Decoder for AcScan<'_> {
    fn restart(&mut self) {
        self.model.restart();
    }

    fn mcu(&mut self, coder: &mut Coder<'_>, x: usize, y: usize) -> Option<()> {
        let order = self.store.order;
        let at = y * self.store.across() + x;
        let Some((values, nonzero)) = self.store.block(at) else { return Some(()) };
        let table = self.scan.parts[0].ac;
        let band = (usize::from(self.scan.band.0), usize::from(self.scan.band.1));
        if self.scan.high > 0 {
            return self.model.refine(coder, table, band, self.scan.low, (values, nonzero), &order);
        }
        self.model.ac(coder, table, band, |k, value| {
            *nonzero |= 1 << k;
            if let Some(stored) = values.get_mut(usize::from(order.place[k & 63])) {
                *stored = value.wrapping_shl(self.scan.low.into()) as i16;
            }
        })
    }

    fn lost(&mut self, _x: usize, _y: usize) {}
}

impl Model {
    /// Decodes the next bit of a band's coefficients, of those that become other than zero with it, too; `None` if the
    /// bits break the code.
    fn refine(
        &mut self,
        coder: &mut Coder<'_>,
        table: usize,
        (start, end): (usize, usize),
        low: u8,
        (values, nonzero): (&mut [i16], &mut u64),
        order: &Order,
    ) -> Option<()> {
        let bins = &mut self.ac[table];
        let step = 1_i16 << low;
        // Up to the last coefficient that is other than zero already, the block can't end.
        let in_band = *nonzero & (u64::MAX >> (63 - end));
        let earlier_end = 63_u32.saturating_sub(in_band.leading_zeros()) as usize;
        let mut k = start;
        while k <= end {
            let first = 3 * (k - 1);
            if k > earlier_end && coder.decide(&mut bins[first]) {
                break;
            }
            loop {
                let first = 3 * (k - 1);
                if *nonzero >> k & 1 == 1 {
                    if coder.decide(&mut bins[first + 2])
                        && let Some(c) = values.get_mut(usize::from(order.place[k & 63]))
                    {
                        *c = c.wrapping_add(if *c >= 0 { step } else { -step });
                    }
                    break;
                }
                if coder.decide(&mut bins[first + 1]) {
                    let is_negative = coder.bit();
                    *nonzero |= 1 << k;
                    if let Some(c) = values.get_mut(usize::from(order.place[k & 63])) {
                        *c = if is_negative { -step } else { step };
                    }
                    break;
                }
                k += 1;
                if k > end {
                    return None;
                }
            }
            k += 1;
        }
        Some(())
    }
}
