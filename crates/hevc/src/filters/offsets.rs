//! Adds sample adaptive offsets (ITU-T H.265, 8.7.3).

use crate::canvas::Canvas;
use crate::marks::KEPT;
use crate::offsets::SampleOffsets;
use crate::parameters::{Borders, PictureParameters, SequenceParameters};
use crate::plane::Plane;
use crate::sample::Sample;

/// Rows to which offsets are added.
pub(super) struct Adding<'a, T> {
    pub(super) sequence: &'a SequenceParameters,
    pub(super) picture: &'a PictureParameters,
    pub(super) borders: &'a Borders,
    pub(super) canvas: &'a Canvas<T>,
    /// The first luma row's place in the source.
    pub(super) first: usize,
    /// The luma rows from and to.
    pub(super) rows: (usize, usize),
}

/// Both neighbours with which a sample is compared, along and down, for each direction (ITU-T H.265, table 8-13).
const NEIGHBOURS: [[(isize, isize); 2]; 4] =
    [[(-1, 0), (1, 0)], [(0, -1), (0, 1)], [(-1, -1), (1, 1)], [(1, -1), (-1, 1)]];

/// A row of samples in a coding tree block.
struct Run {
    /// The index of the first sample in the source.
    from: usize,
    count: usize,
    /// The coding tree block.
    column: usize,
    row: usize,
    /// Whether the row is the first or the last one of its block.
    is_first: bool,
    is_last: bool,
}

impl<T: Sample> Adding<'_, T> {
    /// Writes the rows of a plane to the start of `target`.
    pub(super) fn apply(&self, index: usize, source: &Plane<T>, target: &mut Plane<T>) {
        let (across, down) = source.shifts;
        let (from, to) = (self.rows.0 >> down, self.rows.1 >> down);
        let (columns, _) = self.sequence.ctbs();
        let (width, height) = ((1 << self.sequence.log2_ctb) >> across, (1 << self.sequence.log2_ctb) >> down);
        for (y, line) in (from..to).zip(target.samples.chunks_exact_mut(source.stride)) {
            let start = ((self.first >> down) + y - from) * source.stride;
            line.copy_from_slice(&source.samples[start..start + source.stride]);
            let row = y / height;
            for (column, part) in line.chunks_mut(width).enumerate() {
                let run = Run {
                    from: start + column * width,
                    count: part.len(),
                    column,
                    row,
                    is_first: y % height == 0,
                    is_last: y % height == height - 1 || y + 1 == self.sequence.height >> down,
                };
                let offsets = self.canvas.offsets[row * columns + column][index];
                self.add(&run, offsets, (index, source), part);
            }
            self.restore(y << down, across, &source.samples[start..start + source.stride], line);
        }
    }

    /// Adds the offsets of one coding tree block to a row.
    fn add(&self, run: &Run, offsets: SampleOffsets, (index, source): (usize, &Plane<T>), part: &mut [T]) {
        let depth = self.sequence.depth(index);
        let most = (1 << depth) - 1;
        match offsets {
            SampleOffsets::None => {}
            SampleOffsets::Bands { first, offsets } => {
                for sample in part {
                    let band = ((sample.get() >> (depth - 5)) as u8).wrapping_sub(first) & 31;
                    if let Some(offset) = offsets.get(usize::from(band)) {
                        *sample = T::of((sample.get() + i32::from(*offset)).clamp(0, most));
                    }
                }
            }
            SampleOffsets::Edges { direction, offsets } => {
                let steps = NEIGHBOURS[usize::from(direction & 3)];
                // By the sum of both comparisons, from -2 on.
                let [valley, slope, ridge, peak] = offsets.map(i32::from);
                let by_sum = [valley, slope, 0, ridge, peak];
                let distances = steps.map(|(x, y)| y * source.stride as isize + x);
                for (zone, range) in [(-1, 0..1), (0, 1..run.count - 1), (1, run.count - 1..run.count)] {
                    if !steps.iter().all(|step| self.is_visible(run, zone, *step)) {
                        continue;
                    }
                    for x in range {
                        let at = run.from + x;
                        let sample = source.samples[at].get();
                        let compare = |distance: isize| {
                            (sample - source.samples[at.wrapping_add_signed(distance)].get()).signum()
                        };
                        let sum = 2 + compare(distances[0]) + compare(distances[1]);
                        part[x] = T::of((sample + by_sum[sum as usize]).clamp(0, most));
                    }
                }
            }
        }
    }

    /// Returns whether samples of the first (-1), last (1) or another (0) column of a run may look at a neighbour.
    fn is_visible(&self, run: &Run, zone: isize, step: (isize, isize)) -> bool {
        let along = if step.0 == zone { step.0 } else { 0 };
        let down = match step.1 {
            -1 if run.is_first => -1,
            1 if run.is_last => 1,
            _ => 0,
        };
        if (along, down) == (0, 0) {
            return true;
        }
        let (columns, rows) = self.sequence.ctbs();
        let (Some(column), Some(row)) = (run.column.checked_add_signed(along), run.row.checked_add_signed(down)) else {
            return false;
        };
        if column >= columns || row >= rows {
            return false;
        }
        let tile = |column: usize, row: usize| {
            let find = |borders: &[usize], at: usize| borders.iter().filter(|border| **border <= at).count();
            (find(&self.borders.columns, column), find(&self.borders.rows, row))
        };
        if !self.picture.is_filtered_across_tiles && tile(column, row) != tile(run.column, run.row) {
            return false;
        }
        let number = |column: usize, row: usize| self.canvas.slice_numbers[row * columns + column];
        let (here, there) = (number(run.column, run.row), number(column, row));
        // The later one of two slices decides.
        let later = self.canvas.slices.get((here.max(there) as usize).wrapping_sub(1));
        here == there || (there > 0 && later.is_some_and(|slice| slice.is_filtered_across))
    }

    /// Undoes the changes to units that are kept as they are.
    fn restore(&self, y: usize, across: u32, source: &[T], line: &mut [T]) {
        let can_be_kept = self.picture.has_bypass || self.sequence.pcm.is_some_and(|pcm| !pcm.is_filtered);
        let Some(marks) = self.canvas.marks.as_ref().filter(|_| can_be_kept) else { return };
        let width = 4 >> across;
        for (column, (new, old)) in line.chunks_mut(width).zip(source.chunks(width)).enumerate() {
            if marks.unit(4 * column, y) & KEPT != 0 {
                new.copy_from_slice(old);
            }
        }
    }
}
