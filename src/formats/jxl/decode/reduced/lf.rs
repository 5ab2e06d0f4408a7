//! Decodes the image of an eighth of the size.

use jxl_bitstream::Bitstream;
use jxl_frame::data::{LfGlobal, LfGlobalParams, LfGlobalVarDct, LfGroup, LfGroupParams, TocGroupKind};
use jxl_modular::ChannelShift;
use jxl_oxide_common::Bundle;
use jxl_threadpool::JxlThreadPool;
use jxl_vardct::{LfCoeff, LfCoeffParams};

use super::frame::Frame;
use super::unfit::Unfit;

/// The coefficients that an image is made from.
#[derive(Debug, Clone, Copy)]
pub(super) enum Source {
    /// The low frequencies alone.
    Low,
    /// All.
    All,
}

/// The low frequencies of a frame: a sample for each block of 8 by 8 px, and the parameters of the blocks.
#[derive(Debug)]
pub(super) struct Lf {
    pub(super) global: LfGlobal<i32>,
    pub(super) groups: Vec<LfGroup<i32>>,
    /// X, Y and B, or Cb, Y and Cr.
    pub(super) planes: [LfPlane; 3],
    /// Their reductions.
    pub(super) shifts: [ChannelShift; 3],
}

/// The samples of a channel.
#[derive(Debug, Default)]
pub(super) struct LfPlane {
    pub(super) width: usize,
    pub(super) height: usize,
    pub(super) samples: Vec<f32>,
}

impl Lf {
    pub(super) fn vardct(&self) -> Result<&LfGlobalVarDct, Unfit> {
        self.global.vardct.as_ref().ok_or(Unfit)
    }

    /// Decodes the samples, and the parameters of all blocks if they are wanted.
    pub(super) fn decode(frame: &Frame<'_>, source: Source) -> Result<Self, Unfit> {
        let header = &frame.header;
        let mut bits = Bitstream::new(frame.section(TocGroupKind::LfGlobal)?);
        let global = LfGlobal::parse(&mut bits, LfGlobalParams::new(&frame.image, header, None, false))?;
        let vardct = global.vardct.as_ref().ok_or(Unfit)?;
        let pool = JxlThreadPool::none();
        let mut groups = Vec::new();
        for index in 0..header.num_lf_groups() {
            let mut bits = Bitstream::new(frame.section(TocGroupKind::LfGroup(index))?);
            let trees = global.gmodular.ma_config();
            groups.push(match source {
                Source::All => {
                    let params = LfGroupParams {
                        frame_header: header,
                        quantizer: Some(&vardct.quantizer),
                        global_ma_config: trees,
                        mlf_group: None,
                        lf_group_idx: index,
                        allow_partial: false,
                        tracker: None,
                        pool: &pool,
                    };
                    LfGroup::parse(&mut bits, params)?
                }
                Source::Low => {
                    let (lf_width, lf_height) = header.lf_group_size_for(index);
                    let params = LfCoeffParams {
                        lf_group_idx: index,
                        lf_width,
                        lf_height,
                        jpeg_upsampling: header.jpeg_upsampling,
                        bits_per_sample: header.bit_depth.bits_per_sample(),
                        global_ma_config: trees,
                        allow_partial: false,
                        tracker: None,
                        pool: &pool,
                    };
                    LfGroup { lf_coeff: Some(LfCoeff::parse(&mut bits, params)?), hf_meta: None, partial: true }
                }
            });
        }
        let mut lf = Self { global, groups, planes: Default::default(), shifts: frame.shifts() };
        lf.dequantize(frame)?;
        Ok(lf)
    }

    fn dequantize(&mut self, frame: &Frame<'_>) -> Result<(), Unfit> {
        let header = &frame.header;
        let shifts = self.shifts;
        let (columns, rows) = (header.width.div_ceil(8), header.height.div_ceil(8));
        let mut planes: [LfPlane; 3] = Default::default();
        for (plane, shift) in planes.iter_mut().zip(shifts) {
            let (width, height) = shift.shift_size((columns, rows));
            *plane = LfPlane { width: width as usize, height: height as usize, samples: Vec::new() };
            plane.samples.resize(plane.width * plane.height, 0.0);
        }
        let vardct = self.vardct()?;
        let quantizer = &vardct.quantizer;
        let factors = &self.global.lf_dequant;
        let factors = [factors.m_x_lf, factors.m_y_lf, factors.m_b_lf];
        let steps = factors.map(|factor| {
            let divisor = f64::from(quantizer.global_scale) * f64::from(quantizer.quant_lf);
            (f64::from(factor) * 512.0 / divisor) as f32
        });
        let across = header.lf_groups_per_row() as usize;
        let blocks = header.lf_group_dim() as usize / 8;
        for (index, group) in self.groups.iter().enumerate() {
            let lf = group.lf_coeff.as_ref().ok_or(Unfit)?;
            let channels = lf.lf_quant.image().ok_or(Unfit)?.image_channels();
            let precision = 1.0 / f32::from(1_u8 << lf.extra_precision.min(3));
            for (plane, ((shift, step), stored)) in planes.iter_mut().zip(shifts.iter().zip(steps).zip([1, 0, 2])) {
                let channel = channels.get(stored).ok_or(Unfit)?;
                let left = (index % across * blocks) >> shift.hshift();
                let top = (index / across * blocks) >> shift.vshift();
                let width = channel.width().min(plane.width.saturating_sub(left));
                for y in 0..channel.height().min(plane.height.saturating_sub(top)) {
                    let start = (top + y) * plane.width + left;
                    let row = &mut plane.samples[start..start + width];
                    for (sample, value) in row.iter_mut().zip(channel.get_row(y)) {
                        *sample = *value as f32 * step * precision;
                    }
                }
            }
        }
        if !frame.is_subsampled() {
            let correlation = &vardct.lf_chan_corr;
            let factor = correlation.colour_factor as f32;
            let x_factor = correlation.base_correlation_x + (correlation.x_factor_lf as f32 - 128.0) / factor;
            let b_factor = correlation.base_correlation_b + (correlation.b_factor_lf as f32 - 128.0) / factor;
            let [x, y, b] = &mut planes;
            for ((x, y), b) in x.samples.iter_mut().zip(&y.samples).zip(&mut b.samples) {
                *x += x_factor * y;
                *b += b_factor * y;
            }
            if !header.flags.skip_adaptive_lf_smoothing() {
                smooth(&mut planes, steps);
            }
        }
        self.planes = planes;
        Ok(())
    }
}

/// Weights of a sample and its neighbours in smoothing (ISO/IEC 18181-1, adaptive LF smoothing).
const SELF: f32 = 0.052_262_735;
const SIDE: f32 = 0.203_451_4;
const DIAGONAL: f32 = 0.033_482_92;

/// Smooths where that changes no sample by more than its quantization may have.
fn smooth(planes: &mut [LfPlane; 3], steps: [f32; 3]) {
    let LfPlane { width, height, .. } = planes[0];
    if width <= 2 || height <= 2 {
        return;
    }
    // The rows above and at the current one, before smoothing.
    let mut above = planes.each_ref().map(|plane| plane.samples[..width].to_vec());
    let mut here = above.clone();
    let mut means = [const { Vec::new() }; 3];
    let mut gaps = vec![0.0_f32; width];
    for y in 1..height - 1 {
        gaps.fill(0.5);
        for (channel, plane) in planes.iter().enumerate() {
            let (row, below) = plane.samples[y * width..(y + 2) * width].split_at(width);
            here[channel].copy_from_slice(row);
            let (above, mean) = (&above[channel], &mut means[channel]);
            mean.clear();
            let columns = above.windows(3).zip(row.windows(3)).zip(below.windows(3));
            mean.extend(columns.map(|((above, row), below)| {
                let side = row[0] + row[2] + above[1] + below[1];
                let diagonal = above[0] + above[2] + below[0] + below[2];
                SELF * row[1] + SIDE * side + DIAGONAL * diagonal
            }));
            let step = 1.0 / steps[channel];
            for ((gap, mean), sample) in gaps[1..].iter_mut().zip(mean).zip(&row[1..]) {
                *gap = gap.max((*mean - sample).abs() * step);
            }
        }
        for (plane, mean) in planes.iter_mut().zip(&means) {
            let row = &mut plane.samples[y * width + 1..];
            for ((sample, mean), gap) in row.iter_mut().zip(mean).zip(&gaps[1..]) {
                *sample += (mean - *sample) * (3.0 - 4.0 * gap).max(0.0);
            }
        }
        std::mem::swap(&mut above, &mut here);
    }
}
