//! Returns the colour profile of a PNG. Chunks by precedence are cICP, iCCP, sRGB, gAMA with cHRM (PNG, third edition,
//! 4.3).

use png::{Info, SourceChromaticities};

use crate::pixels::profile::{Peak, Profile};

/// gAMA of sRGB, in 1/100000 (11.3.2.5), and its tolerance.
const SRGB_GAMMA: u32 = 45_455;
const NEAR_GAMMA: u32 = 100;

/// cHRM of sRGB (11.3.2.5): x and y of white, red, green and blue in 1/100000, and its tolerance.
const SRGB_PRIMARIES: [[u32; 2]; 4] = [[31_270, 32_900], [64_000, 33_000], [30_000, 60_000], [15_000, 6_000]];
const NEAR_PRIMARY: u32 = 100;

/// Returns the profile of the samples.
pub(super) fn state(info: &Info<'_>) -> Profile {
    // A PNG's samples are RGB, so a matrix other than 0 is invalid (11.3.2.6).
    if let Some(points) = &info.coding_independent_code_points
        && points.matrix_coefficients == 0
    {
        let (primaries, transfer) = (points.color_primaries, points.transfer_function);
        return Profile::Cicp { primaries, transfer, peak: peak_of(info) };
    }
    if let Some(icc) = &info.icc_profile {
        return Profile::Icc(icc.to_vec());
    }
    if info.srgb.is_some() {
        return Profile::Srgb;
    }
    let gamma = info.gama_chunk.map(png::ScaledFloat::into_scaled).filter(|gamma| *gamma > 0);
    gamma.map_or(Profile::Srgb, |gamma| of_gamma(gamma, info.chrm_chunk.map(scaled)))
}

/// Returns the peak luminance from cLLI and mDCV (11.3.2.7 and 11.3.2.8), in 1/10000 cd/m². 0 stands for no value.
fn peak_of(info: &Info<'_>) -> Peak {
    #[expect(clippy::cast_precision_loss, reason = "24 bits of a luminance are enough")]
    let stated = |luminance: u32| (luminance > 0).then_some(luminance as f32 / 10_000.0);
    Peak {
        of_content: info.content_light_level.and_then(|light| stated(light.max_content_light_level)),
        of_display: info.mastering_display_color_volume.and_then(|display| stated(display.max_luminance)),
    }
}

/// Returns the profile of gAMA and cHRM. The approximate gamma of sRGB means sRGB, not an exact power, since writers
/// have always used it so.
fn of_gamma(gamma: u32, chromaticities: Option<[[u32; 2]; 4]>) -> Profile {
    let chromaticities = chromaticities.filter(|points| {
        let said = points.as_flattened().iter().zip(SRGB_PRIMARIES.as_flattened());
        points.as_flattened().iter().all(|part| *part > 0)
            && said.into_iter().any(|(a, b)| a.abs_diff(*b) > NEAR_PRIMARY)
    });
    if chromaticities.is_none() && gamma.abs_diff(SRGB_GAMMA) <= NEAR_GAMMA {
        return Profile::Srgb;
    }
    let real = |part| f64::from(part) / 100_000.0;
    Profile::Gamma { exponent: real(gamma), chromaticities: chromaticities.map(|points| points.map(|xy| xy.map(real))) }
}

fn scaled(chunk: SourceChromaticities) -> [[u32; 2]; 4] {
    [chunk.white, chunk.red, chunk.green, chunk.blue].map(|(x, y)| [x.into_scaled(), y.into_scaled()])
}
