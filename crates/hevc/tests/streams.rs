//! Compares the planes of streams with those of an independent decoder, and feeds truncated and corrupt ones.
//!
//! Streams of photographs are x265's, each with other tools of the codec. The digests are FFmpeg's:
//! `ffmpeg -i STREAM -frames:v 1 -f rawvideo - | md5sum`.
#![forbid(unsafe_code)]
#![allow(clippy::unwrap_used, clippy::cast_possible_truncation, clippy::print_stdout, reason = "a test may fail")]

use std::path::Path;

use hevc_still::{Configuration, Error, Filtering, Image, Samples, Stop};

/// The streams and the digests of their planes.
const STREAMS: [(&str, &str); 26] = [
    ("blocks-of-16", "884f0c15ae8674617ac4acae6899550b"),
    ("blocks-of-32", "ea60a7d866dc705c62defaf1fa111228"),
    ("chroma-quantisers", "c5377db3f4f37a7f7133c402412a6e59"),
    ("coarse", "3abafd7f7c60a4444bcf3cae7fd95ad1"),
    ("deep-transforms", "f53aa961878a7bc10c6743d9ee10231e"),
    ("depth-10", "bb51bfaf8206182d74cfe19d234bf9a1"),
    ("depth-12", "c5f442a32d19c1a976e1f81291a857cd"),
    ("edges-only", "c072d51a028c58eabe14df4cdf6db1ff"),
    ("fine", "39a2bac0b1a827de122ddb96a6d85032"),
    ("full-chroma-10", "ff069c9119f473410e73c8a8aa1afbd2"),
    ("full-chroma", "43b694e6a5928ca7271886f65f188b9b"),
    ("grey-10", "92d444b85da598ffaa3b6b20b1fa7c01"),
    ("grey", "72c80e585d1a5c21273af1bafa4d9c46"),
    ("groups-of-16", "7deb2fe76ccba2aa0bb626df8036e7fb"),
    ("groups-of-8", "fe053ff8165b0eb35835a19bb30dc890"),
    ("half-width-10", "1260fe3b7db4e8459b980ddc318ee1b3"),
    ("half-width", "9f2fc8c20fc66483e4c4408a07c92f7e"),
    ("lossless-blocks", "ae86facd2a70366a88242d66ed15c8b2"),
    ("lossless", "ee00943a439ca03c556e944c49d883cb"),
    ("no-wavefronts", "48aa2b1a056a24fb15c01cec35cbeb20"),
    ("plain-signs", "e360fe44dd7a1347ea5d8a94844af76f"),
    ("plain", "ec7452cf16ea3e0ea0ba162e4db7a44d"),
    ("scaling-lists", "fabcf10ebefeab861a533b3dbe3e5f89"),
    ("slices", "98a93d5f659705eab81e7ffc810d22bd"),
    ("transform-skip", "fd6db755f849bef368e156a366e13227"),
    ("unfiltered", "4bf6034bd543652ae9e8c9282f94e68c"),
];

/// Streams of random syntax elements, for the tools that no encoder at hand uses, and their digests.
const RANDOM: [(&str, &str); 11] = [
    ("tiles-full-chroma", "86fd2118e2561cbd6de102cbf1580758"),
    ("tiles-uncoded", "1a0290b48fa509b9968c6707d55d1b5e"),
    ("dependent-uncoded", "75ec6e9da4c3ef3e40afad63e8b4ff79"),
    ("wavefronts-uncoded", "4a16d815ef430dae6fc52dd4b08eebb9"),
    ("wavefronts-dependent", "3ffd1395b87cf16cd8c502987767e40d"),
    ("tiles-half-width", "858571df98cb64ff45b375a92eac845e"),
    ("tiles-10", "11218014d878d40c1cded673ad313c07"),
    ("tiles-overridden", "84953e85002b98f8f3faaa1efec9896c"),
    ("tiles-bypass", "632d9c269da044dec3eb96f9162a2b09"),
    ("wavefronts-half-width", "a811d7083418a7362195d6a6456446b0"),
    ("many-slices", "021900e89c76670d706ec0a8facf349b"),
];

fn read(name: &str) -> Vec<u8> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data").join(name).with_extension("hevc");
    std::fs::read(path).unwrap()
}

/// Decodes the planes, and checks that bands follow one another without gaps.
fn decode(image: &Image<'_>, filtering: Filtering) -> (Vec<Vec<u8>>, Option<Stop>) {
    let mut planes = vec![Vec::new(); image.planes()];
    let mut next = vec![0; image.planes()];
    let stop = image.decode(filtering, &mut |band| {
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
    for (name, digest) in STREAMS.into_iter().chain(RANDOM) {
        let bytes = read(name);
        let image = Image::read_stream(&bytes).unwrap();
        let (planes, stop) = decode(&image, Filtering::All);
        assert_eq!(stop, None, "{name}");
        assert_eq!(format!("{:x}", md5::compute(planes.concat())), digest, "{name}");
    }
}

#[test]
fn filters_that_a_stream_does_not_ask_for_make_no_difference() {
    for name in ["unfiltered", "lossless"] {
        let bytes = read(name);
        let image = Image::read_stream(&bytes).unwrap();
        assert_eq!(decode(&image, Filtering::None), decode(&image, Filtering::All), "{name}");
    }
}

#[test]
fn without_filters_the_planes_differ_a_little() {
    let bytes = read("edges-only");
    let image = Image::read_stream(&bytes).unwrap();
    let [(with, _), (without, _)] = [Filtering::All, Filtering::None].map(|filtering| decode(&image, filtering));
    let differences = with.concat().into_iter().zip(without.concat()).map(|(a, b)| u64::from(a.abs_diff(b)));
    let (sum, count) = (differences.clone().sum::<u64>(), differences.count() as u64);
    assert!(sum > 0 && sum < 3 * count, "{sum} of {count}");
}

#[test]
fn a_truncated_stream_gives_the_rows_before_its_end() {
    let bytes = read("blocks-of-16");
    let whole = decode(&Image::read_stream(&bytes).unwrap(), Filtering::None).0;
    let mut last = 0;
    for length in (100..bytes.len() - 2).step_by(7) {
        let Ok(image) = Image::read_stream(&bytes[..length]) else { continue };
        let (planes, stop) = decode(&image, Filtering::None);
        let stop = stop.expect("the end is missing");
        assert!(stop.rows >= last, "more bytes, more rows");
        assert!(matches!(stop.error, Error::Truncated(_) | Error::Invalid(_)), "{stop:?}");
        for (plane, whole) in planes.iter().zip(&whole) {
            assert_eq!(*plane, whole[..plane.len()], "{length}");
        }
        last = stop.rows;
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
    for (name, _) in STREAMS.into_iter().chain(RANDOM) {
        let bytes = read(name);
        for _ in 0..120 {
            let mut changed = bytes.clone();
            // Some changes of headers, which come first, and some of anything.
            let range = if next().is_multiple_of(3) { 120 } else { bytes.len() };
            for _ in 0..1 + next() % 3 {
                let at = next() % range.min(changed.len());
                changed[at] = if next().is_multiple_of(2) { next() as u8 } else { changed[at] ^ 1 << (next() % 8) };
            }
            if next().is_multiple_of(4) {
                changed.truncate(next() % changed.len());
            }
            let Ok(image) = Image::read_stream(&changed) else { continue };
            // Larger headers only cost time.
            if image.size().0 * image.size().1 > 1 << 18 {
                continue;
            }
            read_count += 1;
            let filtering = if next().is_multiple_of(2) { Filtering::All } else { Filtering::None };
            whole += usize::from(decode(&image, filtering).1.is_none());
        }
    }
    println!("{read_count} read, {whole} whole");
    assert!(read_count > 1500 && whole > 100, "{read_count} read, {whole} whole");
}

/// Wraps a stream's units as items of a HEIF file: the configuration, and the data of each image.
fn items_of(stream: &[u8]) -> (Vec<u8>, Vec<Vec<u8>>) {
    let starts: Vec<usize> = (0..stream.len() - 3).filter(|at| stream[*at..at + 3] == [0, 0, 1]).collect();
    let mut configuration = vec![0; 23];
    configuration[21] = 3;
    let mut items: Vec<Vec<u8>> = Vec::new();
    for (index, start) in starts.iter().enumerate() {
        let end = starts.get(index + 1).map_or(stream.len(), |next| *next);
        let unit = &stream[start + 3..end];
        match (unit[0] >> 1, unit[2] & 0x80) {
            (32..=34, _) => {
                configuration[22] += 1;
                configuration.extend([unit[0] >> 1, 0, 1]);
                configuration.extend(u16::try_from(unit.len()).unwrap().to_be_bytes());
                configuration.extend(unit);
            }
            (_, is_first) => {
                if is_first != 0 {
                    items.push(Vec::new());
                }
                let item = items.last_mut().unwrap();
                item.extend(u32::try_from(unit.len()).unwrap().to_be_bytes());
                item.extend(unit);
            }
        }
    }
    (configuration, items)
}

/// Streams of two images, and the digests of the second ones, which are predicted.
const PREDICTED: [(&str, &str); 3] = [
    ("predicted", "71cc0a8a6db4cfc7ebf21fbf415e1280"),
    ("predicted-full-chroma", "4732a57b894afd5901cbbd066a474d4a"),
    ("predicted-parts", "582e28b6bce4d17859eb796decd68aab"),
];

#[test]
fn predicted_pictures_have_the_planes_of_an_independent_decoder() {
    for (name, digest) in PREDICTED {
        let (configuration, items) = items_of(&read(name));
        let [first, second] = items.as_slice() else { panic!("two pictures") };
        let reference = || Image::read(&configuration, first).unwrap();
        let image = Image::read_predicted(&configuration, second, reference()).unwrap();
        let (planes, stop) = decode(&image, Filtering::All);
        assert_eq!(stop, None, "{name}");
        assert_eq!(format!("{:x}", md5::compute(planes.concat())), digest, "{name}");
        assert!(image.memory(Filtering::None) > 2 * reference().memory(Filtering::None), "it holds the other one");
        // Without the other image, it can't be decoded.
        assert!(Image::read(&configuration, second).is_err());
    }
}

#[test]
fn no_change_of_a_predicted_picture_brings_the_decoder_down() {
    let mut random = 0x2545_f491_4f6c_dd1d_u64;
    let mut next = || {
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        random as usize
    };
    let (mut read_count, mut whole) = (0, 0);
    for (name, _) in PREDICTED {
        let (configuration, items) = items_of(&read(name));
        for _ in 0..400 {
            let mut second = items[1].clone();
            // Some changes of the header, which comes first, and some of anything.
            let range = if next().is_multiple_of(3) { 40 } else { second.len() };
            for _ in 0..1 + next() % 3 {
                let at = next() % range;
                second[at] ^= 1 << (next() % 8);
            }
            let reference = Image::read(&configuration, &items[0]).unwrap();
            let Ok(image) = Image::read_predicted(&configuration, &second, reference) else { continue };
            read_count += 1;
            whole += usize::from(decode(&image, Filtering::All).1.is_none());
        }
    }
    println!("{read_count} read, {whole} whole");
    assert!(read_count > 500 && whole > 20, "{read_count} read, {whole} whole");
}

#[test]
fn an_item_of_a_file_has_the_planes_of_its_stream() {
    for name in ["plain", "half-width-10", "grey"] {
        let stream = read(name);
        let (configuration, items) = items_of(&stream);
        let (image, of_stream) =
            (Image::read(&configuration, &items[0]).unwrap(), Image::read_stream(&stream).unwrap());
        assert_eq!(decode(&image, Filtering::All), decode(&of_stream, Filtering::All), "{name}");
        let parameters = Configuration::read(&configuration).unwrap();
        for filtering in [Filtering::All, Filtering::None] {
            assert_eq!(parameters.memory(filtering), Some(image.memory(filtering)), "{name}");
        }
        assert_eq!(parameters.colors(), image.colors(), "{name}");
    }
}
