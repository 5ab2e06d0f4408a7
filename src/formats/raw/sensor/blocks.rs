//! Sums the samples of each block of the mosaic by colour: two by two of a Bayer pattern, three by three of X-Trans.

use crate::container::Sensor;
use crate::geometry::Size;

/// The blocks of a sensor's image.
#[derive(Clone, Debug)]
pub(super) struct Blocks {
    /// The number of blocks.
    size: Size,
    /// Columns and rows of a block.
    side: (u32, u32),
    /// Stored column and row of the first block.
    start: (u32, u32),
    colors: Colors,
    /// Samples of each colour in a block.
    pub(super) counts: [u32; 3],
}

/// The colours of samples.
#[derive(Clone, Debug)]
enum Colors {
    /// Each pixel has all of them.
    All,
    /// The sums that samples belong to, counted from those of the first block, for each row of a pattern.
    Mosaic(Vec<Vec<usize>>),
}

impl Blocks {
    /// Returns the blocks of the part to be shown. `None` if it has none.
    pub(super) fn of(sensor: &Sensor) -> Option<Self> {
        let (pattern, crop) = (&sensor.pattern, sensor.crop);
        let side = side(&pattern.colors, pattern.size);
        let before = |at: u32, origin: u32, side: u32| (at - origin).next_multiple_of(side);
        let skipped = (before(crop.left, pattern.origin.0, side.0), before(crop.top, pattern.origin.1, side.1));
        let start = (pattern.origin.0 + skipped.0, pattern.origin.1 + skipped.1);
        let width = (crop.left + crop.width).saturating_sub(start.0) / side.0;
        let height = (crop.top + crop.height).saturating_sub(start.1) / side.1;
        if width == 0 || height == 0 {
            return None;
        }
        let colors = match pattern.colors[..] {
            [] => Colors::All,
            _ => Colors::Mosaic(
                (0..pattern.size.1).map(|y| sums_of_row(&pattern.colors, pattern.size, side, skipped, y)).collect(),
            ),
        };
        let counts = match &colors {
            Colors::All => [1; 3],
            Colors::Mosaic(_) => counts(&pattern.colors, pattern.size, side, (0, 0)),
        };
        Some(Self { size: Size::new(width, height), side, start, colors, counts })
    }

    /// Returns their number across and down.
    pub(super) const fn size(&self) -> Size {
        self.size
    }

    /// Returns the stored row behind the last one that is needed.
    pub(super) const fn end(&self) -> u32 {
        self.start.1 + self.size.height * self.side.1
    }

    /// Returns the number of a stored row, counted from the first block's; `None` above it.
    pub(super) const fn line(&self, y: u32) -> Option<u32> {
        y.checked_sub(self.start.1)
    }

    /// Returns whether a row is the last one of its blocks.
    pub(super) const fn is_last(&self, line: u32) -> bool {
        line % self.side.1 == self.side.1 - 1
    }

    /// Adds samples of a Bayer pattern, from the stored column and row on, to the sums of all blocks.
    pub(super) fn add_run(&self, (column, y): (u32, u32), run: &[u16], sums: &mut [[u16; 3]]) {
        let Some(line) = self.line(y).filter(|line| line / self.side.1 < self.size.height) else { return };
        let Colors::Mosaic(lines) = &self.colors else { return };
        let &[first, second] = &lines[line as usize % lines.len()][..] else { return };
        let width = self.size.width as usize;
        let row = &mut sums[(line / self.side.1) as usize * width..][..width];
        // A run may begin or end in the middle of a block, and reach out of the image.
        let run = &run[(self.start.0.saturating_sub(column) as usize).min(run.len())..];
        let x = column.max(self.start.0) - self.start.0;
        let (single, pairs) = run.split_at((x as usize % 2).min(run.len()));
        let add = |sum: &mut u16, sample: u16| *sum = sum.saturating_add(sample);
        if let (Some(block), [sample]) = (row.get_mut(x as usize / 2), single) {
            add(&mut block[second], *sample);
        }
        let blocks = row.get_mut(x.div_ceil(2) as usize..).unwrap_or_default();
        let (pairs, single) = pairs.as_chunks::<2>();
        for (block, pair) in blocks.iter_mut().zip(pairs) {
            add(&mut block[first], pair[0]);
            add(&mut block[second], pair[1]);
        }
        if let (Some(block), [sample]) = (blocks.get_mut(pairs.len()), single) {
            add(&mut block[first], *sample);
        }
    }

    /// Adds a stored row to the sums of the blocks that it crosses.
    pub(super) fn add(&self, line: u32, row: &[u16], sums: &mut [[u32; 3]]) {
        let places = match &self.colors {
            Colors::All => {
                let pixels = row.as_chunks::<3>().0[self.start.0 as usize..].iter();
                sums.iter_mut().zip(pixels).for_each(|(sums, pixel)| *sums = pixel.map(u32::from));
                return;
            }
            Colors::Mosaic(lines) => &lines[line as usize % lines.len()][..],
        };
        let sums = sums.as_flattened_mut();
        let row = &row[self.start.0 as usize..][..self.size.width as usize * self.side.0 as usize];
        if let &[first, second] = places
            && first < 3
            && second < 3
        {
            // Bayer's pattern: a block is as wide as the pattern.
            for (block, pair) in sums.as_chunks_mut::<3>().0.iter_mut().zip(row.as_chunks::<2>().0) {
                block[first] += u32::from(pair[0]);
                block[second] += u32::from(pair[1]);
            }
            return;
        }
        let step = places.len() / self.side.0 as usize * 3;
        for (i, samples) in row.chunks(places.len()).enumerate() {
            samples.iter().zip(places).for_each(|(sample, place)| sums[i * step + place] += u32::from(*sample));
        }
    }
}

/// Returns the sides of the smallest square block that has as much of each colour wherever it lies in the pattern, or those of
/// the pattern.
fn side(colors: &[u8], pattern: (u32, u32)) -> (u32, u32) {
    let is_same = |side: &u32| {
        let first = counts(colors, pattern, (*side, *side), (0, 0));
        let mut corners = (0..pattern.1)
            .step_by(*side as usize)
            .flat_map(|y| (0..pattern.0).step_by(*side as usize).map(move |x| (x, y)));
        pattern.0.is_multiple_of(*side)
            && pattern.1.is_multiple_of(*side)
            && first.iter().all(|count| *count > 0)
            && corners.all(|corner| counts(colors, pattern, (*side, *side), corner) == first)
    };
    (2..pattern.0.min(pattern.1)).find(is_same).map_or(pattern, |side| (side, side))
}

/// Returns the number of samples of each colour in a block.
fn counts(colors: &[u8], pattern: (u32, u32), side: (u32, u32), corner: (u32, u32)) -> [u32; 3] {
    let mut counts = [0; 3];
    for y in corner.1..corner.1 + side.1 {
        for x in corner.0..corner.0 + side.0 {
            let color = colors[(y % pattern.1 * pattern.0 + x % pattern.0) as usize];
            counts[usize::from(color)] += 1;
        }
    }
    counts
}

/// Returns the sums that the samples of a row belong to, from the first block on and until the pattern repeats.
fn sums_of_row(colors: &[u8], pattern: (u32, u32), side: (u32, u32), skipped: (u32, u32), y: u32) -> Vec<usize> {
    let sum = |x: u32| {
        let (column, row) = ((skipped.0 + x) % pattern.0, (skipped.1 + y) % pattern.1);
        (x / side.0) as usize * 3 + usize::from(colors[(row * pattern.0 + column) as usize])
    };
    (0..pattern.0).map(sum).collect()
}
