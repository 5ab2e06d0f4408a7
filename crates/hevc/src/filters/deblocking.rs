//! Smooths the edges of blocks (ITU-T H.265, 8.7.2). Those of intra blocks are smoothed more than others.

use crate::canvas::Canvas;
use crate::marks::{ABOVE, CODED, KEPT, LEFT, Marks, PART_ABOVE, PART_LEFT};
use crate::parameters::{PictureParameters, SequenceParameters};
use crate::plane::Plane;
use crate::sample::Sample;

/// Thresholds by quantiser (ITU-T H.265, table 8-12).
const BETAS: [u8; 52] = [
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 20, 22, 24, 26, 28,
    30, 32, 34, 36, 38, 40, 42, 44, 46, 48, 50, 52, 54, 56, 58, 60, 62, 64,
];
const TCS: [u8; 54] = [
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4,
    5, 5, 6, 6, 7, 8, 9, 10, 11, 13, 14, 16, 18, 20, 22, 24,
];

/// A band whose edges are filtered.
pub(super) struct Band<'a, T> {
    pub(super) sequence: &'a SequenceParameters,
    pub(super) picture: &'a PictureParameters,
    pub(super) canvas: &'a Canvas<T>,
    pub(super) marks: &'a Marks,
    /// The luma rows of the band.
    pub(super) top: usize,
    pub(super) bottom: usize,
}

/// Directions of edges.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Edges {
    Vertical,
    Horizontal,
}

/// Strengths of smoothing: beside intra blocks, and between others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Strength {
    Strong,
    Weak,
}

/// A part of an edge, beside one unit.
struct Part {
    /// The first sample after the edge, and the distances to the next one across and along the edge.
    at: usize,
    across: usize,
    along: usize,
    count: usize,
    /// Whether the sides before and after the edge are kept as they are.
    keeps: [bool; 2],
    beta: i32,
    tc: i32,
    most: i32,
}

impl<T: Sample> Band<'_, T> {
    /// Filters all edges of a plane's band, which begins `kept` luma rows after the plane's first one.
    pub(super) fn filter(&self, index: usize, plane: &mut Plane<T>, kept: usize) {
        for edges in [Edges::Vertical, Edges::Horizontal] {
            let (across, down) = plane.shifts;
            // Edges lie 8 samples apart, in either kind of plane.
            let (step_x, step_y) = match edges {
                Edges::Vertical => (8 << across, 4),
                Edges::Horizontal => (4, 8 << down),
            };
            for y in (self.top..self.bottom).step_by(step_y) {
                for x in (0..self.sequence.width).step_by(step_x) {
                    let Some(part) = self.find(index, plane, edges, (x, y), kept) else { continue };
                    if index == 0 {
                        smooth_luma(&mut plane.samples, &part);
                    } else {
                        smooth_chroma(&mut plane.samples, &part);
                    }
                }
            }
        }
    }

    /// Returns how much the edge between two places is smoothed, if it is (8.7.2.4).
    fn strength(&self, place: (usize, usize), before: (usize, usize), is_of_transform: bool) -> Option<Strength> {
        let Some(motions) = &self.canvas.motions else { return Some(Strength::Strong) };
        let both = [place, before];
        if both.iter().any(|(x, y)| motions.at(*x, *y).is_none()) {
            return Some(Strength::Strong);
        }
        let is_coded = is_of_transform && both.iter().any(|(x, y)| self.marks.unit(*x, *y) & CODED != 0);
        (is_coded || motions.differs(place, before)).then_some(Strength::Weak)
    }

    /// Returns the edge at a place, if one is filtered there.
    fn find(&self, index: usize, plane: &Plane<T>, edges: Edges, (x, y): (usize, usize), kept: usize) -> Option<Part> {
        let unit = self.marks.unit(x, y);
        let (flag, of_part, before) = match edges {
            Edges::Vertical => (LEFT, PART_LEFT, (x.wrapping_sub(1), y)),
            Edges::Horizontal => (ABOVE, PART_ABOVE, (x, y.wrapping_sub(1))),
        };
        if unit & (flag | of_part) == 0 {
            return None;
        }
        let strength = self.strength((x, y), before, unit & flag != 0)?;
        if index > 0 && strength == Strength::Weak {
            return None;
        }
        let log2 = self.sequence.log2_ctb;
        let ctb = (y >> log2) * self.sequence.ctbs().0 + (x >> log2);
        let number = self.canvas.slice_numbers[ctb] as usize;
        let deblocking = self.canvas.slices.get(number.wrapping_sub(1))?.deblocking;
        let qp = (self.marks.qp(x, y) + self.marks.qp(before.0, before.1) + 1) >> 1;
        let scale = self.sequence.depth(index) - 8;
        let beta = BETAS[(qp + deblocking.beta_offset).clamp(0, 51) as usize];
        let qp = match index {
            0 => qp,
            _ => self.sequence.chroma.quantiser(qp + self.picture.qp_offsets[index - 1]),
        };
        let more = if strength == Strength::Strong { 2 } else { 0 };
        let tc = TCS[(qp + more + deblocking.tc_offset).clamp(0, 53) as usize];
        let (across, down) = plane.shifts;
        let at = ((y + kept - self.top) >> down) * plane.stride + (x >> across);
        let (step, along, count) = match edges {
            Edges::Vertical => (1, plane.stride, 4 >> down),
            Edges::Horizontal => (plane.stride, 1, 4 >> across),
        };
        Some(Part {
            at,
            across: step,
            along,
            count,
            keeps: [self.marks.unit(before.0, before.1) & KEPT != 0, unit & KEPT != 0],
            beta: i32::from(beta) << scale,
            tc: i32::from(tc) << scale,
            most: (1 << self.sequence.depth(index)) - 1,
        })
    }
}

/// Smooths a part of a luma edge (8.7.2.5.3, 8.7.2.5.6 and 8.7.2.5.7).
fn smooth_luma<T: Sample>(samples: &mut [T], part: &Part) {
    let Part { across, beta, tc, .. } = *part;
    // Samples before the edge, from it on, and after it.
    let read = |samples: &[T], line: usize| {
        let at = part.at + line * part.along;
        let p: [i32; 4] = std::array::from_fn(|index| samples[at - (index + 1) * across].get());
        let q: [i32; 4] = std::array::from_fn(|index| samples[at + index * across].get());
        (p, q)
    };
    let bend = |side: &[i32; 4]| (side[2] - 2 * side[1] + side[0]).abs();
    let ends = [read(samples, 0), read(samples, 3)];
    let bends = ends.map(|(p, q)| (bend(&p), bend(&q)));
    let (dp, dq) = (bends[0].0 + bends[1].0, bends[0].1 + bends[1].1);
    if dp + dq >= beta {
        return;
    }
    let is_strong = ends.iter().zip(bends).all(|((p, q), (dp, dq))| {
        2 * (dp + dq) < beta >> 2
            && (p[3] - p[0]).abs() + (q[0] - q[3]).abs() < beta >> 3
            && (p[0] - q[0]).abs() < (5 * tc + 1) >> 1
    });
    let limit = (beta + (beta >> 1)) >> 3;
    for line in 0..4 {
        let (mut p, mut q) = read(samples, line);
        if is_strong {
            (p, q) = (smooth_strongly(p, q, tc), smooth_strongly(q, p, tc));
        } else {
            let change = (9 * (q[0] - p[0]) - 3 * (q[1] - p[1]) + 8) >> 4;
            if change.abs() >= 10 * tc {
                continue;
            }
            let change = change.clamp(-tc, tc);
            let second = |side: &[i32; 4], change: i32| {
                let second = (((side[2] + side[0] + 1) >> 1) - side[1] + change) >> 1;
                (side[1] + second.clamp(-(tc >> 1), tc >> 1)).clamp(0, part.most)
            };
            let (second_p, second_q) = (second(&p, change), second(&q, -change));
            if dp < limit {
                p[1] = second_p;
            }
            if dq < limit {
                q[1] = second_q;
            }
            p[0] = (p[0] + change).clamp(0, part.most);
            q[0] = (q[0] - change).clamp(0, part.most);
        }
        let at = part.at + line * part.along;
        for index in 0..3 {
            if !part.keeps[0] {
                samples[at - (index + 1) * across] = T::of(p[index]);
            }
            if !part.keeps[1] {
                samples[at + index * across] = T::of(q[index]);
            }
        }
    }
}

/// Returns the side `p` of a flat edge, smoothed.
fn smooth_strongly(p: [i32; 4], q: [i32; 4], tc: i32) -> [i32; 4] {
    let near = |new: i32, old: i32| new.clamp(old - 2 * tc, old + 2 * tc);
    [
        near((p[2] + 2 * p[1] + 2 * p[0] + 2 * q[0] + q[1] + 4) >> 3, p[0]),
        near((p[2] + p[1] + p[0] + q[0] + 2) >> 2, p[1]),
        near((2 * p[3] + 3 * p[2] + p[1] + p[0] + q[0] + 4) >> 3, p[2]),
        p[3],
    ]
}

/// Smooths a part of a chroma edge (8.7.2.5.8).
fn smooth_chroma<T: Sample>(samples: &mut [T], part: &Part) {
    for line in 0..part.count {
        let at = part.at + line * part.along;
        let [p1, p0, q0, q1] =
            [at - 2 * part.across, at - part.across, at, at + part.across].map(|place| samples[place].get());
        let change = ((((q0 - p0) << 2) + p1 - q1 + 4) >> 3).clamp(-part.tc, part.tc);
        if !part.keeps[0] {
            samples[at - part.across] = T::of((p0 + change).clamp(0, part.most));
        }
        if !part.keeps[1] {
            samples[at] = T::of((q0 - change).clamp(0, part.most));
        }
    }
}
