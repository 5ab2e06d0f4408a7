//! Estimates how visible errors are in each block.
//!
//! Contrast hides errors: in the structural similarity index, an error counts in proportion to the inverse of the variance
//! around it. A block with a flat part beside an edge is as sensitive as its flat part makes it.

use super::super::channel::Channel;

/// Samples on either side of a pixel whose variance hides errors in it.
const REACH: usize = 6;

/// Variance below which all errors are seen alike.
const FLAT: f32 = 120.0;

/// Variance of which the sensitivity is 1.
const COMMON: f32 = 280.0;

/// Power of the inverse variance.
const POWER: f32 = 0.6;

/// Returns the sensitivity of each block to errors, row by row.
pub(super) fn sensitivities(channel: &Channel<'_>) -> Vec<f32> {
    let Channel { width, height, .. } = *channel;
    let (columns, rows) = (width.div_ceil(8), height.div_ceil(8));
    let mut sums = vec![0.0; columns * rows];
    let mut window = Window::new(channel);
    for (y, row) in (0..height).map(|y| y / 8).enumerate() {
        window.move_to(y);
        let sums = &mut sums[row * columns..][..columns];
        window.for_each_variance(|x, variance| sums[x / 8] += 1.0 / (variance + FLAT));
    }
    let pixels = |i: usize| 8.min(width - i % columns * 8) * 8.min(height - i / columns * 8);
    let sensitivity = |(i, sum): (usize, f32)| (sum / pixels(i) as f32 * (FLAT + COMMON)).powf(POWER);
    sums.into_iter().enumerate().map(sensitivity).collect()
}

/// The sums of the columns of a window that moves down the rows.
#[derive(Debug)]
struct Window<'a> {
    channel: Channel<'a>,
    /// Sums of samples and of their squares.
    columns: Vec<[u32; 2]>,
    /// The rows in these sums.
    rows: std::ops::Range<usize>,
}

impl<'a> Window<'a> {
    fn new(channel: &Channel<'a>) -> Self {
        Self { channel: *channel, columns: vec![[0; 2]; channel.width], rows: 0..0 }
    }

    /// Moves the window's centre down to a row.
    fn move_to(&mut self, y: usize) {
        while self.rows.end < (y + REACH + 1).min(self.channel.height) {
            let row = &self.channel.samples[self.rows.end * self.channel.width..][..self.channel.width];
            for (column, sample) in self.columns.iter_mut().zip(row) {
                let sample = u32::from(*sample);
                *column = [column[0] + sample, column[1] + sample * sample];
            }
            self.rows.end += 1;
        }
        while self.rows.start + REACH < y {
            let row = &self.channel.samples[self.rows.start * self.channel.width..][..self.channel.width];
            for (column, sample) in self.columns.iter_mut().zip(row) {
                let sample = u32::from(*sample);
                *column = [column[0] - sample, column[1] - sample * sample];
            }
            self.rows.start += 1;
        }
    }

    /// Passes on the variance around each pixel of the row.
    fn for_each_variance(&self, mut receive: impl FnMut(usize, f32)) {
        let width = self.columns.len();
        let mut sums = [0_u32; 2];
        let add = |sums: [u32; 2], [sum, squares]: [u32; 2]| [sums[0] + sum, sums[1] + squares];
        for column in &self.columns[..REACH.min(width)] {
            sums = add(sums, *column);
        }
        for x in 0..width {
            if let Some(column) = self.columns.get(x + REACH) {
                sums = add(sums, *column);
            }
            if x > REACH {
                let [sum, squares] = self.columns[x - REACH - 1];
                sums = [sums[0] - sum, sums[1] - squares];
            }
            let across = (x + REACH + 1).min(width) - x.saturating_sub(REACH);
            let count = (across * self.rows.len()) as f32;
            let [mean, square] = sums.map(|sum| sum as f32 / count);
            receive(x, (square - mean * mean).max(0.0));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Returns the same, pixel by pixel.
    fn slowly(channel: &Channel<'_>) -> Vec<f32> {
        let Channel { width, height, .. } = *channel;
        let around = |at: usize, end: usize| at.saturating_sub(REACH)..(at + REACH + 1).min(end);
        let variance = |x: usize, y: usize| {
            let window: Vec<f64> = around(y, height)
                .flat_map(|y| around(x, width).map(move |x| f64::from(channel.samples[y * width + x])))
                .collect();
            let mean = window.iter().sum::<f64>() / window.len() as f64;
            (window.iter().map(|sample| (sample - mean).powi(2)).sum::<f64>() / window.len() as f64) as f32
        };
        let blocks = (0..height).step_by(8).flat_map(|y| (0..width).step_by(8).map(move |x| (x, y)));
        let sensitivity = |(left, top): (usize, usize)| {
            let rows = top..(top + 8).min(height);
            let pixels: Vec<f32> =
                rows.flat_map(|y| (left..(left + 8).min(width)).map(move |x| 1.0 / (variance(x, y) + FLAT))).collect();
            (pixels.iter().sum::<f32>() / pixels.len() as f32 * (FLAT + COMMON)).powf(POWER)
        };
        blocks.map(sensitivity).collect()
    }

    #[test]
    fn sums_that_move_give_the_variances_of_each_window() {
        for (width, height) in [(1, 1), (3, 40), (40, 3), (33, 25), (64, 16)] {
            let noise = |i: u32| (i.wrapping_mul(2_654_435_761) >> 24) as u8;
            let samples: Vec<u8> =
                (0..(width * height) as u32).map(|i| if i % width as u32 > 20 { 7 } else { noise(i) }).collect();
            let channel = Channel { samples: &samples, width, height };
            let (fast, slow) = (sensitivities(&channel), slowly(&channel));
            assert_eq!(fast.len(), slow.len());
            for (fast, slow) in fast.iter().zip(&slow) {
                assert!((fast / slow - 1.0).abs() < 0.01, "{width}x{height}: {fast} {slow}");
            }
        }
    }

    #[test]
    fn flat_blocks_are_the_most_sensitive() {
        let (width, height) = (64, 8);
        let samples: Vec<u8> =
            (0..width * height).map(|i| if i % width < 32 { 80 } else { (i * 37 % 200) as u8 }).collect();
        let found = sensitivities(&Channel { samples: &samples, width, height });
        assert!(found[..3].iter().all(|flat| found[5..].iter().all(|busy| *flat > 3.0 * busy)), "{found:?}");
    }
}
