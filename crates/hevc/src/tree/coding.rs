//! Decodes coding blocks: their modes, and blocks of uncoded samples (ITU-T H.265, 7.3.8.5 to 7.3.8.7).

use super::Tree;
use crate::bits::Bits;
use crate::cabac::{Engine, offset};
use crate::intra::{HORIZONTAL, MEAN, PLANAR, VERTICAL};
use crate::parameters::{Chroma, PcmParameters};
use crate::sample::Sample;

/// The modes of a coding block.
#[derive(Debug, Clone, Copy)]
pub(super) struct Coding {
    pub(super) log2: u32,
    /// Whether the block has four luma modes.
    pub(super) is_quartered: bool,
    /// Whether residuals are coded without loss.
    pub(super) is_bypassed: bool,
    pub(super) kind: Kind,
    /// Modes of the four quarters, or of the block.
    pub(super) luma: [u8; 4],
    pub(super) chroma: [u8; 4],
}

/// The prediction of a coding block.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Intra,
    /// From another image.
    Predicted,
    /// From another image in parts, so that its residuals are split as well.
    PredictedParts,
}

/// Modes of chroma of half width, by those they are derived as (ITU-T H.265, table 8-3).
const OF_HALF_WIDTH: [u8; 35] = [
    0, 1, 2, 2, 2, 2, 3, 5, 7, 8, 10, 12, 13, 15, 17, 18, 19, 20, 21, 22, 23, 23, 24, 24, 25, 25, 26, 27, 27, 28, 28,
    29, 29, 30, 31,
];

impl<T: Sample> Tree<'_, T> {
    /// Decodes a coding block (7.3.8.5).
    pub(super) fn decode_coding(&mut self, x: usize, y: usize, log2: u32) {
        let is_bypassed = self.picture.has_bypass && self.bin(offset::BYPASS);
        let is_predicted_slice = self.slice.prediction.is_some();
        let is_skipped = is_predicted_slice && self.read_skip(x, y);
        if let Some(motions) = &mut self.canvas.motions {
            motions.start_block((x, y), 1 << log2, is_skipped);
        }
        if is_predicted_slice && (is_skipped || !self.bin(offset::INTRA)) {
            self.start_marks((x, y), log2, is_bypassed);
            self.decode_predicted((x, y), log2, is_skipped, is_bypassed);
        } else {
            self.decode_intra((x, y), log2, is_bypassed);
        }
        let qp = self.quantiser.end_block();
        self.block.set_qp((x, y), log2, qp);
        if let Some(marks) = &mut self.canvas.marks {
            marks.set_qp((x, y), log2, qp);
        }
    }

    fn start_marks(&mut self, place: (usize, usize), log2: u32, is_kept: bool) {
        if let Some(marks) = &mut self.canvas.marks {
            marks.start_block(place, log2, is_kept);
        }
    }

    fn decode_intra(&mut self, (x, y): (usize, usize), log2: u32, is_bypassed: bool) {
        let sequence = self.sequence;
        let is_quartered = log2 == sequence.log2_min_block && !self.bin(offset::PARTITION);
        let pcm = sequence.pcm.filter(|pcm| !is_quartered && (pcm.log2_min..=pcm.log2_max).contains(&log2));
        let is_uncoded = pcm.is_some() && self.engine.terminate();
        self.start_marks((x, y), log2, is_bypassed || (is_uncoded && pcm.is_some_and(|pcm| !pcm.is_filtered)));
        match pcm {
            Some(pcm) if is_uncoded => {
                self.block.set_mode((x, y), 1 << log2, MEAN);
                self.mark_edges(x, y, log2);
                self.copy_samples((x, y), log2, &pcm);
            }
            _ => {
                let (kind, luma, chroma) = (Kind::Intra, [MEAN; 4], [MEAN; 4]);
                let mut coding = Coding { log2, is_quartered, is_bypassed, kind, luma, chroma };
                self.read_luma_modes(x, y, &mut coding);
                self.read_chroma_modes(&mut coding);
                self.split_transform((x, y), &coding);
            }
        }
    }

    /// Reads the luma modes (7.3.8.5 and 8.4.2).
    fn read_luma_modes(&mut self, x: usize, y: usize, coding: &mut Coding) {
        let count = if coding.is_quartered { 4 } else { 1 };
        let size = (1 << coding.log2) >> usize::from(coding.is_quartered);
        let mut are_likely = [false; 4];
        for is_likely in &mut are_likely[..count] {
            *is_likely = self.bin(offset::LIKELY_MODE);
        }
        for (index, is_likely) in are_likely.into_iter().take(count).enumerate() {
            let place = (x + index % 2 * size, y + index / 2 * size);
            let likely = likely_modes(self.block.modes_beside(place));
            let mode = if is_likely {
                let number = if self.engine.bypass(1) == 0 { 0 } else { 1 + self.engine.bypass(1) };
                likely[number as usize]
            } else {
                unlikely_mode(likely, self.engine.bypass(5) as u8)
            };
            self.block.set_mode(place, size, mode);
            coding.luma[index] = mode;
        }
        if count == 1 {
            coding.luma = [coding.luma[0]; 4];
        }
    }

    /// Reads the chroma modes (7.3.8.5 and 8.4.3).
    fn read_chroma_modes(&mut self, coding: &mut Coding) {
        let chroma = self.sequence.chroma;
        if chroma == Chroma::None {
            return;
        }
        let count = if chroma == Chroma::Full && coding.is_quartered { 4 } else { 1 };
        for index in 0..count {
            let luma = coding.luma[index];
            let mode = if self.bin(offset::CHROMA_MODE) {
                match [PLANAR, VERTICAL, HORIZONTAL, MEAN][self.engine.bypass(2) as usize] {
                    mode if mode == luma => 34,
                    mode => mode,
                }
            } else {
                luma
            };
            coding.chroma[index] = if chroma == Chroma::HalfWidth { OF_HALF_WIDTH[usize::from(mode)] } else { mode };
        }
        if count == 1 {
            coding.chroma = [coding.chroma[0]; 4];
        }
    }

    /// Copies the samples of a block that is not coded (7.3.8.7).
    fn copy_samples(&mut self, (x, y): (usize, usize), log2: u32, pcm: &PcmParameters) {
        // Beyond the end, samples are 0, and the end of the block finds out.
        let at = self.engine.position();
        let mut bits = Bits::new(self.data.get(at..).unwrap_or_default(), "a slice");
        let mut length = 0;
        for index in 0..self.sequence.planes() {
            let (across, down) = self.sequence.shifts(index);
            let depth = if index == 0 { pcm.depth_luma } else { pcm.depth_chroma };
            let shift = self.sequence.depth(index) - depth;
            let (width, height) = ((1 << log2) >> across, (1 << log2) >> down);
            let (plane, stride, at) = self.canvas.target(index, x >> across, y >> down);
            for row in plane[at..].chunks_mut(stride).take(height) {
                for sample in &mut row[..width] {
                    *sample = T::of((bits.take(depth).unwrap_or(0) << shift) as i32);
                }
            }
            length += width * height * depth as usize;
        }
        self.engine = Engine::new(self.data, at + length.div_ceil(8));
    }
}

/// Returns the three most likely modes (8.4.2).
fn likely_modes((left, above): (u8, u8)) -> [u8; 3] {
    match (left, above) {
        (mode, other) if mode == other && mode < 2 => [PLANAR, MEAN, VERTICAL],
        (mode, other) if mode == other => [mode, 2 + (mode + 29) % 32, 2 + (mode - 2 + 1) % 32],
        (one, other) => {
            let third = [PLANAR, MEAN, VERTICAL].into_iter().find(|mode| *mode != one && *mode != other);
            [one, other, third.unwrap_or(VERTICAL)]
        }
    }
}

/// Returns the mode of a number among those that are not likely (8.4.2).
fn unlikely_mode(mut likely: [u8; 3], number: u8) -> u8 {
    likely.sort_unstable();
    likely.into_iter().fold(number, |mode, likely| mode + u8::from(mode >= likely))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unlikely_modes_are_all_the_others_in_order() {
        for beside in (0..35).flat_map(|left| (0..35).map(move |above| (left, above))) {
            let likely = likely_modes(beside);
            let others: Vec<u8> = (0..35).filter(|mode| !likely.contains(mode)).collect();
            let modes: Vec<u8> = (0..32).map(|number| unlikely_mode(likely, number)).collect();
            assert_eq!(modes, others, "{beside:?}");
        }
    }
}
