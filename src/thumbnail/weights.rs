//! Computes the weighted sums of blur and resize along one axis.
//!
//! Both are weighted sums, so one after the other is again one: for each pixel of a thumbnail, [`Weights`] holds the samples of
//! the working grid and their weights. Beyond the edges, the blur repeats the outer samples, and the resize drops the weights
//! and scales up the others, as if each were done by itself.

use std::f64::consts::PI;

use crate::geometry::Span;
use crate::options::Filter;
use crate::pixels::blur::Kernel;

/// The pixels to make along one axis, and the part of the image that they cover together.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Extent {
    pub(super) count: u32,
    /// Start of the first pixel and end of the last, 0 and 1 being the edges of the image. Nothing lies beyond those.
    from: f64,
    to: f64,
}

impl Extent {
    /// Returns the extent of pixels that cover a part of the image.
    pub(super) const fn of(part: Span, count: u32) -> Self {
        Self { count, from: part.from, to: part.to }
    }

    /// Returns the extent of pixels that each cover two of these. If their number is odd, the lone one is at the end, or at the
    /// start of an axis that is `reversed` later.
    pub(super) fn halved(self, reversed: bool) -> Self {
        let pairs = self.count.div_ceil(2);
        let length = self.share() * 2.0 * f64::from(pairs) / f64::from(self.count);
        let (from, to) = if reversed { (self.to - length, self.to) } else { (self.from, self.from + length) };
        Self { count: pairs, from, to }
    }

    /// Returns whether all of `other` that lies within the image lies within these pixels.
    pub(super) fn holds(self, other: Self) -> bool {
        const ROUNDING: f64 = 1e-9;
        other.from.max(0.0) >= self.from - ROUNDING && other.to.min(1.0) <= self.to + ROUNDING
    }

    /// Returns the same pixels, counted along pixels of `larger` instead of along the image.
    pub(super) fn within(self, larger: Self) -> Self {
        let place = |at: f64| (at - larger.from) / larger.share();
        Self { count: self.count, from: place(self.from), to: place(self.to) }
    }

    /// Returns the length of all pixels, that of the image being 1.
    pub(super) const fn share(self) -> f64 {
        self.to - self.from
    }
}

/// The weighted sums of one axis.
#[derive(Debug)]
pub(super) struct Weights {
    /// For each sum, the starts of its samples and of its weights; one entry more at the end.
    starts: Vec<(usize, usize)>,
    weights: Vec<f32>,
}

impl Weights {
    /// Returns the sums that blur `there` samples with `blur` and resize them to `target`. Only the first `covered` samples are
    /// resized: they are the whole image.
    pub(super) fn new(there: usize, covered: f64, target: Extent, filter: Filter, blur: &Kernel) -> Self {
        let last = (there - 1).min(whole(covered.ceil()).max(1) - 1);
        let Extent { count, from: start, to: end } = target;
        let scale = (end - start) * covered / f64::from(count);
        // Never narrower than a sample, so that no pixel falls between two samples.
        let stretch = scale.max(1.0);
        let (kernel, support) = kernel_of(filter);
        let reach = blur.reach();
        let (mut starts, mut weights) = (Vec::with_capacity(count as usize + 1), Vec::new());

        for pixel in 0..count {
            let centre = start * covered + (f64::from(pixel) + 0.5) * scale;
            let from = whole((centre - support * stretch).floor().max(0.0)).min(last);
            let to = whole((centre + support * stretch).ceil()).clamp(from + 1, last + 1);
            let taps: Vec<f64> = (from..to).map(|i| kernel((i as f64 + 0.5 - centre) / stretch)).collect();
            let sum: f64 = taps.iter().sum();

            let start = from.saturating_sub(reach);
            let end = (to + reach).min(last + 1);
            let first = weights.len();
            starts.push((start, first));
            weights.resize(first + end - start, 0.0);
            for (i, tap) in (from..to).zip(taps) {
                for (offset, share) in blur.taps() {
                    let sample = i.saturating_add_signed(offset).min(last);
                    weights[first + sample - start] += to_f32(tap / sum * share);
                }
            }
        }
        starts.push((0, weights.len()));
        Self { starts, weights }
    }

    /// Returns the index of a pixel's first sample and the weights from there on; `None` beyond the last pixel.
    pub(super) fn sum(&self, pixel: usize) -> Option<(usize, &[f32])> {
        let [from, to] = *self.starts.get(pixel..pixel + 2)?.first_chunk()?;
        Some((from.0, &self.weights[from.1..to.1]))
    }

    /// Returns the first sample and the weights of each pixel, as [`Self::sum`].
    pub(super) fn sums(&self) -> impl Iterator<Item = (usize, &[f32])> {
        self.starts.windows(2).map(|pair| (pair[0].0, &self.weights[pair[0].1..pair[1].1]))
    }
}

/// Returns the kernel of a filter without stretching, and the distance at which it becomes 0.
fn kernel_of(filter: Filter) -> (fn(f64) -> f64, f64) {
    match filter {
        Filter::CatmullRom => (|x| bicubic(x, 0.0, 0.5), 2.0),
        Filter::Mitchell => (|x| bicubic(x, 1.0 / 3.0, 1.0 / 3.0), 2.0),
        Filter::Lanczos3 => (|x| if x.abs() < 3.0 { sinc(x) * sinc(x / 3.0) } else { 0.0 }, 3.0),
        Filter::Bilinear => (|x| 1.0 - x.abs().min(1.0), 1.0),
        Filter::Box => (|x| f64::from(u8::from(-0.5 < x && x <= 0.5)), 0.5),
    }
}

/// Evaluates the bicubic kernel of Mitchell and Netravali, Reconstruction Filters in Computer Graphics (1988), equation 8.
fn bicubic(x: f64, b: f64, c: f64) -> f64 {
    let x = x.abs();
    let [cubic, square, linear, constant] = if x < 1.0 {
        [12.0 - 9.0 * b - 6.0 * c, -18.0 + 12.0 * b + 6.0 * c, 0.0, 6.0 - 2.0 * b]
    } else if x < 2.0 {
        [-b - 6.0 * c, 6.0 * b + 30.0 * c, -12.0 * b - 48.0 * c, 8.0 * b + 24.0 * c]
    } else {
        return 0.0;
    };
    (((cubic * x + square) * x + linear) * x + constant) / 6.0
}

fn sinc(x: f64) -> f64 {
    if x == 0.0 { 1.0 } else { (PI * x).sin() / (PI * x) }
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "`as` saturates, and no index is negative")]
const fn whole(number: f64) -> usize {
    number as usize
}

#[expect(clippy::cast_possible_truncation, reason = "weights are applied in f32")]
const fn to_f32(weight: f64) -> f32 {
    weight as f32
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::options::Exactness;

    const FILTERS: [Filter; 5] =
        [Filter::CatmullRom, Filter::Lanczos3, Filter::Mitchell, Filter::Bilinear, Filter::Box];

    #[test]
    fn the_weights_of_each_pixel_sum_to_one() {
        for filter in FILTERS {
            for variance in [-0.08, 0.0, 0.2, 4.0] {
                let blur = Kernel::of_variance(variance, Exactness::Fast);
                for (there, covered, target) in
                    [(100, 99.3, 50), (7, 7.0, 7), (50, 49.1, 3), (1, 0.125, 1), (9, 9.0, 1)]
                {
                    let weights = Weights::new(there, covered, Extent::of(Span::WHOLE, target), filter, &blur);
                    assert_eq!(weights.sums().count(), target as usize);
                    for (start, taps) in weights.sums() {
                        let sum: f32 = taps.iter().sum();
                        assert!((sum - 1.0).abs() < 1e-5, "{filter:?} {variance} {there} {target}: {sum}");
                        assert!(start + taps.len() <= there);
                    }
                }
            }
        }
    }

    #[test]
    fn halved_pixels_are_the_means_of_pairs_that_end_at_the_edge_or_begin_there() {
        let none = Kernel::of_variance(0.0, Exactness::Fast);
        let samples = [1.0, 2.0, 3.0, 4.0, 5.0_f32];
        let halves = |count: u32, reversed| -> Vec<f32> {
            let there = &samples[..count as usize];
            let extent = Extent::of(Span::WHOLE, count).halved(reversed);
            let weights = Weights::new(there.len(), f64::from(count), extent, Filter::Box, &none);
            let sum = |(start, taps): (usize, &[f32])| {
                taps.iter().zip(&there[start..]).map(|(tap, sample)| tap * sample).sum::<f32>()
            };
            weights.sums().map(sum).collect()
        };
        assert_eq!(halves(4, false), [1.5, 3.5]);
        assert_eq!(halves(4, true), [1.5, 3.5]);
        assert_eq!(halves(5, false), [1.5, 3.5, 5.0]);
        assert_eq!(halves(5, true), [1.0, 2.5, 4.5]);
        assert_eq!(halves(1, true), [1.0]);
    }

    #[test]
    fn one_weighted_sum_equals_blur_and_then_resize() {
        let samples: Vec<f64> = (0..40_u32).map(|i| f64::from(i * 7919 % 251)).collect();
        let blur = Kernel::of_variance(2.5, Exactness::Fast);
        let blurred: Vec<f64> = (0..40_isize)
            .map(|i| blur.taps().map(|(offset, tap)| samples[(i + offset).clamp(0, 39) as usize] * tap).sum())
            .collect();
        let none = Kernel::of_variance(0.0, Exactness::Fast);
        let apply = |weights: Weights, samples: &[f64]| -> Vec<f64> {
            let sum = |(start, taps): (usize, &[f32])| {
                taps.iter().zip(&samples[start..]).map(|(tap, sample)| f64::from(*tap) * sample).sum()
            };
            weights.sums().map(sum).collect()
        };
        for filter in FILTERS {
            let apart = apply(Weights::new(40, 40.0, Extent::of(Span::WHOLE, 9), filter, &none), &blurred);
            let together = apply(Weights::new(40, 40.0, Extent::of(Span::WHOLE, 9), filter, &blur), &samples);
            for (apart, together) in apart.iter().zip(&together) {
                assert!((apart - together).abs() < 1e-3, "{filter:?}: {apart} {together}");
            }
        }
    }
}
