//! Tests files and folders with any names that the system allows.

use std::ffi::OsString;
use std::fs;
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::process::Command;

use crate::fixture::{Folder, assert_totals_add_up, encode, outcome_of, picture};

/// Returns names with everything that a Unix file name may contain. One has the maximum length.
fn strange_names() -> Vec<OsString> {
    let mut names: Vec<OsString> = [
        "new\nline.jpg",
        "carriage\rreturn.jpg",
        "\u{1b}[31mred.jpg",
        "tab\tbed.jpg",
        " leading.jpg",
        "trailing .jpg",
        "-dash.jpg",
        "quote'\".jpg",
        "back\\slash.jpg",
        "..dots.jpg",
        "Ünïcödé 写真.jpg",
        "bell\u{7}.jpg",
        "\u{202e}gpj.jpg",
    ]
    .map(OsString::from)
    .to_vec();
    names.push(OsString::from_vec(b"caf\xe9 \xff.jpg".to_vec()));
    names.push(OsString::from("n".repeat(251) + ".jpg"));
    names
}

#[test]
fn any_name_has_its_thumbnail_is_exact_in_json_and_harmless_on_a_terminal() {
    let folder = Folder::new();
    fs::create_dir(folder.path("in")).unwrap();
    let jpeg = encode(&picture(64, 48), image::ImageFormat::Jpeg);
    let names = strange_names();
    for name in &names {
        fs::write(folder.path("in").join(name), &jpeg).unwrap();
    }
    // A failing file, too: its message shows the name.
    fs::write(folder.path("in").join("broken\u{1b}[2J\n.png"), b"\x89PNG\r\n\x1a\nno more").unwrap();
    let (run, report) = folder.report(&["in", "--hidden"]);
    assert_eq!(run.status(), Some(1));
    assert_totals_add_up(&report);
    for name in &names {
        assert!(folder.path("thumbs").join(name).is_file(), "{}", name.display());
    }
    let listed: Vec<Vec<u8>> = report["files"].as_array().unwrap().iter().map(exact_source).collect();
    for name in &names {
        let source = [b"in/", name.as_bytes()].concat();
        assert!(listed.contains(&source), "{}", name.display());
    }
    assert!(!run.errors().contains('\u{1b}') && run.errors().contains("\\u{1b}[2J\\n"), "{}", run.errors());
}

fn exact_source(file: &serde_json::Value) -> Vec<u8> {
    match file["source_hex"].as_str() {
        None => file["source"].as_str().unwrap().as_bytes().to_vec(),
        Some(hex) => hex
            .as_bytes()
            .chunks(2)
            .map(|pair| u8::from_str_radix(str::from_utf8(pair).unwrap(), 16).unwrap())
            .collect(),
    }
}

#[test]
fn a_name_that_has_no_room_for_a_suffix_fails_by_itself() {
    let folder = Folder::new();
    let long = "n".repeat(251) + ".jpg";
    folder.write_picture(&format!("in/{long}")).write_picture("in/a.jpg");
    let (run, report) = folder.report(&["in", "--format", "png"]);
    assert_eq!(run.status(), Some(1));
    let (outcome, reason) = outcome_of(&report, &long);
    assert_eq!((outcome.as_str(), reason.contains("file name too long")), ("failed", true), "{reason}");
    assert_eq!(folder.files_below("thumbs"), ["a.jpg.png"]);
}

#[test]
fn what_lies_beyond_the_longest_path_of_the_system_fails_by_itself() {
    let folder = Folder::new();
    folder.write_picture("in/a.jpg");
    fs::write(folder.path("far.jpg"), encode(&picture(64, 48), image::ImageFormat::Jpeg)).unwrap();
    // 20 nested folders with names of 250 bytes. They are created from inside, as no path is long enough to reach them.
    let script = "name=$1; cd in; i=0; while [ $i -lt 20 ]; do mkdir \"$name\"; cd -P \"$name\" || exit 1; \
                  if [ $i -lt 12 ]; then cp \"$2\" b.jpg; fi; i=$((i+1)); done";
    let made = Command::new("bash")
        .args(["-c", script, "bash", &"d".repeat(250)])
        .arg(folder.path("far.jpg"))
        .current_dir(folder.path(""))
        .status();
    assert!(made.unwrap().success());
    let (run, report) = folder.report(&["in"]);
    assert_eq!(run.status(), Some(1), "{}", run.errors());
    assert_totals_add_up(&report);
    assert_eq!(report["totals"]["written"], 13);
    let failed: Vec<String> = report["files"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|file| file["outcome"] == "failed")
        .map(|file| file["reason"].as_str().unwrap().to_string())
        .collect();
    assert_eq!(failed.len(), 1);
    assert!(failed[0].contains("file name too long"), "{failed:?}");
    // The folder's own removal can't name it either.
    let removed = Command::new("rm").arg("-rf").arg(folder.path("in")).status();
    assert!(removed.unwrap().success());
}

#[test]
fn no_name_leads_out_of_the_output_folder() {
    let folder = Folder::new();
    folder.write_picture("in/sub/a.jpg").write_picture("b.jpg");
    let absolute = folder.path("in");
    for words in [
        vec!["in/../in"],
        vec!["./in/sub/.."],
        vec![absolute.to_str().unwrap()],
        vec!["in/sub/../../b.jpg"],
        vec!["in/sub/../../in/sub/a.jpg"],
    ] {
        let _ = fs::remove_dir_all(folder.path("out"));
        let run = folder.thumbs(&[&words[..], &["-o", "out/deep"]].concat());
        assert_eq!(run.status(), Some(0), "{words:?}: {}", run.errors());
        assert_eq!(folder.files_below("out/deep").len(), 1, "{words:?}");
        assert_eq!(folder.files_below("out").len(), 1, "{words:?}");
    }
    assert_eq!(folder.files_below(""), ["b.jpg", "in/sub/a.jpg", "out/deep/a.jpg"]);
}
