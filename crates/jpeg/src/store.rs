//! The coefficients of a progressive image's component, from its first scan to its last: of each block those that the scale
//! uses, in 16 bits and in columns, and one bit for each of the 64.

use super::idct::{Weights, ZIGZAG};
use super::plane::Raster;
use super::render::{Column, render};
use crate::scale::Scale;

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
        let side = scale.samples() as u8;
        let mut order = Self { place: [stored(scale) as u8 - 1; 64], used: 0 };
        for (k, (to, (x, y))) in order.place.iter_mut().zip(ZIGZAG).enumerate() {
            if x < side && y < side {
                *to = x * side + y;
                order.used |= 1 << k;
            }
        }
        order
    }
}

/// Returns the number of values that are stored of a block: those used, and room for one that is not.
pub(crate) const fn stored(scale: Scale) -> usize {
    match scale {
        Scale::Full => 64,
        Scale::Eighth => 1,
        _ => scale.samples() * scale.samples() + 1,
    }
}

/// Returns the bytes of a row of this many blocks while it is transformed.
pub(crate) const fn row_memory(scale: Scale, across: usize) -> u64 {
    let side = match scale.samples() {
        1 => 1,
        2 => 2,
        3..=4 => 4,
        _ => 8,
    };
    2 * side * side * across as u64
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

    /// Transforms all blocks, row by row.
    pub(crate) fn render(&self, weights: &Weights, raster: &mut Raster<'_>) {
        match self.scale {
            Scale::Full => self.render_rows(weights, raster, |row, _| row.as_chunks::<64>().0),
            Scale::SixEighths => self.render_spread::<6, 8, 64>(weights, raster),
            Scale::FiveEighths => self.render_spread::<5, 8, 64>(weights, raster),
            Scale::Half => self.render_spread::<4, 4, 16>(weights, raster),
            Scale::ThreeEighths => self.render_spread::<3, 4, 16>(weights, raster),
            Scale::Quarter => self.render_spread::<2, 2, 4>(weights, raster),
            Scale::Eighth => self.render_rows(weights, raster, |row, _| row.as_chunks::<1>().0),
        }
    }

    /// Spreads columns of `SIDE` values over columns of `LENGTH`, as the transform takes them: `KEPT` values a block.
    fn render_spread<const SIDE: usize, const LENGTH: usize, const KEPT: usize>(
        &self,
        weights: &Weights,
        raster: &mut Raster<'_>,
    ) {
        self.render_rows::<KEPT>(weights, raster, |row, room| {
            for (block, values) in room.iter_mut().zip(row.chunks_exact(SIDE * SIDE + 1)) {
                let columns = block.as_chunks_mut::<LENGTH>().0.iter_mut().zip(values.as_chunks::<SIDE>().0);
                for (column, values) in columns.take(SIDE) {
                    column[..SIDE].copy_from_slice(values);
                }
            }
            room
        });
    }

    /// Transforms rows that `columns_of` brings into the transform's columns, in the room that it is given or where they are.
    fn render_rows<const KEPT: usize>(
        &self,
        weights: &Weights,
        raster: &mut Raster<'_>,
        columns_of: impl for<'r> Fn(&'r [i16], &'r mut [[i16; KEPT]]) -> &'r [[i16; KEPT]],
    ) {
        let (scale, side, across) = (self.scale, self.scale.samples(), self.blocks.0.max(1));
        let mut room = vec![[0; KEPT]; across];
        for (y, row) in self.values.chunks_exact(across * stored(scale)).enumerate() {
            let mcus = columns_of(row, &mut room);
            let rows = raster.rows_from(0, y * side);
            render(Column { mcus, slots: 1, index: 0, weights, scale, rows, step: side });
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
