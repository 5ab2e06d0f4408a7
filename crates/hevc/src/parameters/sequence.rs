//! Reads sequence parameter sets (ITU-T H.265, 7.3.2.2).

use super::chroma::Chroma;
use super::reference::{self, ReferenceSet};
use super::scaling::{self, ScalingFactors};
use super::usability::{self, ColorDescription};
use crate::bits::Bits;
use crate::error::Error;

const NAME: &str = "the sequence parameter set";

/// Longest side of an image.
const MAX_SIDE: u32 = 1 << 16;

/// Blocks of uncoded samples.
#[derive(Debug, Clone, Copy)]
pub(crate) struct PcmParameters {
    pub(crate) depth_luma: u32,
    pub(crate) depth_chroma: u32,
    pub(crate) log2_min: u32,
    pub(crate) log2_max: u32,
    pub(crate) is_filtered: bool,
}

#[derive(Debug, Clone)]
pub(crate) struct SequenceParameters {
    pub(crate) id: u32,
    pub(crate) chroma: Chroma,
    pub(crate) width: usize,
    pub(crate) height: usize,
    /// Luma samples that are cut off: left, right, top and bottom.
    pub(crate) cut: [usize; 4],
    pub(crate) depth_luma: u32,
    pub(crate) depth_chroma: u32,
    /// Bits of an image's number in slice headers.
    pub(crate) order_bits: u32,
    pub(crate) log2_min_block: u32,
    pub(crate) log2_ctb: u32,
    pub(crate) log2_min_transform: u32,
    pub(crate) log2_max_transform: u32,
    pub(crate) max_depth_inter: u32,
    pub(crate) max_depth_intra: u32,
    /// Whether predicted blocks may be parted unequally.
    pub(crate) has_unequal_parts: bool,
    pub(crate) scaling: Option<Box<ScalingFactors>>,
    pub(crate) has_offsets: bool,
    pub(crate) pcm: Option<PcmParameters>,
    pub(crate) reference_sets: Vec<ReferenceSet>,
    /// Number of long-term reference images to choose from, if there may be any.
    pub(crate) long_term: Option<u32>,
    pub(crate) has_temporal_prediction: bool,
    pub(crate) is_strongly_smoothed: bool,
    pub(crate) colors: Option<ColorDescription>,
}

impl SequenceParameters {
    pub(crate) fn read(bytes: &[u8]) -> Result<Self, Error> {
        let bits = &mut Bits::new(bytes, NAME);
        bits.skip(4)?;
        let max_sub_layers = bits.take(3)? + 1;
        bits.skip(1)?;
        skip_profile(bits, max_sub_layers)?;
        let id = bits.up_to(15)?;
        let chroma = match bits.up_to(3)? {
            0 => Chroma::None,
            1 => Chroma::Half,
            2 => Chroma::HalfWidth,
            _ if bits.flag()? => return Err(Error::Unsupported("coding of separate colour planes")),
            _ => Chroma::Full,
        };
        let (width, height) = (bits.up_to(MAX_SIDE)?, bits.up_to(MAX_SIDE)?);
        let cut = if bits.flag()? { read_cut(bits, chroma, (width, height))? } else { [0; 4] };
        let (depth_luma, depth_chroma) = (bits.up_to(8)? + 8, bits.up_to(8)? + 8);
        if depth_luma > 12 || depth_chroma > 12 {
            return Err(Error::Unsupported("a depth of more than 12 bits"));
        }
        let order_bits = bits.up_to(12)? + 4;
        let listed = if bits.flag()? { max_sub_layers } else { 1 };
        for _ in 0..3 * listed {
            bits.unsigned()?;
        }
        let log2_min_block = bits.up_to(3)? + 3;
        let log2_ctb = log2_min_block + bits.up_to(3)?;
        let log2_min_transform = bits.up_to(3)? + 2;
        let log2_max_transform = log2_min_transform + bits.up_to(3)?;
        let are_sizes_valid = (4..=6).contains(&log2_ctb)
            && log2_max_transform <= log2_ctb.min(5)
            && log2_min_transform < log2_min_block
            && [width, height].iter().all(|side| *side > 0 && side.is_multiple_of(1 << log2_min_block));
        if !are_sizes_valid {
            return Err(Error::Invalid(NAME));
        }
        let (max_depth_inter, max_depth_intra) = (bits.up_to(4)?, bits.up_to(4)?);
        let scaling = match bits.flag()? {
            false => None,
            true if bits.flag()? => Some(Box::new(scaling::read(bits, chroma)?)),
            true => Some(Box::new(ScalingFactors::standard())),
        };
        let has_unequal_parts = bits.flag()?;
        let has_offsets = bits.flag()?;
        let pcm = if bits.flag()? { Some(read_pcm(bits, (depth_luma, depth_chroma))?) } else { None };
        let reference_sets = reference::read_all(bits)?;
        let long_term = if bits.flag()? { Some(skip_long_term(bits, order_bits)?) } else { None };
        let has_temporal_prediction = bits.flag()?;
        let is_strongly_smoothed = bits.flag()?;
        let colors = if bits.flag()? { usability::read(bits, max_sub_layers)? } else { None };
        check_extensions(bits)?;
        Ok(Self {
            id,
            chroma,
            width: width as usize,
            height: height as usize,
            cut,
            depth_luma,
            depth_chroma,
            order_bits,
            log2_min_block,
            log2_ctb,
            log2_min_transform,
            log2_max_transform,
            max_depth_inter,
            max_depth_intra,
            has_unequal_parts,
            scaling,
            has_offsets,
            pcm,
            reference_sets,
            long_term,
            has_temporal_prediction,
            is_strongly_smoothed,
            colors,
        })
    }

    /// Returns the number of coding tree blocks along and down.
    pub(crate) const fn ctbs(&self) -> (usize, usize) {
        (self.width.div_ceil(1 << self.log2_ctb), self.height.div_ceil(1 << self.log2_ctb))
    }

    /// Returns the depth of the samples of a plane.
    pub(crate) const fn depth(&self, plane: usize) -> u32 {
        if plane == 0 { self.depth_luma } else { self.depth_chroma }
    }

    /// Returns whether all samples have 8 bits.
    pub(crate) const fn has_bytes(&self) -> bool {
        self.depth_luma == 8 && (matches!(self.chroma, Chroma::None) || self.depth_chroma == 8)
    }

    /// Returns the number of planes.
    pub(crate) const fn planes(&self) -> usize {
        if matches!(self.chroma, Chroma::None) { 1 } else { 3 }
    }

    /// Returns the binary logarithms of luma samples for each sample of a plane, along and down.
    pub(crate) const fn shifts(&self, plane: usize) -> (u32, u32) {
        if plane == 0 { (0, 0) } else { self.chroma.shifts() }
    }
}

fn skip_profile(bits: &mut Bits<'_>, max_sub_layers: u32) -> Result<(), Error> {
    bits.skip(88 + 8)?;
    let mut length = 0;
    for _ in 1..max_sub_layers {
        length += if bits.flag()? { 88 } else { 0 };
        length += if bits.flag()? { 8 } else { 0 };
    }
    if max_sub_layers > 1 {
        bits.skip(2 * (9 - max_sub_layers as usize))?;
    }
    bits.skip(length)
}

fn read_cut(bits: &mut Bits<'_>, chroma: Chroma, (width, height): (u32, u32)) -> Result<[usize; 4], Error> {
    let (across, down) = chroma.shifts();
    let mut read = |side: u32, shift: u32| Ok(bits.up_to(side >> shift)? << shift);
    let [left, right] = [read(width, across)?, read(width, across)?];
    let [top, bottom] = [read(height, down)?, read(height, down)?];
    if left + right >= width || top + bottom >= height {
        return Err(Error::Invalid(NAME));
    }
    Ok([left, right, top, bottom].map(|count| count as usize))
}

fn read_pcm(bits: &mut Bits<'_>, depths: (u32, u32)) -> Result<PcmParameters, Error> {
    let (depth_luma, depth_chroma) = (bits.take(4)? + 1, bits.take(4)? + 1);
    if depth_luma > depths.0 || depth_chroma > depths.1 {
        return Err(Error::Invalid(NAME));
    }
    let log2_min = bits.up_to(2)? + 3;
    let log2_max = log2_min + bits.up_to(2)?;
    let is_filtered = !bits.flag()?;
    Ok(PcmParameters { depth_luma, depth_chroma, log2_min, log2_max, is_filtered })
}

fn skip_long_term(bits: &mut Bits<'_>, order_bits: u32) -> Result<u32, Error> {
    let count = bits.up_to(32)?;
    bits.skip((order_bits as usize + 1) * count as usize)?;
    Ok(count)
}

/// Refuses the tools of extensions (ITU-T H.265, 7.3.2.2.2 and 7.3.2.2.3), which none of the formats of photographs use.
fn check_extensions(bits: &mut Bits<'_>) -> Result<(), Error> {
    if !bits.flag()? {
        return Ok(());
    }
    let (has_range, _multilayer, _depth, has_screen) = (bits.flag()?, bits.flag()?, bits.flag()?, bits.flag()?);
    bits.skip(4)?;
    if has_screen {
        return Err(Error::Unsupported("the coding of screen content"));
    }
    if has_range && bits.take(9)? != 0 {
        return Err(Error::Unsupported("a tool of the range extensions"));
    }
    Ok(())
}
