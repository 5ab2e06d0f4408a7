//! Holds the planes that a codec returns.

use crate::container::Nclx;
use crate::formats::error::{DecodeError, damaged};
use crate::outcome::Damage;

/// Most pixels in an item's own header, as a multiple of the container's; codecs round up to their blocks.
const ROUNDED_UP: u64 = 4;

/// Pixels of the largest block, 64 px on both sides: the smallest images are rounded up to it.
const BLOCK: u64 = 64 * 64;

/// The output of a codec.
pub(super) struct CodedPicture {
    /// Luma alone, or luma and two chroma planes.
    pub(super) planes: Vec<CodedPlane>,
    /// Luma samples for each chroma sample, along and down.
    pub(super) ratio: (u32, u32),
    /// Colour description in the coded data.
    pub(super) nclx: Option<Nclx>,
    pub(super) meaning: Meaning,
    /// Damage that did not prevent decoding.
    pub(super) damage: Option<Damage>,
}

/// The source of the planes' meaning.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Meaning {
    /// The code points in the container or in the data.
    Stated,
    /// Green, blue and red, of full range.
    Gbr,
    /// The planes of JFIF.
    Jfif,
}

/// One channel of a coded image.
pub(super) struct CodedPlane {
    pub(super) width: usize,
    pub(super) height: usize,
    /// Samples from one row to the next.
    pub(super) stride: usize,
    /// Bits of each sample.
    pub(super) depth: u32,
    pub(super) samples: Samples,
}

/// Samples in the codec's own representation.
pub(super) enum Samples {
    Numbers(Vec<i32>),
    #[cfg(feature = "avif")]
    Bytes(Box<dyn AsRef<[u8]>>),
    /// Two bytes each, in native byte order.
    #[cfg(feature = "avif")]
    Pairs(Box<dyn AsRef<[u8]>>),
}

impl CodedPlane {
    /// Adds the samples of row `y`, from `left` on, to the sums. Samples beyond the plane add nothing.
    pub(super) fn add_row(&self, y: usize, left: usize, sums: &mut [i32]) {
        let from = y * self.stride + left;
        let count = sums.len().min(self.width.saturating_sub(left));
        let sums = &mut sums[..count];
        match &self.samples {
            Samples::Numbers(samples) => {
                let row = samples.get(from..from + count).unwrap_or_default();
                sums.iter_mut().zip(row).for_each(|(sum, sample)| *sum += *sample);
            }
            #[cfg(feature = "avif")]
            Samples::Bytes(bytes) => {
                let row = (**bytes).as_ref().get(from..from + count).unwrap_or_default();
                sums.iter_mut().zip(row).for_each(|(sum, sample)| *sum += i32::from(*sample));
            }
            #[cfg(feature = "avif")]
            Samples::Pairs(bytes) => {
                let row = (**bytes).as_ref().get(2 * from..2 * (from + count)).unwrap_or_default();
                let row = row.as_chunks::<2>().0;
                sums.iter_mut().zip(row).for_each(|(sum, pair)| *sum += i32::from(u16::from_ne_bytes(*pair)));
            }
        }
    }
}

/// Refuses an item whose own header claims far more pixels than the container. They would be allocated.
pub(super) fn check_size(own: (u64, u64), told: (u32, u32)) -> Result<(), DecodeError> {
    let told = u64::from(told.0) * u64::from(told.1);
    if own.0.saturating_mul(own.1) > told.saturating_mul(ROUNDED_UP).saturating_add(BLOCK) {
        return Err(damaged("a coded image is much larger than the container says"));
    }
    Ok(())
}
