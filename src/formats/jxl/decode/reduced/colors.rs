//! Converts the means of cells to the colours of the image.

use jxl_image::ImageHeader;
use pulp::{Arch, NullaryFnOnce};

/// Cells that are converted at a time.
const LANES: usize = 32;

/// A colour space that light is converted to. The white point is D65, and the transfer function is sRGB's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Primaries {
    Srgb,
    DisplayP3,
}

/// A conversion of the channels of a frame to RGB in steps of 1/255.
#[derive(Debug)]
pub(super) enum Conversion {
    Xyb(Xyb),
    YCbCr,
}

/// A conversion from XYB (ISO/IEC 18181-1, annex L).
#[derive(Debug, Clone, Copy)]
pub(super) struct Xyb {
    matrix: [[f32; 3]; 3],
    bias: [f32; 3],
    root: [f32; 3],
}

/// Display P3 from linear sRGB.
const TO_DISPLAY_P3: [[f32; 3]; 3] =
    [[0.822_461_97, 0.177_538_03, 0.0], [0.033_194_2, 0.966_805_8, 0.0], [0.017_082_63, 0.072_397_44, 0.910_519_93]];

impl Conversion {
    /// Returns the conversion of a frame in XYB.
    pub(super) fn of_xyb(image: &ImageHeader, primaries: Primaries) -> Self {
        let opsin = &image.metadata.opsin_inverse_matrix;
        let scale = 255.0 / image.metadata.tone_mapping.intensity_target;
        let linear = opsin.inv_mat.map(|row| row.map(|value| value * scale));
        let matrix = match primaries {
            Primaries::Srgb => linear,
            Primaries::DisplayP3 => TO_DISPLAY_P3
                .map(|row| std::array::from_fn(|cone| (0..3).map(|light| row[light] * linear[light][cone]).sum())),
        };
        Self::Xyb(Xyb { matrix, bias: opsin.opsin_bias, root: opsin.opsin_bias.map(f32::cbrt) })
    }

    /// Converts a row, and appends its colours.
    pub(super) fn convert(&self, channels: [&[f32]; 3], out: &mut Vec<[f32; 3]>) {
        match self {
            Self::Xyb(xyb) => Arch::new().dispatch(Converting { xyb: *xyb, channels, out }),
            Self::YCbCr => {
                let [cb, y, cr] = channels;
                out.extend(cb.iter().zip(y).zip(cr).map(|((cb, y), cr)| from_ycbcr(*cb, *y, *cr)));
            }
        }
    }
}

/// The conversion of a row, compiled for the processor's vectors.
struct Converting<'a> {
    xyb: Xyb,
    channels: [&'a [f32]; 3],
    out: &'a mut Vec<[f32; 3]>,
}

impl NullaryFnOnce for Converting<'_> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        let Self { xyb, channels: [x, y, b], out } = self;
        let mut planes = [[0.0; LANES]; 3];
        for ((x, y), b) in x.chunks(LANES).zip(y.chunks(LANES)).zip(b.chunks(LANES)) {
            for (plane, part) in planes.iter_mut().zip([x, y, b]) {
                plane[..part.len()].copy_from_slice(part);
            }
            xyb.convert(&mut planes);
            let [red, green, blue] = &planes;
            out.extend(red.iter().zip(green).zip(blue).take(x.len()).map(|((red, green), blue)| [*red, *green, *blue]));
        }
    }
}

impl Xyb {
    #[inline(always)]
    fn convert(&self, planes: &mut [[f32; LANES]; 3]) {
        for lane in 0..LANES {
            let [x, y, b] = [planes[0][lane], planes[1][lane], planes[2][lane]];
            let cones = [y + x, y - x, b];
            let mut light = [0.0; 3];
            for cone in 0..3 {
                let root = cones[cone] - self.root[cone];
                light[cone] = root * root * root + self.bias[cone];
            }
            for (plane, row) in planes.iter_mut().zip(&self.matrix) {
                plane[lane] = encode(row[0] * light[0] + row[1] * light[1] + row[2] * light[2]);
            }
        }
    }
}

/// The polynomial, in the fourth root of light, that the power of sRGB is approximated by. Its error is 0.002.
const POWER: [f32; 6] = [-15.678_251, 41.691_351, 318.693_89, -144.683_87, 71.647_62, -16.672_062];

/// Returns the value of sRGB for linear light, in steps of 1/255.
#[inline(always)]
fn encode(light: f32) -> f32 {
    let light = light.clamp(0.0, 1.0);
    let root = light.sqrt().sqrt();
    let [a, b, c, d, e, f] = POWER;
    let power = a + root * (b + root * (c + root * (d + root * (e + root * f))));
    if light <= 0.003_130_8 { 12.92 * 255.0 * light } else { power }
}

/// Converts a colour of JFIF, whose channels are 0 for grey of 128.
fn from_ycbcr(cb: f32, y: f32, cr: f32) -> [f32; 3] {
    let y = y + 128.0 / 255.0;
    let green = y - 0.114 * 1.772 / 0.587 * cb - 0.299 * 1.402 / 0.587 * cr;
    [y + 1.402 * cr, green, y + 1.772 * cb].map(|value| (value * 255.0).clamp(0.0, 255.0))
}
