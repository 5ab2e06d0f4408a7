//! Predicts the mean squared error of a thumbnail from a reduced grid, against one from all samples.
//!
//! Both chains are linear and separable. A wave along one axis keeps some amplitude at its own frequency in each, and
//! from the reduced grid also appears at its aliases. Neighbouring frequencies of an image have unrelated phases, so
//! the powers of the results add up.

use std::f64::consts::PI;
use std::sync::LazyLock;

use crate::jpeg::Scale;
use crate::options::Exactness;
use crate::pixels::blur::Kernel;

/// Waves that represent the band of a DCT frequency.
const WAVES: usize = 4;

/// Aliases to either side, in eighths of the sampling rate.
const ALIASES: i32 = 11;

/// Lowest frequency, in cycles per px of the thumbnail, that the resize removes entirely.
const CUT: f64 = 3.5;

/// The result of sampling a wave on a grid, at one of its frequencies.
#[derive(Clone, Copy, Debug)]
struct Image {
    /// In cycles per source sample.
    frequency: f64,
    /// The square of its amplitude, and the part that is in phase with the wave.
    power: f64,
    in_phase: f64,
    /// Whether the full grid, too, has the wave at this frequency.
    is_on_full_grid: bool,
}

/// The results for the waves of a band on a grid, each with its weight.
type Band = [(f64, Vec<Image>); WAVES];

/// Bands by scale, in the order of [`Scale::ALL`], and by DCT frequency.
static GRIDS: LazyLock<Vec<[Band; 8]>> = LazyLock::new(|| {
    let of_scale = |scale: Scale| std::array::from_fn(|frequency| band(frequency, scale));
    Scale::ALL.map(of_scale).into()
});

/// The filters from a component's samples to a thumbnail's along one axis.
#[derive(Clone, Copy, Debug)]
pub(super) struct Chain {
    /// The grid's scale.
    pub(super) scale: Scale,
    /// Source samples per px of the thumbnail.
    pub(super) stretch: f64,
    /// The remaining blur on the grid, in its samples².
    pub(super) variance: f64,
}

/// The results for a wave of power 1 along one axis, by DCT frequency.
#[derive(Clone, Copy, Debug)]
pub(super) struct Axis {
    /// Its power in the thumbnail from all samples, and in that from the reduced grid.
    wanted: [f64; 8],
    made: [f64; 8],
    /// The mean product of both.
    common: [f64; 8],
}

impl Axis {
    /// Compares the chain from all samples with that from a reduced grid.
    pub(super) fn new(full: &Chain, reduced: &Chain) -> Self {
        let (full, reduced) = (Response::new(full), Response::new(reduced));
        let mut axis = Self { wanted: [0.0; 8], made: [0.0; 8], common: [0.0; 8] };
        for frequency in 0..8 {
            let waves = full.bands[frequency].iter().zip(&reduced.bands[frequency]);
            for ((weight, fulls), (_, images)) in waves {
                for image in fulls {
                    axis.wanted[frequency] += weight * image.power * full.at(image.frequency).powi(2);
                }
                for image in images.iter().filter(|image| image.frequency.abs() * reduced.stretch < CUT) {
                    let amplitude = reduced.at(image.frequency);
                    axis.made[frequency] += weight * image.power * amplitude * amplitude;
                    if image.is_on_full_grid {
                        // Its samples see the wave's own alias with the opposite sign in each odd multiple.
                        let sign = if image.frequency.abs() > 0.5 { -1.0 } else { 1.0 };
                        axis.common[frequency] += weight * sign * image.in_phase * amplitude * full.at(image.frequency);
                    }
                }
            }
        }
        axis
    }
}

/// Predicts the mean squared error in an image with this mean power by vertical and by horizontal frequency.
pub(super) fn error_of(power: &[[f32; 8]; 8], across: &Axis, down: &Axis) -> f64 {
    let mut error = 0.0;
    for (v, row) in power.iter().enumerate() {
        for (u, power) in row.iter().enumerate() {
            let lost = down.wanted[v] * across.wanted[u] - 2.0 * down.common[v] * across.common[u]
                + down.made[v] * across.made[u];
            error += f64::from(*power) * lost;
        }
    }
    error.max(0.0)
}

/// The filters behind a grid.
struct Response {
    bands: &'static [Band; 8],
    kernel: Kernel,
    /// Source samples per sample of the grid, and per px of the resize's kernel.
    pitch: f64,
    stretch: f64,
}

impl Response {
    fn new(chain: &Chain) -> Self {
        let number = Scale::ALL.iter().position(|scale| *scale == chain.scale).unwrap_or(0);
        let pitch = chain.scale.ratio();
        let kernel = Kernel::of_variance(chain.variance, Exactness::Fast);
        Self { bands: &GRIDS[number], kernel, pitch, stretch: chain.stretch.max(pitch) }
    }

    /// Returns the amplitude of a wave after the filters.
    fn at(&self, frequency: f64) -> f64 {
        self.kernel.response(frequency * self.pitch) * bicubic(frequency * self.stretch)
    }
}

/// Divides a band into weighted waves. Within it, an image has less power at higher frequencies.
fn band(frequency: usize, scale: Scale) -> Band {
    let low = (frequency as f64 - 0.5).max(0.0) / 16.0;
    let high = (frequency as f64 + 0.5).min(8.0) / 16.0;
    let wave = |number: usize| low + (number as f64 + 0.5) / WAVES as f64 * (high - low);
    let weight = |number| if frequency > 0 { wave(number).recip() } else { 1.0 };
    let sum: f64 = (0..WAVES).map(weight).sum();
    std::array::from_fn(|number| (weight(number) / sum, images(wave(number), scale)))
}

/// Returns the images of a wave on a grid.
fn images(wave: f64, scale: Scale) -> Vec<Image> {
    let samples = scale.samples();
    let rows = samples_of_block(samples);
    let turn = |cycles: f64| (2.0 * PI * cycles).sin_cos();
    // The value of each sample of a block at the block's first source sample.
    let values: Vec<(f64, f64)> = rows
        .iter()
        .map(|row| {
            row.iter().enumerate().fold((0.0, 0.0), |(re, im), (x, tap)| {
                let (sin, cos) = turn(wave * (x as f64 + 0.5));
                (re + tap * cos, im + tap * sin)
            })
        })
        .collect();
    let image = |alias: i32| {
        let frequency = wave - f64::from(alias) / 8.0;
        let (mut re, mut im) = (0.0, 0.0);
        for (number, (value_re, value_im)) in values.iter().enumerate() {
            let (sin, cos) = turn(frequency * (number as f64 + 0.5) * scale.ratio());
            re += (value_re * cos + value_im * sin) / samples as f64;
            im += (value_im * cos - value_re * sin) / samples as f64;
        }
        Image { frequency, power: re * re + im * im, in_phase: re, is_on_full_grid: alias % 8 == 0 }
    };
    (-ALIASES..=ALIASES).map(image).filter(|image| image.power > 1e-9).collect()
}

/// Returns the weights of the 8 source samples for each sample of a reduced block: means of the block's lowest
/// frequencies over 8 / `samples` of them.
fn samples_of_block(samples: usize) -> Vec<[f64; 8]> {
    let width = 8.0 / samples as f64;
    let tap = |number: usize, x: usize| {
        let term = |frequency: usize| {
            let angle = frequency as f64 * PI / 16.0;
            let mean = if frequency == 0 { 0.5 } else { (width * angle).sin() / (width * angle.sin()) };
            let out = ((2 * number + 1) as f64 * width * angle).cos();
            mean * out * ((2 * x + 1) as f64 * angle).cos() / 4.0
        };
        (0..samples).map(term).sum()
    };
    (0..samples).map(|number| std::array::from_fn(|x| tap(number, x))).collect()
}

/// Returns the response of the resize's Catmull-Rom kernel to a wave, given in cycles per px.
fn bicubic(frequency: f64) -> f64 {
    let x = PI * frequency.abs();
    if x < 0.01 {
        return 1.0;
    }
    let sinc = |x: f64| x.sin() / x;
    let (one, two, four) = (sinc(x), sinc(2.0 * x), sinc(4.0 * x));
    (3.0 * (one * one - two) - (3.0 * two * two - 2.0 * two - four)) / (x * x)
}
