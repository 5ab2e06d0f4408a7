//! Tests that of files with small images in them, and of progressive ones, only a part is fetched.

use std::fs;
use std::path::Path;

use crate::album::Album;

/// Stores files of this repository or of the corpus, and returns the bytes stored and fetched for thumbnails of this size, which must
/// be those of the files.
fn fetch(files: &[(String, Vec<u8>)], size: &str) -> (u64, u64) {
    let album = Album::new();
    fs::create_dir_all(album.path("in")).unwrap();
    for (name, bytes) in files {
        album.server.put(&format!("in/{name}"), bytes);
        fs::write(album.path("in").join(name), bytes).unwrap();
    }
    let local = album.thumbs(&["in", "-o", "local", "-s", size]);
    let run = album.thumbs(&[&Album::url("in"), "-o", "fetched", "-s", size]);
    assert_eq!(run.count("written"), local.count("written"), "{}", run.errors);
    assert!(run.count("written") > 0);
    for (name, (outcome, _)) in local.outcomes("in/") {
        assert_eq!(outcome, run.outcomes("s3://album/in/")[&name].0);
    }
    let made: Vec<_> = walkdir::WalkDir::new(album.path("local")).into_iter().flatten().collect();
    for entry in made.iter().filter(|entry| entry.file_type().is_file()) {
        let below = entry.path().strip_prefix(album.path("local")).unwrap();
        if !below.starts_with(".thumbs") {
            let [one, other] = ["local", "fetched"].map(|place| fs::read(album.path(place).join(below)).unwrap());
            assert!(one == other, "{}", below.display());
        }
    }
    for file in run.report["files"].as_array().unwrap() {
        println!("{} {} of {}", file["source"], file["bytes_fetched"], file["bytes"]);
    }
    let fetched = run.count("bytes_fetched");
    assert_eq!(fetched, album.server.sent(), "what is reported is what was sent");
    (files.iter().map(|(_, bytes)| bytes.len() as u64).sum(), fetched)
}

fn repository(path: &str) -> Vec<u8> {
    fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).unwrap()
}

/// Returns a progressive JPEG with a megabyte of comments behind its seventh scan, the last one of the means of blocks.
fn commented() -> Vec<u8> {
    let file = repository("crates/jpeg/tests/data/jpeg/progressive.jpg");
    let markers = |wanted: fn(u8) -> bool| {
        let pairs = file.windows(2).enumerate();
        pairs.filter(move |(_, pair)| pair[0] == 0xff && wanted(pair[1])).map(|(at, _)| at)
    };
    let seventh = markers(|marker| marker == 0xda).nth(6).unwrap();
    let end = markers(|marker| marker != 0 && !(0xd0..=0xd7).contains(&marker)).find(|at| *at > seventh).unwrap();
    let comment = [&[0xff, 0xfe, 0xff, 0xff][..], &[b'x'; 0xfffd]].concat();
    [&file[..end], &comment.repeat(16), &file[end..]].concat()
}

#[test]
fn of_a_progressive_jpeg_the_scans_that_the_thumbnail_needs_are_fetched() {
    let (stored, fetched) = fetch(&[("commented.jpg".to_string(), commented())], "4");
    assert!(fetched * 2 < stored, "{fetched} of {stored}");
}

#[test]
fn of_a_raw_file_the_preview_is_fetched() {
    // Sensor data follow the previews.
    let mut raw = repository("tests/data/samples/raw/two-previews.dng");
    raw.resize(3 << 20, 0x55);
    let (stored, fetched) = fetch(&[("photo.dng".to_string(), raw)], "256");
    assert!(fetched < stored / 20, "{fetched} of {stored}");
}

#[test]
fn a_jpeg_is_fetched_as_a_whole_once() {
    let (stored, fetched) = fetch(&[("lake.jpg".to_string(), repository("images/lake.jpg"))], "256");
    assert_eq!(fetched, stored);
}

/// Lists the files of a folder of the corpus that have one of these suffixes and at least this many bytes.
fn corpus(folder: &str, suffixes: &[&str], least: u64) -> Vec<(String, Vec<u8>)> {
    let Some(corpus) = std::env::var_os("THUMBS_CORPUS") else { return Vec::new() };
    let files = walkdir::WalkDir::new(Path::new(&corpus).join(folder)).sort_by_file_name().into_iter().flatten();
    let is_one = |path: &Path| {
        path.extension().is_some_and(|suffix| suffixes.iter().any(|one| suffix.eq_ignore_ascii_case(one)))
            && fs::metadata(path).unwrap().len() >= least
    };
    let files = files.filter(|entry| is_one(entry.path()));
    files.map(|file| (file.file_name().to_string_lossy().into_owned(), fs::read(file.path()).unwrap())).collect()
}

#[test]
fn of_real_files_with_previews_and_of_progressive_ones_at_most_half_is_fetched() {
    let kinds = [
        ("HEIC", corpus("formats/heic", &["heic"], 200 << 10)),
        ("RAW", corpus("formats/raw", &["dng", "cr2", "cr3", "nef", "arw", "raf", "rw2", "orf", "pef"], 200 << 10)),
        ("progressive", corpus("progressive", &["jpg"], 0)),
    ];
    let (mut all_stored, mut all_fetched) = (0, 0);
    for (kind, mut files) in kinds {
        // It has no preview of 256 px, so its thumbnail is made from the sensor's data.
        files.retain(|(name, _)| !name.ends_with("colorchart.dng"));
        if files.is_empty() {
            println!("skipped: THUMBS_CORPUS names no folder with files of the kind {kind}");
            continue;
        }
        let (stored, fetched) = fetch(&files, "256");
        println!(
            "{kind}: {} files, {fetched} bytes fetched of {stored}, {:.3}",
            files.len(),
            fetched as f64 / stored as f64
        );
        (all_stored, all_fetched) = (all_stored + stored, all_fetched + fetched);
    }
    assert!(all_fetched * 2 <= all_stored, "{all_fetched} of {all_stored}");
}
