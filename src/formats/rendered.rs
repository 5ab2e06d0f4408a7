//! Joins the formats that are rendered at the size of their thumbnails: drawings and pages.

use std::num::NonZeroU32;

use super::error::DecodeError;
use crate::geometry::{MARGIN, Size, THIN};
use crate::options::Exactness;
use crate::pixels::{Axes, GridPlane, Model, Plane, WorkingGrid, box_variance};

/// The properties of a drawing before it is rendered.
pub(super) struct Measure {
    /// Size in px at 96 dpi.
    pub(super) size: Size,
    /// Bytes of its tree and of its largest embedded image.
    pub(super) memory: u64,
}

impl Measure {
    pub(super) fn into_bytes(self) -> Vec<u8> {
        [self.size.width.into(), self.size.height.into(), self.memory].map(u64::to_le_bytes).concat()
    }

    pub(super) fn from_bytes(bytes: &[u8]) -> Result<Self, DecodeError> {
        let [width, height, memory] = *bytes.as_chunks::<8>().0 else { return Err(no_answer()) };
        let side = |number| u32::try_from(u64::from_le_bytes(number)).map_err(|_| no_answer());
        Ok(Self { size: Size::new(side(width)?, side(height)?), memory: u64::from_le_bytes(memory) })
    }
}

/// Returns the error of a renderer that does something else than it was asked.
pub(super) fn no_answer() -> DecodeError {
    DecodeError::Panic("its renderer answered something else".to_string())
}

/// Returns the size of the grid: [`MARGIN`] times the largest target, but no more than the image's own size or that of a
/// larger target. In exact mode, it is never smaller than the image. The axes are independent if the image is [thin](THIN).
pub(super) fn grid_size(size: Size, targets: &[Size], exactness: Exactness) -> Size {
    let pitch = |side: u32, target_side: fn(&Size) -> u32| {
        let ratios = targets.iter().map(|target| f64::from(side) / f64::from(target_side(target).max(1)));
        let ratio = ratios.fold(f64::INFINITY, f64::min);
        let reduced = if exactness == Exactness::Exact { 0.0 } else { ratio / MARGIN };
        reduced.max(ratio.min(1.0))
    };
    let (mut across, mut down) = (pitch(size.width, |target| target.width), pitch(size.height, |target| target.height));
    if targets.is_empty() {
        return size;
    }
    let common = across.min(down);
    if across.max(down) < f64::from(THIN) * common.max(1.0) {
        (across, down) = (common, common);
    }
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a quotient of two sizes")]
    let divide = |side: u32, pitch: f64| (f64::from(side) / pitch).ceil() as u32;
    Size::new(divide(size.width, across), divide(size.height, down))
}

/// Estimates the memory of a working grid and of its reduction: copies of four planes in `f32`, as many as a blur and another format
/// need.
pub(super) fn memory_of_grid(grid: Size, exactness: Exactness) -> u64 {
    let copies = if exactness == Exactness::Exact { 5 } else { 3 };
    grid.pixels().saturating_mul(copies * 4 * size_of::<f32>() as u64)
}

/// Splits a rendering into planes: premultiplied already, and fully covered by the image.
pub(super) fn as_grid(pixels: &[u8], size: Size, source: Size) -> WorkingGrid {
    let covered = Axes { x: f64::from(size.width), y: f64::from(size.height) };
    let pitch = Axes { x: f64::from(source.width) / covered.x, y: f64::from(source.height) / covered.y };
    // A rendering larger than the drawing has no pixels of the drawing to average.
    let blurred = Axes { x: box_variance(pitch.x.max(1.0)), y: box_variance(pitch.y.max(1.0)) };
    let pixels = pixels.as_chunks::<4>().0;
    let plane = |channel: usize| {
        let samples = pixels.iter().map(|pixel| f32::from(pixel[channel])).collect();
        GridPlane { plane: Plane { size, samples }, covered, pitch, blurred }
    };
    WorkingGrid { model: Model::RgbAlpha, planes: (0..4).map(plane).collect() }
}

/// Returns the grid's pitch as a whole number, for the report.
pub(super) fn factor_of(grid: &WorkingGrid) -> NonZeroU32 {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "`as` saturates")]
    let factor = grid.planes[0].pitch.x.min(grid.planes[0].pitch.y).round() as u32;
    NonZeroU32::new(factor).unwrap_or(NonZeroU32::MIN)
}
