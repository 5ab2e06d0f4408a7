//! Undoes an encoder's transforms row by row (RFC 9649, 3.5 and 4). A pixel is alpha, red, green and blue from the highest
//! byte down.

use super::super::error::Error;
use super::bits::BitReader;
use super::lanes::{Lanes, ROWS};
use super::pixel::{OPAQUE_BLACK, add, predict};
use super::pixels::decode_side;
use super::rows::{LEAST_BLOCK_BITS, LEAST_WIDTH, predict_rows};

/// A transform, with the data that undo it.
#[derive(Debug)]
pub(super) enum Transform {
    /// Differences to a prediction from neighbours, with one of 14 modes per block.
    Predictor { block_bits: u32, modes: Vec<u8>, above: Vec<u32> },
    /// Differences to shares of other channels, which are stored per block.
    Color { block_bits: u32, shares: Vec<u32> },
    /// Differences to green.
    SubtractGreen,
    /// Indices into a list of colours. If the list is short, a pixel holds several.
    Indexing { bits: u32, colors: Vec<u32>, width: usize },
}

/// Reads the transforms of an image of `width` by `height`, in order of application. Also returns the remaining width of its
/// pixels.
pub(super) fn read_all(
    bits: &mut BitReader<'_>,
    mut width: usize,
    height: usize,
) -> Result<(Vec<Transform>, usize), Error> {
    let mut transforms = Vec::new();
    let mut met = [false; 4];
    while bits.read(1) == 1 {
        let kind = bits.read(2) as usize;
        if std::mem::replace(&mut met[kind], true) {
            return Err(Error::Invalid("a transform is applied twice"));
        }
        transforms.push(match kind {
            0 => {
                let (block_bits, blocks) = read_blocks(bits, width, height)?;
                let modes = blocks.into_iter().map(|pixel| (pixel >> 8) as u8 & 15).collect();
                Transform::Predictor { block_bits, modes, above: Vec::new() }
            }
            1 => {
                let (block_bits, shares) = read_blocks(bits, width, height)?;
                Transform::Color { block_bits, shares }
            }
            2 => Transform::SubtractGreen,
            _ => {
                let colors = read_colors(bits)?;
                let bits = match colors.len() {
                    0..=2 => 3,
                    3..=4 => 2,
                    5..=16 => 1,
                    _ => 0,
                };
                let full = width;
                width = full.div_ceil(1 << bits);
                Transform::Indexing { bits, colors, width: full }
            }
        });
    }
    Ok((transforms, width))
}

fn read_blocks(bits: &mut BitReader<'_>, width: usize, height: usize) -> Result<(u32, Vec<u32>), Error> {
    let block_bits = bits.read(3) + 2;
    let [across, down] = [width, height].map(|side| side.div_ceil(1 << block_bits));
    Ok((block_bits, decode_side(bits, across, down)?))
}

/// Reads a list of colours, each stored as the difference to the one before.
fn read_colors(bits: &mut BitReader<'_>) -> Result<Vec<u32>, Error> {
    let count = bits.read(8) as usize + 1;
    let mut colors = decode_side(bits, count, 1)?;
    let mut last = 0;
    for color in &mut colors {
        last = add(*color, last);
        *color = last;
    }
    Ok(colors)
}

impl Transform {
    /// Undoes the transform of the rows from `y` on, with `spare` as a buffer.
    #[inline(always)]
    pub(super) fn undo(&mut self, lanes: impl Lanes, y: usize, rows: &mut [Vec<u32>], spare: &mut Vec<u32>) {
        if let Self::Predictor { block_bits, modes, above } = self
            && let [first, second, third, fourth] = rows
            && *block_bits >= LEAST_BLOCK_BITS
            && first.len() >= LEAST_WIDTH
            && y > 0
            && y.is_multiple_of(ROWS)
        {
            let across = first.len().div_ceil(1 << *block_bits);
            let modes = &modes[(y >> *block_bits) * across..][..across];
            predict_rows(lanes, &mut [first, second, third, fourth], above, modes, *block_bits);
            keep_as_above(above, fourth);
            return;
        }
        (y..).zip(rows).for_each(|(y, row)| self.undo_row(y, row, spare));
    }

    #[inline(always)]
    fn undo_row(&mut self, y: usize, row: &mut Vec<u32>, spare: &mut Vec<u32>) {
        match self {
            Self::Predictor { block_bits, modes, above } => {
                let across = row.len().div_ceil(1 << *block_bits);
                let modes = &modes[(y >> *block_bits) * across..][..across];
                match above.len() {
                    0 => predict_first_row(row),
                    _ => predict_row(row, above, modes, *block_bits),
                }
                keep_as_above(above, row);
            }
            Self::Color { block_bits, shares } => {
                let across = row.len().div_ceil(1 << *block_bits);
                let shares = &shares[(y >> *block_bits) * across..];
                for (pixels, share) in row.chunks_mut(1 << *block_bits).zip(shares) {
                    pixels.iter_mut().for_each(|pixel| *pixel = add_shares(*pixel, *share));
                }
            }
            Self::SubtractGreen => {
                for pixel in row {
                    let green = *pixel >> 8 & 0xff;
                    *pixel = add(*pixel, green << 16 | green);
                }
            }
            Self::Indexing { bits, colors, width } => {
                unpack(row, spare, *bits, colors, *width);
                std::mem::swap(row, spare);
            }
        }
    }
}

/// Keeps a row as the one above the next.
fn keep_as_above(above: &mut Vec<u32>, row: &[u32]) {
    above.clear();
    above.extend_from_slice(row);
    // The neighbour above and to the right of the last pixel is the first pixel of its own row.
    above.push(0);
}

fn predict_first_row(row: &mut [u32]) {
    let mut left = OPAQUE_BLACK;
    for pixel in row {
        left = add(*pixel, left);
        *pixel = left;
    }
}

/// Adds the predictions to a row. `above` is one pixel longer.
#[inline(always)]
fn predict_row(row: &mut [u32], above: &mut [u32], modes: &[u8], block_bits: u32) {
    row[0] = add(row[0], above[0]);
    above[row.len()] = row[0];
    for (block, mode) in modes.iter().copied().enumerate() {
        let start = (block << block_bits).max(1);
        let end = row.len().min((block + 1) << block_bits);
        if start >= end {
            continue;
        }
        let (before, row) = row[..end].split_at_mut(start);
        let left = before[start - 1];
        let above = &above[start - 1..=end];
        macro_rules! run {
            ($($mode:literal)*) => {
                match mode {
                    $($mode => from_left(row, left, above, |left, above| predict($mode, left, above)),)*
                    2 => from_above(row, above, |above| predict(2, 0, above)),
                    3 => from_above(row, above, |above| predict(3, 0, above)),
                    4 => from_above(row, above, |above| predict(4, 0, above)),
                    8 => from_above(row, above, |above| predict(8, 0, above)),
                    9 => from_above(row, above, |above| predict(9, 0, above)),
                    _ => from_above(row, above, |_| OPAQUE_BLACK),
                }
            };
        }
        run!(1 5 6 7 10 11 12 13);
    }
}

/// Adds the values that `predict` returns for the pixels above: left, centre and right.
#[inline(always)]
fn from_above(row: &mut [u32], above: &[u32], predict: impl Fn([u32; 3]) -> u32) {
    for (pixel, above) in row.iter_mut().zip(threes(above)) {
        *pixel = add(*pixel, predict(above));
    }
}

/// Works like [`from_above`], but also passes the pixel to the left.
#[inline(always)]
fn from_left(row: &mut [u32], mut left: u32, above: &[u32], predict: impl Fn(u32, [u32; 3]) -> u32) {
    for (pixel, above) in row.iter_mut().zip(threes(above)) {
        left = add(*pixel, predict(left, above));
        *pixel = left;
    }
}

fn threes(above: &[u32]) -> impl Iterator<Item = [u32; 3]> {
    above.windows(3).map(|three| [three[0], three[1], three[2]])
}

/// Adds the shares of green to red and blue, and of red to blue. Shares are signed 32nds.
#[inline(always)]
const fn add_shares(pixel: u32, share: u32) -> u32 {
    const fn part(share: u32, channel: u32) -> u32 {
        ((share as i8 as i32 * channel as i8 as i32) >> 5) as u32
    }
    let green = pixel >> 8;
    let red = (pixel >> 16).wrapping_add(part(share, green)) & 0xff;
    let blue = pixel.wrapping_add(part(share >> 8, green)).wrapping_add(part(share >> 16, red)) & 0xff;
    pixel & 0xff00_ff00 | red << 16 | blue
}

/// Replaces the indices of a row by colours. An index beyond the list is transparent.
fn unpack(row: &[u32], unpacked: &mut Vec<u32>, bits: u32, colors: &[u32], width: usize) {
    let color = |place: u32| colors.get(place as usize).copied().unwrap_or(0);
    unpacked.clear();
    if bits == 0 {
        unpacked.extend(row.iter().map(|pixel| color(pixel >> 8 & 0xff)));
        return;
    }
    let (size, mask) = (8 >> bits, (1 << (8 >> bits)) - 1);
    for pixel in row {
        unpacked.extend((0..1 << bits).map(|i| color(pixel >> 8 >> (i * size) & mask)));
    }
    unpacked.truncate(width);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packed_places_are_unpacked_lowest_first() {
        let mut unpacked = Vec::new();
        unpack(&[0b1101_0100 << 8, 0b10 << 8], &mut unpacked, 2, &[10, 11, 12], 6);
        assert_eq!(unpacked, [10, 11, 11, 0, 12, 10]);
    }
}
