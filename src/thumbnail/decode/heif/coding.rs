//! Code points → how samples become colours. In: what the container says and what the coded data say; the container has
//! the word (ISO/IEC 23008-12, 6.5.5), and an ICC profile, where there is one, names the space in place of the points.

use super::super::super::pixels::Matrix;
use super::super::super::profile::{Peak, Profile};
use super::coded::{CodedPicture, CodedPlane};
use crate::container::{Nclx, StatedLight};
use crate::error::Cause;
use crate::options::Format;

/// Code point of what is not said (ITU-T H.273, tables 2 to 4).
const UNSPECIFIED: u16 = 2;

/// sRGB's primaries and transfer characteristics.
const SRGB: (u16, u16) = (1, 13);

/// How the samples of a picture are coded.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Coding {
    pub(super) channels: Channels,
    is_full_range: bool,
    /// Primaries and transfer characteristics, where they are said.
    pub(super) space: Option<(u16, u16)>,
}

/// What the planes are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Channels {
    Grey,
    YCbCr(Matrix),
    /// Green, blue, red.
    Gbr,
    /// Luma, green and orange.
    YCgCo,
}

/// A sample `s` stands for (s − `zero`) · `scale` + `bias`, black being 0 and white 255; no chroma is 128.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Levels {
    zero: f32,
    scale: f32,
    bias: f32,
}

impl Levels {
    pub(super) fn apply(self, sample: f32) -> f32 {
        (sample - self.zero).mul_add(self.scale, self.bias)
    }

    /// The sample that stands for the middle of the range: nothing is said by it.
    pub(super) fn middle(self) -> f32 {
        (128.0 - self.bias) / self.scale + self.zero
    }
}

/// The coding of a picture of which `coded` is a part.
pub(super) fn state(container: Option<Nclx>, coded: &CodedPicture, format: Format) -> Result<Coding, Cause> {
    let said = [container, coded.nclx];
    let of = |field: fn(&Nclx) -> u16| {
        said.iter().flatten().map(field).find(|code| *code != UNSPECIFIED).unwrap_or(UNSPECIFIED)
    };
    // Video without a word on it is of limited range (ITU-T H.265, E.3.1).
    let is_full_range = said.iter().flatten().next().is_some_and(|nclx| nclx.is_full_range);
    let channels = match (coded.planes.len(), of(|nclx| nclx.matrix)) {
        (1, _) => Channels::Grey,
        (_, 0) if coded.ratio == (1, 1) => Channels::Gbr,
        (_, 8) => Channels::YCgCo,
        // SMPTE ST 240 is as near to it as to be the same.
        (_, 1 | 7) => Channels::YCbCr(Matrix::Bt709),
        (_, 9 | 10) => Channels::YCbCr(Matrix::Bt2020),
        (_, code @ (11 | 14)) => {
            let detail = format!("matrix coefficients of the code point {code}");
            return Err(Cause::Unsupported { format, detail });
        }
        // Nothing said is BT.601 (ISO/IEC 23000-22, 7.3.6.4).
        _ => Channels::YCbCr(Matrix::Bt601),
    };
    let space = match (of(|nclx| nclx.primaries), of(|nclx| nclx.transfer)) {
        (UNSPECIFIED, UNSPECIFIED) => None,
        (UNSPECIFIED, transfer) => Some((SRGB.0, transfer)),
        (primaries, UNSPECIFIED) => Some((primaries, SRGB.1)),
        both => Some(both),
    };
    Ok(Coding { channels, is_full_range, space })
}

/// The colour space: the ICC profile's before the one of code points.
pub(super) fn profile(icc: Option<Vec<u8>>, space: Option<(u16, u16)>, light: StatedLight) -> Profile {
    match (icc, space) {
        (Some(icc), _) => Profile::Icc(icc),
        (None, Some((primaries, transfer))) if (primaries, transfer) != SRGB => {
            match (u8::try_from(primaries), u8::try_from(transfer)) {
                (Ok(primaries), Ok(transfer)) => Profile::Cicp { primaries, transfer, peak: peak_of(light) },
                _ => Profile::Srgb,
            }
        }
        _ => Profile::Srgb,
    }
}

fn peak_of(light: StatedLight) -> Peak {
    #[expect(clippy::cast_precision_loss, reason = "24 bits of a luminance are enough")]
    let of_display = light.display.map(|luminance| luminance as f32 / 10_000.0);
    Peak { of_content: light.content.map(f32::from), of_display }
}

impl Coding {
    /// Opacity uses its whole range, whatever its data say (ISO/IEC 23000-22, 7.3.5.2).
    pub(super) const OPACITY: Self = Self { channels: Channels::Grey, is_full_range: true, space: None };

    /// The levels of the plane `index` (ITU-T H.273, equations 20 to 31).
    pub(super) fn levels(self, index: usize, plane: &CodedPlane) -> Levels {
        let is_chroma = index > 0 && matches!(self.channels, Channels::YCbCr(_) | Channels::YCgCo);
        let depth = i32::try_from(plane.depth).unwrap_or(8);
        let (unit, most) = (2_f32.powi(depth - 8), 2_f32.powi(depth) - 1.0);
        match (is_chroma, self.is_full_range) {
            (false, true) => Levels { zero: 0.0, scale: 255.0 / most, bias: 0.0 },
            (false, false) => Levels { zero: 16.0 * unit, scale: 255.0 / (219.0 * unit), bias: 0.0 },
            (true, true) => Levels { zero: 128.0 * unit, scale: 255.0 / most, bias: 128.0 },
            (true, false) => Levels { zero: 128.0 * unit, scale: 255.0 / (224.0 * unit), bias: 128.0 },
        }
    }
}

impl Channels {
    /// Red, green and blue of a pixel whose samples are levelled (ITU-T H.273, equations 38 to 52).
    pub(super) fn rgb(self, [y, u, v]: [f32; 3]) -> [f32; 3] {
        match self {
            Self::Grey => [y; 3],
            Self::Gbr => [v, y, u],
            Self::YCgCo => {
                let (cg, co) = (u - 128.0, v - 128.0);
                [y - cg + co, y + cg, y - cg - co]
            }
            Self::YCbCr(matrix) => {
                let (red, blue) = matrix.weights();
                let (cb, cr) = (2.0 * (1.0 - blue) * (u - 128.0), 2.0 * (1.0 - red) * (v - 128.0));
                [y + cr, y - (blue * cb + red * cr) / (1.0 - red - blue), y + cb]
            }
        }
    }
}
