use image::codecs::gif::GifEncoder;
use image::codecs::hdr::HdrEncoder;
use image::codecs::ico::{IcoEncoder, IcoFrame};
use image::{ExtendedColorType, Frame, ImageEncoder, Rgb, RgbImage, Rgba, RgbaImage};

use super::super::super::probe::tell_format;
use super::*;

fn decode_whole(bytes: &[u8], format: Format) -> (Header, Decoded) {
    assert_eq!(tell_format(bytes, bytes.len() as u64), Some(format));
    let header = read_header(bytes, format).unwrap();
    let decoded = decode(bytes, &header, Factors::ONE).unwrap();
    (header, decoded)
}

/// The samples of all planes at a place.
fn pixel(decoded: &Decoded, x: usize, y: usize) -> Vec<f32> {
    decoded.grid.planes.iter().map(|plane| plane.plane.row(y)[x]).collect()
}

#[test]
fn radiance_is_light_that_may_be_brighter_than_white() {
    let mut bytes = Vec::new();
    let pixels: Vec<Rgb<f32>> =
        (0..200).map(|i| if i % 20 < 10 { Rgb([8.0, 1.0, 0.5]) } else { Rgb([0.0; 3]) }).collect();
    HdrEncoder::new(&mut bytes).encode(&pixels, 20, 10).unwrap();
    let (header, decoded) = decode_whole(&bytes, Format::Hdr);
    assert_eq!((header.size, header.has_alpha), (Size::new(20, 10), false));
    assert_eq!(decoded.profile, Profile::Linear);
    assert_eq!(pixel(&decoded, 0, 0), [2040.0, 255.0, 127.5]);
    assert_eq!(pixel(&decoded, 15, 9), [0.0; 3]);
}

#[test]
fn an_animation_shows_its_first_frame_on_its_canvas() {
    let mut bytes = Vec::new();
    let mut encoder = GifEncoder::new(&mut bytes);
    for (side, color) in [(4, [255, 0, 0, 255]), (8, [0, 0, 255, 255])] {
        encoder
            .encode_frame(Frame::from_parts(
                RgbaImage::from_pixel(side, side, Rgba(color)),
                0,
                0,
                image::Delay::from_numer_denom_ms(1, 1),
            ))
            .unwrap();
    }
    drop(encoder);
    // The canvas is as large as the first frame; the screen's width and height stand at 6.
    bytes[6..10].copy_from_slice(&[12, 0, 10, 0]);
    let (header, decoded) = decode_whole(&bytes, Format::Gif);
    assert_eq!((header.size, header.has_alpha), (Size::new(12, 10), true));
    assert_eq!(pixel(&decoded, 0, 0), [255.0, 0.0, 0.0, 255.0]);
    assert_eq!(pixel(&decoded, 11, 9), [0.0; 4], "what the frame leaves is transparent");
}

/// An icon of two sizes, each of one colour.
fn icon() -> Vec<u8> {
    let frame = |side, color| {
        let pixels = RgbaImage::from_pixel(side, side, Rgba(color));
        IcoFrame::as_png(pixels.as_raw(), side, side, ExtendedColorType::Rgba8).unwrap()
    };
    let mut bytes = Vec::new();
    IcoEncoder::new(&mut bytes).encode_images(&[frame(16, [255, 0, 0, 255]), frame(48, [0, 255, 0, 255])]).unwrap();
    bytes
}

#[test]
fn the_largest_of_an_icon_is_taken() {
    let (header, decoded) = decode_whole(&icon(), Format::Ico);
    assert_eq!(header.size, Size::new(48, 48));
    assert_eq!(pixel(&decoded, 24, 24), [0.0, 255.0, 0.0, 255.0]);
}

#[test]
fn a_cursor_is_an_icon_with_hot_spots() {
    let mut bytes = icon();
    bytes[2] = 2;
    for (entry, spot) in [(0, [3_u16, 15]), (1, [40, 47])] {
        let at = 6 + 16 * entry + 4;
        bytes[at..at + 4].copy_from_slice(&spot.map(u16::to_le_bytes).concat());
    }
    let (header, decoded) = decode_whole(&bytes, Format::Ico);
    assert_eq!(header.size, Size::new(48, 48));
    assert_eq!(pixel(&decoded, 24, 24), [0.0, 255.0, 0.0, 255.0]);
}

/// A TGA of 2x2 px, its four pixels in the order of the file red, green, blue, white.
fn tga(kind: u8, bits: u8, descriptor: u8) -> Vec<u8> {
    let mut bytes = vec![0, 0, kind, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2, 0, 2, 0, bits, descriptor];
    for (index, [r, g, b]) in [[255, 0, 0], [0, 255, 0], [0, 0, 255], [255; 3]].into_iter().enumerate() {
        let luma = [10, 80, 150, 220][index];
        if kind >= 9 {
            bytes.push(0x80);
        }
        match (kind, bits) {
            (3 | 11, _) => bytes.push(luma),
            (_, 16) => {
                bytes.extend((u16::from(r >> 3) << 10 | u16::from(g >> 3) << 5 | u16::from(b >> 3)).to_le_bytes());
            }
            (_, 24) => bytes.extend([b, g, r]),
            _ => bytes.extend([b, g, r, 0]),
        }
    }
    bytes
}

#[test]
fn every_kind_of_tga_lies_as_its_origin_says() {
    let mut tried = 0;
    for (kind, bits) in [(2, 16), (2, 24), (2, 32), (10, 16), (10, 24), (10, 32), (3, 8), (11, 8)] {
        // From the left or the right, from the bottom or the top: where the first pixel of the file lies.
        for (descriptor, x, y) in [(0, 0, 1), (0x10, 1, 1), (0x20, 0, 0), (0x30, 1, 0)] {
            let (header, decoded) = decode_whole(&tga(kind, bits, descriptor), Format::Tga);
            assert!(!header.has_alpha, "no attribute bits are declared");
            let first = pixel(&decoded, x, y);
            let last = pixel(&decoded, 1 - x, 1 - y);
            if bits == 8 {
                assert_eq!((first[0], last[0]), (10.0, 220.0), "{kind} {descriptor:#x}");
            } else {
                assert_eq!(first[..3], [255.0, 0.0, 0.0], "{kind} {bits} {descriptor:#x}");
                assert_eq!(last[..3], [255.0; 3], "{kind} {bits} {descriptor:#x}");
            }
            tried += 1;
        }
    }
    assert_eq!(tried, 32);
}

#[test]
fn damaged_headers_of_small_formats_end_without_a_panic() {
    let mut radiance = Vec::new();
    HdrEncoder::new(&mut radiance).encode(&[Rgb([1.0_f32; 3]); 64], 16, 4).unwrap();
    let mut gif = Vec::new();
    GifEncoder::new(&mut gif).write_image(RgbImage::new(9, 9).as_raw(), 9, 9, ExtendedColorType::Rgb8).unwrap();
    let mut tried = 0;
    for (format, bytes) in
        [(Format::Hdr, radiance), (Format::Gif, gif), (Format::Ico, icon()), (Format::Tga, tga(10, 24, 0))]
    {
        for at in 0..bytes.len().min(200) {
            for value in [0, 0x7f, 0xff] {
                let mut wrong = bytes.clone();
                wrong[at] = value;
                if let Ok(header) = read_header(&wrong, format)
                    && (1..1 << 20).contains(&header.size.pixels())
                {
                    let _ = decode(&wrong, &header, Factors::ONE);
                }
                tried += 1;
            }
        }
    }
    assert!(tried > 1200, "{tried}");
}
