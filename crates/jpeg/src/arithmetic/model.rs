//! Which bins decide about a coefficient (T.81, F.1.4.4): its neighbours' sizes choose them.

use super::super::scan::ARITHMETIC_TABLES;
use super::super::scan::Part;
use super::super::tables::Conditioning;
use super::coder::{Bin, Coder};
use crate::header::MAX_COMPONENTS;

/// Where the bins of large DC differences begin, and those of large AC coefficients before and behind the threshold.
const LARGE_DC: usize = 20;
const LARGE_AC: [usize; 2] = [189, 217];
/// How far behind the bin of a magnitude's size that of its lower bits lies.
const LOW_BITS: usize = 14;
/// The largest size of a magnitude: the number has 16 bits then.
const LARGEST: u32 = 15;

/// What was learned since the last restart marker.
#[derive(Debug)]
pub(super) struct Model {
    conditioning: Conditioning,
    dc: [[Bin; 64]; ARITHMETIC_TABLES],
    pub(super) ac: [[Bin; 256]; ARITHMETIC_TABLES],
    /// By component the last DC value, and the first of the bins that its last difference chooses.
    predictions: [i32; MAX_COMPONENTS],
    chosen: [usize; MAX_COMPONENTS],
}

impl Model {
    /// Knows nothing.
    pub(super) fn new(conditioning: Conditioning) -> Self {
        Self {
            conditioning,
            dc: [[0; 64]; ARITHMETIC_TABLES],
            ac: [[0; 256]; ARITHMETIC_TABLES],
            predictions: [0; MAX_COMPONENTS],
            chosen: [0; MAX_COMPONENTS],
        }
    }

    /// Forgets all.
    pub(super) fn restart(&mut self) {
        *self = Self::new(self.conditioning.clone());
    }

    /// Decodes a DC difference; returns the DC value, or `None` if the bits break the code.
    pub(super) fn dc(&mut self, coder: &mut Coder<'_>, part: Part) -> Option<i32> {
        let bins = &mut self.dc[part.dc];
        let chosen = &mut self.chosen[part.component];
        let prediction = &mut self.predictions[part.component];
        let first = *chosen;
        *chosen = 0;
        if coder.decide(&mut bins[first]) {
            let is_negative = coder.decide(&mut bins[first + 1]);
            let is_large = coder.decide(&mut bins[first + if is_negative { 3 } else { 2 }]);
            let (size, at) = if is_large { size(coder, bins, LARGE_DC, 1)? } else { (0, first + 2) };
            let (small, large) = self.conditioning.dc[part.dc];
            // The size is the position of the highest bit of the magnitude less 1.
            let highest = if is_large { 1_u32 << (size - 1) } else { 0 };
            let category = match highest {
                highest if highest < (1_u32 << small) >> 1 => 0,
                highest if highest > (1_u32 << large) >> 1 => 12,
                _ => 4,
            };
            *chosen = if category == 0 { 0 } else { category + if is_negative { 4 } else { 0 } };
            let magnitude = magnitude(coder, bins, size, at);
            *prediction = prediction.wrapping_add(if is_negative { -magnitude } else { magnitude });
        }
        Some(*prediction)
    }

    /// Decodes the coefficients of a band up to its end of block, each given to `put`; `None` if the bits break the code.
    pub(super) fn ac(
        &mut self,
        coder: &mut Coder<'_>,
        table: usize,
        (start, end): (usize, usize),
        mut put: impl FnMut(usize, i32),
    ) -> Option<()> {
        let bins = &mut self.ac[table];
        let threshold = usize::from(self.conditioning.ac[table]);
        let mut k = start;
        while k <= end && !coder.decide(&mut bins[3 * (k - 1)]) {
            while !coder.decide(&mut bins[3 * (k - 1) + 1]) {
                k += 1;
                if k > end {
                    return None;
                }
            }
            let is_negative = coder.bit();
            let first = 3 * (k - 1) + 2;
            let (size, at) = if !coder.decide(&mut bins[first]) {
                (0, first)
            } else if !coder.decide(&mut bins[first]) {
                (1, first)
            } else {
                size(coder, bins, LARGE_AC[usize::from(k > threshold)], 2)?
            };
            let magnitude = magnitude(coder, bins, size, at);
            put(k, if is_negative { -magnitude } else { magnitude });
            k += 1;
        }
        Some(())
    }
}

/// Decodes the size of a magnitude that has at least `least`; returns it and its last bin. `None` if it is too large.
fn size(coder: &mut Coder<'_>, bins: &mut [Bin], first: usize, least: u32) -> Option<(u32, usize)> {
    let (mut size, mut at) = (least, first);
    while coder.decide(&mut bins[at]) {
        size += 1;
        at += 1;
        if size > LARGEST {
            return None;
        }
    }
    Some((size, at))
}

/// Decodes the bits below the highest one.
fn magnitude(coder: &mut Coder<'_>, bins: &mut [Bin], size: u32, at: usize) -> i32 {
    let highest = if size == 0 { 0 } else { 1_i32 << (size - 1) };
    let mut value = highest;
    let mut bit = highest >> 1;
    while bit > 0 {
        if coder.decide(&mut bins[at + LOW_BITS]) {
            value |= bit;
        }
        bit >>= 1;
    }
    value + 1
}
