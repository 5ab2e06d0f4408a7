//! Decodes the tree of transform blocks: predicts each and adds its residuals (ITU-T H.265, 7.3.8.8 to 7.3.8.10).

use super::Tree;
use super::coding::{Coding, Kind};
use crate::cabac::offset;
use crate::error::Error;
use crate::intra::{self, Neighbours, Smoothing};
use crate::parameters::Chroma;
use crate::sample::Sample;

/// Flags of coded chroma blocks: two of each plane where chroma has half the width only.
type ChromaCoded = [[bool; 2]; 2];

/// A node of the tree.
#[derive(Debug, Clone, Copy)]
struct Node {
    x: usize,
    y: usize,
    log2: u32,
    depth: u32,
    /// The place among the four parts of the parent.
    part: usize,
    chroma: ChromaCoded,
}

impl<T: Sample> Tree<'_, T> {
    /// Decodes the transform blocks of a coding block.
    pub(super) fn split_transform(&mut self, (x, y): (usize, usize), coding: &Coding) {
        let node = Node { x, y, log2: coding.log2, depth: 0, part: 0, chroma: [[true, true]; 2] };
        self.decode_node(node, coding);
    }

    /// Decodes a node of the tree (7.3.8.8).
    fn decode_node(&mut self, mut node: Node, coding: &Coding) {
        let sequence = self.sequence;
        let most = match coding.kind {
            Kind::Intra => sequence.max_depth_intra + u32::from(coding.is_quartered),
            _ => sequence.max_depth_inter,
        };
        let is_parted = coding.is_quartered || coding.kind == Kind::PredictedParts;
        let is_smallest = node.log2 <= sequence.log2_min_transform;
        let is_forced = node.log2 > sequence.log2_max_transform || (is_parted && node.depth == 0 && !is_smallest);
        let can_split = !is_smallest && node.depth < most;
        let is_split = is_forced || (can_split && self.bin(offset::SPLIT_TRANSFORM + (5 - node.log2 as usize)));
        if sequence.chroma != Chroma::None && (node.log2 > 2 || sequence.chroma == Chroma::Full) {
            let index = offset::CHROMA_CODED + node.depth as usize;
            let has_pair = sequence.chroma == Chroma::HalfWidth && (!is_split || node.log2 == 3);
            for coded in &mut node.chroma {
                if coded[0] || coded[1] {
                    *coded = [self.bin(index), has_pair && self.bin(index)];
                }
            }
        }
        if !is_split {
            self.decode_unit(&node, coding);
            return;
        }
        let half = (1 << node.log2) / 2;
        for part in 0..4 {
            let (x, y) = (node.x + part % 2 * half, node.y + part / 2 * half);
            self.decode_node(Node { x, y, log2: node.log2 - 1, depth: node.depth + 1, part, ..node }, coding);
        }
    }

    /// Decodes a unit of luma and chroma blocks (7.3.8.10).
    fn decode_unit(&mut self, node: &Node, coding: &Coding) {
        let chroma = self.sequence.chroma;
        let Node { x, y, log2, .. } = *node;
        let is_chroma_coded = chroma != Chroma::None && node.chroma.as_flattened().contains(&true);
        // A predicted block whose root is coded has something coded.
        let is_implied = coding.kind != Kind::Intra && node.depth == 0 && !is_chroma_coded;
        let is_luma_coded = is_implied || self.bin(offset::LUMA_CODED + usize::from(node.depth == 0));
        if (is_luma_coded || is_chroma_coded) && self.picture.qp_depth.is_some() && !self.quantiser.is_read {
            self.read_qp_difference();
        }
        self.mark_edges(x, y, log2);
        if is_luma_coded && let Some(marks) = &mut self.canvas.marks {
            marks.set_coded((x, y), log2);
        }
        let quarter = if coding.is_quartered { self.quarter_of(node, coding) } else { 0 };
        self.decode_block(0, (x, y), log2, coding.luma[quarter], (x, y), (coding, is_luma_coded));
        if chroma == Chroma::None {
            return;
        }
        // Four luma blocks of 4 px share a chroma block.
        let (place, log2, mode) = match (chroma, log2) {
            (Chroma::Full, _) => ((x, y), log2, coding.chroma[quarter]),
            (_, 2) if node.part < 3 => return,
            (_, 2) => ((x - 4, y - 4), 2, coding.chroma[0]),
            _ => ((x, y), log2 - 1, coding.chroma[quarter]),
        };
        let (across, down) = chroma.shifts();
        for (plane, coded) in (1..).zip(node.chroma) {
            let count = if chroma == Chroma::HalfWidth { 2 } else { 1 };
            for (index, is_coded) in coded.into_iter().take(count).enumerate() {
                let at = (place.0 >> across, (place.1 >> down) + (index << log2));
                let luma = (at.0 << across, at.1 << down);
                self.decode_block(plane, at, log2, mode, luma, (coding, is_coded));
            }
        }
    }

    /// Returns the quarter of a coding block in which a node lies.
    fn quarter_of(&self, node: &Node, coding: &Coding) -> usize {
        let half = 1 << (coding.log2 - 1);
        usize::from(node.x & half != 0) + 2 * usize::from(node.y & half != 0)
    }

    /// Predicts a block of a plane, and adds its residuals if they are coded. `luma` is the place of its luma.
    fn decode_block(
        &mut self,
        plane: usize,
        (x, y): (usize, usize),
        log2: u32,
        mode: u8,
        luma: (usize, usize),
        (coding, is_coded): (&Coding, bool),
    ) {
        if coding.kind == Kind::Intra {
            self.predict_block(plane, (x, y), log2, mode, luma);
        }
        if is_coded {
            self.add_residual(plane, (x, y), log2, mode, coding);
        }
    }

    /// Predicts a block of a plane from the samples beside it.
    fn predict_block(&mut self, plane: usize, (x, y): (usize, usize), log2: u32, mode: u8, luma: (usize, usize)) {
        let (side, depth) = (1 << log2, self.sequence.depth(plane));
        let neighbours = self.neighbours(plane, luma, side);
        let (samples, stride, at) = self.canvas.target(plane, x, y);
        self.references.collect((samples, stride, at), neighbours, side, depth);
        let kind = match (plane, self.sequence.chroma) {
            (0, _) => intra::Kind::Luma,
            (_, Chroma::Full) => intra::Kind::FullChroma,
            _ => intra::Kind::Chroma,
        };
        let smoothing = if self.sequence.is_strongly_smoothed { Smoothing::Strong(depth) } else { Smoothing::Normal };
        intra::predict(&mut self.references, (mode, kind, smoothing), (log2, depth), &mut samples[at..], stride);
    }

    /// Returns the samples beside a block that are decoded, in samples of the plane.
    fn neighbours(&self, plane: usize, (x, y): (usize, usize), side: usize) -> Neighbours {
        let (across, down) = self.sequence.shifts(plane);
        let (width, height) = (side << across, side << down);
        let (block, log2_ctb) = (&self.block, self.sequence.log2_ctb);
        let is_before = |dx: isize, dy: isize| block.is_before((x as isize + dx, y as isize + dy), (x, y), log2_ctb);
        // A side that lies inside the coding tree block is always decoded.
        let has_left = x > block.x || block.has_left;
        let has_above = y > block.y || block.has_above;
        let below = if has_left && y + height < self.sequence.height && is_before(-1, height as isize) {
            ((self.sequence.height - y - height) >> down).min(side)
        } else {
            0
        };
        let beyond = if x + width < self.sequence.width && is_before(width as isize, -1) {
            ((self.sequence.width - x - width) >> across).min(side)
        } else {
            0
        };
        Neighbours { below, has_left, has_corner: is_before(-1, -1), has_above, beyond }
    }

    /// Reads the difference of the quantiser (7.3.8.14).
    fn read_qp_difference(&mut self) {
        let mut magnitude = 0;
        while magnitude < 5 && self.bin(offset::QP_DELTA + usize::from(magnitude > 0)) {
            magnitude += 1;
        }
        if magnitude == 5 {
            let mut bits = 0;
            while self.engine.bypass(1) == 1 {
                magnitude += 1 << bits;
                bits += 1;
                if bits > 7 {
                    return self.fail(Error::Invalid("a quantiser"));
                }
            }
            magnitude += self.engine.bypass(bits) as i32;
        }
        let is_negative = magnitude > 0 && self.engine.bypass(1) == 1;
        self.quantiser.add(if is_negative { -magnitude } else { magnitude });
    }

    /// Marks the left and upper edges of a transform block for the deblocking filter.
    pub(super) fn mark_edges(&mut self, x: usize, y: usize, log2: u32) {
        if let Some(marks) = &mut self.canvas.marks {
            marks.add_edges((x, y), log2, &self.block, self.slice);
        }
    }
}
