//! The coefficients of a progressive image's component, from its first scan to its last: of each block those that the scale
//! uses, in 16 bits and in the order of the transform's input, and one bit for each of the 64.

use pulp::{Arch, NullaryFnOnce};

use super::Scale;
use super::idct::{Weights, place};
use super::plane::Raster;

/// One component's coefficients.
#[derive(Clone, Debug)]
pub(crate) struct Store {
    pub(crate) order: Order,
    scale: Scale,
    /// Blocks across and down, padding included.
    blocks: (usize, usize),
    /// [`stored`] coefficients of each block, not dequantised.
    values: Vec<i16>,
    /// Bit k is set where coefficient k of the zigzag order is not zero. Empty if AC coefficients are of no interest.
    nonzero: Vec<u64>,
}

/// Where coefficients are stored.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Order {
    /// By zigzag index: the place among a block's values. Those that nobody uses share one that is not read.
    pub(crate) place: [u8; 64],
    /// Bit k is set where coefficient k of the zigzag order is used.
    pub(crate) used: u64,
}

impl Order {
    fn new(scale: Scale) -> Self {
        let spare = match scale {
            // The last of a row of four.
            Scale::ThreeEighths => 3,
            _ => stored(scale) as u8 - 1,
        };
        let mut order = Self { place: [spare; 64], used: 0 };
        for (k, to) in order.place.iter_mut().enumerate() {
            if let Some(at) = place(k, scale) {
                *to = at;
                order.used |= 1 << k;
            }
        }
        order
    }
}

/// Returns the number of values that are stored of a block: the transform's input, and room for a coefficient that is none.
pub(crate) const fn stored(scale: Scale) -> usize {
    match scale {
        Scale::Full => 64,
        Scale::ThreeEighths => 12,
        Scale::Eighth => 1,
        _ => scale.samples() * scale.samples() + 1,
    }
}

impl Store {
    pub(crate) fn new(scale: Scale, blocks: (usize, usize)) -> Self {
        let total = blocks.0 * blocks.1;
        let nonzero = if scale == Scale::Eighth { Vec::new() } else { vec![0; total] };
        Self { order: Order::new(scale), scale, blocks, values: vec![0; total * stored(scale)], nonzero }
    }

    /// Returns the number of blocks in a row, padding included.
    pub(crate) const fn across(&self) -> usize {
        self.blocks.0
    }

    #[inline(always)]
    pub(crate) fn set_dc(&mut self, x: usize, y: usize, value: i16) {
        if let Some(dc) = self.values.get_mut((y * self.blocks.0 + x) * stored(self.scale)) {
            *dc = value;
        }
    }

    #[inline(always)]
    pub(crate) fn dc(&self, x: usize, y: usize) -> i16 {
        self.values.get((y * self.blocks.0 + x) * stored(self.scale)).copied().unwrap_or(0)
    }

    /// Returns the values of a block, and which of all coefficients are not zero; `None` if there is no such block, or AC
    /// coefficients are of no interest. Blocks are counted in rows.
    #[inline(always)]
    pub(crate) fn block(&mut self, at: usize) -> Option<(&mut [i16], &mut u64)> {
        let stored = stored(self.scale);
        Some((self.values.get_mut(at * stored..(at + 1) * stored)?, self.nonzero.get_mut(at)?))
    }

    /// Transforms all blocks.
    pub(crate) fn render(&self, weights: &Weights, raster: &mut Raster<'_>) {
        Arch::new().dispatch(Render { store: self, weights, raster });
    }
}

/// Transforms all blocks of a component; compiled once for each kind of processor, so everything in it is inlined.
struct Render<'a, 's> {
    store: &'a Store,
    weights: &'a Weights,
    raster: &'a mut Raster<'s>,
}

impl NullaryFnOnce for Render<'_, '_> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        match self.store.scale {
            Scale::Full => self.transform::<64>(),
            Scale::SixEighths => self.transform::<36>(),
            Scale::FiveEighths => self.transform::<25>(),
            Scale::Half => self.transform::<16>(),
            Scale::ThreeEighths => self.transform::<12>(),
            Scale::Quarter => self.transform::<4>(),
            Scale::Eighth => self.transform::<1>(),
        }
    }
}

impl Render<'_, '_> {
    /// `N` is the length of the transform's input.
    #[inline(always)]
    fn transform<const N: usize>(self) {
        let Self { store, weights, raster } = self;
        let mut factors = [0.0; 64];
        for (k, factor) in weights.factor.iter().enumerate() {
            if store.order.used >> k & 1 == 1 {
                factors[usize::from(store.order.place[k] & 63)] = *factor;
            }
        }
        let across = store.blocks.0.max(1);
        for (at, values) in store.values.chunks_exact(stored(store.scale)).enumerate() {
            let (x, y) = (at % across, at / across);
            let dc = f32::from(values[0]) * factors[0];
            if store.nonzero.get(at).is_none_or(|nonzero| *nonzero == 0) {
                raster.put_flat(x, y, dc);
                continue;
            }
            let mut input = [0.0; 64];
            for i in 0..N {
                input[i] = f32::from(values[i]) * factors[i];
            }
            raster.put_weighted(x, y, &input);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_used_coefficient_has_a_place_of_its_own() {
        for scale in Scale::ALL {
            let order = Order::new(scale);
            let mut places = Vec::new();
            for (k, place) in order.place.iter().enumerate() {
                assert!(usize::from(*place) < stored(scale), "{scale:?}");
                if order.used >> k & 1 == 1 {
                    places.push(*place);
                }
            }
            let side = scale.samples();
            assert_eq!(places.len(), side * side);
            let spare: Vec<u8> = (0..64).filter(|k| order.used >> k & 1 == 0).map(|k| order.place[k]).collect();
            assert!(scale == Scale::Eighth || places.iter().all(|place| !spare.contains(place)), "{scale:?}");
            places.sort_unstable();
            places.dedup();
            assert_eq!(places.len(), side * side);
        }
    }
}
