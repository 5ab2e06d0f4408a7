//! Converts the colours of a few pixels side by side, in one array per channel.
//!
//! The compiler makes vectors of these arrays. `device` and [`Space::to_light`] do the same pixel by pixel, and are the
//! reference of the tests.

use super::curve;
use super::lane::{Lane, PIXELS};
use super::samples::round;
use super::space::Space;
use crate::pixels::{Matrix, Model};

/// Lowest alpha at which a colour is kept: below half a step of 8 bits nothing of it is left.
const LEAST_ALPHA: f32 = 0.5;

/// White, and full opacity.
const FULL: f32 = 255.0;

/// The channels of up to [`PIXELS`] pixels; the rest has no meaning.
#[derive(Debug)]
pub(super) struct Chunk {
    pub(super) colors: [Lane; 4],
    /// From 0 to 255, without meaning if the model has none.
    pub(super) alpha: Lane,
}

impl Chunk {
    /// Loads `count` pixels from place `at` of the planes on: grey three times, red, green and blue, or coded inks.
    /// Premultiplied channels stay so.
    #[inline(always)]
    pub(super) fn load(model: Model, planes: &[&[f32]], at: usize, count: usize) -> Self {
        let mut lanes = [[0.0; PIXELS]; 4];
        for (lane, plane) in lanes.iter_mut().zip(planes) {
            lane[..count].copy_from_slice(&plane[at..at + count]);
        }
        let alpha = lanes[if model == Model::GreyAlpha { 1 } else { 3 }];
        match model {
            Model::Grey | Model::GreyAlpha => lanes = [lanes[0]; 4],
            Model::YCbCr(matrix) => make_rgb(&mut lanes, matrix),
            Model::Ycck | Model::YcckInverted => make_rgb(&mut lanes, Matrix::Bt601),
            Model::Rgb | Model::RgbAlpha | Model::Cmyk | Model::CmykInverted => {}
        }
        Self { colors: lanes, alpha }
    }

    /// Returns the channels of pixels of three planes.
    #[inline(always)]
    pub(super) fn of_planes(model: Model, [first, second, third]: [Lane; 3]) -> Self {
        let mut colors = [first, second, third, [0.0; PIXELS]];
        if let Model::YCbCr(matrix) = model {
            make_rgb(&mut colors, matrix);
        }
        Self { colors, alpha: [0.0; PIXELS] }
    }

    /// Turns coded samples of `space` into samples of sRGB, premultiplied again.
    #[inline(always)]
    pub(super) fn convert(&mut self, model: Model, space: &Space) {
        self.make_straight(model);
        space.light_each(&mut self.colors);
        self.code(model);
    }

    /// Turns light of sRGB's primaries into samples of sRGB.
    #[inline(always)]
    pub(super) fn convert_light(&mut self, model: Model) {
        self.make_straight(model);
        self.code(model);
    }

    /// Brings colours to 0 and 1, alpha divided out, 1 being full ink.
    #[inline(always)]
    fn make_straight(&mut self, model: Model) {
        let bare = match model {
            Model::CmykInverted => [true; 4],
            // YCCK codes the complement of its inks as if it were red, green and blue.
            Model::Ycck => [true, true, true, false],
            Model::YcckInverted => [false, false, false, true],
            _ => [false; 4],
        };
        for (lane, bare) in self.colors.iter_mut().zip(bare) {
            let (from, sign) = if bare { (1.0, -1.0 / FULL) } else { (0.0, 1.0 / FULL) };
            lane.iter_mut().for_each(|sample| *sample = from + sign * *sample);
        }
        if model.has_alpha() {
            for i in 0..PIXELS {
                let alpha = self.alpha[i].clamp(0.0, FULL);
                let scale = if alpha < LEAST_ALPHA { 0.0 } else { FULL / alpha };
                self.colors[..3].iter_mut().for_each(|lane| lane[i] *= scale);
            }
        }
    }

    #[inline(always)]
    fn code(&mut self, model: Model) {
        for lane in &mut self.colors[..3] {
            lane.iter_mut().for_each(|light| *light = curve::code(*light));
            if model.has_alpha() {
                lane.iter_mut().zip(&self.alpha).for_each(|(sample, alpha)| *sample *= alpha.clamp(0.0, FULL) / FULL);
            }
        }
    }

    /// Divides alpha out.
    #[inline(always)]
    pub(super) fn divide_out(&mut self) {
        for lane in &mut self.colors[..3] {
            for (sample, alpha) in lane.iter_mut().zip(&self.alpha) {
                *sample *= if *alpha < LEAST_ALPHA { 0.0 } else { FULL / alpha.min(FULL) };
            }
        }
    }

    /// Lays the colours on a background.
    #[inline(always)]
    pub(super) fn lay_on(&mut self, background: [f32; 3]) {
        for (lane, behind) in self.colors.iter_mut().zip(background) {
            for (sample, alpha) in lane.iter_mut().zip(&self.alpha) {
                *sample += behind * (1.0 - alpha.clamp(0.0, FULL) / FULL);
            }
        }
    }

    /// Turns red, green and blue into luma and chroma (JFIF 1.02, page 3).
    #[inline(always)]
    pub(super) fn make_ycbcr(&mut self) {
        let [red, green, blue, _] = &mut self.colors;
        for ((red, green), blue) in red.iter_mut().zip(green).zip(blue) {
            let [r, g, b] = [*red, *green, *blue].map(|sample| sample.clamp(0.0, FULL));
            *red = 0.299 * r + 0.587 * g + 0.114 * b;
            *green = (b - *red) * (0.5 / (1.0 - 0.114)) + 128.0;
            *blue = (r - *red) * (0.5 / (1.0 - 0.299)) + 128.0;
        }
    }

    /// Returns the channels in turn, pixel by pixel, rounded and clamped.
    #[inline(always)]
    pub(super) fn interleaved<const N: usize>(&self, channels: [&Lane; N]) -> [[u8; N]; PIXELS] {
        let mut bytes = [[0; N]; PIXELS];
        for (channel, lane) in channels.into_iter().enumerate() {
            let rounded = lane.map(round);
            bytes.iter_mut().zip(rounded).for_each(|(pixel, sample)| pixel[channel] = sample);
        }
        bytes
    }
}

/// Turns full-range YCbCr into red, green and blue (ITU-T H.273, equations 38 to 43).
#[inline(always)]
fn make_rgb(lanes: &mut [Lane; 4], matrix: Matrix) {
    let (red, blue) = matrix.weights();
    let (of_cb, of_cr) = (2.0 * (1.0 - blue), 2.0 * (1.0 - red));
    let (green_cb, green_cr) = (blue * of_cb / (1.0 - red - blue), red * of_cr / (1.0 - red - blue));
    let [first, second, third, _] = lanes;
    for ((first, second), third) in first.iter_mut().zip(second).zip(third) {
        let (y, cb, cr) = (*first, *second - 128.0, *third - 128.0);
        (*first, *second, *third) = (y + of_cr * cr, y - (green_cb * cb + green_cr * cr), y + of_cb * cb);
    }
}
