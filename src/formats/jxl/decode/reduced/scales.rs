//! Holds the factors of coefficients that a whole frame has.

use super::frame::Frame;
use super::lf::Lf;
use super::unfit::Unfit;

/// Factors of coefficients.
#[derive(Debug, Clone, Copy)]
pub(super) struct Scales {
    /// Of all, for a multiplier of 1.
    pub(super) quantizer: f32,
    pub(super) channels: [f32; 3],
    biases: [f32; 3],
    numerator: f32,
    /// Of luma in the other channels, before those of the tile, and the factor of those.
    pub(super) base: [f32; 2],
    pub(super) tile: f32,
}

impl Scales {
    pub(super) fn new(frame: &Frame<'_>, lf: &Lf) -> Result<Self, Unfit> {
        let vardct = lf.vardct()?;
        let opsin = &frame.image.metadata.opsin_inverse_matrix;
        let scale = |scale: u32| 0.8_f32.powi(scale as i32 - 2);
        let correlation = &vardct.lf_chan_corr;
        Ok(Self {
            quantizer: 65536.0 / vardct.quantizer.global_scale as f32,
            channels: [scale(frame.header.x_qm_scale), 1.0, scale(frame.header.b_qm_scale)],
            biases: opsin.quant_bias,
            numerator: opsin.quant_bias_numerator,
            base: [correlation.base_correlation_x, correlation.base_correlation_b],
            tile: 1.0 / correlation.colour_factor as f32,
        })
    }

    /// Returns the value of a quantized coefficient, before its factors.
    pub(super) fn unquantize(&self, channel: usize, value: i32) -> f32 {
        let real = value as f32;
        if (-1..=1).contains(&value) { real * self.biases[channel] } else { real - self.numerator / real }
    }
}
