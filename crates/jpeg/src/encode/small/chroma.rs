//! Halves chroma for decoders that enlarge it smoothly.

use super::super::channel::Channel;

/// A plane of samples.
#[derive(Debug)]
pub(super) struct Plane {
    pub(super) samples: Vec<u8>,
    pub(super) width: usize,
    pub(super) height: usize,
}

impl Plane {
    pub(super) fn channel(&self) -> Channel<'_> {
        Channel { samples: &self.samples, width: self.width, height: self.height }
    }

    /// Returns a row of the plane at twice its size, as libjpeg enlarges it: of the nearest two samples along each axis,
    /// the nearer counts three times. `width` is that of the enlarged plane.
    pub(super) fn enlarged_row(&self, y: usize, width: usize) -> impl Iterator<Item = f32> {
        let near = y / 2;
        let far = if y.is_multiple_of(2) { near.saturating_sub(1) } else { (near + 1).min(self.height - 1) };
        let [near, far] = [near, far].map(|y| &self.samples[y * self.width..(y + 1) * self.width]);
        let sum = move |x: usize| 3.0 * f32::from(near[x]) + f32::from(far[x]);
        let last = self.width - 1;
        (0..width).map(move |x| {
            let near = x / 2;
            let far = if x.is_multiple_of(2) { near.saturating_sub(1) } else { (near + 1).min(last) };
            (3.0 * sum(near) + sum(far)) / 16.0
        })
    }
}

/// Halves a plane: each sample is the mean of four, sharpened by as much as enlarging blurs it.
pub(super) fn halved(channel: &Channel<'_>) -> Plane {
    let (width, height) = (channel.width.div_ceil(2), channel.height.div_ceil(2));
    let means = means(channel, width, height);
    let blurred = blurred(&means, width, height);
    let samples = means.iter().zip(&blurred).map(|(mean, blurred)| (2.0 * mean - blurred).round() as u8).collect();
    Plane { samples, width, height }
}

/// Returns the means of two by two samples. The last column or row of an odd number stands for itself.
fn means(channel: &Channel<'_>, width: usize, height: usize) -> Vec<f32> {
    let row = |y: usize| {
        let start = y.min(channel.height - 1) * channel.width;
        &channel.samples[start..start + channel.width]
    };
    let mut means = Vec::with_capacity(width * height);
    for y in 0..height {
        let rows = [row(2 * y), row(2 * y + 1)];
        means.extend((0..width).map(|x| {
            let columns = [2 * x, (2 * x + 1).min(channel.width - 1)];
            rows.iter().flat_map(|row| columns.map(|x| f32::from(row[x]))).sum::<f32>() / 4.0
        }));
    }
    means
}

/// Returns the means of two by two samples of the enlarged plane: along each axis, a sample counts six times among its
/// neighbours.
fn blurred(samples: &[f32], width: usize, height: usize) -> Vec<f32> {
    let mut blurred = Vec::with_capacity(samples.len());
    for y in 0..height {
        let row = |y: usize| &samples[y * width..(y + 1) * width];
        let rows = [row(y.saturating_sub(1)), row(y), row((y + 1).min(height - 1))];
        let column = |x: usize| rows[0][x] + 6.0 * rows[1][x] + rows[2][x];
        blurred.extend(
            (0..width).map(|x| (column(x.saturating_sub(1)) + 6.0 * column(x) + column((x + 1).min(width - 1))) / 64.0),
        );
    }
    blurred
}

#[cfg(test)]
mod tests {
    use super::*;

    fn noise(count: usize) -> Vec<u8> {
        (0..count as u32).map(|i| (i.wrapping_mul(2_654_435_761) >> 24) as u8 / 2 + 60).collect()
    }

    fn enlarged(plane: &Plane, width: usize, height: usize) -> Vec<f32> {
        (0..height).flat_map(|y| plane.enlarged_row(y, width).collect::<Vec<_>>()).collect()
    }

    #[test]
    fn a_flat_plane_of_any_size_stays_flat() {
        for (width, height) in [(1, 1), (1, 9), (2, 2), (5, 3), (17, 16)] {
            let samples = vec![201; width * height];
            let half = halved(&Channel { samples: &samples, width, height });
            assert_eq!((half.width, half.height), (width.div_ceil(2), height.div_ceil(2)));
            assert!(half.samples.iter().all(|sample| *sample == 201));
            assert!(enlarged(&half, width, height).iter().all(|sample| *sample == 201.0));
        }
    }

    #[test]
    fn sharpening_uses_the_means_of_the_enlarged_plane() {
        let (width, height) = (14, 10);
        let plane = Plane { samples: noise(width * height), width, height };
        let again = enlarged(&plane, 2 * width, 2 * height);
        let own: Vec<f32> = plane.samples.iter().map(|sample| f32::from(*sample)).collect();
        for (i, blurred) in blurred(&own, width, height).into_iter().enumerate() {
            let (x, y) = (2 * (i % width), 2 * (i / width));
            let at = |x: usize, y: usize| again[y * 2 * width + x];
            let mean = (at(x, y) + at(x + 1, y) + at(x, y + 1) + at(x + 1, y + 1)) / 4.0;
            assert!((mean - blurred).abs() < 1e-3, "{x} {y}: {mean} {blurred}");
        }
    }

    #[test]
    fn halved_planes_come_back_nearer_than_their_means_do() {
        let (width, height) = (40, 30);
        let smooth = |i: usize| 128.0 + 90.0 * ((i % width) as f32 / 2.0).sin() * ((i / width) as f32 / 3.0).cos();
        let samples: Vec<u8> = (0..width * height).map(|i| smooth(i) as u8).collect();
        let channel = Channel { samples: &samples, width, height };
        let sharp = halved(&channel);
        let soft = means(&channel, sharp.width, sharp.height).into_iter().map(|mean| mean.round() as u8).collect();
        let soft = Plane { samples: soft, ..sharp };
        let error = |plane: &Plane| -> f32 {
            enlarged(plane, width, height).iter().zip(&samples).map(|(a, b)| (a - f32::from(*b)).powi(2)).sum()
        };
        let (sharp, soft) = (error(&halved(&channel)), error(&soft));
        assert!(sharp < 0.8 * soft, "{sharp} {soft}");
    }
}
