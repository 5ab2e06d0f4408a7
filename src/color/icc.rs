//! Reads ICC profiles into colour spaces (ICC.1:2022, parsed by `moxcms`).
//!
//! Uses the perceptual intent, as sharp and Pillow do.

use moxcms::{ColorProfile, DataColorSpace, LutWarehouse, ParsingOptions, ProfileVersion, TransferCharacteristics};

use super::curve::Curve;
use super::space::{Space, rows_from_xyz, rows_to_srgb};
use super::table::{PERCEPTUAL_BLACK, Table};

/// Limit of a profile's bytes. The largest in use, of presses, have some 4 MB.
const MAX_BYTES: usize = 8 << 20;

/// Limit of a table's points and a curve's entries: 33⁴ are 1.2 million, and 16 bits know no more than 65536 samples.
const MAX_POINTS: usize = 2_000_000;
const MAX_ENTRIES: usize = 65_536;

/// The luminance of L* = 50; anything lighter is no black.
const LIGHTEST_BLACK: f32 = 0.184;

/// Reads a profile for images of 1, 3 or 4 channels: grey, red green and blue, or inks.
///
/// # Errors
/// The reason why the profile can't be applied to such an image.
pub(super) fn read(bytes: &[u8], channels: usize) -> Result<Space, String> {
    let options = ParsingOptions {
        max_profile_size: MAX_BYTES,
        max_allowed_clut_size: MAX_POINTS,
        max_allowed_trc_size: MAX_ENTRIES,
    };
    let profile = ColorProfile::new_from_slice_with_options(bytes, options).map_err(|_| "it is corrupt".to_string())?;
    let own = match profile.color_space {
        DataColorSpace::Gray => 1,
        DataColorSpace::Rgb => 3,
        DataColorSpace::Cmyk => 4,
        _ => return Err("it is for another colour space".to_string()),
    };
    if own != channels {
        return Err(format!("it is for {own} channels, the image has {channels}"));
    }
    let hdr = |transfer| matches!(transfer, TransferCharacteristics::Smpte2084 | TransferCharacteristics::Hlg);
    if let Some(cicp) = profile.cicp.filter(|cicp| channels == 3 && hdr(cicp.transfer_characteristics)) {
        return Ok(Space::of_cicp(cicp.color_primaries as u8, cicp.transfer_characteristics as u8));
    }
    let space = match &profile.lut_a_to_b_perceptual {
        Some(table) => of_table(&profile, table, true),
        None => of_curves(&profile).or_else(|| of_table(&profile, profile.lut_a_to_b_colorimetric.as_ref()?, false)),
    };
    space.ok_or_else(|| "it does not define its colours".to_string())
}

fn of_curves(profile: &ColorProfile) -> Option<Space> {
    if profile.color_space == DataColorSpace::Gray {
        let curve = Curve::of_icc(profile.gray_trc.as_ref()?)?;
        return Some(match profile.pcs {
            DataColorSpace::Lab => Space::Lightness(curve),
            _ => Space::of_grey(curve),
        });
    }
    if !profile.is_matrix_shaper() {
        return None;
    }
    let red = Curve::of_icc(profile.red_trc.as_ref()?)?;
    // Mostly all three are the same.
    let curve = |curve: &Option<_>| match *curve == profile.red_trc {
        true => Some(red.clone()),
        false => Curve::of_icc(curve.as_ref()?),
    };
    let curves = [red.clone(), curve(&profile.green_trc)?, curve(&profile.blue_trc)?];
    Some(Space::of_shaper(curves, rows_to_srgb(profile)?))
}

fn of_table(profile: &ColorProfile, table: &LutWarehouse, is_perceptual: bool) -> Option<Space> {
    let connects_by_xyz = match profile.pcs {
        DataColorSpace::Xyz => true,
        DataColorSpace::Lab => false,
        _ => return None,
    };
    let channels = profile.color_space;
    let mut table = Table::new(table, connects_by_xyz)?;
    if table.channels()
        != if channels == DataColorSpace::Cmyk {
            4
        } else if channels == DataColorSpace::Rgb {
            3
        } else {
            1
        }
    {
        return None;
    }
    let has_standard_black = is_perceptual && profile.version() >= ProfileVersion::V4_0;
    table.compensate(if has_standard_black { PERCEPTUAL_BLACK } else { darkest(&table, channels) });
    Some(Space::Table(Box::new(table), rows_from_xyz()?))
}

/// Returns the black of a device: its darkest colour, as LittleCMS 2.19 takes it. Of inks that is all four in full.
fn darkest(table: &Table, channels: DataColorSpace) -> [f32; 3] {
    let black = table.to_xyz(if channels == DataColorSpace::Cmyk { [1.0; 4] } else { [0.0; 4] });
    if black[1] < LIGHTEST_BLACK { black } else { [0.0; 3] }
}
