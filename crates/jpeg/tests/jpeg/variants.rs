//! Every coding variant, at every scale and with mixed scales, equals the slow decoder.

use jpeg_shrink::{Image, Options, Scale, Workspace, decode, decode_with};

use super::{SCALES, files, slow};

fn assert_equal(name: &str, picture: &Image, slow: &slow::Slow) {
    assert_eq!(picture.damage, None, "{name}");
    for (i, plane) in picture.planes.iter().enumerate() {
        let n = plane.scale.samples();
        let (width, height, samples) = slow.plane(i, n);
        assert_eq!((plane.width, plane.height), (width, height), "{name}, component {i}, {n}/8");
        for (at, (got, want)) in plane.samples.iter().zip(&samples).enumerate() {
            let off = (f64::from(*got) - want).abs();
            assert!(off < 0.01, "{name}, component {i}, {n}/8: {got} for {want} at {}, {}", at % width, at / width);
        }
    }
}

#[test]
fn all_variants_equal_the_slow_decoder() {
    for (name, bytes) in files("jpeg", 31) {
        let slow = slow::decode(&bytes);
        for scale in SCALES {
            assert_equal(&name, &decode(&bytes, &Options::at(scale)).expect(&name), &slow);
        }
        use Scale::{Eighth, FiveEighths, Full, Half, Quarter, SixEighths, ThreeEighths};
        for scales in [
            [Quarter, Eighth, Eighth, Quarter],
            [Half, Quarter, Eighth, Half],
            [Eighth, Full, Half, Eighth],
            [ThreeEighths, Half, Quarter, Eighth],
            [FiveEighths, ThreeEighths, Quarter, SixEighths],
            [SixEighths, ThreeEighths, FiveEighths, Full],
        ] {
            assert_equal(&name, &decode(&bytes, &Options { scales, ..Options::default() }).expect(&name), &slow);
        }
    }
}

/// Two streams in one file must give what one stream gives: cut at every place, by leading data of another length.
#[test]
fn encoded_noise_equals_the_slow_decoder() {
    use jpeg_encoder::{ColorType, Encoder, SamplingFactor};
    let mut seed = 7_u32;
    for (quality, sampling, restart) in [
        (30, SamplingFactor::F_2_2, None),
        (60, SamplingFactor::F_1_1, None),
        (90, SamplingFactor::F_2_1, None),
        (97, SamplingFactor::F_2_2, Some(100)),
        (97, SamplingFactor::F_1_1, Some(7)),
        (100, SamplingFactor::F_2_2, None),
    ] {
        let (w, h) = (333_u16, 217_u16);
        let rgb: Vec<u8> = (0..usize::from(w) * usize::from(h) * 3)
            .map(|i| {
                seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                // Flat areas, ramps and noise side by side.
                let (x, y) = (i / 3 % usize::from(w), i / 3 / usize::from(w));
                match (x / 64 + y / 64) % 3 {
                    0 => 200,
                    1 => (x * 3 + y) as u8,
                    _ => (seed >> 24) as u8,
                }
            })
            .collect();
        let mut bytes = vec![];
        let mut encoder = Encoder::new(&mut bytes, quality);
        encoder.set_sampling_factor(sampling);
        if let Some(interval) = restart {
            encoder.set_restart_interval(interval);
        }
        encoder.encode(&rgb, w, h, ColorType::Rgb).unwrap();
        let slow = slow::decode(&bytes);
        for scale in SCALES {
            let name = format!("quality {quality}, restart {restart:?}");
            assert_equal(&name, &decode(&bytes, &Options::at(scale)).unwrap(), &slow);
        }
    }
}

#[test]
fn real_files_equal_each_other_at_all_scales() {
    let Some(folder) = std::env::var_os("THUMBS_CORPUS") else { return };
    let mut seen = 0;
    for sub in ["photos", "progressive", "jpeg-variants"] {
        for entry in std::fs::read_dir(std::path::Path::new(&folder).join(sub)).unwrap() {
            let path = entry.unwrap().path();
            let bytes = std::fs::read(&path).unwrap();
            let Ok(full) = decode(&bytes, &Options::at(Scale::Full)) else { continue };
            let eighth = decode(&bytes, &Options::at(Scale::Eighth)).unwrap();
            assert_eq!((full.damage, eighth.damage), (None, None), "{}", path.display());
            for (big, small) in full.planes.iter().zip(&eighth.planes) {
                for y in 0..big.height / 8 {
                    for x in 0..big.width / 8 {
                        let sum: f32 = (0..64).map(|i| big.samples[(y * 8 + i / 8) * big.width + x * 8 + i % 8]).sum();
                        let off = (sum / 64.0 - small.samples[y * small.width + x]).abs();
                        assert!(off < 0.01, "{}: off by {off} at {x}, {y}", path.display());
                    }
                }
            }
            seen += 1;
        }
    }
    assert!(seen >= 35, "only {seen} files");
}

#[test]
fn pictures_with_all_their_detail_at_one_end_are_cut_in_two_without_loss() {
    // The middle of the data lies near one end of the picture: one stream has nearly all of the blocks.
    let (width, height) = (640_u16, 800_u16);
    for busy in [0..80, 720..800] {
        let noise = (0..).scan(1_u32, |state, _| {
            *state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            Some((*state >> 24) as u8)
        });
        let pixels = noise.zip((0..height).flat_map(|y| std::iter::repeat_n(y, usize::from(width))));
        let pixels: Vec<u8> = pixels.flat_map(|(noise, y)| [if busy.contains(&y) { noise } else { 90 }; 3]).collect();
        let mut jpeg = Vec::new();
        jpeg_encoder::Encoder::new(&mut jpeg, 80)
            .encode(&pixels, width, height, jpeg_encoder::ColorType::Rgb)
            .expect("the picture is sound");
        assert!(jpeg.len() > 16 * 1024, "too short to be cut");
        let slow = slow::decode(&jpeg);
        for scale in SCALES {
            assert_equal("detail at one end", &decode(&jpeg, &Options::at(scale)).expect("sound"), &slow);
        }
    }
}

#[test]
fn a_workspace_keeps_the_room_of_the_data_for_the_next_image() {
    let (name, bytes) = files("jpeg", 1).into_iter().max_by_key(|(_, bytes)| bytes.len()).unwrap();
    let mut workspace = Workspace::default();
    let decode = |workspace: &mut Workspace| {
        decode_with(&bytes, &Options::at(Scale::Eighth), workspace).unwrap_or_else(|error| panic!("{name}: {error}"));
        workspace.capacity()
    };
    let outputs = 2 * (1 << 16) * size_of::<i16>();
    assert!(decode(&mut workspace) >= outputs + bytes.len() / 2, "{name}: nothing but the outputs was kept");
    assert_eq!(decode(&mut workspace), workspace.capacity());
}
