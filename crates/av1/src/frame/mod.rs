//! Reads the header of a key frame (AV1 bitstream specification, 5.9).

mod filters;
mod grain;
mod quantizer;
mod segments;
mod tiles;

pub(crate) use filters::{FilterDeltas, Restoration, UnitKind};
pub(crate) use quantizer::Quantizer;
pub(crate) use segments::{SEGMENTS, Segments};
pub(crate) use tiles::Tiles;

use crate::bits::Bits;
use crate::error::Error;
use crate::sequence::{Choice, Sequence};

/// The header of a frame.
#[derive(Debug, Clone)]
pub(crate) struct Frame {
    /// Width and height, in px.
    pub(crate) size: (u32, u32),
    pub(crate) updates_contexts: bool,
    pub(crate) has_screen_content: bool,
    pub(crate) tiles: Tiles,
    pub(crate) quantizer: Quantizer,
    pub(crate) segments: Segments,
    pub(crate) quantizer_deltas: Option<u32>,
    pub(crate) filter_deltas: FilterDeltas,
    /// Bits of the index of each block's directional filter, where it is used.
    pub(crate) directional_bits: Option<u32>,
    pub(crate) restoration: Restoration,
    pub(crate) selects_transforms: bool,
    pub(crate) has_fewer_transforms: bool,
}

/// Type of frames that stand alone (6.8.2).
const KEY: u32 = 0;

impl Frame {
    /// Reads the header of a frame that is shown.
    pub(crate) fn read(bits: &mut Bits<'_>, sequence: &Sequence) -> Result<Self, Error> {
        if !sequence.is_still {
            read_kind(bits, sequence)?;
        }
        let updates_contexts = !bits.flag()?;
        let has_screen_content = choose(bits, sequence.screen_content)?;
        if has_screen_content && sequence.whole_motion == Choice::Frame {
            bits.flag()?;
        }
        bits.take(sequence.id_bits.unwrap_or(0))?;
        let overrides_size = !sequence.is_still && bits.flag()?;
        bits.take(sequence.order_bits)?;
        if sequence.has_decoder_model && bits.flag()? {
            return Err(Error::Unsupported("a decoder model's times"));
        }
        let size = read_size(bits, sequence, overrides_size)?;
        if has_screen_content && bits.flag()? {
            return Err(Error::Unsupported("a block that is a copy of another"));
        }
        if !sequence.is_still && updates_contexts {
            bits.flag()?;
        }
        let tiles = Tiles::read(bits, sequence, size)?;
        let quantizer = Quantizer::read(bits, sequence)?;
        let segments = Segments::read(bits, &quantizer)?;
        let quantizer_deltas = if quantizer.base > 0 && bits.flag()? { Some(bits.take(2)?) } else { None };
        let filter_deltas = FilterDeltas::read(bits, quantizer_deltas.is_some())?;
        let is_lossless = segments.are_lossless();
        let directional_bits = filters::skip_or_read(bits, sequence, is_lossless)?;
        let restoration = Restoration::read(bits, sequence, is_lossless)?;
        let selects_transforms = !is_lossless && bits.flag()?;
        let has_fewer_transforms = bits.flag()?;
        if sequence.has_grain {
            grain::skip(bits, sequence)?;
        }
        Ok(Self {
            size,
            updates_contexts,
            has_screen_content,
            tiles,
            quantizer,
            segments,
            quantizer_deltas,
            filter_deltas,
            directional_bits,
            restoration,
            selects_transforms,
            has_fewer_transforms,
        })
    }

    /// Returns the columns and rows of blocks of 4 samples, which are even.
    pub(crate) const fn blocks(&self) -> (usize, usize) {
        (2 * self.size.0.div_ceil(8) as usize, 2 * self.size.1.div_ceil(8) as usize)
    }
}

/// Reads the fields from `show_existing_frame` to `error_resilient_mode`.
fn read_kind(bits: &mut Bits<'_>, sequence: &Sequence) -> Result<(), Error> {
    if bits.flag()? {
        return Err(Error::Unsupported("a frame that was decoded before"));
    }
    if bits.take(2)? != KEY {
        return Err(Error::Unsupported("a frame that is predicted from another"));
    }
    if !bits.flag()? {
        return Err(Error::Unsupported("a frame that is not shown"));
    }
    bits.take(sequence.time_bits.unwrap_or(0))?;
    Ok(())
}

fn choose(bits: &mut Bits<'_>, choice: Choice) -> Result<bool, Error> {
    match choice {
        Choice::Off => Ok(false),
        Choice::On => Ok(true),
        Choice::Frame => bits.flag(),
    }
}

/// Reads the size of the frame and that of its display, which is not used.
fn read_size(bits: &mut Bits<'_>, sequence: &Sequence, overrides: bool) -> Result<(u32, u32), Error> {
    let size = if overrides {
        (bits.take(sequence.size_bits.0)? + 1, bits.take(sequence.size_bits.1)? + 1)
    } else {
        sequence.size
    };
    if size.0 > sequence.size.0 || size.1 > sequence.size.1 {
        return Err(Error::Invalid("a frame larger than its sequence"));
    }
    if sequence.has_superres && bits.flag()? {
        return Err(Error::Unsupported("super-resolution"));
    }
    if bits.flag()? {
        bits.take(32)?;
    }
    Ok(size)
}
