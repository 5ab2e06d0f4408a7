//! Parses the parameters of the coefficients of all groups.

use std::sync::{Arc, OnceLock};

use jxl_bitstream::Bitstream;
use jxl_frame::data::TocGroupKind;
use jxl_oxide_common::Bundle;
use jxl_threadpool::JxlThreadPool;
use jxl_vardct::{DequantMatrixSet, DequantMatrixSetParams};

use super::frame::Frame;
use super::lf::Lf;
use super::orders::Orders;
use super::symbols::Code;
use super::unfit::Unfit;

/// Blocks along the side of a group.
pub(super) const SIDE: usize = 32;

/// Contexts of each cluster of blocks: those of the number of coefficients, and of the coefficients.
pub(super) const CONTEXTS: usize = 495;

/// The parameters of all groups.
#[derive(Debug)]
pub(super) struct HfGlobal {
    pub(super) matrices: Arc<DequantMatrixSet>,
    pub(super) presets: u32,
    pub(super) passes: Vec<Pass>,
}

/// The parameters of a pass.
#[derive(Debug)]
pub(super) struct Pass {
    pub(super) orders: Orders,
    pub(super) code: Code,
    pub(super) shift: u32,
}

impl HfGlobal {
    pub(super) fn parse(frame: &Frame<'_>, lf: &Lf) -> Result<Self, Unfit> {
        let header = &frame.header;
        let mut bits = Bitstream::new(frame.section(TocGroupKind::HfGlobal)?);
        let (matrices, presets) = parse_before_passes(&mut bits, frame, lf)?;
        let clusters = lf.vardct()?.hf_block_ctx.num_block_clusters;
        let mut passes = Vec::new();
        for index in 0..header.passes.num_passes {
            let orders = Orders::parse(&mut bits)?;
            let code = Code::parse(&mut bits, CONTEXTS as u32 * presets * clusters)?;
            let shift = header.passes.shift.get(index as usize).copied().unwrap_or(0);
            passes.push(Pass { orders, code, shift });
        }
        Ok(Self { matrices, presets, passes })
    }
}

/// Parses the factors of all transforms, and the number of presets of contexts.
pub(super) fn parse_before_passes(
    bits: &mut Bitstream<'_>,
    frame: &Frame<'_>,
    lf: &Lf,
) -> Result<(Arc<DequantMatrixSet>, u32), Unfit> {
    let matrices = parse_matrices(bits, frame, lf)?;
    let width = frame.header.num_groups().next_power_of_two().trailing_zeros();
    Ok((matrices, bits.read_bits(width as usize)? + 1))
}

/// The matrices of most files, which take longer to compute than some images.
static USUAL: OnceLock<Arc<DequantMatrixSet>> = OnceLock::new();

/// Parses the factors of all transforms.
fn parse_matrices(bits: &mut Bitstream<'_>, frame: &Frame<'_>, lf: &Lf) -> Result<Arc<DequantMatrixSet>, Unfit> {
    let depth = frame.image.metadata.bit_depth.bits_per_sample();
    let (groups, trees) = (frame.header.num_lf_groups(), lf.global.gmodular.ma_config());
    let pool = JxlThreadPool::none();
    let parse = |bits: &mut Bitstream<'_>| {
        DequantMatrixSet::parse(bits, DequantMatrixSetParams::new(depth, groups, trees, None, &pool)).map(Arc::new)
    };
    let mut after = bits.clone();
    if !after.read_bool()? {
        return Ok(parse(bits)?);
    }
    *bits = after;
    // They are stored as a bit that is 1.
    match USUAL.get() {
        Some(usual) => Ok(Arc::clone(usual)),
        None => {
            let usual = parse(&mut Bitstream::new(&[1]))?;
            Ok(Arc::clone(USUAL.get_or_init(|| usual)))
        }
    }
}
