use super::passes::transform_plainly;
use super::*;

/// Returns numbers that look random, from `-most` to `most`.
fn noise(seed: u32, most: i32) -> impl FnMut() -> i32 {
    let mut state = seed;
    move || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 8) as i32 % (2 * most + 1) - most
    }
}

/// Returns all sizes of transforms.
fn sizes() -> impl Iterator<Item = Dimensions> {
    let sides = |log_width: u32| (0..5).map(move |log_height| Dimensions::new(log_width, log_height));
    (0..5).flat_map(sides).filter(|size| size.longer() <= size.shorter() + 2)
}

/// Returns the waves that transforms of a size may have.
fn kinds(size: Dimensions) -> Vec<(Wave, Wave)> {
    let waves = [Wave::Cosine, Wave::Sine, Wave::Identity];
    let all = waves.into_iter().flat_map(|columns| waves.map(|rows| (columns, rows)));
    let most = if size.longer() < 3 { 9 } else { 1 };
    all.take(most).collect()
}

/// Compares the vectors' results with those of the portable implementation.
fn compare<T: Transformed>(depth: u32) {
    let mut count = 0;
    for size in sizes() {
        for waves in kinds(size) {
            for last in [(0, 1), (1, 0), (3, 2), (3, 3), (7, 9), (31, 31)] {
                let (columns, rows) = (4 * size.coded().width(), 4 * size.coded().height());
                let last = (last.0.min(columns - 1), last.1.min(rows - 1));
                let mut next = noise(1 + count, 40 << (depth - 8));
                let mut residual = Residual::<T::Coefficient>::new();
                for x in 0..=last.0 {
                    (0..=last.1).for_each(|y| residual.coefficients[x * rows + y] = T::Coefficient::of(8 * next()));
                }
                residual.last = last;
                let mut slow: Vec<T> = (0..64 * 64).map(|_| T::of(next().unsigned_abs() as i32)).collect();
                let mut fast = slow.clone();
                let passes = Passes { waves, size, last };
                let mut between = residual.between.clone();
                let mut target = Target { samples: &mut slow, stride: 64, depth };
                transform_plainly(&passes, &residual.coefficients[..], &mut between[..], &mut target);
                let mut target = Target { samples: &mut fast, stride: 64, depth };
                add(&mut residual, Kind::Waves(waves.0, waves.1), size, &mut target);
                assert_eq!(fast, slow, "{size:?}, {waves:?}, {last:?}");
                assert!(residual.coefficients.iter().all(|number| Into::<i32>::into(*number) == 0));
                count += 1;
            }
        }
    }
    assert!(count > 500, "{count}");
}

#[test]
fn vectors_transform_as_the_portable_implementation_does() {
    compare::<u8>(8);
    compare::<u16>(10);
    compare::<u16>(12);
}

#[test]
fn a_single_coefficient_becomes_the_same_as_by_both_passes() {
    for size in sizes() {
        for level in [-3000, -77, -1, 1, 50, 2999] {
            let mut residual = Residual::<i16>::new();
            residual.coefficients[0] = level;
            let mut slow = vec![100_u8; 64 * 64];
            let mut fast = slow.clone();
            let passes = Passes { waves: (Wave::Cosine, Wave::Cosine), size, last: (0, 0) };
            let mut target = Target { samples: &mut slow, stride: 64, depth: 8 };
            transform_plainly(&passes, &residual.coefficients[..], &mut residual.between.clone()[..], &mut target);
            let mut target = Target { samples: &mut fast, stride: 64, depth: 8 };
            add(&mut residual, Kind::Waves(Wave::Cosine, Wave::Cosine), size, &mut target);
            assert_eq!(fast, slow, "{size:?}, {level}");
        }
    }
}

#[test]
fn the_cosine_transform_is_that_of_the_definition() {
    for (log2, side) in [(0, 4_usize), (1, 8), (2, 16), (3, 32)] {
        let size = Dimensions::square(log2);
        for (u, v) in [(0, 1), (1, 0), (2, 3), (3, 1)] {
            let mut residual = Residual::<i16>::new();
            residual.coefficients[u * side + v] = 1600;
            residual.last = (u, v);
            let mut samples = vec![128_u8; side * side];
            let mut target = Target { samples: &mut samples, stride: side, depth: 8 };
            add(&mut residual, Kind::Waves(Wave::Cosine, Wave::Cosine), size, &mut target);
            let wave = |frequency: usize, at: usize| {
                let angle = (2 * at + 1) as f64 * frequency as f64 * std::f64::consts::PI / (2 * side) as f64;
                angle.cos() * if frequency == 0 { (1.0 / side as f64).sqrt() } else { (2.0 / side as f64).sqrt() }
            };
            // Coefficients have three fraction bits; those of 32 by 32 are halved besides.
            let scale = 1600.0 / 8.0 * if log2 == 3 { 2.0 } else { 1.0 };
            for (index, sample) in samples.iter().enumerate() {
                let expected = 128.0 + scale * wave(u, index % side) * wave(v, index / side);
                assert!((f64::from(*sample) - expected).abs() < 1.6, "{side}: {sample}, not {expected}");
            }
        }
    }
}
