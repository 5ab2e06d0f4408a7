//! Corrects luma for what coding does to chroma.
//!
//! Luma and chroma are sums of coded values, and light is not proportional to these. So a pixel whose chroma is off has too much
//! or too little light, which is seen far better than its colour. This is worst at edges between saturated colours.

use super::super::channel::Channel;
use super::chroma::Plane;

/// Shares of red, green and blue in lightness: the mean of the long and the middle cones' in XYB (ISO/IEC 18181-1, L.2).
const SHARES: [f32; 3] = [0.265, 0.657, 0.078];

/// Entries of the curve for each coded level.
const PER_LEVEL: f32 = 4.0;

/// Returns luma with which the `stored` chroma, enlarged, has the light that it had in full.
pub(super) fn relit<'a>(luma: Channel<'a>, full: [Channel<'a>; 2], stored: &[Plane; 2]) -> Vec<u8> {
    let curve = Curve::new();
    let mut relit = Vec::with_capacity(luma.samples.len());
    for y in 0..luma.height {
        let row = |channel: Channel<'a>| channel.samples[y * luma.width..(y + 1) * luma.width].iter().copied();
        let [blue, red] = stored.each_ref().map(|plane| plane.enlarged_row(y, luma.width));
        let [full_blue, full_red] = full.map(row);
        let pixels = row(luma).zip(full_blue.zip(full_red)).zip(blue.zip(red));
        relit.extend(pixels.map(|((luma, (full_blue, full_red)), (blue, red))| {
            let luma = f32::from(luma);
            let wanted = curve.light(luma, offsets(full_blue.into(), full_red.into())).amount;
            curve.luma(luma, wanted, offsets(blue, red)).round() as u8
        }));
    }
    relit
}

/// Returns what red, green and blue are above luma (JFIF).
fn offsets(blue: f32, red: f32) -> [f32; 3] {
    let (blue, red) = (blue - 128.0, red - 128.0);
    [1.402 * red, -0.344_136 * blue - 0.714_136 * red, 1.772 * blue]
}

/// An amount of light, and how fast it grows with luma.
#[derive(Clone, Copy, Debug)]
struct Light {
    amount: f32,
    slope: f32,
}

/// The light of coded values.
#[derive(Debug)]
struct Curve(Vec<f32>);

impl Curve {
    /// Prepares the curve of sRGB (IEC 61966-2-1).
    fn new() -> Self {
        let light = |code: f32| if code <= 0.040_45 { code / 12.92 } else { ((code + 0.055) / 1.055).powf(2.4) };
        Self((0..=255 * PER_LEVEL as u16).map(|i| light(f32::from(i) / (255.0 * PER_LEVEL))).collect())
    }

    /// Returns the light of a pixel.
    fn light(&self, luma: f32, offsets: [f32; 3]) -> Light {
        let mut sum = Light { amount: 0.0, slope: 0.0 };
        for (offset, share) in offsets.into_iter().zip(SHARES) {
            let place = ((luma + offset) * PER_LEVEL).clamp(0.0, (self.0.len() - 2) as f32 + 0.999);
            let index = place as usize;
            let step = self.0[index + 1] - self.0[index];
            sum.amount += share * (self.0[index] + step * (place - index as f32));
            sum.slope += share * step * PER_LEVEL;
        }
        sum
    }

    /// Returns the luma at which a pixel has the wanted light, from a luma near it, by two steps of Newton's method.
    fn luma(&self, near: f32, wanted: f32, offsets: [f32; 3]) -> f32 {
        (0..2).fold(near, |luma, _| {
            let light = self.light(luma, offsets);
            (luma + (wanted - light.amount) / light.slope.max(1e-4)).clamp(0.0, 255.0)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn luma_stays_where_chroma_is_as_it_was() {
        let samples: Vec<u8> = (0..=255).collect();
        let flat = |sample| vec![sample; 256];
        let (blue, red) = (flat(90), flat(160));
        let channel = |samples| Channel { samples, width: 16, height: 16 };
        let stored = [90, 160].map(|sample| Plane { samples: vec![sample; 64], width: 8, height: 8 });
        let relit = relit(channel(&samples), [channel(&blue), channel(&red)], &stored);
        // Beyond these, red, green or blue is out of range.
        let changes = samples.iter().zip(&relit).skip(70).take(115).map(|(a, b)| a.abs_diff(*b));
        assert_eq!(changes.max(), Some(0));
    }

    #[test]
    fn light_is_as_it_was_with_any_chroma() {
        let curve = Curve::new();
        let mut tried = 0;
        for luma in (60..200).step_by(7) {
            for (full, stored) in [((128, 128), (140, 120)), ((100, 150), (128, 128)), ((160, 100), (150, 110))] {
                let offsets = |(blue, red): (u8, u8)| offsets(blue.into(), red.into());
                let wanted = curve.light(luma as f32, offsets(full)).amount;
                let found = curve.luma(luma as f32, wanted, offsets(stored));
                // A bisection is slow, and finds the same.
                let (mut low, mut high) = (0.0, 255.0);
                for _ in 0..30 {
                    let middle = (low + high) / 2.0;
                    if curve.light(middle, offsets(stored)).amount < wanted { low = middle } else { high = middle }
                }
                assert!((found - low).abs() < 0.3, "{luma}: {found} {low}");
                tried += 1;
            }
        }
        assert_eq!(tried, 60);
    }
}
