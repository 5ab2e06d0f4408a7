use dds::header::Header as Written;
use dds::{CompressionQuality, Encoder, Format as Coding, ImageView};

use super::*;

/// A picture of 64x40 px: red on the left, half transparent blue on the right.
fn two_halves() -> Vec<u8> {
    (0..40).flat_map(|_| (0..64).flat_map(|x| if x < 32 { [255, 0, 0, 255] } else { [0, 0, 255, 128] })).collect()
}

fn dds(coding: Coding) -> Vec<u8> {
    let mut bytes = Vec::new();
    let header = Written::new_image(64, 40, coding).with_mipmaps();
    let mut encoder = Encoder::new(&mut bytes, coding, &header).unwrap();
    encoder.encoding.quality = CompressionQuality::Fast;
    encoder.mipmaps.generate = true;
    let pixels = two_halves();
    let view = ImageView::new(&pixels, dds::Size::new(64, 40), ColorFormat::RGBA_U8).unwrap();
    encoder.write_surface(view).unwrap();
    encoder.finish().unwrap();
    bytes
}

fn decode_at(bytes: &[u8], factor: u32) -> Result<Decoded, Cause> {
    decode(bytes, &read_header(bytes)?, Factors::square(factor), Exposure::AsIs)
}

#[test]
fn every_kind_of_block_and_plain_pixels_give_the_same_picture() {
    for (coding, has_alpha) in [
        (Coding::BC1_UNORM, true),
        (Coding::BC2_UNORM, true),
        (Coding::BC3_UNORM, true),
        (Coding::BC3_UNORM_PREMULTIPLIED_ALPHA, true),
        (Coding::B8G8R8A8_UNORM, true),
        (Coding::R8G8B8_UNORM, false),
        (Coding::B5G6R5_UNORM, false),
        (Coding::R16G16B16A16_UNORM, true),
    ] {
        let bytes = dds(coding);
        let header = read_header(&bytes).unwrap();
        assert_eq!((header.size, header.has_alpha), (Size::new(64, 40), has_alpha), "{coding:?}");
        let decoded = decode_at(&bytes, 8).unwrap();
        assert_eq!(decoded.profile, Profile::Srgb);
        let red = &decoded.grid.planes[0].plane;
        assert_eq!(red.size, Size::new(8, 5));
        for row in red.samples.chunks_exact(8) {
            assert!(row[..4].iter().all(|red| *red > 245.0), "{coding:?} {row:?}");
            assert!(row[4..].iter().all(|red| *red < 10.0), "{coding:?} {row:?}");
        }
    }
}

#[test]
fn samples_with_a_point_are_light() {
    let decoded = decode_at(&dds(Coding::R16G16B16A16_FLOAT), 8).unwrap();
    assert_eq!(decoded.profile, Profile::Srgb);
    assert!((decoded.grid.planes[0].plane.samples[0] - 255.0).abs() < 1.0);
}

#[test]
fn a_file_without_the_pixels_that_it_announces_is_refused_before_they_get_room() {
    let mut bytes = dds(Coding::BC3_UNORM);
    for length in [4, 100, 128, 1000] {
        assert!(decode_at(&bytes[..length], 1).is_err(), "{length} bytes");
    }
    // Height and width stand at 12 and 16.
    bytes[12..20].copy_from_slice(&[1, 0, 0, 0, 0xff, 0xff, 0xff, 0x7f]);
    assert!(matches!(decode_at(&bytes, 1), Err(Cause::Damaged { detail, .. }) if detail.contains("too early")));
}

#[test]
fn damaged_headers_end_without_a_panic() {
    let bytes = dds(Coding::BC1_UNORM);
    let mut tried = 0;
    for at in 0..148 {
        for value in [0, 1, 0x7f, 0xff] {
            let mut wrong = bytes.clone();
            wrong[at] = value;
            if read_header(&wrong).is_ok_and(|header| header.size.pixels() > 0) {
                let _ = decode_at(&wrong, 1);
            }
            tried += 1;
        }
    }
    assert_eq!(tried, 592);
}
