//! Reads past the film grain, which is not applied (AV1 bitstream specification, 5.9.30).

use crate::bits::Bits;
use crate::error::Error;
use crate::sequence::Sequence;

/// Skips the parameters of a frame that is shown and is not predicted.
pub(super) fn skip(bits: &mut Bits<'_>, sequence: &Sequence) -> Result<(), Error> {
    if !bits.flag()? {
        return Ok(());
    }
    bits.take(16)?;
    let luma = skip_points(bits)?;
    let follows_luma = !sequence.is_grey && bits.flag()?;
    let has_none = sequence.is_grey || follows_luma || (sequence.shifts == (1, 1) && luma == 0);
    let chroma = if has_none { [0; 2] } else { [skip_points(bits)?, skip_points(bits)?] };
    bits.take(2)?;
    let lag = bits.take(2)?;
    let positions = 2 * lag * (lag + 1);
    if luma > 0 {
        skip_bytes(bits, positions)?;
    }
    for points in chroma {
        if follows_luma || points > 0 {
            skip_bytes(bits, positions + u32::from(luma > 0))?;
        }
    }
    bits.take(4)?;
    for points in chroma {
        if points > 0 {
            bits.take(25)?;
        }
    }
    bits.take(2)?;
    Ok(())
}

fn skip_points(bits: &mut Bits<'_>) -> Result<u32, Error> {
    let count = bits.take(4)?;
    skip_bytes(bits, 2 * count)?;
    Ok(count)
}

fn skip_bytes(bits: &mut Bits<'_>, count: u32) -> Result<(), Error> {
    (0..count).try_for_each(|_| bits.take(8).map(drop))
}
