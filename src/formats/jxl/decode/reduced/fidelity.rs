//! Judges whether the means of an image's colours are the colours of its means.

use super::colors::Conversion;
use super::lf::Lf;

/// The root mean square, in steps of 1/255, from which the difference is too large. It is below 0.41 on six photographs,
/// whose thumbnails agree to 52 dB and more, and 0.64 on one with lines and text of saturated colours over it, where they
/// agree to 37.
const MOST: f32 = 0.5;

/// Returns whether converting means gives the means of what is converted, judged by neighbours among the low frequencies:
/// what holds from one scale to the next one holds inside a block.
pub(super) fn holds(lf: &Lf, conversion: &Conversion) -> bool {
    if matches!(conversion, Conversion::YCbCr) {
        return true;
    }
    let width = lf.planes[1].width;
    let (mut squares, mut count) = (0.0, 0.0);
    let mut pairs = Pairs::default();
    for y in (0..lf.planes[1].height).step_by(2) {
        for below in [0, 1] {
            pairs.fill(lf, width, y, below);
            squares += pairs.differences(conversion);
            count += 3.0 * pairs.first[0].len() as f32;
        }
    }
    squares <= MOST * MOST * count
}

/// Pairs of neighbours, and the means of each.
#[derive(Debug, Default)]
struct Pairs {
    first: [Vec<f32>; 3],
    second: [Vec<f32>; 3],
    mean: [Vec<f32>; 3],
    colors: [Vec<[f32; 3]>; 3],
}

impl Pairs {
    /// Fills in the pairs of row `y`: those beside each other, or those with the row below.
    fn fill(&mut self, lf: &Lf, width: usize, y: usize, below: usize) {
        let (step, offset) = if below == 0 { (2, 1) } else { (1, width) };
        for (channel, plane) in lf.planes.iter().enumerate() {
            let samples = plane.samples.get(y * width..).unwrap_or_default();
            let firsts = samples.iter().take(width).step_by(step);
            let seconds = samples.iter().take(width + below * width).skip(offset).step_by(step);
            let (first, second, mean) = (&mut self.first[channel], &mut self.second[channel], &mut self.mean[channel]);
            [&mut *first, &mut *second, &mut *mean].into_iter().for_each(Vec::clear);
            for (one, other) in firsts.zip(seconds) {
                first.push(*one);
                second.push(*other);
                mean.push((one + other) / 2.0);
            }
        }
    }

    /// Returns the sum of the squares of the differences.
    fn differences(&mut self, conversion: &Conversion) -> f32 {
        let samples = [&self.first, &self.second, &self.mean];
        for (colors, [x, y, b]) in self.colors.iter_mut().zip(samples) {
            colors.clear();
            conversion.convert([x, y, b], colors);
        }
        let [first, second, mean] = &self.colors;
        let values = first.as_flattened().iter().zip(second.as_flattened()).zip(mean.as_flattened());
        values.map(|((one, other), mean)| ((one + other) / 2.0 - mean).powi(2)).sum()
    }
}
