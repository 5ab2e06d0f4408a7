//! Codes scene-linear light as sRGB, row by row as it is decoded.
//!
//! Without an exposure, light is clipped at white before any mean is taken of it: beside a lamp a hundred times as
//! bright as white a mean of light would be nothing but lamp, and a kernel with negative lobes would leave black rims.
//! Light to be exposed stays light until all of it is there.

use std::sync::LazyLock;

use super::Model;
use super::profile::Profile;
use crate::options::Exposure;

/// Returns the meaning of a scene's samples on the working grid.
#[cfg_attr(not(feature = "formats"), allow(dead_code, reason = "only some formats hold light"))]
pub(crate) const fn profile_of(exposure: Exposure) -> Profile {
    match exposure {
        Exposure::AsIs => Profile::Srgb,
        Exposure::Auto => Profile::Linear,
    }
}

/// Codes a row of light as sRGB: interleaved samples, 255 being white, alpha last and not multiplied in.
pub(crate) fn code_row(row: &mut [f32], model: Model) {
    let planes = model.planes();
    let colors = planes - usize::from(model.has_alpha());
    for pixel in row.chunks_exact_mut(planes) {
        pixel[..colors].iter_mut().for_each(|sample| *sample = code(*sample));
    }
}

/// Returns the sRGB sample of a light (IEC 61966-2-1, 5.3), both from 0 to 255, clipped.
pub(crate) fn code(light: f32) -> f32 {
    let light = light * (1.0 / 255.0);
    if light >= 1.0 {
        return 255.0;
    }
    // NaN included.
    if light.is_nan() || light < LINEAR_END {
        return light.max(0.0) * (12.92 * 255.0);
    }
    let above = light.to_bits() - FIRST;
    let node = (above >> STEP_BITS) as usize;
    #[expect(clippy::cast_precision_loss, reason = "15 bits")]
    let share = (above & ((1 << STEP_BITS) - 1)) as f32 / (1 << STEP_BITS) as f32;
    let [from, to] = [CURVE[node], CURVE[node + 1]];
    (to - from).mul_add(share, from)
}

/// End of the line at the start of sRGB's curve.
const LINEAR_END: f32 = 0.003_130_8;

/// The bits of 2⁻⁹, where the table begins, and of 1, where it ends.
const FIRST: u32 = 0x3b00_0000;
const LAST: u32 = 0x3f80_0000;

/// Bits of a number between one node of the table and the next: 256 nodes for each doubling of light. Straight lines
/// between them stray by less than a thousandth of a step of 8 bits.
const STEP_BITS: u32 = 15;

static CURVE: LazyLock<Vec<f32>> = LazyLock::new(|| {
    let nodes = (LAST - FIRST) >> STEP_BITS;
    let light = |node: u32| f32::from_bits(FIRST + (node << STEP_BITS));
    (0..=nodes).map(|node| 255.0 * (1.055 * light(node).powf(1.0 / 2.4) - 0.055)).collect()
});

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn light_below_white_becomes_its_srgb_sample_and_the_rest_is_clipped() {
        let exact = |light: f64| {
            if light <= 0.003_130_8 { light * 12.92 } else { 1.055 * light.powf(1.0 / 2.4) - 0.055 }
        };
        for step in 0..=100_000 {
            let light = f64::from(step) / 100_000.0;
            let error = f64::from(code(light as f32 * 255.0)) - 255.0 * exact(light);
            assert!(error.abs() < 2e-3, "{light}: {error}");
        }
        for (light, wanted) in [(300.0, 255.0), (f32::INFINITY, 255.0), (-3.0, 0.0), (f32::NAN, 0.0), (1e-30, 0.0)] {
            assert!((code(light) - wanted).abs() < 1e-3, "{light}");
        }
    }

    #[test]
    fn opacity_is_not_light() {
        let mut row = [255.0 * 0.18, 0.0, 510.0, 128.0];
        code_row(&mut row, Model::RgbAlpha);
        assert_eq!(row.map(f32::round), [118.0, 0.0, 255.0, 128.0]);
    }
}
