//! Tests templates for the names of thumbnails, and flat directories.

use std::fs;

use crate::fixture::{Folder, outcome_of};

#[test]
fn thumbnails_have_the_names_of_the_template() {
    for (template, words, wanted) in [
        (
            "{dir}/{stem}-{width}w.{ext}",
            &["--srcset", "20,40"][..],
            &["a-20w.png", "a-40w.png", "x/b-20w.jpg", "x/b-40w.jpg"][..],
        ),
        ("{stem}.{ext}", &[], &["a.png", "b.jpg"]),
        (
            "all/{size}/{stem}.{source-ext}.{ext}",
            &["--format", "webp"],
            &["all/50x50/a.png.webp", "all/50x50/b.jpg.webp"],
        ),
    ] {
        let folder = Folder::of(&["in/a.png", "in/x/b.jpg"]);
        let run = folder.thumbs(&[&["in", "--name", template], words].concat());
        assert_eq!(run.status(), Some(0), "{}", run.errors());
        assert_eq!(folder.files_below("thumbs"), wanted);
        // The ledger knows them by these names.
        let (_, report) = folder.report(&[&["in", "--name", template, "--update"], words].concat());
        assert_eq!(report["totals"]["up_to_date"], 2, "{template}");
    }
}

#[test]
fn thumbnails_beside_their_images_never_become_images() {
    let folder = Folder::of(&["in/a.png", "in/x/b.jpg"]);
    let originals = ["in/a.png", "in/x/b.jpg"].map(|name| (name, fs::read(folder.path(name)).unwrap()));
    let beside = ["in", "-o", "in", "--name", "{dir}/{stem}-{width}w.{ext}"];
    for (words, wanted) in [
        (&["--size", "20x"][..], &["a-20w.png", "a.png", "x/b-20w.jpg", "x/b.jpg"][..]),
        (&["--size", "20x", "--force"], &["a-20w.png", "a.png", "x/b-20w.jpg", "x/b.jpg"]),
        (&["--size", "30x", "--update"], &["a-20w.png", "a-30w.png", "a.png", "x/b-20w.jpg", "x/b-30w.jpg", "x/b.jpg"]),
    ] {
        let (run, report) = folder.report(&[&beside, words].concat());
        assert_eq!(run.status(), Some(0), "{words:?}: {}", run.errors());
        assert_eq!(report["totals"]["written"], 2, "{words:?}");
        assert_eq!(folder.files_below("in"), wanted);
        for (name, bytes) in &originals {
            assert!(fs::read(folder.path(name)).unwrap() == *bytes, "{name}");
        }
    }
    // A file that takes a thumbnail's place later is an image like any other.
    fs::copy(folder.path("in/a.png"), folder.path("in/a-20w.png")).unwrap();
    let (run, report) = folder.report(&[&beside[..], &["--size", "20x"]].concat());
    assert_eq!(outcome_of(&report, "in/a.png").0, "failed", "{}", run.errors());
    assert_eq!(outcome_of(&report, "in/a-20w.png").0, "written");
    assert!(fs::read(folder.path("in/a-20w.png")).unwrap() == originals[0].1);
}

#[test]
fn no_template_puts_a_thumbnail_over_an_image() {
    for template in ["{dir}/{stem}.{ext}", "a.{ext}", "x/{stem}.{ext}", "{dir}/{stem}.{source-ext}.{ext}"] {
        for force in [&[][..], &["--force"]] {
            let names = ["in/a.png", "in/a.png.png", "in/x/b.jpg"];
            let folder = Folder::of(&names);
            let before = names.map(|name| fs::read(folder.path(name)).unwrap());
            folder.thumbs(&[&["in", "-o", "in", "--name", template], force].concat());
            for (name, before) in names.iter().zip(&before) {
                assert!(fs::read(folder.path(name)).unwrap() == *before, "{template} {force:?}: {name}");
            }
        }
    }
    let folder = Folder::of(&["in/a.png"]);
    let run = folder.thumbs(&["in", "-o", "in"]);
    assert_eq!(run.status(), Some(2));
    assert!(run.errors().contains("--name"), "{}", run.errors());
}

#[test]
fn of_two_images_with_one_name_the_later_one_fails_and_loses_nothing() {
    for words in [&["--flat"][..], &["--name", "{stem}.{ext}"], &["--name", "same.{ext}"]] {
        let folder = Folder::of(&["in/a.png", "in/x/a.png", "in/y/a.jpg"]);
        let (run, report) = folder.report(&[&["in"], words].concat());
        assert_eq!(run.status(), Some(1));
        assert_eq!(outcome_of(&report, "in/a.png").0, "written");
        assert_eq!(outcome_of(&report, "in/x/a.png").0, "failed", "{words:?}");
        assert_eq!(outcome_of(&report, "in/y/a.jpg").0, "written", "another suffix is another name");
        assert_eq!(folder.files_below("thumbs").len(), 2);
    }
    let folder = Folder::of(&["in/a.png", "in/x/a.png", "in/y/a.jpg"]);
    assert_eq!(folder.thumbs(&["in", "--name", "{hash}.{ext}"]).status(), Some(0));
    assert_eq!(folder.files_below("thumbs").len(), 3);
}

#[test]
fn three_images_that_share_a_stem_meet_only_in_the_same_format() {
    let folder = Folder::of(&["in/a.jpeg", "in/a.jpg", "in/a.png"]);
    let (run, report) = folder.report(&["in", "--name", "{stem}.{ext}"]);
    assert_eq!(run.status(), Some(1));
    assert_eq!(outcome_of(&report, "in/a.jpg").0, "failed");
    assert_eq!(outcome_of(&report, "in/a.png").0, "written");
    assert_eq!(folder.files_below("thumbs"), ["a.jpg", "a.png"]);
}

#[test]
fn thumbnails_beside_their_images_are_not_taken_for_images_by_other_outputs() {
    let folder = Folder::of(&["p/a.jpg", "p/sub/b.png"]);
    let words = ["p", "-o", "p", "-s", "40", "-s", "20", "--name", "{dir}/{stem}-{width}w.{ext}"];
    for _ in 0..2 {
        assert_eq!(folder.thumbs(&words).status(), Some(0));
    }
    assert_eq!(folder.files_below("p").len(), 6);
    let run = folder.thumbs(&["p", "-o", "web"]);
    assert_eq!(run.status(), Some(0), "{}", run.errors());
    assert_eq!(folder.files_below("web"), ["a.jpg", "sub/b.png"]);
    folder.thumbs(&["p/sub", "-o", "below"]);
    assert_eq!(folder.files_below("below"), ["b.png"]);
    // From above, and where the times are others.
    fs::rename(folder.path("p"), folder.path("old")).unwrap();
    for name in folder.all_files_below("old") {
        folder.write(&format!("in/p/{name}"), &fs::read(folder.path(&format!("old/{name}"))).unwrap());
    }
    folder.thumbs(&["in", "-o", "all"]);
    assert_eq!(folder.files_below("all"), ["p/a.jpg", "p/sub/b.png"]);
    // An edited thumbnail is an image.
    folder.write_picture("in/p/a-40w.jpg");
    folder.thumbs(&["in", "-o", "all"]);
    assert_eq!(folder.files_below("all"), ["p/a-40w.jpg", "p/a.jpg", "p/sub/b.png"]);
}

#[test]
fn a_file_that_is_no_thumbnail_is_not_replaced_whatever_the_template_says() {
    let folder = Folder::of(&["in/a.png"]);
    fs::create_dir_all(folder.path("thumbs/x")).unwrap();
    folder.write("thumbs/x/a.png", b"precious");
    let run = folder.thumbs(&["in", "--name", "x/{stem}.{ext}"]);
    assert_eq!(run.status(), Some(1));
    assert_eq!(fs::read(folder.path("thumbs/x/a.png")).unwrap(), b"precious");
}

#[test]
fn names_that_could_not_be_told_apart_are_refused_before_any_work() {
    let folder = Folder::of(&["in/a.png"]);
    for words in [
        &["--name", "{stem}.{ext}", "-s", "10", "-s", "20"][..],
        &["--name", "{stem}-{width}.{ext}", "-s", "x10"],
        &["--name", "../{stem}.{ext}"],
        &["--name", "{stem}"],
    ] {
        let run = folder.thumbs(&[&["in"], words].concat());
        assert_eq!(run.status(), Some(2), "{words:?}: {}", run.errors());
        assert!(!folder.path("thumbs").exists());
    }
}

#[test]
fn a_run_is_resumed_with_its_template() {
    let folder = Folder::of(&["in/a.png", "in/x/b.png"]);
    let words = ["in", "--name", "{stem}_t.{ext}", "--report", "r.json"];
    assert_eq!(folder.thumbs(&words).status(), Some(0));
    fs::remove_file(folder.path("thumbs/b_t.png")).unwrap();
    assert_eq!(folder.thumbs(&["--resume=r.json"]).status(), Some(0));
    assert_eq!(folder.files_below("thumbs"), ["a_t.png", "b_t.png"]);
}

#[test]
fn images_are_numbered_in_the_order_of_the_run_and_keep_their_numbers() {
    let folder = Folder::of(&["in/b.png", "in/x/c.jpg"]);
    fs::write(folder.path("in/notes.txt"), "not an image").unwrap();
    let numbered = ["in", "--name", "{index}-{stem}.{ext}"];
    let run = folder.thumbs(&numbered);
    assert_eq!(run.status(), Some(0), "{}", run.errors());
    assert_eq!(folder.files_below("thumbs"), ["0001-b.png", "0002-c.jpg"]);

    // A new image comes after the others, whatever its name, and a renamed one takes its thumbnail along.
    fs::copy(folder.path("in/b.png"), folder.path("in/a.png")).unwrap();
    fs::rename(folder.path("in/x/c.jpg"), folder.path("in/x/d.jpg")).unwrap();
    let planned = folder.thumbs(&[&numbered[..], &["--dry-run", "--update"]].concat());
    assert!(planned.lines().contains("0003-a.png"), "{}", planned.lines());
    for _ in 0..2 {
        let (run, _) = folder.report(&[&numbered[..], &["--update"]].concat());
        assert_eq!(run.status(), Some(0), "{}", run.errors());
        assert_eq!(folder.files_below("thumbs"), ["0001-b.png", "0003-a.png", "0004-d.jpg"]);
    }
    // Without --update, and after segments were merged, numbers are the same.
    for _ in 0..12 {
        assert_eq!(folder.thumbs(&numbered).status(), Some(0));
    }
    assert_eq!(folder.files_below("thumbs"), ["0001-b.png", "0003-a.png", "0004-d.jpg"]);
}

#[test]
fn shards_do_not_number_images() {
    let folder = Folder::of(&["in/a.png"]);
    let run = folder.thumbs(&["in", "--name", "{index}.{ext}", "--shard", "1/2"]);
    assert_eq!(run.status(), Some(2), "{}", run.errors());
    assert!(run.errors().contains("use {hash} or {stem} in place of {index}"), "{}", run.errors());
}
