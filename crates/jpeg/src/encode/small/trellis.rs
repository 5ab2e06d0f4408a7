//! Rounds the coefficients of a block together, for the least sum of error and bits.
//!
//! A coefficient's bits depend on the zeros before it, so the best values of a block are found by dynamic programming over the
//! last coefficient that is not zero. Source: Crouse and Ramchandran, Joint thresholding and quantizer selection for
//! transform image coding, 1997.

use super::super::channel::Part;
use super::super::code::optimal;
use super::super::entropy::{END, ZEROS};
use super::component::{self, Block, Component};
use super::pass::put_block;
use super::sink::{AC, Counts};

/// Bits that an error of one step is worth, squared errors in proportion.
const BITS_OF_LUMA: f32 = 13.3;
const BITS_OF_CHROMA: f32 = 18.0;

/// Factor of the errors of values brought nearer to 0, which blur.
const BLUR: f32 = 1.2;

/// Fraction from which coefficients are rounded up before bits are known.
const FIRST_ROUNDING: f32 = 0.6;

/// Rounds of quantisation, each for the bits of the one before.
const ROUNDS: usize = 2;

/// Quantises luma, by the sensitivity of each block to errors.
pub(super) fn quantize_luma(part: &Part<'_>, sensitivities: &[f32]) -> Component {
    let spectra = component::spectra(part);
    let weights: Vec<f32> = sensitivities.iter().map(|sensitivity| BITS_OF_LUMA * sensitivity).collect();
    Component::new(part, quantize(&spectra, &weights))
}

/// Quantises the channels of chroma, which share their statistics.
pub(super) fn quantize_chroma(parts: &[Part<'_>]) -> Vec<Component> {
    let spectra: Vec<[f32; 64]> = parts.iter().flat_map(component::spectra).collect();
    let blocks = quantize(&spectra, &vec![BITS_OF_CHROMA; spectra.len()]);
    let each = blocks.len() / parts.len().max(1);
    parts.iter().zip(blocks.chunks(each.max(1))).map(|(part, blocks)| Component::new(part, blocks.to_vec())).collect()
}

/// Quantises blocks in rounds. `weights` are the bits that an error of one step is worth in each.
fn quantize(spectra: &[[f32; 64]], weights: &[f32]) -> Vec<Block> {
    let mut blocks: Vec<Block> = spectra.iter().map(round).collect();
    for _ in 0..ROUNDS {
        let costs = Costs::of(&blocks);
        for ((block, spectrum), weight) in blocks.iter_mut().zip(spectra).zip(weights) {
            costs.quantize(spectrum, *weight, block);
        }
    }
    blocks
}

/// Rounds each coefficient by itself.
fn round(spectrum: &[f32; 64]) -> Block {
    let mut block = spectrum.map(|steps| ((steps.abs() + 1.0 - FIRST_ROUNDING).floor().copysign(steps)) as i16);
    block[0] = spectrum[0].round() as i16;
    block
}

/// The bits of each symbol.
#[derive(Debug)]
struct Costs([f32; 256]);

impl Costs {
    /// Estimates the bits of symbols from blocks like those to come: the mean of their word's length and of their
    /// information, which a code for other blocks may come closer to.
    fn of(blocks: &[Block]) -> Self {
        let mut counts = Counts::new();
        blocks.iter().for_each(|block| put_block(block, AC, &mut counts));
        let counts = &counts.symbols[AC];
        let total = counts.iter().sum::<u32>().max(1) as f32;
        // A symbol that did not occur is a little rarer than one that did.
        let mut bits = [(total + 1.0).log2().min(15.0) + 1.0; 256];
        for word in optimal(counts).words() {
            let symbol = usize::from(word.symbol);
            bits[symbol] = (word.length as f32 + (total / counts[symbol] as f32).log2()) / 2.0;
        }
        Self(bits)
    }

    /// Returns the bits of a coefficient of `size` bits after zeros.
    fn bits(&self, zeros: usize, size: usize) -> f32 {
        self.0[ZEROS as usize] * (zeros / 16) as f32 + self.0[(zeros % 16) << 4 | size] + size as f32
    }

    /// Finds the values other than the mean that take the fewest bits for their error.
    fn quantize(&self, spectrum: &[f32; 64], weight: f32, block: &mut Block) {
        // The cost of zeros up to each coefficient.
        let mut zeros = [0.0; 65];
        for k in 1..64 {
            zeros[k + 1] = zeros[k] + weight * BLUR * spectrum[k] * spectrum[k];
        }
        // The best ways to end with a coefficient other than zero; the first begins.
        let mut ends = [End { k: 0, value: 0, before: 0, cost: 0.0 }; 64];
        let mut count = 1;
        for k in 1..64 {
            let steps = spectrum[k].abs();
            if steps < 0.5 {
                continue;
            }
            let mut best = End { k, value: 0, before: 0, cost: f32::INFINITY };
            for value in values_near(steps) {
                let error = steps - f32::from(value);
                let error = weight * error * error * if error > 0.0 { BLUR } else { 1.0 };
                let size = (u16::BITS - value.unsigned_abs().leading_zeros()) as usize;
                for (before, end) in ends[..count].iter().enumerate() {
                    let between = zeros[k] - zeros[end.k + 1];
                    let cost = end.cost + between + self.bits(k - end.k - 1, size) + error;
                    if cost < best.cost {
                        best = End { k, value, before, cost };
                    }
                }
            }
            ends[count] = best;
            count += 1;
        }
        let total = |end: &End| {
            let end_of_block = if end.k < 63 { self.0[END as usize] } else { 0.0 };
            end.cost + zeros[64] - zeros[end.k + 1] + end_of_block
        };
        let mut last = (0..count).min_by(|a, b| total(&ends[*a]).total_cmp(&total(&ends[*b]))).unwrap_or(0);
        block[1..].fill(0);
        while last > 0 {
            let End { k, value, before, .. } = ends[last];
            block[k] = if spectrum[k] < 0.0 { -value } else { value };
            last = before;
        }
    }
}

/// Returns the nearest number of steps and the two below, except 0.
fn values_near(steps: f32) -> impl Iterator<Item = i16> {
    let nearest = (steps + 0.5) as i16;
    (0..3).map(move |less| nearest - less).filter(|value| *value > 0)
}

/// A way to end with a coefficient other than zero.
#[derive(Clone, Copy, Debug)]
struct End {
    k: usize,
    value: i16,
    /// The place of the coefficient before.
    before: usize,
    cost: f32,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn costs() -> Costs {
        Costs(std::array::from_fn(|symbol| 2.0 + (symbol * 37 % 11) as f32))
    }

    /// Returns the error and the bits of a block by their definitions.
    fn cost_of(costs: &Costs, spectrum: &[f32; 64], weight: f32, block: &Block) -> f32 {
        let mut cost = 0.0;
        let mut zeros = 0;
        for k in 1..64 {
            let error = spectrum[k] - f32::from(block[k]);
            let is_smaller = f32::from(block[k].unsigned_abs()) < spectrum[k].abs();
            cost += weight * error * error * if is_smaller { BLUR } else { 1.0 };
            if block[k] == 0 {
                zeros += 1;
                continue;
            }
            cost += costs.bits(zeros, (16 - block[k].unsigned_abs().leading_zeros()) as usize);
            zeros = 0;
        }
        cost + if zeros > 0 { costs.0[END as usize] } else { 0.0 }
    }

    /// Tries all values of a few coefficients.
    fn least_cost(costs: &Costs, spectrum: &[f32; 64], weight: f32, places: &[usize], block: &mut Block) -> f32 {
        let Some((k, rest)) = places.split_first() else { return cost_of(costs, spectrum, weight, block) };
        let nearest = spectrum[*k].round() as i16;
        let mut least = f32::INFINITY;
        for value in (0..=nearest.abs()).map(|value| value * nearest.signum()) {
            block[*k] = value;
            least = least.min(least_cost(costs, spectrum, weight, rest, block));
        }
        block[*k] = 0;
        least
    }

    #[test]
    fn no_other_values_cost_less() {
        let costs = costs();
        let mut seed = 1_u32;
        let mut random = |below: u32| {
            seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (seed >> 16) % below
        };
        for case in 0..200 {
            let places: Vec<usize> = (1..64).filter(|_| random(10) == 0).take(6).collect();
            let mut spectrum = [0.0; 64];
            for steps in &mut spectrum[1..] {
                *steps = random(80) as f32 / 200.0 - 0.2;
            }
            for k in &places {
                spectrum[*k] = random(500) as f32 / 100.0 - 2.5;
            }
            let weight = 0.5 + random(20) as f32;
            let mut found = [0; 64];
            costs.quantize(&spectrum, weight, &mut found);
            let wanted = least_cost(&costs, &spectrum, weight, &places, &mut [0; 64]);
            let cost = cost_of(&costs, &spectrum, weight, &found);
            assert!((cost - wanted).abs() < 0.01 * wanted, "{case}: {cost} {wanted} {places:?}");
        }
    }

    #[test]
    fn the_more_an_error_is_worth_the_smaller_it_is() {
        let spectrum: [f32; 64] = std::array::from_fn(|k| (k * 29 % 17) as f32 / 4.0 - 2.0);
        let error = |weight: f32| {
            let mut block = [0; 64];
            costs().quantize(&spectrum, weight, &mut block);
            (1..64).map(|k| (spectrum[k] - f32::from(block[k])).powi(2)).sum::<f32>()
        };
        let errors = [0.0, 2.0, 10.0, 1e6].map(error);
        assert!(errors.is_sorted_by(|a, b| a > b), "{errors:?}");
        assert!(errors[3] <= 63.0 * 0.25);
    }
}
