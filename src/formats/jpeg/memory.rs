//! Estimates the memory of thumbnailing a JPEG from its frame header.

use super::margins::finest_scale;
use crate::formats::codec::Request;
use crate::geometry::Size;
use crate::jpeg::{self, Scale};
use crate::options::Exactness;

/// Rows of the working grid in the filter sum of a thumbnail row, per row covered: Lanczos has 6.
const ROWS_OF_FILTER: f64 = 6.0;

/// Rows that the sums of a band take, those left over at either end of a kernel, and the kernel of a thumbnail that is made
/// from a larger one.
const ROWS_OF_BAND: f64 = 30.0;

/// Bytes of a sample.
const SAMPLE: u64 = size_of::<f32>() as u64;

/// Estimates the memory of decoding and reducing. Each component has rows of its own during the reduction. Half as much
/// again covers the rest.
pub(super) fn to_thumbnails(frame: &jpeg::Header, file_bytes: u64, request: &Request<'_>) -> u64 {
    let held = usize::try_from(file_bytes).unwrap_or(usize::MAX);
    let decoding = match request.exactness {
        Exactness::Fast => {
            let scales = std::array::from_fn(|index| match index < frame.components.len() {
                true => finest_scale(frame, index, request.targets),
                false => Scale::Eighth,
            });
            let reducing = match request.by_rows {
                true => of_rings(frame, &scales, request.targets, request.blur),
                false => frame.plane_memory(&scales),
            };
            frame.peak_memory(&scales, held).saturating_add(reducing)
        }
        // The other decoder's whole frame, in 8 bits, beside the planes of a true Gaussian.
        Exactness::Exact => {
            let scales = [Scale::Full; 4];
            let grid = Size::new(frame.width, frame.height).pixels().saturating_mul(4 * SAMPLE);
            frame.peak_memory(&scales, held).saturating_add(frame.plane_memory(&scales).saturating_add(grid))
        }
    };
    decoding.saturating_add(decoding / 2)
}

/// Estimates the memory of the rows that are held while planes at these scales are reduced.
fn of_rings(frame: &jpeg::Header, scales: &[Scale; 4], targets: &[Size], blur: f64) -> u64 {
    let plane = |index: usize| {
        let (width, height) = frame.component_size(index);
        let (width, height) = (scales[index].reduce(width), scales[index].reduce(height));
        let kernel = |target: &Size| ROWS_OF_FILTER * (height / f64::from(target.height)).max(1.0);
        let longest = targets.iter().map(kernel).fold(0.0, f64::max) + 8.0 * blur / scales[index].ratio();
        let bands = targets.len() as f64 * ROWS_OF_BAND;
        bytes_of((longest.min(height) + bands) * (width + 1.0) * SAMPLE as f64)
    };
    (0..frame.components.len()).map(plane).fold(0, u64::saturating_add)
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "`as` saturates")]
fn bytes_of(estimate: f64) -> u64 {
    estimate.ceil() as u64
}
