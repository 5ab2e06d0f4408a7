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
    let mut tried = 0;
    for (format, bytes) in [(Format::Tga, tga(10, 24, 0))] {
        for at in 0..bytes.len().min(200) {
            for value in [0, 1, 0x20, 0x7f, 0x80, 0xff] {
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

#[test]
fn a_targa_that_is_too_short_for_its_pixels_is_refused_before_they_get_room() {
    for kind in [2, 10, 3, 11] {
        let mut bytes = tga(kind, if kind % 8 == 2 { 24 } else { 8 }, 0);
        bytes[12..16].copy_from_slice(&[0x50, 0x50, 0x50, 0x50]);
        let header = read_header(&bytes, Format::Tga).unwrap();
        assert_eq!(header.size, Size::new(0x5050, 0x5050));
        let refused = decode(&bytes, &header, Factors::ONE).unwrap_err().to_string();
        assert!(refused.contains("the file ends too early"), "{refused}");
    }
}
