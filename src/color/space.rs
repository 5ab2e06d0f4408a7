//! Converts device colours to linear light of sRGB's primaries by a profile.
//!
//! Device colours are from 0 to 1, and a light of 1 is white. Light beyond sRGB's gamut is below 0 or above 1; nothing
//! is clipped here.

use moxcms::{
    Chromaticity, CicpColorPrimaries, CicpProfile, ColorPrimaries, ColorProfile, Matrix3d, MatrixCoefficients,
    TransferCharacteristics, XyY,
};

use super::curve::{self, Curve};
use super::display::Display;
use super::ink::PRESS;
use super::lane::Lane;
use super::table::{Table, xyz_of_lab};

/// PNG's gAMA of 45455, which sRGB images should carry beside their sRGB chunk (PNG 3rd edition, 11.3.2.5), and the
/// distance from it up to which sRGB's curve is meant.
const USUAL_GAMMA: (f64, f64) = (0.454_55, 0.002);

/// The meaning of device colours.
#[derive(Debug)]
pub(super) enum Space {
    Srgb,
    /// A curve for each of red, green and blue, then a matrix.
    Shaper([Curve; 3], Rows),
    /// Grey, by the light.
    Grey(Curve),
    /// Grey, by the lightness L*.
    Lightness(Curve),
    /// A profile's table, and the matrix from XYZ to sRGB's light.
    Table(Box<Table>, Rows),
    /// Inks without a profile.
    Press,
    /// PQ or HLG; 1 is the white of paper, lights are far brighter.
    Display(Display, Rows),
    /// Light of sRGB's primaries, without a limit.
    Linear,
}

/// A matrix, row by row.
pub(super) type Rows = [[f32; 3]; 3];

impl Space {
    /// Returns the space of code points of ITU-T H.273. Reserved and unspecified ones count as sRGB's.
    pub(super) fn of_cicp(primaries: u8, transfer: u8) -> Self {
        let to_srgb = rows_of_primaries(primaries);
        let curve = |transfer| {
            let curve = Curve::of_transfer(transfer);
            [curve.clone(), curve.clone(), curve]
        };
        match TransferCharacteristics::try_from(transfer) {
            Ok(TransferCharacteristics::Smpte2084) => Self::Display(Display::Pq, to_srgb),
            Ok(TransferCharacteristics::Hlg) => Self::Display(Display::Hlg, to_srgb),
            // Film and television's curve is a camera's; their screens do not undo it, and every reader of images shows
            // such samples as if they were sRGB's.
            Ok(
                TransferCharacteristics::Bt709
                | TransferCharacteristics::Bt601
                | TransferCharacteristics::Bt202010bit
                | TransferCharacteristics::Bt202012bit
                | TransferCharacteristics::Reserved
                | TransferCharacteristics::Unspecified
                | TransferCharacteristics::Srgb,
            )
            | Err(_) => Self::of_curves(curve(TransferCharacteristics::Srgb), to_srgb),
            Ok(other) => Self::of_curves(curve(other), to_srgb),
        }
    }

    /// Returns the space of a power function and of chromaticities. These are x and y of white, red, green and blue.
    /// `None` if the numbers define no colours.
    pub(super) fn of_gamma(exponent: f64, chromaticities: Option<[[f64; 2]; 4]>) -> Option<Self> {
        let to_srgb = match chromaticities {
            Some(chromaticities) => rows_of_chromaticities(chromaticities)?,
            None => IDENTITY,
        };
        if !(0.05..=20.0).contains(&exponent) {
            return None;
        }
        let is_usual = (exponent - USUAL_GAMMA.0).abs() < USUAL_GAMMA.1;
        let curve = match is_usual {
            true => Curve::of_transfer(TransferCharacteristics::Srgb),
            false => Curve::of_power(narrow(1.0 / exponent)),
        };
        Some(Self::of_curves([curve.clone(), curve.clone(), curve], to_srgb))
    }

    /// Returns the space of curves and a matrix to sRGB's light; sRGB itself if they are sRGB's.
    fn of_curves(curves: [Option<Curve>; 3], to_srgb: Rows) -> Self {
        match curves {
            [Some(red), Some(green), Some(blue)] => Self::of_shaper([red, green, blue], to_srgb),
            _ => Self::Srgb,
        }
    }

    pub(super) fn of_shaper(curves: [Curve; 3], to_srgb: Rows) -> Self {
        if is_srgb(&curves, &to_srgb) { Self::Srgb } else { Self::Shaper(Curve::tabulated_each(curves), to_srgb) }
    }

    /// Returns grey by its light; sRGB itself if the curve is sRGB's.
    pub(super) fn of_grey(curve: Curve) -> Self {
        if is_srgb(&[curve.clone(), curve.clone(), curve.clone()], &IDENTITY) {
            Self::Srgb
        } else {
            Self::Grey(curve.tabulated())
        }
    }

    /// Turns device colours into light, in place.
    #[inline(always)]
    pub(super) fn light_each(&self, colors: &mut [Lane; 4]) {
        match self {
            Self::Shaper(curves, to_srgb) => {
                for (lane, curve) in colors.iter_mut().zip(curves) {
                    curve.apply_each(lane);
                }
                multiply_each(to_srgb, colors);
            }
            Self::Grey(curve) => {
                curve.apply_each(&mut colors[0]);
                (colors[1], colors[2]) = (colors[0], colors[0]);
            }
            Self::Press => PRESS.light_each(colors),
            Self::Table(table, to_srgb) => {
                table.xyz_each(colors);
                multiply_each(to_srgb, colors);
            }
            _ => {
                for i in 0..colors[0].len() {
                    let light = self.to_light(std::array::from_fn(|lane| colors[lane][i]));
                    colors.iter_mut().zip(light).for_each(|(lane, light)| lane[i] = light);
                }
            }
        }
    }

    /// Returns the light of a device colour, which for grey is the sample three times.
    pub(super) fn to_light(&self, device: [f32; 4]) -> [f32; 3] {
        let [red, green, blue, _] = device;
        match self {
            Self::Srgb => [red, green, blue].map(|sample| curve::decode(sample.clamp(0.0, 1.0))),
            Self::Shaper(curves, to_srgb) => {
                multiply(to_srgb, [curves[0].apply(red), curves[1].apply(green), curves[2].apply(blue)])
            }
            Self::Grey(curve) => [curve.apply(red); 3],
            Self::Lightness(curve) => [xyz_of_lab([100.0 * curve.apply(red), 0.0, 0.0])[1]; 3],
            Self::Table(table, to_srgb) => multiply(to_srgb, table.to_xyz(device)),
            Self::Press => PRESS.to_light(device),
            Self::Display(display, to_srgb) => {
                multiply(to_srgb, display.to_light([red, green, blue].map(|sample| sample.clamp(0.0, 1.0))))
            }
            Self::Linear => [red, green, blue].map(|sample| if sample.is_finite() { sample.max(0.0) } else { 0.0 }),
        }
    }
}

pub(super) const IDENTITY: Rows = [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]];

#[inline(always)]
fn multiply_each(rows: &Rows, colors: &mut [Lane; 4]) {
    let [red, green, blue, _] = colors;
    for ((red, green), blue) in red.iter_mut().zip(green).zip(blue) {
        [*red, *green, *blue] = multiply(rows, [*red, *green, *blue]);
    }
}

#[inline(always)]
pub(super) fn multiply(rows: &Rows, color: [f32; 3]) -> [f32; 3] {
    rows.map(|row| row[0] * color[0] + row[1] * color[1] + row[2] * color[2])
}

/// Returns whether every colour of a grid stays within half a step of 8 bits. Profiles of sRGB stray by up to a third
/// of a step in their rounding.
fn is_srgb(curves: &[Curve; 3], to_srgb: &Rows) -> bool {
    const LEVELS: u8 = 9;
    let is_near = |light: f32, sample: f32| (curve::code(light) - 255.0 * sample).abs() < 0.5;
    let has_its_curve = |curve: &Curve| {
        let samples = (0_u8..=255).map(|step| f32::from(step) / 255.0);
        samples.into_iter().all(|sample| is_near(curve.exact(sample), sample))
    };
    let level = |level: u8| f32::from(level) / f32::from(LEVELS - 1);
    let lights =
        [0, 1, 2, 3, 4, 5, 6, 7, 8].map(|step| [0, 1, 2].map(|channel: usize| curves[channel].exact(level(step))));
    let is_itself = |color: [u8; 3]| {
        let light = std::array::from_fn(|channel| lights[usize::from(color[channel])][channel]);
        multiply(to_srgb, light).into_iter().zip(color).all(|(light, step)| is_near(light, level(step)))
    };
    let grid = (0..LEVELS).flat_map(|red| (0..LEVELS).map(move |green| (red, green)));
    let mut grid = grid.flat_map(|(red, green)| (0..LEVELS).map(move |blue| [red, green, blue]));
    curves.iter().all(has_its_curve) && grid.all(is_itself)
}

/// Returns the matrix from a profile's light to sRGB's. `None` if its colorants define none.
pub(super) fn rows_to_srgb(profile: &ColorProfile) -> Option<Rows> {
    finite(profile.transform_matrix(&ColorProfile::new_srgb()))
}

/// Returns the matrix from XYZ under D50 to sRGB's light.
pub(super) fn rows_from_xyz() -> Option<Rows> {
    finite(ColorProfile::new_srgb().colorant_matrix().inverse())
}

fn finite(matrix: Matrix3d) -> Option<Rows> {
    let rows = matrix.v.map(|row| row.map(narrow));
    rows.as_flattened().iter().all(|number| number.is_finite()).then_some(rows)
}

fn rows_of_primaries(primaries: u8) -> Rows {
    let color_primaries = CicpColorPrimaries::try_from(primaries).unwrap_or(CicpColorPrimaries::Bt709);
    if ColorPrimaries::try_from(color_primaries).is_err() {
        return IDENTITY;
    }
    let profile = ColorProfile::new_from_cicp(CicpProfile {
        color_primaries,
        transfer_characteristics: TransferCharacteristics::Srgb,
        matrix_coefficients: MatrixCoefficients::Identity,
        full_range: true,
    });
    rows_to_srgb(&profile).unwrap_or(IDENTITY)
}

fn rows_of_chromaticities([white, red, green, blue]: [[f64; 2]; 4]) -> Option<Rows> {
    // A y of 0 would be a primary without light.
    if [white, red, green, blue].as_flattened().iter().any(|number| !(1e-3..=1.0).contains(number)) {
        return None;
    }
    let primary = |[x, y]: [f64; 2]| Chromaticity::new(narrow(x), narrow(y));
    let mut profile = ColorProfile::new_srgb();
    profile.update_rgb_colorimetry(
        XyY::new(white[0], white[1], 1.0),
        ColorPrimaries { red: primary(red), green: primary(green), blue: primary(blue) },
    );
    rows_to_srgb(&profile)
}

#[expect(clippy::cast_possible_truncation, reason = "pixels are f32")]
const fn narrow(number: f64) -> f32 {
    number as f32
}
