//! Tests crops, margins and enlarged thumbnails.

use image::{ImageFormat, Rgb, RgbImage, imageops};
use thumbs::geometry::{Enlargement, Fit, Gravity, Shape};
use thumbs::options::{Background, Exactness, Format, Target};
use thumbs::{Options, Size};

use crate::fixture::{changed, encode, picture};
use crate::previews::{exif, with_segments};

const GRAVITIES: [Gravity; 9] = [
    Gravity::Center,
    Gravity::North,
    Gravity::Northeast,
    Gravity::East,
    Gravity::Southeast,
    Gravity::South,
    Gravity::Southwest,
    Gravity::West,
    Gravity::Northwest,
];

fn options(size: Size, shape: Shape, format: Format) -> Options {
    let mut options = Options::default();
    options.sizes = vec![size.into()];
    options.shape = shape;
    options.targets = Target::Always(format).into();
    options.quality = 95;
    options
}

fn thumbnail(bytes: &[u8], options: &Options) -> RgbImage {
    let made = thumbs::thumbnail(bytes, options).unwrap();
    image::load_from_memory(&made.thumbnails[0].bytes).unwrap().into_rgb8()
}

/// Returns a JPEG that stores the image turned, with the orientation that turns it back.
fn oriented_jpeg(upright: &RgbImage, orientation: u32) -> Vec<u8> {
    let mirrored = imageops::flip_horizontal(upright);
    let stored = match orientation {
        2 => mirrored,
        3 => imageops::rotate180(upright),
        4 => imageops::flip_vertical(upright),
        5 => imageops::rotate270(&mirrored),
        6 => imageops::rotate270(upright),
        7 => imageops::rotate90(&mirrored),
        8 => imageops::rotate90(upright),
        _ => upright.clone(),
    };
    with_segments(&encode(&stored, ImageFormat::Jpeg), &exif(orientation, &[]))
}

fn mean_difference(one: &RgbImage, other: &RgbImage) -> f64 {
    assert_eq!(one.dimensions(), other.dimensions());
    let sum: u64 = one.iter().zip(other.iter()).map(|(one, other)| u64::from(one.abs_diff(*other))).sum();
    sum as f64 / one.len() as f64
}

/// Returns the offset of a part of `length` px by a gravity's column or row: 0 first, 1 middle, 2 last.
const fn offset(whole: u32, length: u32, place: u32) -> u32 {
    (whole - length) * place / 2
}

fn place(gravity: Gravity) -> (u32, u32) {
    let across = match gravity {
        Gravity::West | Gravity::Northwest | Gravity::Southwest => 0,
        Gravity::East | Gravity::Northeast | Gravity::Southeast => 2,
        _ => 1,
    };
    let down = match gravity {
        Gravity::North | Gravity::Northwest | Gravity::Northeast => 0,
        Gravity::South | Gravity::Southwest | Gravity::Southeast => 2,
        _ => 1,
    };
    (across, down)
}

#[test]
fn a_cropped_thumbnail_is_the_exact_one_of_the_cropped_image() {
    let whole = picture(1200, 800);
    let mut tried = 0;
    for (size, part) in [(Size::new(100, 100), (800, 800)), (Size::new(200, 50), (1200, 300))] {
        for gravity in GRAVITIES {
            let (across, down) = place(gravity);
            let (x, y) = (offset(1200, part.0, across), offset(800, part.1, down));
            let cropped = imageops::crop_imm(&whole, x, y, part.0, part.1).to_image();
            let exact =
                changed(options(size, Shape::default(), Format::Png), |options| options.exactness = Exactness::Exact);
            let wanted = thumbnail(&encode(&cropped, ImageFormat::Png), &exact);
            let shape = Shape { fit: Fit::Cover, gravity, ..Shape::default() };
            for (from, to) in [(ImageFormat::Png, Format::Png), (ImageFormat::Jpeg, Format::Jpeg)] {
                let fast = thumbnail(&encode(&whole, from), &options(size, shape, to));
                let apart = mean_difference(&fast, &wanted);
                assert!(apart < 1.0, "{size} {gravity:?} {to:?}: {apart}");
                tried += 1;
            }
            let slow = changed(options(size, shape, Format::Png), |options| options.exactness = Exactness::Exact);
            let apart = mean_difference(&thumbnail(&encode(&whole, ImageFormat::Png), &slow), &wanted);
            assert!(apart < 0.5, "{size} {gravity:?}, exact: {apart}");
        }
    }
    assert_eq!(tried, 2 * 9 * 2);
}

#[test]
fn a_crop_is_named_by_the_upright_image_however_it_is_stored() {
    let upright = picture(300, 420);
    let shape = Shape { fit: Fit::Cover, gravity: Gravity::Northeast, ..Shape::default() };
    for size in [Size::new(61, 61), Size::new(31, 90)] {
        let wanted = thumbnail(&encode(&upright, ImageFormat::Png), &options(size, shape, Format::Png));
        for orientation in 1..=8 {
            for quality in [80, 95] {
                let options = changed(options(size, shape, Format::Jpeg), |options| options.quality = quality);
                let got = thumbnail(&oriented_jpeg(&upright, orientation), &options);
                let apart = mean_difference(&got, &wanted);
                assert!(apart < 3.0, "{size}, orientation {orientation}, quality {quality}: {apart}");
            }
        }
    }
}

#[test]
fn margins_have_the_background_colour_and_leave_the_image_alone() {
    let background = Background { rgb: [200, 30, 90] };
    let shape = Shape { fit: Fit::Pad, ..Shape::default() };
    let wide = encode(&picture(400, 202), ImageFormat::Jpeg);
    // A JPEG's blocks lie elsewhere in an image with margins.
    for (format, quality, of_colour, of_image) in
        [(Format::Png, 95, 0, 0.0), (Format::Jpeg, 95, 6, 1.5), (Format::Jpeg, 80, 12, 4.0)]
    {
        let mut options = options(Size::new(101, 101), shape, format);
        options.background = background;
        options.quality = quality;
        let padded = thumbnail(&wide, &options);
        assert_eq!(padded.dimensions(), (101, 101));
        for (x, y) in [(0, 0), (100, 20), (50, 80), (100, 100)] {
            let off =
                padded.get_pixel(x, y).0.iter().zip(background.rgb).map(|(got, wanted)| got.abs_diff(wanted)).max();
            assert!(off <= Some(of_colour), "{format:?} {quality} at {x}, {y}: {off:?}");
        }
        let alone = thumbnail(&wide, &changed(options, |options| options.shape = Shape::default()));
        assert_eq!(alone.dimensions(), (101, 51));
        let inner = imageops::crop_imm(&padded, 0, 25, 101, 51).to_image();
        let apart = mean_difference(&inner, &alone);
        assert!(apart <= of_image, "{format:?} {quality}: {apart}");
    }
}

#[test]
fn a_grey_image_between_coloured_margins_stays_grey() {
    let grey = image::GrayImage::from_fn(40, 20, |x, _| image::Luma([(x * 6) as u8]));
    let shape = Shape { fit: Fit::Pad, ..Shape::default() };
    let mut bytes = std::io::Cursor::new(Vec::new());
    grey.write_to(&mut bytes, ImageFormat::Png).unwrap();
    for format in [Format::Png, Format::Jpeg, Format::WebP] {
        let background = Background { rgb: [255, 0, 0] };
        let padded = thumbnail(
            bytes.get_ref(),
            &changed(options(Size::new(40, 40), shape, format), |options| options.background = background),
        );
        let Rgb([red, green, blue]) = *padded.get_pixel(20, 2);
        assert!(red > 240 && green < 15 && blue < 15, "{format:?}");
        let Rgb([red, green, blue]) = *padded.get_pixel(20, 20);
        assert!(red.abs_diff(green) < 8 && blue.abs_diff(green) < 8 && red.abs_diff(120) < 8, "{format:?}");
    }
}

#[test]
fn a_small_image_is_enlarged_only_if_asked_for() {
    let small = encode(&picture(30, 20), ImageFormat::Png);
    let size = Size::new(60, 60);
    for (fit, never, allowed) in [
        (Fit::Contain, (30, 20), (60, 40)),
        (Fit::Cover, (30, 20), (60, 60)),
        (Fit::Fill, (30, 20), (60, 60)),
        (Fit::Pad, (60, 60), (60, 60)),
    ] {
        for (enlargement, wanted) in [(Enlargement::Never, never), (Enlargement::Allowed, allowed)] {
            let shape = Shape { fit, enlargement, ..Shape::default() };
            let got = thumbnail(&small, &options(size, shape, Format::Png));
            assert_eq!(got.dimensions(), wanted, "{fit:?} {enlargement:?}");
        }
    }
}

#[test]
fn an_enlarged_image_is_the_small_one_when_it_is_reduced_again() {
    let small = picture(30, 20);
    let shape = Shape { enlargement: Enlargement::Allowed, ..Shape::default() };
    let large = thumbnail(&encode(&small, ImageFormat::Png), &options(Size::new(240, 240), shape, Format::Png));
    let again = imageops::thumbnail(&large, 30, 20);
    assert!(mean_difference(&again, &small) < 8.0, "{}", mean_difference(&again, &small));
}

#[test]
fn a_drawing_is_rendered_in_the_size_that_is_asked_for() {
    let drawing = br##"<svg xmlns="http://www.w3.org/2000/svg" width="40" height="20">
        <path fill="#fff" d="M0 0h40v20H0z"/><path d="M20 0h20v20H20z"/></svg>"##;
    let got = thumbnail(drawing, &options(Size::new(800, 800), Shape::default(), Format::Png));
    assert_eq!(got.dimensions(), (800, 400));
    // A rendering has a sharp edge, an enlarged one is blurred over many pixels.
    assert_eq!((got.get_pixel(397, 9).0, got.get_pixel(402, 9).0), ([255; 3], [0; 3]));
}

#[test]
fn the_smart_crop_holds_the_subject() {
    let scene = RgbImage::from_fn(600, 200, |x, y| {
        let (dx, dy) = (f64::from(x) - 480.0, f64::from(y) - 100.0);
        if dx.hypot(dy) < 60.0 { Rgb([224, 165, 130]) } else { Rgb([60, 80 + (y / 10) as u8, 70]) }
    });
    let shape = Shape { fit: Fit::Cover, gravity: Gravity::Smart, ..Shape::default() };
    for format in [Format::Jpeg, Format::Png] {
        let got = thumbnail(&encode(&scene, ImageFormat::Jpeg), &options(Size::new(100, 100), shape, format));
        assert_eq!(got.dimensions(), (100, 100));
        let skin = got.pixels().filter(|pixel| pixel.0[0] > 180).count();
        assert!(skin > 2500, "{skin}: a circle of 30 px radius has 2827");
    }
}

#[test]
fn a_thumbnail_of_more_pixels_than_the_run_allows_is_refused() {
    let small = encode(&picture(30, 20), ImageFormat::Png);
    for shape in
        [Shape { enlargement: Enlargement::Allowed, ..Shape::default() }, Shape { fit: Fit::Pad, ..Shape::default() }]
    {
        let mut options = options(Size::new(60_000, 60_000), shape, Format::Png);
        options.max_pixels = 1_000_000;
        let error = thumbs::thumbnail(&small, &options).unwrap_err().to_string();
        assert!(error.contains("1000000") || error.contains("1 000 000"), "{error}");
    }
}
