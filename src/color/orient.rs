//! Turns thumbnails upright, by the EXIF orientation. Only their own samples are turned, 8 bits each, in tiles that stay in the
//! cache: one by one down whole columns, every sample would come from another line of memory.

use super::lone::{Lone, LoneLines};
use super::samples::Samples;
use crate::geometry::{Orientation, Size};

/// Samples along a side of a tile.
const TILE: usize = 32;

/// Turns samples upright. Chroma of half the size keeps its pairs, which [`LoneLines`] has already chosen.
pub(crate) fn turn(samples: Samples, orientation: Orientation) -> Samples {
    if orientation == Orientation::Upright {
        return samples;
    }
    let Samples { size, layout, bytes: stored } = samples;
    let mut bytes = vec![0; stored.len()];
    let (mut from, mut to) = (stored.as_slice(), bytes.as_mut_slice());
    for (channels, size) in layout.planes(size) {
        let length = (size.width as usize * size.height as usize * channels).min(from.len());
        let (plane, turned);
        (plane, from) = from.split_at(length);
        (turned, to) = to.split_at_mut(length);
        match channels {
            1 => turn_plane::<1>(plane, turned, size, orientation),
            2 => turn_plane::<2>(plane, turned, size, orientation),
            3 => turn_plane::<3>(plane, turned, size, orientation),
            _ => turn_plane::<4>(plane, turned, size, orientation),
        }
    }
    Samples { size: orientation.apply_to(size), layout, bytes }
}

/// Turns one plane of pixels of `N` bytes; `size` is its size as stored.
fn turn_plane<const N: usize>(stored: &[u8], turned: &mut [u8], size: Size, orientation: Orientation) {
    let (stored, turned) = (stored.as_chunks::<N>().0, turned.as_chunks_mut::<N>().0);
    let (width, height) = (size.width as usize, size.height as usize);
    let LoneLines { column, row } = LoneLines::of(orientation);
    if !orientation.swaps_axes() {
        for (y, out) in turned.chunks_exact_mut(width).enumerate() {
            let y = if row == Lone::First { height - 1 - y } else { y };
            let source = &stored[y * width..][..width];
            if column == Lone::First {
                out.iter_mut().zip(source.iter().rev()).for_each(|(to, from)| *to = *from);
            } else {
                out.copy_from_slice(source);
            }
        }
        return;
    }
    // Row x of the upright plane is column x as stored, from the top or from below.
    for left in (0..width).step_by(TILE) {
        for top in (0..height).step_by(TILE) {
            let (right, bottom) = ((left + TILE).min(width), (top + TILE).min(height));
            for x in left..right {
                let y = if column == Lone::First { width - 1 - x } else { x };
                let first = if row == Lone::First { height - bottom } else { top };
                let out = &mut turned[y * height + first..][..bottom - top];
                let source = stored[top * width + x..].iter().step_by(width);
                if row == Lone::First {
                    out.iter_mut().rev().zip(source).for_each(|(to, from)| *to = *from);
                } else {
                    out.iter_mut().zip(source).for_each(|(to, from)| *to = *from);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Layout, Subsampling};
    use super::*;

    /// Returns the stored place of the upright pixel (x, y) of a plane (EXIF 2.32, 4.6.4 A).
    fn place(orientation: Orientation, stored: Size, x: usize, y: usize) -> (usize, usize) {
        let (right, bottom) = (stored.width as usize - 1, stored.height as usize - 1);
        match orientation {
            Orientation::Upright => (x, y),
            Orientation::MirroredHorizontally => (right - x, y),
            Orientation::UpsideDown => (right - x, bottom - y),
            Orientation::MirroredVertically => (x, bottom - y),
            Orientation::Transposed => (y, x),
            Orientation::NeedsClockwise => (y, bottom - x),
            Orientation::Transversed => (right - y, bottom - x),
            Orientation::NeedsCounterClockwise => (right - y, x),
        }
    }

    /// Turns pixel by pixel: the slow way.
    fn turned_slowly(samples: &Samples, orientation: Orientation) -> Vec<u8> {
        let mut bytes = Vec::new();
        let mut plane = samples.bytes.as_slice();
        for (channels, size) in samples.layout.planes(samples.size) {
            let upright = orientation.apply_to(size);
            for (y, x) in (0..upright.height as usize).flat_map(|y| (0..upright.width as usize).map(move |x| (y, x))) {
                let (x, y) = place(orientation, size, x, y);
                bytes.extend(&plane[(y * size.width as usize + x) * channels..][..channels]);
            }
            plane = &plane[size.pixels() as usize * channels..];
        }
        bytes
    }

    #[test]
    fn each_of_the_eight_orientations_comes_out_upright() {
        // Upright: 1 2 3 / 4 5 6, stored in the eight ways.
        let stored: [(u32, &[u8]); 8] = [
            (3, &[1, 2, 3, 4, 5, 6]),
            (3, &[3, 2, 1, 6, 5, 4]),
            (3, &[6, 5, 4, 3, 2, 1]),
            (3, &[4, 5, 6, 1, 2, 3]),
            (2, &[1, 4, 2, 5, 3, 6]),
            (2, &[3, 6, 2, 5, 1, 4]),
            (2, &[6, 3, 5, 2, 4, 1]),
            (2, &[4, 1, 5, 2, 6, 3]),
        ];
        let grey = |width, samples: &[u8]| {
            let size = Size::new(width, samples.len() as u32 / width);
            Samples { size, layout: Layout::Grey, bytes: samples.to_vec() }
        };
        for (orientation, (width, samples)) in Orientation::ALL.into_iter().zip(stored) {
            assert_eq!(turn(grey(width, samples), orientation), grey(3, &[1, 2, 3, 4, 5, 6]), "{orientation:?}");
        }
    }

    #[test]
    fn tiles_turn_every_layout_as_pixel_by_pixel_does() {
        let layouts = [
            Layout::Grey,
            Layout::GreyAlpha,
            Layout::Rgb,
            Layout::RgbAlpha,
            Layout::YCbCr(Subsampling::Full),
            Layout::YCbCr(Subsampling::Halved),
        ];
        let mut tried = 0;
        for layout in layouts {
            for (width, height) in [(1, 1), (1, 70), (70, 1), (32, 32), (33, 65), (64, 31), (99, 101)] {
                let size = Size::new(width, height);
                let bytes: Vec<u8> =
                    (0..layout.bytes(size) as u32).map(|i| (i.wrapping_mul(2_654_435_761) >> 24) as u8).collect();
                let samples = Samples { size, layout, bytes };
                for orientation in Orientation::ALL {
                    let turned = turn(samples.clone(), orientation);
                    assert_eq!(turned.size, orientation.apply_to(size));
                    assert!(turned.bytes == turned_slowly(&samples, orientation), "{layout:?} {size} {orientation:?}");
                    tried += 1;
                }
            }
        }
        assert_eq!(tried, 6 * 7 * 8);
    }

    #[test]
    fn the_lone_lines_as_stored_are_the_last_ones_upright() {
        let size = Size::new(5, 7);
        for orientation in Orientation::ALL {
            let upright = orientation.apply_to(size);
            let corner = place(orientation, size, upright.width as usize - 1, upright.height as usize - 1);
            let at = |lone, last| if lone == Lone::First { 0 } else { last };
            let LoneLines { column, row } = LoneLines::of(orientation);
            assert_eq!(corner, (at(column, 4), at(row, 6)), "{orientation:?}");
        }
    }
}
