//! Reads slice segment headers (ITU-T H.265, 7.3.6).

use crate::bits::Bits;
use crate::error::Error;
use crate::nal;
use crate::parameters::{Deblocking, Owner, PictureParameters, ReferenceSet, SequenceParameters};
use crate::prediction::{Prediction, References};

const NAME: &str = "a slice header";

/// Types of slices: those that are predicted from one other image at a time, and those that are predicted from their own
/// one only (ITU-T H.265, table 7-7).
const PREDICTED: u32 = 1;
const INTRA: u32 = 2;

/// The header of a slice. Dependent segments share it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Slice {
    /// The first coding tree block, in raster order.
    pub(crate) address: usize,
    pub(crate) qp: i32,
    /// The prediction from another image, if there is one.
    pub(crate) prediction: Option<Prediction>,
    /// Offsets of the quantisers of both chroma planes.
    pub(crate) qp_offsets: [i32; 2],
    /// Whether sample offsets are coded for luma and for chroma.
    pub(crate) has_offsets: [bool; 2],
    pub(crate) deblocking: Deblocking,
    /// Whether the filters cross the borders to the slices before.
    pub(crate) is_filtered_across: bool,
}

/// Settings of the filters for a slice.
#[derive(Debug, Clone, Copy)]
pub(crate) struct SliceFilters {
    pub(crate) deblocking: Deblocking,
    pub(crate) is_filtered_across: bool,
}

impl Slice {
    pub(crate) const fn filters(&self) -> SliceFilters {
        SliceFilters { deblocking: self.deblocking, is_filtered_across: self.is_filtered_across }
    }

    /// Returns the set of initial models.
    pub(crate) fn models(&self) -> usize {
        self.prediction.as_ref().map_or(0, |prediction| prediction.models)
    }
}

/// A part of a slice in a NAL unit of its own.
#[derive(Debug)]
pub(crate) struct Segment {
    pub(crate) slice: Slice,
    pub(crate) is_dependent: bool,
    /// The first coding tree block, in raster order.
    pub(crate) address: usize,
    /// The first byte of coded data.
    pub(crate) data_at: usize,
}

/// Returns the id of the image parameters, and whether the segment is the first one of an image.
pub(crate) fn read_start(kind: u8, payload: &[u8]) -> Result<(u32, bool), Error> {
    let bits = &mut Bits::new(payload, NAME);
    read_start_from(bits, kind)
}

fn read_start_from(bits: &mut Bits<'_>, kind: u8) -> Result<(u32, bool), Error> {
    let is_first = bits.flag()?;
    if (16..=23).contains(&kind) {
        bits.skip(1)?;
    }
    Ok((bits.up_to(63)?, is_first))
}

impl Segment {
    /// Reads the header of a segment that follows `previous`.
    pub(crate) fn read(
        kind: u8,
        payload: &[u8],
        sequence: &SequenceParameters,
        picture: &PictureParameters,
        previous: Option<&Slice>,
    ) -> Result<Self, Error> {
        let bits = &mut Bits::new(payload, NAME);
        let (_, is_first) = read_start_from(bits, kind)?;
        let (across, down) = sequence.ctbs();
        let mut is_dependent = false;
        let mut address = 0;
        if !is_first {
            is_dependent = picture.has_dependent_slices && bits.flag()?;
            address = bits.take((across * down).next_power_of_two().ilog2())? as usize;
            if address == 0 || address >= across * down {
                return Err(Error::Invalid(NAME));
            }
        }
        let slice = match (is_dependent, previous) {
            (true, Some(previous)) => previous.clone(),
            (true, None) => return Err(Error::Invalid(NAME)),
            (false, _) => read_slice(bits, (kind, address), sequence, picture)?,
        };
        if picture.has_tiles() || picture.has_wavefronts {
            let count = bits.up_to(u32::try_from(across * down).unwrap_or(u32::MAX))?;
            if count > 0 {
                let width = bits.up_to(31)? + 1;
                // The parts follow each other, so their lengths are not needed.
                bits.skip(count as usize * width as usize)?;
            }
        }
        if picture.has_slice_extension {
            let length = bits.up_to(256)?;
            bits.skip(8 * length as usize)?;
        }
        Ok(Self { slice, is_dependent, address, data_at: bits.align()? })
    }
}

fn read_slice(
    bits: &mut Bits<'_>,
    (kind, address): (u8, usize),
    sequence: &SequenceParameters,
    picture: &PictureParameters,
) -> Result<Slice, Error> {
    bits.skip(picture.extra_slice_bits as usize)?;
    let is_predicted = match bits.up_to(2)? {
        INTRA => false,
        PREDICTED if !nal::RANDOM_ACCESS.contains(&kind) => true,
        _ => return Err(Error::Unsupported("prediction from several pictures")),
    };
    if picture.has_output_flag {
        bits.skip(1)?;
    }
    let references = if nal::IDR.contains(&kind) { References::default() } else { read_references(bits, sequence)? };
    let mut has_offsets = [false; 2];
    if sequence.has_offsets {
        has_offsets[0] = bits.flag()?;
        has_offsets[1] = sequence.planes() > 1 && bits.flag()?;
    }
    let prediction = if is_predicted { Some(Prediction::read(bits, references, sequence, picture)?) } else { None };
    let least = -6 * (sequence.depth_luma as i32 - 8);
    let qp = picture.first_qp + bits.signed(100)?;
    if !(least..=51).contains(&qp) {
        return Err(Error::Invalid(NAME));
    }
    let qp_offsets = if picture.has_slice_qp_offsets { [bits.signed(12)?, bits.signed(12)?] } else { [0; 2] };
    let mut deblocking = picture.deblocking;
    if picture.has_deblocking_override && bits.flag()? {
        deblocking = Deblocking::read(bits)?;
    }
    let is_filtered = has_offsets[0] || has_offsets[1] || !deblocking.is_disabled;
    let is_filtered_across =
        if picture.is_filtered_across_slices && is_filtered { bits.flag()? } else { picture.is_filtered_across_slices };
    Ok(Slice { address, qp, prediction, qp_offsets, has_offsets, deblocking, is_filtered_across })
}

/// Reads the references of an image that may have others before it.
fn read_references(bits: &mut Bits<'_>, sequence: &SequenceParameters) -> Result<References, Error> {
    bits.skip(sequence.order_bits as usize)?;
    let sets = &sequence.reference_sets;
    let mut used = if !bits.flag()? {
        ReferenceSet::read(bits, sets, Owner::Slice)?.used
    } else {
        let index = if sets.len() > 1 { bits.take(sets.len().next_power_of_two().ilog2())? } else { 0 };
        sets.get(index as usize).ok_or(Error::Invalid(NAME))?.used
    };
    if let Some(known) = sequence.long_term {
        let listed = if known > 0 { bits.up_to(32)? } else { 0 };
        let others = bits.up_to(32)?;
        for index in 0..listed + others {
            if index < listed {
                bits.skip(if known > 1 { known.next_power_of_two().ilog2() as usize } else { 0 })?;
                // Whether it is used is said with the sequence.
                used += 1;
            } else {
                bits.skip(sequence.order_bits as usize)?;
                used += u32::from(bits.flag()?);
            }
            if bits.flag()? {
                bits.unsigned()?;
            }
        }
    }
    let has_temporal_prediction = sequence.has_temporal_prediction && bits.flag()?;
    Ok(References { used, has_temporal_prediction })
}
