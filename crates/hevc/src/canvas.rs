//! Holds an image as it is decoded: a band of its samples, and what later blocks and filters need of earlier ones.

use crate::marks::Marks;
use crate::offsets::Offsets;
use crate::parameters::SequenceParameters;
use crate::plane::Plane;
use crate::prediction::Motions;
use crate::sample::Sample;
use crate::slice::SliceFilters;

#[derive(Debug)]
pub(crate) struct Canvas<T> {
    pub(crate) planes: Vec<Plane<T>>,
    /// The first luma row of the band.
    pub(crate) top: usize,
    /// The depths of the lowest coding blocks in each column of 8 px.
    pub(crate) depths_above: Vec<u8>,
    /// The slices so far.
    pub(crate) slices: Vec<SliceFilters>,
    /// For each coding tree block, the number of slices when it was decoded, or 0.
    pub(crate) slice_numbers: Vec<u32>,
    /// Sample offsets of each coding tree block, if the sequence has any.
    pub(crate) offsets: Vec<Offsets>,
    /// For the filters, if they are applied.
    pub(crate) marks: Option<Marks>,
    /// If the image is predicted from another one.
    pub(crate) motions: Option<Motions>,
}

impl<T: Sample> Canvas<T> {
    /// Creates the canvas of an image with bands of this many luma rows.
    pub(crate) fn new(sequence: &SequenceParameters, band: usize, marks: Option<Marks>) -> Self {
        let planes = (0..sequence.planes()).map(|index| {
            let (across, down) = sequence.shifts(index);
            let stride = sequence.width >> across;
            Plane { samples: vec![T::default(); stride * (1 + (band >> down))], stride, shifts: (across, down) }
        });
        let (across, down) = sequence.ctbs();
        Self {
            planes: planes.collect(),
            top: 0,
            depths_above: vec![0; sequence.width / 8],
            slices: Vec::new(),
            slice_numbers: vec![0; across * down],
            offsets: vec![Offsets::default(); if sequence.has_offsets { across * down } else { 0 }],
            marks,
            motions: None,
        }
    }

    /// Estimates the memory of a canvas, in bytes.
    pub(crate) fn memory(sequence: &SequenceParameters, band: usize, with_filters: bool) -> u64 {
        let planes = (0..sequence.planes()).map(|index| {
            let (across, down) = sequence.shifts(index);
            (sequence.width >> across) * (1 + (band >> down)) * size_of::<T>()
        });
        let (across, down) = sequence.ctbs();
        let offsets = if sequence.has_offsets { size_of::<Offsets>() } else { 0 };
        let marks = if with_filters { Marks::memory(sequence) } else { 0 };
        (planes.sum::<usize>() + sequence.width / 8 + across * down * (size_of::<u32>() + offsets) + marks) as u64
    }

    /// Returns a plane's samples and the index of the one at a place.
    #[inline]
    pub(crate) fn target(&mut self, plane: usize, x: usize, y: usize) -> (&mut [T], usize, usize) {
        let top = self.top;
        let plane = &mut self.planes[plane];
        let at = (y - (top >> plane.shifts.1) + 1) * plane.stride + x;
        (&mut plane.samples, plane.stride, at)
    }

    /// Moves on to the band below one of this many luma rows.
    pub(crate) fn next_band(&mut self, rows: usize) {
        for plane in &mut self.planes {
            let last = (rows >> plane.shifts.1) * plane.stride;
            plane.samples.copy_within(last..last + plane.stride, 0);
        }
        self.top += rows;
    }
}
