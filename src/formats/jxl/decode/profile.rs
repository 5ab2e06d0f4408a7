//! Translates colour profiles of the crate `jxl`.

use jxl::api::{JxlColorEncoding, JxlColorProfile, JxlPrimaries, JxlTransferFunction, JxlWhitePoint};

use super::reduced::Primaries;
use crate::pixels::profile::{Peak, Profile};

/// The default intensity target (ISO/IEC 18181-1, tone mapping metadata).
const UNSTATED_INTENSITY: f32 = 255.0;

/// Returns the colour profile of the crate's samples: as coded, unless the file is in XYB.
pub(super) fn profile_of(profile: &JxlColorProfile) -> Profile {
    use JxlTransferFunction as Transfer;
    let JxlColorProfile::Simple(encoding) = profile else {
        return profile.try_as_icc().map_or(Profile::Srgb, |icc| Profile::Icc(icc.into_owned()));
    };
    let (white, primaries, transfer) = match encoding {
        JxlColorEncoding::RgbColorSpace { white_point, primaries, transfer_function, .. } => {
            // ITU-T H.273, table 2.
            let primaries = match primaries {
                JxlPrimaries::SRGB => Some(1),
                JxlPrimaries::BT2100 => Some(9),
                JxlPrimaries::P3 => Some(12),
                JxlPrimaries::Chromaticities { .. } => None,
            };
            (white_point, primaries, transfer_function)
        }
        JxlColorEncoding::GrayscaleColorSpace { white_point, transfer_function, .. } => {
            (white_point, Some(1), transfer_function)
        }
        JxlColorEncoding::XYB { .. } => return Profile::Srgb,
    };
    match (white, primaries, transfer) {
        (JxlWhitePoint::D65, Some(1), Transfer::SRGB) => Profile::Srgb,
        (JxlWhitePoint::D65, Some(1), Transfer::Linear) => Profile::Linear,
        // Table 3.
        (JxlWhitePoint::D65, Some(primaries), Transfer::PQ) => {
            Profile::Cicp { primaries, transfer: 16, peak: Peak::default() }
        }
        (JxlWhitePoint::D65, Some(primaries), Transfer::HLG) => {
            Profile::Cicp { primaries, transfer: 18, peak: Peak::default() }
        }
        _ => profile.try_as_icc().map_or(Profile::Srgb, |icc| Profile::Icc(icc.into_owned())),
    }
}

/// Returns the primaries of a profile, if its light is converted as sRGB's is.
pub(super) fn primaries_of(profile: &JxlColorProfile) -> Option<Primaries> {
    let JxlColorProfile::Simple(encoding) = profile else { return None };
    let (white, primaries, transfer) = match encoding {
        JxlColorEncoding::RgbColorSpace { white_point, primaries: JxlPrimaries::P3, transfer_function, .. } => {
            (white_point, Primaries::DisplayP3, transfer_function)
        }
        JxlColorEncoding::RgbColorSpace { white_point, primaries: JxlPrimaries::SRGB, transfer_function, .. }
        | JxlColorEncoding::GrayscaleColorSpace { white_point, transfer_function, .. } => {
            (white_point, Primaries::Srgb, transfer_function)
        }
        _ => return None,
    };
    matches!((white, transfer), (JxlWhitePoint::D65, JxlTransferFunction::SRGB)).then_some(primaries)
}

/// Sets the peak to the intensity target. It bounds the brightest light in an image, though the image may not reach it.
/// Writers that know no better leave it at its default.
pub(super) fn with_peak(profile: Profile, intensity_target: f32) -> Profile {
    match profile {
        Profile::Cicp { primaries, transfer, .. } if intensity_target != UNSTATED_INTENSITY => {
            let peak = Peak { of_content: None, of_display: Some(intensity_target) };
            Profile::Cicp { primaries, transfer, peak }
        }
        other => other,
    }
}
