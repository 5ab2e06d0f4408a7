//! Computes the means of the cells of large blocks from their coefficients.

use std::f32::consts::PI;

use jxl_vardct::TransformType;

use super::basis::Smoothing;
use super::waves::wave;

/// The tables for one side of a block.
#[derive(Debug)]
pub(super) struct Axis {
    /// For each frequency, the frequency of the cells that it adds to, and its weight.
    folds: Vec<(u32, f32)>,
    /// For each frequency, twice its cosine, as it is in the filter's response.
    cosines: Vec<f32>,
    /// For each frequency of cells, the samples of its wave.
    waves: Vec<f32>,
    cells: usize,
    /// For each frequency of blocks, the samples of its wave, scaled to give its coefficient.
    lowest: Vec<f32>,
}

impl Axis {
    fn new(side: usize, step: usize) -> Self {
        let cells = side / step;
        let folds = (0..side).map(|frequency| fold(frequency, side, step)).collect();
        let cosines = (0..side).map(|frequency| 2.0 * (frequency as f32 * PI / side as f32).cos()).collect();
        let waves = (0..cells * cells).map(|index| wave(index / cells, index % cells, cells)).collect();
        let blocks = side / 8;
        let lowest = (0..blocks * blocks).map(|index| {
            let frequency = index / blocks;
            wave(frequency, index % blocks, blocks) / blocks as f32 / attenuation(frequency, side, 8)
        });
        Self { folds, cosines, waves, cells, lowest: lowest.collect() }
    }
}

/// Returns the share of a wave that is left in the means of `step` pixels.
fn attenuation(frequency: usize, side: usize, step: usize) -> f32 {
    let angle = frequency as f32 * PI / (2 * side) as f32;
    if frequency == 0 { 1.0 } else { (step as f32 * angle).sin() / (step as f32 * angle.sin()) }
}

/// Returns the frequency that a wave has in the means of `step` pixels, and its weight.
fn fold(frequency: usize, side: usize, step: usize) -> (u32, f32) {
    let cells = side / step;
    let weight = attenuation(frequency, side, step);
    let (turns, rest) = (frequency / (2 * cells), frequency % (2 * cells));
    let sign = if turns % 2 == 0 { 1.0 } else { -1.0 };
    match rest {
        0 if frequency > 0 => (0, 0.0),
        _ if rest < cells => (rest as u32, sign * weight),
        _ if rest == cells => (0, 0.0),
        _ => ((2 * cells - rest) as u32, -sign * weight),
    }
}

/// The tables for the sides of all blocks: of 1, 2, 4, … times 8 px.
#[derive(Debug)]
pub(super) struct Axes {
    step: usize,
    axes: [Option<Box<Axis>>; 6],
}

impl Axes {
    pub(super) fn new(step: usize) -> Self {
        Self { step, axes: [const { None }; 6] }
    }

    /// Prepares the tables for a side in blocks.
    pub(super) fn prepare(&mut self, blocks: u32) {
        let step = self.step;
        self.axes[blocks.trailing_zeros() as usize]
            .get_or_insert_with(|| Box::new(Axis::new(blocks as usize * 8, step)));
    }

    /// Returns the tables of a block. `None` if they were not prepared.
    pub(super) fn of(&self, kind: TransformType) -> Option<(&Axis, &Axis)> {
        let (across, down) = kind.dct_select_size();
        let axis = |blocks: u32| self.axes[blocks.trailing_zeros() as usize].as_deref();
        Some((axis(across)?, axis(down)?))
    }
}

/// Returns the number of cells of a block.
pub(super) fn cells((across, down): (&Axis, &Axis)) -> usize {
    across.cells * down.cells
}

/// Adds a coefficient to the frequencies that it has in the cells.
pub(super) fn add((across, down): (&Axis, &Axis), place: usize, value: f32, smoothing: Smoothing, folded: &mut [f32]) {
    let (x, y) = (place % across.folds.len(), place / across.folds.len());
    let (of_x, of_y) = (across.cosines[x], down.cosines[y]);
    let Smoothing { center, side, corner } = smoothing;
    let response = center + side * (of_x + of_y) + corner * of_x * of_y;
    let ((to_x, of_x), (to_y, of_y)) = (across.folds[x], down.folds[y]);
    folded[to_y as usize * across.cells + to_x as usize] += value * response * of_x * of_y;
}

/// Adds the lowest frequencies, which the smaller image holds, to the folded ones of a block.
pub(super) fn add_lowest(lf: &[f32], (across, down): (&Axis, &Axis), folded: &mut [f32], scratch: &mut Vec<f32>) {
    let width = across.folds.len() / 8;
    let height = down.folds.len() / 8;
    // Rows first.
    scratch.clear();
    for row in lf.chunks_exact(width) {
        for wave in across.lowest.chunks_exact(width) {
            scratch.push(row.iter().zip(wave).map(|(sample, wave)| sample * wave).sum());
        }
    }
    for (y, wave) in down.lowest.chunks_exact(height).enumerate() {
        let (to_y, of_y) = down.folds[y];
        for x in 0..width {
            let column = scratch[x..].iter().step_by(width);
            let value: f32 = column.zip(wave).map(|(sample, wave)| sample * wave).sum();
            let (to_x, of_x) = across.folds[x];
            folded[to_y as usize * across.cells + to_x as usize] += value * of_x * of_y;
        }
    }
}

/// Turns the folded frequencies of a block into the means of its cells.
pub(super) fn invert((across, down): (&Axis, &Axis), folded: &mut [f32], scratch: &mut Vec<f32>) {
    let (width, height) = (across.cells, down.cells);
    scratch.clear();
    scratch.resize(width * height, 0.0);
    for (row, out) in folded.chunks_exact(width).zip(scratch.chunks_exact_mut(width)) {
        for (value, wave) in row.iter().zip(across.waves.chunks_exact(width)).filter(|(value, _)| **value != 0.0) {
            out.iter_mut().zip(wave).for_each(|(out, wave)| *out += value * wave);
        }
    }
    folded.fill(0.0);
    for (row, wave) in scratch.chunks_exact(width).zip(down.waves.chunks_exact(height)) {
        for (out, weight) in folded.chunks_exact_mut(width).zip(wave) {
            out.iter_mut().zip(row).for_each(|(out, value)| *out += value * weight);
        }
    }
}
