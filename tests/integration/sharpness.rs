//! Tests the blur of images that are hardly made smaller, or not at all.

use image::{ImageFormat, Rgb, RgbImage};
use thumbs::options::{Exactness, Target};
use thumbs::{Options, Size, thumbnail};

use crate::fixture::{changed, encode, picture};

/// Returns thumbnails of an image in a lossless format, one per size.
fn thumbnails(bytes: &[u8], sizes: &[u32], blur: f64, exactness: Exactness) -> Vec<RgbImage> {
    let sizes = sizes.iter().map(|side| Size::new(*side, *side).into()).collect();
    let options = changed(Options::default(), |chosen| {
        chosen.sizes = sizes;
        chosen.blur = blur;
        chosen.exactness = exactness;
        chosen.targets = Target::Always(thumbs::options::Format::Png).into();
    });
    let made = thumbnail(bytes, &options).unwrap();
    made.thumbnails.iter().map(|made| image::load_from_memory(&made.bytes).unwrap().into_rgb8()).collect()
}

const WAYS: [Exactness; 2] = [Exactness::Fast, Exactness::Exact];

#[test]
fn a_picture_that_is_not_made_smaller_is_not_blurred() {
    let icon = picture(70, 46);
    for format in [ImageFormat::Png, ImageFormat::Jpeg, ImageFormat::WebP, ImageFormat::Gif, ImageFormat::Tiff] {
        let bytes = encode(&icon, format);
        for way in WAYS {
            let usual = thumbnails(&bytes, &[256, 70], 2.0, way);
            assert!(usual == thumbnails(&bytes, &[256, 70], 0.0, way), "{format:?}, {way:?}");
            assert_eq!(usual[0].dimensions(), (70, 46));
            if format == ImageFormat::Png {
                assert!(usual[0] == icon, "{way:?}");
            }
        }
    }
}

#[test]
fn a_drawing_that_is_not_made_smaller_is_not_blurred() {
    let drawing = br##"<svg xmlns="http://www.w3.org/2000/svg" width="60" height="40">
        <path fill="#fff" d="M0 0h60v40H0z"/><path d="M9 5h30v20z"/></svg>"##;
    for way in WAYS {
        let sharp = thumbnails(drawing, &[256], 0.0, way);
        assert!(thumbnails(drawing, &[256], 2.0, way) == sharp, "{way:?}");
        assert!(thumbnails(drawing, &[20], 2.0, way) != thumbnails(drawing, &[20], 0.0, way), "{way:?}");
    }
}

const WIDTH: u32 = 480;
const HEIGHT: u32 = 360;
const SLOPE: f64 = 0.13;

/// Returns the distance of a point to the right of the edge. Coordinates are in px of the full image.
fn beyond_edge(x: f64, y: f64) -> f64 {
    x - (200.0 + SLOPE * y)
}

/// Returns an image of a slanted edge between dark and light.
fn edge() -> RgbImage {
    RgbImage::from_fn(WIDTH, HEIGHT, |x, y| {
        let covered = (beyond_edge(f64::from(x) + 0.5, f64::from(y) + 0.5) + 0.5).clamp(0.0, 1.0);
        Rgb([(40.0 + 160.0 * covered).round() as u8; 3])
    })
}

/// Returns the distance over which the edge rises from 10 to 90 %. The unit is px of the full image.
fn rise(thumbnail: &RgbImage) -> f64 {
    const BINS: usize = 161;
    const BIN: f64 = 0.25;
    let (across, down) =
        (f64::from(WIDTH) / f64::from(thumbnail.width()), f64::from(HEIGHT) / f64::from(thumbnail.height()));
    let mut sums = [(0.0, 0.0); BINS];
    for (x, y, pixel) in thumbnail.enumerate_pixels() {
        let distance = beyond_edge((f64::from(x) + 0.5) * across, (f64::from(y) + 0.5) * down);
        let place = distance / BIN + BINS as f64 / 2.0;
        if (0.0..BINS as f64).contains(&place) {
            let share = (f64::from(pixel.0[1]) - 40.0) / 160.0;
            sums[place as usize].0 += share;
            sums[place as usize].1 += 1.0;
        }
    }
    let means: Vec<f64> = sums.iter().map(|(sum, count)| sum / count).collect();
    let crossing = |level: f64| {
        let at = means.windows(2).position(|two| two[0] < level && two[1] >= level).unwrap();
        (at as f64 + (level - means[at]) / (means[at + 1] - means[at])) * BIN
    };
    crossing(0.9) - crossing(0.1)
}

#[test]
fn no_size_is_softer_than_the_next_smaller_one() {
    /// Error of the measurement from the grids of two sizes, in px.
    const NOISE: f64 = 0.1;
    let sizes: Vec<u32> = (WIDTH / 3..=WIDTH).step_by(8).collect();
    for format in [ImageFormat::Png, ImageFormat::Jpeg] {
        let bytes = encode(&edge(), format);
        for way in WAYS {
            let rises: Vec<f64> = sizes.iter().map(|size| rise(&thumbnails(&bytes, &[*size], 2.0, way)[0])).collect();
            for (pair, size) in rises.windows(2).zip(&sizes) {
                assert!(pair[1] < pair[0] + NOISE, "{format:?}, {way:?}, the one after {size}: {rises:?}");
            }
            // The full image has 1.0 px, a Gaussian of 2 has 5.1.
            assert!(rises[0] > 5.0 && rises[rises.len() - 1] < 1.0, "{format:?}, {way:?}: {rises:?}");
        }
    }
}

#[test]
fn several_sizes_at_once_are_each_blurred_as_if_it_were_alone() {
    let bytes = encode(&picture(300, 200), ImageFormat::Png);
    let sizes = [200, 300, 100, 280, 300, 50];
    let together = thumbnails(&bytes, &sizes, 2.0, Exactness::Exact);
    for (size, together) in sizes.iter().zip(&together) {
        let alone = thumbnails(&bytes, &[*size], 2.0, Exactness::Exact);
        assert!(alone[0] == *together, "{size}");
    }
}
