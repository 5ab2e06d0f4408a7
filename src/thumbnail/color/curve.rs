//! Tone curves: a channel's sample from 0 to 1 → its light, and sRGB's own curve both ways.

use std::fmt;

use moxcms::{ToneCurveEvaluator, ToneReprCurve, TransferCharacteristics};

/// A tone curve: samples from 0 to 1 in, light from 0 to 1 out, whatever the curve's own parameters are.
pub(super) struct Curve(Box<dyn ToneCurveEvaluator + Send + Sync>);

impl Curve {
    /// The curve of an ICC profile; none where its parameters define none.
    pub(super) fn of_icc(curve: &ToneReprCurve) -> Option<Self> {
        curve.make_linear_evaluator().ok().map(Self)
    }

    /// The curve of transfer characteristics (ITU-T H.273, table 3).
    pub(super) fn of_transfer(transfer: TransferCharacteristics) -> Option<Self> {
        ToneReprCurve::make_cicp_linear_evaluator(transfer).ok().map(Self)
    }

    /// Light is the sample to the power of `exponent`.
    pub(super) fn of_power(exponent: f32) -> Option<Self> {
        Self::of_icc(&ToneReprCurve::Parametric(vec![exponent]))
    }

    pub(super) fn apply(&self, sample: f32) -> f32 {
        let light = self.0.evaluate_value(sample.clamp(0.0, 1.0));
        // A curve of absurd parameters may have no value here.
        if light.is_nan() { 0.0 } else { light.clamp(0.0, 1.0) }
    }

    /// Whether it differs from sRGB's by less than half a step of 8 bits, seen through sRGB's.
    pub(super) fn is_srgb(&self) -> bool {
        (0_u8..=255).map(|step| f32::from(step) / 255.0).all(|x| (encode(self.apply(x)) - x).abs() < 0.5 / 255.0)
    }
}

impl fmt::Debug for Curve {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries([0.0, 0.25, 0.5, 0.75, 1.0].map(|x| self.apply(x))).finish()
    }
}

/// The light of an sRGB sample (IEC 61966-2-1, 5.2), both from 0 to 1.
pub(super) fn decode(sample: f32) -> f32 {
    if sample <= 0.040_45 { sample / 12.92 } else { ((sample + 0.055) / 1.055).powf(2.4) }
}

/// The sRGB sample of a light (IEC 61966-2-1, 5.3), both from 0 to 1. Light above 1 goes on along the curve.
pub(super) fn encode(light: f32) -> f32 {
    if light <= 0.003_130_8 { light * 12.92 } else { 1.055 * light.powf(1.0 / 2.4) - 0.055 }
}
