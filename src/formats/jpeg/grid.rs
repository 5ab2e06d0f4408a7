//! Puts the planes of a decoded JPEG on the working grid, none upsampled or converted, with the blur of each.

use std::num::NonZeroU32;

use crate::geometry::Size;
use crate::jpeg::{self, ColorModel, Damage, Scale};
use crate::pixels::{Axes, GridPlane, Matrix, Model, Plane, PlaneShape, WorkingGrid, booked_variance};

/// Returns the planes with their meaning, and the image's damage.
pub(crate) fn to_grid(picture: jpeg::Image) -> (WorkingGrid, Option<Damage>) {
    let model = model_of(&picture.header);
    let grid = |(index, plane): (usize, jpeg::Plane)| {
        let PlaneShape { size, covered, pitch, blurred } = shape_of(&picture.header, index, plane.scale);
        GridPlane { plane: Plane { size, samples: plane.samples }, covered, pitch, blurred }
    };
    let planes = picture.planes.into_iter().take(model.planes()).enumerate().map(grid).collect();
    (WorkingGrid { model, planes }, picture.damage)
}

/// Returns the meaning of the components.
pub(super) fn model_of(header: &jpeg::Header) -> Model {
    match header.color {
        ColorModel::YCbCr => Model::YCbCr(Matrix::Bt601),
        ColorModel::Rgb => Model::Rgb,
        ColorModel::Cmyk if header.inverted => Model::CmykInverted,
        ColorModel::Cmyk => Model::Cmyk,
        ColorModel::Ycck if header.inverted => Model::YcckInverted,
        ColorModel::Ycck => Model::Ycck,
        // No specification defines a second component beside grey.
        _ => Model::Grey,
    }
}

/// Returns the geometry of a component's plane at a scale.
pub(super) fn shape_of(header: &jpeg::Header, index: usize, scale: Scale) -> PlaneShape {
    let component = header.components[index];
    let (h_max, v_max) = header.sampling_max();
    let ratio = Axes { x: f64::from(h_max) / f64::from(component.h), y: f64::from(v_max) / f64::from(component.v) };
    let f = scale.ratio();
    let (width, height) = header.component_size(index);
    let covered = Axes { x: scale.reduce(width), y: scale.reduce(height) };
    PlaneShape {
        size: Size::new(whole(covered.x), whole(covered.y)),
        covered,
        pitch: Axes { x: ratio.x * f, y: ratio.y * f },
        blurred: Axes { x: booked_variance(f, ratio.x), y: booked_variance(f, ratio.y) },
    }
}

/// Returns the samples that cover a length.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a JPEG's sides have 16 bits")]
fn whole(length: f64) -> u32 {
    length.ceil() as u32
}

/// Returns the source px per px of the grid, rounded.
pub(crate) fn reported_factor(scale: Scale) -> NonZeroU32 {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "from 1 to 8")]
    NonZeroU32::new(scale.ratio().round() as u32).unwrap_or(NonZeroU32::MIN)
}
