//! Tests continuing an earlier run: by the output folder, by its report, or with its failures alone.

use std::fs;

use crate::fixture::{Folder, assert_totals_add_up, outcome_of};

/// Runs once over three readable images and one unreadable one. The report has this name.
fn done_once(report: &str) -> Folder {
    let folder = Folder::new();
    folder
        .write_picture("in/a.jpg")
        .write_picture("in/sub/b.png")
        .write_picture("in/c.gif")
        .write("in/text.txt", b"no");
    folder.write("in/broken.png", b"\x89PNG\r\n\x1a\nno more");
    let run = folder.thumbs(&["in", "-s", "40", "-s", "20", "--report", report]);
    assert_eq!(run.status(), Some(1), "{}", run.errors());
    folder
}

fn mend(folder: &Folder) {
    folder.write_picture("in/broken.png");
}

#[test]
fn resuming_on_a_report_does_what_is_missing_older_or_failed() {
    for name in ["run.json", "run.ndjson", "run.csv"] {
        let folder = done_once(name);
        mend(&folder);
        fs::remove_file(folder.path("thumbs/20x20/c.gif")).unwrap();
        let later = std::time::SystemTime::now() + std::time::Duration::from_secs(60);
        fs::File::options().append(true).open(folder.path("in/a.jpg")).unwrap().set_modified(later).unwrap();
        let (run, report) = folder.report(&["in", "-s", "40", "-s", "20", &format!("--resume={name}")]);
        assert_eq!(run.status(), Some(0), "{name}: {}", run.errors());
        assert_totals_add_up(&report);
        let outcomes = ["a.jpg", "b.png", "c.gif", "broken.png", "text.txt"].map(|name| outcome_of(&report, name).0);
        assert_eq!(outcomes, ["written", "up-to-date", "written", "written", "skipped"], "{name}");
    }
}

#[cfg(unix)]
#[test]
fn what_the_ledger_has_as_written_is_not_opened_again() {
    let folder = done_once("run.ndjson");
    let path = folder.path("in/sub/b.png");
    // If it were opened, it would fail: it is no longer an image, though its size and time are unchanged.
    let before = fs::metadata(&path).unwrap();
    fs::write(&path, vec![b'x'; before.len() as usize]).unwrap();
    fs::File::options().append(true).open(&path).unwrap().set_modified(before.modified().unwrap()).unwrap();
    for words in
        [&["in", "-s", "40", "-s", "20", "--update"][..], &["--resume=run.ndjson"], &["--resume=run.ndjson", "in"]]
    {
        let (_, report) = folder.report(words);
        assert_eq!(outcome_of(&report, "b.png").0, "up-to-date", "{words:?}");
    }
}

#[test]
fn other_sizes_are_made_whatever_the_report_says() {
    let folder = done_once("run.json");
    let (_, report) = folder.report(&["in", "-s", "40", "-s", "30", "--resume=run.json"]);
    assert_eq!(report["totals"]["written"], 3);
    let (_, report) = folder.report(&["in", "-s", "40", "-s", "20", "-o", "other", "--resume=run.json"]);
    assert_eq!(report["totals"]["written"], 3, "another output folder");
}

#[test]
fn only_what_failed_is_tried_again() {
    for name in ["run.json", "run.ndjson", "run.csv"] {
        let folder = done_once(name);
        fs::remove_dir_all(folder.path("thumbs")).unwrap();
        mend(&folder);
        let (run, report) = folder.report(&["in", "--retry-failed", name]);
        assert_eq!(run.status(), Some(0), "{}", run.errors());
        assert_totals_add_up(&report);
        assert_eq!((&report["totals"]["found"], &report["totals"]["written"]), (&5.into(), &1.into()));
        assert_eq!(outcome_of(&report, "text.txt"), ("skipped".into(), "not an image".into()), "as it was");
        assert_eq!(folder.files_below("thumbs"), ["20x20/broken.png", "40x40/broken.png"], "{name}");
    }
}

#[test]
fn what_failed_is_tried_again_however_the_folder_is_typed() {
    let folder = done_once("run.json");
    let whole = folder.path("in").display().to_string();
    for typed in ["./in", "in/../in", &whole] {
        mend(&folder);
        let (run, report) = folder.report(&[typed, "--retry-failed", "run.json"]);
        assert_eq!(run.status(), Some(0), "{typed}: {}", run.errors());
        assert_eq!(report["totals"]["written"], 1, "{typed}");
    }
    fs::create_dir(folder.path("other")).unwrap();
    let (_, report) = folder.report(&["other", "--retry-failed", "run.json"]);
    let (outcome, reason) = outcome_of(&report, "in/broken.png");
    assert_eq!((outcome.as_str(), reason.contains("in none of the inputs")), ("skipped", true), "{reason}");
}

#[test]
fn what_failed_and_is_gone_is_told_and_no_failure() {
    let folder = done_once("run.json");
    fs::remove_file(folder.path("in/broken.png")).unwrap();
    let (run, report) = folder.report(&["in", "--retry-failed", "run.json"]);
    assert_eq!(run.status(), Some(0));
    assert_eq!(outcome_of(&report, "in/broken.png"), ("skipped".into(), "no longer exists".into()));
    assert_eq!(report["totals"]["found"], 5);
}

#[test]
fn a_run_may_write_its_report_over_the_one_that_it_goes_by() {
    let folder = done_once("run.ndjson");
    mend(&folder);
    let run = folder.thumbs(&["in", "--retry-failed", "run.ndjson", "--report", "run.ndjson"]);
    assert_eq!(run.status(), Some(0), "{}", run.errors());
    let run = folder.thumbs(&["in", "--retry-failed", "run.ndjson"]);
    assert!(run.lines().contains("5 files in ") && run.lines().contains(" 0 written, 4 up to date"), "{}", run.lines());
}

#[test]
fn a_nightly_job_keeps_working_with_the_report_that_it_replaces() {
    for name in ["run.json", "run.ndjson", "run.csv"] {
        let folder = done_once(name);
        mend(&folder);
        for night in 0..4 {
            let run = folder.thumbs(&[&format!("--resume={name}"), "--report", name]);
            assert_eq!(run.status(), Some(0), "{name}: {}", run.errors());
            let wanted =
                if night == 0 { " 1 written, 3 up to date, 1 skipped" } else { " 0 written, 4 up to date, 1 skipped" };
            assert!(run.lines().contains(wanted), "{name}, night {night}: {}", run.lines());
        }
        fs::remove_file(folder.path("in/c.gif")).unwrap();
        let run = folder.thumbs(&[&format!("--resume={name}"), "--report", name]);
        assert!(run.lines().contains("c.gif: skipped: no longer exists"), "{}", run.lines());
        let run = folder.thumbs(&[&format!("--retry-failed={name}")]);
        assert_eq!(run.status(), Some(0), "{}", run.errors());
        assert!(
            run.lines().contains("c.gif: skipped: no longer exists"),
            "nothing of a report is lost: {}",
            run.lines()
        );
    }
}

#[test]
fn what_is_typed_goes_before_what_the_report_says() {
    let folder = done_once("run.json");
    let (run, report) = folder.report(&["--resume=run.json", "-s", "30", "-o", "other", "--quality", "50"]);
    assert_eq!(run.status(), Some(1), "{}", run.errors());
    assert_eq!(folder.files_below("other"), ["a.jpg", "c.gif", "sub/b.png"]);
    assert_eq!((&report["options"]["quality"], &report["options"]["inputs"][0]), (&50.into(), &"in".into()));
    let run = folder.thumbs(&["--resume"]);
    assert_eq!(run.status(), Some(2));
    assert!(run.errors().contains("no input: name files or directories"), "{}", run.errors());
}

#[test]
fn what_the_report_of_a_killed_run_leaves_out_is_told() {
    let folder = done_once("run.ndjson");
    let whole = fs::read_to_string(folder.path("run.ndjson")).unwrap();
    let run = folder.thumbs(&["in", "--retry-failed", "run.ndjson"]);
    assert!(!run.errors().contains("warning"), "{}", run.errors());
    let lines: Vec<&str> = whole.lines().collect();
    folder.write("run.ndjson", (lines[..lines.len() - 1].join("\n") + "\n").as_bytes());
    let run = folder.thumbs(&["in", "--quiet", "--retry-failed", "run.ndjson"]);
    assert!(
        run.errors().contains("warning: run.ndjson comes from a killed run and doesn't list unprocessed files"),
        "{}",
        run.errors()
    );
    let run = folder.thumbs(&["in", "--resume=run.ndjson"]);
    assert!(!run.errors().contains("warning"), "{}", run.errors());
}

#[test]
fn a_report_that_is_none_or_missing_is_an_error_before_any_work() {
    let folder = Folder::new();
    folder.write_picture("in/a.jpg").write("other.json", b"{\"schema\":\"another\"}");
    for words in [["in", "--resume=other.json"], ["in", "--resume=missing.csv"]] {
        let run = folder.thumbs(&words);
        assert_eq!(run.status(), Some(2));
        assert!(run.errors().contains("as a report: "), "{}", run.errors());
    }
    assert!(!folder.path("thumbs").exists());
}

#[test]
fn a_report_from_another_directory_is_refused_where_its_paths_would_mean_others() {
    let folder = done_once("run.json");
    folder.write_picture("elsewhere/in/a.jpg");
    for words in [&["--resume=../run.json"][..], &["in", "--retry-failed", "../run.json"]] {
        let run = folder.command(words).current_dir(folder.path("elsewhere")).output().unwrap();
        let errors = String::from_utf8_lossy(&run.stderr).into_owned();
        assert_eq!(run.status.code(), Some(2), "{errors}");
        assert!(errors.contains("its paths start from ") && errors.contains("run thumbs there"), "{errors}");
    }
    assert!(!folder.path("elsewhere/thumbs").exists());
}

#[cfg(unix)]
#[test]
fn a_report_through_a_link_replaces_no_image_and_none_is_written_into_a_ledger() {
    let folder = done_once("run.json");
    let before = fs::read(folder.path("in/a.jpg")).unwrap();
    std::os::unix::fs::symlink("in/a.jpg", folder.path("link.ndjson")).unwrap();
    for target in ["link.ndjson", "thumbs/.thumbs/report.ndjson"] {
        let run = folder.thumbs(&["in", "--report", target]);
        assert_eq!(run.status(), Some(2), "{target}: {}", run.errors());
    }
    assert_eq!(fs::read(folder.path("in/a.jpg")).unwrap(), before);
}

#[test]
fn a_mistyped_input_leaves_the_report_that_was_there() {
    for name in ["run.json", "run.ndjson", "run.csv"] {
        let folder = done_once(name);
        let before = fs::read(folder.path(name)).unwrap();
        let run = folder.thumbs(&["nothing-there", "--report", name]);
        assert_eq!(run.status(), Some(2), "{name}: {}", run.errors());
        assert!(fs::read(folder.path(name)).unwrap() == before, "{name}");
        folder.write("mine.json", b"{}");
        let run = folder.thumbs(&["in", "--report", "mine.json"]);
        assert_eq!(run.status(), Some(2), "{name}");
        assert!(run.errors().contains("use --force to replace it"), "{}", run.errors());
        assert_eq!(fs::read(folder.path("mine.json")).unwrap(), b"{}");
    }
}
