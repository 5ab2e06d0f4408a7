//! Tests external faults: a killed process, a full disk, removed folders, failing reads.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use serde_json::Value;

use crate::fixture::{Folder, encode, outcome_of, picture, read_picture};

/// Counts the lines of a report. Every complete line must parse.
fn count_lines(report: &Path) -> usize {
    let bytes = fs::read(report).unwrap();
    let whole = bytes.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
    let lines: Vec<&[u8]> = bytes[..whole].split(|byte| *byte == b'\n').filter(|line| !line.is_empty()).collect();
    for line in &lines {
        serde_json::from_slice::<Value>(line).unwrap();
    }
    lines.len()
}

/// Returns the names of all files below the output folder. Each must be a complete image.
fn whole_thumbnails(folder: &Folder) -> Vec<String> {
    let names: Vec<String> =
        folder.files_below("thumbs").into_iter().filter(|name| !name.starts_with(".thumbs-")).collect();
    for name in &names {
        assert_eq!(read_picture(&folder.path("thumbs").join(name)).width(), 50, "{name}");
    }
    names
}

#[test]
fn killed_at_any_moment_a_run_leaves_whole_thumbnails_and_the_next_one_nothing_else() {
    let folder = Folder::new();
    let large = encode(&picture(320, 240), image::ImageFormat::Png);
    for i in 0..150 {
        folder.write(&format!("in/{}/{i}.png", i % 7), &large);
    }
    let (mut interrupted, mut last) = (0, 0);
    for attempt in 0..12_u64 {
        let words = ["in", "--report", "run.ndjson", "--quiet"];
        let words = if attempt == 0 { words.to_vec() } else { [&words[..], &["--resume"]].concat() };
        let mut child = folder.command(&words).spawn().unwrap();
        std::thread::sleep(Duration::from_millis(5 + 17 * attempt));
        child.kill().unwrap();
        interrupted += usize::from(child.wait().unwrap().code().is_none());
        if folder.path("thumbs").exists() {
            let whole = whole_thumbnails(&folder).len();
            assert!(whole >= last, "{last} thumbnails were there, now {whole}");
            last = whole;
        }
        if folder.path("run.ndjson").exists() {
            count_lines(&folder.path("run.ndjson"));
        }
    }
    assert!(interrupted >= 3, "only {interrupted} runs were killed in time");
    let run = folder.thumbs(&["in", "--resume", "--report", "run.ndjson"]);
    assert_eq!(run.status(), Some(0), "{}", run.errors());
    assert_eq!(whole_thumbnails(&folder).len(), 150);
    assert_eq!(folder.files_below("thumbs").len(), 150, "and nothing else");
    let is_segment = |file: &String| file.starts_with(".thumbs/") && file.ends_with(".ndjson");
    let others: Vec<String> = folder.all_files_below("thumbs").into_iter().filter(|file| !is_segment(file)).collect();
    assert_eq!(others.len(), 150, "{others:?}");
    assert_eq!(count_lines(&folder.path("run.ndjson")), 152);
}

#[test]
fn the_lines_and_the_report_of_a_killed_run_hold_every_thumbnail_but_the_last_few() {
    let folder = Folder::new();
    // This file starts last, but is first by name.
    folder.write("in/000.png", &encode(&picture(8, 6), image::ImageFormat::Png));
    let large = encode(&picture(1200, 900), image::ImageFormat::Png);
    for i in 1..150 {
        folder.write(&format!("in/{i:03}.png"), &large);
    }
    let out = fs::File::create(folder.path("lines")).unwrap();
    let words = ["in", "-j", "2", "--report", "run.ndjson"];
    let mut child = folder.command(&words).stdout(out).spawn().unwrap();
    let started = std::time::Instant::now();
    while !folder.path("thumbs").exists() || folder.files_below("thumbs").len() < 40 {
        assert!(started.elapsed().as_secs() < 60, "nothing is written");
        std::thread::sleep(Duration::from_millis(2));
    }
    child.kill().unwrap();
    assert_eq!(child.wait().unwrap().code(), None, "it was not over by then");
    let thumbnails = whole_thumbnails(&folder).len();
    let lines = fs::read_to_string(folder.path("lines")).unwrap().lines().count();
    // The first line of the report describes the run.
    let records = count_lines(&folder.path("run.ndjson")) - 1;
    assert!((40..150).contains(&thumbnails), "{thumbnails}");
    for told in [lines, records] {
        assert!((thumbnails - 4..=thumbnails).contains(&told), "{told} of {thumbnails} are told");
    }
}

#[test]
fn an_unfinished_report_of_a_killed_run_goes_with_the_next_one() {
    let folder = Folder::new();
    for i in 0..100 {
        folder.write(&format!("in/{i}.png"), &encode(&picture(320, 240), image::ImageFormat::Png));
    }
    let is_unfinished = |name: &String| name.starts_with(".thumbs-report-");
    let words = ["in", "--report", "run.csv", "--quiet"];
    let mut was_there = false;
    for _ in 0..20 {
        let mut child = folder.command(&words).spawn().unwrap();
        std::thread::sleep(Duration::from_millis(15));
        child.kill().unwrap();
        child.wait().unwrap();
        was_there |= folder.files_below("").iter().any(is_unfinished);
    }
    assert!(was_there, "no run was killed in time");
    assert_eq!(folder.thumbs(&words).status(), Some(0));
    assert!(!folder.files_below("").iter().any(is_unfinished));
    assert!(folder.path("run.csv").exists());
}

#[cfg(target_os = "linux")]
#[test]
fn a_read_that_fails_is_the_failure_of_its_file() {
    let folder = Folder::new();
    folder.write_picture("in/a.jpg").write_picture("in/c.jpg");
    // Reading the memory of a process at address 0 is EIO.
    std::os::unix::fs::symlink("/proc/self/mem", folder.path("in/b.jpg")).unwrap();
    let (run, report) = folder.report(&["in", "--follow"]);
    assert_eq!(run.status(), Some(1));
    let (outcome, reason) = outcome_of(&report, "b.jpg");
    assert_eq!((outcome.as_str(), reason.contains("input/output error")), ("failed", true), "{reason}");
    assert_eq!(folder.files_below("thumbs"), ["a.jpg", "c.jpg"]);
}

#[test]
fn an_output_folder_that_is_taken_away_ends_the_run_with_one_message() {
    let folder = Folder::new();
    let large = encode(&picture(1500, 1200), image::ImageFormat::Png);
    for i in 0..60 {
        folder.write(&format!("in/{i}.png"), &large);
    }
    let child = folder.command(&["in", "-j", "2"]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let thumbs = folder.path("thumbs");
    let started = std::time::Instant::now();
    while !thumbs.exists() || fs::read_dir(&thumbs).unwrap().count() < 2 {
        assert!(started.elapsed().as_secs() < 60);
    }
    // Renaming makes it disappear in one step.
    fs::rename(&thumbs, folder.path("elsewhere")).unwrap();
    let run = child.wait_with_output().unwrap();
    let errors = String::from_utf8(run.stderr).unwrap();
    assert_eq!(run.status.code(), Some(1), "{errors}");
    assert_eq!(errors.lines().count(), 1, "{errors}");
    assert!(errors.starts_with("error: the run stopped: ") && errors.contains("is gone"), "{errors}");
    assert!(!thumbs.exists());
}

/// Runs a script with an in-memory file system of this size mounted on `folder`. `None` if this user may not mount one.
#[cfg(target_os = "linux")]
fn on_small_disk(folder: &Folder, options: &str, script: &str) -> Option<std::process::Output> {
    fs::create_dir_all(folder.path("thumbs")).unwrap();
    let mount = format!("mount -t tmpfs -o {options} none thumbs");
    let within = |script: &str| {
        Command::new("unshare")
            .args(["--map-root-user", "--mount", "sh", "-c", &format!("{mount} && ({script})")])
            .current_dir(folder.path(""))
            .env("THUMBS", env!("CARGO_BIN_EXE_thumbs"))
            .output()
    };
    if !within("true").is_ok_and(|output| output.status.success()) {
        println!("skipped: no file system can be mounted here");
        return None;
    }
    Some(within(script).unwrap())
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_ends_the_run_with_one_message_and_the_rest_can_be_done_later() {
    let folder = Folder::new();
    for i in 0..300 {
        folder.write_picture(&format!("in/{i:03}.jpg"));
    }
    let script = "\"$THUMBS\" in -j 4 --report run.json; echo status $?; ls thumbs > first; \
                  mount -o remount,size=64m thumbs; \"$THUMBS\" in --resume=run.json --quiet; ls thumbs > second";
    let Some(run) = on_small_disk(&folder, "size=128k", script) else { return };
    let (lines, errors) = (String::from_utf8_lossy(&run.stdout), String::from_utf8_lossy(&run.stderr));
    assert!(lines.contains("status 1"), "{lines}");
    assert_eq!(errors.lines().count(), 1, "{errors}");
    assert!(errors.starts_with("error: the run stopped: ") && errors.contains("no space left"), "{errors}");
    assert!(lines.lines().count() < 60, "what was not done has no line of its own: {lines}");

    let report: Value = serde_json::from_slice(&fs::read(folder.path("run.json")).unwrap()).unwrap();
    let count = |kind: &str| report["totals"][kind].as_u64().unwrap();
    assert_eq!((count("found"), count("failed"), &report["totals"]["ending"]), (300, 1, &"stopped".into()));
    assert!(count("written") > 0 && count("written") < 300);
    let listed = |name: &str| fs::read_to_string(folder.path(name)).unwrap().lines().count() as u64;
    assert_eq!(listed("first"), count("written"), "whole thumbnails and nothing else");
    assert_eq!(listed("second"), 300);
}

#[cfg(target_os = "linux")]
#[test]
fn a_target_that_cannot_be_written_is_told_once_before_any_work() {
    let folder = Folder::new();
    for i in 0..100 {
        folder.write_picture(&format!("in/{i:03}.png"));
    }
    let script = "mount -o remount,ro thumbs; \"$THUMBS\" in; echo status $?";
    let Some(run) = on_small_disk(&folder, "size=64m", script) else { return };
    let (lines, errors) = (String::from_utf8_lossy(&run.stdout), String::from_utf8_lossy(&run.stderr));
    assert_eq!(errors.lines().count(), 1, "{errors}");
    assert!(errors.contains("read-only file system"), "{errors}");
    assert_eq!(lines.trim(), "status 2");
}
