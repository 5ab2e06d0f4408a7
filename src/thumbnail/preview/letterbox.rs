//! Detects and crops black bars round a preview. A camera's thumbnail has 160x120 px whatever the image's aspect, and black
//! fills the rest.

use crate::geometry::Size;
use crate::pixels::{Axes, GridPlane, Plane, WorkingGrid};

/// Sides that differ by this share or less are one aspect: half a pixel in 120 each way, and as much for rounding.
const SAME_ASPECT: f64 = 0.02;

/// The highest mean luma of a black bar: black is 0, or 16 in a camera that uses video levels, and the image's edge rings into
/// the bar beside it.
const BLACK: f32 = 24.0;

/// Previews of more pixels than this have no bars: cameras put them only round thumbnails.
pub(super) const BARRED: u64 = 640 * 480;

/// The part of a preview that shows the image.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Crop {
    left: u32,
    top: u32,
    pub(super) size: Size,
}

/// Returns whether a preview and its main image have one aspect.
pub(super) fn agree_in_aspect(preview: Size, main: Size) -> bool {
    (preview.aspect() / main.aspect() - 1.0).abs() <= SAME_ASPECT
}

/// Returns the part of a preview that can show an image of the size `main`; `None` if their aspects agree, or no part can.
pub(super) fn expect(preview: Size, main: Size) -> Option<Crop> {
    if agree_in_aspect(preview, main) {
        return None;
    }
    // A row that is bar only in part is cut off too.
    let inside = |side: u32, shown: f64| {
        let bar = whole(((f64::from(side) - shown) / 2.0).ceil());
        (bar, side.saturating_sub(2 * bar))
    };
    let (left, width) = inside(preview.width, f64::from(preview.height) * main.aspect());
    let (top, height) = inside(preview.height, f64::from(preview.width) / main.aspect());
    let crop = if preview.aspect() > main.aspect() {
        Crop { left, top: 0, size: Size::new(width, preview.height) }
    } else {
        Crop { left: 0, top, size: Size::new(preview.width, height) }
    };
    (crop.size.pixels() > 0).then_some(crop)
}

/// Crops the bars of a preview that was decoded in full. Returns `false`, and does nothing, unless they are black.
pub(super) fn crop(grid: &mut WorkingGrid, crop: Crop) -> bool {
    let Some(luma) = grid.planes.first() else { return false };
    if !bars(luma, crop).into_iter().all(|mean| mean <= BLACK) {
        return false;
    }
    for plane in &mut grid.planes {
        cut(plane, crop);
    }
    true
}

/// Returns the mean luma of each of the two bars.
fn bars(luma: &GridPlane, crop: Crop) -> [f32; 2] {
    let Size { width, height } = luma.plane.size;
    // The innermost row may be the image's: sensors and previews differ in their margins.
    let but_one = |bar: u32| bar.saturating_sub(1).max(1);
    if crop.top > 0 {
        let bar = but_one(crop.top);
        [mean(luma, (0, width), (0, bar)), mean(luma, (0, width), (height.saturating_sub(bar), height))]
    } else {
        let bar = but_one(crop.left);
        [mean(luma, (0, bar), (0, height)), mean(luma, (width.saturating_sub(bar), width), (0, height))]
    }
}

fn mean(luma: &GridPlane, (left, right): (u32, u32), (top, bottom): (u32, u32)) -> f32 {
    let rows = (top..bottom.min(luma.plane.size.height)).map(|y| luma.plane.row(y as usize));
    let samples = rows.flat_map(|row| row.get(left as usize..right as usize).unwrap_or_default());
    let (sum, count) = samples.fold((0.0, 0.0), |(sum, count), sample| (sum + sample, count + 1.0_f32));
    sum / count.max(1.0)
}

/// Keeps the samples of a plane that lie wholly within the crop. The plane keeps its own pitch.
fn cut(grid: &mut GridPlane, crop: Crop) {
    let axis = |from: u32, length: u32, pitch: f64, there: u32| {
        let first = whole((f64::from(from) / pitch).ceil()).min(there - 1);
        let end = whole((f64::from(from + length) / pitch).floor()).clamp(first + 1, there);
        (first, end - first)
    };
    let Size { width, height } = grid.plane.size;
    let (left, columns) = axis(crop.left, crop.size.width, grid.pitch.x, width);
    let (top, rows) = axis(crop.top, crop.size.height, grid.pitch.y, height);
    let samples = (top..top + rows)
        .flat_map(|y| grid.plane.row(y as usize)[left as usize..(left + columns) as usize].iter().copied())
        .collect();
    grid.plane = Plane { size: Size::new(columns, rows), samples };
    grid.covered = Axes { x: f64::from(columns), y: f64::from(rows) };
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "`as` saturates, and no side is negative")]
fn whole(number: f64) -> u32 {
    number as u32
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::geometry::Factors;
    use crate::pixels::Model;

    /// Returns a grey image whose rows from `top` to `bottom` are 200 and the others `bar`.
    fn with_bars(size: Size, top: u32, bottom: u32, bar: f32) -> WorkingGrid {
        let row = |y: u32| vec![if (top..bottom).contains(&y) { 200.0 } else { bar }; size.width as usize];
        let samples = (0..size.height).flat_map(row).collect();
        WorkingGrid {
            model: Model::Grey,
            planes: vec![GridPlane::of_means(Plane { size, samples }, size, Factors::ONE)],
        }
    }

    #[test]
    fn bars_of_a_wide_picture_are_cut_off_above_and_below() {
        let crop_of = expect(Size::new(160, 120), Size::new(6000, 4000)).unwrap();
        assert_eq!(crop_of, Crop { left: 0, top: 7, size: Size::new(160, 106) });
        let mut grid = with_bars(Size::new(160, 120), 7, 113, 3.0);
        assert!(crop(&mut grid, crop_of));
        assert_eq!(grid.planes[0].plane.size, Size::new(160, 106));
        assert!(grid.planes[0].plane.samples.iter().all(|sample| *sample == 200.0));
    }

    #[test]
    fn bars_of_a_narrow_picture_are_cut_off_left_and_right() {
        let crop_of = expect(Size::new(160, 120), Size::new(3000, 3000)).unwrap();
        assert_eq!(crop_of, Crop { left: 20, top: 0, size: Size::new(120, 120) });
    }

    #[test]
    fn what_is_not_black_is_no_bar() {
        let crop_of = expect(Size::new(160, 120), Size::new(6000, 4000)).unwrap();
        let mut grid = with_bars(Size::new(160, 120), 7, 113, 60.0);
        assert!(!crop(&mut grid, crop_of));
        assert_eq!(grid.planes[0].plane.size, Size::new(160, 120));
    }

    #[test]
    fn sides_that_were_rounded_are_one_aspect() {
        assert!(agree_in_aspect(Size::new(160, 107), Size::new(5616, 3744)));
        assert!(agree_in_aspect(Size::new(1616, 1080), Size::new(3880, 2600)));
        assert!(!agree_in_aspect(Size::new(160, 120), Size::new(5616, 3744)));
        assert_eq!(expect(Size::new(160, 120), Size::new(4000, 3000)), None);
    }
}
