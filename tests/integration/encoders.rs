//! Tests the encoders of thumbnails and their options.

use image::{ImageFormat, Rgb, RgbImage, Rgba, RgbaImage};
use thumbs::options::{Effort, Encoding, Format, Loss, Scans, Target};
use thumbs::{Options, Size, thumbnail};

use crate::fixture::{changed, encode, picture};

fn options(format: Format, encoding: Encoding) -> Options {
    let sizes = vec![Size::new(2000, 2000).into()];
    let mut options = Options::default();
    options.sizes = sizes;
    options.targets = Target::Always(format).into();
    options.encoding = encoding;
    options.blur = 0.0;
    options
}

/// Encodes an image as it is.
fn encoded(source: &[u8], format: Format, encoding: Encoding) -> Vec<u8> {
    thumbnail(source, &options(format, encoding)).unwrap().thumbnails.remove(0).bytes
}

fn png_of(picture: &RgbImage) -> Vec<u8> {
    encode(picture, ImageFormat::Png)
}

fn progressive(effort: Effort) -> Encoding {
    let mut encoding = Encoding::default();
    encoding.scans = Scans::Progressive;
    encoding.effort = effort;
    encoding
}

fn mean_difference(one: &RgbImage, other: &RgbImage) -> f64 {
    assert_eq!(one.dimensions(), other.dimensions());
    let sum: u64 = one.iter().zip(other.iter()).map(|(one, other)| u64::from(one.abs_diff(*other))).sum();
    sum as f64 / one.len() as f64
}

/// Returns whether a JPEG is progressive, by its frame header.
fn is_progressive(jpeg: &[u8]) -> bool {
    let has = |marker: u8| jpeg.windows(4).any(|bytes| bytes == [0xff, marker, 0, 17]);
    assert!(has(0xc0) != has(0xc2));
    has(0xc2)
}

#[test]
fn a_progressive_jpeg_shows_the_same_in_scans_and_one_of_more_effort_is_smaller() {
    let source = picture(400, 300);
    let png = png_of(&source);
    let default = encoded(&png, Format::Jpeg, Encoding::default());
    let scans = encoded(&png, Format::Jpeg, progressive(Effort::Default));
    let small = encoded(&png, Format::Jpeg, changed(Encoding::default(), |encoding| encoding.effort = Effort::Small));
    let small_scans = encoded(&png, Format::Jpeg, progressive(Effort::Small));
    assert!(!is_progressive(&default) && is_progressive(&scans) && is_progressive(&small_scans));
    let lengths = [default.len(), scans.len(), small.len()];
    // Each scan has a header and codes of its own, which small images may not win back.
    assert!(lengths[1] * 20 < lengths[0] * 21 && lengths[2] * 100 < lengths[0] * 93, "{lengths:?}");
    let decoded = |bytes: &[u8]| image::load_from_memory(bytes).unwrap().into_rgb8();
    let apart = mean_difference(&decoded(&default), &decoded(&scans));
    assert!(apart < 0.01, "{apart}");
    assert!(small.len() <= small_scans.len());
    let errors = [&default, &small].map(|bytes| mean_difference(&decoded(bytes), &source));
    assert!(errors[1] < 2.0 * errors[0] + 1.0, "{errors:?}");
}

#[test]
fn small_jpegs_of_every_shape_are_read_back() {
    let mut tried = 0;
    for (width, height) in [(1, 1), (1, 9), (9, 1), (7, 8), (8, 8), (17, 33), (64, 15)] {
        let color = png_of(&picture(width, height));
        let grey = image::DynamicImage::from(picture(width, height)).into_luma8();
        let mut bytes = std::io::Cursor::new(Vec::new());
        grey.write_to(&mut bytes, ImageFormat::Png).unwrap();
        for (source, channels) in [(color, 3), (bytes.into_inner(), 1)] {
            for effort in [Effort::Default, Effort::Small] {
                for quality in [1, 60, 95] {
                    let mut options = options(Format::Jpeg, progressive(effort));
                    options.quality = quality;
                    let jpeg = thumbnail(&source, &options).unwrap().thumbnails.remove(0).bytes;
                    let again = image::load_from_memory(&jpeg).unwrap();
                    assert_eq!((again.width(), again.height()), (width, height));
                    assert_eq!(again.color().channel_count(), channels);
                    tried += 1;
                }
            }
        }
    }
    assert_eq!(tried, 7 * 2 * 2 * 3);
}

/// Returns an image with every opacity.
fn translucent() -> RgbaImage {
    RgbaImage::from_fn(64, 48, |x, y| Rgba([(x * 4) as u8, (y * 5) as u8, (x * y) as u8, (x * 4 + 3) as u8]))
}

fn png_of_translucent() -> Vec<u8> {
    let mut bytes = std::io::Cursor::new(Vec::new());
    translucent().write_to(&mut bytes, ImageFormat::Png).unwrap();
    bytes.into_inner()
}

#[test]
fn a_lossless_webp_keeps_every_sample_whatever_the_effort() {
    for effort in [Effort::Fast, Effort::Default, Effort::Small] {
        let mut encoding = Encoding::default();
        encoding.effort = effort;
        encoding.loss = Loss::Never;
        let webp = encoded(&png_of(&picture(90, 61)), Format::WebP, encoding);
        assert_eq!(image::load_from_memory(&webp).unwrap().into_rgb8(), picture(90, 61), "{effort:?}");
        let webp = encoded(&png_of_translucent(), Format::WebP, encoding);
        let again = image::load_from_memory(&webp).unwrap().into_rgba8();
        let opaque = |pixels: RgbaImage| pixels.pixels().map(|pixel| pixel.0[3]).collect::<Vec<_>>();
        assert_eq!(opaque(again), opaque(translucent()), "{effort:?}");
    }
}

#[test]
fn more_effort_makes_a_webp_smaller() {
    let png = png_of(&picture(300, 200));
    let length = |effort, loss| {
        let mut encoding = Encoding::default();
        encoding.effort = effort;
        encoding.loss = loss;
        encoded(&png, Format::WebP, encoding).len()
    };
    for loss in [Loss::Allowed, Loss::Never] {
        let lengths = [Effort::Fast, Effort::Small].map(|effort| length(effort, loss));
        assert!(lengths[1] < lengths[0], "{loss:?}: {lengths:?}");
    }
}

#[cfg(feature = "jxl")]
#[test]
fn a_jpeg_xl_keeps_every_sample_and_is_made_on_request_alone() {
    for effort in [Effort::Fast, Effort::Default, Effort::Small] {
        let mut encoding = Encoding::default();
        encoding.effort = effort;
        for (width, height) in [(2, 2), (90, 61), (300, 5)] {
            let jxl = encoded(&png_of(&picture(width, height)), Format::Jxl, encoding);
            let png = encoded(&jxl, Format::Png, Encoding::default());
            let again = image::load_from_memory(&png).unwrap().into_rgb8();
            assert_eq!(again, picture(width, height), "{width}x{height} {effort:?}");
        }
        let jxl = encoded(&png_of_translucent(), Format::Jxl, encoding);
        let png = encoded(&jxl, Format::Png, Encoding::default());
        assert_eq!(image::load_from_memory(&png).unwrap().into_rgba8(), translucent(), "{effort:?}");
    }
    let jxl = encoded(&png_of(&picture(90, 61)), Format::Jxl, Encoding::default());
    let made = thumbnail(&jxl, &Options::default()).unwrap();
    assert_eq!((made.header.format, made.thumbnails[0].format), (Format::Jxl, Format::Jpeg));
}

/// Returns a drawing of this many colours, in bars.
fn bars(colors: u32) -> RgbImage {
    RgbImage::from_fn(200, 150, |x, y| {
        let color = (x / 8 + y / 8 * 25) % colors;
        Rgb([(color * 7) as u8, (color / 3) as u8, (255 - color % 256) as u8])
    })
}

#[test]
fn a_png_of_few_colours_has_a_palette_of_as_few_bits_as_can_be() {
    for (colors, bits) in [(1, 1), (2, 1), (4, 2), (9, 4), (16, 4), (200, 8)] {
        let png = encoded(&png_of(&bars(colors)), Format::Png, Encoding::default());
        // The fields of IHDR: depth, and colour type 3 for a palette.
        assert_eq!((png[24], png[25]), (bits, 3), "{colors} colours");
        assert_eq!(image::load_from_memory(&png).unwrap().into_rgb8(), bars(colors), "{colors} colours");
    }
    let drawing =
        RgbaImage::from_fn(33, 20, |x, _| Rgba([[9, 8, 7, 0], [1, 2, 3, 255], [9, 8, 7, 90]][x as usize / 12]));
    let mut bytes = std::io::Cursor::new(Vec::new());
    drawing.write_to(&mut bytes, ImageFormat::Png).unwrap();
    let png = encoded(&bytes.into_inner(), Format::Png, Encoding::default());
    assert_eq!((png[24], png[25]), (2, 3));
    let again = image::load_from_memory(&png).unwrap().into_rgba8();
    let shown = |pixels: &RgbaImage| {
        pixels.pixels().map(|pixel| if pixel.0[3] == 0 { [0; 4] } else { pixel.0 }).collect::<Vec<_>>()
    };
    assert_eq!(shown(&again), shown(&drawing));
    let photograph = encoded(&png_of(&picture(200, 150)), Format::Png, Encoding::default());
    assert_eq!(photograph[25], 2);
}

#[cfg(feature = "avif-out")]
#[test]
fn an_avif_shows_the_same_and_keeps_its_opacity() {
    for (width, height) in [(1, 1), (3, 70), (90, 61)] {
        let avif = encoded(&png_of(&picture(width, height)), Format::Avif, Encoding::default());
        let png = encoded(&avif, Format::Png, Encoding::default());
        let again = image::load_from_memory(&png).unwrap().into_rgb8();
        let apart = mean_difference(&again, &picture(width, height));
        assert!(apart < 6.0, "{width}x{height}: {apart}");
    }
    let avif = encoded(&png_of_translucent(), Format::Avif, Encoding::default());
    let png = encoded(&avif, Format::Png, Encoding::default());
    let again = image::load_from_memory(&png).unwrap().into_rgba8();
    let off = again.pixels().zip(translucent().pixels()).map(|(one, other)| one.0[3].abs_diff(other.0[3])).max();
    assert!(off <= Some(12), "{off:?}");
}
