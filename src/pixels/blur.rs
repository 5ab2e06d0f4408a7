//! Applies the Gaussian on the working grid.
//!
//! A box mean is a blur already, so only the rest of the variance is applied (the variances of successive filters add):
//! v = σ² / f² − (variance booked by the decoder), in working px².

use super::{GridPlane, Plane, WorkingGrid};
use crate::geometry::Size;
use crate::options::Exactness;

/// Variance, in px², up to which the three taps [v/2, 1−v, v/2] are right to second order; beyond it a sampled Gaussian
/// is. For v < 0 the same taps undo the surplus blur of the reduction.
const THREE_TAPS_UP_TO: f64 = 0.25;

/// Cut-off of the Gaussian in σ, which leaves out 6·10⁻⁵ of it.
const CUT_AT_SIGMA: f64 = 4.0;

/// Variance below which no 8-bit sample changes.
const NEGLIGIBLE_VARIANCE: f64 = 1e-4;

/// Reduction from which the whole blur is applied.
const FULL_BLUR_FROM: f64 = 2.0;

/// Returns the standard deviation of the blur for one target, in source px. Both sizes are those before turning.
///
/// With r = √(source pixels / target pixels), it is σ from r = 2 on, σ · (r − 1) below, and 0 at r = 1. An image that is
/// not made smaller has no detail to alias, so that a blur would only take sharpness from it; between 1:1 and 1:2 the blur
/// fades in, since a step would make one size softer than the next smaller one.
pub(crate) fn sigma_for(sigma: f64, source: Size, target: Size) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "2^53 pixels are more than any image has")]
    let reduction = (source.pixels() as f64 / target.pixels().max(1) as f64).sqrt();
    sigma * (reduction.clamp(1.0, FULL_BLUR_FROM) - 1.0)
}

/// The full grid of `--exact` after its blur, which several sizes may share.
#[derive(Debug, Default)]
pub(crate) struct BlurredGrid {
    /// The standard deviation of the latest blur in source px, and its result unless that took the sharp grid's place.
    latest: Option<(f64, Option<WorkingGrid>)>,
}

impl BlurredGrid {
    /// Returns the grid blurred for the first of `sigmas`. They are the standard deviations of this size and of those
    /// to come. The sharp grid is copied only while another standard deviation is to come.
    pub(crate) fn of<'a>(&'a mut self, sharp: &'a mut WorkingGrid, sigmas: &[f64]) -> &'a WorkingGrid {
        let sigma = sigmas.first().copied().unwrap_or(0.0);
        if self.latest.as_ref().is_none_or(|(latest, _)| *latest != sigma) {
            self.latest = None;
            let copy = if sigmas.iter().all(|other| *other == sigma) {
                blur(sharp, sigma, Exactness::Exact);
                None
            } else {
                let mut copy = sharp.clone();
                blur(&mut copy, sigma, Exactness::Exact);
                Some(copy)
            };
            self.latest = Some((sigma, copy));
        }
        self.latest.as_ref().and_then(|(_, copy)| copy.as_ref()).unwrap_or(sharp)
    }
}

/// Blurs every plane up to a Gaussian of standard deviation `sigma`, in source px.
pub(crate) fn blur(grid: &mut WorkingGrid, sigma: f64, exactness: Exactness) {
    for plane in &mut grid.planes {
        let across = Kernel::of_variance(missing_variance(sigma, plane.pitch.x, plane.blurred.x), exactness);
        let down = Kernel::of_variance(missing_variance(sigma, plane.pitch.y, plane.blurred.y), exactness);
        if !(across.is_identity() && down.is_identity()) {
            convolve(plane, &across, &down);
        }
    }
}

/// Returns the variance that is left to blur, in working px².
pub(crate) fn missing_variance(sigma: f64, pitch: f64, blurred: f64) -> f64 {
    (sigma / pitch).powi(2) - blurred
}

/// A symmetric kernel: the middle tap, then those to either side.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Kernel {
    half: Vec<f32>,
}

impl Kernel {
    /// Returns the kernel that adds this variance, in px²; below 0 it sharpens.
    pub(crate) fn of_variance(variance: f64, exactness: Exactness) -> Self {
        let half = if variance.abs() < NEGLIGIBLE_VARIANCE {
            vec![1.0]
        } else if variance <= THREE_TAPS_UP_TO && exactness == Exactness::Fast {
            vec![1.0 - variance, variance / 2.0]
        } else {
            gaussian(variance)
        };
        #[expect(clippy::cast_possible_truncation, reason = "taps are applied in f32")]
        let half = half.into_iter().map(|tap| tap as f32).collect();
        Self { half }
    }

    fn is_identity(&self) -> bool {
        self.half.len() == 1
    }

    /// Returns the amplitude that is left of a wave, given in cycles per px.
    pub(crate) fn response(&self, cycles: f64) -> f64 {
        let turn = 2.0 * std::f64::consts::PI * cycles;
        let pairs = self.half.iter().enumerate().skip(1);
        f64::from(self.half[0]) + pairs.map(|(x, tap)| 2.0 * f64::from(*tap) * (x as f64 * turn).cos()).sum::<f64>()
    }

    /// Returns the number of samples that it needs to either side of the middle.
    pub(crate) fn reach(&self) -> usize {
        self.half.len() - 1
    }

    /// Returns every tap with its distance from the middle.
    pub(crate) fn taps(&self) -> impl Iterator<Item = (isize, f64)> {
        let reach = self.reach().cast_signed();
        (-reach..=reach).map(|offset| (offset, f64::from(self.half[offset.unsigned_abs()])))
    }
}

/// Returns the middle and one side of a sampled Gaussian whose taps sum to 1.
fn gaussian(variance: f64) -> Vec<f64> {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "`as` saturates, and σ is positive")]
    let radius = (CUT_AT_SIGMA * variance.sqrt()).ceil() as u32;
    let side: Vec<f64> = (0..=radius).map(|x| (-f64::from(x).powi(2) / (2.0 * variance)).exp()).collect();
    let sum = 2.0 * side.iter().sum::<f64>() - side[0];
    side.into_iter().map(|tap| tap / sum).collect()
}

/// Convolves the covered part of the plane with `across` along rows and `down` along columns. Edges are extended. It
/// works in place: of the original rows above, it keeps only as many as `down` still needs.
fn convolve(grid: &mut GridPlane, across: &Kernel, down: &Kernel) {
    let Plane { size, .. } = grid.plane;
    let (width, height) = (size.width as usize, size.height as usize);
    let (columns, rows) = (covered(grid.covered.x, width), covered(grid.covered.y, height));
    let (reach, depth) = (across.reach(), down.reach());
    let mut padded = vec![0.0_f32; columns + 2 * reach];
    // Row y as it was is slot y mod depth, until row y + depth takes its place.
    let mut above = vec![0.0_f32; depth * columns];

    for y in 0..rows {
        let middle = &mut padded[reach..][..columns];
        scale_into(middle, grid.plane.row(y), down.half[0]);
        for (distance, tap) in down.half.iter().enumerate().skip(1) {
            let upper = match y.saturating_sub(distance) {
                // The first row is its own neighbour above, and is not kept yet.
                0 if y == 0 => grid.plane.row(0),
                earlier => &above[earlier % depth * columns..][..columns],
            };
            let lower = grid.plane.row((y + distance).min(rows - 1));
            add_pair(middle, upper, lower, *tap);
        }
        if depth > 0 {
            above[y % depth * columns..][..columns].copy_from_slice(&grid.plane.row(y)[..columns]);
        }
        let (first, last) = (padded[reach], padded[reach + columns - 1]);
        padded[..reach].fill(first);
        padded[reach + columns..].fill(last);

        let out = &mut grid.plane.samples[y * width..][..columns];
        scale_into(out, &padded[reach..], across.half[0]);
        for (distance, tap) in across.half.iter().enumerate().skip(1) {
            add_pair(out, &padded[reach - distance..], &padded[reach + distance..], *tap);
        }
    }
}

/// Returns the number of samples that the image covers at least in part, at most `there`.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "`as` saturates, and a cover is positive")]
fn covered(cover: f64, there: usize) -> usize {
    (cover.ceil() as usize).clamp(1, there)
}

fn scale_into(out: &mut [f32], from: &[f32], tap: f32) {
    out.iter_mut().zip(from).for_each(|(out, from)| *out = from * tap);
}

fn add_pair(out: &mut [f32], one: &[f32], other: &[f32], tap: f32) {
    out.iter_mut().zip(one.iter().zip(other)).for_each(|(out, (one, other))| *out += (one + other) * tap);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::geometry::{Factors, Size};
    use crate::pixels::Model;

    fn grid(width: u32, height: u32, factor: u32, sample: impl Fn(usize) -> f32) -> WorkingGrid {
        let size = Size::new(width, height);
        let samples = (0..size.pixels() as usize).map(sample).collect();
        let source = Size::new(width * factor, height * factor);
        WorkingGrid {
            model: Model::Grey,
            planes: vec![GridPlane::of_means(Plane { size, samples }, source, Factors::square(factor))],
        }
    }

    /// Convolves by the definition: every output sample by itself, in f64, coordinates clamped.
    fn convolve_plainly(plane: &Plane, across: &Kernel, down: &Kernel) -> Vec<f32> {
        let (width, height) = (plane.size.width as i64, plane.size.height as i64);
        let taps = |kernel: &Kernel| {
            let reach = kernel.half.len() as i64 - 1;
            (-reach..=reach).map(|d| (d, f64::from(kernel.half[d.unsigned_abs() as usize]))).collect::<Vec<_>>()
        };
        let at = |x: i64, y: i64| f64::from(plane.row(y.clamp(0, height - 1) as usize)[x.clamp(0, width - 1) as usize]);
        let mut out = Vec::new();
        for y in 0..height {
            for x in 0..width {
                let sum: f64 = taps(down)
                    .iter()
                    .flat_map(|(dy, v)| taps(across).into_iter().map(move |(dx, h)| (dx, *dy, v * h)))
                    .map(|(dx, dy, weight)| weight * at(x + dx, y + dy))
                    .sum();
                out.push(sum as f32);
            }
        }
        out
    }

    #[test]
    fn the_fast_convolution_equals_the_definition() {
        for (across, down) in [(0.2, -0.08), (1.0, 0.0), (4.0, 2.0), (0.0, 9.0)] {
            let mut grid = grid(13, 9, 1, |i| ((i * 2_654_435_761) % 256) as f32);
            let (across, down) =
                (Kernel::of_variance(across, Exactness::Fast), Kernel::of_variance(down, Exactness::Fast));
            let wanted = convolve_plainly(&grid.planes[0].plane, &across, &down);
            convolve(&mut grid.planes[0], &across, &down);
            for (got, wanted) in grid.planes[0].plane.samples.iter().zip(&wanted) {
                assert!((got - wanted).abs() < 1e-3, "{got} {wanted}");
            }
        }
    }

    #[test]
    fn a_kernel_sums_to_one_and_has_the_variance_it_was_asked_for() {
        for variance in [-0.08, 0.05, 0.25, 0.9, 4.0, 100.0] {
            let kernel = Kernel::of_variance(variance, Exactness::Fast);
            let sum: f64 =
                f64::from(kernel.half[0]) + 2.0 * kernel.half[1..].iter().map(|t| f64::from(*t)).sum::<f64>();
            let second: f64 = kernel.half.iter().enumerate().map(|(x, t)| 2.0 * (x * x) as f64 * f64::from(*t)).sum();
            assert!((sum - 1.0).abs() < 1e-5, "{variance}: {sum}");
            assert!((second - variance).abs() < 0.01 * variance.abs().max(0.1), "{variance}: {second}");
        }
    }

    #[test]
    fn no_blur_leaves_a_full_decode_untouched() {
        let mut grid = grid(4, 4, 1, |i| i as f32);
        let before = grid.planes[0].plane.clone();
        blur(&mut grid, 0.0, Exactness::Fast);
        assert_eq!(grid.planes[0].plane, before);
    }

    #[test]
    fn the_blur_fades_in_between_the_full_size_and_half_of_it() {
        let source = Size::new(640, 480);
        let sigma = |width, height| sigma_for(2.0, source, Size::new(width, height));
        assert_eq!(sigma(640, 480), 0.0);
        assert!((sigma(512, 384) - 0.5).abs() < 1e-12, "a quarter of the way");
        assert_eq!([sigma(320, 240), sigma(50, 38), sigma(1, 1)], [2.0; 3]);
        assert_eq!(sigma_for(0.0, source, Size::new(320, 240)), 0.0);
        assert_eq!(sigma_for(2.0, Size::new(0, 0), Size::new(1, 1)), 0.0);
        let sides: Vec<f64> = (1..=640).map(|width| sigma(width, (width * 3 / 4).max(1))).collect();
        assert!(sides.is_sorted_by(|smaller, larger| smaller >= larger));
    }

    #[test]
    fn a_constant_stays_constant_for_every_sigma_and_factor() {
        for factor in [1, 3, 8] {
            for sigma in [0.0, 0.5, 2.0, 30.0] {
                let mut grid = grid(7, 5, factor, |_| 93.0);
                blur(&mut grid, sigma, Exactness::Fast);
                assert!(grid.planes[0].plane.samples.iter().all(|s| (s - 93.0).abs() < 1e-3), "f {factor}, σ {sigma}");
            }
        }
    }
}
