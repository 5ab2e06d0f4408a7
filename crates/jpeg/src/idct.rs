//! Inverse DCTs (T.81, A.3.3) at full size and reduced to 6×6, 5×5, 4×4, 3×3, 2×2 and 1 sample a block.
//! In: dequantised coefficients, weighted. Out: samples around 0.
//!
//! A coefficient's weight is folded into its quantisation step (see [`Weights`]), so the transforms are left with few
//! multiplications. The reduced ones give box means of the block's samples as far as the low coefficients
//! determine them: the mean of f neighbours of cos((2x+1)uπ/16) is the basis function of the DCT of N = 8/f points times
//! sin(uπ/2N) / (f·sin(uπ/16)), and the same factor serves where f is not whole.

use std::f64::consts::{FRAC_1_SQRT_2, PI};

use super::turn::{Lanes, Pair, Tile, Turn};
use crate::scale::Scale;

/// For each zigzag index the column and the row of its coefficient (T.81, figure A.6).
pub(crate) const ZIGZAG: [(u8, u8); 64] = zigzag();

const fn zigzag() -> [(u8, u8); 64] {
    let mut order = [(0, 0); 64];
    let (mut x, mut y) = (0_u8, 0_u8);
    let mut k = 0;
    while k < 64 {
        order[k] = (x, y);
        let up = (x + y).is_multiple_of(2);
        match (up, x, y) {
            (true, 7, _) => y += 1,
            (true, _, 0) | (false, _, 7) => x += 1,
            (true, ..) => (x, y) = (x + 1, y - 1),
            (false, 0, _) => y += 1,
            (false, ..) => (x, y) = (x - 1, y + 1),
        }
        k += 1;
    }
    order
}

/// The factors of a component's coefficients at one scale.
#[derive(Clone, Debug)]
pub(crate) struct Weights {
    /// By zigzag index: quantisation step times the transform's own factor; 0 for those that the scale does not use.
    pub(crate) factor: [f32; 64],
}

impl Weights {
    /// From quantisation steps in zigzag order.
    pub(crate) fn new(steps: &[u16; 64], scale: Scale) -> Self {
        let side = scale.samples() as u8;
        let mut factor = [0.0; 64];
        for (k, (&step, (x, y))) in steps.iter().zip(ZIGZAG).enumerate() {
            if x < side && y < side {
                factor[k] = (f64::from(step) * weight(x, scale) * weight(y, scale)) as f32;
            }
        }
        Self { factor }
    }

    /// The same for samples of `bits` bits fewer.
    pub(crate) fn reduced(mut self, bits: u8) -> Self {
        let share = f32::from(1_u16 << bits).recip();
        self.factor.iter_mut().for_each(|factor| *factor *= share);
        self
    }

    /// The transform's input from coefficients in zigzag order, of which those that it needs must be there.
    pub(crate) fn spread(&self, values: &[i16]) -> Tile {
        let mut tile = [[0.0; 8]; 8];
        for ((&value, &factor), &(x, y)) in values.iter().zip(&self.factor).zip(&ZIGZAG) {
            tile[usize::from(x & 7)][usize::from(y & 7)] = f32::from(value) * factor;
        }
        tile
    }

    /// The factors in columns of 8, or of 4.
    pub(crate) fn in_columns<const SIDE: usize>(&self) -> [[f32; SIDE]; SIDE] {
        let mut columns = [[0.0; SIDE]; SIDE];
        for (&factor, &(x, y)) in self.factor.iter().zip(&ZIGZAG) {
            if let Some(place) = columns.get_mut(usize::from(x)).and_then(|column| column.get_mut(usize::from(y))) {
                *place = factor;
            }
        }
        columns
    }
}

/// The factor of frequency `u` along one axis, so that a DC coefficient alone gives its eighth.
fn weight(u: u8, scale: Scale) -> f64 {
    if u == 0 {
        return 0.5 * FRAC_1_SQRT_2;
    }
    let angle = f64::from(u) * PI / 16.0;
    let mean = (angle * scale.ratio()).sin() / (scale.ratio() * angle.sin());
    0.5 * mean * folded(u, scale)
}

/// The part of a frequency's basis function that is the same at all samples, which the transforms leave out.
fn folded(u: u8, scale: Scale) -> f64 {
    match (scale, u) {
        // Arai, Agui and Nakajima's scale factors.
        (Scale::Full, _) => (f64::from(u) * PI / 16.0).cos(),
        (Scale::SixEighths, 3) | (Scale::Half, 2) | (Scale::Quarter, 1) => FRAC_1_SQRT_2,
        (Scale::SixEighths, 2) | (Scale::ThreeEighths, 1) => 0.75_f64.sqrt(),
        (Scale::SixEighths, 4) | (Scale::ThreeEighths, 2) => 0.5,
        _ => 1.0,
    }
}

/// 2×2 samples from the coefficients (0, 0), (0, 1), (1, 0) and (1, 1), columns first.
#[inline(always)]
pub(crate) fn quarter(c: [f32; 4]) -> [[f32; 2]; 2] {
    let (a, b) = (c[0] + c[1], c[0] - c[1]);
    let (d, e) = (c[2] + c[3], c[2] - c[3]);
    [[a + d, a - d], [b + e, b - e]]
}

/// The samples of a block at a scale.
#[inline(always)]
pub(crate) fn transform<const N: usize>(turn: impl Turn, tile: Tile) -> Tile {
    down::<N>(turn.tile(down::<N>(tile)))
}

/// The samples of two blocks at 4/8 or 3/8.
#[inline(always)]
pub(crate) fn transform_pair<const N: usize>(turn: impl Turn, pair: Pair) -> Pair {
    down_pair::<N>(turn.pair(down_pair::<N>(pair)))
}

/// The transform of N points down the columns.
#[inline(always)]
fn down<const N: usize>(r: Tile) -> Tile {
    let [a, b, c, d, e, f, ..] = r;
    let none = [0.0; 8];
    match N {
        8 => eight(r),
        6 => {
            let [a, b, c, d, e, f] = six([a, b, c, d, e, f]);
            [a, b, c, d, e, f, none, none]
        }
        5 => {
            let [a, b, c, d, e] = five([a, b, c, d, e]);
            [a, b, c, d, e, none, none, none]
        }
        4 => {
            let [a, b, c, d] = four([a, b, c, d]);
            [a, b, c, d, none, none, none, none]
        }
        3 => {
            let [a, b, c] = three([a, b, c]);
            [a, b, c, none, none, none, none, none]
        }
        2 => {
            let (a, b) = (plus(a, b), minus(a, b));
            [a, b, none, none, none, none, none, none]
        }
        _ => [a, none, none, none, none, none, none, none],
    }
}

#[inline(always)]
fn down_pair<const N: usize>(r: Pair) -> Pair {
    match N {
        4 => four(r),
        _ => {
            let [a, b, c] = three([r[0], r[1], r[2]]);
            [a, b, c, [0.0; 8]]
        }
    }
}

#[inline(always)]
fn plus(a: Lanes, b: Lanes) -> Lanes {
    std::array::from_fn(|x| a[x] + b[x])
}

#[inline(always)]
fn minus(a: Lanes, b: Lanes) -> Lanes {
    std::array::from_fn(|x| a[x] - b[x])
}

/// The 3-point transform down the columns.
#[inline(always)]
fn three(r: [Lanes; 3]) -> [Lanes; 3] {
    let mut out = [[0.0; 8]; 3];
    for x in 0..8 {
        let even = r[0][x] + r[2][x];
        out[0][x] = even + r[1][x];
        out[1][x] = even - 3.0 * r[2][x];
        out[2][x] = even - r[1][x];
    }
    out
}

/// The 4-point transform down the columns.
#[inline(always)]
fn four(r: [Lanes; 4]) -> [Lanes; 4] {
    const C1: f32 = 0.923_879_5; // cos(π/8)
    const C3: f32 = 0.382_683_43; // cos(3π/8)
    let mut out = [[0.0; 8]; 4];
    for x in 0..8 {
        let (even, odd) = (r[0][x] + r[2][x], r[0][x] - r[2][x]);
        let outer = r[1][x] * C1 + r[3][x] * C3;
        let inner = r[1][x] * C3 - r[3][x] * C1;
        out[0][x] = even + outer;
        out[1][x] = odd + inner;
        out[2][x] = odd - inner;
        out[3][x] = even - outer;
    }
    out
}

/// The 5-point transform down the columns.
#[inline(always)]
fn five(r: [Lanes; 5]) -> [Lanes; 5] {
    const C1: f32 = 0.951_056_5; // cos(π/10)
    const C2: f32 = 0.809_017; // cos(2π/10)
    const C3: f32 = 0.587_785_25; // cos(3π/10)
    const C4: f32 = 0.309_017; // cos(4π/10)
    let mut out = [[0.0; 8]; 5];
    for x in 0..8 {
        let outer_even = r[0][x] + r[2][x] * C2 + r[4][x] * C4;
        let inner_even = r[0][x] - r[2][x] * C4 - r[4][x] * C2;
        let outer_odd = r[1][x] * C1 + r[3][x] * C3;
        let inner_odd = r[1][x] * C3 - r[3][x] * C1;
        out[0][x] = outer_even + outer_odd;
        out[1][x] = inner_even + inner_odd;
        out[2][x] = r[0][x] - r[2][x] + r[4][x];
        out[3][x] = inner_even - inner_odd;
        out[4][x] = outer_even - outer_odd;
    }
    out
}

/// The 6-point transform down the columns: one of three points for the even frequencies, and the odd ones.
#[inline(always)]
fn six(r: [Lanes; 6]) -> [Lanes; 6] {
    const C1: f32 = 0.965_925_8; // cos(π/12)
    const C3: f32 = std::f32::consts::FRAC_1_SQRT_2; // cos(3π/12)
    const C5: f32 = 0.258_819_04; // cos(5π/12)
    let even = three([r[0], r[2], r[4]]);
    let mut out = [[0.0; 8]; 6];
    for x in 0..8 {
        let odd = [
            r[1][x] * C1 + r[3][x] + r[5][x] * C5,
            (r[1][x] - r[5][x]) * C3 - r[3][x],
            r[1][x] * C5 - r[3][x] + r[5][x] * C1,
        ];
        for i in 0..3 {
            out[i][x] = even[i][x] + odd[i];
            out[5 - i][x] = even[i][x] - odd[i];
        }
    }
    out
}

/// The 8-point transform of Arai, Agui and Nakajima (1988) down the columns: five multiplications each.
#[inline(always)]
fn eight(r: Tile) -> Tile {
    const ROOT: f32 = std::f32::consts::SQRT_2; // 2·cos(4π/16)
    const A: f32 = 1.847_759_1; // 2·cos(2π/16)
    const B: f32 = 1.082_392_2; // 2·(cos(2π/16) - cos(6π/16))
    const D: f32 = 2.613_126; // 2·(cos(2π/16) + cos(6π/16))
    let mut out = [[0.0; 8]; 8];
    for x in 0..8 {
        let (sum04, diff04) = (r[0][x] + r[4][x], r[0][x] - r[4][x]);
        let sum26 = r[2][x] + r[6][x];
        let rot26 = (r[2][x] - r[6][x]) * ROOT - sum26;
        let even = [sum04 + sum26, diff04 + rot26, diff04 - rot26, sum04 - sum26];

        let (sum53, diff53) = (r[5][x] + r[3][x], r[5][x] - r[3][x]);
        let (sum17, diff17) = (r[1][x] + r[7][x], r[1][x] - r[7][x]);
        let both = (diff53 + diff17) * A;
        let odd0 = sum17 + sum53;
        let odd1 = both - diff53 * D - odd0;
        let odd2 = (sum17 - sum53) * ROOT - odd1;
        let odd3 = both - diff17 * B - odd2;
        let odd = [odd0, odd1, odd2, odd3];
        for i in 0..4 {
            out[i][x] = even[i] + odd[i];
            out[7 - i][x] = even[i] - odd[i];
        }
    }
    out
}

#[cfg(test)]
mod tests;
