//! Compares a run over objects with one over files.

use std::fs;
use std::path::Path;
use std::time::Duration;

use crate::album::Album;

/// Copies of each photograph.
const COPIES: usize = 10;

#[test]
#[ignore = "by hand, in a release build: cargo test --release --features cloud --test buckets -- --ignored --nocapture"]
fn a_run_over_objects_takes_little_longer_than_one_over_files() {
    let corpus = std::env::var_os("THUMBS_CORPUS").expect("THUMBS_CORPUS names a folder with photographs");
    let photos = fs::read_dir(Path::new(&corpus).join("photos")).unwrap().map(|entry| entry.unwrap().path());
    let photos: Vec<_> = photos.filter(|path| path.extension().is_some_and(|suffix| suffix == "jpg")).collect();
    assert!(photos.len() >= 10);
    let album = Album::new();
    fs::create_dir_all(album.path("in")).unwrap();
    for (number, photo) in photos.iter().enumerate() {
        let bytes = fs::read(photo).unwrap();
        for copy in 0..COPIES {
            let name = format!("{number}-{copy}.jpg");
            fs::write(album.path("in").join(&name), &bytes).unwrap();
            album.server.put(&format!("in/{name}"), &bytes);
        }
    }
    album.server.delay(Duration::from_millis(30));
    for round in 0..3 {
        let seconds = |from: &str, to: &str| {
            let run = album.thumbs(&[from, "-o", to, "-s", "256", "--blur", "0", "--no-progress", "--force"]);
            assert_eq!(run.count("written"), (photos.len() * COPIES) as u64, "{}", run.errors);
            run.report["totals"]["wall_seconds"].as_f64().unwrap()
        };
        let files = seconds("in", &format!("files {round}"));
        let objects = seconds(&Album::url("in"), &Album::url(&format!("objects {round}")));
        let images = (photos.len() * COPIES) as f64;
        println!(
            "{images} images: files {files:.2} s, objects {objects:.2} s, {:.0} and {:.0} a second",
            images / files,
            images / objects
        );
    }
}
