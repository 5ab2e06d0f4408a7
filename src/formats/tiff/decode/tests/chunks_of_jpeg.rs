//! Tests strips and tiles of JPEG.

use jpeg_encoder::{ColorType, Encoder, SamplingFactor};

use super::*;
use crate::formats::raster;

const WIDTH: u32 = 80;
const HEIGHT: u32 = 64;

/// Returns a sample of smooth shapes of some pixels, so that little is lost.
fn color(x: u32, y: u32, channel: usize) -> u8 {
    let waves = (x as f32 / 7.0 + channel as f32).sin() * (y as f32 / 9.0 - channel as f32).cos();
    (128.0 + 90.0 * waves) as u8
}

/// Encodes a part of the image as a JPEG of its own.
fn encode(left: u32, top: u32, (width, height): (u32, u32), kind: ColorType, sampling: SamplingFactor) -> Vec<u8> {
    let channels = if matches!(kind, ColorType::Luma) { 1 } else { 3 };
    let pixels = (0..height).flat_map(|y| (0..width).map(move |x| (left + x, top + y)));
    let bytes: Vec<u8> = pixels.flat_map(|(x, y)| (0..channels).map(move |channel| color(x, y, channel))).collect();
    let mut jpeg = Vec::new();
    let mut encoder = Encoder::new(&mut jpeg, 95);
    encoder.set_sampling_factor(sampling);
    encoder.encode(&bytes, width as u16, height as u16, kind).unwrap();
    jpeg
}

/// Moves the segments of tables out of a JPEG, into a file of their own.
fn take_tables(jpeg: &[u8]) -> (Vec<u8>, Vec<u8>) {
    let (mut tables, mut rest) = (vec![0xff, 0xd8], vec![0xff, 0xd8]);
    let mut at = 2;
    while jpeg[at + 1] != 0xda {
        let end = at + 2 + usize::from(u16::from_be_bytes([jpeg[at + 2], jpeg[at + 3]]));
        let to = if matches!(jpeg[at + 1], 0xdb | 0xc4) { &mut tables } else { &mut rest };
        to.extend(&jpeg[at..end]);
        at = end;
    }
    tables.extend([0xff, 0xd9]);
    rest.extend(&jpeg[at..]);
    (tables, rest)
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Tables {
    Shared,
    OfEachChunk,
}

fn make(chunk: (Option<u32>, u32), kind: ColorType, sampling: SamplingFactor, tables: Tables) -> Maker {
    let width = chunk.0.unwrap_or(WIDTH);
    let (mut chunks, mut front) = (Vec::new(), None);
    for top in (0..HEIGHT).step_by(chunk.1 as usize) {
        for left in (0..WIDTH).step_by(width as usize) {
            let height = if chunk.0.is_some() { chunk.1 } else { chunk.1.min(HEIGHT - top) };
            let jpeg = encode(left, top, (width, height), kind, sampling);
            let (shared, rest) = take_tables(&jpeg);
            chunks.push(if tables == Tables::Shared { rest } else { jpeg });
            front = (tables == Tables::Shared).then_some((tag::JPEG_TABLES, shared));
        }
    }
    let (photometric, samples) = match kind {
        ColorType::Luma => (1, 1),
        ColorType::Ycbcr => (2, 3),
        _ => (6, 3),
    };
    let maker = Maker { chunk, compression: 7, photometric, samples, front, ..Maker::new(WIDTH, HEIGHT) };
    let (h, v) = match sampling {
        SamplingFactor::F_2_2 => (2, 2),
        SamplingFactor::F_2_1 => (2, 1),
        _ => (1, 1),
    };
    let more = if photometric == 6 { vec![(tag::SUBSAMPLING, vec![h, v])] } else { Vec::new() };
    Maker { instead: Some(chunks), more, ..maker }
}

/// Returns luma of a pixel before encoding.
fn luma(x: u32, y: u32) -> f32 {
    let [red, green, blue] = [0, 1, 2].map(|channel| f32::from(color(x, y, channel)));
    0.299 * red + 0.587 * green + 0.114 * blue
}

#[test]
fn strips_and_tiles_are_put_in_their_places_whatever_they_share() {
    let (mut tried, mut compared) = (0, 0);
    for chunk in [(None, 16), (None, 32), (None, 24), (None, 64), (Some(16), 16), (Some(32), 48)] {
        for (kind, sampling) in [
            (ColorType::Rgb, SamplingFactor::F_1_1),
            (ColorType::Rgb, SamplingFactor::F_2_1),
            (ColorType::Rgb, SamplingFactor::F_2_2),
            (ColorType::Ycbcr, SamplingFactor::F_1_1),
            (ColorType::Luma, SamplingFactor::F_1_1),
        ] {
            for tables in [Tables::Shared, Tables::OfEachChunk] {
                if sampling == SamplingFactor::F_2_2 && chunk == (None, 24) {
                    // Strips are whole units of jointly coded blocks.
                    continue;
                }
                let what = format!("{chunk:?}, {kind:?}, {sampling:?}, {tables:?}");
                let bytes = make(chunk, kind, sampling, tables).make();
                let decoded = decode_in_full(&bytes).unwrap_or_else(|cause| panic!("{what}: {cause}"));
                assert_eq!(decoded.damage, None, "{what}");
                let plane = &decoded.grid.planes[0].plane;
                let expected = |x, y| match kind {
                    ColorType::Rgb => luma(x, y),
                    _ => f32::from(color(x, y, 0)),
                };
                for y in 0..HEIGHT {
                    for x in 0..WIDTH {
                        let apart = (plane.row(y as usize)[x as usize] - expected(x, y)).abs();
                        assert!(apart < 8.0, "{what}: {apart} at {x}, {y}");
                    }
                }
                compared += usize::from(agrees_in_luma(&bytes, &decoded, kind, &what));
                tried += 1;
            }
        }
    }
    assert!(tried == 58 && compared >= 20, "{compared} of {tried} compared");
}

/// Compares luma with the result of `image`, which has no unconverted colours.
fn agrees_in_luma(bytes: &[u8], decoded: &Decoded, kind: ColorType, what: &str) -> bool {
    let Ok(header) = raster::read_header(bytes, Format::Tiff) else { return false };
    let Ok(slow) = raster::decode(bytes, &header, Factors::ONE) else { return false };
    let planes = samples(&slow.grid);
    let (ours, count) = (samples(&decoded.grid)[0], (WIDTH * HEIGHT) as usize);
    let theirs = |i: usize| match kind {
        ColorType::Rgb => 0.299 * planes[0][i] + 0.587 * planes[1][i] + 0.114 * planes[2][i],
        _ => planes[0][i],
    };
    let apart = (0..count).map(|i| (theirs(i) - ours[i]).abs()).sum::<f32>() / count as f32;
    assert!(apart < 0.8, "{what}: {apart} in the mean from what `image` decodes");
    true
}

#[test]
fn a_smaller_picture_is_the_mean_of_the_full_one_in_every_layout() {
    for chunk in [(None, 16), (None, 8), (None, 64), (Some(16), 16)] {
        for sampling in [SamplingFactor::F_1_1, SamplingFactor::F_2_2] {
            if sampling == SamplingFactor::F_2_2 && chunk.1 == 8 {
                continue;
            }
            let what = format!("{chunk:?}, {sampling:?}");
            let bytes = make(chunk, ColorType::Rgb, sampling, Tables::Shared).make();
            let mut workspace = Workspace::default();
            let coarse = decode_for(&bytes, &[Size::new(5, 4)], &mut workspace).unwrap();
            let factor = coarse.factor.get();
            assert!(factor > 1, "{what}");
            let plane = &coarse.grid.planes[0].plane;
            for y in 0..HEIGHT / factor {
                for x in 0..WIDTH / factor {
                    let pixels = (0..factor * factor).map(|i| luma(x * factor + i % factor, y * factor + i / factor));
                    let mean = pixels.sum::<f32>() / (factor * factor) as f32;
                    let apart = (plane.row(y as usize)[x as usize] - mean).abs();
                    assert!(apart < 2.0, "{what}: {apart} at {x}, {y}");
                }
            }
        }
    }
}

#[test]
fn a_broken_strip_leaves_the_others_as_they_are() {
    let whole = make((None, 16), ColorType::Rgb, SamplingFactor::F_2_2, Tables::Shared);
    let mut broken = whole.clone();
    if let Some(chunks) = &mut broken.instead {
        chunks[1] = vec![0xff, 0xd8, 1, 2, 3];
    }
    let [whole, broken] = [whole, broken].map(|maker| decode_in_full(&maker.make()).unwrap());
    assert_eq!(broken.damage.unwrap().detail, "1 of 4 strips or tiles are cut off or broken");
    let ([whole, broken], strip) = ([&whole.grid, &broken.grid].map(|grid| samples(grid)[0]), (WIDTH * 16) as usize);
    assert!(whole[..strip] == broken[..strip] && whole[2 * strip..] == broken[2 * strip..]);
    assert!(broken[strip..2 * strip].iter().all(|sample| *sample == 128.0), "grey where nothing was read");
}

#[test]
fn strips_inside_of_blocks_are_decoded_in_full_only_up_to_a_size() {
    let maker = make((None, 1), ColorType::Luma, SamplingFactor::F_1_1, Tables::OfEachChunk);
    let fast = |maker: &Maker| decode_for(&maker.make(), &[Size::new(9, 7)], &mut Workspace::default());
    assert_eq!(fast(&maker).unwrap().factor.get(), 1);
    let claimed = Maker { size: Size::new(20_000, 20_000), ..maker };
    let refused = fast(&claimed).unwrap_err().to_string();
    assert!(refused.contains("do not begin at whole blocks"), "{refused}");
    let needed = working_memory(&read_pyramid(&mut claimed.make().as_slice()).unwrap().page, 400);
    assert!(needed >= 20_000 * 20_000 * 4, "what such a canvas takes is told: {needed}");
}

#[test]
fn a_strip_that_stands_for_thousands_is_not_read_as_often() {
    let mut strip = encode(0, 0, (8, 8), ColorType::Luma, SamplingFactor::F_1_1);
    // A comment of 64 KB, which takes time and has no meaning.
    let comment = [[0xff, 0xfe, 0xff, 0xff].as_slice(), &[7; 0xfffd]].concat();
    strip.splice(2..2, comment);
    let maker = Maker {
        size: Size::new(8, 80_000),
        chunk: (None, 8),
        compression: 7,
        photometric: 1,
        samples: 1,
        instead: Some([vec![strip], vec![Vec::new(); 9_999]].concat()),
        ..Maker::new(8, 8)
    };
    let mut bytes = maker.make();
    let directory = u32::from_le_bytes(*bytes[4..].first_chunk().unwrap()) as usize;
    let places = hostile::lengths_of(&maker, &mut bytes, directory);
    assert_eq!(places.len(), 10_000);
    let first = [places[0].0, places[0].1].map(|at| *bytes[at..].first_chunk::<4>().unwrap());
    for (at, length) in places {
        bytes[at..at + 4].copy_from_slice(&first[0]);
        bytes[length..length + 4].copy_from_slice(&first[1]);
    }
    let decoded = decode_in_full(&bytes).unwrap();
    let broken: u64 = decoded.damage.unwrap().detail.split(' ').next().unwrap().parse().unwrap();
    assert!((9_000..10_000).contains(&broken), "{broken}");
}

/// Encodes a lossless JPEG of 12 bits whose samples are all equal. Its data are a first difference, and zeros.
fn encode_lossless(width: u16, height: u16, value: u16) -> Vec<u8> {
    let mut jpeg = b"\xff\xd8\xff\xc3\0\x0b\x0c".to_vec();
    jpeg.extend([height.to_be_bytes(), width.to_be_bytes()].concat());
    jpeg.extend(b"\x01\x01\x11\0");
    // The categories 0 and 11 have the codes 0 and 10.
    jpeg.extend(b"\xff\xc4\0\x15\0\x01\x01\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x0b");
    jpeg.extend(b"\xff\xda\0\x08\x01\x01\0\x01\0\0");
    let difference = 2 << 11 | (value - 2048);
    let [high, low] = (difference << 3).to_be_bytes();
    jpeg.extend([high, low]);
    jpeg.extend(vec![0; usize::from(width) * usize::from(height) / 8]);
    jpeg.extend(b"\xff\xd9");
    jpeg
}

#[test]
fn strips_and_tiles_may_be_lossless_and_deeper_than_8_bits() {
    for chunk in [(None, 16), (Some(32), 32)] {
        let (width, height) = (chunk.0.unwrap_or(64), chunk.1);
        let count = 64 / width * (32 / height);
        // Category 11 holds the lightest quarter.
        let values: Vec<u16> = (0..count as u16).map(|i| 4095 - 17 * i).collect();
        let chunks = values.iter().map(|value| encode_lossless(width as u16, height as u16, *value)).collect();
        let maker = Maker {
            chunk,
            compression: 7,
            photometric: 1,
            samples: 1,
            bits: 12,
            instead: Some(chunks),
            ..Maker::new(64, 32)
        };
        for targets in [vec![], vec![Size::new(8, 4)]] {
            let bytes = maker.make();
            let decoded = decode_for(&bytes, &targets, &mut Workspace::default()).unwrap();
            assert_eq!(decoded.damage, None, "{chunk:?}");
            let plane = &decoded.grid.planes[0].plane;
            let (first, last) = (plane.samples[0], plane.samples[plane.samples.len() - 1]);
            let expected = [0, values.len() - 1].map(|i| f32::from(values[i]) * 255.0 / 4095.0);
            assert!(
                (first - expected[0]).abs() < 0.01 && (last - expected[1]).abs() < 0.01,
                "{chunk:?}: {first}, {last}"
            );
        }
    }
}

#[test]
fn black_beyond_the_edges_of_an_image_darkens_none_of_its_pixels() {
    let (width, height, side) = (100, 75, 32);
    let mut chunks = Vec::new();
    for top in (0..height).step_by(side) {
        for left in (0..width).step_by(side) {
            let places = (0..side * side).map(|i| (left + i % side, top + i / side));
            let samples: Vec<u8> = places.map(|(x, y)| if x < width && y < height { 200 } else { 0 }).collect();
            let mut jpeg = Vec::new();
            Encoder::new(&mut jpeg, 95).encode(&samples, side as u16, side as u16, ColorType::Luma).unwrap();
            chunks.push(jpeg);
        }
    }
    let tiles = (Some(side as u32), side as u32);
    let maker = Maker { chunk: tiles, compression: 7, photometric: 1, samples: 1, ..Maker::new(100, 75) };
    let bytes = Maker { instead: Some(chunks), ..maker }.make();
    let decoded = decode_for(&bytes, &[Size::new(6, 4)], &mut Workspace::default()).unwrap();
    let plane = &decoded.grid.planes[0].plane;
    assert_eq!((decoded.factor.get(), plane.size), (8, Size::new(13, 10)));
    assert!(plane.samples.iter().all(|sample| (sample - 200.0).abs() < 2.0), "{:?}", plane.samples);
}
