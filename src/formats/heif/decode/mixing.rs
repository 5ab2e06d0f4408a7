//! Converts colours whose matrices mix more than two colour differences into luma (ITU-T H.273, equations 52 to 79).
//! The mean of their samples is not the sample of their mean, since some were made of light and others of signals.

use crate::pixels::Matrix;

/// Matrix from cone light to BT.2020's light (BT.2100-2, table 7; the inverse of its matrix).
const RGB_OF_LMS: [[f32; 3]; 3] =
    [[3.436_607, -2.506_452, 0.069_845], [-0.791_33, 1.983_6, -0.192_271], [-0.025_95, -0.098_914, 1.124_864]];

/// Matrices from intensity and two differences to cone signals, coded as PQ and as HLG.
const LMS_OF_PQ: [[f32; 3]; 3] =
    [[1.0, 0.008_609, 0.111_03], [1.0, -0.008_609, -0.111_03], [1.0, 0.560_031, -0.320_627]];
const LMS_OF_HLG: [[f32; 3]; 3] =
    [[1.0, 0.015_719, 0.209_581], [1.0, -0.015_719, -0.209_581], [1.0, 1.021_271, -0.605_274]];

/// Code points of transfer characteristics (H.273, table 3).
const PQ: u16 = 16;
const HLG: u16 = 18;

/// Converts intensity and its differences, 0 to 1 and −0.5 to 0.5, to red, green and blue.
pub(super) fn of_ictcp([i, ct, cp]: [f32; 3], transfer: u16) -> [f32; 3] {
    let matrix = if transfer == HLG { LMS_OF_HLG } else { LMS_OF_PQ };
    let light = multiply(matrix, [i, ct, cp]).map(|signal| light_of(signal, transfer));
    multiply(RGB_OF_LMS, light).map(|light| signal_of(light, transfer))
}

/// Converts constant-luminance samples to red, green and blue. Luma is the signal of luminance, and not a sum of
/// signals.
pub(super) fn of_constant_luminance([y, cb, cr]: [f32; 3], matrix: Matrix, transfer: u16) -> [f32; 3] {
    let (red_weight, blue_weight) = matrix.weights();
    // At half the range, the difference is at its maximum on either side.
    let add = |difference: f32, weight: f32| {
        let most =
            if difference <= 0.0 { signal_of(1.0 - weight, transfer) } else { 1.0 - signal_of(weight, transfer) };
        y + 2.0 * most * difference
    };
    let (red, blue) = (add(cr, red_weight), add(cb, blue_weight));
    let [luminance, r, b] = [y, red, blue].map(|signal| light_of(signal, transfer));
    let green = (luminance - red_weight * r - blue_weight * b) / (1.0 - red_weight - blue_weight);
    [red, signal_of(green, transfer), blue]
}

/// Converts SMPTE ST 2085's Y′D′zD′x to red, green and blue.
pub(super) fn of_ydzdx([y, dz, dx]: [f32; 3]) -> [f32; 3] {
    [0.991_902_f32.mul_add(y, 2.0 * dx), y, (2.0 * dz + y) / 0.986_566]
}

/// Inverts the lossless integer transform to red, green and blue; `unit` is the value of the integer 1.
pub(super) fn of_reversible_ycgco([y, cg, co]: [f32; 3], unit: f32) -> [f32; 3] {
    let half = |number: f32| ((number / unit).round() / 2.0).floor() * unit;
    let rest = y - half(cg);
    let blue = rest - half(co);
    [blue + co, cg + rest, blue]
}

/// Returns the weights of red and blue in luminance, for primaries of H.273, table 2.
pub(super) fn weights_of(primaries: u16) -> Option<Matrix> {
    const D65: [f64; 2] = [0.3127, 0.3290];
    const C: [f64; 2] = [0.310, 0.316];
    let (chromaticities, white) = match primaries {
        1 => ([[0.640, 0.330], [0.300, 0.600], [0.150, 0.060]], D65),
        4 => ([[0.67, 0.33], [0.21, 0.71], [0.14, 0.08]], C),
        5 => ([[0.64, 0.33], [0.29, 0.60], [0.15, 0.06]], D65),
        6 | 7 => ([[0.630, 0.340], [0.310, 0.595], [0.155, 0.070]], D65),
        8 => ([[0.681, 0.319], [0.243, 0.692], [0.145, 0.049]], C),
        9 => ([[0.708, 0.292], [0.170, 0.797], [0.131, 0.046]], D65),
        11 => ([[0.680, 0.320], [0.265, 0.690], [0.150, 0.060]], [0.314, 0.351]),
        12 => ([[0.680, 0.320], [0.265, 0.690], [0.150, 0.060]], D65),
        22 => ([[0.630, 0.340], [0.295, 0.605], [0.155, 0.077]], D65),
        _ => return None,
    };
    // Cramer's rule: the amounts of the primaries that make the white, then their luminance.
    let of = |[x, y]: [f64; 2]| [x / y, 1.0, (1.0 - x - y) / y];
    let [r, g, b, w] = [chromaticities[0], chromaticities[1], chromaticities[2], white].map(of);
    let whole = determinant(r, g, b);
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a share of luminance is 0 to 1")]
    let share = |part: f64| (part / whole * 10_000.0).round() as u16;
    Some(Matrix::Other { red: share(determinant(w, g, b)), blue: share(determinant(r, g, w)) })
}

fn determinant(a: [f64; 3], b: [f64; 3], c: [f64; 3]) -> f64 {
    let minor = |i: usize, j: usize| b[i] * c[j] - b[j] * c[i];
    a[0] * minor(1, 2) - a[1] * minor(0, 2) + a[2] * minor(0, 1)
}

fn multiply(matrix: [[f32; 3]; 3], vector: [f32; 3]) -> [f32; 3] {
    matrix.map(|row| row.iter().zip(vector).map(|(factor, part)| factor * part).sum())
}

/// Returns the light of a signal, both from 0 to 1 (H.273, table 3).
fn light_of(signal: f32, transfer: u16) -> f32 {
    let power = |exponent: f32| signal.max(0.0).powf(exponent);
    match transfer {
        PQ => {
            let root = power(1.0 / 78.84375);
            ((root - 0.835_937_5).max(0.0) / (18.851_563 - 18.6875 * root)).powf(1.0 / 0.159_301_76)
        }
        HLG if signal <= 0.5 => power(2.0) / 3.0,
        HLG => (((signal - 0.559_910_7) / 0.178_832_77).exp() + 0.284_668_92) / 12.0,
        8 => signal,
        4 => power(2.2),
        5 => power(2.8),
        13 if signal <= 0.040_45 => signal / 12.92,
        13 => ((signal + 0.055) / 1.055).max(0.0).powf(2.4),
        _ if signal < 0.081 => signal / 4.5,
        _ => ((signal + 0.0993) / 1.0993).powf(1.0 / 0.45),
    }
}

/// Returns the signal of a light, the inverse of [`light_of`].
fn signal_of(light: f32, transfer: u16) -> f32 {
    let power = |exponent: f32| light.max(0.0).powf(exponent);
    match transfer {
        PQ => {
            let root = power(0.159_301_76);
            ((18.851_563 * root + 0.835_937_5) / (18.6875 * root + 1.0)).powf(78.84375)
        }
        HLG if light <= 1.0 / 12.0 => (3.0 * light.max(0.0)).sqrt(),
        HLG => 0.178_832_77_f32.mul_add((12.0 * light - 0.284_668_92).ln(), 0.559_910_7),
        8 => light,
        4 => power(1.0 / 2.2),
        5 => power(1.0 / 2.8),
        13 if light <= 0.003_130_8 => light * 12.92,
        13 => 1.055_f32.mul_add(power(1.0 / 2.4), -0.055),
        _ if light < 0.018 => light * 4.5,
        _ => 1.0993_f32.mul_add(power(0.45), -0.0993),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn assert_near(got: [f32; 3], wanted: [f32; 3]) {
        assert!(got.iter().zip(wanted).all(|(got, wanted)| (got - wanted).abs() < 2e-3), "{got:?} {wanted:?}");
    }

    #[test]
    fn light_and_signals_are_inverse_to_each_other() {
        for transfer in [1, 4, 5, 8, 13, 14, PQ, HLG] {
            for step in 0..=20 {
                let signal = step as f32 / 20.0;
                let again = signal_of(light_of(signal, transfer), transfer);
                assert!((again - signal).abs() < 1e-3, "{transfer}: {signal} {again}");
            }
        }
    }

    #[test]
    fn the_weights_of_primaries_are_those_of_their_matrices() {
        let near = |primaries: u16, wanted: Matrix| {
            let ((red, blue), (r, b)) = (weights_of(primaries).unwrap().weights(), wanted.weights());
            assert!((red - r).abs() < 5e-4 && (blue - b).abs() < 5e-4, "{primaries}: {red} {blue}");
        };
        near(1, Matrix::Bt709);
        near(9, Matrix::Bt2020);
        near(6, Matrix::SMPTE_240);
        assert_eq!(weights_of(2), None);
    }

    /// Applies the forward transform, by the equations.
    fn to_ictcp(rgb: [f32; 3], transfer: u16) -> [f32; 3] {
        let light = rgb.map(|signal| light_of(signal, transfer));
        let lms = multiply(
            [[1688.0, 2146.0, 262.0], [683.0, 2951.0, 462.0], [99.0, 309.0, 3688.0]].map(|row| row.map(|n| n / 4096.0)),
            light,
        );
        let matrix = match transfer {
            HLG => [[2048.0, 2048.0, 0.0], [3625.0, -7465.0, 3840.0], [9500.0, -9212.0, -288.0]],
            _ => [[2048.0, 2048.0, 0.0], [6610.0, -13613.0, 7003.0], [17933.0, -17390.0, -543.0]],
        };
        multiply(matrix.map(|row| row.map(|n| n / 4096.0)), lms.map(|light| signal_of(light, transfer)))
    }

    fn to_constant_luminance([r, g, b]: [f32; 3], matrix: Matrix, transfer: u16) -> [f32; 3] {
        let (red, blue) = matrix.weights();
        let light = [r, g, b].map(|signal| light_of(signal, transfer));
        let y = signal_of(red * light[0] + (1.0 - red - blue) * light[1] + blue * light[2], transfer);
        let divide = |difference: f32, weight: f32| {
            let most =
                if difference <= 0.0 { signal_of(1.0 - weight, transfer) } else { 1.0 - signal_of(weight, transfer) };
            difference / (2.0 * most)
        };
        [y, divide(b - y, blue), divide(r - y, red)]
    }

    #[test]
    fn colors_come_back_from_every_matrix() {
        for color in [[0.8, 0.3, 0.2], [0.4, 0.9, 0.5], [0.2, 0.2, 0.7], [0.6, 0.6, 0.6], [1.0, 1.0, 1.0]] {
            for transfer in [PQ, HLG] {
                assert_near(of_ictcp(to_ictcp(color, transfer), transfer), color);
            }
            for (matrix, transfer) in [(Matrix::Bt2020, 14), (Matrix::Bt2020, 1), (Matrix::Bt709, 13)] {
                let coded = to_constant_luminance(color, matrix, transfer);
                assert_near(of_constant_luminance(coded, matrix, transfer), color);
            }
            let [r, g, b] = color;
            assert_near(of_ydzdx([g, (0.986_566 * b - g) / 2.0, (r - 0.991_902 * g) / 2.0]), color);
        }
    }

    #[test]
    fn a_reversible_transform_gives_back_every_number() {
        for [r, g, b] in [[0_i32, 0, 0], [255, 0, 1], [3, 254, 77], [200, 100, 51], [1, 2, 4]] {
            let co = r - b;
            let t = b + (co >> 1);
            let cg = g - t;
            let y = t + (cg >> 1);
            assert_eq!(of_reversible_ycgco([y, cg, co].map(|n| n as f32), 1.0), [r, g, b].map(|n| n as f32));
        }
    }
}
