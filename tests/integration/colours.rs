//! Tests the colours of images with profiles: ΔE2000 is at most 2. On the corpus, the reference is LittleCMS
//! (`tests/corpus-colours.csv`: mean colours of 4x4 fields of the whole image, relative colorimetric with black point
//! compensation). On patches, it is the profiles' own formulas.

use image::ImageEncoder;
use moxcms::ColorProfile;
use serde::Deserialize;

use crate::corpus::corpus;
use crate::fixture::{Folder, read_picture};
use crate::mosaic::{mean_colours, read_fields};

/// The maximum difference of two colours. Side by side, hardly anyone sees it.
const JUST_VISIBLE: f64 = 2.0;

#[derive(Deserialize)]
struct Expectation {
    file: String,
    profile: String,
    mosaic: String,
}

#[test]
fn colours_of_the_corpus_are_those_of_littlecms() {
    let Some(corpus) = corpus() else { return };
    let table = csv::Reader::from_path("tests/corpus-colours.csv").unwrap();
    let mut compared = 0;
    for expected in table.into_deserialize() {
        let Expectation { file, profile, mosaic } = expected.unwrap();
        let folder = Folder::new();
        let source = corpus.join(&file);
        let (run, report) =
            folder.report(&[source.to_str().unwrap(), "-s", "256x256", "--blur", "0", "--format", "png"]);
        assert_eq!(run.status(), Some(0), "{file}: {}", run.errors());
        let path = folder.path(report["files"][0]["thumbnails"][0]["path"].as_str().unwrap());
        let ours = mean_colours(&image::open(path).unwrap().into_rgba8());
        let theirs: Vec<f64> = read_fields(&mosaic).into_iter().map(f64::from).collect();
        for (ours, theirs) in ours.as_chunks::<3>().0.iter().zip(theirs.as_chunks::<3>().0) {
            let difference = delta_e(lab_of_srgb(*ours), lab_of_srgb(*theirs));
            assert!(difference <= JUST_VISIBLE, "{file} ({profile}): {difference:.2}, {ours:?} for {theirs:?}");
        }
        compared += 1;
    }
    assert_eq!(compared, 10);
}

#[test]
fn patches_of_wide_gamuts_come_out_in_the_colours_their_profiles_mean() {
    // Columns: the XYZ of the primaries under D65. Those of the profiles are adapted to D50 and back. SMPTE EG 432-1
    // with the white of D65; Adobe RGB (1998), 4.3.5.3.
    let display_p3 =
        [[0.486_571, 0.265_668, 0.198_217], [0.228_975, 0.691_739, 0.079_287], [0.0, 0.045_113, 1.043_944]];
    let adobe_rgb = [[0.576_67, 0.185_56, 0.188_23], [0.297_34, 0.627_36, 0.075_29], [0.027_03, 0.070_69, 0.991_34]];
    let adobe_light = |coded: f64| (coded / 255.0).powf(563.0 / 256.0);
    type Light = dyn Fn(f64) -> f64;
    let spaces: [(ColorProfile, &Light, [[f64; 3]; 3]); 2] = [
        (ColorProfile::new_display_p3(), &srgb_light, display_p3),
        (ColorProfile::new_adobe_rgb(), &adobe_light, adobe_rgb),
    ];
    let (mut compared, mut telling) = (0, 0);
    for (profile, light, to_xyz) in spaces {
        // All of these patches lie inside sRGB.
        for patch in [[128, 128, 128], [180, 120, 100], [90, 140, 90], [100, 110, 170], [230, 200, 90], [60, 50, 70]] {
            let ours = thumbnail_of_patch(patch, &profile.encode().unwrap());
            let wanted = lab(times(to_xyz, patch.map(|coded| light(f64::from(coded)))));
            let difference = delta_e(lab_of_srgb(ours), wanted);
            assert!(difference <= JUST_VISIBLE, "{patch:?}: {ours:?}, {difference:.2}");
            let untouched = delta_e(lab_of_srgb(patch.map(f64::from)), wanted);
            telling += usize::from(untouched > JUST_VISIBLE);
            compared += 1;
        }
    }
    assert_eq!(compared, 12);
    assert!(telling >= 6, "only {telling} patches would be wrong without their profile");
}

/// Returns the colour of the thumbnail of a single-coloured image with this profile.
fn thumbnail_of_patch(patch: [u8; 3], profile: &[u8]) -> [f64; 3] {
    let folder = Folder::new();
    let mut bytes = Vec::new();
    let mut encoder = image::codecs::png::PngEncoder::new(&mut bytes);
    encoder.set_icc_profile(profile.to_vec()).unwrap();
    encoder.write_image(&patch.repeat(60 * 60), 60, 60, image::ExtendedColorType::Rgb8).unwrap();
    folder.write("patch.png", &bytes);
    let run = folder.thumbs(&["patch.png", "-s", "20"]);
    assert_eq!(run.status(), Some(0), "{}", run.errors());
    read_picture(&folder.path("thumbs/patch.png")).get_pixel(10, 10).0.map(f64::from)
}

/// Returns the light of a sample of sRGB or Display P3 (IEC 61966-2-1, 4.2).
fn srgb_light(coded: f64) -> f64 {
    let share = coded / 255.0;
    if share <= 0.040_45 { share / 12.92 } else { ((share + 0.055) / 1.055).powf(2.4) }
}

fn lab_of_srgb(coded: [f64; 3]) -> [f64; 3] {
    // IEC 61966-2-1, 4.2.
    let to_xyz = [[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]];
    lab(times(to_xyz, coded.map(srgb_light)))
}

fn times(matrix: [[f64; 3]; 3], color: [f64; 3]) -> [f64; 3] {
    matrix.map(|row| row.iter().zip(color).map(|(weight, sample)| weight * sample).sum())
}

/// Converts XYZ to CIELAB (CIE 15:2018, 8.2.1) under D65.
fn lab([x, y, z]: [f64; 3]) -> [f64; 3] {
    let f = |t: f64| if t > 216.0 / 24389.0 { t.cbrt() } else { (24389.0 / 27.0 * t + 16.0) / 116.0 };
    let [x, y, z] = [f(x / 0.9505), f(y), f(z / 1.089)];
    [116.0 * y - 16.0, 500.0 * (x - y), 200.0 * (y - z)]
}

/// Computes CIEDE2000 (CIE 142-2001). The notation is that of Sharma, Wu and Dalal, Color Research and Application 30
/// (2005).
fn delta_e([l1, a1, b1]: [f64; 3], [l2, a2, b2]: [f64; 3]) -> f64 {
    let seventh = |c: f64| (c.powi(7) / (c.powi(7) + 25.0_f64.powi(7))).sqrt();
    let g = 0.5 * (1.0 - seventh(f64::midpoint(a1.hypot(b1), a2.hypot(b2))));
    let (a1, a2) = (a1 * (1.0 + g), a2 * (1.0 + g));
    let (c1, c2) = (a1.hypot(b1), a2.hypot(b2));
    let hue = |a: f64, b: f64| if a == 0.0 && b == 0.0 { 0.0 } else { b.atan2(a).to_degrees().rem_euclid(360.0) };
    let (h1, h2) = (hue(a1, b1), hue(a2, b2));
    let is_grey = c1 * c2 == 0.0;
    let turn = match h2 - h1 {
        _ if is_grey => 0.0,
        turn if turn > 180.0 => turn - 360.0,
        turn if turn < -180.0 => turn + 360.0,
        turn => turn,
    };
    let mean_hue = match h1 + h2 {
        sum if is_grey => sum,
        sum if (h1 - h2).abs() <= 180.0 => sum / 2.0,
        sum if sum < 360.0 => (sum + 360.0) / 2.0,
        sum => (sum - 360.0) / 2.0,
    };
    let (lightness, chroma) = (f64::midpoint(l1, l2), f64::midpoint(c1, c2));
    let cos = |degrees: f64| degrees.to_radians().cos();
    let t = 1.0 - 0.17 * cos(mean_hue - 30.0) + 0.24 * cos(2.0 * mean_hue) + 0.32 * cos(3.0 * mean_hue + 6.0)
        - 0.20 * cos(4.0 * mean_hue - 63.0);
    let from_50 = (lightness - 50.0).powi(2);
    let l = (l2 - l1) / (1.0 + 0.015 * from_50 / (20.0 + from_50).sqrt());
    let c = (c2 - c1) / (1.0 + 0.045 * chroma);
    let h = 2.0 * (c1 * c2).sqrt() * (turn / 2.0).to_radians().sin() / (1.0 + 0.015 * chroma * t);
    let rotation = 60.0 * (-((mean_hue - 275.0) / 25.0).powi(2)).exp();
    let r = -rotation.to_radians().sin() * 2.0 * seventh(chroma);
    (l * l + c * c + h * h + r * c * h).sqrt()
}

#[test]
fn the_difference_of_colours_is_that_of_the_published_pairs() {
    // Sharma, Wu and Dalal 2005, table 1: pairs 1, 7, 17, 25 and 33.
    for (one, other, wanted) in [
        ([50.0, 2.6772, -79.7751], [50.0, 0.0, -82.7485], 2.0425),
        ([50.0, 0.0, 0.0], [50.0, -1.0, 2.0], 2.3669),
        ([50.0, 2.5, 0.0], [73.0, 25.0, -18.0], 27.1492),
        ([60.2574, -34.0099, 36.2677], [60.4626, -34.1751, 39.4387], 1.2644),
        ([6.7747, -0.2908, -2.4247], [5.8714, -0.0985, -2.2286], 0.6377),
    ] {
        assert!((delta_e(one, other) - wanted).abs() < 1e-4, "{one:?} {other:?}: {}", delta_e(one, other));
    }
}
