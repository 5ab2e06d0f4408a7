//! Tests the outcomes of the corpus against `tests/corpus-expectations.csv`. For each file of `formats`, `orientation` and
//! `faults`, it lists the expected outcome at 256x256 without blur: format, thumbnail size, the reason or damage, and the mean
//! colours of 4x4 fields over mid-grey, in sRGB, from the decoder named `reference`. `tolerance` is the maximum difference of a
//! field, of 255.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::corpus::corpus;
use crate::fixture::Folder;
use crate::mosaic::{mean_colours, read_fields};

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
    let sets = ["formats", "orientation", "faults"].map(|set| corpus.join(set).to_str().unwrap().to_string());
    let (_, report) =
        folder.report(&[&sets[0], &sets[1], &sets[2], "--size", "256x256", "--blur", "0", "--format", "png"]);
    let mut found: BTreeMap<String, &serde_json::Value> = BTreeMap::new();
    for file in report["files"].as_array().unwrap() {
        let source = std::path::Path::new(file["source"].as_str().unwrap());
        if source.ends_with("INDEX.csv") {
            continue;
        }
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
    assert!(compared >= 240, "only {compared} compared with another decoder");
}

/// Returns the differences from the expectation, if any.
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
    let worst = (mean_colours(&thumbnail).iter().zip(read_fields(&expected.mosaic)))
        .map(|(got, wanted)| (got - f64::from(wanted)).abs())
        .fold(0.0, f64::max);
    (worst > tolerance).then(|| format!("a field is {worst:.1} off {}", expected.reference))
}
