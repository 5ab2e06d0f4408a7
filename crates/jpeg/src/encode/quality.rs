//! Provides the quantisation tables of a quality.
//!
//! A step depends on the sum of its horizontal and vertical frequency alone. Its growth was fitted to photographs for the
//! fewest bytes at the same score of SSIMULACRA2; the tables of T.81, annex K, take a sixth more.

use super::super::idct::ZIGZAG;

/// The resolution of chroma relative to luma.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChromaResolution {
    /// That of luma.
    Full,
    /// Half of it along one axis or both.
    Halved,
}

/// Steps at quality 50 in hundredths, by the sum of the frequencies.
type Steps = [u32; 15];

/// Steps beside halved chroma: 14.4 + 1.92 s^1.6.
const LUMA: Steps = [840, 1632, 2022, 2554, 3204, 3961, 4816, 5760, 6789, 7898, 9084, 10_343, 11_673, 13_071, 14_535];

/// Steps of halved chroma: 11.5 + 1.44 s^1.65.
const CHROMA: Steps = [860, 1294, 1602, 2032, 2568, 3200, 3919, 4721, 5601, 6556, 7582, 8678, 9840, 11_067, 12_357];

/// Steps beside full chroma: 12 + 1.6 s^1.6.
const LUMA_OF_FULL: Steps =
    [700, 1360, 1685, 2128, 2670, 3301, 4013, 4800, 5657, 6582, 7570, 8619, 9727, 10_892, 12_113];

/// Steps of full chroma, whose detail is fine enough to be seen less: 19.2 + 4.8 s^1.65.
const FULL_CHROMA: Steps =
    [1440, 2400, 3426, 4861, 6648, 8752, 11_150, 13_823, 16_757, 19_939, 23_361, 27_012, 30_886, 34_976, 39_275];

/// Returns the quantisation steps of luma and chroma, row by row.
///
/// `quality` is 1 to 100; other values are clamped. Images of a quality look like those of the Independent JPEG Group's
/// library of the same quality: they have the same mean score of SSIMULACRA2.
#[must_use]
pub fn quantization_tables(quality: u8, chroma: ChromaResolution) -> [[u8; 64]; 2] {
    let tables = match chroma {
        ChromaResolution::Full => [LUMA_OF_FULL, FULL_CHROMA],
        ChromaResolution::Halved => [LUMA, CHROMA],
    };
    tables.map(|steps| scaled(&steps, percent_of(quality)))
}

/// Returns the scale of that library, in percent of the steps of quality 50.
fn percent_of(quality: u8) -> u32 {
    let quality = u32::from(quality.clamp(1, 100));
    if quality < 50 { 5000 / quality } else { 200 - 2 * quality }
}

/// Returns scaled steps, row by row.
fn scaled(steps: &Steps, percent: u32) -> [u8; 64] {
    std::array::from_fn(|i| ((steps[i / 8 + i % 8] * percent + 5000) / 10_000).clamp(1, 255) as u8)
}

/// Steps of small files, of luma and of halved chroma: 17.5 + 3 s^1.2.
const SMALL: Steps = [900, 2050, 2439, 2871, 3333, 3820, 4326, 4849, 5388, 5940, 6505, 7081, 7668, 8264, 8870];

/// Returns the quantisation steps of small files, of luma and chroma in zigzag order.
pub(super) fn small_tables(quality: u8, chroma: ChromaResolution) -> [[u8; 64]; 2] {
    let tables = match chroma {
        ChromaResolution::Full => [SMALL, FULL_CHROMA],
        ChromaResolution::Halved => [SMALL, SMALL],
    };
    // Values that are rounded together lose more likeness the larger the steps are, and make up for it by finer ones.
    let percent = match chroma {
        ChromaResolution::Full => percent_of(quality),
        ChromaResolution::Halved => (1.55 * f64::from(percent_of(quality)).powf(0.87)).round() as u32,
    };
    tables.map(|steps| zigzag(&scaled(&steps, percent)))
}

/// Returns a table in zigzag order.
pub(super) fn zigzag(table: &[u8; 64]) -> [u8; 64] {
    ZIGZAG.map(|(x, y)| table[8 * usize::from(y) + usize::from(x)])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_follow_their_formulas() {
        let mut seen = 0;
        for (steps, [mean, least, growth, power]) in [
            (LUMA, [8.4, 14.4, 1.92, 1.6]),
            (CHROMA, [8.6, 11.5, 1.44, 1.65]),
            (LUMA_OF_FULL, [7.0, 12.0, 1.6, 1.6]),
            (FULL_CHROMA, [14.4, 19.2, 4.8, 1.65_f64]),
            (SMALL, [9.0, 17.5, 3.0, 1.2]),
        ] {
            for (sum, step) in steps.into_iter().enumerate() {
                let wanted = if sum == 0 { mean } else { least + growth * (sum as f64).powf(power) };
                assert_eq!(step, (100.0 * wanted).round() as u32, "{sum}");
                seen += 1;
            }
        }
        assert_eq!(seen, 75);
    }

    #[test]
    fn steps_shrink_with_quality_to_1() {
        for chroma in [ChromaResolution::Full, ChromaResolution::Halved] {
            for tables_of in [quantization_tables, small_tables] {
                let mut before = [[255; 64]; 2];
                for quality in 0..=101 {
                    let tables = tables_of(quality, chroma);
                    let mut steps = tables.as_flattened().iter().zip(before.as_flattened());
                    assert!(steps.all(|(step, before)| step <= before));
                    before = tables;
                }
                assert_eq!(before, [[1; 64]; 2]);
            }
        }
    }

    #[test]
    fn zigzag_order_runs_along_the_diagonals() {
        let rows = std::array::from_fn(|i| i as u8);
        assert_eq!(zigzag(&rows)[..10], [0, 1, 8, 16, 9, 2, 3, 10, 17, 24]);
    }
}
