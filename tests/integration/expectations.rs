//! `tests/corpus-expectations.csv`: for each file of the corpus' `formats` and `orientation`, what a person expects of
//! it at 256x256 without blur: its outcome, format and thumbnail's size, the reason or damage it is told with, and the
//! mean colours of 4x4 fields over mid-grey, in sRGB, as the decoder named `reference` gives them. `tolerance` is how
//! far a field may be off, of 255.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::corpus::corpus;
use crate::fixture::Folder;

const FIELDS: usize = 4;

#[derive(Deserialize)]
struct Expectation {
    file: String,
    outcome: String,
    format: String,
    thumbnail: String,
    says: String,
    reference: String,
    tolerance: Option<f64>,
    mosaic: String,
}

fn read_table() -> Vec<Expectation> {
    let table = csv::Reader::from_path("tests/corpus-expectations.csv").unwrap();
    table.into_deserialize().collect::<Result<_, _>>().unwrap()
}

#[test]
fn every_file_of_every_format_is_as_the_table_expects() {
    let Some(corpus) = corpus() else { return };
    let folder = Folder::new();
    let sets = ["formats", "orientation"].map(|set| corpus.join(set).to_str().unwrap().to_string());
    let (_, report) = folder.report(&[&sets[0], &sets[1], "--size", "256x256", "--blur", "0", "--format", "png"]);
    let mut found: BTreeMap<String, &serde_json::Value> = BTreeMap::new();
    for file in report["files"].as_array().unwrap() {
        let source = std::path::Path::new(file["source"].as_str().unwrap());
        found.insert(source.strip_prefix(&corpus).unwrap().to_str().unwrap().to_string(), file);
    }
    let mut wrong = Vec::new();
    let mut compared = 0;
    for expected in read_table() {
        let Some(file) = found.remove(&expected.file) else {
            wrong.push(format!("{}: not in the run", expected.file));
            continue;
        };
        compared += usize::from(!expected.mosaic.is_empty());
        wrong.extend(differences(&expected, file, &folder).map(|what| format!("{}: {what}", expected.file)));
    }
    wrong.extend(found.keys().map(|name| format!("{name}: not in the table")));
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(compared >= 150, "only {compared} compared with another decoder");
}

/// What is other than expected, if anything.
fn differences(expected: &Expectation, file: &serde_json::Value, folder: &Folder) -> Option<String> {
    let said = file["reason"].as_str().or(file["damage"].as_str()).unwrap_or_default();
    let format = file["format"].as_str().unwrap_or_default();
    let told = [file["outcome"].as_str().unwrap(), format, said];
    if told != [&expected.outcome, &expected.format, &expected.says] {
        return Some(format!("is told as {told:?}"));
    }
    if expected.outcome != "written" {
        return None;
    }
    let thumbnail = &file["thumbnails"][0];
    let size = format!("{}x{}", thumbnail["width_px"], thumbnail["height_px"]);
    if size != expected.thumbnail {
        return Some(format!("its thumbnail has {size} px"));
    }
    let tolerance = expected.tolerance?;
    let thumbnail = image::open(folder.path(thumbnail["path"].as_str().unwrap())).unwrap().into_rgba8();
    let worst = (mosaic(&thumbnail).iter().zip(bytes_of(&expected.mosaic)))
        .map(|(got, wanted)| (got - f64::from(wanted)).abs())
        .fold(0.0, f64::max);
    (worst > tolerance).then(|| format!("a field is {worst:.1} off {}", expected.reference))
}

fn bytes_of(hex: &str) -> Vec<u8> {
    let bytes: Vec<u8> =
        (0..hex.len()).step_by(2).map(|at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap()).collect();
    assert_eq!(bytes.len(), FIELDS * FIELDS * 3, "{hex}");
    bytes
}

/// The means of 4x4 fields, each of red, green and blue, over mid-grey; a pixel that two fields share counts by its
/// parts.
fn mosaic(picture: &image::RgbaImage) -> Vec<f64> {
    let (width, height) = (f64::from(picture.width()), f64::from(picture.height()));
    let share = |at: u32, field: usize, side: f64| {
        let (start, end) = (field as f64 * side / FIELDS as f64, (field + 1) as f64 * side / FIELDS as f64);
        (f64::from(at + 1).min(end) - f64::from(at).max(start)).max(0.0)
    };
    let mut sums = vec![0.0; FIELDS * FIELDS * 3];
    for (x, y, pixel) in picture.enumerate_pixels() {
        let opacity = f64::from(pixel[3]) / 255.0;
        for field in 0..FIELDS * FIELDS {
            let area = share(x, field % FIELDS, width) * share(y, field / FIELDS, height);
            for channel in 0..3 {
                let over_grey = f64::from(pixel[channel]) * opacity + 128.0 * (1.0 - opacity);
                sums[field * 3 + channel] += over_grey * area * (FIELDS * FIELDS) as f64 / (width * height);
            }
        }
    }
    sums
}

#[test]
fn the_means_of_fields_see_a_turn_and_a_shift_of_colour() {
    let picture = image::RgbaImage::from_fn(6, 4, |x, y| image::Rgba([x as u8 * 40, y as u8 * 60, 9, 255]));
    let fields = mosaic(&picture);
    // The first field is one and a half pixels wide.
    assert!((fields[0] - 40.0 / 3.0).abs() < 1e-9);
    assert!((fields[45] - 560.0 / 3.0).abs() < 1e-9);
    assert_eq!(&fields[46..], &[180.0, 9.0]);
    let turned = mosaic(&image::imageops::rotate180(&picture));
    assert_ne!(fields, turned);
}
