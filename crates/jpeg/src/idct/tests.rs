//! The transforms against T.81's formula.

use super::super::turn::Plain;
use super::*;

/// T.81's formula, word by word.
fn slow(coefficients: &[f64; 64]) -> [[f64; 8]; 8] {
    let c = |u: u8| if u == 0 { FRAC_1_SQRT_2 } else { 1.0 };
    let cos = |x: usize, u: u8| ((2 * x + 1) as f64 * f64::from(u) * PI / 16.0).cos();
    std::array::from_fn(|y| {
        std::array::from_fn(|x| {
            ZIGZAG.iter().zip(coefficients).map(|(&(u, v), f)| 0.25 * c(u) * c(v) * f * cos(x, u) * cos(y, v)).sum()
        })
    })
}

/// The formula of as many points as the scale has, times what a mean leaves of each frequency.
fn of_fewer_points(coefficients: &[f64; 64], scale: Scale) -> Vec<f64> {
    let (n, f) = (scale.samples(), scale.ratio());
    let mean = |u: u8| {
        let angle = f64::from(u) * PI / 16.0;
        if u == 0 { FRAC_1_SQRT_2 } else { (f * angle).sin() / (f * angle.sin()) }
    };
    let cos = |x: usize, u: u8| ((2 * x + 1) as f64 * f64::from(u) * PI / (2 * n) as f64).cos();
    let sample = |(x, y): (usize, usize)| {
        let terms = ZIGZAG.iter().zip(coefficients);
        terms.map(|(&(u, v), c)| 0.25 * c * mean(u) * mean(v) * cos(x, u) * cos(y, v)).sum()
    };
    (0..n * n).map(|i| sample((i % n, i / n))).collect()
}

/// The block mean of the slow transform at scale f.
fn means(samples: &[[f64; 8]; 8], f: usize) -> Vec<f64> {
    let mut out = vec![];
    for y in 0..8 / f {
        for x in 0..8 / f {
            let sum: f64 = (0..f * f).map(|i| samples[y * f + i / f][x * f + i % f]).sum();
            out.push(sum / (f * f) as f64);
        }
    }
    out
}

#[test]
fn equals_the_block_means_of_the_formula() {
    let mut seed = 1_u64;
    for scale in Scale::ALL {
        let side = scale.samples();
        for _ in 0..100 {
            let mut values = [0.0; 64];
            let mut input = [0_i16; 64];
            let mut steps = [0; 64];
            for k in 0..64 {
                seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                steps[k] = (seed >> 40) as u16 % 99 + 1;
                values[k] = f64::from((seed >> 56) as i8 / 8);
            }
            let weights = Weights::new(&steps, scale);
            for k in 0..64 {
                let used = usize::from(ZIGZAG[k].0.max(ZIGZAG[k].1)) < side;
                if used {
                    input[k] = values[k] as i16;
                }
                values[k] *= if used { f64::from(steps[k]) } else { 0.0 };
            }
            let tile = weights.spread(&input);
            let got = match side {
                8 => transform::<8>(Plain, tile),
                6 => transform::<6>(Plain, tile),
                5 => transform::<5>(Plain, tile),
                4 => transform::<4>(Plain, tile),
                3 => transform::<3>(Plain, tile),
                2 => transform::<2>(Plain, tile),
                _ => transform::<1>(Plain, tile),
            };
            let got: Vec<f32> = got[..side].iter().flat_map(|row| row[..side].to_vec()).collect();
            let mut wanted = vec![of_fewer_points(&values, scale)];
            if 8 % side == 0 {
                wanted.push(means(&slow(&values), 8 / side));
            }
            for want in wanted {
                assert_eq!(got.len(), want.len());
                for (g, w) in got.iter().zip(want) {
                    assert!((f64::from(*g) - w).abs() < 0.02, "{scale:?}: {g} for {w}");
                }
            }
        }
    }
}

#[test]
fn the_kept_coefficients_are_no_more_than_it_takes() {
    for scale in Scale::ALL {
        let is_used = |&(x, y): &(u8, u8)| usize::from(x.max(y)) < scale.samples();
        assert_eq!(ZIGZAG.iter().rposition(is_used).map(|last| last + 1), Some(scale.kept()), "{scale:?}");
    }
}

#[test]
fn two_blocks_side_by_side_give_what_one_gives() {
    let tile = |first: usize| std::array::from_fn(|x| std::array::from_fn(|y| ((first + 29 * x + 5 * y) % 64) as f32));
    let [one, other]: [Tile; 2] = [tile(0), tile(7)];
    let pair: Pair = std::array::from_fn(|x| {
        let is_used = |y: usize| x < 3 && y % 4 < 3;
        std::array::from_fn(|y| {
            if !is_used(y) {
                0.0
            } else if y < 4 {
                one[x][y]
            } else {
                other[x][y - 4]
            }
        })
    });
    let alone = [one, other].map(|mut tile| {
        tile.iter_mut().for_each(|column| column[3..].fill(0.0));
        tile[3..].fill([0.0; 8]);
        (transform::<4>(Plain, tile), transform::<3>(Plain, tile))
    });
    let (fours, threes) = (transform_pair::<4>(Plain, pair), transform_pair::<3>(Plain, pair));
    for (i, (four, three)) in alone.iter().enumerate() {
        assert!((0..4).all(|y| fours[y][4 * i..][..4] == four[y][..4]));
        assert!((0..3).all(|y| threes[y][4 * i..][..3] == three[y][..3]));
    }
}

#[test]
fn zigzag_is_the_standard_s() {
    assert_eq!(ZIGZAG[..6], [(0, 0), (1, 0), (0, 1), (0, 2), (1, 1), (2, 0)]);
    assert_eq!((ZIGZAG[28], ZIGZAG[35]), ((7, 0), (0, 7)));
    assert_eq!(ZIGZAG[63], (7, 7));
}
