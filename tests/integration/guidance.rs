use std::fs;
use std::time::{Duration, SystemTime};

use crate::fixture::Folder;

#[test]
fn a_wrong_default_is_blamed_on_its_variable_or_file() {
    let folder = Folder::of(&["in/a.png"]);
    let run = folder.command(&["in"]).env("THUMBS_SIZE", "0").output().unwrap();
    let errors = String::from_utf8(run.stderr).unwrap();
    assert!(run.status.code() == Some(2) && errors.contains("error: THUMBS_SIZE: invalid value '0'"), "{errors}");
    assert!(!errors.contains("--size"), "{errors}");
    folder.write("thumbs.toml", b"size = 0\n");
    let run = folder.thumbs(&["in"]);
    assert!(run.errors().contains("error: size in thumbs.toml: invalid value '0'"), "{}", run.errors());
    assert_eq!(folder.thumbs(&["in", "-s", "20"]).status(), Some(0));
}

#[test]
fn variables_without_an_effect_are_mentioned_unless_only_failures_are_wanted() {
    let folder = Folder::of(&["in/a.png"]);
    let errors_of = |words: &[&str]| {
        let mut command = folder.command(words);
        let run = command.env("THUMBS_FORCE", "1").env("THUMBS_QUALTY", "5").env("THUMBS_DIR", "x").output().unwrap();
        assert!(run.status.success());
        String::from_utf8(run.stderr).unwrap()
    };
    let errors = errors_of(&["in"]);
    assert!(errors.contains("warning: THUMBS_FORCE is ignored; the option can only be typed, as --force"), "{errors}");
    assert!(errors.contains("(did you mean THUMBS_QUALITY?)") && errors.lines().count() == 2, "{errors}");
    assert_eq!(errors_of(&["in", "--quiet"]), "");
}

#[cfg(unix)]
#[test]
fn a_pipe_in_place_of_the_file_of_defaults_is_an_error_and_no_wait() {
    let folder = Folder::of(&["in/a.png"]);
    assert!(std::process::Command::new("mkfifo").arg(folder.path("thumbs.toml")).status().unwrap().success());
    let run = folder.thumbs(&["in"]);
    assert_eq!(run.status(), Some(2));
    assert!(run.errors().contains("can't read thumbs.toml: it is not a regular file"), "{}", run.errors());
}

#[cfg(unix)]
#[test]
fn a_pipe_in_place_of_an_ignore_file_is_a_failure_and_no_wait() {
    let folder = Folder::of(&["in/a.png", "in/x/b.png"]);
    assert!(std::process::Command::new("mkfifo").arg(folder.path("in/x/.thumbsignore")).status().unwrap().success());
    let run = folder.thumbs(&["in"]);
    assert_eq!(run.status(), Some(1));
    assert!(run.errors().contains(".thumbsignore: not a regular file"), "{}", run.errors());
    assert!(folder.path("thumbs/a.png").exists());
}

#[cfg(target_os = "linux")]
#[test]
fn lines_that_cannot_be_written_are_a_failure_of_the_run_and_not_of_its_work() {
    let folder = Folder::of(&["in/a.png"]);
    for words in [&["in"][..], &["in/a.png", "-o", "b.png"]] {
        let full = fs::File::options().write(true).open("/dev/full").unwrap();
        let run = folder.command(words).stdout(full).output().unwrap();
        let errors = String::from_utf8(run.stderr).unwrap();
        assert_eq!(run.status.code(), Some(1), "{errors}");
        assert!(errors.contains("error: can't write stdout: no space left on device"), "{errors}");
    }
    assert!(folder.path("thumbs/a.png").exists() && folder.path("b.png").exists());
}

#[test]
fn a_directory_has_no_place_on_stdout() {
    let folder = Folder::of(&["in/a.png"]);
    let run = folder.thumbs(&["in", "-o", "-"]);
    assert_eq!(run.status(), Some(2));
    assert!(
        run.errors().contains("in is a directory, and stdout takes the thumbnail of one image"),
        "{}",
        run.errors()
    );
}

#[test]
fn thumbnails_named_alike_by_a_template_are_told_apart_by_its_fields() {
    let folder = Folder::of(&["in/a.png", "in/b.png"]);
    let run = folder.thumbs(&["in", "--name", "x.{ext}"]);
    assert_eq!(run.status(), Some(1));
    let wanted = "in/b.png: would get the same thumbnail name as in/a.png; tell them apart with --name and {dir}, {stem}, \
                  {hash} or {index} in it";
    assert!(run.errors().contains(wanted) && !run.errors().contains("--keep-parents"), "{}", run.errors());
    let folder = Folder::of(&["in/x/a.png", "in/y/a.png"]);
    let run = folder.thumbs(&["in", "--flat"]);
    assert!(run.errors().contains("with --name and {dir}"), "{}", run.errors());
}

#[cfg(unix)]
#[test]
fn names_that_the_system_refuses_come_with_a_way_out() {
    let folder = Folder::of(&["in/sub/a.png", "long/a.png"]);
    folder.write("o/sub", b"mine");
    let run = folder.thumbs(&["in", "-o", "o"]);
    let wanted = "sub: not a directory; move that file, or choose another directory with --output";
    assert!(run.status() == Some(1) && run.errors().contains(wanted), "{}", run.errors());
    let name = format!("{}{{stem}}.{{ext}}", "x".repeat(260));
    let run = folder.thumbs(&["long", "-o", "p", "--name", &name]);
    assert!(
        run.errors().contains("file name too long; --name '{dir}/{hash}.{ext}' makes shorter names"),
        "{}",
        run.errors()
    );
}

#[test]
fn the_directory_of_the_ledger_is_no_place_for_thumbnails() {
    let folder = Folder::of(&["in/a.png"]);
    let run = folder.thumbs(&["in", "--name", ".thumbs/{stem}.{ext}"]);
    assert_eq!(run.status(), Some(2));
    assert!(run.errors().contains(".thumbs is the directory of the ledger; choose another name"), "{}", run.errors());
}

#[test]
fn an_empty_segment_of_the_ledger_is_mentioned() {
    let folder = Folder::of(&["in/a.png"]);
    assert_eq!(folder.thumbs(&["in"]).status(), Some(0));
    let segment = folder.all_files_below("thumbs/.thumbs").pop().unwrap();
    folder.write_picture("in/b.png");
    for content in [&b""[..], &[0; 4096], b"{\"record\":\"run\",\"sch"] {
        let path = format!("thumbs/.thumbs/{segment}");
        folder.write(&path, content);
        let file = fs::File::options().write(true).open(folder.path(&path)).unwrap();
        file.set_modified(SystemTime::now() - Duration::from_secs(60)).unwrap();
        let run = folder.thumbs(&["in", "-s", "20"]);
        let wanted = format!("{segment}: empty or cut off, as after a power failure");
        assert!(run.errors().contains(&wanted), "{}", run.errors());
        assert!(run.errors().contains("a.png was not made by thumbs"), "{}", run.errors());
    }
}

#[test]
fn a_report_may_stand_in_an_output_directory_that_is_yet_to_be_made() {
    let folder = Folder::of(&["in/a.png"]);
    let run = folder.thumbs(&["in", "-o", "o", "--report", "o/reports/r.json"]);
    assert_eq!(run.status(), Some(0), "{}", run.errors());
    assert!(folder.path("o/reports/r.json").exists() && folder.path("o/a.png").exists());
    let run = folder.thumbs(&["in", "-o", "o", "--report", "elsewhere/r.json"]);
    assert_eq!(run.status(), Some(2), "{}", run.errors());
}

#[test]
fn an_empty_list_of_files_is_a_run_of_no_files() {
    let folder = Folder::of(&["in/a.png"]);
    folder.write("list", b"");
    let (run, report) = folder.report(&["--files0-from", "list"]);
    assert_eq!(run.status(), Some(0), "{}", run.errors());
    assert!(run.lines().starts_with("0 files in ") && run.errors().is_empty(), "{}", run.lines());
    assert_eq!(report["totals"]["found"], 0);
}

#[test]
fn a_percentage_that_would_enlarge_is_mentioned() {
    let folder = Folder::of(&["in/a.png"]);
    let run = folder.thumbs(&["in", "-s", "200%"]);
    assert!(run.errors().contains("warning: 200% makes thumbnails of 100% only"), "{}", run.errors());
    for words in [&["in", "-s", "200%", "--enlarge"][..], &["in", "-s", "100%"], &["in", "-s", "200%", "--quiet"]] {
        assert_eq!(folder.thumbs(words).errors(), "");
    }
}

#[test]
fn the_depth_of_a_search_is_a_number_from_one() {
    let folder = Folder::of(&["in/a.png"]);
    for depth in ["0", "-1", "x"] {
        let run = folder.thumbs(&["in", "--max-depth", depth]);
        assert!(run.errors().contains("the depth is a number from 1"), "{}", run.errors());
    }
}

#[test]
fn the_man_page_has_a_short_synopsis_and_sections_for_examples_and_status() {
    let page = Folder::new().thumbs(&["--man"]).lines();
    let synopsis = page.split(".SH SYNOPSIS\n").nth(1).unwrap().lines().next().unwrap();
    assert_eq!(synopsis, "\\fBthumbs\\fR [\\fIOPTION\\fR]... \\fIINPUT\\fR...");
    assert!(page.contains(".SH EXAMPLES\n") && page.contains(".SH EXIT STATUS\n") && !page.contains("EXTRA"));
}
