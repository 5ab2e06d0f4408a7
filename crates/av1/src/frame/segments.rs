//! Reads the segments, parts of a frame with quantisers of their own (AV1 bitstream specification, 5.9.14).

use super::quantizer::Quantizer;
use crate::bits::Bits;
use crate::error::Error;

/// Number of segments.
pub(crate) const SEGMENTS: usize = 8;

/// Bits of each feature's value, and whether it has a sign.
const FEATURES: [(u32, bool); 8] =
    [(8, true), (6, true), (6, true), (6, true), (6, true), (3, false), (0, false), (0, false)];

/// Features that change how a block is read.
const REFERENCE: usize = 5;
const SKIP: usize = 6;

/// The segments of a frame.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Segments {
    pub(crate) are_used: bool,
    /// Whether a block's segment comes before the flag that skips its residual.
    pub(crate) come_first: bool,
    pub(crate) last: usize,
    /// Change of each segment's quantiser.
    pub(crate) deltas: [i32; SEGMENTS],
    pub(crate) skips: [bool; SEGMENTS],
    /// Index of each segment's quantiser, without the changes of blocks.
    pub(crate) indices: [u32; SEGMENTS],
    pub(crate) lossless: [bool; SEGMENTS],
}

impl Segments {
    pub(super) fn read(bits: &mut Bits<'_>, quantizer: &Quantizer) -> Result<Self, Error> {
        let mut segments = Self {
            are_used: bits.flag()?,
            come_first: false,
            last: 0,
            deltas: [0; SEGMENTS],
            skips: [false; SEGMENTS],
            indices: [quantizer.base; SEGMENTS],
            lossless: [false; SEGMENTS],
        };
        if segments.are_used {
            for segment in 0..SEGMENTS {
                segments.read_features(bits, segment)?;
            }
        }
        let has_deltas = quantizer.deltas != [[0; 2]; 3];
        for segment in 0..SEGMENTS {
            let index = (quantizer.base as i32 + segments.deltas[segment]).clamp(0, 255);
            segments.indices[segment] = index as u32;
            segments.lossless[segment] = index == 0 && !has_deltas;
        }
        Ok(segments)
    }

    fn read_features(&mut self, bits: &mut Bits<'_>, segment: usize) -> Result<(), Error> {
        for (feature, (width, is_signed)) in FEATURES.into_iter().enumerate() {
            if !bits.flag()? {
                continue;
            }
            self.last = segment;
            self.come_first |= feature >= REFERENCE;
            let value = if is_signed { bits.signed(width + 1)? } else { bits.take(width)? as i32 };
            match feature {
                0 => self.deltas[segment] = value.clamp(-255, 255),
                SKIP => self.skips[segment] = true,
                _ => {}
            }
        }
        Ok(())
    }

    /// Returns whether no block loses anything.
    pub(crate) fn are_lossless(&self) -> bool {
        self.lossless.iter().all(|is_lossless| *is_lossless)
    }
}
