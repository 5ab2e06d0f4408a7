//! Arithmetic coding: the same coefficients as with Huffman codes.

use jpeg_shrink::{Coding, DamageKind, Image, Options, Scale, decode};

use super::{SCALES, file, files};

/// Files of arithmetic codes, each named after the one of `tests/data/jpeg` that it was made from by libjpeg-turbo.
fn pairs() -> Vec<(String, Vec<u8>, Vec<u8>)> {
    let pair = |(name, bytes): (String, Vec<u8>)| {
        let twin = file(name.split_once("--").expect("it names its twin").1);
        (name, bytes, twin)
    };
    files("jpeg-arithmetic", 6).into_iter().map(pair).collect()
}

fn furthest_apart(a: &Image, b: &Image) -> f32 {
    let pairs = a.planes.iter().zip(&b.planes).flat_map(|(a, b)| a.samples.iter().zip(&b.samples));
    pairs.map(|(a, b)| (a - b).abs()).fold(0.0, f32::max)
}

#[test]
fn arithmetic_codes_give_what_huffman_codes_give_at_every_scale() {
    for (name, bytes, twin) in pairs() {
        for scale in SCALES {
            let [ours, theirs] = [&bytes, &twin].map(|bytes| decode(bytes, &Options::at(scale)).expect(&name));
            assert_eq!((ours.damage, ours.header.coding), (None, Coding::Arithmetic), "{name}");
            assert_eq!(ours.planes.len(), theirs.planes.len());
            let apart = furthest_apart(&ours, &theirs);
            assert!(apart < 0.01, "{name}, {scale:?}: {apart} apart");
        }
    }
}

#[test]
fn arithmetic_codes_that_are_cut_short_keep_the_rows_that_are_there() {
    let bytes = file("../jpeg-arithmetic/sequential--sampling-2x2.jpg");
    let whole = decode(&bytes, &Options::at(Scale::Full)).expect("it is sound");
    let cut = decode(&bytes[..bytes.len() * 3 / 4], &Options::at(Scale::Full)).expect("most of it is there");
    let damage = cut.damage.expect("it is cut");
    assert_eq!(damage.kind, DamageKind::Truncated);
    assert!((0.3..0.9).contains(&damage.fraction), "{damage}");
    let sound = (whole.planes[0].samples.len() as f64 * (damage.fraction - 0.25)) as usize;
    assert_eq!(whole.planes[0].samples[..sound], cut.planes[0].samples[..sound]);
    assert_eq!(cut.planes[0].samples.last(), Some(&128.0), "the rest is grey");
}

#[test]
fn arithmetic_codes_cut_anywhere_or_altered_do_no_harm() {
    let mut seed = 5_u32;
    for (name, bytes, _) in pairs() {
        for at in (0..bytes.len()).step_by(1 + bytes.len() / 600) {
            seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let mut altered = bytes.clone();
            altered[at] ^= (seed >> 24) as u8;
            let scale = SCALES[(seed as usize >> 8) % SCALES.len()];
            let options = Options { max_memory: 1 << 26, ..Options::at(scale) };
            let _ = decode(&altered, &options);
            if let Ok(picture) = decode(&bytes[..at], &options) {
                // The last interval may seem to end early.
                let is_told = picture.damage.is_some() || at + 40 > bytes.len() || scale == Scale::Eighth;
                assert!(is_told, "{name} cut at {at}, {scale:?}");
            }
        }
    }
}
