use dds::header::Header as Written;
use dds::{CompressionQuality, Encoder, Format as Coding, ImageView};

use super::*;

/// Returns an image of 64x40 px. It is red on the left and half transparent blue on the right.
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

fn decode_at(bytes: &[u8], factor: u32) -> Result<Decoded, DecodeError> {
    Opened::read(bytes)?.decode_rows_there(bytes, Factors::square(factor), Exposure::AsIs)
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
        let header = Opened::read(&bytes).unwrap().header;
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
    for length in [4, 100, 128, 300] {
        assert!(decode_at(&bytes[..length], 1).is_err(), "{length} bytes");
    }
    // Height and width are at 12 and 16.
    bytes[12..20].copy_from_slice(&[1, 0, 0, 0, 0xff, 0xff, 0xff, 0x7f]);
    assert!(matches!(decode_at(&bytes, 1), Err(DecodeError::Damaged(detail)) if detail.contains("too early")));
}

#[test]
fn damaged_headers_end_without_a_panic() {
    let bytes = dds(Coding::BC1_UNORM);
    let mut tried = 0;
    for at in 0..148 {
        for value in [0, 1, 0x7f, 0xff] {
            let mut wrong = bytes.clone();
            wrong[at] = value;
            if Opened::read(&wrong).is_ok_and(|opened| (1..1 << 20).contains(&opened.header.size.pixels())) {
                let _ = decode_at(&wrong, 1);
            }
            tried += 1;
        }
    }
    assert_eq!(tried, 592);
}

#[test]
fn of_a_file_cut_off_the_rows_that_are_there_are_kept() {
    // A row of blocks, four rows of pixels, takes 256 bytes.
    let bytes = dds(Coding::BC3_UNORM);
    let whole = decode_at(&bytes, 1).unwrap();
    for (data, rows) in [(256, 4), (511, 4), (6 * 256, 24)] {
        let cut = decode_at(&bytes[..128 + 20 + data], 1);
        let cut = cut.or_else(|_| decode_at(&bytes[..128 + data], 1)).unwrap();
        let damage = cut.damage.as_ref().unwrap();
        assert!(damage.detail.ends_with(&format!("{} rows are missing", 40 - rows)), "{damage:?}");
        let [got, wanted] = [&cut, &whole].map(|decoded| &decoded.grid.planes[2].plane.samples[..64 * rows]);
        assert_eq!(got, wanted);
        assert_eq!(cut.grid.planes[3].plane.row(39)[0], 0.0);
    }
    let plain = dds(Coding::R8G8B8_UNORM);
    assert_eq!(decode_at(&plain[..plain.len() / 2], 1).unwrap().grid.model, Model::Rgb);
}

/// Returns a DDS of 2x1 px with this pixel format and these pixels. Every other count and flag is 0.
fn masked(flags: u32, bits: u32, masks: [u32; 4], pixels: &[u8]) -> Vec<u8> {
    let mut bytes = b"DDS ".to_vec();
    bytes.resize(128, 0);
    let mut put = |at: usize, value: u32| bytes[at..at + 4].copy_from_slice(&value.to_le_bytes());
    [(4, 124), (12, 1), (16, 2), (76, 32), (80, flags), (88, bits)].into_iter().for_each(|(at, value)| put(at, value));
    (92..).step_by(4).zip(masks).for_each(|(at, mask)| put(at, mask));
    bytes.extend(pixels);
    bytes
}

fn pixel(decoded: &Decoded, x: usize) -> Vec<f32> {
    decoded.grid.planes.iter().map(|plane| plane.plane.samples[x].round()).collect()
}

#[test]
fn channels_lie_where_the_masks_say() {
    let (rgb, rgba, grey, grey_alpha, alpha) = (0x40, 0x41, 0x2_0000, 0x2_0001, 0x2);
    for (flags, bits, masks, pixels, first, second) in [
        (
            rgb,
            32,
            [0xff, 0xff00, 0xff_0000, 0],
            &[1, 2, 3, 9, 4, 5, 6, 9][..],
            &[1.0, 2.0, 3.0][..],
            &[4.0, 5.0, 6.0][..],
        ),
        (rgb, 24, [0xff_0000, 0xff00, 0xff, 0], &[1, 2, 3, 4, 5, 6], &[3.0, 2.0, 1.0], &[6.0, 5.0, 4.0]),
        (rgb, 16, [0xf800, 0x7e0, 0x1f, 0], &[0, 0xf8, 0x1f, 0], &[255.0, 0.0, 0.0], &[0.0, 0.0, 255.0]),
        (rgba, 16, [0x7c00, 0x3e0, 0x1f, 0x8000], &[0, 0xfc, 0x1f, 0], &[255.0, 0.0, 0.0, 255.0], &[0.0; 4]),
        (
            rgba,
            16,
            [0xf00, 0xf0, 0xf, 0xf000],
            &[0, 0xff, 0xf0, 0xf0],
            &[255.0, 0.0, 0.0, 255.0],
            &[0.0, 255.0, 0.0, 255.0],
        ),
        (
            rgba,
            32,
            [0x3ff, 0xffc00, 0x3ff0_0000, 0xc000_0000],
            &[0xff, 3, 0, 0xc0, 0, 0, 0, 0],
            &[255.0, 0.0, 0.0, 255.0],
            &[0.0; 4],
        ),
        (rgb, 8, [0xe0, 0x1c, 3, 0], &[0xe0, 3], &[255.0, 0.0, 0.0], &[0.0, 0.0, 255.0]),
        (grey, 8, [0xff, 0, 0, 0], &[7, 9], &[7.0], &[9.0]),
        (grey, 16, [0xffff, 0, 0, 0], &[9, 7, 0xff, 0xff], &[7.0], &[255.0]),
        (grey_alpha, 16, [0xff, 0, 0, 0xff00], &[7, 255, 9, 0], &[7.0, 255.0], &[0.0, 0.0]),
        (alpha, 8, [0, 0, 0, 0xff], &[7, 255], &[0.0, 0.0, 0.0, 7.0], &[0.0, 0.0, 0.0, 255.0]),
    ] {
        let decoded = decode_at(&masked(flags, bits, masks, pixels), 1).unwrap();
        assert_eq!((&pixel(&decoded, 0)[..], &pixel(&decoded, 1)[..]), (first, second), "{flags:#x} {bits} {masks:x?}");
        assert_eq!(decoded.damage, None);
    }
    let mut indexed = vec![0; 1024];
    indexed[4..8].copy_from_slice(&[10, 20, 30, 255]);
    indexed.extend([0, 1]);
    let decoded = decode_at(&masked(0x20, 8, [0; 4], &indexed), 1).unwrap();
    assert_eq!([0, 1].map(|x| pixel(&decoded, x)), [vec![0.0; 4], vec![10.0, 20.0, 30.0, 255.0]]);
}

#[test]
fn masks_give_what_the_crate_makes_of_those_that_it_knows() {
    for coding in [Coding::B8G8R8A8_UNORM, Coding::R8G8B8_UNORM, Coding::B5G6R5_UNORM, Coding::B4G4R4A4_UNORM] {
        let mut bytes = Vec::new();
        let header = Written::new_image(64, 40, coding);
        let mut encoder = Encoder::new(&mut bytes, coding, &header).unwrap();
        let pixels: Vec<u8> = (0..64 * 40 * 4_u32).map(|i| (i.wrapping_mul(2_654_435_761) >> 24) as u8).collect();
        let view = ImageView::new(&pixels, dds::Size::new(64, 40), ColorFormat::RGBA_U8).unwrap();
        encoder.write_surface(view).unwrap();
        encoder.finish().unwrap();
        let Some(masked) = Masked::read(&bytes) else { continue };
        let header = Opened::read(&bytes).unwrap().header;
        let mut reducer = BoxReducer::new(header.size, masked.model(), Factors::ONE);
        masked.push_rows(&bytes, &mut reducer);
        let (coded, ..) = Coded::read(&bytes).unwrap();
        let wanted = coded.decode(&bytes, &header, Factors::ONE, Exposure::default()).unwrap().0;
        let (got, wanted) = (reducer.finish(), wanted.finish());
        for (got, wanted) in got.planes.iter().zip(&wanted.planes) {
            for (got, wanted) in got.plane.samples.iter().zip(&wanted.plane.samples) {
                assert!((got - wanted).abs() < 0.51, "{coding:?}: {got} {wanted}");
            }
        }
    }
}

#[test]
fn blocks_with_alpha_have_four_colours_in_whatever_order_they_name_two() {
    // Blue first, then red, which is the larger number; the four indices in each row.
    let [blue, red] = [[0x1f, 0], [0, 0xf8]];
    let make = |first: [u8; 2], second: [u8; 2], indices: u8| {
        let mut bytes = dds(Coding::BC3_UNORM);
        let data = bytes.len() - bytes.len() % 16;
        bytes.truncate(data);
        let start = if &bytes[84..88] == b"DX10" { 148 } else { 128 };
        bytes.truncate(start);
        bytes[12..16].copy_from_slice(&4_u32.to_le_bytes());
        bytes[16..20].copy_from_slice(&4_u32.to_le_bytes());
        bytes.extend([255, 0, 0, 0, 0, 0, 0, 0]);
        bytes.extend([first[0], first[1], second[0], second[1], indices, indices, indices, indices]);
        bytes
    };
    let decoded = decode_at(&make(blue, red, 0b11_10_01_00), 1).unwrap();
    let got = [0, 1, 2, 3].map(|x| pixel(&decoded, x));
    let wanted = [[0.0, 0.0, 255.0], [255.0, 0.0, 0.0], [85.0, 0.0, 170.0], [170.0, 0.0, 85.0]];
    for (got, wanted) in got.iter().zip(wanted) {
        assert_eq!(got[..3], wanted);
    }
    let ordered = decode_at(&make(red, blue, 0b10_11_00_01), 1).unwrap();
    assert_eq!([0, 1, 2, 3].map(|x| pixel(&ordered, x)), got);
    let alike = decode_at(&make(red, red, 0b11_10_01_00), 1).unwrap();
    assert_eq!(pixel(&alike, 3)[..3], [255.0, 0.0, 0.0]);
}

#[test]
fn a_header_whose_flags_and_counts_are_wrong_is_read() {
    let mut bytes = dds(Coding::BC1_UNORM);
    let whole = decode_at(&bytes, 1).unwrap();
    // Size, flags, pitch, depth, levels, size of the pixel format, caps.
    for (at, value) in [(4, 24), (8, 0x0080_0000), (20, 0), (24, 0), (28, 0), (76, 0), (108, 0), (112, 0x0020_0000)] {
        bytes[at..at + 4].copy_from_slice(&u32::to_le_bytes(value));
        let decoded = decode_at(&bytes, 1).unwrap();
        assert_eq!(decoded.grid.planes[0].plane, whole.grid.planes[0].plane, "at {at}");
    }
}
