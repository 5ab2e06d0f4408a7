//! Reduces the rows of an image while they are decoded: straight into thumbnails, or onto a working grid.

use super::codec::{Decode, Need, Plan, Receiver, Reduced};
use super::decoded::Decoded;
use super::error::DecodeError;
use crate::geometry::{Factors, Size};
use crate::jpeg::Rows;
use crate::options::Exactness;
use crate::outcome::Damage;
use crate::pixels::profile::Profile;
use crate::pixels::shrink::BoxReducer;
use crate::pixels::{Model, PlaneShape, WorkingGrid};

/// A callback that pushes the rows of an image, and returns its damage.
pub(super) type Fill<'a> = &'a mut dyn FnMut(&mut BoxReducer<'_>) -> Result<Option<Damage>, DecodeError>;

/// Reduces an image of this size and these colours for the thumbnails of `receiver`.
pub(super) fn reduce(
    receiver: &mut dyn Receiver,
    size: Size,
    (model, profile): (Model, Profile),
    fill: Fill<'_>,
) -> Result<Reduced, DecodeError> {
    let factors = factors_of(&receiver.begin(model, profile), size);
    let shapes = vec![PlaneShape::of_means(size, factors); model.planes()];
    let mut damage = None;
    receiver.receive(&shapes, &mut |rows| {
        let mut take = |plane: usize, row: &[f32]| rows[plane].push(row);
        let mut reducer = BoxReducer::passing_on(size, model, factors, &mut take);
        damage = fill(&mut reducer)?;
        reducer.pass_on_rest();
        Ok(())
    })?;
    Ok(Reduced { factor: factors.common(), damage })
}

/// Returns the reduction of an image of this size to a grid that serves these thumbnails.
pub(super) fn factors_of(needs: &[Need], size: Size) -> Factors {
    let factors = needs.iter().map(|need| size.working_factors(need.size));
    factors.reduce(Factors::finest).unwrap_or(Factors::ONE)
}

/// Reduces an image onto a working grid. `push_rows` decodes it for the receiver that it gets.
pub(super) fn onto_grid(
    plan: &Plan<'_>,
    size: Size,
    push_rows: impl FnOnce(&mut dyn Receiver) -> Result<Reduced, DecodeError>,
) -> Result<Decoded, DecodeError> {
    let targets = match plan.exactness {
        Exactness::Fast if !plan.targets.is_empty() => plan.targets.to_vec(),
        _ => vec![size],
    };
    let mut gatherer =
        Gatherer { targets, colors: (Model::Grey, Profile::Srgb), shapes: Vec::new(), planes: Vec::new() };
    let Reduced { factor, damage } = push_rows(&mut gatherer)?;
    let Gatherer { colors: (model, profile), shapes, planes, .. } = gatherer;
    let planes = shapes.iter().zip(planes).map(|(shape, plane)| shape.with(plane.samples)).collect();
    Ok(Decoded { grid: WorkingGrid { model, planes }, factor, damage, profile })
}

/// A receiver that keeps all rows.
struct Gatherer {
    targets: Vec<Size>,
    colors: (Model, Profile),
    shapes: Vec<PlaneShape>,
    planes: Vec<Gathered>,
}

/// The rows of a plane.
struct Gathered {
    samples: Vec<f32>,
    /// Samples of the whole plane.
    room: usize,
}

impl Receiver for Gatherer {
    fn targets(&self) -> Vec<Size> {
        self.targets.clone()
    }

    fn begin(&mut self, model: Model, profile: Profile) -> Vec<Need> {
        self.colors = (model, profile);
        self.targets.iter().map(|target| Need::whole(*target, 0.0)).collect()
    }

    fn receive(&mut self, shapes: &[PlaneShape], decode: Decode<'_>) -> Result<(), DecodeError> {
        self.shapes = shapes.to_vec();
        let room = |shape: &PlaneShape| shape.size.width as usize * shape.size.height as usize;
        self.planes = shapes.iter().map(|shape| Gathered { samples: Vec::new(), room: room(shape) }).collect();
        let mut rows: Vec<&mut dyn Rows> = self.planes.iter_mut().map(|plane| plane as &mut dyn Rows).collect();
        decode(&mut rows)?;
        self.planes.iter_mut().for_each(|plane| plane.samples.resize(plane.room, 0.0));
        Ok(())
    }
}

impl Rows for Gathered {
    fn push(&mut self, row: &[f32]) {
        // A lack of memory shows when the rows come, if they do: the size is only a header's claim.
        if self.samples.capacity() == 0 {
            let _ = self.samples.try_reserve_exact(self.room);
        }
        self.samples.extend_from_slice(row);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_that_are_passed_on_make_the_grid_of_those_that_are_kept() {
        let size = Size::new(61, 47);
        let row = |y: u32| (0..61 * 4_u32).map(|x| (x * 37 + y * 91) as u8).collect::<Vec<u8>>();
        for model in [Model::Grey, Model::GreyAlpha, Model::Rgb, Model::RgbAlpha] {
            for (target, there) in [(size, 47), (Size::new(20, 15), 47), (Size::new(7, 5), 47), (Size::new(7, 5), 30)] {
                let mut kept = BoxReducer::new(size, model, size.working_factors(target));
                (0..there).for_each(|y| kept.push_bytes(&row(y)[..61 * model.planes()]));
                let targets = [target];
                let plan = Plan::new(&targets, Exactness::Fast);
                let passed_on = onto_grid(&plan, size, |receiver| {
                    reduce(receiver, size, (model, Profile::Srgb), &mut |reducer| {
                        (0..there).for_each(|y| reducer.push_bytes(&row(y)[..61 * model.planes()]));
                        Ok(None)
                    })
                });
                let (kept, passed_on) = (kept.finish(), passed_on.unwrap().grid);
                assert_eq!((kept.model, kept.planes.len()), (passed_on.model, passed_on.planes.len()));
                for (kept, passed_on) in kept.planes.iter().zip(&passed_on.planes) {
                    assert_eq!(kept.plane, passed_on.plane);
                    assert_eq!((kept.pitch, kept.covered), (passed_on.pitch, passed_on.covered));
                }
            }
        }
    }

    #[test]
    fn an_exact_plan_reduces_nothing() {
        let (size, mut factors) = (Size::new(61, 47), None);
        let targets = [Size::new(7, 5)];
        let plan = Plan::new(&targets, Exactness::Exact);
        let decoded = onto_grid(&plan, size, |receiver| {
            factors = Some(factors_of(&receiver.begin(Model::Grey, Profile::Srgb), size));
            reduce(receiver, size, (Model::Grey, Profile::Srgb), &mut |_| Ok(None))
        });
        assert_eq!(factors, Some(Factors::ONE));
        assert_eq!(decoded.unwrap().grid.planes[0].plane.samples, vec![0.0; 61 * 47]);
    }
}
