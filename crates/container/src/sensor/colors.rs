//! Reads the colours of a camera from a DNG.

use crate::input::Reader;
use crate::tiff::Directory;

const COLOR_MATRICES: [u16; 2] = [50721, 50722];
const ILLUMINANTS: [u16; 2] = [50778, 50779];
const AS_SHOT_NEUTRAL: u16 = 50728;
const AS_SHOT_WHITE: u16 = 50729;
const BASELINE_EXPOSURE: u16 = 50730;
const TONE_CURVE: u16 = 50940;

/// Limit of the numbers of a tone curve: those of 4096 points.
const MAX_CURVE: usize = 2 * 4096;

/// Limit of the exposure in stops. No camera states more than half of it.
const MAX_EXPOSURE: f64 = 8.0;

/// The temperature in K of the light that sRGB is made for.
const OF_SRGB: f64 = 6504.0;

/// The colours of a camera.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SensorColors {
    /// The matrix from CIE XYZ to the camera's red, green and blue, row by row; of two, that for the light nearest to D65.
    pub from_xyz: Option<[f64; 9]>,
    /// The camera's red, green and blue of what was white.
    pub neutral: Option<[f64; 3]>,
    /// x and y (CIE 1931) of the light, if that is stated instead.
    pub white: Option<[f64; 2]>,
    /// Stops by which the image is to be brightened.
    pub exposure: f64,
    /// Points of a curve from linear light to linear light, from 0 to 1.
    pub curve: Vec<(f64, f64)>,
}

pub(super) fn read_colors(reader: &mut Reader<'_>, directory: &Directory) -> SensorColors {
    let matrix = |reader: &mut Reader<'_>, tag| <[f64; 9]>::try_from(directory.reals(reader, tag, 9)).ok();
    let [first, second] = COLOR_MATRICES.map(|tag| matrix(reader, tag));
    let [of_first, of_second] = ILLUMINANTS.map(|tag| directory.number(reader, tag).map_or(OF_SRGB, temperature));
    let apart = |temperature: f64| (1.0 / temperature - 1.0 / OF_SRGB).abs();
    let from_xyz = match (first, second) {
        (Some(_), Some(second)) if apart(of_second) < apart(of_first) => Some(second),
        (first, second) => first.or(second),
    };
    let positive = |values: &[f64]| values.iter().all(|value| value.is_finite() && *value > 0.0);
    let neutral = <[f64; 3]>::try_from(directory.reals(reader, AS_SHOT_NEUTRAL, 3)).ok();
    let white = <[f64; 2]>::try_from(directory.reals(reader, AS_SHOT_WHITE, 2)).ok();
    let exposure = directory.reals(reader, BASELINE_EXPOSURE, 1).first().copied().unwrap_or(0.0);
    SensorColors {
        from_xyz: from_xyz.filter(|matrix| matrix.iter().all(|value| value.is_finite())),
        neutral: neutral.filter(|neutral| positive(neutral)),
        white: white.filter(|white| positive(white)),
        exposure: if exposure.is_finite() { exposure.clamp(-MAX_EXPOSURE, MAX_EXPOSURE) } else { 0.0 },
        curve: curve(&directory.reals(reader, TONE_CURVE, MAX_CURVE)),
    }
}

/// Returns the points of a curve that rises from 0 to 1; none if it does not.
fn curve(numbers: &[f64]) -> Vec<(f64, f64)> {
    let points: Vec<(f64, f64)> = numbers.as_chunks::<2>().0.iter().map(|[x, y]| (*x, *y)).collect();
    let is_inside = points.iter().all(|(x, y)| (0.0..=1.0).contains(x) && (0.0..=1.0).contains(y));
    let rises = points.windows(2).all(|pair| pair[0].0 < pair[1].0 && pair[0].1 <= pair[1].1);
    let spans = points.first().is_some_and(|first| first.0 == 0.0) && points.last().is_some_and(|last| last.0 == 1.0);
    if is_inside && rises && spans { points } else { Vec::new() }
}

/// Returns the temperature in K of a light source (EXIF 2.32, LightSource).
fn temperature(light: u64) -> f64 {
    match light {
        3 | 17 | 24 => 2856.0,
        2 | 14 => 4000.0,
        13 | 18 => 4900.0,
        23 => 5003.0,
        1 | 4 | 9 | 20 => 5503.0,
        11 | 22 => 7504.0,
        12 => 6400.0,
        15 => 3450.0,
        _ => OF_SRGB,
    }
}
