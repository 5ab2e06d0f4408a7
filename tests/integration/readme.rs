//! Runs each command of the README's table.

use std::env;
use std::fs;
use std::path::Path;
use std::process::Command;

use crate::fixture::Folder;

/// Returns the commands of the table "I want …".
fn commands() -> Vec<String> {
    let readme = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md")).unwrap();
    let table = readme.split("| I want … | command |").nth(1).unwrap();
    let rows = table.lines().skip(2).take_while(|line| line.starts_with('|'));
    let command = |row: &str| {
        // A cell's vertical bars are escaped.
        let row = row.replace("\\|", "\u{0}");
        let cell = row.split('|').nth(2).unwrap().trim();
        cell.split('`').nth(1).unwrap().replace('\u{0}', "|")
    };
    rows.map(command).collect()
}

#[cfg(unix)]
#[test]
fn every_command_of_the_readme_does_its_work() {
    let program = Path::new(env!("CARGO_BIN_EXE_thumbs"));
    let path = format!("{}:{}", program.parent().unwrap().display(), env::var("PATH").unwrap());
    let commands = commands();
    assert!(commands.len() >= 20, "{commands:?}");
    for command in commands {
        assert!(command.contains("thumbs "), "{command}");
        let folder = Folder::new();
        for name in ["photo.jpg", "photos/a.jpg", "photos/b.png", "photos/trip/c.jpg"] {
            folder.write_picture(name);
        }
        assert_eq!(folder.thumbs(&["photos", "-o", "earlier", "--report", "run.json"]).status(), Some(0));
        for archive in ["photos.tar", "shards/1.tar"] {
            assert_eq!(folder.thumbs(&["photos", "-o", archive]).status(), Some(0));
        }
        let before = folder.all_files_below("").len();
        // One goes on until it receives a signal.
        let command = match command.contains("--watch") {
            true => format!("{command} & sleep 5; kill $!; wait $!; test $? = 130"),
            false => command,
        };
        let mut shell = Command::new("sh");
        shell.args(["-c", &command]).current_dir(folder.path("")).env("PATH", &path);
        let output = shell.env("HOME", folder.path("")).env_remove("XDG_CACHE_HOME").output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{command}: {said}");
        let after = folder.all_files_below("").len();
        let makes_nothing = ["--dry-run", "--resume", "--retry-failed"].iter().any(|word| command.contains(word));
        assert_eq!(after == before, makes_nothing, "{command}: {said}");
    }
}
