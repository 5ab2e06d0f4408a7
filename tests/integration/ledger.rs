//! Tests that foreign files survive, and that a run knows the thumbnails of earlier runs.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::time::{Duration, SystemTime};

use serde_json::Value;

use crate::fixture::{Folder, assert_totals_add_up, encode, outcome_of, picture};

/// Returns the content by path of every file below the folder, except ledgers and reports.
fn contents(folder: &Folder) -> BTreeMap<String, Vec<u8>> {
    let is_content = |name: &String| !name.ends_with("json");
    let names = folder.files_below("").into_iter().filter(is_content);
    names.map(|name| (name.clone(), fs::read(folder.path(&name)).unwrap())).collect()
}

/// A way of naming inputs and outputs that could make a thumbnail replace another file.
struct Way {
    name: &'static str,
    /// Files to write first, the first ones of which are images.
    files: &'static [&'static str],
    words: &'static [&'static str],
    status: i32,
}

const WAYS: &[Way] = &[
    Way {
        name: "a subfolder into its parent",
        files: &["p/IMG_1.jpg", "p/sub/IMG_1.jpg"],
        words: &["p/sub", "-o", "p"],
        status: 1,
    },
    Way {
        name: "a file into the folder of another of its name",
        files: &["dl/IMG_1.jpg", "pics/IMG_1.jpg"],
        words: &["dl/IMG_1.jpg", "-o", "pics"],
        status: 1,
    },
    Way { name: "a file into its own folder", files: &["p/a.jpg"], words: &["p/a.jpg", "-o", "p"], status: 1 },
    Way { name: "a folder into itself", files: &["p/a.jpg"], words: &["p", "-o", "p"], status: 2 },
    Way {
        name: "a folder into itself, typed otherwise",
        files: &["p/a.jpg"],
        words: &["p", "-o", "p/../p/."],
        status: 2,
    },
    Way {
        name: "a folder into itself with another format",
        files: &["p/a.jpg", "p/a.jpg.png"],
        words: &["p/a.jpg", "-o", "p", "--format", "png"],
        status: 1,
    },
    Way {
        name: "several sizes into folders that are there",
        files: &["in/a.jpg", "o/50x50/a.jpg", "o/60x60/a.jpg"],
        words: &["in", "-o", "o", "-s", "50", "-s", "60"],
        status: 1,
    },
    Way {
        name: "two inputs, one of them below the output",
        files: &["o/a.jpg", "in/a.jpg", "in/b.jpg"],
        words: &["in/a.jpg", "o/a.jpg", "-o", "o"],
        status: 1,
    },
    Way {
        name: "an update of what was never made",
        files: &["in/a.jpg", "o/a.jpg"],
        words: &["in", "-o", "o", "--update"],
        status: 1,
    },
    Way {
        name: "pruning where nothing was made",
        files: &["in/b.jpg", "o/a.jpg", "o/sub/c.jpg"],
        words: &["in", "-o", "o", "--prune"],
        status: 0,
    },
    Way {
        name: "force upon a source of the run",
        files: &["p/IMG_1.jpg", "p/sub/IMG_1.jpg"],
        words: &["p/sub", "p/IMG_1.jpg", "-o", "p", "--force"],
        status: 1,
    },
];

#[test]
fn no_way_to_name_inputs_and_outputs_changes_a_byte_of_a_file_that_is_not_ours() {
    for way in WAYS {
        let folder = Folder::new();
        for (index, name) in way.files.iter().enumerate() {
            folder.write(name, &encode(&picture(90 + index as u32, 60), image::ImageFormat::Jpeg));
        }
        let before = contents(&folder);
        let run = folder.thumbs(way.words);
        assert_eq!(run.status(), Some(way.status), "{}: {}", way.name, run.errors());
        let after = contents(&folder);
        for (name, bytes) in &before {
            assert!(after.get(name) == Some(bytes), "{}: {name} changed", way.name);
        }
        if way.status == 1 {
            assert!(run.errors().contains("error: "), "{}: {}", way.name, run.errors());
        }
    }
}

#[cfg(unix)]
#[test]
fn no_link_leads_a_thumbnail_to_a_file_that_is_not_ours() {
    use std::os::unix::fs::symlink;

    let folder = Folder::new();
    folder.write_picture("originals/a.jpg").write_picture("originals/b.jpg").write_picture("in/a.jpg");
    folder.write("in/b.jpg", &encode(&picture(80, 50), image::ImageFormat::Jpeg));
    fs::create_dir(folder.path("o")).unwrap();
    symlink(folder.path("originals/a.jpg"), folder.path("o/a.jpg")).unwrap();
    fs::hard_link(folder.path("originals/b.jpg"), folder.path("o/b.jpg")).unwrap();
    symlink(folder.path("originals"), folder.path("out")).unwrap();
    let before = contents(&folder);
    // A symbolic link and a hard link in a thumbnail's place, and an output folder that is a link to the originals.
    for words in [["in", "-o", "o"], ["in", "-o", "out"]] {
        let (run, report) = folder.report(&words);
        assert_eq!(run.status(), Some(1), "{words:?}");
        assert_eq!(report["totals"]["failed"], 2, "{words:?}: {}", run.errors());
    }
    assert_eq!(contents(&folder), before);
    assert!(fs::symlink_metadata(folder.path("o/a.jpg")).unwrap().is_symlink());
    // Links among the inputs to an image in the output folder that is not a thumbnail.
    symlink(folder.path("originals/a.jpg"), folder.path("in/link.jpg")).unwrap();
    folder.thumbs(&["in", "-o", "originals", "--follow"]);
    assert_eq!(contents(&folder)["originals/a.jpg"], before["originals/a.jpg"]);
}

/// Tests `A.jpg` and `a.jpg` on a mounted file system that ignores case. Uses a hard link if none can be mounted.
#[cfg(target_os = "linux")]
#[test]
fn names_that_differ_only_in_case_do_not_replace_each_other() {
    let folder = Folder::new();
    folder.write("in/A.jpg", &encode(&picture(90, 60), image::ImageFormat::Jpeg)).write_picture("in/a.jpg");
    let script = "dd if=/dev/zero of=disk bs=1M count=8 2>/dev/null && mkfs.vfat disk >/dev/null && mkdir -p o && \
                  mount -o loop disk o && \"$THUMBS\" in -o o; echo status $?; ls o";
    let run = std::process::Command::new("unshare")
        .args(["--mount", "bash", "-c", script])
        .current_dir(folder.path(""))
        .env("THUMBS", env!("CARGO_BIN_EXE_thumbs"))
        .output()
        .unwrap();
    let lines = String::from_utf8_lossy(&run.stdout);
    if !lines.contains("1 written") {
        println!("skipped: no file system that ignores case can be mounted here");
        return;
    }
    let errors = String::from_utf8_lossy(&run.stderr);
    assert!(lines.contains("status 1") && errors.contains("was not made by thumbs"), "{lines} {errors}");
}

#[test]
fn another_runs_output_may_be_an_input_and_is_left_alone() {
    let folder = Folder::new();
    folder.write_picture("in/a.jpg").write_picture("in/sub/b.jpg");
    assert_eq!(folder.thumbs(&["in", "-o", "in/small", "-s", "40"]).status(), Some(0));
    let before = contents(&folder);
    // Unless it is named, it is reported in one line and not walked.
    let run = folder.thumbs(&["in", "-o", "o"]);
    assert_eq!(folder.files_below("o"), ["a.jpg", "sub/b.jpg"]);
    assert_eq!(run.lines().matches("in/small: skipped: a directory of thumbnails").count(), 1, "{}", run.lines());
    assert_eq!(folder.thumbs(&["in/small", "-o", "tiny", "-s", "20"]).status(), Some(0));
    assert_eq!(folder.files_below("tiny"), ["a.jpg", "sub/b.jpg"]);
    let run = folder.thumbs(&["in/sub", "-o", "in/small/.."]);
    assert_eq!(run.status(), Some(0), "{}", run.errors());
    let after = contents(&folder);
    assert!(before.iter().all(|(name, bytes)| after.get(name) == Some(bytes)));
}

#[test]
fn force_replaces_what_is_not_ours() {
    let folder = Folder::new();
    folder.write_picture("in/a.jpg").write("o/a.jpg", b"in the way");
    let run = folder.thumbs(&["in", "-o", "o"]);
    assert_eq!(run.status(), Some(1));
    assert!(
        run.errors().contains("o/a.jpg was not made by thumbs, or was changed since; use --force to replace it"),
        "{}",
        run.errors()
    );
    assert_eq!(folder.thumbs(&["in", "-o", "o", "--force"]).status(), Some(0));
    assert_ne!(fs::read(folder.path("o/a.jpg")).unwrap(), b"in the way");
    assert_eq!(folder.thumbs(&["in", "-o", "o", "-s", "20"]).status(), Some(0), "it is ours now");
}

#[test]
fn without_its_ledger_everything_in_an_output_folder_is_simply_not_ours() {
    let folder = Folder::new();
    folder.write_picture("in/a.jpg");
    folder.thumbs(&["in", "-o", "o"]);
    fs::remove_dir_all(folder.path("o/.thumbs")).unwrap();
    let run = folder.thumbs(&["in", "-o", "o", "-s", "20"]);
    assert_eq!(run.status(), Some(1), "{}", run.errors());
    // The existing bytes equal the new ones: nothing is lost, and the file counts as a thumbnail again.
    assert_eq!(folder.thumbs(&["in", "-o", "o"]).status(), Some(0));
    assert_eq!(folder.thumbs(&["in", "-o", "o", "-s", "20"]).status(), Some(0));
}

/// A change to a folder after a run over `a.jpg`, `b.png` and `sub/c.jpg`, and the expected update.
struct Change {
    name: &'static str,
    change: fn(&Folder),
    words: &'static [&'static str],
    /// Outcomes of the files, in the order of their names.
    wanted: &'static [(&'static str, &'static str)],
    status: i32,
}

const UNCHANGED: [(&str, &str); 3] = [("a.jpg", "up-to-date"), ("b.png", "up-to-date"), ("c.jpg", "up-to-date")];
const ALL: [(&str, &str); 3] = [("a.jpg", "written"), ("b.png", "written"), ("c.jpg", "written")];
const FIRST: [(&str, &str); 3] = [("a.jpg", "written"), ("b.png", "up-to-date"), ("c.jpg", "up-to-date")];

fn set_time(folder: &Folder, name: &str, time: SystemTime) {
    fs::File::options().append(true).open(folder.path(name)).unwrap().set_modified(time).unwrap();
}

fn nothing(_: &Folder) {}

const CHANGES: &[Change] = &[
    Change { name: "nothing", change: nothing, words: &[], wanted: &UNCHANGED, status: 0 },
    Change {
        name: "a source was touched",
        change: |folder| set_time(folder, "in/a.jpg", SystemTime::now() + Duration::from_secs(60)),
        words: &[],
        wanted: &FIRST,
        status: 0,
    },
    Change {
        name: "a source was replaced by an older one",
        change: |folder| {
            folder.write("in/a.jpg", &encode(&picture(120, 80), image::ImageFormat::Jpeg));
            set_time(folder, "in/a.jpg", SystemTime::UNIX_EPOCH + Duration::from_secs(1_000_000_000));
        },
        words: &[],
        wanted: &FIRST,
        status: 0,
    },
    Change {
        name: "a source was replaced by a longer one with the same time",
        change: |folder| {
            let time = fs::metadata(folder.path("in/a.jpg")).unwrap().modified().unwrap();
            folder.write("in/a.jpg", &encode(&picture(120, 80), image::ImageFormat::Jpeg));
            set_time(folder, "in/a.jpg", time);
        },
        words: &[],
        wanted: &FIRST,
        status: 0,
    },
    Change {
        name: "a source is truncated",
        change: |folder| {
            let bytes = fs::read(folder.path("in/a.jpg")).unwrap();
            folder.write("in/a.jpg", &bytes[..100]);
        },
        words: &[],
        wanted: &[("a.jpg", "failed"), ("b.png", "up-to-date"), ("c.jpg", "up-to-date")],
        status: 1,
    },
    Change {
        name: "a source was removed",
        change: |folder| fs::remove_file(folder.path("in/a.jpg")).unwrap(),
        words: &[],
        wanted: &[("b.png", "up-to-date"), ("c.jpg", "up-to-date")],
        status: 0,
    },
    Change {
        name: "a source was renamed",
        change: |folder| fs::rename(folder.path("in/a.jpg"), folder.path("in/sub/z.jpg")).unwrap(),
        words: &[],
        wanted: &[("b.png", "up-to-date"), ("c.jpg", "up-to-date"), ("z.jpg", "up-to-date")],
        status: 0,
    },
    Change {
        name: "a source was copied, and the first one removed",
        change: |folder| {
            fs::copy(folder.path("in/b.png"), folder.path("in/z.png")).unwrap();
            fs::remove_file(folder.path("in/b.png")).unwrap();
        },
        words: &[],
        wanted: &[("a.jpg", "up-to-date"), ("c.jpg", "up-to-date"), ("z.png", "up-to-date")],
        status: 0,
    },
    Change {
        name: "a source is new",
        change: |folder| {
            folder.write_picture("in/z.gif");
        },
        words: &[],
        wanted: &[("a.jpg", "up-to-date"), ("b.png", "up-to-date"), ("c.jpg", "up-to-date"), ("z.gif", "written")],
        status: 0,
    },
    Change {
        name: "a thumbnail was deleted",
        change: |folder| fs::remove_file(folder.path("o/a.jpg")).unwrap(),
        words: &[],
        wanted: &FIRST,
        status: 0,
    },
    Change {
        name: "a thumbnail was edited",
        change: |folder| {
            folder.write("o/a.jpg", b"edited");
        },
        words: &[],
        wanted: &[("a.jpg", "failed"), ("b.png", "up-to-date"), ("c.jpg", "up-to-date")],
        status: 1,
    },
    Change {
        name: "a thumbnail was only touched",
        change: |folder| set_time(folder, "o/a.jpg", SystemTime::now() + Duration::from_secs(60)),
        words: &[],
        wanted: &UNCHANGED,
        status: 0,
    },
    Change { name: "another size", change: nothing, words: &["-s", "20"], wanted: &ALL, status: 0 },
    Change { name: "another blur", change: nothing, words: &["--blur", "1"], wanted: &ALL, status: 0 },
    Change { name: "another filter", change: nothing, words: &["--filter", "box"], wanted: &ALL, status: 0 },
    Change { name: "another format", change: nothing, words: &["--format", "gif"], wanted: &ALL, status: 0 },
    Change { name: "another quality", change: nothing, words: &["-q", "50"], wanted: &ALL, status: 0 },
    Change { name: "another background", change: nothing, words: &["--background", "black"], wanted: &ALL, status: 0 },
    Change { name: "the profile kept", change: nothing, words: &["--keep-profile"], wanted: &ALL, status: 0 },
    Change { name: "linear light", change: nothing, words: &["--linear"], wanted: &ALL, status: 0 },
    Change { name: "exactness", change: nothing, words: &["--exact"], wanted: &ALL, status: 0 },
    Change { name: "previews", change: nothing, words: &["--previews"], wanted: &ALL, status: 0 },
    Change { name: "damaged ones", change: nothing, words: &["--damaged", "fail"], wanted: &ALL, status: 0 },
    Change { name: "a limit", change: nothing, words: &["--max-pixels", "1M"], wanted: &UNCHANGED, status: 0 },
    Change { name: "the number of workers", change: nothing, words: &["-j", "1"], wanted: &UNCHANGED, status: 0 },
];

fn outcomes(report: &Value) -> Vec<(String, String)> {
    let files = report["files"].as_array().unwrap();
    let mut outcomes: Vec<(String, String)> = files
        .iter()
        .map(|file| {
            let name = Path::new(file["source"].as_str().unwrap()).file_name().unwrap().to_str().unwrap();
            (name.to_string(), file["outcome"].as_str().unwrap().to_string())
        })
        .collect();
    outcomes.sort();
    outcomes
}

fn done_once() -> Folder {
    let folder = Folder::new();
    for (name, width) in [("in/a.jpg", 101), ("in/b.png", 102), ("in/sub/c.jpg", 103)] {
        let format = image::ImageFormat::from_path(name).unwrap();
        folder.write(name, &encode(&picture(width, 80), format));
    }
    assert_eq!(folder.thumbs(&["in", "-o", "o"]).status(), Some(0));
    folder
}

#[test]
fn an_update_makes_exactly_what_changed() {
    for Change { name, change, words, wanted, status } in CHANGES {
        let folder = done_once();
        change(&folder);
        let before = times(&folder);
        let words = [&["in", "-o", "o", "--update"], *words].concat();
        let foreseen = folder.report(&[&words[..], &["--dry-run"]].concat()).1;
        assert_eq!(times(&folder), before, "{name}: a dry run writes nothing");
        let (run, report) = folder.report(&words);
        assert_eq!(run.status(), Some(*status), "{name}: {}", run.errors());
        assert_totals_add_up(&report);
        let got = outcomes(&report);
        let wanted: Vec<(String, String)> =
            wanted.iter().map(|(name, outcome)| (name.to_string(), outcome.to_string())).collect();
        assert_eq!(got, wanted, "{name}");
        // Up-to-date thumbnails are not touched.
        let after = times(&folder);
        for (source, outcome) in &got {
            let target = before.keys().find(|target| target.ends_with(source.as_str()));
            if let (Some(target), "up-to-date") = (target, outcome.as_str()) {
                assert_eq!(before[target], after[target], "{name}: {target}");
            }
        }
        // A dry run predicts the outcomes, except that a corrupt image fails and a renamed one is recognised.
        if !["a source is truncated", "a source was renamed", "a source was copied, and the first one removed"]
            .contains(name)
        {
            let foreseen: Vec<_> = outcomes(&foreseen)
                .into_iter()
                .map(|(file, outcome)| (file, if outcome == "would-write" { "written".to_string() } else { outcome }))
                .collect();
            assert_eq!(foreseen, wanted, "{name}, foreseen");
        }
        // Then nothing is left to do, except for files that fail again.
        let (_, report) = folder.report(&words);
        let left: Vec<_> = outcomes(&report).into_iter().filter(|(_, outcome)| outcome == "written").collect();
        assert_eq!(left, [], "{name}, once more");
    }
}

/// Returns the modification times of the thumbnails.
fn times(folder: &Folder) -> BTreeMap<String, SystemTime> {
    let names = folder.files_below("o").into_iter();
    names.map(|name| (name.clone(), fs::metadata(folder.path("o").join(&name)).unwrap().modified().unwrap())).collect()
}

#[test]
fn a_source_that_was_truncated_and_completed_is_made_again() {
    let folder = done_once();
    let whole = fs::read(folder.path("in/a.jpg")).unwrap();
    folder.write("in/a.jpg", &whole[..100]);
    assert_eq!(folder.thumbs(&["in", "-o", "o", "--update"]).status(), Some(1));
    folder.write("in/a.jpg", &whole);
    let (run, report) = folder.report(&["in", "-o", "o", "--update"]);
    assert_eq!(run.status(), Some(0), "{}", run.errors());
    assert_eq!(outcome_of(&report, "a.jpg").0, "written");
    assert_eq!(outcome_of(&report, "b.png").0, "up-to-date");
}

#[test]
fn a_source_of_another_format_settles_after_one_update() {
    let folder = done_once();
    folder.write("in/b.png", &encode(&picture(77, 60), image::ImageFormat::Jpeg));
    for wanted in ["written", "up-to-date"] {
        let (_, report) = folder.report(&["in", "-o", "o", "--update"]);
        assert_eq!(outcome_of(&report, "b.png").0, wanted);
    }
}

#[test]
fn a_renamed_sources_thumbnail_is_renamed_and_not_made_again() {
    let folder = done_once();
    let before = fs::metadata(folder.path("o/a.jpg")).unwrap().modified().unwrap();
    fs::rename(folder.path("in/a.jpg"), folder.path("in/new name.jpg")).unwrap();
    let run = folder.thumbs(&["in", "-o", "o", "--update"]);
    assert!(run.lines().contains("in/new name.jpg: up to date, renamed from o/a.jpg"), "{}", run.lines());
    assert_eq!(folder.files_below("o"), ["b.png", "new name.jpg", "sub/c.jpg"]);
    assert_eq!(fs::metadata(folder.path("o/new name.jpg")).unwrap().modified().unwrap(), before);
}

#[test]
fn pruning_removes_what_has_no_source_and_a_dry_run_says_so() {
    let folder = done_once();
    folder.write("o/theirs.jpg", b"theirs").write("o/sub/notes.txt", b"theirs");
    fs::remove_file(folder.path("in/a.jpg")).unwrap();
    fs::remove_dir_all(folder.path("in/sub")).unwrap();
    let before = contents(&folder);
    let (run, report) = folder.report(&["in", "-o", "o", "--update", "--prune", "-n"]);
    assert!(
        run.lines().contains("would remove o/a.jpg") && run.lines().contains("would remove o/sub/c.jpg"),
        "{}",
        run.lines()
    );
    assert_eq!((&report["totals"]["removed"], &report["totals"]["effect"]), (&2.into(), &"dry-run".into()));
    assert_eq!(contents(&folder), before);
    let (run, report) = folder.report(&["in", "-o", "o", "--update", "--prune"]);
    assert_eq!(run.status(), Some(0), "{}", run.errors());
    assert_eq!(report["removed"].as_array().unwrap().len(), 2);
    assert_eq!(folder.files_below("o"), ["b.png", "sub/notes.txt", "theirs.jpg"]);
    assert!(run.lines().contains("2 thumbnails removed"), "{}", run.lines());
}

#[test]
fn a_dry_run_foresees_that_a_thumbnail_is_renamed_and_not_removed() {
    let folder = done_once();
    fs::rename(folder.path("in/a.jpg"), folder.path("in/new name.jpg")).unwrap();
    let before = contents(&folder);
    let (run, report) = folder.report(&["in", "-o", "o", "--update", "--prune", "-n"]);
    assert!(run.lines().contains("in/new name.jpg: up to date, would be renamed from o/a.jpg"), "{}", run.lines());
    assert_eq!((&report["totals"]["removed"], &report["totals"]["written"]), (&0.into(), &0.into()));
    assert_eq!(contents(&folder), before);
    let (_, report) = folder.report(&["in", "-o", "o", "--update", "--prune"]);
    assert_eq!(outcome_of(&report, "new name.jpg"), ("up-to-date".into(), "renamed from o/a.jpg".into()));
    assert_eq!(report["totals"]["removed"], 0);
}

#[test]
fn pruning_keeps_the_thumbnails_of_an_empty_input() {
    let folder = done_once();
    fs::rename(folder.path("in"), folder.path("unmounted")).unwrap();
    fs::create_dir(folder.path("in")).unwrap();
    for words in [&["in", "-o", "o", "--prune", "-n"][..], &["in", "-o", "o", "--update", "--prune"]] {
        let run = folder.thumbs(words);
        assert!(run.errors().contains("in: empty, as if a drive were not mounted"), "{}", run.errors());
        assert_eq!(folder.files_below("o"), ["a.jpg", "b.png", "sub/c.jpg"]);
    }
    fs::remove_dir(folder.path("in")).unwrap();
    fs::rename(folder.path("unmounted"), folder.path("in")).unwrap();
    let (_, report) = folder.report(&["in", "-o", "o", "--update", "--prune"]);
    assert_eq!((&report["totals"]["up_to_date"], &report["totals"]["removed"]), (&3.into(), &0.into()));
}

#[test]
fn a_thumbnail_is_not_replaced_by_that_of_another_image_which_exists() {
    let folder = Folder::new();
    let other = encode(&picture(77, 60), image::ImageFormat::Jpeg);
    folder.write_picture("2023/a.jpg").write("2024/a.jpg", &other).write("2024/b.jpg", &other);
    assert_eq!(folder.thumbs(&["2023"]).status(), Some(0));
    let before = fs::read(folder.path("thumbs/a.jpg")).unwrap();
    for words in [&["2024", "-n"][..], &["2024"], &["2024", "--update"]] {
        let (run, report) = folder.report(words);
        assert_eq!(run.status(), Some(1));
        let (outcome, reason) = outcome_of(&report, "a.jpg");
        assert_eq!(outcome, "failed");
        assert!(reason.starts_with("thumbs/a.jpg is the thumbnail of ") && reason.contains("2023/a.jpg;"), "{reason}");
        assert_ne!(outcome_of(&report, "b.jpg").0, "failed");
        assert_eq!(fs::read(folder.path("thumbs/a.jpg")).unwrap(), before);
    }
    // The first run's own is still its own, under each name of its directory.
    for input in ["2023", "2024/../2023", "2023/a.jpg"] {
        assert_eq!(folder.thumbs(&[input]).status(), Some(0), "{input}");
    }
    assert_eq!(folder.thumbs(&["2024", "--force"]).status(), Some(0));
    assert_ne!(fs::read(folder.path("thumbs/a.jpg")).unwrap(), before);
    // The place of an image that is gone is free.
    fs::remove_dir_all(folder.path("2024")).unwrap();
    assert_eq!(folder.thumbs(&["2023"]).status(), Some(0));
    assert_eq!(fs::read(folder.path("thumbs/a.jpg")).unwrap(), before);
}

#[test]
fn of_two_images_with_one_name_one_has_its_thumbnail_whoever_came_first() {
    let folder = Folder::of(&["in/b/1.jpg"]);
    assert_eq!(folder.thumbs(&["in", "--flat"]).status(), Some(0));
    folder.write("in/a/1.jpg", &encode(&picture(77, 60), image::ImageFormat::Jpeg));
    for words in [&["in", "--flat", "--update"][..], &["in", "--flat"]] {
        let (_, report) = folder.report(words);
        assert_eq!(outcome_of(&report, "b/1.jpg").0, "failed");
        assert_ne!(outcome_of(&report, "a/1.jpg").0, "failed");
    }
}

#[test]
fn a_copy_does_not_take_over_the_thumbnail_of_the_original() {
    let folder = Folder::of(&["p/a.jpg", "backup/a.jpg"]);
    for input in ["p", "backup"] {
        assert_eq!(folder.thumbs(&[input]).status(), Some(0));
    }
    folder.write("p/a.jpg", &encode(&picture(77, 60), image::ImageFormat::Jpeg));
    let (_, report) = folder.report(&["p", "--update"]);
    assert_eq!(outcome_of(&report, "a.jpg").0, "written");
}

#[test]
fn a_dry_run_does_not_foresee_the_removal_of_what_it_replaces() {
    let folder = Folder::of(&["in/a.JPG"]);
    let words = ["in", "--name", "{stem}.{ext}", "--update", "--prune"];
    assert_eq!(folder.thumbs(&words).status(), Some(0));
    fs::remove_file(folder.path("in/a.JPG")).unwrap();
    folder.write("in/a.jpeg", &encode(&picture(77, 60), image::ImageFormat::Jpeg));
    let (_, dry) = folder.report(&[&words[..], &["-n"]].concat());
    let (_, report) = folder.report(&words);
    assert_eq!((&dry["totals"]["removed"], &report["totals"]["removed"]), (&0.into(), &0.into()));
}

#[test]
fn two_runs_at_once_never_replace_the_thumbnails_of_each_others_images() {
    let folder = Folder::new();
    for number in 0..8 {
        for (input, width) in [("a", 64), ("b", 77)] {
            folder.write(&format!("{input}/{number}.jpg"), &encode(&picture(width, 60), image::ImageFormat::Jpeg));
        }
    }
    for round in 0..12 {
        let output = format!("o{round}");
        let runs = ["a", "b"].map(|input| {
            let report = format!("{input}{round}.json");
            (folder.command(&[input, "-o", &output, "--report", &report]).spawn().unwrap(), report)
        });
        let written = runs.map(|(mut run, report)| {
            run.wait().unwrap();
            let report: Value = serde_json::from_slice(&fs::read(folder.path(&report)).unwrap()).unwrap();
            report["totals"]["written"].as_u64().unwrap()
        });
        assert_eq!(written.iter().sum::<u64>(), 8, "{written:?}");
    }
}

#[test]
fn an_image_may_be_reached_by_several_inputs() {
    let folder = Folder::of(&["in/sub/a.jpg"]);
    assert_eq!(folder.thumbs(&["in", "--flat", "-s", "20"]).status(), Some(0));
    let run = folder.thumbs(&["in/sub", "-s", "30"]);
    assert_eq!(run.status(), Some(0), "{}", run.errors());
}

#[test]
fn a_dry_run_writes_nothing_at_all() {
    let folder = Folder::new();
    folder.write_picture("in/a.jpg").write_picture("in/b.png");
    let run = folder.thumbs(&["in", "-o", "new/deep", "--dry-run"]);
    assert_eq!(run.status(), Some(0), "{}", run.errors());
    assert!(run.lines().contains("in/a.jpg -> new/deep/a.jpg  would write"), "{}", run.lines());
    assert!(run.lines().contains("2 would be written"), "{}", run.lines());
    assert_eq!(folder.all_files_below(""), ["in/a.jpg", "in/b.png"]);
    assert!(!folder.path("new").exists());
    folder.write("o/a.jpg", b"not ours");
    let run = folder.thumbs(&["in", "-o", "o", "-n"]);
    assert_eq!(run.status(), Some(1));
    assert!(run.errors().contains("o/a.jpg was not made by thumbs"), "{}", run.errors());
}

#[test]
fn killed_at_any_moment_two_runs_into_one_output_lose_nothing_and_can_be_completed() {
    let folder = Folder::new();
    for i in 0..60_u32 {
        let format = if i % 2 == 0 { image::ImageFormat::Png } else { image::ImageFormat::Jpeg };
        let suffix = if i % 2 == 0 { "png" } else { "jpg" };
        folder.write(&format!("in/{}/{i}.{suffix}", i % 5), &encode(&picture(200 + i, 150), format));
    }
    folder.write("o/theirs.jpg", b"theirs").write("o/0/0.png", b"theirs, too");
    let mut killed = 0;
    for round in 0..20_u64 {
        // The options change each time, so that thumbnails are replaced while others are made.
        let size = (20 + round % 7).to_string();
        let words = ["in", "-o", "o", "--quiet", "-s", &size, "-j", "2"];
        let update = [&words[..], &["--update"]].concat();
        let mut children = [folder.command(&words), folder.command(&update)]
            .map(|mut command| command.stderr(std::process::Stdio::null()).spawn().unwrap());
        for (index, child) in children.iter_mut().enumerate() {
            std::thread::sleep(Duration::from_millis((3 + 7 * round * (index as u64 + 1)) % 61));
            child.kill().unwrap();
        }
        for mut child in children {
            killed += usize::from(child.wait().unwrap().code().is_none());
        }
        assert_eq!(fs::read(folder.path("o/theirs.jpg")).unwrap(), b"theirs");
        assert_eq!(fs::read(folder.path("o/0/0.png")).unwrap(), b"theirs, too");
    }
    assert!(killed >= 10, "only {killed} runs were killed in time");
    let words = ["in", "-o", "o", "-s", "33", "--update"];
    let (run, report) = folder.report(&words);
    assert_eq!(run.status(), Some(1), "{}", run.errors());
    assert!(!run.errors().contains("warning"), "the ledger can be read: {}", run.errors());
    assert_eq!(
        (&report["totals"]["failed"], &report["totals"]["written"]),
        (&1.into(), &59.into()),
        "{}",
        run.errors()
    );
    let (_, report) = folder.report(&words);
    assert_eq!(report["totals"]["up_to_date"], 59);
    assert_eq!(folder.files_below("o").len(), 59 + 2);
    let strays: Vec<String> =
        folder.all_files_below("o/.thumbs").into_iter().filter(|name| !name.ends_with(".ndjson")).collect();
    assert_eq!(strays, [""; 0]);
    assert!(fs::read_dir(folder.path("o/.thumbs")).unwrap().count() <= 5, "segments are merged");
}

#[test]
fn a_fresh_clone_of_this_repository_makes_its_thumbnails() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let folder = Folder::new();
    for below in ["images", "thumbs", "thumbs/.thumbs"] {
        fs::create_dir(folder.path(below)).unwrap();
        for entry in fs::read_dir(root.join(below)).unwrap().map(Result::unwrap) {
            // Copies only the versioned file of the ledger.
            let is_kept = below != "thumbs/.thumbs" || entry.file_name() == "samples.ndjson";
            if entry.file_type().unwrap().is_file() && is_kept {
                fs::copy(entry.path(), folder.path(below).join(entry.file_name())).unwrap();
            }
        }
    }
    for words in [&["images/", "--size", "50x50"][..], &["images/", "--size", "60x60"]] {
        let run = folder.thumbs(words);
        assert_eq!((run.status(), run.errors().as_str()), (Some(0), ""));
        assert!(run.lines().contains("21 written"), "{}", run.lines());
    }
}
