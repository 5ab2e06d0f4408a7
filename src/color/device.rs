//! Converts a pixel's samples to a straight device colour from 0 to 1, and alpha.
//!
//! A device colour is grey three times, red, green and blue, or inks with 1 for full ink.

use crate::pixels::{Matrix, Model};

/// Lowest alpha at which a colour is kept: below half a step of 8 bits nothing of it is left.
const LEAST_ALPHA: f32 = 0.5 / 255.0;

/// Returns the colour and alpha of a pixel whose sample in plane `i` is `at(i)`. Ringing beyond 0 and 1 is kept.
pub(super) fn device_of(model: Model, at: impl Fn(usize) -> f32) -> ([f32; 4], f32) {
    let at = |plane| at(plane) * (1.0 / 255.0);
    let three = || [at(0), at(1), at(2)];
    let opaque = |[red, green, blue]: [f32; 3]| ([red, green, blue, 0.0], 1.0);
    let inks = |[cyan, magenta, yellow]: [f32; 3], black| ([cyan, magenta, yellow, black], 1.0);
    let bare = |sample: f32| 1.0 - sample;
    match model {
        Model::Grey => opaque([at(0); 3]),
        Model::Rgb => opaque(three()),
        Model::YCbCr(matrix) => opaque(rgb_of_ycbcr(three(), matrix)),
        Model::GreyAlpha => straight([at(0); 3], at(1)),
        Model::RgbAlpha => straight(three(), at(3)),
        Model::Cmyk => inks(three(), at(3)),
        Model::CmykInverted => inks(three().map(bare), bare(at(3))),
        // YCCK codes the complement of its inks as if it were red, green and blue.
        Model::Ycck => inks(rgb_of_ycbcr(three(), Matrix::Bt601).map(bare), at(3)),
        Model::YcckInverted => inks(rgb_of_ycbcr(three(), Matrix::Bt601), bare(at(3))),
    }
}

fn straight(color: [f32; 3], alpha: f32) -> ([f32; 4], f32) {
    let alpha = alpha.clamp(0.0, 1.0);
    let scale = if alpha < LEAST_ALPHA { 0.0 } else { 1.0 / alpha };
    let [red, green, blue] = color.map(|channel| channel * scale);
    ([red, green, blue, 0.0], alpha)
}

/// Returns red, green and blue of full-range YCbCr. All are from 0 to 1 (JFIF 1.02, page 3; ITU-T H.273, equations 38
/// to 43).
pub(super) fn rgb_of_ycbcr([y, cb, cr]: [f32; 3], matrix: Matrix) -> [f32; 3] {
    let (red, blue) = matrix.weights();
    let middle = 128.0 / 255.0;
    let (cb, cr) = (2.0 * (1.0 - blue) * (cb - middle), 2.0 * (1.0 - red) * (cr - middle));
    [y + cr, y - (blue * cb + red * cr) / (1.0 - red - blue), y + cb]
}
