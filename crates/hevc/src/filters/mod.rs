//! Applies the in-loop filters behind decoding, to copies of the samples (ITU-T H.265, 8.7).

mod deblocking;
mod offsets;

use crate::canvas::Canvas;
use crate::parameters::{Borders, PictureParameters, SequenceParameters};
use crate::plane::Plane;
use crate::sample::Sample;

/// Luma rows by which finished rows lag behind decoded ones: a filter of edges changes three, and offsets look at one.
const LAG: usize = 8;

/// Luma rows above a band that are kept: those that lag, and those that filters look at.
const KEPT: usize = 16;

/// Receives planes, the place of their first finished row among their luma rows, and the finished luma rows from and to.
type Emit<'a, T> = dyn FnMut(&[Plane<T>], usize, (usize, usize)) + 'a;

/// The bands behind the one that is decoded.
#[derive(Debug)]
pub(crate) struct Filters<'a, T> {
    sequence: &'a SequenceParameters,
    picture: &'a PictureParameters,
    borders: &'a Borders,
    /// Samples after deblocking, with the kept rows first.
    deblocked: Vec<Plane<T>>,
    /// Finished samples, if offsets are added.
    finished: Vec<Plane<T>>,
    /// The first luma row that is not finished.
    next: usize,
}

impl<'a, T: Sample> Filters<'a, T> {
    pub(crate) fn new(
        (sequence, picture, borders): (&'a SequenceParameters, &'a PictureParameters, &'a Borders),
        band: usize,
    ) -> Self {
        let planes = |rows: usize| {
            let planes = (0..sequence.planes()).map(|index| {
                let (across, down) = sequence.shifts(index);
                let stride = sequence.width >> across;
                Plane { samples: vec![T::default(); stride * (rows >> down)], stride, shifts: (across, down) }
            });
            planes.collect()
        };
        let finished = if sequence.has_offsets { planes(band + LAG) } else { Vec::new() };
        Self { sequence, picture, borders, deblocked: planes(KEPT + band), finished, next: 0 }
    }

    /// Estimates the memory, in bytes.
    pub(crate) fn memory(sequence: &SequenceParameters, band: usize) -> u64 {
        let rows = KEPT + band + if sequence.has_offsets { band + LAG } else { 0 };
        let row: usize = (0..sequence.planes())
            .map(|index| {
                let (across, down) = sequence.shifts(index);
                (sequence.width >> across) * size_of::<T>() * (rows >> down)
            })
            .sum();
        row as u64
    }

    /// Filters a band that is decoded up to luma row `bottom`, and passes the planes of the finished rows on.
    pub(crate) fn add_band(&mut self, canvas: &Canvas<T>, bottom: usize, is_last: bool, emit: &mut Emit<'_, T>) {
        let (top, rows) = (canvas.top, bottom - canvas.top);
        for (copy, plane) in self.deblocked.iter_mut().zip(&canvas.planes) {
            let (stride, down) = (plane.stride, plane.shifts.1);
            let from = (KEPT >> down) * stride;
            let count = (rows >> down) * stride;
            copy.samples[from..from + count].copy_from_slice(&plane.samples[stride..stride + count]);
        }
        if let Some(marks) = &canvas.marks {
            let band = deblocking::Band { sequence: self.sequence, picture: self.picture, canvas, marks, top, bottom };
            for index in 0..self.deblocked.len() {
                band.filter(index, &mut self.deblocked[index], KEPT);
            }
        }
        let (from, to) = (self.next, if is_last { bottom } else { bottom.saturating_sub(LAG).max(self.next) });
        // Row `y` of luma is row `y + KEPT - top` of the copy.
        let first = from + KEPT - top;
        if self.finished.is_empty() {
            emit(&self.deblocked, first, (from, to));
        } else {
            let adding = offsets::Adding {
                sequence: self.sequence,
                picture: self.picture,
                borders: self.borders,
                canvas,
                first,
                rows: (from, to),
            };
            for index in 0..self.deblocked.len() {
                adding.apply(index, &self.deblocked[index], &mut self.finished[index]);
            }
            emit(&self.finished, 0, (from, to));
        }
        self.next = to;
        for plane in &mut self.deblocked {
            let (stride, down) = (plane.stride, plane.shifts.1);
            let from = (rows >> down) * stride;
            plane.samples.copy_within(from..from + (KEPT >> down) * stride, 0);
        }
    }
}
