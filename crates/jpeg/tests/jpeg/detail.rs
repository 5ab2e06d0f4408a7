//! Sampled spectra against those of all blocks.

use std::f64::consts::PI;

use jpeg_encoder::{ColorType, Encoder, SamplingFactor};
use jpeg_shrink::{Options, Plane, decode, read_header, sample_spectra};

type Power = [[f64; 8]; 8];

/// An image whose detail differs from place to place.
fn image(width: usize, height: usize) -> Vec<u8> {
    let mut seed = 7_u32;
    let mut rgb = Vec::new();
    for y in 0..height {
        for x in 0..width {
            seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let noise = match (x / 32 + y / 48) % 4 {
                0 => 1,
                1 => 24,
                _ => 8,
            };
            let wave = |period: f64| 40.0 * (2.0 * PI * (x + 2 * y) as f64 / period).sin();
            for period in [9.0, 23.0, 61.0] {
                rgb.push((128.0 + wave(period) + f64::from(seed >> 24) / 256.0 * f64::from(noise)) as u8);
            }
        }
    }
    rgb
}

fn encode(change: impl Fn(&mut Encoder<&mut Vec<u8>>)) -> Vec<u8> {
    let (width, height) = (1600, 1200);
    let mut bytes = Vec::new();
    let mut encoder = Encoder::new(&mut bytes, 92);
    change(&mut encoder);
    encoder.encode(&image(width, height), width as u16, height as u16, ColorType::Rgb).unwrap();
    bytes
}

/// Transforms every whole block of a plane, by the definition of the DCT.
fn spectrum_of(plane: &Plane) -> Power {
    let basis = |u: usize, x: usize| {
        let norm = if u == 0 { 0.125_f64.sqrt() } else { 0.5 };
        norm * ((2 * x + 1) as f64 * u as f64 * PI / 16.0).cos()
    };
    let mut power: Power = [[0.0; 8]; 8];
    let (across, down) = (plane.width / 8, plane.height / 8);
    for by in 0..down {
        for bx in 0..across {
            let row = |y: usize| &plane.samples[(by * 8 + y) * plane.width + bx * 8..][..8];
            for (v, powers) in power.iter_mut().enumerate() {
                let column: [f64; 8] =
                    std::array::from_fn(|x| (0..8).map(|y| basis(v, y) * f64::from(row(y)[x])).sum());
                for (u, power) in powers.iter_mut().enumerate() {
                    let value: f64 = (0..8).map(|x| basis(u, x) * column[x]).sum();
                    *power += value * value / 64.0 / (across * down) as f64;
                }
            }
        }
    }
    power[0][0] = 0.0;
    power
}

fn total(power: &Power) -> f64 {
    power.iter().flatten().sum()
}

#[test]
fn a_sample_of_the_file_tells_the_spectra_of_all_components() {
    for (name, at_most, bytes) in [
        ("4:2:0", 1.4, encode(|encoder| encoder.set_sampling_factor(SamplingFactor::F_2_2))),
        ("4:4:4", 1.4, encode(|encoder| encoder.set_sampling_factor(SamplingFactor::F_1_1))),
        ("restarts", 1.4, encode(|encoder| encoder.set_restart_interval(5))),
        ("progressive", 1.6, encode(|encoder| encoder.set_progressive(true))),
    ] {
        let header = read_header(&bytes).unwrap();
        let spectra = sample_spectra(&bytes, &header).expect(name);
        let picture = decode(&bytes, &Options::default()).unwrap();
        assert_eq!(spectra.len(), 3);
        for (spectrum, plane) in spectra.iter().zip(&picture.planes) {
            let wanted = spectrum_of(plane);
            let got = spectrum.power.map(|row| row.map(f64::from));
            let ratio = total(&got) / total(&wanted);
            assert!((0.8..at_most).contains(&ratio), "{name}: {ratio}");
            // Low frequencies are not taken for high ones.
            for (v, u) in [(0, 1), (1, 0), (1, 1), (2, 1)] {
                let ratio = got[v][u] / wanted[v][u];
                assert!((0.5..2.0).contains(&ratio), "{name}, {v} {u}: {ratio}");
            }
        }
    }
}

#[test]
fn bytes_behind_the_image_change_the_spectra_little() {
    let bytes = encode(|_| ());
    let header = read_header(&bytes).unwrap();
    let power = |bytes: &[u8]| total(&sample_spectra(bytes, &header).unwrap()[0].power.map(|row| row.map(f64::from)));
    let mut trailed = bytes.clone();
    trailed.resize(3 * bytes.len(), 0);
    let ratio = power(&trailed) / power(&bytes);
    assert!((0.8..1.25).contains(&ratio), "{ratio}");
}

#[test]
fn a_file_that_is_too_short_or_of_another_coding_has_no_spectra() {
    let bytes = encode(|_| ());
    let header = read_header(&bytes).unwrap();
    let scan = bytes.windows(2).position(|pair| pair == [0xFF, 0xDA]).unwrap();
    for length in (0..scan + 200).step_by(7) {
        assert_eq!(sample_spectra(&bytes[..length], &header), None, "{length}");
    }
    let arithmetic = jpeg_shrink::Header { coding: jpeg_shrink::Coding::Arithmetic, ..header };
    assert_eq!(sample_spectra(&bytes, &arithmetic), None);
}

#[test]
fn broken_files_do_no_harm() {
    let mut seed = 99_u32;
    let mut random = || {
        seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (seed >> 8) as usize
    };
    for (progressive, rounds) in [(false, 60), (true, 60)] {
        let sound = encode(|encoder| encoder.set_progressive(progressive));
        let header = read_header(&sound).unwrap();
        for _ in 0..rounds {
            let mut bytes = sound.clone();
            for _ in 0..random() % 300 {
                let at = if random() % 2 == 0 { random() % 700 } else { random() % bytes.len() };
                bytes[at] = random() as u8;
            }
            bytes.truncate(random() % bytes.len());
            // The header may be of another file than the scans.
            for header in [Some(header.clone()), read_header(&bytes).ok()].into_iter().flatten() {
                if let Some(spectra) = sample_spectra(&bytes, &header) {
                    assert!(spectra.iter().flat_map(|s| s.power.iter().flatten()).all(|p| p.is_finite() && *p >= 0.0));
                }
            }
        }
    }
}
