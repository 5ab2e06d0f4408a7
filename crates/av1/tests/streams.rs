//! Compares the planes of streams with those of an independent decoder, and feeds truncated and corrupt ones.
//!
//! Streams are aomenc's and SVT-AV1's, of a photograph and of a drawing, each with other tools of the codec. The digests are
//! dav1d's: `dav1d --inloopfilters none --filmgrain 0 -i STREAM --muxer yuv -o - | md5sum`.
#![forbid(unsafe_code)]
#![allow(clippy::unwrap_used, clippy::cast_possible_truncation, clippy::print_stdout, reason = "a test may fail")]

use std::path::Path;

use av1_still::{Error, Headers, Image, Samples, Stop};

/// The streams and the digests of their planes.
const STREAMS: [(&str, &str); 21] = [
    ("coarse", "b6b843bd14d6f60ff556612bd7c2af02"),
    ("drawing-10", "bdfaef7ff95f6dcc4f0c235d0cf86f7e"),
    ("drawing", "adb864ac0e57a804a63570ecc32cee82"),
    ("fewer-transforms", "be840f7e40c532a68cf86526c5b26daf"),
    ("fine", "d701cde99940e095f0ed55317581bc08"),
    ("fixed-probabilities", "059d5b7e1f5a0b03e966749485b0e6e0"),
    ("full-chroma-10", "1f5110ef6db878f192ec5f8b25dcf739"),
    ("full-chroma", "4f0221e2a1275eccc2e4c4515a4171f0"),
    ("grain", "1396e144c92863e751d68d08279f9550"),
    ("grey", "f210cf7ee9938484361a6cd52aef2d8b"),
    ("half-width", "42284414af06cba93dfeb37b0f2fefaa"),
    ("large-superblocks", "95255dbb4f9713747cf6b09291e2effc"),
    ("lossless", "b1eac2a61fb448daf291144d4f1892d0"),
    ("matrices", "2371670edcf6fabf0dd4d40489c1d14f"),
    ("plain", "095f91c450db645f59f3580c50805882"),
    ("quantizer-changes", "5b0c4d2aca4ed1c5e2382802a87a9a6f"),
    ("segments", "b464b369c919f121571006c81f52a75d"),
    ("small-blocks", "407d6764e0ea23b39222fe4772301c76"),
    ("svt", "e7ee193b35eb4566e1322effb1d3d727"),
    ("tiles", "0ec6ad0b78122ef2cba87f19843f8b23"),
    ("unfiltered-edges", "005c645805f2e64af41ad9c89f50c8c5"),
];

fn read(name: &str) -> Vec<u8> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data").join(name).with_extension("obu");
    std::fs::read(path).unwrap()
}

/// Decodes the planes, and checks that bands follow one another without gaps.
fn decode(image: &Image<'_>) -> (Vec<Vec<u8>>, Option<Stop>) {
    let mut planes = vec![Vec::new(); image.planes()];
    let mut next = vec![0; image.planes()];
    let stop = image.decode(&mut |band| {
        assert_eq!(band.planes.len(), planes.len());
        for (index, rows) in band.planes.iter().enumerate() {
            assert_eq!(rows.top, next[index]);
            assert_eq!(rows.width, image.plane_size(index).0);
            match rows.samples {
                Samples::Bytes(bytes) => {
                    for row in bytes.chunks(rows.stride) {
                        planes[index].extend_from_slice(&row[..rows.width]);
                        next[index] += 1;
                    }
                }
                Samples::Words(words) => {
                    for row in words.chunks(rows.stride) {
                        planes[index].extend(row[..rows.width].iter().flat_map(|word| word.to_le_bytes()));
                        next[index] += 1;
                    }
                }
            }
        }
    });
    let rows = stop.map_or(image.size().1, |stop| stop.rows);
    assert_eq!(next[0], rows);
    (planes, stop)
}

#[test]
fn every_stream_has_the_planes_of_an_independent_decoder() {
    for (name, digest) in STREAMS {
        let bytes = read(name);
        let image = Image::read(&bytes).unwrap();
        let (planes, stop) = decode(&image);
        assert_eq!(stop, None, "{name}");
        assert_eq!(format!("{:x}", md5::compute(planes.concat())), digest, "{name}");
    }
}

#[test]
fn headers_say_at_the_start_of_an_item_whether_all_features_are_there() {
    for (name, _) in STREAMS {
        let bytes = read(name);
        let start = Headers::read(&bytes[..bytes.len().min(200)]).unwrap();
        assert_eq!(start.memory(), Image::read(&bytes).unwrap().memory(), "{name}");
    }
    for name in ["copies", "stretched"] {
        let bytes = read(name);
        assert!(matches!(Headers::read(&bytes[..200]), Err(Error::Unsupported(_))), "{name}");
        assert!(matches!(Image::read(&bytes), Err(Error::Unsupported(_))), "{name}");
    }
}

#[test]
fn memory_grows_with_the_width_alone() {
    let bytes = read("plain");
    let image = Image::read(&bytes).unwrap();
    // Three planes of 203 by 64 px, and a fixed state.
    assert!((100_000..400_000).contains(&image.memory()), "{}", image.memory());
}

#[test]
fn a_truncated_item_is_an_error() {
    let bytes = read("plain");
    for length in 0..bytes.len() {
        assert!(Image::read(&bytes[..length]).is_err(), "{length} of {}", bytes.len());
    }
}

#[test]
fn a_tile_that_ends_too_early_gives_the_rows_before() {
    let bytes = read("fine");
    let whole = decode(&Image::read(&bytes).unwrap()).0;
    // The last unit is the frame, whose size has two bytes. What it lacks is zero, as if the tile went on.
    let start = bytes.windows(2).position(|pair| pair[0] == 0x32).unwrap();
    let size = bytes.len() - start - 3;
    assert_eq!(usize::from(bytes[start + 1] & 0x7f) | usize::from(bytes[start + 2]) << 7, size);
    let mut last = 0;
    for length in (size / 2..size).step_by(200) {
        let mut cut = bytes[..start + 3 + length].to_vec();
        cut[start + 1] = length as u8 | 0x80;
        cut[start + 2] = (length >> 7) as u8;
        let image = Image::read(&cut).unwrap();
        let (planes, stop) = decode(&image);
        let rows = stop.map_or(image.size().1, |stop| stop.rows);
        assert!(rows >= last, "more bytes, more rows");
        if let Some(Stop { error, .. }) = stop {
            assert!(matches!(error, Error::Truncated(_)), "{error:?}");
            assert_eq!(planes[0], whole[0][..planes[0].len()]);
        }
        last = rows;
    }
    assert!(last >= 64, "{last}");
}

#[test]
fn no_change_of_a_stream_brings_the_decoder_down() {
    let mut random = 0x9e37_79b9_7f4a_7c15_u64;
    let mut next = || {
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        random as usize
    };
    let (mut read_count, mut whole) = (0, 0);
    for (name, _) in STREAMS {
        let bytes = read(name);
        for _ in 0..120 {
            let mut changed = bytes.clone();
            // Some changes of headers, which come first, and some of anything.
            let range = if next().is_multiple_of(3) { 40 } else { bytes.len() };
            for _ in 0..1 + next() % 3 {
                let at = next() % range.min(changed.len());
                changed[at] = if next().is_multiple_of(2) { next() as u8 } else { changed[at] ^ 1 << (next() % 8) };
            }
            let Ok(image) = Image::read(&changed) else { continue };
            // Larger headers only cost time.
            if image.size().0 * image.size().1 > 1 << 18 {
                continue;
            }
            read_count += 1;
            whole += usize::from(decode(&image).1.is_none());
        }
    }
    println!("{read_count} read, {whole} whole");
    assert!(read_count > 1000 && whole > 300, "{read_count} read, {whole} whole");
}
