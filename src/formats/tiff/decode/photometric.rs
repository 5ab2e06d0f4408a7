//! Converts the samples of a pixel (TIFF 6.0, sections 3 to 6, 16, 18, 20, 21, 23) to the channels of a [`Model`]. Samples are
//! from 0 to 255. L*a*b* and YCbCr are converted on the grid, since box means may be taken of them.

use super::coding::{Compression, LOG_L, LOG_LUV, Numbers, SampleKind};
use super::tag;
use crate::container::{Directory, Reader};
use crate::formats::error::{DecodeError, damaged, unsupported};
use crate::formats::lab::srgb_of_lab;
use crate::pixels::{Model, WorkingGrid};

/// The samples of a pixel.
#[derive(Debug)]
pub(super) struct Pixel {
    pub(super) samples: usize,
    pub(super) is_planar: bool,
    pub(super) kind: SampleKind,
    pub(super) photometric: Photometric,
    pub(super) alpha: Option<(usize, Alpha)>,
}

/// The colour samples of a pixel: the values of tag 262.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Photometric {
    BlackIsZero,
    WhiteIsZero,
    Rgb,
    /// Red, green and blue from 0 to 255 for each index. A sample's every value has an entry.
    Palette(Vec<[f32; 3]>),
    Cmyk,
    YCbCr(YCbCr),
    Lab(Lab),
}

/// The coding of luma and chroma.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct YCbCr {
    /// Lumas for each chroma, across and down.
    pub(super) subsampling: (usize, usize),
    /// The shares of red, green and blue in luma.
    coefficients: [f32; 3],
    /// The codes of black and white of luma, and of no and full chroma.
    reference: [f32; 6],
}

/// The coding of L*a*b*: a* and b* as two's complement, or around a middle as in ICC.1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Lab {
    Cie { bits: usize },
    Icc { bits: usize },
}

/// The relation of colours to alpha: premultiplied or straight.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Alpha {
    Associated,
    Straight,
}

impl Photometric {
    /// Returns the number of colour samples.
    pub(super) const fn colors(&self) -> usize {
        match self {
            Self::BlackIsZero | Self::WhiteIsZero | Self::Palette(_) => 1,
            Self::Rgb | Self::YCbCr(_) | Self::Lab(_) => 3,
            Self::Cmyk => 4,
        }
    }

    /// Returns the number of lumas that share a chroma, across and down.
    pub(super) const fn subsampling(&self) -> (usize, usize) {
        match self {
            Self::YCbCr(coding) => coding.subsampling,
            _ => (1, 1),
        }
    }

    /// Returns whether [`Self::convert`] changes anything.
    pub(super) const fn is_converted(&self) -> bool {
        matches!(self, Self::YCbCr(_) | Self::Lab(_))
    }

    /// Returns the channels that [`Self::arrange`] produces.
    pub(super) const fn model(&self, has_alpha: bool) -> Model {
        match (self, has_alpha) {
            (Self::BlackIsZero | Self::WhiteIsZero, false) => Model::Grey,
            (Self::BlackIsZero | Self::WhiteIsZero, true) => Model::GreyAlpha,
            (Self::Rgb | Self::Palette(_), true) => Model::RgbAlpha,
            (Self::Cmyk, _) => Model::Cmyk,
            (Self::Rgb | Self::Palette(_) | Self::YCbCr(_) | Self::Lab(_), _) => Model::Rgb,
        }
    }

    /// Returns whether [`Self::arrange`] leaves pixels of this many samples unchanged.
    pub(super) fn is_arranged(&self, samples: usize, alpha: Option<(usize, Alpha)>) -> bool {
        let colors_first = matches!(self, Self::BlackIsZero | Self::Rgb | Self::Cmyk | Self::YCbCr(_));
        colors_first
            && samples == self.model(alpha.is_some()).planes()
            && !matches!(alpha, Some((_, Alpha::Associated)))
    }

    /// Selects and converts the model's channels from interleaved pixels of `samples` samples.
    pub(super) fn arrange(&self, from: &[f32], samples: usize, alpha: Option<(usize, Alpha)>, to: &mut [f32]) {
        let model = self.model(alpha.is_some());
        let channels = model.planes();
        let pixels = || from.chunks_exact(samples);
        let both = pixels().zip(to.chunks_exact_mut(channels));
        match self {
            Self::BlackIsZero => both.for_each(|(pixel, out)| out[0] = pixel[0]),
            Self::WhiteIsZero if samples == 1 => to.iter_mut().zip(from).for_each(|(to, from)| *to = 255.0 - from),
            Self::WhiteIsZero => both.for_each(|(pixel, out)| out[0] = 255.0 - pixel[0]),
            Self::Rgb | Self::YCbCr(_) => both.for_each(|(pixel, out)| out[..3].copy_from_slice(&pixel[..3])),
            Self::Cmyk => both.for_each(|(pixel, out)| out.copy_from_slice(&pixel[..4])),
            Self::Palette(map) => both.for_each(|(pixel, out)| out[..3].copy_from_slice(&lookup(map, pixel[0]))),
            Self::Lab(coding) => {
                both.for_each(|(pixel, out)| out.copy_from_slice(&coding.decode([pixel[0], pixel[1], pixel[2]])));
            }
        }
        let (Some((index, kind)), Model::GreyAlpha | Model::RgbAlpha) = (alpha, model) else { return };
        let (range, kind) = match self {
            // Alpha is scaled like an index, and never premultiplied.
            #[expect(clippy::cast_precision_loss, reason = "16 bits")]
            Self::Palette(map) => (255.0 / (map.len() - 1) as f32, Alpha::Straight),
            _ => (1.0, kind),
        };
        for (pixel, out) in pixels().zip(to.chunks_exact_mut(channels)) {
            let opaque = pixel[index] * range;
            let (last, colors) = out.split_last_mut().expect("a pixel has channels");
            *last = opaque;
            if kind == Alpha::Associated {
                let scale = if opaque > 0.0 { 255.0 / opaque } else { 0.0 };
                colors.iter_mut().for_each(|color| *color *= scale);
            }
        }
    }

    /// Converts as [`Self::convert`] does, from box means of L*a*b* that is still coded.
    pub(super) fn convert_coded(&self, grid: &mut WorkingGrid) {
        if let (Self::Lab(coding), [l, a, b]) = (self, &mut grid.planes[..]) {
            let samples = l.plane.samples.iter_mut().zip(&mut a.plane.samples).zip(&mut b.plane.samples);
            for ((l, a), b) in samples {
                [*l, *a, *b] = srgb_of_lab(coding.decode([*l, *a, *b]));
            }
        }
    }

    /// Converts box means of colours without a model to red, green and blue.
    pub(super) fn convert(&self, grid: &mut WorkingGrid) {
        let convert: &dyn Fn([f32; 3]) -> [f32; 3] = match self {
            Self::YCbCr(coding) => &|color| coding.to_rgb(color),
            Self::Lab(_) => &srgb_of_lab,
            _ => return,
        };
        let [first, second, third] = &mut grid.planes[..] else { return };
        let samples = first.plane.samples.iter_mut().zip(&mut second.plane.samples).zip(&mut third.plane.samples);
        for ((first, second), third) in samples {
            [*first, *second, *third] = convert([*first, *second, *third]);
        }
    }
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "indices are whole and not negative")]
fn lookup(map: &[[f32; 3]], index: f32) -> [f32; 3] {
    map.get(index as usize).copied().unwrap_or_default()
}

impl YCbCr {
    /// Stretches codes of luma or of a chroma to the full range of JFIF. Their present range is that of the reference
    /// values.
    pub(super) fn widen(&self, channel: usize, codes: &mut [f32]) {
        let (black, white) = (self.reference[2 * channel.min(2)], self.reference[2 * channel.min(2) + 1]);
        let (zero, range) = if channel == 0 { (0.0, 255.0) } else { (128.0, 127.0) };
        if (black, white) != (zero, 255.0) {
            codes.iter_mut().for_each(|code| *code = zero + (*code - black) * range / (white - black));
        }
    }

    /// Converts codes to red, green and blue (TIFF 6.0, sections 20 and 21).
    fn to_rgb(self, codes: [f32; 3]) -> [f32; 3] {
        let full = |i: usize, range: f32| {
            let (black, white) = (self.reference[2 * i], self.reference[2 * i + 1]);
            (codes[i] - black) * range / (white - black)
        };
        let (y, cb, cr) = (full(0, 255.0), full(1, 127.0), full(2, 127.0));
        let [red, green, blue] = self.coefficients;
        let (r, b) = (cr * (2.0 - 2.0 * red) + y, cb * (2.0 - 2.0 * blue) + y);
        [r, (y - blue * b - red * r) / green, b]
    }
}

impl Lab {
    /// Decodes L* from 0 to 100, a* and b*.
    fn decode(self, codes: [f32; 3]) -> [f32; 3] {
        let [l, a, b] = codes;
        match self {
            Self::Cie { bits } => {
                let steps = if bits == 8 { 255.0 } else { 65535.0 };
                let signed = |code: f32| {
                    let code = code * (steps / 255.0);
                    let value = if code > steps / 2.0 { code - (steps + 1.0) } else { code };
                    value * (256.0 / (steps + 1.0))
                };
                [l * (100.0 / 255.0), signed(a), signed(b)]
            }
            Self::Icc { bits: 8 } => [l * (100.0 / 255.0), a - 128.0, b - 128.0],
            // 0xff00 is 100, 0x8000 is 0 (TIFF 6.0 supplement 1; ICC.1:2001-04, annex A.3).
            Self::Icc { .. } => {
                [l * (257.0 * 100.0 / 65280.0), a * (257.0 / 256.0) - 128.0, b * (257.0 / 256.0) - 128.0]
            }
        }
    }
}

pub(super) fn read_photometric(
    reader: &mut Reader<'_>,
    page: &Directory,
    kind: SampleKind,
    samples: usize,
    compression: Compression,
) -> Result<Photometric, DecodeError> {
    let told = page.number(reader, tag::PHOTOMETRIC);
    let guess = match (samples, compression) {
        (_, Compression::Fax(_)) => 0,
        (3, Compression::OldJpeg) => 6,
        (3.., _) => 2,
        _ => 1,
    };
    let is_lab = |bits: usize| matches!(bits, 8 | 16) && kind.numbers != Numbers::Float;
    let photometric = match told.unwrap_or(guess) {
        0 => Photometric::WhiteIsZero,
        // A transparency mask is best shown unchanged.
        1 | 4 => Photometric::BlackIsZero,
        2 => Photometric::Rgb,
        // WebP is decoded to red, green and blue.
        6 if compression == Compression::WebP => Photometric::Rgb,
        3 if kind.bits <= 16 && kind.numbers == Numbers::Unsigned => {
            Photometric::Palette(read_palette(reader, page, kind)?)
        }
        5 if page.number(reader, tag::INK_SET).unwrap_or(1) == 1 => Photometric::Cmyk,
        5 => return Err(unsupported("inks other than CMYK".to_string())),
        6 => Photometric::YCbCr(read_ycbcr(reader, page)?),
        8 if is_lab(kind.bits) => Photometric::Lab(Lab::Cie { bits: kind.bits }),
        9 if is_lab(kind.bits) => Photometric::Lab(Lab::Icc { bits: kind.bits }),
        32803 => return Err(unsupported("raw sensor data".to_string())),
        LOG_L | LOG_LUV => return Err(unsupported("LogLuv without its own compression".to_string())),
        other => return Err(unsupported(format!("photometric interpretation {other}"))),
    };
    if samples < photometric.colors() {
        return Err(damaged(format!("{samples} samples where its colours need {}", photometric.colors())));
    }
    Ok(photometric)
}

fn read_palette(reader: &mut Reader<'_>, page: &Directory, kind: SampleKind) -> Result<Vec<[f32; 3]>, DecodeError> {
    let entries = 1 << kind.bits;
    let map = page.numbers(reader, tag::COLOR_MAP, 3 * entries);
    if map.len() < 3 * entries {
        return Err(damaged("the palette is missing or too short"));
    }
    // Some writers use 8 bits instead of 16.
    let peak = if map.iter().all(|value| *value < 256) { 255.0 } else { 65535.0 };
    #[expect(clippy::cast_precision_loss, reason = "16 bits")]
    let color = |i: usize| [0, 1, 2].map(|channel| map[channel * entries + i] as f32 * (255.0 / peak));
    Ok((0..entries).map(color).collect())
}

fn read_ycbcr(reader: &mut Reader<'_>, page: &Directory) -> Result<YCbCr, DecodeError> {
    let factors = page.numbers(reader, tag::SUBSAMPLING, 2);
    let (h, v) = match factors[..] {
        [h @ (1 | 2 | 4), v @ (1 | 2 | 4)] => (h, v),
        [] => (2, 2),
        _ => return Err(damaged("impossible chroma subsampling")),
    };
    let usable = |values: &Vec<f32>| values.iter().all(|value| value.is_finite());
    let coefficients = page.fractions(reader, tag::COEFFICIENTS, 3);
    let coefficients = <[f32; 3]>::try_from(coefficients).ok().filter(|c| c.iter().all(|c| *c > 0.0 && *c < 1.0));
    let reference = Some(page.fractions(reader, tag::REFERENCE_BLACK_WHITE, 6)).filter(usable);
    let reference = reference.and_then(|reference| <[f32; 6]>::try_from(reference).ok());
    let reference = reference.filter(|r| r.chunks(2).all(|pair| pair[1] - pair[0] >= 1.0));
    Ok(YCbCr {
        subsampling: (usize::try_from(h).unwrap_or(1), usize::try_from(v).unwrap_or(1)),
        coefficients: coefficients.unwrap_or([0.299, 0.587, 0.114]),
        reference: reference.unwrap_or([0.0, 255.0, 128.0, 255.0, 128.0, 255.0]),
    })
}

/// Returns index and kind of the alpha sample: the first extra one declared as alpha. An undeclared sample beyond the
/// colours is alpha too, as in Pillow and libtiff. A sample declared as unspecified is not.
pub(super) fn read_alpha(
    reader: &mut Reader<'_>,
    page: &Directory,
    photometric: &Photometric,
    samples: usize,
) -> Option<(usize, Alpha)> {
    let colors = photometric.colors();
    let may_have_alpha = matches!(
        photometric,
        Photometric::BlackIsZero | Photometric::WhiteIsZero | Photometric::Rgb | Photometric::Palette(_)
    );
    if samples <= colors || !may_have_alpha {
        return None;
    }
    let extra = page.numbers(reader, tag::EXTRA_SAMPLES, samples - colors);
    if extra.is_empty() {
        return (samples == colors + 1).then_some((colors, Alpha::Straight));
    }
    extra.iter().enumerate().find_map(|(i, kind)| match kind {
        1 => Some((colors + i, Alpha::Associated)),
        // Corel Draw 10 writes 999.
        2 | 999 => Some((colors + i, Alpha::Straight)),
        _ => None,
    })
}
