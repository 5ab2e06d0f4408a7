//! Resizes a working grid to the thumbnail, for `--exact`.
//!
//! Each plane is resized from its own real-valued box, so that padding never bleeds in. The code is another's than that
//! of the fast path in `reduce`.

use fast_image_resize::images::{TypedImage, TypedImageRef};
use fast_image_resize::{FilterType, ResizeAlg, ResizeOptions, Resizer, pixels::F32};

use super::{GridPlane, Picture, Plane, WorkingGrid};
use crate::error::{Cause, Failure, Step};
use crate::geometry::{Frame, Size, Window};
use crate::options::Filter;

/// Resizes the part of every plane that a frame shows.
pub(crate) fn resize(grid: &WorkingGrid, frame: &Frame, filter: Filter) -> Result<Picture, Failure> {
    let mut resizer = Resizer::new();
    let planes = grid
        .planes
        .iter()
        .map(|plane| resize_plane(&mut resizer, plane, frame, filter))
        .collect::<Result<_, String>>()
        .map_err(|detail| Cause::Resize(detail).in_step(Step::Resize))?;
    Ok(Picture { model: grid.model, size: frame.size, planes })
}

fn resize_plane(resizer: &mut Resizer, grid: &GridPlane, frame: &Frame, filter: Filter) -> Result<Plane, String> {
    let Size { width, height } = grid.plane.size;
    let covered = (grid.covered.x.min(f64::from(width)), grid.covered.y.min(f64::from(height)));
    let Window { across, down } = frame.window;
    let pixels: &[F32] = bytemuck::cast_slice(&grid.plane.samples);
    let from = TypedImageRef::new(width, height, pixels).map_err(|error| error.to_string())?;
    let mut to = TypedImage::<F32>::new(frame.size.width, frame.size.height);
    let options = ResizeOptions::new()
        .resize_alg(ResizeAlg::Convolution(kernel(filter)))
        .crop(across.from * covered.0, down.from * covered.1, across.length() * covered.0, down.length() * covered.1)
        .use_alpha(false);
    resizer.resize_typed(&from, &mut to, &options).map_err(|error| error.to_string())?;
    Ok(Plane { size: frame.size, samples: to.pixels().iter().map(|pixel| pixel.0).collect() })
}

const fn kernel(filter: Filter) -> FilterType {
    match filter {
        Filter::CatmullRom => FilterType::CatmullRom,
        Filter::Lanczos3 => FilterType::Lanczos3,
        Filter::Mitchell => FilterType::Mitchell,
        Filter::Bilinear => FilterType::Bilinear,
        Filter::Box => FilterType::Box,
    }
}
