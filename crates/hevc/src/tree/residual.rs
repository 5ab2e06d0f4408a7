//! Reads the coefficients of a transform block and adds its residuals (ITU-T H.265, 7.3.8.11).

use super::Tree;
use super::coding::{Coding, Kind};
use super::levels;
use crate::cabac::{ContextModels, Engine, offset};
use crate::sample::Sample;
use crate::scan::{self, BLOCKS, NEIGHBOURED, PLACES, SMALLEST, Scan};
use crate::transform::{self, Coefficients, Transform};

/// Steps of levels for the quantisers of an octave (ITU-T H.265, 8.6.4.2).
const STEPS: [i64; 6] = [40, 45, 51, 57, 64, 72];

/// The scaling of levels to coefficients.
struct Scaling<'a> {
    step: i64,
    /// Factors row by row; all are 16 where there are none.
    factors: Option<&'a [u8]>,
    shift: u32,
}

impl Scaling<'_> {
    #[inline(always)]
    fn apply(&self, level: i32, place: usize) -> i16 {
        let step = match self.factors {
            Some(factors) => self.step * i64::from(factors[place]),
            None => self.step << 4,
        };
        let value = (i64::from(level) * step + (1 << self.shift >> 1)) >> self.shift;
        value.clamp(i16::MIN.into(), i16::MAX.into()) as i16
    }
}

/// A block whose coefficients are read.
#[derive(Clone, Copy)]
struct Block {
    log2: u32,
    is_luma: bool,
    scan: Scan,
    /// Whether the signs of some coefficients follow from their sums.
    hides_signs: bool,
}

impl<T: Sample> Tree<'_, T> {
    /// Reads the coefficients of a block of a plane and adds its residuals.
    pub(super) fn add_residual(&mut self, plane: usize, (x, y): (usize, usize), log2: u32, mode: u8, coding: &Coding) {
        let (is_luma, depth) = (plane == 0, self.sequence.depth(plane));
        let can_skip = self.picture.skips_transforms && !coding.is_bypassed && log2 == 2;
        let transform = match (coding.is_bypassed, log2) {
            (true, _) => Transform::Bypass,
            _ if can_skip && self.bin(offset::TRANSFORM_SKIP + usize::from(!is_luma)) => Transform::Skip,
            (_, 2) if is_luma && coding.kind == Kind::Intra => Transform::Sine,
            _ => Transform::Cosine,
        };
        let is_turned =
            log2 == 2 || (log2 == 3 && (is_luma || self.sequence.planes() == 3 && self.sequence.shifts(1) == (0, 0)));
        let scan = match mode {
            _ if coding.kind != Kind::Intra => Scan::Diagonal,
            6..=14 if is_turned => Scan::Vertical,
            22..=30 if is_turned => Scan::Horizontal,
            _ => Scan::Diagonal,
        };
        let block = Block { log2, is_luma, scan, hides_signs: self.picture.hides_signs && !coding.is_bypassed };
        let (engine, models, coefficients) = (&mut self.engine, &mut self.models, &mut self.coefficients);
        if transform == Transform::Bypass {
            block.read(engine, models, coefficients, |level, _| level as i16);
        } else {
            let qp = self.quantiser.scaling[plane];
            let factors = match (&self.picture.scaling, &self.sequence.scaling) {
                (Some(factors), Some(_)) | (None, Some(factors)) => {
                    Some(factors.of(log2 as usize - 2, plane + if coding.kind == Kind::Intra { 0 } else { 3 }))
                }
                _ => None,
            };
            let scaling = Scaling { step: STEPS[qp as usize % 6] << (qp / 6), factors, shift: depth + log2 - 5 };
            match scaling.factors {
                None => block.read(engine, models, coefficients, |level, _| scaling.apply(level, 0)),
                Some(_) => block.read(engine, models, coefficients, |level, place| scaling.apply(level, place)),
            }
        }
        let (samples, stride, at) = self.canvas.target(plane, x, y);
        transform::add(coefficients, (transform, log2), depth, &mut samples[at..], stride);
    }
}

/// State that is carried from one 4 by 4 block to the next.
struct Progress {
    /// The blocks of each row that have coefficients.
    coded: [u32; 9],
    /// Whether a level of the previous block is above one.
    was_above_one: bool,
}

/// The coefficients of a 4 by 4 block that are not 0, from the last one on, by their places in the scan.
struct Found {
    places: [u8; 16],
    count: usize,
}

impl Found {
    /// Adds a place if it has a coefficient.
    #[inline(always)]
    fn add(&mut self, place: usize, is_there: u32) {
        self.places[self.count & 15] = place as u8;
        self.count += is_there as usize;
    }
}

impl Block {
    /// Reads the coefficients, scaled by a function of level and place.
    #[inline(always)]
    fn read(
        self,
        engine: &mut Engine<'_>,
        models: &mut ContextModels,
        coefficients: &mut Coefficients,
        scale: impl Fn(i32, usize) -> i16,
    ) {
        // A copy on the stack, which can be kept in registers.
        let mut local = *engine;
        let engine_here = &mut local;
        let (last_x, last_y) = self.read_last(engine_here, models);
        let (last_block, last_place) = self.find_last(last_x, last_y);
        let blocks = &BLOCKS[self.scan as usize][self.log2 as usize - 2];
        let places = &PLACES[self.scan as usize];
        let mut progress = Progress { coded: [0; 9], was_above_one: false };
        (coefficients.columns, coefficients.rows) = (4, 4);
        for index in (0..=last_block).rev() {
            let (x, y) = blocks[index & 63];
            let (x, y) = (usize::from(x & 7), usize::from(y & 7));
            let beside = progress.coded[y] >> (x + 1) & 1 | (progress.coded[y + 1] >> x & 1) << 1;
            let is_last = index == last_block;
            if !is_last && index > 0 {
                let model = offset::BLOCK_CODED + usize::from(beside > 0) + if self.is_luma { 0 } else { 2 };
                if engine_here.bin(models, model) == 0 {
                    continue;
                }
            }
            progress.coded[y] |= 1 << x;
            let start = if is_last { Some(last_place) } else { None };
            let found = self.read_significant(engine_here, models, (index, beside as usize), start);
            if found.count == 0 {
                continue;
            }
            let levels = self.read_levels(engine_here, models, &found, index, &mut progress);
            coefficients.columns = coefficients.columns.max(4 * x + 4);
            coefficients.rows = coefficients.rows.max(4 * y + 4);
            let first = ((4 * y) << self.log2) + 4 * x;
            for (place, level) in found.places.iter().zip(levels).take(found.count) {
                let place = usize::from(places[usize::from(place & 15)]);
                let at = first + (place >> 2 << self.log2) + (place & 3);
                coefficients.values[at & (transform::MOST - 1)] = scale(level, at);
            }
        }
        *engine = local;
    }

    /// Reads the place of the last coefficient.
    #[inline(always)]
    fn read_last(self, engine: &mut Engine<'_>, models: &mut ContextModels) -> (usize, usize) {
        let (first, shift) = match self.is_luma {
            true => (3 * (self.log2 - 2) + ((self.log2 - 1) >> 2), (self.log2 + 1) >> 2),
            false => (15, self.log2 - 2),
        };
        let most = 2 * self.log2 - 1;
        let mut prefix = |models: &mut ContextModels, offset: usize| {
            let mut prefix = 0;
            while prefix < most && engine.bin(models, offset + (first + (prefix >> shift)) as usize) == 1 {
                prefix += 1;
            }
            prefix
        };
        let (x, y) = (prefix(models, offset::LAST_X), prefix(models, offset::LAST_Y));
        let mut place = |prefix: u32| {
            if prefix < 4 {
                return prefix as usize;
            }
            let bits = (prefix >> 1) - 1;
            (((2 + (prefix & 1)) << bits) + engine.bypass(bits)) as usize
        };
        let (x, y) = (place(x), place(y));
        if self.scan == Scan::Vertical { (y, x) } else { (x, y) }
    }

    /// Returns the 4 by 4 block of the last coefficient, and its place in it, by the order of the scan.
    #[inline(always)]
    fn find_last(self, x: usize, y: usize) -> (usize, usize) {
        let block = scan::BLOCK_INDICES[self.scan as usize][self.log2 as usize - 2][(y >> 2 & 7) << 3 | x >> 2 & 7];
        let place = scan::PLACE_INDICES[self.scan as usize][(y & 3) << 2 | x & 3];
        (block.into(), place.into())
    }

    /// Reads which coefficients of a 4 by 4 block are not 0, from the last one of all where it is given.
    #[inline(always)]
    fn read_significant(
        self,
        engine: &mut Engine<'_>,
        models: &mut ContextModels,
        (index, beside): (usize, usize),
        last: Option<usize>,
    ) -> Found {
        let scan = self.scan as usize;
        let (contexts, first) = match (self.log2, self.is_luma) {
            (2, true) => (&SMALLEST[scan], 0),
            (2, false) => (&SMALLEST[scan], 27),
            (log2, true) => {
                let of_size = match (log2, self.scan) {
                    (3, Scan::Diagonal) => 9,
                    (3, _) => 15,
                    _ => 21,
                };
                (&NEIGHBOURED[scan][beside & 3], of_size + if index > 0 { 3 } else { 0 })
            }
            (log2, false) => (&NEIGHBOURED[scan][beside & 3], 27 + if log2 == 3 { 9 } else { 12 }),
        };
        let first = offset::SIGNIFICANT + first;
        let mut found = Found { places: [0; 16], count: 0 };
        let from = match last {
            Some(place) => {
                found.add(place, 1);
                place
            }
            None => 16,
        };
        for place in (1..from).rev() {
            let bin = engine.bin(models, first + usize::from(contexts[place & 15]));
            found.add(place, bin);
        }
        if from > 0 {
            // A coded block has a coefficient.
            let is_implied = found.count == 0 && index > 0;
            let model = match (index, self.is_luma) {
                (0, true) => offset::SIGNIFICANT,
                (0, false) => offset::SIGNIFICANT + 27,
                _ => first + usize::from(contexts[0]),
            };
            let bin = if is_implied { 1 } else { engine.bin(models, model) };
            found.add(0, bin);
        }
        found
    }

    /// Reads the levels of the coefficients that were found.
    #[inline(always)]
    fn read_levels(
        self,
        engine: &mut Engine<'_>,
        models: &mut ContextModels,
        found: &Found,
        index: usize,
        progress: &mut Progress,
    ) -> [i32; 16] {
        let count = found.count.min(16);
        let set = if index > 0 && self.is_luma { 2 } else { 0 } + usize::from(progress.was_above_one);
        let first = offset::ABOVE_ONE + 4 * set + if self.is_luma { 0 } else { 16 };
        let mut levels = [1_i32; 16];
        let flagged = count.min(8);
        let mut state = 1;
        let mut first_above_one = 16;
        for (place, level) in levels[..flagged].iter_mut().enumerate() {
            let bin = engine.bin(models, first + state);
            *level += bin as i32;
            if bin == 1 {
                state = 0;
                first_above_one = first_above_one.min(place);
            } else if state > 0 {
                state = (state + 1).min(3);
            }
        }
        progress.was_above_one = state == 0;
        if let Some(level) = levels.get_mut(first_above_one) {
            *level += engine.bin(models, offset::ABOVE_TWO + set + if self.is_luma { 0 } else { 4 }) as i32;
        }
        let is_hidden = self.hides_signs && found.places[0] - found.places[(count - 1) & 15] > 3;
        let signs_count = count - usize::from(is_hidden);
        let mut signs = engine.bypass(signs_count as u32) << ((32 - signs_count as u32) & 31);
        let mut rice = 0;
        for (place, level) in levels[..count].iter_mut().enumerate() {
            let most = match place {
                place if place == first_above_one => 3,
                0..8 => 2,
                _ => 1,
            };
            if *level == most {
                *level += levels::read_rest(engine, rice) as i32;
                rice = (rice + u32::from(*level > 3 << rice)).min(4);
            }
        }
        let is_odd = levels[..count].iter().sum::<i32>() & 1 == 1;
        for level in &mut levels[..count] {
            let sign = (signs as i32) >> 31;
            *level = (*level ^ sign) - sign;
            signs <<= 1;
        }
        if is_hidden && is_odd {
            levels[count - 1] = -levels[count - 1];
        }
        levels
    }
}
