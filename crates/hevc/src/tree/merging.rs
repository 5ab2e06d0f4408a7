//! Finds the motion of a block among its neighbours' (ITU-T H.265, 8.5.3.2.2 to 8.5.3.2.8).

use super::Tree;
use super::parts::{Part, Parts};
use crate::prediction::{Motion, Vector};
use crate::sample::Sample;

/// A place, which may lie outside the image.
type Place = (isize, isize);

/// The places beside a part that are looked at: lower left, left, upper right, above, and the corner.
struct Beside {
    lower_left: Place,
    left: Place,
    upper_right: Place,
    above: Place,
    corner: Place,
}

impl Beside {
    fn of(part: &Part) -> Self {
        let (x, y) = (part.x as isize, part.y as isize);
        let (right, bottom) = (x + part.width as isize, y + part.height as isize);
        Self {
            lower_left: (x - 1, bottom),
            left: (x - 1, bottom - 1),
            upper_right: (right, y - 1),
            above: (right - 1, y - 1),
            corner: (x - 1, y - 1),
        }
    }
}

impl<T: Sample> Tree<'_, T> {
    /// Returns the motion of the candidate `wanted` for merging (8.5.3.2.2).
    pub(super) fn merge(
        &self,
        (x, y): (usize, usize),
        size: usize,
        parts: Parts,
        part: &Part,
        wanted: usize,
    ) -> Motion {
        let Some(prediction) = &self.slice.prediction else { return Motion::default() };
        // Small blocks share the candidates of the whole one where areas are merged independently.
        let is_shared = self.picture.log2_merge_level > 2 && size == 8;
        let whole = Part { x, y, width: size, height: size, index: 0 };
        let (part, parts) = if is_shared { (&whole, Parts::Whole) } else { (part, parts) };
        let beside = Beside::of(part);
        let find = |place: Place| {
            let level = self.picture.log2_merge_level;
            let is_same_area =
                place.0 >> level == part.x as isize >> level && place.1 >> level == part.y as isize >> level;
            if is_same_area { None } else { self.motion_beside((x, y), size, part, place) }
        };
        let is_second = part.index == 1;
        let left = if is_second && matches!(parts, Parts::Columns(_)) { None } else { find(beside.left) };
        let above = if is_second && matches!(parts, Parts::Rows(_)) { None } else { find(beside.above) };
        let unless = |motion: Option<Motion>, others: &[Option<Motion>]| motion.filter(|_| !others.contains(&motion));
        let above = unless(above, &[left]);
        // A candidate is compared with the motion beside it, even where that one is left out as equal to another.
        let beside_above = if is_second && matches!(parts, Parts::Rows(_)) { None } else { find(beside.above) };
        let upper_right = unless(find(beside.upper_right), &[beside_above]);
        let lower_left = unless(find(beside.lower_left), &[left]);
        let mut found: Vec<Motion> = [left, above, upper_right, lower_left].into_iter().flatten().collect();
        if found.len() < 4 {
            found.extend(unless(find(beside.corner), &[left, beside_above]));
        }
        // Then come blocks that stand still, with one reference after the other.
        let index = wanted.checked_sub(found.len());
        match (found.get(wanted), index) {
            (Some(motion), _) => *motion,
            (None, index) => {
                let reference = index.filter(|index| *index < prediction.references as usize).unwrap_or(0);
                Motion { vector: Vector::default(), reference: reference as u8 }
            }
        }
    }

    /// Returns the predicted vector `wanted` of two (8.5.3.2.6 and 8.5.3.2.7).
    pub(super) fn predict_vector(&self, (x, y): (usize, usize), size: usize, part: &Part, wanted: usize) -> Vector {
        let beside = Beside::of(part);
        let find = |places: &[Place]| {
            places.iter().find_map(|place| self.motion_beside((x, y), size, part, *place)).map(|motion| motion.vector)
        };
        let left = find(&[beside.lower_left, beside.left]);
        let above = find(&[beside.upper_right, beside.above, beside.corner]);
        let above = above.filter(|above| left != Some(*above));
        left.into_iter().chain(above).nth(wanted).unwrap_or_default()
    }

    /// Returns the motion at a place beside a part, if it is decoded and not intra (6.4.2).
    fn motion_beside(&self, (x, y): (usize, usize), size: usize, part: &Part, place: Place) -> Option<Motion> {
        let (column, row) = (usize::try_from(place.0).ok()?, usize::try_from(place.1).ok()?);
        if column >= self.sequence.width || row >= self.sequence.height {
            return None;
        }
        let is_inside = (x..x + size).contains(&column) && (y..y + size).contains(&row);
        let is_there = if is_inside {
            // The third quarter comes after the second one.
            let is_quarter = part.width * 2 == size && part.height * 2 == size;
            !(is_quarter && part.index == 1 && row >= y + part.height && column < x + part.width)
        } else {
            self.block.is_before(place, (part.x, part.y), self.sequence.log2_ctb)
        };
        self.canvas.motions.as_ref().filter(|_| is_there)?.at(column, row)
    }
}
