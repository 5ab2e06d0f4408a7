//! Tests damaged PNGs and the rows kept of them.

use std::io::Write;

use flate2::Compression;
use flate2::write::{DeflateEncoder, ZlibEncoder};

use super::*;

fn deflated(data: &[u8]) -> Vec<u8> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(data).unwrap();
    encoder.finish().unwrap()
}

/// Returns the positions of the chunks named `name`.
fn places(bytes: &[u8], name: &[u8; 4]) -> Vec<usize> {
    bytes.windows(4).enumerate().filter(|(_, four)| four == name).map(|(at, _)| at).collect()
}

/// Inverts every chunk's checksum.
fn spoil_checksums(bytes: &mut [u8]) {
    let mut at = 8;
    while at < bytes.len() {
        let length = u32::from_be_bytes(bytes[at..at + 4].try_into().unwrap()) as usize;
        bytes[at + 8 + length..at + 12 + length].iter_mut().for_each(|byte| *byte ^= 0xff);
        at += 12 + length;
    }
}

fn assert_equal(decoded: &Decoded, wanted: &Decoded, what: &str) {
    assert_same(&decoded.grid, &wanted.grid, what);
    assert_eq!(decoded.profile, wanted.profile, "{what}");
}

/// Returns a small image with every kind of chunk that matters. It has a palette, transparency, gamma and several
/// pieces of data.
fn colourful() -> Maker {
    let mut maker = Maker::new(40, 30, ColorType::Indexed, BitDepth::Four);
    maker.before.push((b"tRNS", vec![0, 128, 255, 30]));
    maker.before.push((b"gAMA", 60_000_u32.to_be_bytes().to_vec()));
    maker.piece = 200;
    maker
}

#[test]
fn a_file_cut_off_anywhere_gives_the_rows_there_are_or_an_error() {
    for rows in [Rows::Plain, Rows::Interlaced] {
        let mut maker = Maker::new(20, 30, ColorType::Rgb, BitDepth::Eight);
        maker.rows = rows;
        let bytes = maker.make();
        let whole = decode_bytes(&bytes, ONE);
        let mut damaged = 0;
        for end in (8..bytes.len() - 12).step_by(7) {
            let cut = &bytes[..end];
            let Ok(header) = read_header(&mut { cut }) else { continue };
            let Ok(decoded) = decode(&mut { cut }, header.size, ONE) else { continue };
            let is_whole = decoded.grid.planes.iter().zip(&whole.grid.planes).all(|(a, b)| a.plane == b.plane);
            assert!(decoded.damage.is_some() || is_whole, "cut at {end}");
            assert_eq!(decoded.grid.planes[0].plane.samples[0], whole.grid.planes[0].plane.samples[0]);
            damaged += 1;
        }
        assert!(damaged > 200, "{damaged}");
    }
}

#[test]
fn rows_before_broken_data_are_kept() {
    let mut bytes = Maker::new(20, 300, ColorType::Grayscale, BitDepth::Eight).make();
    let whole = decode_bytes(&bytes, ONE);
    // The fourth block's kind becomes one that deflate does not have; it lies behind 3000 bytes, which are 142 rows.
    let block = bytes.windows(5).enumerate().filter(|(_, head)| head == b"\0\xe8\x03\x17\xfc").nth(3).unwrap().0;
    bytes[block] = 6;
    let decoded = decode_bytes(&bytes, ONE);
    let detail = decoded.damage.unwrap().detail;
    let rows: usize = detail.split(' ').rev().nth(1).unwrap().parse().unwrap();
    assert_eq!(rows, 142, "{detail}");
    let [got, wanted] = [&decoded.grid, &whole.grid].map(|grid| &grid.planes[0].plane.samples);
    assert_eq!(got[..20 * rows], wanted[..20 * rows]);
    assert!(got[20 * rows..].iter().all(|sample| *sample == 0.0));
}

#[test]
fn a_wrong_checksum_over_good_data_loses_nothing_and_is_no_damage() {
    for rows in [Rows::Plain, Rows::Interlaced] {
        let maker = Maker { rows, ..colourful() };
        let good = maker.make();
        let whole = decode_bytes(&good, ONE);
        let mut spoiled = good.clone();
        spoil_checksums(&mut spoiled);
        let mut one = good.clone();
        let second = places(&one, b"IDAT")[1];
        one[second - 8..second - 4].fill(0);
        let mut of_zlib = zlib(&maker.raster());
        *of_zlib.last_mut().unwrap() ^= 0xff;
        let mut of_transparency = good.clone();
        let at = places(&good, b"tRNS")[0] + 8;
        of_transparency[at..at + 4].fill(0);
        for (bytes, what) in [
            (spoiled, "all checksums"),
            (one, "that of one chunk"),
            (maker.make_of(&of_zlib), "zlib's"),
            (of_transparency, "transparency's"),
        ] {
            let decoded = decode_bytes(&bytes, ONE);
            assert_eq!(decoded.damage, None, "{what}");
            assert_equal(&decoded, &whole, what);
        }
    }
}

#[test]
fn a_picture_whose_last_chunk_is_missing_is_whole() {
    let bytes = colourful().make();
    let whole = decode_bytes(&bytes, ONE);
    // Without the last chunk, and without the checksums of zlib and of the chunk before.
    for end in [bytes.len() - 12, bytes.len() - 13, bytes.len() - 16, bytes.len() - 18] {
        let decoded = decode_bytes(&bytes[..end], ONE);
        assert_equal(&decoded, &whole, "cut off");
        if end == bytes.len() - 12 {
            assert_eq!(decoded.damage, None);
        }
    }
}

#[test]
fn a_single_wrong_bit_behind_the_signature_loses_nothing() {
    for (maker, stream) in [(colourful(), zlib as fn(&[u8]) -> Vec<u8>), (colourful(), deflated)] {
        let good = maker.make_of(&stream(&maker.raster()));
        let whole = decode_bytes(&good, ONE);
        for at in 8..good.len() {
            let bit = (at * 5) % 8;
            let mut bytes = good.clone();
            bytes[at] ^= 1 << bit;
            let what = format!("bit {bit} of byte {at}");
            let header = read_header(&mut bytes.as_slice()).unwrap_or_else(|error| panic!("{what}: {error}"));
            let decoded =
                decode(&mut bytes.as_slice(), header.size, ONE).unwrap_or_else(|error| panic!("{what}: {error}"));
            assert_equal(&decoded, &whole, &what);
            assert!(decoded.damage.is_none_or(|damage| damage.present >= 1.0), "{what}");
        }
    }
}

#[test]
fn a_repaired_bit_is_told() {
    let maker = colourful();
    let mut bytes = maker.make();
    let at = places(&bytes, b"IDAT")[1] + 50;
    bytes[at] ^= 4;
    let damage = decode_bytes(&bytes, ONE).damage.unwrap();
    assert_eq!((damage.detail.as_str(), damage.present), ("a bit was wrong and was repaired by its checksum", 1.0));
}

#[test]
fn data_that_are_wrong_beyond_repair_are_told_though_all_rows_are_there() {
    let maker = Maker::new(40, 30, ColorType::Grayscale, BitDepth::Eight);
    let mut bytes = maker.make();
    let at = places(&bytes, b"IDAT")[1] + 50;
    bytes[at] ^= 0x55;
    let decoded = decode_bytes(&bytes, ONE);
    let damage = decoded.damage.unwrap();
    assert_eq!((damage.detail.as_str(), damage.present), ("a checksum is wrong", 1.0));
}

#[test]
fn other_chunks_may_stand_between_those_of_the_data() {
    let maker = colourful();
    let bytes = maker.make();
    let whole = decode_bytes(&bytes, ONE);
    let mut text = Vec::new();
    chunk(&mut text, b"tEXt", b"Comment\0between");
    let at = places(&bytes, b"IDAT")[2] - 4;
    let split = [&bytes[..at], &text, &bytes[at..]].concat();
    let decoded = decode_bytes(&split, ONE);
    assert_eq!(decoded.damage, None);
    assert_equal(&decoded, &whole, "split");
}

#[test]
fn indices_without_a_palette_are_greys() {
    for depth in [BitDepth::One, BitDepth::Two, BitDepth::Four, BitDepth::Eight] {
        let mut without = Maker::new(20, 10, ColorType::Indexed, depth);
        without.before.clear();
        let decoded = decode_bytes(&without.make(), ONE);
        assert_eq!(decoded.damage.unwrap().detail, "the palette is missing");
        let grey = decode_bytes(&Maker::new(20, 10, ColorType::Grayscale, depth).make(), ONE);
        for plane in &decoded.grid.planes {
            assert_eq!(plane.plane, grey.grid.planes[0].plane, "{depth:?}");
        }
    }
}

#[test]
fn a_file_cut_off_inside_its_header_is_an_error() {
    let bytes = colourful().make();
    for end in 8..33 {
        assert!(read_header(&mut &bytes[..end]).is_err(), "cut at {end}");
    }
}

#[test]
fn rows_before_one_with_an_impossible_filter_are_kept() {
    for rows in [Rows::Plain, Rows::Interlaced] {
        let maker = Maker { rows, ..Maker::new(40, 40, ColorType::Rgb, BitDepth::Eight) };
        let whole = decode_bytes(&maker.make(), ONE);
        let mut raster = maker.raster();
        let bad = match rows {
            Rows::Plain => 30 * 121,
            // The last pass has rows of 40 pixels. The pass before it is complete.
            Rows::Interlaced => raster.len() - 20 * 121,
        };
        raster[bad] = 45;
        let bytes = maker.make_of(&deflated(&raster));
        let decoded = decode_bytes(&bytes, ONE);
        let damage = decoded.damage.unwrap();
        assert!(damage.detail.starts_with("a row is corrupt, after "), "{}", damage.detail);
        let [got, wanted] = [&decoded.grid, &whole.grid].map(|grid| &grid.planes[0].plane.samples);
        let agree = got.iter().zip(wanted).filter(|(a, b)| a == b).count();
        match rows {
            Rows::Plain => assert!(damage.present == 0.75 && agree >= 1200, "{agree}"),
            Rows::Interlaced => assert!(damage.present == 1.0 && agree >= 800, "{agree}"),
        }
    }
}

#[test]
fn a_file_for_iphones_has_the_colours_of_the_one_it_was_made_from() {
    let pixels: Vec<[u8; 4]> =
        (0..600_u32).map(|i| [(i * 7) as u8, (i * 13) as u8, i as u8, if i % 3 == 0 { 255 } else { 100 }]).collect();
    let raster =
        |pixels: &[[u8; 4]]| pixels.chunks(30).flat_map(|row| [&[0], row.as_flattened()].concat()).collect::<Vec<_>>();
    let multiply = |color: u8, alpha: u8| ((u32::from(color) * u32::from(alpha) + 127) / 255) as u8;
    let crushed: Vec<[u8; 4]> =
        pixels.iter().map(|[r, g, b, a]| [multiply(*b, *a), multiply(*g, *a), multiply(*r, *a), *a]).collect();
    let maker = Maker::new(30, 20, ColorType::Rgba, BitDepth::Eight);
    let plain = decode_bytes(&maker.make_of(&deflated(&raster(&pixels))), ONE);

    let mut encoder = DeflateEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(&raster(&crushed)).unwrap();
    let mut bytes = maker.make_of(&encoder.finish().unwrap());
    let mut mark = Vec::new();
    chunk(&mut mark, b"CgBI", &[0x50, 0, 0x20, 2]);
    bytes.splice(8..8, mark);
    let header = read_header(&mut bytes.as_slice()).unwrap();
    assert!(header.has_alpha && header.size == Size::new(30, 20));
    let decoded = decode(&mut bytes.as_slice(), header.size, ONE).unwrap();
    assert_eq!(decoded.damage, None);
    for (got, wanted) in decoded.grid.planes.iter().zip(&plain.grid.planes) {
        for (got, wanted) in got.plane.samples.iter().zip(&wanted.plane.samples) {
            // Half a step, once up and once down.
            assert!((got - wanted).abs() <= 1.01, "{got} {wanted}");
        }
    }
}
