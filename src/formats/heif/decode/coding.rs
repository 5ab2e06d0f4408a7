//! Maps code points to the conversion from samples to colours. The container's code points override those of the coded
//! data (ISO/IEC 23008-12, 6.5.5). An ICC profile, if there is one, replaces the colour space of the code points.

use super::coded::{Meaning, Shape};
use super::mixing;
use crate::container::{CodedItem, HeifImage, Nclx, StatedLight};
use crate::formats::error::{DecodeError, unsupported};
use crate::pixels::Matrix;
use crate::pixels::profile::{Peak, Profile};

/// Code point for "unspecified" (ITU-T H.273, tables 2 to 4).
const UNSPECIFIED: u16 = 2;

/// sRGB's primaries and transfer characteristics.
const SRGB: (u16, u16) = (1, 13);

/// The coding of an image's samples.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Coding {
    pub(super) channels: Channels,
    is_full_range: bool,
    /// Primaries and transfer characteristics, if stated.
    pub(super) space: Option<(u16, u16)>,
}

/// The kinds of planes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Channels {
    Grey,
    YCbCr(Matrix),
    /// Green, blue, red.
    Gbr,
    /// Luma, green and orange.
    YCgCo,
    /// The same in integers, lossless; red, green and blue have this many bits.
    ReversibleYCgCo {
        bits: i32,
    },
    /// SMPTE ST 2085: the signal of green, and the differences of blue and red from it.
    YDzDx,
    /// Luma that is the signal of luminance, with these transfer characteristics.
    ConstantLuminance(Matrix, u16),
    /// Intensity and two differences of the cone signals.
    Ictcp(u16),
}

/// The scaling of samples: `s` stands for (s − `zero`) · `scale` + `bias`. Black is 0, white 255, and no chroma 128.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Levels {
    zero: f32,
    scale: f32,
    bias: f32,
}

impl Levels {
    pub(super) fn apply(self, sample: f32) -> f32 {
        // Without a fused operation, which most builds would call a function for.
        (sample - self.zero) * self.scale + self.bias
    }

    /// Returns the sample for the middle of the range, a neutral value.
    pub(super) fn middle(self) -> f32 {
        (128.0 - self.bias) / self.scale + self.zero
    }
}

/// Returns the coding of an image of which `coded` is a part.
pub(super) fn state(container: Option<Nclx>, coded: &Shape) -> Result<Coding, DecodeError> {
    let said = [container, coded.nclx];
    let of = |field: fn(&Nclx) -> u16| {
        said.iter().flatten().map(field).find(|code| *code != UNSPECIFIED).unwrap_or(UNSPECIFIED)
    };
    // Video without a statement is of limited range (ITU-T H.265, E.3.1).
    let is_full_range = said.iter().flatten().next().is_some_and(|nclx| nclx.is_full_range);
    let (primaries, transfer) = (of(|nclx| nclx.primaries), of(|nclx| nclx.transfer));
    let derived = || mixing::weights_of(primaries).unwrap_or(Matrix::Bt709);
    let bits_less = |bits: i32| (i32::try_from(coded.depths[0]).unwrap_or(8) - bits).max(1);
    let channels = match (coded.depths.len(), of(|nclx| nclx.matrix)) {
        (1, _) => Channels::Grey,
        (_, 0) if coded.ratio == (1, 1) => Channels::Gbr,
        (_, 8) => Channels::YCgCo,
        (_, 16) => Channels::ReversibleYCgCo { bits: bits_less(2) },
        (_, 17) => Channels::ReversibleYCgCo { bits: bits_less(1) },
        (_, 1) => Channels::YCbCr(Matrix::Bt709),
        (_, 4) => Channels::YCbCr(Matrix::FCC),
        (_, 7) => Channels::YCbCr(Matrix::SMPTE_240),
        (_, 9) => Channels::YCbCr(Matrix::Bt2020),
        (_, 10) => Channels::ConstantLuminance(Matrix::Bt2020, transfer),
        (_, 11) => Channels::YDzDx,
        (_, 12) => Channels::YCbCr(derived()),
        (_, 13) => Channels::ConstantLuminance(derived(), transfer),
        (_, 14) => Channels::Ictcp(transfer),
        (_, code @ 15) => {
            let detail = format!("matrix coefficients of the code point {code}");
            return Err(unsupported(detail));
        }
        // The default is BT.601 (ISO/IEC 23000-22, 7.3.6.4).
        _ => Channels::YCbCr(Matrix::Bt601),
    };
    let space = match (primaries, transfer) {
        (UNSPECIFIED, UNSPECIFIED) => None,
        (UNSPECIFIED, transfer) => Some((SRGB.0, transfer)),
        (primaries, UNSPECIFIED) => Some((primaries, SRGB.1)),
        both => Some(both),
    };
    // Statements about video do not apply to these.
    Ok(match coded.meaning {
        Meaning::Stated => Coding { channels, is_full_range, space },
        Meaning::Gbr => Coding { channels: Channels::Gbr, is_full_range: true, space },
        Meaning::Jfif if coded.depths.len() == 1 => Coding { channels: Channels::Grey, is_full_range: true, space },
        Meaning::Jfif => Coding { channels: Channels::YCbCr(Matrix::Bt601), is_full_range: true, space },
    })
}

/// Returns the coding of a frame of a video. Its matrix follows from its definition if nothing states it.
#[cfg(feature = "video")]
pub(super) fn state_of_video(
    container: Option<Nclx>,
    coded: &Shape,
    is_of_high_definition: bool,
) -> Result<Coding, DecodeError> {
    let stated = state(container, coded)?;
    let is_stated = [container, coded.nclx].iter().flatten().any(|nclx| nclx.matrix != UNSPECIFIED);
    let is_guessed =
        stated.channels == Channels::YCbCr(Matrix::Bt601) && !is_stated && coded.meaning == Meaning::Stated;
    let channels = if is_guessed && is_of_high_definition { Channels::YCbCr(Matrix::Bt709) } else { stated.channels };
    Ok(Coding { channels, ..stated })
}

/// Returns whether samples must become colours before they are averaged, judged before decoding. `coded` is the matrix in
/// the coded data, if it is known.
pub(super) fn needs_pixels(picture: &HeifImage, coded: Option<u16>) -> bool {
    let stated = picture.nclx.map(|nclx| nclx.matrix).filter(|matrix| *matrix != UNSPECIFIED);
    let is_mixed = stated.or(coded).is_some_and(|matrix| matches!(matrix, 8 | 10 | 11 | 13..=17));
    let is_of = |a: &CodedItem, b: &CodedItem| a.codec == b.codec && a.configuration == b.configuration;
    is_mixed || picture.tiles.windows(2).any(|pair| !is_of(&pair[0], &pair[1]))
}

/// Returns the colour space: the ICC profile, or else that of the code points.
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
    /// Full-range opacity, whatever its data state (ISO/IEC 23000-22, 7.3.5.2).
    pub(super) const OPACITY: Self = Self { channels: Channels::Grey, is_full_range: true, space: None };

    /// Returns the levels of the plane `index`, whose samples have `depth` bits (ITU-T H.273, equations 20 to 31).
    pub(super) fn levels(self, index: usize, depth: u32) -> Levels {
        let is_chroma = index > 0 && !matches!(self.channels, Channels::Grey | Channels::Gbr);
        let depth = i32::try_from(depth).unwrap_or(8);
        let (unit, most) = (2_f32.powi(depth - 8), 2_f32.powi(depth) - 1.0);
        if let Channels::ReversibleYCgCo { bits } = self.channels {
            let scale = unit_of(bits);
            return match is_chroma {
                false => Levels { zero: 0.0, scale, bias: 0.0 },
                true => Levels { zero: 128.0 * unit, scale, bias: 128.0 },
            };
        }
        match (is_chroma, self.is_full_range) {
            (false, true) => Levels { zero: 0.0, scale: 255.0 / most, bias: 0.0 },
            (false, false) => Levels { zero: 16.0 * unit, scale: 255.0 / (219.0 * unit), bias: 0.0 },
            (true, true) => Levels { zero: 128.0 * unit, scale: 255.0 / most, bias: 128.0 },
            (true, false) => Levels { zero: 128.0 * unit, scale: 255.0 / (224.0 * unit), bias: 128.0 },
        }
    }
}

/// Returns the step of integers of this many bits on a scale to 255.
fn unit_of(bits: i32) -> f32 {
    255.0 / (2_f32.powi(bits) - 1.0)
}

impl Channels {
    /// Returns whether averaging planes separately equals averaging colours.
    pub(super) const fn has_planes(self) -> bool {
        matches!(self, Self::Grey | Self::YCbCr(_) | Self::Gbr)
    }

    /// Converts a pixel of levelled samples to red, green and blue (ITU-T H.273, equations 38 to 79).
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
            Self::ReversibleYCgCo { bits } => mixing::of_reversible_ycgco([y, u - 128.0, v - 128.0], unit_of(bits)),
            Self::YDzDx => mixing::of_ydzdx([y, u - 128.0, v - 128.0]),
            Self::ConstantLuminance(matrix, transfer) => {
                let signals = [y, u - 128.0, v - 128.0].map(|part| part / 255.0);
                mixing::of_constant_luminance(signals, matrix, transfer).map(|signal| signal * 255.0)
            }
            Self::Ictcp(transfer) => {
                let signals = [y, u - 128.0, v - 128.0].map(|part| part / 255.0);
                mixing::of_ictcp(signals, transfer).map(|signal| signal * 255.0)
            }
        }
    }
}
