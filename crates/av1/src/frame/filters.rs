//! Reads past the in-loop filters, as far as blocks have fields for them (AV1 bitstream specification, 5.9.11 to 5.9.20).

use crate::bits::Bits;
use crate::error::Error;
use crate::sequence::Sequence;

/// The changes of the deblocking filter's strength that blocks have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum FilterDeltas {
    None,
    One,
    /// One for each edge of luma, and for each chroma plane.
    Each,
}

impl FilterDeltas {
    pub(super) fn read(bits: &mut Bits<'_>, has_quantizer_deltas: bool) -> Result<Self, Error> {
        if !has_quantizer_deltas || !bits.flag()? {
            return Ok(Self::None);
        }
        bits.take(2)?;
        Ok(if bits.flag()? { Self::Each } else { Self::One })
    }
}

/// Skips the deblocking filter, and returns the bits of the directional filter's index.
pub(super) fn skip_or_read(bits: &mut Bits<'_>, sequence: &Sequence, is_lossless: bool) -> Result<Option<u32>, Error> {
    if is_lossless {
        return Ok(None);
    }
    let levels = bits.take(12)?;
    if !sequence.is_grey && levels > 0 {
        bits.take(12)?;
    }
    bits.take(3)?;
    if bits.flag()? && bits.flag()? {
        // Changes for eight references and two modes.
        for _ in 0..10 {
            if bits.flag()? {
                bits.take(7)?;
            }
        }
    }
    if !sequence.has_directional_filter {
        return Ok(None);
    }
    bits.take(2)?;
    let index_bits = bits.take(2)?;
    for _ in 0..1 << index_bits {
        bits.take(if sequence.is_grey { 6 } else { 12 })?;
    }
    Ok(Some(index_bits))
}

/// The kinds of a plane's restoration units.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum UnitKind {
    None,
    Any,
    Wiener,
    SelfGuided,
}

/// The loop restoration of each plane: its units' kind, and the binary logarithm of their side in samples.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Restoration {
    pub(crate) kinds: [UnitKind; 3],
    pub(crate) log2: [u32; 3],
}

/// Binary logarithm of the side of the smallest units.
const SMALLEST: u32 = 6;

impl Restoration {
    pub(super) fn read(bits: &mut Bits<'_>, sequence: &Sequence, is_lossless: bool) -> Result<Self, Error> {
        let mut restoration = Self { kinds: [UnitKind::None; 3], log2: [SMALLEST; 3] };
        if is_lossless || !sequence.has_restoration {
            return Ok(restoration);
        }
        for kind in &mut restoration.kinds[..sequence.planes()] {
            *kind = match bits.take(2)? {
                0 => UnitKind::None,
                1 => UnitKind::Any,
                2 => UnitKind::Wiener,
                _ => UnitKind::SelfGuided,
            };
        }
        if restoration.kinds == [UnitKind::None; 3] {
            return Ok(restoration);
        }
        let mut shift = bits.take(1)?;
        if sequence.has_large_superblocks {
            shift += 1;
        } else if shift == 1 {
            shift += bits.take(1)?;
        }
        let has_chroma = restoration.kinds[1..] != [UnitKind::None; 2];
        let chroma = if sequence.shifts == (1, 1) && has_chroma { bits.take(1)? } else { 0 };
        let log2 = SMALLEST + shift;
        restoration.log2 = [log2, log2 - chroma, log2 - chroma];
        Ok(restoration)
    }
}
