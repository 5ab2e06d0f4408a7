use jpeg_encoder::{ColorType, Encoder};

use super::*;
use crate::formats::jpeg::grid::to_grid;
use crate::formats::jpeg::margins::choose_scale;
use crate::geometry::Frame;
use crate::options::{Exactness, Filter};
use crate::pixels::Plane;
use crate::pixels::blur::{blur, sigma_for};
use crate::pixels::resize::resize;

const WIDTH: u16 = 1584;
const HEIGHT: u16 = 1200;

/// Encodes a grey JPEG of a function of x and y.
fn grey(sample: impl Fn(f64, f64) -> f64) -> Vec<u8> {
    let samples: Vec<u8> = (0..usize::from(HEIGHT))
        .flat_map(|y| (0..usize::from(WIDTH)).map(move |x| (x as f64, y as f64)))
        .map(|(x, y)| sample(x, y).round() as u8)
        .collect();
    let mut bytes = Vec::new();
    Encoder::new(&mut bytes, 95).encode(&samples, WIDTH, HEIGHT, ColorType::Luma).expect("it can be encoded");
    bytes
}

/// Encodes waves of all lengths from 3 to 200 px in all directions, the stronger the longer.
fn texture(strength: f64) -> Vec<u8> {
    let waves: Vec<(f64, f64, f64, f64)> = (0..90)
        .map(|i| {
            let length = 3.0 * 67.0_f64.powf(f64::from(i) / 90.0);
            let (sin, cos) = (f64::from(i) * 2.4).sin_cos();
            (cos / length, sin / length, f64::from(i) * 1.7, strength * length.powf(0.7))
        })
        .collect();
    grey(|x, y| {
        let wave = |(fx, fy, phase, size): &(f64, f64, f64, f64)| {
            size * (std::f64::consts::TAU * (fx * x + fy * y) + phase).sin()
        };
        (128.0 + waves.iter().map(wave).sum::<f64>()).clamp(0.0, 255.0)
    })
}

fn target(width: u32, sigma: f64) -> Need {
    Need::whole(Size::new(width, width * u32::from(HEIGHT) / u32::from(WIDTH)), sigma)
}

fn thumbnail(bytes: &[u8], scales: [Scale; 4], target: &Need) -> Vec<Plane> {
    let picture = jpeg::decode(bytes, &jpeg::Options { scales, ..jpeg::Options::default() }).expect("a JPEG");
    let (mut grid, _) = to_grid(picture);
    blur(&mut grid, target.sigma, Exactness::Fast);
    resize(&grid, &Frame::whole(target.size), Filter::CatmullRom).expect("it can be resized").planes
}

fn mean_square(one: &Plane, other: &Plane) -> f64 {
    let squares = one.samples.iter().zip(&other.samples).map(|(one, other)| f64::from(one - other).powi(2));
    squares.sum::<f64>() / one.samples.len() as f64
}

fn luma_scale(bytes: &[u8], targets: &[Need]) -> Scale {
    choose_scales(bytes, &jpeg::read_header(bytes).expect("a JPEG"), targets)[0]
}

#[test]
fn the_predicted_error_is_that_of_a_texture() {
    let bytes = texture(0.6);
    let header = jpeg::read_header(&bytes).expect("a JPEG");
    let spectra = jpeg::sample_spectra(&bytes, &header).expect("enough to tell");
    let component = Component { header: &header, index: 0, spectrum: &spectra[0], share: 1.0 };
    let mut compared = 0;
    for target in [target(100, 0.0), target(160, 2.0), target(220, 0.0), target(400, 0.0), target(400, 2.0)] {
        let wanted = thumbnail(&bytes, [Scale::Full; 4], &target);
        for scale in Scale::ALL {
            let made = mean_square(&thumbnail(&bytes, [scale; 4], &target)[0], &wanted[0]);
            // Invisible errors may be mispredicted.
            if (0.02..50.0).contains(&made) {
                let ratio = component.error(scale, &target) / made;
                assert!((0.4..4.0).contains(&ratio), "{scale:?} {target:?}: {made}, {ratio}");
                compared += 1;
            }
        }
    }
    assert!(compared >= 8, "{compared}");
}

#[test]
fn a_smooth_image_takes_a_coarser_scale_than_the_margin_and_stripes_do_not() {
    // A margin of 1.98 at 1/8.
    let target = [target(100, 0.0)];
    let smooth = grey(|x, y| 128.0 + 60.0 * (x / 150.0).sin() * (y / 130.0).cos() + (x * 7.0 + y * 13.0) % 3.0);
    let stripes = grey(|x, y| if (x + 0.6 * y) % 14.0 < 7.0 { 40.0 } else { 210.0 });
    let header = jpeg::read_header(&smooth).expect("a JPEG");
    assert_eq!(choose_scale(&header, 0, &[target[0].size]), Scale::Quarter);
    assert_eq!(luma_scale(&smooth, &target), Scale::Eighth);
    assert_eq!(luma_scale(&stripes, &target), Scale::Quarter);
}

#[test]
fn every_target_is_served_and_none_finer_than_by_the_margin() {
    let bytes = texture(0.3);
    let header = jpeg::read_header(&bytes).expect("a JPEG");
    let widths = [60, 100, 128, 256, 400, 800, 1200];
    let alone: Vec<Scale> = widths.iter().map(|width| luma_scale(&bytes, &[target(*width, 0.0)])).collect();
    assert!(alone.is_sorted_by(|small, large| small >= large), "{alone:?}");
    for (width, scale) in widths.iter().zip(&alone) {
        assert!(*scale >= choose_scale(&header, 0, &[target(*width, 0.0).size]));
    }
    for count in 1..=widths.len() {
        let all: Vec<Need> = widths[..count].iter().map(|width| target(*width, 0.0)).collect();
        assert_eq!(luma_scale(&bytes, &all), alone[count - 1]);
    }
    assert!(alone[2..].iter().any(|scale| ![Scale::Eighth, Scale::Full].contains(scale)), "{alone:?}");
}

#[test]
fn an_image_of_unknown_detail_has_the_scales_of_the_margin() {
    let bytes = texture(0.3);
    let header = jpeg::read_header(&bytes).expect("a JPEG");
    let target = target(100, 0.0);
    let scan = bytes.windows(2).position(|pair| pair == [0xFF, 0xDA]).expect("a scan");
    assert_eq!(choose_scales(&bytes[..scan], &header, &[target])[0], choose_scale(&header, 0, &[target.size]));
}

/// Compares each photograph of a folder, at its worst chosen scale, with a full decode.
#[test]
fn photographs_keep_47_db_at_their_scales() {
    let Some(corpus) = std::env::var_os("THUMBS_CORPUS") else { return };
    let folder = std::path::PathBuf::from(corpus).join("photos");
    let files = std::fs::read_dir(folder).expect("the folder exists").map(|entry| entry.expect("an entry").path());
    let mut tried = 0;
    for path in files {
        let bytes = std::fs::read(&path).expect("it can be read");
        let header = jpeg::read_header(&bytes).expect("a JPEG");
        let source = Size::new(header.width, header.height);
        for side in [256, 1024] {
            let size = source.fit_into(Size::new(side, side));
            for blur in [0.0, 2.0] {
                let target = Need::whole(size, sigma_for(blur, source, size));
                let chosen = thumbnail(&bytes, choose_scales(&bytes, &header, &[target]), &target);
                let wanted = thumbnail(&bytes, [Scale::Full; 4], &target);
                let shares = shares_of(header.color).unwrap_or(&[0.25; 4]);
                let errors = chosen.iter().zip(&wanted).zip(shares);
                let error: f64 = errors.map(|((chosen, wanted), share)| mean_square(chosen, wanted) * share).sum();
                let decibels = 10.0 * (255.0 * 255.0 / error.max(1e-9)).log10();
                assert!(decibels >= 47.0, "{} at {side}, blur {blur}: {decibels:.1} dB", path.display());
                tried += 1;
            }
        }
    }
    assert!(tried >= 40, "{tried}");
}
