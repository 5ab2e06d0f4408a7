//! Estimates the memory of decoding.

use crate::canvas::Canvas;
use crate::coded::Coded;
use crate::filtering::Filtering;
use crate::filters::Filters;
use crate::parameters::{Borders, SequenceParameters};
use crate::prediction::Motions;
use crate::sample::Sample;

/// Bytes of the state of a decoder, whatever the image.
const STATE: u64 = 16 << 10;

/// Estimates the memory of decoding an image.
pub(crate) fn of(image: &Coded<'_>, filtering: Filtering) -> u64 {
    let reference = image.reference.as_ref().map_or(0, |other| of(other, Filtering::All) + whole(&other.sequence));
    estimate(&image.sequence, &image.borders, filtering) + reference
}

/// Estimates the memory of decoding with these parameters.
pub(crate) fn estimate(sequence: &SequenceParameters, borders: &Borders, filtering: Filtering) -> u64 {
    if sequence.has_bytes() {
        estimate_of::<u8>(sequence, borders, filtering)
    } else {
        estimate_of::<u16>(sequence, borders, filtering)
    }
}

fn estimate_of<T: Sample>(sequence: &SequenceParameters, borders: &Borders, filtering: Filtering) -> u64 {
    let band = borders.band_rows(sequence.log2_ctb);
    let is_filtered = filtering == Filtering::All;
    let filters = if is_filtered { Filters::<T>::memory(sequence, band) } else { 0 };
    Canvas::<T>::memory(sequence, band, is_filtered) + filters + STATE
}

/// Estimates the memory of a whole image and of the motion of one that is predicted from it.
pub(crate) fn whole(sequence: &SequenceParameters) -> u64 {
    let sample = if sequence.has_bytes() { 1 } else { 2 };
    let planes = (0..sequence.planes()).map(|index| {
        let (across, down) = sequence.shifts(index);
        (sequence.width >> across) * (sequence.height >> down) * sample
    });
    (planes.sum::<usize>() + Motions::memory(sequence.width, sequence.height)) as u64
}
