//! Decodes coding blocks that are predicted from another image (ITU-T H.265, 7.3.8.6 and 7.3.8.9).

use super::Tree;
use super::coding::{Coding, Kind};
use super::parts::{Part, Parts};
use crate::cabac::offset;
use crate::intra::MEAN;
use crate::prediction::{Area, Motion, Vector};
use crate::sample::Sample;

impl<T: Sample> Tree<'_, T> {
    /// Reads whether a block of a predicted slice has neither modes nor residuals of its own.
    pub(super) fn read_skip(&mut self, x: usize, y: usize) -> bool {
        let Some(motions) = &self.canvas.motions else { return false };
        let has_left = x > self.block.x || self.block.has_left;
        let has_above = y > self.block.y || self.block.has_above;
        let skipped = usize::from(has_left && motions.is_skipped(x - 1, y))
            + usize::from(has_above && motions.is_skipped(x, y - 1));
        self.bin(offset::SKIP + skipped)
    }

    /// Decodes a predicted block. Whether it is skipped is read.
    pub(super) fn decode_predicted(&mut self, (x, y): (usize, usize), log2: u32, is_skipped: bool, is_bypassed: bool) {
        let size = 1 << log2;
        self.block.set_mode((x, y), size, MEAN);
        let parts = if is_skipped { Parts::Whole } else { self.read_parts(log2) };
        let mut is_merged = false;
        for part in parts.of(x, y, size) {
            is_merged = is_skipped || self.bin(offset::MERGE);
            let motion = if is_merged {
                let wanted = self.read_merge_index();
                self.merge((x, y), size, parts, &part, wanted)
            } else {
                self.read_motion((x, y), size, &part)
            };
            if let Some(motions) = &mut self.canvas.motions {
                motions.set((part.x, part.y), (part.width, part.height), motion);
            }
            self.compensate(&part, motion);
            if let Some(marks) = &mut self.canvas.marks {
                marks.add_part((part.x, part.y), (part.width, part.height), (x, y), self.slice);
            }
        }
        let is_whole_merged = parts == Parts::Whole && is_merged;
        let has_residuals = !is_skipped && (is_whole_merged || self.bin(offset::ROOT_CODED));
        if !has_residuals {
            return self.mark_edges(x, y, log2);
        }
        let is_split = self.sequence.max_depth_inter == 0 && parts != Parts::Whole;
        let kind = if is_split { Kind::PredictedParts } else { Kind::Predicted };
        let coding = Coding { log2, is_quartered: false, is_bypassed, kind, luma: [MEAN; 4], chroma: [MEAN; 4] };
        self.split_transform((x, y), &coding);
    }

    fn read_merge_index(&mut self) -> usize {
        let most = self.slice.prediction.as_ref().map_or(1, |prediction| prediction.candidates as usize) - 1;
        if most == 0 || !self.bin(offset::MERGE_INDEX) {
            return 0;
        }
        let mut index = 1;
        while index < most && self.engine.bypass(1) == 1 {
            index += 1;
        }
        index
    }

    /// Reads a motion (7.3.8.6).
    fn read_motion(&mut self, place: (usize, usize), size: usize, part: &Part) -> Motion {
        let most = self.slice.prediction.as_ref().map_or(1, |prediction| prediction.references) - 1;
        let mut reference = 0;
        while reference < most
            && match reference {
                0 | 1 => self.bin(offset::REFERENCE + reference as usize),
                _ => self.engine.bypass(1) == 1,
            }
        {
            reference += 1;
        }
        let difference = self.read_difference();
        let wanted = usize::from(self.bin(offset::CANDIDATE));
        let predicted = self.predict_vector(place, size, part, wanted);
        let vector = Vector(predicted.0.wrapping_add(difference.0), predicted.1.wrapping_add(difference.1));
        Motion { vector, reference: reference as u8 }
    }

    /// Reads the difference of a vector from its prediction (7.3.8.9).
    fn read_difference(&mut self) -> Vector {
        let are_there = [(); 2].map(|()| self.bin(offset::VECTOR));
        let are_above_one = are_there.map(|is_there| is_there && self.bin(offset::VECTOR + 1));
        let mut read = |index: usize| {
            if !are_there[index] {
                return 0;
            }
            let mut magnitude = 1_u32;
            if are_above_one[index] {
                let mut bits = 1;
                magnitude = 2;
                while bits < 16 && self.engine.bypass(1) == 1 {
                    magnitude += 1 << bits;
                    bits += 1;
                }
                magnitude += self.engine.bypass(bits);
            }
            let magnitude = magnitude as i16;
            if self.engine.bypass(1) == 1 { magnitude.wrapping_neg() } else { magnitude }
        };
        Vector(read(0), read(1))
    }

    /// Predicts the samples of a part.
    fn compensate(&mut self, part: &Part, motion: Motion) {
        let (Some(reference), Some(prediction)) = (self.reference, &self.slice.prediction) else { return };
        for index in 0..self.sequence.planes() {
            let (across, down) = self.sequence.shifts(index);
            let area = Area {
                x: part.x >> across,
                y: part.y >> down,
                width: part.width >> across,
                height: part.height >> down,
            };
            let (samples, stride, at) = self.canvas.target(index, area.x, area.y);
            reference.predict(index, area, motion, prediction, (&mut samples[at..], stride));
        }
    }
}
