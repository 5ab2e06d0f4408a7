//! Converts a working grid to linear light.
//!
//! Planes with grids of their own (subsampled chroma) are brought onto the first plane's grid, since light is made of
//! all of them together.
//!
//! The grid's samples are means of coded samples, not of light, if the decoder shrank: that is the price of shrinking
//! while decoding, and `--exact` does not pay it.

use super::curve;
use super::device::device_of;
use super::space::Space;
use super::tone::Tone;
use crate::geometry::Size;
use crate::pixels::{Axes, GridPlane, Model, Plane, WorkingGrid};

/// Returns the model of an image once its colours are converted.
pub(super) const fn converted(model: Model) -> Model {
    match model {
        Model::Grey | Model::GreyAlpha | Model::RgbAlpha => model,
        _ => Model::Rgb,
    }
}

/// Converts all planes to light: grey, or red, green and blue. 255 is white; alpha, if any, is multiplied in.
pub(super) fn linearize(grid: &WorkingGrid, space: &Space) -> WorkingGrid {
    let first = &grid.planes[0];
    let size = first.plane.size;
    let (width, height) = (size.width as usize, size.height as usize);
    let model = converted(grid.model);
    let colors = model.planes() - usize::from(model.has_alpha());
    let mut planes: Vec<Vec<f32>> = vec![Vec::with_capacity(width * height); model.planes()];
    let columns: Vec<Vec<Between>> =
        grid.planes.iter().map(|plane| places(width, plane, first, |axes| axes.x)).collect();
    let rows: Vec<Vec<Between>> = grid.planes.iter().map(|plane| places(height, plane, first, |axes| axes.y)).collect();

    for (y, x) in (0..height).flat_map(|y| (0..width).map(move |x| (y, x))) {
        let at = |plane: usize| sample(&grid.planes[plane].plane, columns[plane][x], rows[plane][y]);
        let (device, alpha) = device_of(grid.model, at);
        let light = space.to_light(device);
        for (plane, light) in planes.iter_mut().zip(light).take(colors) {
            plane.push(255.0 * alpha * light);
        }
        if model.has_alpha() {
            planes[colors].push(255.0 * alpha);
        }
    }
    let planes = planes.into_iter().map(|samples| on_grid_of(first, size, samples)).collect();
    WorkingGrid { model, planes }
}

/// Brings light within white by `tone`, and codes it as sRGB.
pub(super) fn tone_map(grid: &WorkingGrid, space: &Space, tone: Tone) -> WorkingGrid {
    let mut grid = linearize(grid, space);
    let pixels = grid.planes[0].plane.samples.len();
    let pixel = |i: usize| device_of(grid.model, |plane: usize| grid.planes[plane].plane.samples[i]);
    let (mut lights, alphas): (Vec<[f32; 3]>, Vec<f32>) =
        (0..pixels).map(pixel).map(|([red, green, blue, _], alpha)| ([red, green, blue], alpha)).unzip();
    tone.apply(&mut lights, &alphas);
    let colors = grid.model.planes() - usize::from(grid.model.has_alpha());
    for (channel, plane) in grid.planes[..colors].iter_mut().enumerate() {
        for ((sample, light), alpha) in plane.plane.samples.iter_mut().zip(&lights).zip(&alphas) {
            *sample = alpha * curve::code(light[channel]);
        }
    }
    grid
}

fn on_grid_of(first: &GridPlane, size: Size, samples: Vec<f32>) -> GridPlane {
    let GridPlane { covered, pitch, blurred, .. } = *first;
    GridPlane { plane: Plane { size, samples }, covered, pitch, blurred }
}

/// A place between two samples along an axis, with its distance behind the first of them.
#[derive(Debug, Clone, Copy)]
struct Between {
    from: usize,
    to: usize,
    share: f32,
}

/// Returns the places of the first plane's samples on another plane, along one axis.
fn places(count: usize, plane: &GridPlane, first: &GridPlane, along: impl Fn(&Axes) -> f64) -> Vec<Between> {
    let there = if along(&plane.pitch) == along(&first.pitch) { count } else { covered(along(&plane.covered)) };
    let scale = along(&first.pitch) / along(&plane.pitch);
    let place = |i: usize| {
        #[expect(clippy::cast_precision_loss, reason = "a side of a grid")]
        let at = ((i as f64 + 0.5) * scale - 0.5).max(0.0);
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "`as` saturates, and it is not negative"
        )]
        let (from, share) = (at as usize, at.fract() as f32);
        Between { from: from.min(there - 1), to: (from + 1).min(there - 1), share }
    };
    (0..count).map(place).collect()
}

/// Returns the number of samples that the image covers at least in part.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "`as` saturates, and a cover is positive")]
fn covered(cover: f64) -> usize {
    (cover.ceil() as usize).max(1)
}

fn sample(plane: &Plane, column: Between, row: Between) -> f32 {
    let across = |y: usize| {
        let row = plane.row(y);
        row[column.from] + (row[column.to] - row[column.from]) * column.share
    };
    let (upper, lower) = (across(row.from), across(row.to));
    upper + (lower - upper) * row.share
}
