//! Computes the waves of cosine transforms.

use std::f32::consts::{PI, SQRT_2};

/// Returns a sample of a wave of `count` samples.
pub(super) fn wave(frequency: usize, at: usize, count: usize) -> f32 {
    match frequency {
        0 => 1.0,
        _ => SQRT_2 * ((2 * at + 1) as f32 * frequency as f32 * PI / (2 * count) as f32).cos(),
    }
}
