//! Decides which thumbnails are made from the rows of larger ones.
//!
//! Each size that is made from the working grid adds four products for each sample of the grid. One that is made from a
//! thumbnail adds as many for each sample of that, and almost nothing else. The larger thumbnail's kernel has only removed
//! frequencies that the smaller one's would remove anyway. Measured on eight photographs without a blur, as floats: a thumbnail
//! of half the size is 67 dB from the one made directly (worst 58), one of a third 80; with ratios of 1.7 and 1.5 it is 62 and
//! 59 (worst 53 and 49).

use std::cmp::Reverse;

use super::super::weights::Extent;
use super::target::PlaneTarget;
use crate::geometry::Size;
use crate::options::Filter;
use crate::pixels::{Axes, PlaneShape};

/// The least ratio, along both axes, of a thumbnail to one that is made from it: 2, but for rounding.
const LEAST_RATIO: f64 = 1.9;

/// A target, and the smaller ones that are made from its rows.
#[derive(Debug)]
pub(super) struct Branch {
    pub(super) index: usize,
    /// The target. Its extents are along the plane that it is made from.
    pub(super) target: PlaneTarget,
    pub(super) smaller: Vec<Self>,
}

/// Returns the targets to make from the working grid, each with those to make from it.
pub(super) fn branches(targets: &[PlaneTarget], filter: Filter) -> Vec<Branch> {
    let mut order: Vec<(usize, PlaneTarget)> = targets.iter().copied().enumerate().collect();
    order.sort_by_key(|(_, target)| Reverse(u64::from(target.across.count) * u64::from(target.down.count)));
    let mut branches = Vec::new();
    for (index, target) in order {
        let branch = Branch { index, target, smaller: Vec::new() };
        if passes_half(filter) {
            add(&mut branches, branch);
        } else {
            branches.push(branch);
        }
    }
    branches
}

/// Returns whether one axis has enough pixels for the other's. The mean of an outer pixel that lies half outside the image has
/// its centre a quarter of a pixel farther inside, which shifts the edge of a thumbnail made from it by 0.04 px at most.
fn serves_along(larger: Extent, smaller: Extent) -> bool {
    let density = |extent: Extent| f64::from(extent.count) / extent.share();
    larger.holds(smaller) && density(larger) >= LEAST_RATIO * density(smaller)
}

/// Returns whether a filter preserves low frequencies: its kernel has no variance. A second such filter then changes nothing.
const fn passes_half(filter: Filter) -> bool {
    matches!(filter, Filter::CatmullRom | Filter::Lanczos3)
}

/// Adds a target, no larger than any before it, to the smallest one that serves it.
fn add(branches: &mut Vec<Branch>, mut branch: Branch) {
    match branches.iter_mut().rev().find(|larger| larger.serves(&branch.target)) {
        Some(larger) => {
            branch.target.across = branch.target.across.within(larger.target.across);
            branch.target.down = branch.target.down.within(larger.target.down);
            add(&mut larger.smaller, branch);
        }
        None => branches.push(branch),
    }
}

impl Branch {
    /// Returns whether a target can be made from this one's rows.
    fn serves(&self, target: &PlaneTarget) -> bool {
        serves_along(self.target.across, target.across)
            && serves_along(self.target.down, target.down)
            && self.target.sigma <= target.sigma
    }

    /// Returns the geometry of the target's plane, made from a plane of the shape `of`.
    pub(super) fn shape(&self, of: &PlaneShape) -> PlaneShape {
        let PlaneTarget { across, down, sigma } = self.target;
        let size = Size::new(across.count, down.count);
        let covered = Axes { x: f64::from(size.width), y: f64::from(size.height) };
        let pitch = Axes {
            x: of.pitch.x * of.covered.x * across.share() / covered.x,
            y: of.pitch.y * of.covered.y * down.share() / covered.y,
        };
        let blurred = Axes { x: (sigma / pitch.x).powi(2), y: (sigma / pitch.y).powi(2) };
        PlaneShape { size, covered, pitch, blurred }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::geometry::{Frame, Span};

    fn target(width: u32, height: u32, sigma: f64) -> PlaneTarget {
        PlaneTarget::of(&Frame::whole(Size::new(width, height)), sigma)
    }

    fn tree(branches: &[Branch]) -> String {
        branches.iter().map(|branch| format!("{}[{}]", branch.index, tree(&branch.smaller))).collect()
    }

    #[test]
    fn a_thumbnail_is_made_from_the_smallest_that_is_twice_as_large() {
        let plan = |widths: &[u32]| {
            let targets: Vec<PlaneTarget> = widths.iter().map(|width| target(*width, *width, 0.0)).collect();
            tree(&branches(&targets, Filter::CatmullRom))
        };
        assert_eq!(plan(&[256, 1024, 2048]), "2[1[0[]]]");
        assert_eq!(plan(&[100, 190, 200, 99]), "2[]1[0[]3[]]");
        assert_eq!(plan(&[1000, 600]), "0[]1[]");
        assert_eq!(plan(&[683, 1366]), "1[0[]]");
        assert_eq!(plan(&[50, 50]), "0[]1[]");
    }

    #[test]
    fn what_is_blurred_more_or_narrower_on_one_axis_serves_no_other() {
        let plan = |targets: &[PlaneTarget], filter| tree(&branches(targets, filter));
        let half = target(40, 40, 1.0);
        assert_eq!(plan(&[target(80, 80, 1.0), half], Filter::Lanczos3), "0[1[]]");
        assert_eq!(plan(&[target(80, 80, 1.0), half], Filter::Mitchell), "0[]1[]");
        assert_eq!(plan(&[target(80, 80, 1.5), half], Filter::CatmullRom), "0[]1[]");
        assert_eq!(plan(&[target(400, 60, 1.0), half], Filter::CatmullRom), "0[]1[]");
    }

    #[test]
    fn the_plane_of_a_target_has_its_pixels_pitch_and_blur() {
        let grid = PlaneShape {
            size: Size::new(101, 81),
            covered: Axes { x: 100.5, y: 81.0 },
            pitch: Axes { x: 4.0, y: 2.0 },
            blurred: Axes { x: 0.1, y: 0.2 },
        };
        let whole = |count| Extent::of(Span::WHOLE, count);
        let halved = PlaneTarget { across: whole(25).halved(true), down: whole(27), sigma: 3.0 };
        let larger = &branches(&[halved], Filter::CatmullRom)[0];
        let shape = larger.shape(&grid);
        assert_eq!(shape.size, Size::new(13, 27));
        // 13 pixels of the width of 2 of 25: half a pixel lies outside.
        assert!((shape.pitch.x - 2.0 * 402.0 / 25.0).abs() < 1e-9, "{}", shape.pitch.x);
        assert!((shape.pitch.y - 162.0 / 27.0).abs() < 1e-9, "{}", shape.pitch.y);
        assert!((shape.blurred.y - 0.25).abs() < 1e-9, "{}", shape.blurred.y);
    }
}
