//! Evaluates tone curves from samples to light, and sRGB's own curve both ways.

use std::fmt;
use std::sync::Arc;

use moxcms::{ToneCurveEvaluator, ToneReprCurve, TransferCharacteristics};

use super::lane::Lane;
use super::lines::{Lines, STRETCHES, within};

/// A tone curve from samples of 0 to 1 to light of 0 to 1, whatever the curve's own parameters are.
#[derive(Clone)]
pub(super) struct Curve {
    exact: Arc<dyn ToneCurveEvaluator + Send + Sync>,
    lines: Option<Arc<Lines>>,
}

/// Largest deviation of a table from its curve: through sRGB's curve, 1/30 of a step of 8 bits where that is steepest.
const MAX_STRAY: f32 = 1e-5;

impl Curve {
    /// Returns the curve of an ICC profile. `None` if its parameters define none.
    pub(super) fn of_icc(curve: &ToneReprCurve) -> Option<Self> {
        curve.make_linear_evaluator().ok().map(Self::new)
    }

    /// Returns the curve of transfer characteristics (ITU-T H.273, table 3).
    pub(super) fn of_transfer(transfer: TransferCharacteristics) -> Option<Self> {
        ToneReprCurve::make_cicp_linear_evaluator(transfer).ok().map(Self::new)
    }

    /// Returns the curve whose light is the sample to the power of `exponent`.
    pub(super) fn of_power(exponent: f32) -> Option<Self> {
        Self::of_icc(&ToneReprCurve::Parametric(vec![exponent]))
    }

    fn new(exact: Box<dyn ToneCurveEvaluator + Send + Sync>) -> Self {
        Self { exact: Arc::from(exact), lines: None }
    }

    /// Returns the same curve with a table for reading light, if one is accurate. A curve of infinite slope at 0, such
    /// as a root, stays as it is.
    pub(super) fn tabulated(self) -> Self {
        let lines = Lines::of(|sample| self.exact(sample));
        // Steep stretches are the first ones, if any.
        let is_near = |stretch: usize| {
            let middle = (stretch as f32 + 0.5) / STRETCHES as f32;
            (self.exact(middle) - lines.at(middle)).abs() < MAX_STRAY
        };
        let is_good = (0..16).chain((16..STRETCHES).step_by(16)).all(is_near);
        Self { lines: is_good.then(|| Arc::new(lines)), exact: self.exact }
    }

    /// Returns three curves with tables; curves that are the same share one.
    pub(super) fn tabulated_each(curves: [Self; 3]) -> [Self; 3] {
        let [red, green, blue] = curves;
        let is_red = |curve: &Self| Arc::ptr_eq(&curve.exact, &red.exact);
        let (green_is_red, blue_is_red) = (is_red(&green), is_red(&blue));
        let red = red.tabulated();
        let other = |curve: Self, is_red: bool| if is_red { red.clone() } else { curve.tabulated() };
        [red.clone(), other(green, green_is_red), other(blue, blue_is_red)]
    }

    /// Returns the light of a sample, from the table if there is one.
    pub(super) fn apply(&self, sample: f32) -> f32 {
        self.lines.as_deref().map_or_else(|| self.exact(sample), |lines| lines.at(sample))
    }

    /// Turns samples into light.
    #[inline(always)]
    pub(super) fn apply_each(&self, lane: &mut Lane) {
        match self.lines.as_deref() {
            Some(lines) => lines.at_each(lane),
            None => lane.iter_mut().for_each(|sample| *sample = self.exact(*sample)),
        }
    }

    /// Evaluates the curve itself: the slow way.
    pub(super) fn exact(&self, sample: f32) -> f32 {
        let light = self.exact.evaluate_value(sample.clamp(0.0, 1.0));
        // A curve of absurd parameters may have no value here.
        if light.is_nan() { 0.0 } else { light.clamp(0.0, 1.0) }
    }
}

impl fmt::Debug for Curve {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries([0.0, 0.25, 0.5, 0.75, 1.0].map(|x| self.exact(x))).finish()
    }
}

/// Returns the light of an sRGB sample (IEC 61966-2-1, 5.2), both from 0 to 1.
pub(super) fn decode(sample: f32) -> f32 {
    if sample <= 0.040_45 { sample / 12.92 } else { ((sample + 0.055) / 1.055).powf(2.4) }
}

/// Returns the sRGB sample of a light (IEC 61966-2-1, 5.3), both from 0 to 1: the slow way.
#[cfg(test)]
pub(super) fn encode(light: f32) -> f32 {
    if light <= LINEAR_END { light * 12.92 } else { 1.055 * light.powf(1.0 / 2.4) - 0.055 }
}

/// End of the line at the start of sRGB's curve.
const LINEAR_END: f32 = 0.003_130_8;

/// Returns 255 times the sRGB sample of a light, to 1/400. The light is clipped to 0 and 1. It is made for vectors: two
/// square roots, and a polynomial through Chebyshev's nodes of 1.055 x^(5/3) − 0.055 in the fourth root x.
#[inline(always)]
pub(super) fn code(light: f32) -> f32 {
    let light = within(light);
    let root = light.sqrt().sqrt();
    let curved = ((((-16.003_543 * root + 69.551_82) * root - 142.176_7) * root + 317.274_57) * root + 42.068_37)
        * root
        - 15.715_575;
    if light <= LINEAR_END { light * (12.92 * 255.0) } else { curved }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Returns the steps of 8 bits between two lights, seen through sRGB's curve.
    fn steps(one: f32, other: f32) -> f32 {
        255.0 * (encode(one) - encode(other)).abs()
    }

    #[test]
    fn coding_for_vectors_is_srgbs_curve() {
        for step in 0..=1_000_000 {
            let light = step as f32 / 1e6;
            assert!((code(light) - 255.0 * encode(light)).abs() < 0.005, "{light}");
        }
        assert_eq!([-1.0, f32::NAN, f32::NEG_INFINITY].map(code), [0.0; 3]);
        assert!([2.0, f32::INFINITY].map(code).iter().all(|white| (white - 255.0).abs() < 0.005));
    }

    #[test]
    fn a_table_is_its_curve_to_less_than_a_twentieth_of_a_step() {
        let sampled = |count: u16, exponent: f64| {
            let sample = |i: u16| (65_535.0 * (f64::from(i) / f64::from(count - 1)).powf(exponent)) as u16;
            ToneReprCurve::Lut((0..count).map(sample).collect())
        };
        let curves = [
            ToneReprCurve::Parametric(vec![1.0]),
            ToneReprCurve::Parametric(vec![1.8]),
            ToneReprCurve::Parametric(vec![563.0 / 256.0]),
            ToneReprCurve::Parametric(vec![2.4, 1.0 / 1.055, 0.055 / 1.055, 1.0 / 12.92, 0.04045]),
            sampled(4096, 2.2),
            sampled(1024, 1.8),
            sampled(256, 2.2),
        ];
        for curve in curves {
            let table = Curve::of_icc(&curve).unwrap().tabulated();
            assert!(table.lines.is_some());
            for step in 0..=100_000 {
                let sample = step as f32 / 1e5;
                let off = steps(table.apply(sample), table.exact(sample));
                assert!(off < 0.05, "{curve:?}: {off} at {sample}");
            }
        }
    }

    #[test]
    fn a_root_is_not_read_from_a_table() {
        let root = Curve::of_power(1.0 / 3.0).unwrap().tabulated();
        assert!(root.lines.is_none());
        assert_eq!(root.apply(0.0001), root.exact(0.0001));
    }
}
