//! Computes the means of cells for a row of groups at a time.

use std::sync::Arc;

use jxl_frame::filter::Gabor;
use jxl_grid::AlignedGrid;
use jxl_modular::ChannelShift;
use jxl_vardct::{BlockInfo, TransformType};

use super::basis::{Basis, Smoothing};
use super::coefficients::{Coefficient, List};
use super::frame::Frame;
use super::global::{HfGlobal, SIDE};
use super::groups::{Groups, Varblock};
use super::lf::Lf;
use super::scales::Scales;
use super::spectrum::{self, Axes};
use super::unfit::Unfit;

/// The cells of a row of groups.
#[derive(Debug, Default)]
pub(super) struct Band {
    /// X, Y and B, or Cb, Y and Cr.
    pub(super) planes: [Cells; 3],
}

/// The cells of a channel.
#[derive(Debug, Default)]
pub(super) struct Cells {
    /// Cells in a row.
    pub(super) width: usize,
    pub(super) means: Vec<f32>,
}

/// A decoder of bands.
#[derive(Debug)]
pub(super) struct Bands<'a> {
    frame: &'a Frame<'a>,
    lf: &'a Lf,
    hf: &'a HfGlobal,
    channels: [Channel; 3],
    /// For each small transform that the frame has.
    bases: Vec<(TransformType, [Arc<Basis>; 3])>,
    axes: Axes,
    smoothing: Smoothing,
    scales: Scales,
}

/// The geometry of a channel.
#[derive(Debug, Clone, Copy)]
struct Channel {
    shift: ChannelShift,
    /// Cells along the sides of a block.
    across: usize,
    down: usize,
}

/// The sums of a block.
#[derive(Debug, Default)]
struct Sums {
    folded: [Vec<f32>; 3],
    lf: Vec<f32>,
    scratch: Vec<f32>,
}

impl Channel {
    /// Returns the geometry of cells of `step` pixels of the image. `Err` if the channel has no sample of its own in each.
    fn new(shift: ChannelShift, step: usize) -> Result<Self, Unfit> {
        let cells = |shift: i32| match step >> shift {
            0 => Err(Unfit),
            step => Ok(8 / step),
        };
        Ok(Self { shift, across: cells(shift.hshift())?, down: cells(shift.vshift())? })
    }

    const fn cells(self) -> (usize, usize) {
        (self.across, self.down)
    }
}

impl<'a> Bands<'a> {
    /// Prepares the decoding of cells of `step` pixels: 2, 4 or 8.
    pub(super) fn new(frame: &'a Frame<'a>, lf: &'a Lf, hf: &'a HfGlobal, step: usize) -> Result<Self, Unfit> {
        let smoothing = match &frame.header.restoration_filter.gab {
            Gabor::Disabled => Smoothing::NONE,
            Gabor::Enabled([x, y, b]) if x == y && b == y => Smoothing::of(*y),
            Gabor::Enabled(_) => return Err(Unfit),
        };
        let [x, y, b] = frame.shifts().map(|shift| Channel::new(shift, step));
        let channels = [x?, y?, b?];
        let mut axes = Axes::new(step);
        let mut bases: Vec<(TransformType, [Arc<Basis>; 3])> = Vec::new();
        for group in &lf.groups {
            for info in group.hf_meta.as_ref().ok_or(Unfit)?.block_info.buf() {
                let BlockInfo::Data { dct_select: kind, .. } = *info else { continue };
                match kind.dct_select_size() {
                    (1, 1) if bases.iter().any(|basis| basis.0 == kind) => {}
                    (1, 1) => {
                        let basis = |channel: Channel| Arc::new(Basis::new(kind, channel.cells(), smoothing));
                        let luma = basis(channels[1]);
                        let of_channel = |channel: Channel| match channel.cells() == channels[1].cells() {
                            true => Arc::clone(&luma),
                            false => basis(channel),
                        };
                        bases.push((kind, channels.map(of_channel)));
                    }
                    (across, down) => [across, down].into_iter().for_each(|blocks| axes.prepare(blocks)),
                }
            }
        }
        Ok(Self { frame, lf, hf, channels, bases, axes, smoothing, scales: Scales::new(frame, lf)? })
    }

    /// Decodes every row of groups, and passes each band to `take`.
    pub(super) fn decode(&self, mut take: impl FnMut(&Band)) -> Result<(), Unfit> {
        let header = &self.frame.header;
        let across = header.groups_per_row();
        let down = header.num_groups() / across.max(1);
        let mut band = Band::default();
        let mut groups = Groups::new(self.frame, self.lf, self.hf);
        let mut sums = Sums::default();
        for row in 0..down {
            let top = row as usize * SIDE;
            for ((cells, channel), lf) in band.planes.iter_mut().zip(self.channels).zip(&self.lf.planes) {
                let rows = lf.height.saturating_sub(top >> channel.shift.vshift()).min(SIDE >> channel.shift.vshift());
                cells.width = lf.width * channel.across;
                cells.means.resize(cells.width * rows * channel.down, 0.0);
            }
            for column in 0..across {
                let at = (column as usize * SIDE, top);
                groups
                    .decode(row * across + column, |block, lists| self.add(block, at, lists, &mut sums, &mut band))?;
            }
            take(&band);
        }
        Ok(())
    }

    /// Adds a block to the band. `at` is the first block of its group.
    fn add(
        &self,
        block: &Varblock,
        at: (usize, usize),
        lists: &[List; 3],
        sums: &mut Sums,
        band: &mut Band,
    ) -> Result<(), Unfit> {
        let (x, y) = (at.0 + block.x, at.1 + block.y);
        let small = self.bases.iter().find(|basis| basis.0 == block.kind).map(|basis| &basis.1);
        for channel in 0..3 {
            match small {
                Some(bases) => self.fold_small(block, channel, &bases[channel], lists[channel].items(), sums),
                None => self.fold_large(block, channel, lists[channel].items(), sums)?,
            }
        }
        if !self.frame.is_subsampled() {
            let [of_x, of_b] = self.chroma_from_luma(x, y)?;
            let [x, y, b] = &mut sums.folded;
            for ((x, b), y) in x.iter_mut().zip(b).zip(y) {
                *x += of_x * *y;
                *b += of_b * *y;
            }
        }
        let (across, down) = block.kind.dct_select_size();
        let (across, down) = (across as usize, down as usize);
        for (channel, folded) in sums.folded.iter_mut().enumerate() {
            let Channel { shift, across: wide, down: high } = self.channels[channel];
            let (bx, by) = (x >> shift.hshift(), y >> shift.vshift());
            if (bx << shift.hshift(), by << shift.vshift()) != (x, y) {
                continue;
            }
            let lf = &self.lf.planes[channel];
            if small.is_some() {
                let mean = *lf.samples.get(by * lf.width + bx).ok_or(Unfit)?;
                folded.iter_mut().for_each(|sample| *sample += mean);
            } else {
                sums.lf.clear();
                for row in by..by + down {
                    let start = row * lf.width + bx;
                    sums.lf.extend_from_slice(lf.samples.get(start..start + across).ok_or(Unfit)?);
                }
                let axes = self.axes.of(block.kind).ok_or(Unfit)?;
                spectrum::add_lowest(&sums.lf, axes, folded, &mut sums.scratch);
                spectrum::invert(axes, folded, &mut sums.scratch);
            }
            let cells = &mut band.planes[channel];
            let first = (by - (at.1 >> shift.vshift())) * high * cells.width + bx * wide;
            for (row, means) in folded.chunks_exact(across * wide).enumerate() {
                let start = first + row * cells.width;
                cells.means.get_mut(start..start + means.len()).ok_or(Unfit)?.copy_from_slice(means);
            }
        }
        Ok(())
    }

    /// Adds up the contributions of the coefficients of a block of 8 by 8 px to its cells.
    fn fold_small(&self, block: &Varblock, channel: usize, basis: &Basis, list: &[Coefficient], sums: &mut Sums) {
        match basis.cells {
            4 => self.fold_into::<4>(block, channel, basis, list, sums),
            16 => self.fold_into::<16>(block, channel, basis, list, sums),
            64 => self.fold_into::<64>(block, channel, basis, list, sums),
            count => {
                let folded = &mut sums.folded[channel];
                folded.clear();
                folded.resize(count, 0.0);
                self.for_each_value(block, channel, list, |place, value| {
                    folded.iter_mut().zip(basis.of(place)).for_each(|(sum, mean)| *sum += value * mean);
                });
            }
        }
    }

    /// Adds them up for this number of cells, in registers.
    fn fold_into<const CELLS: usize>(
        &self,
        block: &Varblock,
        channel: usize,
        basis: &Basis,
        list: &[Coefficient],
        sums: &mut Sums,
    ) {
        let mut folded = [0.0; CELLS];
        self.for_each_value(block, channel, list, |place, value| {
            let Some(means) = basis.of(place).first_chunk::<CELLS>() else { return };
            folded.iter_mut().zip(means).for_each(|(sum, mean)| *sum += value * mean);
        });
        sums.folded[channel].clear();
        sums.folded[channel].extend_from_slice(&folded);
    }

    /// Adds up the coefficients of a larger block by their frequencies in its cells.
    fn fold_large(&self, block: &Varblock, channel: usize, list: &[Coefficient], sums: &mut Sums) -> Result<(), Unfit> {
        let axes = self.axes.of(block.kind).ok_or(Unfit)?;
        let folded = &mut sums.folded[channel];
        folded.clear();
        folded.resize(spectrum::cells(axes), 0.0);
        self.for_each_value(block, channel, list, |place, value| {
            spectrum::add(axes, place, value, self.smoothing, folded);
        });
        Ok(())
    }

    /// Passes on the place of each coefficient, and its value.
    #[inline(always)]
    fn for_each_value(&self, block: &Varblock, channel: usize, list: &[Coefficient], mut take: impl FnMut(usize, f32)) {
        let (matrix, scale) = (self.matrix(block, channel), self.scale(block, channel));
        for (place, value) in list {
            let place = *place as usize;
            take(place, self.scales.unquantize(channel, *value) * matrix[place] * scale);
        }
    }

    fn matrix(&self, block: &Varblock, channel: usize) -> &[f32] {
        match block.kind.need_transpose() {
            true => self.hf.matrices.get_transposed(channel, block.kind),
            false => self.hf.matrices.get(channel, block.kind),
        }
    }

    fn scale(&self, block: &Varblock, channel: usize) -> f32 {
        self.scales.quantizer / block.multiplier as f32 * self.scales.channels[channel]
    }

    /// Returns the factors of luma in X and B for the block at these coordinates.
    fn chroma_from_luma(&self, x: usize, y: usize) -> Result<[f32; 2], Unfit> {
        // Blocks along the side of a group of low frequencies; those of a tile are 8.
        const BLOCKS: usize = 8 * SIDE;
        let group = y / BLOCKS * self.frame.header.lf_groups_per_row() as usize + x / BLOCKS;
        let meta = self.lf.groups.get(group).and_then(|group| group.hf_meta.as_ref()).ok_or(Unfit)?;
        let (x, y) = (x % BLOCKS / 8, y % BLOCKS / 8);
        let factor = |grid: &AlignedGrid<i32>| grid.try_get_ref(x, y).map(|factor| *factor as f32);
        let of_x = factor(&meta.x_from_y).ok_or(Unfit)?;
        let of_b = factor(&meta.b_from_y).ok_or(Unfit)?;
        Ok([self.scales.base[0] + of_x * self.scales.tile, self.scales.base[1] + of_b * self.scales.tile])
    }
}
