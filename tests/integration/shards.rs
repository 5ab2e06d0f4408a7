//! Tests `--shard` with several processes that share an output directory.

use std::collections::BTreeMap;
use std::process::{Child, Stdio};

use serde_json::Value;

use crate::fixture::{Folder, outcome_of};

const SHARDS: usize = 8;

fn folder_of_images() -> (Folder, Vec<String>) {
    let folder = Folder::new();
    let names: Vec<String> = (0..80).map(|number| format!("trip {}/IMG_{number:03}.png", number % 5)).collect();
    for name in &names {
        folder.write_picture(&format!("in/{name}"));
    }
    (folder, names)
}

fn start(folder: &Folder, shard: usize, words: &[&str]) -> Child {
    let (shard, report) = (format!("--shard={shard}/{SHARDS}"), format!("--report={shard}.json"));
    let mut command = folder.command(&[&["in", &shard, &report, "--sequential"], words].concat());
    command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
}

/// Returns how many of the shards' reports list each source.
fn listed(folder: &Folder) -> BTreeMap<String, usize> {
    let mut listed = BTreeMap::new();
    for shard in 1..=SHARDS {
        let report: Value =
            serde_json::from_slice(&std::fs::read(folder.path(&format!("{shard}.json"))).unwrap()).unwrap();
        for file in report["files"].as_array().unwrap() {
            assert_eq!(file["outcome"], "written");
            *listed.entry(file["source"].as_str().unwrap().to_string()).or_default() += 1;
        }
    }
    listed
}

#[test]
fn shards_in_processes_of_their_own_make_every_thumbnail_once() {
    let (folder, names) = folder_of_images();
    let processes: Vec<Child> = (1..=SHARDS).map(|shard| start(&folder, shard, &[])).collect();
    for mut process in processes {
        assert!(process.wait().unwrap().success());
    }
    let listed = listed(&folder);
    assert_eq!(listed.len(), names.len());
    assert!(listed.values().all(|count| *count == 1), "{listed:?}");
    assert_eq!(folder.files_below("thumbs").len(), names.len());
    let (_, report) = folder.report(&["in", "--update", "--prune"]);
    assert_eq!((&report["totals"]["up_to_date"], &report["totals"]["removed"]), (&80.into(), &0.into()));
}

#[test]
fn a_shard_that_was_killed_is_completed_by_running_it_again() {
    let (folder, names) = folder_of_images();
    let mut processes: Vec<Child> = (1..=SHARDS).map(|shard| start(&folder, shard, &[])).collect();
    processes[2].kill().unwrap();
    for process in &mut processes {
        process.wait().unwrap();
    }
    assert!(start(&folder, 3, &["--update"]).wait().unwrap().success());
    assert_eq!(folder.files_below("thumbs").len(), names.len());
    let (_, report) = folder.report(&["in", "--update"]);
    assert_eq!(report["totals"]["up_to_date"], 80);
}

#[test]
fn sources_whose_thumbnails_would_meet_are_noticed_in_their_shard() {
    let folder = Folder::new();
    folder.write_picture("in/one/a.png").write_picture("in/two/a.jpg");
    let mut failed = 0;
    for shard in 1..=3 {
        let (run, report) =
            folder.report(&["in", "--name", "{stem}.{ext}", "--format=png", &format!("--shard={shard}/3")]);
        if report["totals"]["found"] == 2 {
            assert_eq!((run.status(), outcome_of(&report, "two/a.jpg").0.as_str()), (Some(1), "failed"));
            failed += 1;
        } else {
            assert_eq!(report["totals"]["found"], 0);
        }
    }
    assert_eq!(failed, 1);
}

#[test]
fn listed_files_are_shared_out_too() {
    let (folder, names) = folder_of_images();
    let list: String = names.iter().map(|name| format!("in/{name}\n")).collect();
    folder.write("list", list.as_bytes());
    let found = (1..=SHARDS).map(|shard| {
        let (_, report) = folder.report(&["--files-from", "list", "--dry-run", &format!("--shard={shard}/{SHARDS}")]);
        report["totals"]["found"].as_u64().unwrap()
    });
    assert_eq!(found.sum::<u64>(), names.len() as u64);
    assert_eq!(folder.thumbs(&["in", "--shard", "9/8"]).status(), Some(2));
}
