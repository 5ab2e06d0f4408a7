//! The planes that came out of a codec.

use crate::container::Nclx;
use crate::error::Cause;
use crate::options::Format;
use crate::outcome::Damage;

/// How many times as many pixels as the container says an item's own header may have; codecs round up to their blocks.
const ROUNDED_UP: u64 = 4;

/// The smallest pictures are rounded up the most: to 64 px of the largest block, on both sides.
const BLOCK: u64 = 64 * 64;

/// What came out of a codec.
pub(super) struct CodedPicture {
    /// Luma, or luma and two of chroma.
    pub(super) planes: Vec<CodedPlane>,
    /// Luma samples for each chroma sample, along and down.
    pub(super) ratio: (u32, u32),
    /// What the coded data say of their colours.
    pub(super) nclx: Option<Nclx>,
    pub(super) meaning: Meaning,
    /// What is wrong with it.
    pub(super) damage: Option<Damage>,
}

/// How the planes' meaning is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Meaning {
    /// By the code points that the container or the data state.
    Stated,
    /// They are green, blue and red, of full range.
    Gbr,
    /// They are those of JFIF.
    Jfif,
}

/// One channel of it.
pub(super) struct CodedPlane {
    pub(super) width: usize,
    pub(super) height: usize,
    /// Samples from one row to the next.
    pub(super) stride: usize,
    /// Bits of each sample.
    pub(super) depth: u32,
    pub(super) samples: Samples,
}

/// Samples as the codec left them.
pub(super) enum Samples {
    Numbers(Vec<i32>),
    #[cfg(feature = "avif")]
    Bytes(Box<dyn AsRef<[u8]>>),
    /// Two bytes each, as the machine orders them.
    #[cfg(feature = "avif")]
    Pairs(Box<dyn AsRef<[u8]>>),
}

impl CodedPlane {
    /// Adds the samples of row `y`, from `left` on, to as many sums; those that are not there add nothing.
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

/// Refuses an item whose own header claims far more pixels than the container: they would be allocated.
pub(super) fn check_size(own: (u64, u64), told: (u32, u32), format: Format) -> Result<(), Cause> {
    let told = u64::from(told.0) * u64::from(told.1);
    if own.0.saturating_mul(own.1) > told.saturating_mul(ROUNDED_UP).saturating_add(BLOCK) {
        return Err(damaged(format, "a coded image is much larger than the container says"));
    }
    Ok(())
}

pub(super) fn damaged(format: Format, detail: impl Into<String>) -> Cause {
    Cause::Damaged { format, detail: detail.into() }
}
