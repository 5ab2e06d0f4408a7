//! Pixels as stored → pixels upright, by the EXIF orientation. Only thumbnails are turned, so plainness beats speed.

use super::color::Samples;
use super::pixels::{Picture, Plane};
use crate::geometry::{Orientation, Size};

/// Turns a picture upright.
pub(super) fn turn_picture(picture: Picture, orientation: Orientation) -> Picture {
    if orientation == Orientation::Upright {
        return picture;
    }
    let size = orientation.apply_to(picture.size);
    let planes = picture.planes.iter().map(|plane| turn_plane(plane, size, orientation)).collect();
    Picture { size, planes, ..picture }
}

/// Turns samples upright.
pub(super) fn turn(samples: Samples, orientation: Orientation) -> Samples {
    if orientation == Orientation::Upright {
        return samples;
    }
    let Samples { size: stored, layout, bytes } = samples;
    let size = orientation.apply_to(stored);
    let channels = bytes.len() / (stored.width as usize * stored.height as usize).max(1);
    let place = places(stored, orientation);
    let pixels = (0..size.height as usize).flat_map(|y| (0..size.width as usize).map(move |x| (x, y)));
    let bytes = pixels
        .flat_map(|(x, y)| {
            let (x, y) = place(x, y);
            let at = (y * stored.width as usize + x) * channels;
            &bytes[at..at + channels]
        })
        .copied()
        .collect();
    Samples { size, layout, bytes }
}

/// Returns where the upright pixel (x, y) is stored (EXIF 2.32, 4.6.4 A).
fn places(stored: Size, orientation: Orientation) -> impl Fn(usize, usize) -> (usize, usize) {
    let (right, bottom) = (stored.width as usize - 1, stored.height as usize - 1);
    move |x: usize, y: usize| match orientation {
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

fn turn_plane(stored: &Plane, size: Size, orientation: Orientation) -> Plane {
    let place = places(stored.size, orientation);
    let samples = (0..size.height as usize)
        .flat_map(|y| (0..size.width as usize).map(move |x| (x, y)))
        .map(|(x, y)| {
            let (x, y) = place(x, y);
            stored.row(y)[x]
        })
        .collect();
    Plane { size, samples }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::thumbnail::pixels::Model;

    fn picture(width: u32, samples: &[u8]) -> Picture {
        let size = Size::new(width, samples.len() as u32 / width);
        let plane = Plane { size, samples: samples.iter().map(|s| f32::from(*s)).collect() };
        Picture { model: Model::Grey, size, planes: vec![plane] }
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
        for (orientation, (width, samples)) in Orientation::ALL.into_iter().zip(stored) {
            let upright = turn_picture(picture(width, samples), orientation);
            assert_eq!(upright, picture(3, &[1, 2, 3, 4, 5, 6]), "{orientation:?}");
        }
    }
}
