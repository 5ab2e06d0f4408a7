//! Compares the transforms with the sums that define them.

use super::*;

/// Applies the definition to every coefficient.
fn residuals_slowly(coefficients: &Coefficients, transform: Transform, side: usize, depth: u32) -> Vec<i32> {
    let value = |x: usize, y: usize| i64::from(coefficients.values[y * side + x]);
    let factor = |k: usize, x: usize| match transform {
        Transform::Sine => i64::from(SINES[k][x]),
        _ => {
            let angle = (k * (2 * x + 1)) as f64 * std::f64::consts::PI / (2 * side) as f64;
            let exact = angle.cos() * 64.0 * if k == 0 { 1.0 } else { 2_f64.sqrt() };
            let factor = i64::from(MATRIX[k * 32 / side][x]);
            assert!((exact - factor as f64).abs() < 1.5, "{k} {x}");
            factor
        }
    };
    let clip = |sum: i64| sum.clamp(-32768, 32767);
    let shift = 20 - depth;
    let mut residuals = vec![0; side * side];
    for (index, residual) in residuals.iter_mut().enumerate() {
        let (x, y) = (index % side, index / side);
        *residual = match transform {
            Transform::Bypass => value(x, y),
            Transform::Skip => ((value(x, y) << (5 + side.ilog2())) + (1 << (shift - 1))) >> shift,
            Transform::Sine | Transform::Cosine => {
                let row = |k: usize| clip(((0..side).map(|j| factor(j, y) * value(k, j)).sum::<i64>() + 64) >> 7);
                ((0..side).map(|k| factor(k, x) * row(k)).sum::<i64>() + (1 << (shift - 1))) >> shift
            }
        } as i32;
    }
    residuals
}

#[test]
fn every_transform_adds_the_residuals_of_its_definition() {
    let mut random = 1_u32;
    let mut next = || {
        random = random.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (random >> 16) as i32
    };
    for (log2, depth) in (2..6).flat_map(|log2| [8, 10, 12].map(|depth| (log2, depth))) {
        let side = 1_usize << log2;
        for transform in [Transform::Bypass, Transform::Skip, Transform::Sine, Transform::Cosine] {
            if transform == Transform::Sine && log2 > 2 {
                continue;
            }
            for (columns, rows, count) in [(4, 4, 1), (4, 4, 6), (side, 4, 9), (4, side, 9), (side, side, 300)] {
                for magnitude in [20, 1000, 32767] {
                    let mut coefficients = Coefficients { columns, rows, ..Coefficients::new() };
                    for index in 0..count {
                        let (x, y) = (next() as usize % columns, next() as usize % rows);
                        let place = if index == 0 { 0 } else { y * side + x };
                        coefficients.values[place] = (next() % (2 * magnitude + 1) - magnitude) as i16;
                    }
                    let wanted: Vec<i32> = residuals_slowly(&coefficients, transform, side, depth)
                        .iter()
                        .map(|residual| (residual + 100).clamp(0, (1 << depth) - 1))
                        .collect();
                    let mut words = vec![100_u16; side * side];
                    let mut bytes = vec![100_u8; side * side];
                    let mut again = Coefficients { values: coefficients.values, columns, rows };
                    add(&mut coefficients, (transform, log2), depth, &mut words, side);
                    assert!(
                        words.iter().map(|word| i32::from(*word)).eq(wanted.iter().copied()),
                        "{transform:?} {log2}"
                    );
                    assert!(coefficients.values.iter().all(|value| *value == 0));
                    if depth == 8 {
                        add(&mut again, (transform, log2), depth, &mut bytes, side);
                        assert!(bytes.iter().map(|byte| i32::from(*byte)).eq(wanted), "{transform:?} {log2}");
                    }
                }
            }
        }
    }
}
