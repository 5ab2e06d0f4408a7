//! Reads sets of reference images (ITU-T H.265, 7.3.7). What counts is the number of those that are used.

use crate::bits::Bits;
use crate::error::Error;

/// Most images in a set.
const MAX_PICTURES: u32 = 16;

/// The structure that holds a set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Owner {
    Sequence,
    Slice,
}

/// A set, by the differences of its images' numbers from the current one.
#[derive(Debug, Clone, Default)]
pub(crate) struct ReferenceSet {
    before: Vec<i32>,
    after: Vec<i32>,
    /// Number of images from which the current one may be predicted.
    pub(crate) used: u32,
}

/// Reads the sets of a sequence.
pub(super) fn read_all(bits: &mut Bits<'_>) -> Result<Vec<ReferenceSet>, Error> {
    let count = bits.up_to(64)?;
    let mut sets = Vec::new();
    for _ in 0..count {
        let set = ReferenceSet::read(bits, &sets, Owner::Sequence)?;
        sets.push(set);
    }
    Ok(sets)
}

impl ReferenceSet {
    /// Reads the set after `known`.
    pub(crate) fn read(bits: &mut Bits<'_>, known: &[Self], owner: Owner) -> Result<Self, Error> {
        if !known.is_empty() && bits.flag()? {
            return Self::read_predicted(bits, known, owner);
        }
        let (before, after) = (bits.up_to(MAX_PICTURES)?, bits.up_to(MAX_PICTURES)?);
        let mut used = 0;
        let mut read = |count: u32, sign: i32| {
            let mut differences = Vec::new();
            let mut difference = 0_i32;
            for _ in 0..count {
                #[expect(clippy::cast_possible_wrap, reason = "it is below 2^15")]
                let step = bits.up_to(0x7fff)? as i32 + 1;
                difference += sign * step;
                differences.push(difference);
                used += u32::from(bits.flag()?);
            }
            Ok::<_, Error>(differences)
        };
        let (before, after) = (read(before, -1)?, read(after, 1)?);
        Ok(Self { before, after, used })
    }

    /// Reads a set that is predicted from another one (ITU-T H.265, 7.4.8).
    fn read_predicted(bits: &mut Bits<'_>, known: &[Self], owner: Owner) -> Result<Self, Error> {
        let back = if owner == Owner::Slice { bits.up_to(63)? as usize + 1 } else { 1 };
        let source = known.len().checked_sub(back).ok_or(Error::Invalid("a set of reference pictures"))?;
        let source = &known[source];
        let is_negative = bits.flag()?;
        #[expect(clippy::cast_possible_wrap, reason = "it is below 2^15")]
        let magnitude = bits.up_to(0x7fff)? as i32 + 1;
        let shift = if is_negative { -magnitude } else { magnitude };
        let pictures = source.before.iter().chain(&source.after).map(|picture| picture + shift).chain([shift]);
        let (mut kept, mut used) = (Vec::new(), 0);
        for picture in pictures {
            // Used by this image, or only kept for later ones.
            let is_used = bits.flag()?;
            let is_kept = is_used || bits.flag()?;
            if is_kept && picture != 0 {
                used += u32::from(is_used);
                kept.push(picture);
            }
        }
        if kept.len() > MAX_PICTURES as usize {
            return Err(Error::Invalid("a set of reference pictures"));
        }
        kept.sort_unstable_by_key(|picture| picture.abs());
        let (before, after) = kept.into_iter().partition(|picture| *picture < 0);
        Ok(Self { before, after, used })
    }
}
