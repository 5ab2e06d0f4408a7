//! Reads the quantiser (AV1 bitstream specification, 5.9.12).

use crate::bits::Bits;
use crate::error::Error;
use crate::sequence::Sequence;

/// The quantiser of a frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Quantizer {
    pub(crate) base: u32,
    /// Differences from the index for the DC and the other coefficients of each plane.
    pub(crate) deltas: [[i32; 2]; 3],
    /// Number of each plane's matrix, if there are matrices.
    pub(crate) matrices: Option<[usize; 3]>,
}

impl Quantizer {
    pub(super) fn read(bits: &mut Bits<'_>, sequence: &Sequence) -> Result<Self, Error> {
        let base = bits.take(8)?;
        let mut deltas = [[read_delta(bits)?, 0], [0; 2], [0; 2]];
        if !sequence.is_grey {
            let differ = sequence.has_separate_deltas && bits.flag()?;
            deltas[1] = [read_delta(bits)?, read_delta(bits)?];
            deltas[2] = if differ { [read_delta(bits)?, read_delta(bits)?] } else { deltas[1] };
        }
        let matrices = if bits.flag()? {
            let (y, u) = (bits.take(4)? as usize, bits.take(4)? as usize);
            Some([y, u, if sequence.has_separate_deltas { bits.take(4)? as usize } else { u }])
        } else {
            None
        };
        Ok(Self { base, deltas, matrices })
    }
}

fn read_delta(bits: &mut Bits<'_>) -> Result<i32, Error> {
    if bits.flag()? { bits.signed(7) } else { Ok(0) }
}
