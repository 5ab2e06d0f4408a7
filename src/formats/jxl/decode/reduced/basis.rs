//! Computes the means of the cells of small blocks from their coefficients.

use std::sync::OnceLock;

use jxl_vardct::TransformType;

use super::corner;
use super::waves::wave;

/// The contributions of the coefficients of a block of 8 by 8 px to the means of its cells.
#[derive(Debug)]
pub(super) struct Basis {
    means: Vec<f32>,
    /// Cells of a block.
    pub(super) cells: usize,
}

/// The weights of the filter that ends the decoding of a frame: of a pixel, of one beside it, and of one at its corner.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Smoothing {
    pub(super) center: f32,
    pub(super) side: f32,
    pub(super) corner: f32,
}

impl Smoothing {
    /// No filter.
    pub(super) const NONE: Self = Self { center: 1.0, side: 0.0, corner: 0.0 };

    /// Returns the filter of these weights, for which that of the pixel is 1 before all are made to add up to 1.
    pub(super) fn of([side, corner]: [f32; 2]) -> Self {
        let scale = 1.0 / (1.0 + 4.0 * (side + corner));
        Self { center: scale, side: side * scale, corner: corner * scale }
    }
}

impl Basis {
    /// Computes the basis of a transform for this number of cells along the sides of a block.
    pub(super) fn new(kind: TransformType, (across, down): (usize, usize), smoothing: Smoothing) -> Self {
        let (width, height) = (8 / across, 8 / down);
        let mut means = Vec::new();
        for place in 0..64 {
            let mut block = [0.0; 64];
            block[place] = 1.0;
            invert(kind, &mut block);
            smooth(&mut block, smoothing);
            for cell in 0..across * down {
                let (left, top) = (cell % across * width, cell / across * height);
                let rows = (top..top + height).map(|y| &block[y * 8 + left..y * 8 + left + width]);
                means.push(rows.flatten().sum::<f32>() / (width * height) as f32);
            }
        }
        Self { means, cells: across * down }
    }

    /// Returns the contributions of the coefficient at `place`.
    pub(super) fn of(&self, place: usize) -> &[f32] {
        &self.means[place * self.cells..(place + 1) * self.cells]
    }
}

/// Smooths a block as if its border pixels went on beyond it.
fn smooth(block: &mut [f32; 64], smoothing: Smoothing) {
    let source = *block;
    let at = |x: usize, y: usize, dx: usize, dy: usize| {
        let (x, y) = ((x + dx).saturating_sub(1).min(7), (y + dy).saturating_sub(1).min(7));
        source[y * 8 + x]
    };
    for (index, sample) in block.iter_mut().enumerate() {
        let (x, y) = (index % 8, index / 8);
        let side = at(x, y, 0, 1) + at(x, y, 2, 1) + at(x, y, 1, 0) + at(x, y, 1, 2);
        let corner = at(x, y, 0, 0) + at(x, y, 2, 0) + at(x, y, 0, 2) + at(x, y, 2, 2);
        *sample = smoothing.center * at(x, y, 1, 1) + smoothing.side * side + smoothing.corner * corner;
    }
}

/// Turns the coefficients of a block into its pixels, by definition.
pub(super) fn invert(kind: TransformType, block: &mut [f32; 64]) {
    match kind {
        TransformType::Hornuss => in_quarters(block, invert_differences),
        TransformType::Dct2 => [2, 4, 8].into_iter().for_each(|side| invert_halves(block, side)),
        TransformType::Dct4 => in_quarters(block, |quarter| *quarter = transposed(cosines::<16>(quarter, 4))),
        TransformType::Dct4x8 => invert_rectangles(block),
        TransformType::Dct8x4 => {
            invert_rectangles(block);
            *block = std::array::from_fn(|index| block[index % 8 * 8 + index / 8]);
        }
        TransformType::Afv0 => invert_corner(block, false, false),
        TransformType::Afv1 => invert_corner(block, true, false),
        TransformType::Afv2 => invert_corner(block, false, true),
        TransformType::Afv3 => invert_corner(block, true, true),
        _ => *block = cosines(block, 8),
    }
}

/// Inverts a cosine transform of rows of `width` coefficients.
fn cosines<const N: usize>(block: &[f32; N], width: usize) -> [f32; N] {
    let (across, down) = (waves(width), waves(N / width));
    let mut out = [0.0; N];
    for (place, value) in block.iter().enumerate().filter(|(_, value)| **value != 0.0) {
        let (across, down) = (&across[place % width * width..], &down[place / width * (N / width)..]);
        for (row, down) in out.chunks_exact_mut(width).zip(down) {
            row.iter_mut().zip(across).for_each(|(out, across)| *out += value * down * across);
        }
    }
    out
}

/// Returns the samples of the wave of each frequency, for a side of 4 or 8 px.
fn waves(side: usize) -> &'static [f32] {
    static WAVES: OnceLock<[Vec<f32>; 2]> = OnceLock::new();
    let of_side = |side: usize| (0..side * side).map(|index| wave(index / side, index % side, side)).collect();
    let [small, large] = WAVES.get_or_init(|| [of_side(4), of_side(8)]);
    if side == 4 { small } else { large }
}

fn transposed(quarter: [f32; 16]) -> [f32; 16] {
    std::array::from_fn(|index| quarter[index % 4 * 4 + index / 4])
}

/// Spreads the first coefficients of `side` by `side` over squares of 2 by 2.
fn invert_halves(block: &mut [f32; 64], side: usize) {
    let source = *block;
    let half = side / 2;
    for y in 0..half {
        for x in 0..half {
            let [a, b, c, d] = [0, half, half * 8, half * 8 + half].map(|offset| source[y * 8 + x + offset]);
            let start = 2 * y * 8 + 2 * x;
            block[start] = a + b + c + d;
            block[start + 1] = a + b - c - d;
            block[start + 8] = a - b + c - d;
            block[start + 9] = a - b - c + d;
        }
    }
}

/// Inverts a transform of four squares of 4 by 4 px, whose coefficients alternate.
fn in_quarters(block: &mut [f32; 64], invert: impl Fn(&mut [f32; 16])) {
    invert_halves(block, 2);
    let source = *block;
    for (x, y) in [(0, 0), (1, 0), (0, 1), (1, 1)] {
        let mut quarter: [f32; 16] = std::array::from_fn(|index| source[(y + index / 4 * 2) * 8 + x + index % 4 * 2]);
        invert(&mut quarter);
        for (index, value) in quarter.into_iter().enumerate() {
            block[(y * 4 + index / 4) * 8 + x * 4 + index % 4] = value;
        }
    }
}

/// Inverts a transform that holds differences from one pixel.
fn invert_differences(quarter: &mut [f32; 16]) {
    let mean = quarter[0] - quarter[1..].iter().sum::<f32>() / 16.0;
    quarter[0] = quarter[5];
    quarter[5] = 0.0;
    quarter.iter_mut().for_each(|sample| *sample += mean);
}

/// Inverts a transform of two rectangles of 8 by 4 px, one above the other.
fn invert_rectangles(block: &mut [f32; 64]) {
    let (sum, difference) = (block[0] + block[8], block[0] - block[8]);
    (block[0], block[8]) = (sum, difference);
    let source = *block;
    for half in 0..2 {
        let rectangle: [f32; 32] = std::array::from_fn(|index| source[(index / 8 * 2 + half) * 8 + index % 8]);
        block[half * 32..half * 32 + 32].copy_from_slice(&cosines(&rectangle, 8));
    }
}

/// Inverts a transform of a corner with a basis of its own, the square beside it, and the rectangle of the other half.
fn invert_corner(block: &mut [f32; 64], is_right: bool, is_low: bool) {
    let source = *block;
    let (first, right, below) = (source[0], source[1], source[8]);
    let mut corner: [f32; 16] = std::array::from_fn(|index| source[index / 4 * 16 + index % 4 * 2]);
    corner[0] = (first + right + below) * 4.0;
    let mut square: [f32; 16] = std::array::from_fn(|index| source[index % 4 * 16 + index / 4 * 2 + 1]);
    square[0] = first - right + below;
    let mut rectangle: [f32; 32] = std::array::from_fn(|index| source[(index / 8 * 2 + 1) * 8 + index % 8]);
    rectangle[0] = first - below;
    let square = cosines(&square, 4);
    let rectangle = cosines(&rectangle, 8);
    let (left, top) = (if is_right { 4 } else { 0 }, if is_low { 4 } else { 0 });
    for y in 0..4 {
        for x in 0..4 {
            let (bx, by) = (if is_right { 3 - x } else { x }, if is_low { 3 - y } else { y });
            let sample = corner.iter().zip(&corner::BASIS).map(|(value, basis)| value * basis[by * 4 + bx]).sum();
            block[(top + y) * 8 + left + x] = sample;
            block[(top + y) * 8 + 4 - left + x] = square[y * 4 + x];
        }
        block[(4 - top + y) * 8..(4 - top + y) * 8 + 8].copy_from_slice(&rectangle[y * 8..y * 8 + 8]);
    }
}
