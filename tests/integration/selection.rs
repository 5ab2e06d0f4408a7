//! Tests which files a run takes: hidden files, patterns, suffixes, depth, time, and lists of files.

use std::fs::{self, File};
use std::io::Write;
use std::process::Stdio;
use std::time::{Duration, SystemTime};

use crate::fixture::{Folder, outcome_of};

/// Returns a folder with these images.
fn folder(names: &[&str]) -> Folder {
    let fixture = Folder::new();
    for name in names {
        fixture.write_picture(name);
    }
    fixture
}

/// Returns the thumbnails that a run makes, sorted.
fn made(fixture: &Folder, words: &[&str]) -> Vec<String> {
    let run = fixture.thumbs(words);
    assert_eq!(run.status(), Some(0), "{}", run.errors());
    fixture.files_below("thumbs")
}

#[test]
fn hidden_files_and_those_of_other_programs_are_left_out_unless_asked_for() {
    let names = [
        "in/a.png",
        "in/.hidden.png",
        "in/.trash/b.png",
        "in/@eaDir/c.png",
        "in/__MACOSX/d.png",
        "in/quiet/e.png",
        "in/quiet/deep/f.png",
    ];
    let fixture = folder(&names);
    fixture.write("in/quiet/.nomedia", b"").write("in/Thumbs.db", b"x").write("in/Desktop.ini", b"x");
    assert_eq!(made(&fixture, &["in"]), ["a.png"]);
    let (_, report) = fixture.report(&["in", "--update"]);
    assert_eq!(report["totals"]["found"], 1, "nothing of them is reported");
    let all = made(&fixture, &["in", "--hidden"]);
    assert_eq!(all.len(), names.len(), "{all:?}");
}

#[test]
fn a_hidden_file_or_directory_that_is_named_is_taken() {
    let fixture = folder(&["in/.hidden.png", ".secret/b.png", "quiet/c.png"]);
    fixture.write("quiet/.nomedia", b"");
    assert_eq!(made(&fixture, &["in/.hidden.png", ".secret", "quiet"]), [".hidden.png", "b.png", "c.png"]);
}

#[test]
fn patterns_take_and_leave_out_files_and_directories() {
    let names = ["in/a.png", "in/A.JPG", "in/2024/b.png", "in/2024/raw/c.png", "in/drafts/d.png", "in/x/drafts/e.png"];
    for (words, wanted) in [
        (vec!["--include", "*.jpg"], vec!["A.JPG"]),
        (vec!["--include", "2024/"], vec!["2024/b.png", "2024/raw/c.png"]),
        (vec!["--include", "/2024/*.png"], vec!["2024/b.png"]),
        (vec!["--exclude", "drafts", "--exclude", "raw/"], vec!["2024/b.png", "A.JPG", "a.png"]),
        (vec!["--exclude", "/drafts"], vec!["2024/b.png", "2024/raw/c.png", "A.JPG", "a.png", "x/drafts/e.png"]),
        (vec!["--include", "2024", "--exclude", "c.*"], vec!["2024/b.png"]),
        (vec!["--ext", "jpg,heic"], vec!["A.JPG"]),
        (vec!["--ext", ".PNG", "--max-depth", "1"], vec!["a.png"]),
        (vec!["--max-depth", "2"], vec!["2024/b.png", "A.JPG", "a.png", "drafts/d.png"]),
    ] {
        let fixture = folder(&names);
        assert_eq!(made(&fixture, &[&["in"], &words[..]].concat()), wanted, "{words:?}");
    }
}

#[test]
fn an_ignore_file_leaves_out_what_it_names_in_its_directory_and_below() {
    let fixture = folder(&["in/a.png", "in/b.png", "in/sub/b.png", "in/sub/keep.png", "in/sub/c.png", "in/old/d.png"]);
    fixture.write("in/.thumbsignore", b"# drafts\nb.png\nkeep.png\nold/\n");
    fixture.write("in/sub/.thumbsignore", b"!keep.png\n/c.png\n");
    assert_eq!(made(&fixture, &["in"]), ["a.png", "sub/keep.png"]);
}

#[test]
fn an_ignore_file_that_cannot_be_read_is_reported_and_the_rest_is_made() {
    let fixture = folder(&["in/a.png", "in/b.png"]);
    fixture.write("in/.thumbsignore", b"b.png\n{c,d\n");
    let (run, report) = fixture.report(&["in"]);
    assert_eq!(run.status(), Some(1));
    assert_eq!(outcome_of(&report, "in/.thumbsignore").0, "failed");
    assert_eq!(fixture.files_below("thumbs"), ["a.png"]);
}

#[test]
fn only_files_modified_after_a_time_are_taken() {
    let fixture = folder(&["in/new.png", "in/old.png"]);
    let old = File::options().write(true).open(fixture.path("in/old.png")).unwrap();
    old.set_modified(SystemTime::now() - Duration::from_secs(100 * 86_400)).unwrap();
    assert_eq!(made(&fixture, &["in", "--newer-than", "30d"]), ["new.png"]);
    assert_eq!(made(&fixture, &["in", "--newer-than", "2000-01-01"]), ["new.png", "old.png"]);
    assert_eq!(fixture.thumbs(&["in", "--newer-than", "soon"]).status(), Some(2));
}

#[test]
fn listed_files_keep_their_directories_and_a_missing_one_fails_alone() {
    let fixture = folder(&["x/a.png", "x/y/b.png", "x/y/.c.png"]);
    fixture.write("notes.txt", b"text");
    fixture.write("list", b"x/a.png\nx/y/b.png\n\nx/y/.c.png\nx/gone.png\nnotes.txt\n");
    let (run, report) = fixture.report(&["--files-from", "list"]);
    assert_eq!(run.status(), Some(1));
    assert_eq!(fixture.files_below("thumbs"), ["x/a.png", "x/y/.c.png", "x/y/b.png"]);
    assert_eq!(outcome_of(&report, "x/gone.png").0, "failed");
    assert_eq!(outcome_of(&report, "notes.txt").0, "skipped");
}

#[test]
fn a_list_is_read_from_standard_input_with_nul_bytes_and_from_a_resumed_report() {
    let fixture = folder(&["x/a\nb.png", "x/c.png"]);
    let mut child = fixture
        .command(&["--files0-from", "-", "--report", "r.json"])
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(b"x/a\nb.png\0x/c.png\0").unwrap();
    assert!(child.wait().unwrap().success());
    assert_eq!(fixture.files_below("thumbs"), ["x/a\nb.png", "x/c.png"]);
    fs::remove_file(fixture.path("thumbs/x/c.png")).unwrap();
    assert_eq!(made(&fixture, &["--resume=r.json"]), ["x/a\nb.png", "x/c.png"]);
}

#[test]
fn a_list_that_cannot_be_read_stops_the_run_before_it_begins() {
    let fixture = folder(&["in/a.png"]);
    let run = fixture.thumbs(&["--files-from", "nowhere"]);
    assert_eq!(run.status(), Some(2));
    assert!(run.errors().contains("nowhere"), "{}", run.errors());
}
