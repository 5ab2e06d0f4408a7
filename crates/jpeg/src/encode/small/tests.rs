use super::super::super::marker::DHT;
use super::super::encode;
use super::super::tests::{Random, assert_luma_for_others, channel, decoded, mean_error, plane};
use super::*;

/// Asserts that two files decode to the same samples.
fn assert_same(one: &[u8], other: &[u8], case: &str) {
    let (one, other) = (decoded(one), decoded(other));
    assert_eq!(one.len(), other.len(), "{case}");
    for (one, other) in one.iter().zip(&other) {
        assert_eq!((one.0, one.1), (other.0, other.1), "{case}");
        let apart = one.2.iter().zip(&other.2).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
        assert!(apart < 0.01, "{case}: {apart}");
    }
}

#[test]
fn a_progressive_file_decodes_to_the_samples_of_a_baseline_one() {
    let mut random = Random(0x2545_F491_4F6C_DD1D);
    for case in 0..300 {
        let (width, height) = (1 + random.below(70), 1 + random.below(70));
        let (w, h) = (width.div_ceil(1 + random.below(2)), height.div_ceil(1 + random.below(2)));
        let planes = [random.plane(width, height), random.plane(w, h), random.plane(w, h)];
        let quality = 1 + random.below(100) as u8;
        let luma = channel(&planes[0], width, height);
        let channels = match random.below(3) {
            0 => Channels::Grey(luma),
            _ => Channels::YCbCr([luma, channel(&planes[1], w, h), channel(&planes[2], w, h)]),
        };
        let [scans, rows] = [encode_progressive, encode].map(|encode| encode(channels, quality, None).unwrap());
        assert_same(&scans, &rows, &format!("case {case}: {width}x{height}, {w}x{h}, {quality}"));
    }
}

#[test]
fn every_script_decodes_to_the_same_samples() {
    let mut random = Random(0x9E37_79B9_7F4A_7C15);
    let mut tried = 0;
    for quality in [20, 90, 100] {
        let (width, height) = (90 + random.below(20), 70 + random.below(20));
        let (w, h) = (width.div_ceil(2), height.div_ceil(2));
        let planes = [plane(width, height, 1), random.plane(w, h), plane(w, h, 3)];
        let channels =
            Channels::YCbCr([channel(&planes[0], width, height), channel(&planes[1], w, h), channel(&planes[2], w, h)]);
        let rows = encode(channels, quality, None).unwrap();
        let tables = quantization_tables(quality, ChromaResolution::Halved).map(|table| quality::zigzag(&table));
        let parts = parts_of(channels, &tables).unwrap();
        let components: Vec<Component> = parts.iter().map(Component::rounded).collect();
        for split in [1, 2, 5, 8, 12, 62, 63] {
            for low in 0..=4 {
                let script = Script::in_bands(&components, split, low);
                let file = write(&parts, &tables, &components, &script, None).unwrap();
                let case = format!("quality {quality}, split {split}, low {low}");
                assert_same(&file, &rows, &case);
                assert_luma_for_others(&file, 3, &decoded(&file)[0].2, &case);
                // Stuffed bytes are not foreseen.
                let head = 1 + file.windows(2).position(|pair| pair == [0xFF, DHT]).unwrap();
                let stuffed = file.windows(2).filter(|pair| *pair == [0xFF, 0]).count();
                assert_eq!(file.len() - stuffed, head - 1 + script.size() + 2, "{case}");
                tried += 1;
            }
        }
    }
    assert_eq!(tried, 3 * 7 * 5);
}

#[test]
fn runs_of_more_blocks_than_a_symbol_holds_come_back() {
    let (width, height) = (4096, 8 * 70);
    let mut samples = vec![90; width * height];
    // The last block alone is not flat.
    samples[width * height - 3] = 200;
    let bytes = encode_progressive(Channels::Grey(channel(&samples, width, height)), 90, None).unwrap();
    assert!(bytes.len() < 1 << 14, "{}", bytes.len());
    assert!(mean_error(&samples, &decoded(&bytes)[0].2) < 0.01);
}

#[test]
fn small_files_of_every_size_are_read_by_other_decoders() {
    let mut random = Random(0xDA94_2042_E4DD_58B5);
    let mut tried = 0;
    for (width, height) in [(1, 1), (1, 9), (9, 1), (2, 2), (8, 8), (16, 16), (17, 31), (33, 20), (100, 3), (61, 48)] {
        for quality in [1, 30, 75, 95, 100] {
            for order in [Order::Progressive, Order::Any] {
                let planes = [plane(width, height, 0), random.plane(width, height), plane(width, height, 2)];
                let [luma, blue, red] = planes.each_ref().map(|samples| channel(samples, width, height));
                for (channels, count) in [(Channels::Grey(luma), 1), (Channels::YCbCr([luma, blue, red]), 3)] {
                    for chroma in [ChromaResolution::Halved, ChromaResolution::Full] {
                        let case = format!("{width}x{height}, quality {quality}, {order:?}, {count}, {chroma:?}");
                        let bytes = encode_small(channels, quality, chroma, order, None).unwrap();
                        let own = decoded(&bytes);
                        assert_eq!((own.len(), own[0].0, own[0].1), (count, width, height), "{case}");
                        assert_luma_for_others(&bytes, count, &own[0].2, &case);
                        assert!(jpeg_decoder::Decoder::new(&bytes[..]).decode().is_ok(), "{case}");
                        if chroma == ChromaResolution::Halved && count == 3 {
                            assert_eq!((own[1].0, own[1].1), (width.div_ceil(2), height.div_ceil(2)), "{case}");
                        }
                        tried += 1;
                    }
                }
            }
        }
    }
    assert_eq!(tried, 10 * 5 * 2 * 2 * 2);
}

/// Returns a plane of waves and edges with a little noise, as in photographs.
fn scenery(width: usize, height: usize, seed: usize) -> Vec<u8> {
    let sample = |x: usize, y: usize| {
        let (u, v) = (x as f32 / 9.0, (y + 7 * seed) as f32 / 13.0);
        let waves = 30.0 * (u + v.sin()).sin() + 20.0 * (v * (1.0 + seed as f32)).cos();
        let edge = if (x + y * seed) % 90 < 40 { 25.0 } else { -10.0 };
        let noise = ((x * 7919 + y * 104_729 + seed) % 9) as f32;
        (120.0 + waves + edge + noise) as u8
    };
    (0..width * height).map(|i| sample(i % width, i / width)).collect()
}

#[test]
fn fewer_bytes_show_nearly_the_same() {
    let (width, height) = (320, 240);
    let planes = [0, 1, 2].map(|seed| scenery(width, height, seed));
    let [luma, blue, red] = planes.each_ref().map(|samples| channel(samples, width, height));
    let halves = [blue, red].map(|channel| chroma::halved(&channel));
    let halved = Channels::YCbCr([luma, halves[0].channel(), halves[1].channel()]);
    for quality in [40, 60, 80] {
        let fast = encode(halved, quality, None).unwrap();
        let small = encode_small(halved, quality, ChromaResolution::Halved, Order::Any, None).unwrap();
        assert!(small.len() * 20 < fast.len() * 19, "{quality}: {} {}", small.len(), fast.len());
        let [fast, small] = [fast, small].map(|bytes| mean_error(&planes[0], &decoded(&bytes)[0].2));
        assert!(small < 1.3 * fast, "{quality}: {small} {fast}");
    }
}

#[test]
fn luma_makes_up_for_the_light_of_halved_chroma() {
    // Stripes of red and of a cyan as light, whose halved chroma is grey.
    let (width, height) = (64, 32);
    let stripes = |dark: u8, light: u8| -> Vec<u8> {
        (0..width * height).map(|i| if i % width % 6 < 3 { dark } else { light }).collect()
    };
    let planes = [stripes(90, 170), stripes(96, 140), stripes(210, 60)];
    let [luma, blue, red] = planes.each_ref().map(|samples| channel(samples, width, height));
    let halves = [blue, red].map(|channel| chroma::halved(&channel));
    let stored = [0, 1].map(|index: usize| chroma::halved(&[blue, red][index]));
    let relit = light::relit(luma, [blue, red], &stored);
    let files = [luma.samples, &relit].map(|samples| {
        let luma = channel(samples, width, height);
        encode(Channels::YCbCr([luma, halves[0].channel(), halves[1].channel()]), 95, None).unwrap()
    });
    let light = |bytes: &[u8]| -> Vec<f64> {
        let pixels = jpeg_decoder::Decoder::new(bytes).decode().unwrap();
        let light = |code: &u8| (f64::from(*code) / 255.0).powf(2.2);
        let lights =
            pixels.chunks_exact(3).map(|rgb| 0.265 * light(&rgb[0]) + 0.657 * light(&rgb[1]) + 0.078 * light(&rgb[2]));
        lights.collect()
    };
    let wanted = light(&encode(Channels::YCbCr([luma, blue, red]), 100, None).unwrap());
    let error = |bytes: &[u8]| light(bytes).iter().zip(&wanted).map(|(a, b)| (a - b).abs()).sum::<f64>();
    let [plain, relit] = files.map(|bytes| error(&bytes));
    assert!(relit < 0.7 * plain, "{relit} {plain}");
}

#[test]
fn planes_that_do_not_fit_each_other_are_refused_by_every_encoder() {
    let samples = [0; 64];
    let [whole, short] = [channel(&samples, 8, 8), channel(&samples[..60], 8, 8)];
    for channels in [Channels::YCbCr([whole, whole, short]), Channels::Grey(short), Channels::Grey(channel(&[], 0, 0))]
    {
        let small = encode_small(channels, 80, ChromaResolution::Halved, Order::Any, None);
        assert_eq!(small.unwrap_err(), EncodeError::Planes);
        assert_eq!(encode_progressive(channels, 80, None).unwrap_err(), EncodeError::Planes);
    }
}
