//! Resizes a working grid to the thumbnail, for `--exact`.
//!
//! Each plane is resized from its own real-valued box, so that padding never bleeds in. The code is another's than that
//! of the fast path in `reduce`.

use fast_image_resize::images::{TypedImage, TypedImageRef};
use fast_image_resize::{FilterType, ResizeAlg, ResizeOptions, Resizer, pixels::F32};

use super::{GridPlane, Picture, Plane, WorkingGrid};
use crate::error::{Cause, Failure, Step};
use crate::geometry::Size;
use crate::options::Filter;

/// Resizes every plane to `target`.
pub(crate) fn resize(grid: &WorkingGrid, target: Size, filter: Filter) -> Result<Picture, Failure> {
    let mut resizer = Resizer::new();
    let planes = grid
        .planes
        .iter()
        .map(|plane| resize_plane(&mut resizer, plane, target, filter))
        .collect::<Result<_, String>>()
        .map_err(|detail| Cause::Resize(detail).in_step(Step::Resize))?;
    Ok(Picture { model: grid.model, size: target, planes })
}

fn resize_plane(resizer: &mut Resizer, grid: &GridPlane, target: Size, filter: Filter) -> Result<Plane, String> {
    let Size { width, height } = grid.plane.size;
    let covered = (grid.covered.x.min(f64::from(width)), grid.covered.y.min(f64::from(height)));
    let pixels: &[F32] = bytemuck::cast_slice(&grid.plane.samples);
    let from = TypedImageRef::new(width, height, pixels).map_err(|error| error.to_string())?;
    let mut to = TypedImage::<F32>::new(target.width, target.height);
    let options = ResizeOptions::new()
        .resize_alg(ResizeAlg::Convolution(kernel(filter)))
        .crop(0.0, 0.0, covered.0, covered.1)
        .use_alpha(false);
    resizer.resize_typed(&from, &mut to, &options).map_err(|error| error.to_string())?;
    Ok(Plane { size: target, samples: to.pixels().iter().map(|pixel| pixel.0).collect() })
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
