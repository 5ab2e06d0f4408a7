use super::*;
use crate::formats::raster;
use crate::formats::sniff;
use crate::geometry::Size;

fn decode_whole(bytes: &[u8]) -> (Picture, Decoded) {
    assert_eq!(sniff(bytes, bytes.len() as u64), Some(Format::Tga));
    let opened = Opened::read(bytes).unwrap();
    let decoded = opened.decode_rows_there(bytes, Factors::ONE).unwrap();
    (opened.header, decoded)
}

/// Returns the samples of all planes at a position.
fn pixel(decoded: &Decoded, x: usize, y: usize) -> Vec<f32> {
    decoded.grid.planes.iter().map(|plane| plane.plane.row(y)[x].round()).collect()
}

/// Returns a TGA of 2x2 px. Its four pixels in the order of the file are red, green, blue, white.
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
        // Position of the file's first pixel: left or right, bottom or top.
        for (descriptor, x, y) in [(0, 0, 1), (0x10, 1, 1), (0x20, 0, 0), (0x30, 1, 0)] {
            let (header, decoded) = decode_whole(&tga(kind, bits, descriptor));
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

/// A TGA with these header fields, followed by these bytes.
struct Maker<'a> {
    kind: u8,
    bits: u8,
    descriptor: u8,
    /// Number and bits of the map's colours.
    map: [u8; 2],
    size: [u8; 2],
    behind: &'a [u8],
}

impl Maker<'_> {
    fn make(&self) -> Vec<u8> {
        let has_map = u8::from(self.map[0] > 0);
        let Self { kind, bits, descriptor, map: [count, map_bits], size: [width, height], behind } = *self;
        let mut bytes =
            vec![0, has_map, kind, 0, 0, count, 0, map_bits, 0, 0, 0, 0, width, 0, height, 0, bits, descriptor];
        bytes.extend_from_slice(behind);
        bytes
    }
}

#[test]
fn alpha_that_is_not_declared_counts_unless_there_is_none_in_any_pixel() {
    for (alphas, wanted) in [([0, 200], true), ([0, 0], false)] {
        for (kind, bits, data) in [
            (2, 32, [&[1, 2, 3, alphas[0]][..], &[4, 5, 6, alphas[1]]].concat()),
            (10, 32, [&[0x80, 1, 2, 3, alphas[0]][..], &[0, 4, 5, 6, alphas[1]]].concat()),
            (3, 16, vec![1, alphas[0], 4, alphas[1]]),
        ] {
            let maker = Maker { kind, bits, descriptor: 0x20, map: [0, 0], size: [2, 1], behind: &data };
            let (header, decoded) = decode_whole(&maker.make());
            assert_eq!(header.has_alpha, wanted, "kind {kind}");
            let last = pixel(&decoded, 1, 0);
            assert_eq!(last.len().is_multiple_of(2), wanted);
            assert!(!wanted || last.last() == Some(&200.0), "{last:?}");
        }
    }
}

#[test]
fn the_extension_area_decides_and_the_descriptor_where_there_is_none() {
    for (descriptor, attributes, wanted) in [
        (8, None, true),
        (8, Some(0), false),
        (8, Some(2), false),
        (8, Some(3), true),
        (0, Some(3), true),
        (0, Some(4), true),
        (0, Some(0), false),
    ] {
        let mut bytes =
            Maker { kind: 2, bits: 32, descriptor, map: [0, 0], size: [1, 1], behind: &[1, 2, 3, 4] }.make();
        if let Some(kind) = attributes {
            bytes.resize(22 + 494, 0);
            bytes.push(kind);
            bytes.extend([22_u32.to_le_bytes(), [0; 4]].concat());
            bytes.extend(b"TRUEVISION-XFILE.\0");
        }
        assert_eq!(Opened::read(&bytes).unwrap().header.has_alpha, wanted, "{descriptor} {attributes:?}");
    }
}

#[test]
fn the_attribute_bit_of_16_bits_is_transparency_where_it_is_declared_and_differs() {
    let pixels = [0x1f, 0x54, 0xea, 0x83];
    for (descriptor, data, wanted) in
        [(1, pixels, true), (8, pixels, true), (0, pixels, false), (1, [0x1f, 0xd4, 0xea, 0x83], false)]
    {
        let (header, decoded) =
            decode_whole(&Maker { kind: 2, bits: 16, descriptor, map: [0, 0], size: [2, 1], behind: &data }.make());
        assert_eq!(header.has_alpha, wanted);
        assert_eq!(pixel(&decoded, 0, 0)[..3], [173.0, 0.0, 255.0]);
        assert_eq!(pixel(&decoded, 1, 0).get(3), wanted.then_some(&0.0));
    }
}

#[test]
fn colours_come_from_the_map_with_the_alpha_of_32_bits() {
    let map = [[1, 2, 3, 255], [4, 5, 6, 0]].concat();
    let behind = [&map[..], &[1, 0, 9]].concat();
    let maker = Maker { kind: 1, bits: 8, descriptor: 0x20, map: [2, 32], size: [3, 1], behind: &behind };
    let (header, decoded) = decode_whole(&maker.make());
    assert!(header.has_alpha);
    assert_eq!([0, 1, 2].map(|x| pixel(&decoded, x, 0)[3]), [0.0, 255.0, 255.0]);
    assert_eq!(pixel(&decoded, 1, 0)[..3], [3.0, 2.0, 1.0]);
    assert_eq!(pixel(&decoded, 2, 0)[..3], [0.0; 3], "an index without a colour");
    let first_is_1 = [&[0, 1, 1, 1, 0, 1, 0, 24, 0, 0, 0, 0, 1, 0, 1, 0, 8, 0], &[7, 8, 9, 1][..]].concat();
    assert_eq!(pixel(&decode_whole(&first_is_1).1, 0, 0), [9.0, 8.0, 7.0]);
}

#[test]
fn a_map_that_true_colour_does_not_use_is_passed_over() {
    let with_map =
        Maker { kind: 2, bits: 24, descriptor: 0, map: [2, 15], size: [1, 1], behind: &[9, 9, 9, 9, 1, 2, 3] };
    let mut only_announced = Maker { map: [0, 24], behind: &[1, 2, 3], ..with_map }.make();
    assert_eq!(pixel(&decode_whole(&only_announced).1, 0, 0), [3.0, 2.0, 1.0]);
    only_announced[17] = 4;
    assert_eq!(pixel(&decode_whole(&only_announced).1, 0, 0), [3.0, 2.0, 1.0], "four attribute bits of nothing");
    let with_map =
        Maker { kind: 2, bits: 24, descriptor: 0, map: [2, 15], size: [1, 1], behind: &[9, 9, 9, 9, 1, 2, 3] };
    assert_eq!(pixel(&decode_whole(&with_map.make()).1, 0, 0), [3.0, 2.0, 1.0]);
}

#[test]
fn every_kind_comes_out_as_image_decodes_it() {
    let noise: Vec<u8> = (0..6000_u32)
        .map(|i| (i.wrapping_mul(2_654_435_761) >> 21) as u8)
        .map(|byte| if byte < 200 { byte } else { 0x83 })
        .collect();
    let mut tried = 0;
    for (kind, bits, map) in [
        (1, 8, [200, 24]),
        (2, 24, [0, 0]),
        (2, 32, [0, 0]),
        (3, 8, [0, 0]),
        (9, 8, [255, 24]),
        (10, 24, [0, 0]),
        (10, 32, [0, 0]),
        (11, 8, [0, 0]),
    ] {
        for origin in [0, 0x10, 0x20, 0x30] {
            let descriptor = origin | if bits == 32 { 8 } else { 0 };
            let bytes = Maker { kind, bits, descriptor, map, size: [21, 17], behind: &noise }.make();
            let header = raster::read_header(&bytes, Format::Tga).unwrap();
            let wanted = raster::decode(&bytes, &header, Factors::ONE);
            let (_, decoded) = decode_whole(&bytes);
            assert_eq!(decoded.damage, None, "kind {kind}");
            // `image` refuses indices without a colour. That error is not compared.
            let Ok(wanted) = wanted else { continue };
            for (plane, wanted) in decoded.grid.planes.iter().zip(&wanted.grid.planes) {
                for (got, wanted) in plane.plane.samples.iter().zip(&wanted.plane.samples) {
                    assert!((got - wanted).abs() < 1e-3, "kind {kind}, {bits} bits, {descriptor:#x}: {got} {wanted}");
                }
            }
            tried += 1;
        }
    }
    assert!(tried >= 24, "{tried}");
}

#[test]
fn of_a_file_cut_off_the_rows_that_are_there_are_kept() {
    for (kind, descriptor) in [(2, 0), (2, 0x20), (10, 0), (10, 0x20)] {
        // Four rows of two pixels, three of them whole.
        let packet: &[u8] = if kind == 2 { &[5, 6, 7, 5, 6, 7] } else { &[0x81, 5, 6, 7] };
        let behind = [&packet.repeat(3)[..], &packet[..packet.len() - 1]].concat();
        let bytes = Maker { kind, bits: 24, descriptor, map: [0, 0], size: [2, 4], behind: &behind }.make();
        let (_, decoded) = decode_whole(&bytes);
        let damage = decoded.damage.as_ref().unwrap();
        assert_eq!((damage.detail.as_str(), damage.present), ("the file ends too early, 1 rows are missing", 0.75));
        let (missing, there) = if descriptor == 0 { (0, 3) } else { (3, 0) };
        assert_eq!((pixel(&decoded, 0, missing)[0], pixel(&decoded, 1, there)[0]), (0.0, 7.0));
        let opened = Opened::read(&bytes).unwrap();
        assert!(opened.decode_rows_there(&bytes[..20], Factors::ONE).is_err(), "nothing was read");
    }
}

#[test]
fn damaged_headers_end_without_a_panic() {
    let mut tried = 0;
    for bytes in [tga(10, 24, 0), tga(2, 32, 0x30), tga(2, 16, 1), tga(11, 8, 0)] {
        for at in 0..bytes.len() {
            for value in [0, 1, 0x20, 0x7f, 0x80, 0xff] {
                let mut wrong = bytes.clone();
                wrong[at] = value;
                if let Ok(opened) = Opened::read(&wrong)
                    && (1..1 << 20).contains(&opened.header.size.pixels())
                {
                    let _ = opened.decode_rows_there(&wrong, Factors::ONE);
                }
                tried += 1;
            }
        }
    }
    assert!(tried > 500, "{tried}");
}

#[test]
fn a_picture_that_is_far_larger_than_its_file_gets_no_frame() {
    for kind in [2, 10] {
        let mut bytes = tga(kind, 24, 0);
        bytes[12..16].copy_from_slice(&[1, 0, 0x50, 0x50]);
        let opened = Opened::read(&bytes).unwrap();
        assert_eq!(opened.header.size, Size::new(1, 0x5050));
        let decoded = opened.decode_rows_there(&bytes, Factors::ONE).unwrap();
        assert!(decoded.damage.unwrap().present < 0.001);
    }
}
