//! Compares a preview with the first rows of the main image at 1/8. An editor that does not know previews leaves the old one in
//! place.

use crate::formats::codec::Strip;
use crate::pixels::{GridPlane, WorkingGrid};

/// Number of columns whose means are compared.
const COLUMNS: usize = 24;

/// Limits for the differences of means, on average and at worst, of luma and of chroma. Sound previews of 17 cameras and
/// editors reach 5 and 16, and 2 and 7.
const LUMA_APART: (f64, f64) = (8.0, 28.0);
const CHROMA_APART: (f64, f64) = (5.0, 16.0);

/// Returns whether a preview agrees with the first rows of its image of `height` px.
pub(super) fn agrees(preview: &WorkingGrid, strip: &Strip, height: u32) -> bool {
    let share = f64::from(strip.height) / f64::from(height);
    preview.model == strip.grid.model
        && preview.planes.iter().zip(&strip.grid.planes).enumerate().all(|(index, (preview, main))| {
            let apart = differences(preview, share, main);
            let mean = apart.iter().sum::<f64>() / COLUMNS as f64;
            let (mean_limit, limit) = if index == 0 { LUMA_APART } else { CHROMA_APART };
            mean <= mean_limit && apart.iter().all(|apart| *apart <= limit)
        })
}

fn differences(preview: &GridPlane, share: f64, main: &GridPlane) -> [f64; COLUMNS] {
    let (preview, main) = (means(preview, share * preview.covered.y), means(main, main.covered.y));
    std::array::from_fn(|column| (preview[column] - main[column]).abs())
}

/// Returns the means over the first `rows` rows, which need not be a whole number.
fn means(plane: &GridPlane, rows: f64) -> [f64; COLUMNS] {
    let step = plane.covered.x / COLUMNS as f64;
    std::array::from_fn(|column| {
        let (from, to) = (column as f64 * step, (column + 1) as f64 * step);
        let (mut sum, mut weight) = (0.0, 0.0);
        for (y, row) in plane.plane.samples.chunks_exact(plane.plane.size.width as usize).enumerate() {
            let down = overlap(y, 0.0, rows);
            if down == 0.0 {
                break;
            }
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a column of the plane")]
            let (first, end) = (from as usize, (to.ceil() as usize).min(row.len()));
            for (x, sample) in row.iter().enumerate().take(end).skip(first) {
                let share = overlap(x, from, to) * down;
                sum += f64::from(*sample) * share;
                weight += share;
            }
        }
        sum / f64::max(weight, f64::MIN_POSITIVE)
    })
}

/// Returns the share of the sample at `index` that lies between `from` and `to`.
fn overlap(index: usize, from: f64, to: f64) -> f64 {
    let index = index as f64;
    ((index + 1.0).min(to) - index.max(from)).max(0.0)
}
