//! Chooses the scale of each component of a JPEG: the coarsest one whose predicted error is small enough.
//!
//! The fixed margins suit any image; most need less. A few pieces of the file give the mean power of each frequency.
//! From it `transfer` predicts the error of a scale before decoding. Measured on 30 photographs at 50 to 2048 px, where
//! luma comes out at 44 to 58 dB: the prediction is 1.5 dB too low on average, with a deviation of 1.5 dB; from the
//! whole image instead of a sample it is 0.9 too low, with a deviation of 1.1. Patterns that are locked to the blocks,
//! such as lines every 40 px, come out up to 10 dB worse than predicted.

mod transfer;

use super::margins::{choose_scale, finest_scale};
use crate::formats::codec::Need;
use crate::geometry::Size;
use crate::jpeg::{self, ColorModel, Process, Scale, Spectrum};
use crate::pixels::blur::missing_variance;
use crate::pixels::booked_variance;
use transfer::{Axis, Chain, error_of};

/// The mean squared error of red, green and blue that a scale may add: 60 dB. It adds to rounding and to another
/// decoder's clamping, which differ by 56 dB on average on photographs.
const ERROR: f64 = 0.06;

/// The same in a progressive file, 66 dB: there finer scales cost less beside the rest.
const PROGRESSIVE_ERROR: f64 = 0.015;

/// The same where luma is decoded at 1/8, which takes half the time of 2/8: 51 dB; in a progressive file 57 dB.
const ERROR_AT_EIGHTH: f64 = 0.52;
const PROGRESSIVE_ERROR_AT_EIGHTH: f64 = 0.13;

/// The share of the error for luma, or for the first component. The others share the rest.
const FIRST_SHARE: f64 = 0.75;

/// Least samples of a grid per px of the thumbnail, on both axes. The prediction does not measure sharpness.
const LEAST_MARGIN: f64 = 0.95;

/// The same for chroma, of which the eye resolves half as much.
const LEAST_CHROMA_MARGIN: f64 = 0.45;

/// Returns the coarsest scales that serve all targets. They are never finer than [`finest_scale`], which memory
/// estimates use. Without data on the image's detail, they are those of the fixed margins.
pub(super) fn choose_scales(bytes: &[u8], header: &jpeg::Header, targets: &[Need]) -> [Scale; 4] {
    let mut scales = [Scale::Full; 4];
    let sizes: Vec<Size> = targets.iter().map(|target| target.size).collect();
    let components = 0..header.components.len();
    for index in components.clone() {
        scales[index] = choose_scale(header, index, &sizes);
    }
    let finest = std::array::from_fn(|index| match index < header.components.len() {
        true => finest_scale(header, index, &sizes),
        false => Scale::Full,
    });
    let is_coarsest = finest[components].iter().all(|scale| *scale == Scale::Eighth);
    if !is_coarsest
        && let Some(shares) = shares_of(header.color)
        && let Some(spectra) = jpeg::sample_spectra(bytes, header)
    {
        scales = coarsen(finest, header, &spectra, shares, targets);
    }
    scales
}

/// Returns the shares of a component's mean squared error in that of red, green and blue.
const fn shares_of(color: ColorModel) -> Option<&'static [f64]> {
    match color {
        ColorModel::Grey => Some(&[1.0]),
        // Means of the squared coefficients of the conversion (JFIF 1.02).
        ColorModel::YCbCr => Some(&[1.0, 1.086, 0.825]),
        ColorModel::Rgb => Some(&[1.0 / 3.0; 3]),
        _ => None,
    }
}

fn coarsen(
    mut scales: [Scale; 4],
    header: &jpeg::Header,
    spectra: &[Spectrum],
    shares: &[f64],
    targets: &[Need],
) -> [Scale; 4] {
    let budget = |scale| budget(scale, header.process);
    let mut left: Vec<f64> = Vec::new();
    for (index, (spectrum, share)) in spectra.iter().zip(shares).enumerate() {
        let plane = Component { header, index, spectrum, share: *share };
        let limit = |scale, target: usize| match index {
            0 => budget(scale) * FIRST_SHARE,
            _ => left[target] / 2.0,
        };
        let (scale, errors) = plane.coarsest(scales[index], targets, limit);
        scales[index] = scale;
        if index == 0 {
            let all = budget(scale);
            left = errors.iter().map(|error| (all - error).max(all * (1.0 - FIRST_SHARE))).collect();
        }
    }
    scales
}

const fn budget(scale: Scale, process: Process) -> f64 {
    match (scale, process) {
        (Scale::Eighth, Process::Progressive) => PROGRESSIVE_ERROR_AT_EIGHTH,
        (Scale::Eighth, _) => ERROR_AT_EIGHTH,
        (_, Process::Progressive) => PROGRESSIVE_ERROR,
        _ => ERROR,
    }
}

/// One component of an image.
struct Component<'a> {
    header: &'a jpeg::Header,
    index: usize,
    spectrum: &'a Spectrum,
    share: f64,
}

impl Component<'_> {
    /// Returns the coarsest scale, from `finest` on, whose error is within the limit for each target, and its errors.
    fn coarsest(&self, finest: Scale, targets: &[Need], limit: impl Fn(Scale, usize) -> f64) -> (Scale, Vec<f64>) {
        let coarser = Scale::ALL.into_iter().take_while(|scale| *scale > finest);
        for scale in coarser.filter(|scale| targets.iter().all(|target| self.has_margin(*scale, target))) {
            let mut errors = Vec::with_capacity(targets.len());
            for (number, target) in targets.iter().enumerate() {
                let error = self.error(scale, target);
                if error > limit(scale, number) {
                    break;
                }
                errors.push(error);
            }
            if errors.len() == targets.len() {
                return (scale, errors);
            }
        }
        (finest, targets.iter().map(|target| self.error(finest, target)).collect())
    }

    fn size_for(&self, target: &Need) -> Size {
        if self.is_chroma() { target.chroma } else { target.size }
    }

    fn is_chroma(&self) -> bool {
        self.index > 0 && self.header.color == ColorModel::YCbCr
    }

    fn has_margin(&self, scale: Scale, target: &Need) -> bool {
        let least = if self.is_chroma() { LEAST_CHROMA_MARGIN } else { LEAST_MARGIN };
        let (width, height) = self.header.component_size(self.index);
        scale.reduce(width) >= least * f64::from(target.size.width)
            && scale.reduce(height) >= least * f64::from(target.size.height)
    }

    /// Predicts the mean squared error that a scale adds to a thumbnail's red, green and blue.
    fn error(&self, scale: Scale, target: &Need) -> f64 {
        if scale == Scale::Full {
            return 0.0;
        }
        let component = self.header.components[self.index];
        let (h_max, v_max) = self.header.sampling_max();
        let (width, height) = self.header.component_size(self.index);
        let size = self.size_for(target);
        let axis = |length: f64, size: u32, ratio: f64| {
            let chain = |scale: Scale| {
                let pitch = scale.ratio();
                let variance = missing_variance(target.sigma, ratio * pitch, booked_variance(pitch, ratio));
                Chain { scale, stretch: length / f64::from(size), variance }
            };
            Axis::new(&chain(Scale::Full), &chain(scale))
        };
        let across = axis(width, size.width, f64::from(h_max) / f64::from(component.h));
        let down = axis(height, size.height, f64::from(v_max) / f64::from(component.v));
        error_of(&self.spectrum.power, &across, &down) * self.share
    }
}

#[cfg(test)]
mod tests;
