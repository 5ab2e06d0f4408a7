//! Holds the samples of a band, one row of superblocks, and the row above it.

use crate::frame::Frame;
use crate::sample::Sample;
use crate::sequence::Sequence;

/// Samples by which blocks may reach beyond the frame, at most.
const BEYOND: usize = 128;

/// A plane's band. The row above it comes first.
#[derive(Debug)]
pub(crate) struct Plane<T> {
    pub(crate) samples: Vec<T>,
    pub(crate) stride: usize,
    /// Binary logarithms of luma samples for each sample, along and down.
    pub(crate) shifts: (u32, u32),
    /// The band's first row in the plane.
    pub(crate) top: usize,
    /// Rows of the band.
    pub(crate) rows: usize,
}

impl<T: Sample> Plane<T> {
    /// Returns the index of a sample, of which `y` is the row in the whole plane.
    #[inline(always)]
    pub(crate) const fn index(&self, x: usize, y: usize) -> usize {
        (y + 1 - self.top) * self.stride + x
    }

    /// Keeps the last row, and begins the next band.
    fn advance(&mut self) {
        let last = self.rows * self.stride;
        self.samples.copy_within(last..last + self.stride, 0);
        self.top += self.rows;
    }
}

/// The planes of a band.
#[derive(Debug)]
pub(crate) struct Canvas<T> {
    pub(crate) planes: Vec<Plane<T>>,
}

impl<T: Sample> Canvas<T> {
    pub(crate) fn new(sequence: &Sequence, frame: &Frame) -> Self {
        let plane = |index: usize| {
            let shifts = sequence.shifts_of(index);
            let (stride, rows) = sides(sequence, frame.size.0, shifts);
            Plane { samples: vec![T::default(); (rows + 1) * stride], stride, shifts, top: 0, rows }
        };
        Self { planes: (0..sequence.planes()).map(plane).collect() }
    }

    /// Keeps the last row of each plane, and begins the next band.
    pub(crate) fn advance(&mut self) {
        self.planes.iter_mut().for_each(Plane::advance);
    }
}

/// Returns the samples of a plane's rows, and the rows of its band.
fn sides(sequence: &Sequence, width: u32, shifts: (u32, u32)) -> (usize, usize) {
    let side = 4 << sequence.superblock_log2();
    (((width as usize).next_multiple_of(side) + BEYOND) >> shifts.0, side >> shifts.1)
}

/// Returns the bytes of a canvas for frames of this width.
pub(crate) fn memory(sequence: &Sequence, width: u32) -> u64 {
    let sample = if sequence.depth > 8 { 2 } else { 1 };
    let planes = (0..sequence.planes()).map(|index| {
        let (stride, rows) = sides(sequence, width, sequence.shifts_of(index));
        (stride * (rows + 1) * sample) as u64
    });
    planes.sum()
}
