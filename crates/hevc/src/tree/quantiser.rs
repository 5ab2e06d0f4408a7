//! Predicts the quantisers of coding blocks (ITU-T H.265, 8.6.1).

use crate::parameters::{Chroma, PictureParameters, SequenceParameters};
use crate::slice::Slice;
use crate::surroundings::Surroundings;

#[derive(Debug, Clone)]
pub(super) struct Quantiser {
    /// The quantiser of the current coding block's luma, without the offset of its depth.
    qp: i32,
    /// The quantiser of the previous coding block.
    previous: i32,
    /// The prediction of the current group.
    predicted: i32,
    /// Whether the current group's difference is read.
    pub(super) is_read: bool,
    /// Size of the groups.
    log2_group: u32,
    chroma: Chroma,
    depth_offsets: [i32; 2],
    /// Offsets of both chroma planes.
    offsets: [i32; 2],
    /// The quantisers that scale coefficients, for each plane.
    pub(super) scaling: [u32; 3],
}

impl Quantiser {
    pub(super) fn new(sequence: &SequenceParameters, picture: &PictureParameters, slice: &Slice, qp: i32) -> Self {
        let log2_group = sequence.log2_ctb.saturating_sub(picture.qp_depth.unwrap_or(0)).max(3);
        let mut quantiser = Self {
            qp,
            previous: qp,
            predicted: qp,
            is_read: false,
            log2_group,
            chroma: sequence.chroma,
            depth_offsets: [sequence.depth_luma, sequence.depth_chroma].map(|depth| 6 * (depth as i32 - 8)),
            offsets: [0, 1].map(|plane| picture.qp_offsets[plane] + slice.qp_offsets[plane]),
            scaling: [0; 3],
        };
        quantiser.set(qp);
        quantiser
    }

    pub(super) const fn qp(&self) -> i32 {
        self.qp
    }

    /// Ends a coding block and returns its quantiser.
    pub(super) fn end_block(&mut self) -> i32 {
        self.previous = self.qp;
        self.qp
    }

    /// Starts the prediction anew.
    pub(super) fn restart(&mut self, qp: i32) {
        self.previous = qp;
        self.set(qp);
    }

    /// Starts a quantisation group if a block of this size does.
    pub(super) fn start_group(&mut self, block: &Surroundings, (x, y): (usize, usize), log2: u32) {
        if log2 < self.log2_group {
            return;
        }
        self.is_read = false;
        let left = if x > block.x { block.qp((x - 1, y)) } else { self.previous };
        let above = if y > block.y { block.qp((x, y - 1)) } else { self.previous };
        self.predicted = (left + above + 1) >> 1;
        self.set(self.predicted);
    }

    /// Adds the difference of the current group.
    pub(super) fn add(&mut self, difference: i32) {
        let offset = self.depth_offsets[0];
        let range = 52 + offset;
        self.set((self.predicted + difference + range + offset).rem_euclid(range) - offset);
        self.is_read = true;
    }

    fn set(&mut self, qp: i32) {
        self.qp = qp;
        self.scaling[0] = (qp + self.depth_offsets[0]).max(0) as u32;
        for plane in 0..2 {
            let offset = self.depth_offsets[1];
            let index = (qp + self.offsets[plane]).clamp(-offset, 57);
            self.scaling[plane + 1] = (self.chroma.quantiser(index) + offset).max(0) as u32;
        }
    }
}
