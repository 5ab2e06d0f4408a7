use image::{DynamicImage, ImageFormat, RgbaImage};

use super::*;
use crate::options::Exactness;

/// An image of an icon under construction: its size in the directory, and its bytes.
struct Part {
    side: u8,
    bytes: Vec<u8>,
}

/// Returns an icon, or a cursor, with a directory followed by its images.
fn icon_of(kind: u8, parts: &[Part]) -> Vec<u8> {
    let mut bytes = vec![0, 0, kind, 0, parts.len() as u8, 0];
    let mut offset = 6 + 16 * parts.len();
    for Part { side, bytes: picture } in parts {
        // The two words in the middle are planes and bits of an icon, and the hot spot of a cursor.
        bytes.extend([*side, *side, 0, 0, 200, 0, 99, 0]);
        bytes.extend((picture.len() as u32).to_le_bytes());
        bytes.extend((offset as u32).to_le_bytes());
        offset += picture.len();
    }
    parts.iter().for_each(|part| bytes.extend(&part.bytes));
    bytes
}

fn png_part(side: u8, convert: impl Fn(DynamicImage) -> DynamicImage, color: [u8; 4]) -> Part {
    let image = DynamicImage::from(RgbaImage::from_pixel(side.into(), side.into(), image::Rgba(color)));
    let mut bytes = std::io::Cursor::new(Vec::new());
    convert(image).write_to(&mut bytes, ImageFormat::Png).unwrap();
    Part { side, bytes: bytes.into_inner() }
}

/// Returns a bitmap of `side` with this many bits per pixel. Its palette, rows and mask follow its header.
fn bitmap_part(side: u8, bits: u8, behind: &[u8]) -> Part {
    let mut bytes = vec![40, 0, 0, 0, side, 0, 0, 0, side * 2, 0, 0, 0, 1, 0, bits, 0];
    bytes.resize(40, 0);
    bytes.extend(behind);
    Part { side, bytes }
}

fn decode_for(bytes: &[u8], target: u32) -> Result<Decoded, DecodeError> {
    let opened = Opened::read(bytes)?;
    let target = opened.header.size.fit_into(Size::new(target, target));
    opened.decode_best(bytes, &Plan::new(&[target], Exactness::Fast))
}

fn pixel(decoded: &Decoded, x: usize, y: usize) -> Vec<f32> {
    decoded.grid.planes.iter().map(|plane| plane.plane.row(y)[x].round()).collect()
}

#[test]
fn the_smallest_picture_that_suffices_is_taken_and_the_icon_has_the_size_of_its_largest() {
    let whole = |image| image;
    for kind in [1, 2] {
        let bytes = icon_of(
            kind,
            &[
                png_part(16, whole, [1, 0, 0, 255]),
                png_part(200, whole, [2, 0, 0, 255]),
                png_part(48, whole, [3, 0, 0, 255]),
            ],
        );
        assert_eq!(Opened::read(&bytes).unwrap().header.size, Size::new(200, 200));
        for (target, red) in [(16, 1.0), (17, 3.0), (48, 3.0), (50, 2.0), (256, 2.0)] {
            let decoded = decode_for(&bytes, target).unwrap();
            assert_eq!(pixel(&decoded, 3, 3)[0], red, "for {target} px");
        }
        let stands_in = decode_for(&bytes, 16).unwrap();
        assert!((stands_in.grid.planes[0].pitch.x - 12.5).abs() < 1e-9);
    }
}

#[test]
fn of_equal_pictures_the_one_with_most_colours_is_taken_and_then_the_first() {
    let rgb = |image: DynamicImage| image.to_rgb8().into();
    let whole = |image| image;
    let parts = [png_part(8, rgb, [1; 4]), png_part(8, whole, [2; 4]), png_part(8, whole, [3; 4])];
    assert_eq!(pixel(&decode_for(&icon_of(1, &parts), 8).unwrap(), 0, 0)[3], 2.0);
}

#[test]
fn a_png_may_have_samples_of_any_kind() {
    let kinds: [fn(DynamicImage) -> DynamicImage; 6] = [
        |image| image.to_rgb8().into(),
        |image| image.to_luma8().into(),
        |image| image.to_luma_alpha8().into(),
        |image| image.to_rgb16().into(),
        |image| image.to_rgba16().into(),
        |image| image.to_rgba8().into(),
    ];
    for convert in kinds {
        let decoded = decode_for(&icon_of(1, &[png_part(8, convert, [90, 90, 90, 255])]), 8).unwrap();
        assert_eq!(pixel(&decoded, 4, 4)[0], 90.0);
    }
}

#[test]
fn a_mask_makes_pixels_transparent_where_there_is_no_alpha() {
    // Two rows of two pixels, from the bottom up. The mask hides the pixel at the bottom left.
    let rows_24 = [1, 2, 3, 4, 5, 6, 0, 0, 7, 8, 9, 10, 11, 12, 0, 0];
    let mask = [0x80, 0, 0, 0, 0, 0, 0, 0];
    let decoded = decode_for(&icon_of(1, &[bitmap_part(2, 24, &[&rows_24[..], &mask].concat())]), 2).unwrap();
    assert_eq!(pixel(&decoded, 0, 1), [0.0; 4]);
    assert_eq!(pixel(&decoded, 1, 1), [6.0, 5.0, 4.0, 255.0]);
    assert_eq!(pixel(&decoded, 0, 0), [9.0, 8.0, 7.0, 255.0]);
    // 4 bits, two colours.
    let colors = [[0; 4], [0, 0, 255, 0]].concat();
    let mut indexed = bitmap_part(2, 4, &[&colors[..], &[0x11, 0, 0, 0, 0x10, 0, 0, 0], &mask].concat());
    indexed.bytes[32] = 2;
    let decoded = decode_for(&icon_of(1, &[indexed]), 2).unwrap();
    assert_eq!(pixel(&decoded, 0, 1)[3], 0.0);
    assert_eq!(pixel(&decoded, 0, 0), [255.0, 0.0, 0.0, 255.0]);
    assert_eq!(pixel(&decoded, 1, 0), [0.0, 0.0, 0.0, 255.0]);
}

#[test]
fn alpha_of_32_bits_counts_and_not_the_mask_unless_there_is_none() {
    let mask = [0xc0, 0, 0, 0, 0x80, 0, 0, 0];
    for (alpha, wanted) in [(128, [128.0; 4]), (0, [0.0, 0.0, 0.0, 255.0])] {
        let rows = [0, 0, 255, alpha].repeat(4);
        let decoded = decode_for(&icon_of(1, &[bitmap_part(2, 32, &[&rows[..], &mask].concat())]), 2).unwrap();
        let alphas = [(0, 1), (1, 1), (0, 0), (1, 0)].map(|(x, y)| pixel(&decoded, x, y)[3]);
        assert_eq!(alphas, wanted);
    }
}

#[test]
fn a_mask_that_is_missing_or_too_short_is_opaque() {
    let rows = [9; 16];
    let other = png_part(1, |image| image, [255; 4]);
    for mask in [&[][..], &[0x80, 0, 0, 0]] {
        let parts = [bitmap_part(2, 24, &[&rows[..], mask].concat()), Part { side: 1, bytes: other.bytes.clone() }];
        let decoded = decode_for(&icon_of(1, &parts), 2).unwrap();
        assert_eq!(pixel(&decoded, 0, 0)[3], 255.0);
        assert_eq!(pixel(&decoded, 0, 1)[3], if mask.is_empty() { 255.0 } else { 0.0 });
        assert_eq!(decoded.damage, None);
    }
}

#[test]
fn the_size_of_the_picture_counts_and_not_that_of_the_directory() {
    let mut part = bitmap_part(2, 24, &[9; 16]);
    part.side = 77;
    assert_eq!(Opened::read(&icon_of(1, &[part])).unwrap().header.size, Size::new(2, 2));
}

#[test]
fn of_a_file_cut_off_the_rows_that_are_there_are_kept() {
    let bytes = icon_of(1, &[bitmap_part(4, 24, &[9; 48])]);
    let decoded = decode_for(&bytes[..bytes.len() - 12], 4).unwrap();
    assert_eq!(decoded.damage.as_ref().unwrap().detail, "the file ends too early, 1 rows are missing");
    assert_eq!((pixel(&decoded, 0, 0)[3], pixel(&decoded, 0, 1)[3]), (0.0, 255.0));
    assert!(decode_for(&bytes[..bytes.len() - 40], 4).is_err());
}

#[test]
fn a_picture_that_cannot_be_read_leaves_the_others() {
    let broken = Part { side: 64, bytes: b"\x89PNG and no more".to_vec() };
    let bytes = icon_of(1, &[broken, png_part(8, |image| image, [5, 0, 0, 255])]);
    assert_eq!(pixel(&decode_for(&bytes, 8).unwrap(), 0, 0)[0], 5.0);
    assert!(Opened::read(&icon_of(1, &[])).is_err());
}

#[test]
fn damaged_headers_end_without_a_panic() {
    let whole = |image| image;
    let rows = [&[200; 16][..], &[0x80; 8]].concat();
    let bytes = icon_of(2, &[png_part(16, whole, [9; 4]), bitmap_part(2, 24, &rows), bitmap_part(2, 32, &rows)]);
    let mut tried = 0;
    for at in 0..bytes.len() {
        for value in [0, 1, 0x20, 0x7f, 0x80, 0xff] {
            let mut wrong = bytes.clone();
            wrong[at] = value;
            if let Ok(opened) = Opened::read(&wrong)
                && (1..1 << 20).contains(&opened.header.size.pixels())
            {
                for target in [2, 16] {
                    let target = opened.header.size.fit_into(Size::new(target, target));
                    let _ = opened.decode_best(&wrong, &Plan::new(&[target], Exactness::Fast));
                }
            }
            tried += 1;
        }
    }
    assert!(tried > 1200, "{tried}");
}
