//! Tests `--freedesktop`, which fills the thumbnail cache of Linux desktops.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::BufReader;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use crate::fixture::{Folder, Run, outcome_of, picture};

/// Runs `thumbs` with the cache below `cache`, and a report.
fn fill(folder: &Folder, words: &[&str]) -> (Run, serde_json::Value) {
    let words = [words, &["--freedesktop", "--report", "report.json"]].concat();
    let output = folder.command(&words).env("XDG_CACHE_HOME", folder.path("cache")).output().unwrap();
    let report = fs::read(folder.path("report.json")).unwrap();
    (Run { output }, serde_json::from_slice(&report).unwrap())
}

/// Returns the thumbnail of a source, as the standard names it.
fn thumbnail(folder: &Folder, size: &str, source: &str) -> PathBuf {
    let uri = format!("file://{}", folder.path(source).display());
    folder.path("cache/thumbnails").join(size).join(format!("{:x}.png", md5::compute(uri)))
}

fn texts(path: &Path) -> BTreeMap<String, String> {
    let reader = png::Decoder::new(BufReader::new(File::open(path).unwrap())).read_info().unwrap();
    let texts = &reader.info().uncompressed_latin1_text;
    texts.iter().map(|text| (text.keyword.clone(), text.text.clone())).collect()
}

fn set_time(path: &Path, seconds: u64) {
    let time = SystemTime::UNIX_EPOCH + Duration::from_secs(seconds);
    File::options().write(true).open(path).unwrap().set_modified(time).unwrap();
}

#[test]
fn thumbnails_are_where_file_managers_look_for_them_with_the_texts_that_they_check() {
    let folder = Folder::new();
    folder.write("in/one/a.png", &crate::fixture::encode(&picture(400, 300), image::ImageFormat::Png));
    folder.write("in/two/a.png", &crate::fixture::encode(&picture(60, 90), image::ImageFormat::Png));
    set_time(&folder.path("in/one/a.png"), 1_700_000_000);
    let (run, _) = fill(&folder, &["in"]);
    assert_eq!(run.status(), Some(0), "{}", run.errors());

    let cache = folder.path("cache/thumbnails");
    for (size, source, wanted) in [
        ("normal", "in/one/a.png", (128, 96)),
        ("large", "in/one/a.png", (256, 192)),
        ("normal", "in/two/a.png", (60, 90)),
        ("large", "in/two/a.png", (60, 90)),
    ] {
        let path = thumbnail(&folder, size, source);
        assert_eq!(image::image_dimensions(&path).unwrap(), wanted, "{source} {size}");
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!((mode(&path), mode(path.parent().unwrap()), mode(&cache)), (0o600, 0o700, 0o700));
        assert!(texts(&path)["Thumb::URI"].ends_with(source));
    }
    let texts = texts(&thumbnail(&folder, "large", "in/one/a.png"));
    assert_eq!(texts["Thumb::MTime"], "1700000000");
    assert_eq!((texts["Thumb::Image::Width"].as_str(), texts["Thumb::Image::Height"].as_str()), ("400", "300"));
    assert_eq!(texts["Thumb::Size"], fs::metadata(folder.path("in/one/a.png")).unwrap().len().to_string());
    assert_eq!(folder.all_files_below("cache").len(), 4, "nothing else is written");
}

#[test]
fn current_thumbnails_are_kept_and_stale_ones_replaced() {
    let folder = Folder::new();
    folder.write_picture("in/a.png").write_picture("in/b.png");
    set_time(&folder.path("in/b.png"), 1_000);
    fill(&folder, &["in"]);
    set_time(&folder.path("in/b.png"), 2_000);
    let (_, report) = fill(&folder, &["in"]);
    assert_eq!(outcome_of(&report, "a.png").0, "up-to-date");
    assert_eq!(outcome_of(&report, "b.png").0, "written");
    assert_eq!(texts(&thumbnail(&folder, "normal", "in/b.png"))["Thumb::MTime"], "2000");
    let (_, report) = fill(&folder, &["in", "--force"]);
    assert_eq!(outcome_of(&report, "a.png").0, "written");
    let (_, report) = fill(&folder, &["in", "--dry-run", "--force"]);
    assert_eq!(outcome_of(&report, "a.png").0, "would-write");
}

#[test]
fn a_failure_is_noted_until_the_file_changes_or_force_is_given() {
    let folder = Folder::new();
    folder.write("in/broken.png", b"\x89PNG\r\n\x1a\nnothing");
    let (run, report) = fill(&folder, &["in"]);
    assert_eq!((run.status(), outcome_of(&report, "broken.png").0.as_str()), (Some(1), "failed"));
    let notes: Vec<String> = folder.all_files_below("cache/thumbnails/fail");
    assert!(matches!(notes.as_slice(), [note] if note.starts_with("thumbs-")), "{notes:?}");

    let (run, report) = fill(&folder, &["in"]);
    let (outcome, reason) = outcome_of(&report, "broken.png");
    assert_eq!((run.status(), outcome.as_str()), (Some(0), "skipped"));
    assert!(reason.contains("--force"), "{reason}");
    assert_eq!(fill(&folder, &["in", "--force"]).0.status(), Some(1));

    folder.write_picture("in/broken.png");
    let (_, report) = fill(&folder, &["in"]);
    assert_eq!(outcome_of(&report, "broken.png").0, "written");
    assert_eq!(folder.all_files_below("cache/thumbnails/fail").len(), 0, "the note is gone");
}

#[test]
fn the_cache_itself_is_no_source() {
    let folder = Folder::new();
    folder.write_picture("a.png");
    fill(&folder, &["."]);
    let (_, report) = fill(&folder, &[".", "--hidden"]);
    assert_eq!(report["totals"]["found"], report["totals"]["up_to_date"].as_u64().unwrap() + 1, "{report}");
    assert_eq!(outcome_of(&report, "report.json").0, "skipped");

    let output = folder.command(&["cache/thumbnails/large", "--freedesktop"]);
    let output = { output }.env("XDG_CACHE_HOME", folder.path("cache")).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    let output = folder.command(&["a.png", "--freedesktop"]).env_remove("XDG_CACHE_HOME").env_remove("HOME").output();
    let output = output.unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("HOME"));
}

#[test]
fn what_the_cache_decides_cannot_be_asked_for() {
    let folder = Folder::new();
    folder.write_picture("in/a.png");
    for words in [["--size", "40"], ["--output", "x"], ["--format", "jpeg"], ["--name", "{stem}.{ext}"]] {
        let run = folder.thumbs(&[&["in", "--freedesktop"], words.as_slice()].concat());
        assert_eq!(run.status(), Some(2), "{words:?}");
        assert!(run.errors().contains("--freedesktop"), "{}", run.errors());
    }
}
