//! Decodes groups of blocks, without room for the coefficients that are 0.

use jxl_frame::data::TocGroupKind;
use jxl_modular::ChannelShift;
use jxl_vardct::{BlockInfo, HfBlockContext, TransformType};
use pulp::{Arch, NullaryFnOnce};

use super::coefficients::{List, Reading};
use super::frame::Frame;
use super::global::{HfGlobal, SIDE};
use super::lf::Lf;
use super::orders;
use super::unfit::Unfit;

/// A block of one transform.
#[derive(Debug)]
pub(super) struct Varblock {
    /// Its first column and row in the group, in blocks of 8 px.
    pub(super) x: usize,
    pub(super) y: usize,
    pub(super) kind: TransformType,
    pub(super) multiplier: i32,
}

/// A decoder of groups, one after the other.
#[derive(Debug)]
pub(super) struct Groups<'a> {
    frame: &'a Frame<'a>,
    lf: &'a Lf,
    hf: &'a HfGlobal,
    shifts: [ChannelShift; 3],
    lists: [List; 3],
}

/// The decoding of a group, compiled for the processor's instructions. Its shifts by variable counts save 4 %.
struct Decoding<'g, 'a, T> {
    groups: &'g mut Groups<'a>,
    group: u32,
    take: T,
}

impl<T: FnMut(&Varblock, &[List; 3]) -> Result<(), Unfit>> NullaryFnOnce for Decoding<'_, '_, T> {
    type Output = Result<(), Unfit>;

    #[inline(always)]
    fn call(self) -> Self::Output {
        self.groups.decode_group(self.group, self.take)
    }
}

impl<'a> Groups<'a> {
    pub(super) fn new(frame: &'a Frame<'a>, lf: &'a Lf, hf: &'a HfGlobal) -> Self {
        Self { frame, lf, hf, shifts: frame.shifts(), lists: Default::default() }
    }

    /// Decodes a group, and passes each block with the coefficients of its channels to `take`. A channel with fewer
    /// samples has none in some blocks.
    pub(super) fn decode(
        &mut self,
        group: u32,
        take: impl FnMut(&Varblock, &[List; 3]) -> Result<(), Unfit>,
    ) -> Result<(), Unfit> {
        Arch::new().dispatch(Decoding { groups: self, group, take })
    }

    #[inline(always)]
    fn decode_group(
        &mut self,
        group: u32,
        mut take: impl FnMut(&Varblock, &[List; 3]) -> Result<(), Unfit>,
    ) -> Result<(), Unfit> {
        let header = &self.frame.header;
        let context = &self.lf.vardct()?.hf_block_ctx;
        let mut readings = Vec::new();
        for (index, pass) in self.hf.passes.iter().enumerate() {
            let kind = TocGroupKind::GroupPass { pass_idx: index as u32, group_idx: group };
            readings.push(Reading::begin(self.frame.section(kind)?, pass, self.hf.presets, context)?);
        }
        let lf_group = self.lf.groups.get(header.lf_group_idx_from_group_idx(group) as usize).ok_or(Unfit)?;
        let blocks = &lf_group.hf_meta.as_ref().ok_or(Unfit)?.block_info;
        let across = header.groups_per_row();
        let left = (group % across % 8) as usize * SIDE;
        let top = (group / across % 8) as usize * SIDE;
        let width = blocks.width().saturating_sub(left).min(SIDE);
        let height = blocks.height().saturating_sub(top).min(SIDE);
        let is_subsampled = self.frame.is_subsampled();
        let lf_channels = lf_group.lf_coeff.as_ref().and_then(|lf| lf.lf_quant.image()).ok_or(Unfit)?.image_channels();
        for y in 0..height {
            for x in 0..width {
                let BlockInfo::Data { dct_select: kind, hf_mul: multiplier } = blocks.get(left + x, top + y) else {
                    continue;
                };
                if is_subsampled && kind != TransformType::Dct8 {
                    return Err(Unfit);
                }
                let block = Varblock { x, y, kind, multiplier };
                let mut of_lf = 0;
                for channel in [0, 2, 1] {
                    let thresholds = &context.lf_thresholds[channel];
                    of_lf *= thresholds.len() + 1;
                    if !thresholds.is_empty() {
                        let shift = self.shifts[channel];
                        let grid = lf_channels.get([1, 0, 2][channel]).ok_or(Unfit)?;
                        let (x, y) = ((left + x) >> shift.hshift(), (top + y) >> shift.vshift());
                        let value = *grid.try_get_ref(x, y).ok_or(Unfit)?;
                        of_lf += thresholds.iter().filter(|threshold| value > **threshold).count();
                    }
                }
                let of_multiplier = context
                    .qf_thresholds
                    .iter()
                    .filter(|threshold| i64::from(multiplier) > i64::from(**threshold))
                    .count();
                for (order, channel) in [1, 0, 2].into_iter().enumerate() {
                    let list = &mut self.lists[channel];
                    list.clear();
                    let shift = self.shifts[channel];
                    let (bx, by) = (x >> shift.hshift(), y >> shift.vshift());
                    if (bx << shift.hshift(), by << shift.vshift()) != (x, y) {
                        continue;
                    }
                    let index = order * orders::COUNT + orders::index_of(kind);
                    let index =
                        (index * (context.qf_thresholds.len() + 1) + of_multiplier) * lf_contexts(context) + of_lf;
                    let cluster = usize::from(*context.block_ctx_map.get(index).ok_or(Unfit)?);
                    for reading in &mut readings {
                        reading.read(kind, channel, (bx, by), (cluster, context.num_block_clusters as usize), list)?;
                    }
                    if readings.len() > 1 {
                        list.merge();
                    }
                }
                take(&block, &self.lists)?;
            }
        }
        readings.into_iter().try_for_each(|reading| reading.reader.end())
    }
}

/// Returns the number of classes of low frequencies.
fn lf_contexts(context: &HfBlockContext) -> usize {
    context.lf_thresholds.iter().map(|thresholds| thresholds.len() + 1).product()
}
